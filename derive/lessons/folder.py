"""Lessons are copied into a folder of the learner's own; what stands there already is the learner's work and is never written over."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import DeriveError
from .library import Lesson


@dataclass(frozen=True)
class Copied:
    """Which notebooks are new in the folder, and which were there already."""

    new: tuple[Path, ...]
    kept: tuple[Path, ...]


def copy(lessons: Sequence[Lesson], folder: Path) -> Copied:
    """The notebooks in the folder, which is made if need be. Raises `DeriveError` if it cannot be written into."""
    new: list[Path] = []
    kept: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for lesson in lessons:
            target = folder / lesson.path.name
            (new if _placed(lesson.path.read_bytes(), target) else kept).append(target)
    except (FileExistsError, NotADirectoryError):
        raise DeriveError("this is a file, and a folder is needed", str(folder), "give another name") from None
    except OSError as error:
        raise DeriveError(f"the lessons cannot be copied: {error.strerror or error}", str(error.filename or folder)) from None
    return Copied(tuple(new), tuple(kept))


def _placed(content: bytes, target: Path) -> bool:
    """Whether a file was made: whole, in one act, and only where nothing of that name was."""
    if os.path.lexists(target):
        return False
    beside = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    try:
        with open(beside, "xb") as file:
            file.write(content)
        try:
            os.link(beside, target)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if os.path.lexists(target):
                return False
            os.replace(beside, target)
        return True
    finally:
        beside.unlink(missing_ok=True)
