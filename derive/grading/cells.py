"""Cells with a number in each: what is right within the stated tolerance, and what follows from an earlier wrong number.

A wrong number is marked once: what follows from it by the right rule gets its marks, and the report says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..blocks import Block, Grid, Paragraph
from ..errors import DeriveError, ReadError
from .mistakes.diagnosis import NONE, Diagnosis
from .typed_answers import assignments, known, matching, number_of
from .verdicts import RIGHT, UNREADABLE, WRONG, Verdict

LARGE = 1e12
DECIMAL = re.compile(r"[-+−]?\d*(?:[.,](\d*))?")
ROUNDED = "Keep more digits on the way, and round at the end."
TRIVIAL = (0.0, 1.0)  # a wrong number that would make what follows from it too easy

NOT_FILLED = "nothing is filled in"


@dataclass(frozen=True)
class Tolerance:
    """How near a number has to be: to so many decimals, or to a share of itself. More digits than asked for do no harm."""

    decimals: int | None = 3
    relative: float = 0.0

    @property
    def _last_digit(self) -> float:
        """Half a unit of the last decimal that is asked for."""
        return 0.5 * 10.0**-self.decimals if self.decimals is not None else 0.0

    def allows(self, given: float, right: float) -> bool:
        if not (math.isfinite(given) and math.isfinite(right)):
            return False
        wide = self._last_digit
        if self.decimals == 0 and right == round(right):
            wide = 0.0  # a count is a count
        return abs(given - right) <= max(wide, self.relative * abs(right)) * (1 + 1e-9) + 1e-12 * abs(right)

    def share(self, right: float) -> float:
        """The same as a share of the right number."""
        return max(self.relative, self._last_digit / max(abs(right), 1e-12), 1e-9)

    def written(self, number: float) -> str:
        """A number, rounded as the task says; a whole one as it is."""
        if number == round(number) and abs(number) < LARGE:
            return f"{number:.0f}"
        return f"{number:.12g}" if self.decimals is None else f"{number:.{self.decimals}f}"

    def __str__(self) -> str:
        return f"to {self.decimals} decimals" if self.decimals is not None else f"to {100 * self.relative:g} %"


@dataclass(frozen=True)
class Cells:
    """Numbers to fill in, in an order in which each can be computed from those before. A kind of table says what is right, and the rest.

    distinct  whether a variant with a number that is nearly 0, or the same as another, is drawn again
    """

    name: str
    cells: tuple[str, ...]
    tolerance: Tolerance = Tolerance()
    points: float = 1
    distinct: bool = True

    def __post_init__(self) -> None:
        unknown = [cell for cell in self.cells if cell not in self.right]
        if unknown or not self.cells:
            what = f"there is no cell {unknown[0]!r}" if unknown else "there is no cell to fill in"
            raise DeriveError(what, f"task {self.name!r}", f"cells: {', '.join(self.right)}")

    # What a kind of table says

    @property
    def right(self) -> Mapping[str, float]:
        """What stands in every cell that could be asked for."""
        raise NotImplementedError

    @property
    def given(self) -> str:
        """What is given, for the worksheet."""
        return ""

    def carried(self, cell: str, numbers: Mapping[str, float]) -> list[str]:
        """The cells that go into this one and were filled in wrongly."""
        return []

    def following(self, cell: str, numbers: Mapping[str, float]) -> float:
        """The number that the right rule gives with what was filled in, and with the right numbers for all else."""
        return self.right[cell]

    def explained(self, cell: str, number: float, numbers: Mapping[str, float]) -> Diagnosis:
        """The mistakes that give this number."""
        return NONE

    # The part of a task

    def solution(self) -> dict[str, str]:
        """Every blank with its number, rounded as the task says."""
        return {cell: self.tolerance.written(self.right[cell]) for cell in self.cells}

    def unfit(self) -> str:
        """A number that rounds to less than two digits, or two cells with the same number, would make a variant easier or harder."""
        if not self.distinct:
            return ""
        least = 10.0 ** (1 - self.tolerance.decimals) if self.tolerance.decimals is not None else 1e-9
        small = next((cell for cell in self.cells if abs(self.right[cell]) < least), None)
        if small is not None:
            return f"{small} is {self.right[small]:.3g}, nearly 0"
        numbers = [abs(self.right[cell]) for cell in self.cells]
        twice = next((cell for n, cell in enumerate(self.cells) if any(self.tolerance.allows(numbers[n], m) for m in numbers[:n])), None)
        return f"{twice} is the same number as another; if that is meant, say distinct=False" if twice else ""

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        numbers = self.solution()
        rows = tuple((cell, numbers[cell] if solved else "_" * 12) for cell in self.cells)
        told = f"{self.given}, {self.tolerance}" if self.given else str(self.tolerance)
        return (Paragraph(f"{self.name}: {told}"), Grid(("quantity", "number"), rows))

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        each = self.points / len(self.cells)
        try:
            given = by_cell(answer, self.cells)
        except ReadError as error:
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail=str(error)),)
        numbers: dict[str, float] = {}
        strange = known(given, self.cells)
        first, *rest = (self._cell(cell, given.get(cell), each, numbers, strange) for cell in self.cells)
        return (replace(first, detail="; ".join(filter(None, (first.detail, strange)))), *rest)

    def _cell(self, cell: str, typed: Any, points: float, numbers: dict[str, float], strange: str) -> Verdict:
        name = cell if len(self.cells) == 1 else f"{self.name}: {cell}"
        if typed is None or not str(typed).strip():
            # With a name that is none of the cells, this may well have been filled in.
            return Verdict(name, UNREADABLE if strange else WRONG, 0, points, detail=NOT_FILLED)
        try:
            number = number_of(typed)
        except ReadError as error:
            return Verdict(name, UNREADABLE, 0, points, str(typed), detail=str(error))
        carried = self.carried(cell, numbers)
        numbers[cell] = number
        if self.tolerance.allows(number, self.right[cell]):
            return Verdict(name, RIGHT, points, points, str(typed), str(typed))
        if carried and self._follows(cell, number, numbers):
            wrong = ", ".join(carried)
            if any(self.tolerance.allows(numbers[c], trivial) for c in carried for trivial in TRIVIAL):
                told = f"it follows from {wrong}, but that wrong number makes it too easy"
                return Verdict(name, WRONG, 0, points, str(typed), str(typed), detail=told)
            told = f"not what is expected, but it follows from {wrong} as you have it: full marks"
            return Verdict(name, RIGHT, points, points, str(typed), str(typed), detail=told, follow_through=True)
        decimals = decimals_of(typed)
        if decimals and round(self.right[cell], decimals) == number != 0:
            told = f"it is rounded too far: it has to be right {self.tolerance}"
            return Verdict(name, WRONG, 0, points, str(typed), str(typed), told, ROUNDED, codes=("number.rounded",))
        try:
            why = self.explained(cell, number, numbers)
        except (ArithmeticError, ValueError):  # with what was filled in before, there is nothing to compare with
            why = NONE
        return Verdict(name, WRONG, 0, points, str(typed), str(typed), why.sentence, why.hint, codes=why.codes)

    def _follows(self, cell: str, number: float, numbers: Mapping[str, float]) -> bool:
        try:
            return self.tolerance.allows(number, self.following(cell, numbers))
        except (ArithmeticError, ValueError):  # with what was filled in there is no such number: a division by 0, a logarithm
            return False

    def wrong(self, cells: Any, numbers: Mapping[str, float]) -> list[str]:
        """Those of the cells that were filled in wrongly."""
        return [c for c in cells if c in numbers and not self.tolerance.allows(numbers[c], self.right[c])]


def decimals_of(typed: Any) -> int:
    """How many decimals were typed; none in a fraction, or in a number with an exponent."""
    written = DECIMAL.fullmatch(str(typed).strip())
    return len(written[1] or "") if written else 0


def by_cell(answer: Any, cells: tuple[str, ...]) -> Mapping[str, Any]:
    """Cells and what was typed into them: a mapping, or a text with a line "z1 = 0.5" for each; of a single cell the number will do."""
    if isinstance(answer, Mapping):
        return {matching(str(cell), cells) or str(cell).strip(): typed for cell, typed in answer.items()}
    if len(cells) == 1 and (not isinstance(answer, str) or "=" not in answer):
        return {cells[0]: answer}
    if not isinstance(answer, str):
        raise ReadError(f"expected a table, not {type(answer).__name__}", str(answer), 0, 'a line for each cell: "z1 = 0.5"')
    return assignments(answer, cells)
