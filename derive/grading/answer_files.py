"""One file of a student as an answer: text, JSON or a notebook; every way in which it may be unfit is named."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DeriveError
from . import notebooks

LARGEST = 1_000_000  # bytes of a file


class Unreadable(Exception):
    """Why a file is no answer."""


@dataclass(frozen=True)
class Content:
    """What a file holds, and what of it was left out: "cell 3: ..."."""

    value: Any
    left_out: tuple[str, ...] = ()


def content_of(path: Path, inside: Path, *, single: bool) -> Content:
    """What a student's file holds. Of a notebook the cells by name, or with `single` the one cell without a name.

    inside  the folder out of which no link may lead
    Raises `Unreadable`.
    """
    return READERS[path.suffix.lower()](path, inside, single)


def read_bytes(path: Path, inside: Path, largest: int = LARGEST) -> bytes:
    """The content of a plain file of moderate size that lies where it seems to."""
    try:
        if not path.resolve().is_relative_to(inside.resolve()):
            raise Unreadable("it is a link that leads outside, which is not followed")
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("it is no plain file")
        if found.st_size > largest:
            raise Unreadable(f"it has {found.st_size} bytes, and more than {largest} are not read")
        with open(path, "rb") as file:
            content = file.read(largest + 1)
    except (OSError, RuntimeError) as error:  # a ring of links is a RuntimeError
        raise Unreadable(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > largest:
        raise Unreadable(f"it has more than {largest} bytes")
    return content


def text_of(content: bytes) -> str:
    """Bytes as text in UTF-8, with or without a mark of the order of bytes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        hint = ": it seems to be UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise Unreadable(f"it is no text in UTF-8 (line {line}, byte {error.start}){hint}") from None


def _text(path: Path, inside: Path, single: bool) -> Content:
    return Content(text_of(read_bytes(path, inside)))


DEEPEST = 50  # lists within lists


def _depth(found: Any) -> int:
    level, depth = [found], 0
    while level and depth <= DEEPEST:
        level = [x for e in level if isinstance(e, list | dict) for x in (e.values() if isinstance(e, dict) else e)]
        depth += 1
    return depth


def _json(path: Path, inside: Path, single: bool) -> Content:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counted = Counter(name for name, _ in pairs)
        twice = next((name for name, n in counted.items() if n > 1), None)
        if twice is not None:
            raise Unreadable(f"{twice[:80]!r} is there twice")
        return dict(pairs)

    try:
        found = json.loads(text_of(read_bytes(path, inside)), object_pairs_hook=once)
        if _depth(found) > DEEPEST:  # it could not be written into a record
            raise Unreadable(notebooks.TOO_MUCH)
        return Content(found)
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is no JSON: {error.msg} (line {error.lineno})") from None
    except (RecursionError, ValueError):
        raise Unreadable(notebooks.TOO_MUCH) from None


def _notebook(path: Path, inside: Path, single: bool) -> Content:
    text = text_of(read_bytes(path, inside, notebooks.LARGEST))
    try:
        found = notebooks.read_cells(text, path.name)
    except DeriveError as error:
        raise Unreadable(str(error)) from None
    sources = {name: notebooks.without_mark(source) for name, source in found.sources.items()}
    if not sources:
        raise Unreadable("no cell has the tag answer, or the first line # answer")
    if found.notes and not "".join(sources.values()).strip():
        raise Unreadable(f"nothing is left of it: {'; '.join(found.notes)}")
    return Content(sources[""] if single and list(sources) == [""] else sources, found.notes)


READERS: dict[str, Callable[[Path, Path, bool], Content]] = {
    ".txt": _text,
    ".tex": _text,
    ".py": _text,
    ".json": _json,
    ".ipynb": _notebook,
}
