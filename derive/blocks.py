"""What a document is made of: headings, running text, formulas, code and tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .notation import Row, Style
from .styles import Note

Rows = Callable[[Style], Sequence[Row]]
Words = str | Callable[[Style], Note]


@dataclass(frozen=True)
class Heading:
    """A line above what follows."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text: words, or what makes words and formulas in the style that it is given."""

    text: Words


@dataclass(frozen=True)
class Formulas:
    """Aligned lines. `rows` makes them in the style that it is given."""

    rows: Rows


@dataclass(frozen=True)
class Code:
    """Source text in Python."""

    source: str


@dataclass(frozen=True)
class Grid:
    """A table of short texts."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Formulas | Code | Grid
