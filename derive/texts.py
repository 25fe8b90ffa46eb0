"""What a printed formula is: a string, how tightly it binds, and the rows and notes that are made of such texts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Level(IntEnum):
    """How tightly a text binds. LOOSE, as a/b on one line, needs brackets within a product but not within a sum."""

    SUM = 0
    LOOSE = 1
    PRODUCT = 2
    FRACTION = 3
    POWER = 4
    ATOM = 5


@dataclass(frozen=True)
class Text:
    """A printed formula. `tall`: its brackets must grow; `open`: it takes in what follows it (a sum sign, ln a);
    `taken`: its superscript is in use; `numeric`: it begins with a digit, so that a factor before it needs a dot."""

    string: str
    level: Level = Level.ATOM
    tall: bool = False
    open: bool = False
    taken: bool = False
    numeric: bool = False

    def __str__(self) -> str:
        return self.string


Note = str | tuple[str | Text, ...]  # words, or words and formulas


class Row(NamedTuple):
    """A line of a derivation: left = right, with the rule in the margin, and a label such as BP1.

    Without a relation, `right` stands alone: a long left side on a line of its own.
    """

    left: Text | None
    right: Text
    note: Note = ""
    label: str = ""
    relation: str = "="
