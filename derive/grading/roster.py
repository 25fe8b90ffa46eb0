"""The roster of a class: its students, and for each the seed of his or her variants."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Mapping

from ..csvfile import read_table
from ..errors import DataError

LARGEST = 2**31  # of a seed


def read_roster(path: str | os.PathLike[str]) -> dict[str, int]:
    """A CSV file with a column `student`, and perhaps one `seed`: whole numbers. Without it each name has a seed of its own.

    Raises `DataError` with file, line and column for what cannot be used.
    """
    table = read_table(path, header=True)
    names = table.cells(table.column("student"))
    cells = table.cells(table.column("seed")) if "seed" in table.names else [""] * len(names)
    found: dict[str, int] = {}
    for row, (name, cell) in enumerate(zip(names, cells, strict=True)):
        student = clean(name)
        if student in found:
            raise DataError(f"{student!r} is there twice", f"{table.path}, line {table.lines[row]}", "give every student one line")
        if cell and not (cell.isascii() and cell.isdigit() and len(cell) < 11 and int(cell) < LARGEST):
            raise DataError(f"{cell!r} is no seed", f"{table.path}, line {table.lines[row]}", f"a whole number below {LARGEST}")
        found[student] = int(cell) if cell else own_seed(student)
    return found


def own_seed(student: str) -> int:
    """The seed that a name has: the same on every machine."""
    return int.from_bytes(hashlib.sha256(student.encode("utf-8", "replace")).digest()[:4], "big") % LARGEST


def clean(name: str) -> str:
    """A student's name as it is compared: with composed letters, without what cannot be written as text."""
    return unicodedata.normalize("NFC", name).encode("utf-8", "replace").decode("utf-8").strip()


LONGEST = 120  # bytes of a file's name, which may be 255 with what is added to it


def file_names(students: Mapping[str, object] | list[str]) -> dict[str, str]:
    """A name for a file for each student: safe on every system, and no two alike where letters have no case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for student in students:
        base = "".join(c if c.isalnum() or c in "-_. @+" else "_" for c in student).strip(" .")
        base = base.encode()[:LONGEST].decode("utf-8", "ignore").strip(" .") or "student"
        name, n = base, 1
        while name.casefold() in taken:
            n += 1
            name = f"{base}-{n}"
        taken.add(name.casefold())
        found[student] = name
    return found
