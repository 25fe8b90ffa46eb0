"""A file is written whole or not at all: into a new file beside it, which then takes its name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .errors import DeriveError


def save(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file in one act; a file that was there stays as it was if anything goes wrong. `DeriveError` names what did."""
    shown = os.fspath(path)
    target = writable(shown)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(beside, "xb") as file:
            file.write(content)
        if target.exists():
            shutil.copymode(target, beside)
        os.replace(beside, target)
    except OSError as error:
        raise DeriveError(f"the file cannot be written: {error.strerror or error}", shown) from None
    finally:
        beside.unlink(missing_ok=True)


def writable(path: str | os.PathLike[str]) -> Path:
    """The path with links followed, if a file can be written there; raises `DeriveError` before anybody has waited in vain."""
    shown = os.fspath(path)
    try:
        target = Path(path).resolve()
        if target.is_dir():
            raise DeriveError("it is a directory", shown, "give the name of a file")
        if not target.parent.is_dir():
            raise DeriveError(f"there is no directory {str(target.parent)!r}", shown, "make it first")
        if not os.access(target.parent, os.W_OK):
            raise DeriveError(f"nothing can be written into {str(target.parent)!r}: permission denied", shown)
    except DeriveError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise DeriveError(f"this is no name for a file: {error}", shown[:80]) from None
    return target


def extension(path: str | os.PathLike[str], known: tuple[str, ...]) -> str:
    """The ending of a file's name, in small letters; raises `DeriveError` with those that are known if it is another."""
    shown = os.fspath(path)
    ending = Path(shown).suffix.lower()
    if ending not in known:
        what = f"the ending {ending!r} is not known" if ending else "the name has no ending"
        raise DeriveError(what, shown, f"use one of {', '.join(known)}")
    return ending
