r"""A course's own notation, and the three styles in which a formula is printed.

Nielsen's letters: $w^l_{jk}$, $b^l_j$, $z^l_j$, $a^l_j$, $\delta^l_j$. Layers count from 0, the input, unless a course
counts from 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .errors import DeriveError
from .indices import Quantity
from .mathml import MATHML
from .styles import Level, Row, Style, Text
from .terminal import UNICODE
from .tex import LATEX

__all__ = ["LATEX", "MATHML", "UNICODE", "Level", "Notation", "Row", "Style", "Text"]

# Roles that are written with one letter and the number of their layer. So is a parameter of a teacher's own layer, with its own letter;
# every other role is written with its own name.
LETTERS = {"weight": "w", "bias": "b", "weighted_input": "z", "activation": "a", "error": "delta"}
_SIZE = re.compile(r"n(\d+)")


@dataclass(frozen=True)
class Notation:
    """What a course's own notation changes in print.

    layers_from  the number of the input layer, 0 or 1: with 1 the first weights are w^2, as Nielsen counts
    samples      whether a batch has its samples in rows or in columns, in batch form
    """

    layers_from: Literal[0, 1] = 0
    samples: Literal["rows", "columns"] = "rows"

    def __post_init__(self) -> None:
        if self.layers_from not in (0, 1):
            raise DeriveError(f"layers_from={self.layers_from!r} is neither 0 nor 1", "Notation", "give the number of the input layer")
        if self.samples not in ("rows", "columns"):
            raise DeriveError(f'samples={self.samples!r} is neither "rows" nor "columns"', "Notation")

    def glyph(self, quantity: Quantity) -> tuple[str, int | None]:
        """The letter of a quantity and the layer that is printed with it, or its own name and None."""
        own = quantity.name.removesuffix(str(quantity.layer)) if quantity.role == "parameter" else ""
        letter = LETTERS.get(quantity.role, own)
        if quantity.layer is None or not letter:
            return quantity.name, None
        return letter, quantity.layer + self.layers_from

    def size(self, name: str) -> str:
        """The name of a size: n0, the width of the input, counts as the layers do."""
        counted = _SIZE.fullmatch(name)
        return f"n{int(counted[1]) + self.layers_from}" if counted else name
