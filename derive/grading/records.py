"""The record of a class run: one JSON line for each judged submission, on the disk as soon as there is a verdict.

Killed at any moment, at most the last line is torn: it is cut off, and its submission judged again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ..errors import DeriveError

Record = Mapping[str, Any]


class Records:
    """The lines of a file, by key. `notices` say which could not be used."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self.path = file, path
        self.by_key: dict[str, Record] = {}
        self.notices: list[str] = []
        self._read()

    def _read(self) -> None:
        self._file.seek(0)
        end = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                self.notices.append(f"{self.path.name}, line {number}: cut off, since it is torn")
                self._file.truncate(end)
                break
            end += len(line)
            try:
                record = json.loads(line)
                self.by_key[str(record["key"])] = record
            except (ValueError, KeyError, TypeError, RecursionError):
                self.notices.append(f"{self.path.name}, line {number}: left out, since it is no record")
        self._file.seek(end)

    def add(self, several: Iterable[Record]) -> None:
        """Writes records, and comes back when they are on the disk."""
        found = list(several)
        self._file.write(b"".join(json.dumps(record).encode("ascii") + b"\n" for record in found))
        self._file.flush()
        os.fsync(self._file.fileno())
        self.by_key |= {str(record["key"]): record for record in found}


@contextmanager
def records(path: Path) -> Iterator[Records]:
    """The records in a file, which is made if there is none. Raises `DeriveError` if another run is writing there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "r+b" if path.exists() else "x+b")
    except OSError as error:
        raise DeriveError(f"the records cannot be kept: {error.strerror}", str(path), "give another folder for the results") from None
    with file:
        _lock(file, path)
        _keep_entry(path.parent)
        yield Records(file, path)


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: two runs at once are not noticed there
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DeriveError("another run is writing its results here", str(path.parent), "wait for it, or give another folder") from None
    except OSError:
        return  # a file system without locks


def _keep_entry(folder: Path) -> None:
    """The name of a new file is on the disk as well."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
