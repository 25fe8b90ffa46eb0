"""Numbers that any computation gives, with what known mistakes give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import DeriveError
from .cells import Cells, Tolerance
from .mistakes.diagnosis import Cause, Diagnosis

Follows = Callable[[str, Mapping[str, float]], float]
HINT = "Compute it once more, and write down every step."


@dataclass(frozen=True)
class Numbers(Cells):
    """Numbers by name, as some code of the toolkit computes them.

    values    the right numbers
    mistaken  for a cell the wrong numbers that are known, each under the sentence that says what was done
    follows   the number of a cell, computed from those of the cells before it as they were filled in
    """

    values: Mapping[str, float] = field(kw_only=True)
    mistaken: Mapping[str, Mapping[str, float]] = field(kw_only=True, default_factory=dict)
    follows: Follows | None = field(kw_only=True, default=None)

    @property
    def right(self) -> Mapping[str, float]:
        return self.values

    def unfit(self) -> str:
        known = next((c for c, rows in self.mistaken.items() for v in rows.values() if self.tolerance.allows(v, self.right[c])), None)
        if known is not None:
            return f"a wrong way gives the right {known}"
        return super().unfit()

    def carried(self, cell: str, numbers: Mapping[str, float]) -> list[str]:
        return self.wrong(self.cells[: self.cells.index(cell)], numbers) if self.follows else []

    def following(self, cell: str, numbers: Mapping[str, float]) -> float:
        assert self.follows is not None
        return float(self.follows(cell, {**self.right, **{c: v for c, v in numbers.items() if c != cell}}))

    def explained(self, cell: str, number: float, numbers: Mapping[str, float]) -> Diagnosis:
        rows = [(told, wrong) for told, wrong in self.mistaken.get(cell, {}).items() if self.tolerance.allows(number, float(wrong))]
        return Diagnosis(tuple(Cause(f"{self.name}, {cell}: {told}", told, HINT) for told, _ in rows))


def numbers(
    name: str,
    values: Mapping[str, Any],
    *,
    mistaken: Mapping[str, Mapping[str, Any]] | None = None,
    follows: Follows | None = None,
    decimals: int | None = 3,
    relative: float = 0.0,
    distinct: bool = True,
    points: float = 1,
) -> Numbers:
    """Numbers by name.

    values, mistaken, follows  what the code of the toolkit computes, what known mistakes give, what goes on from a wrong number
    decimals, relative         how near a number has to be
    distinct                   whether a variant in which a number is nearly 0, or the same as another, is drawn again
    """
    right = {cell: float(v) for cell, v in values.items()}
    known = {cell: {told: float(v) for told, v in rows.items()} for cell, rows in (mistaken or {}).items()}
    if stray := [cell for cell in known if cell not in right]:
        raise DeriveError(f"there is no cell {stray[0]!r}", f"task {name!r}", f"cells: {', '.join(right)}")
    tolerance = Tolerance(decimals, relative)
    return Numbers(name, tuple(right), tolerance, points, distinct, values=right, mistaken=known, follows=follows)
