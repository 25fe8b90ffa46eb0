"""A free choice: any numbers or any formula with a property, such as a line that separates two points, or weights that solve XOR."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sympy import Expr

from ..blocks import Block, Paragraph
from ..errors import DeriveError, ReadError
from ..printing import latex
from ..reading import read
from .mistakes.diagnosis import Diagnosis
from .typed_answers import BLANK, assignments, in_either, known, number_of
from .verdicts import RIGHT, UNREADABLE, WRONG, Verdict

DEEPEST = 5  # brackets within brackets
Check = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Choice:
    """Numbers or arrays by name, for which `check` gives what is wrong with them, in one sentence, or an empty text.

    shapes   what is asked for: {"w": (2,), "b": ()}
    example  one answer that is right
    """

    name: str
    shapes: Mapping[str, tuple[int, ...]]
    check: Check
    example: Mapping[str, Any] = field(default_factory=dict)
    points: float = 1

    def __post_init__(self) -> None:
        problem = self.check(self._arrays(self.example))
        if problem:
            raise DeriveError(f"its own example is not accepted: {problem}", f"task {self.name!r}", "correct the example or the check")

    def solution(self) -> Mapping[str, Any]:
        return self.example

    def unfit(self) -> str:
        return ""

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        if solved:
            return (Paragraph(f"{self.name}, for example: {'; '.join(f'{n} = {v}' for n, v in self.example.items())}"),)
        return tuple(Paragraph(f"{name} = {BLANK}") for name in self.shapes)

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        try:
            given = _named(answer, self.shapes)
            arrays, strange = self._arrays(given), known(given, self.shapes)
        except (ReadError, DeriveError) as error:
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail=str(error)),)
        problem = self.check(arrays)
        if problem:
            return (Verdict(self.name, WRONG, 0, self.points, str(answer), diagnosis=problem, detail=strange, codes=("property.missed",)),)
        return (Verdict(self.name, RIGHT, self.points, self.points, str(answer), detail=strange),)

    def _arrays(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for name, shape in self.shapes.items():
            if name not in given:
                raise DeriveError(f"{name} is missing", self.name, f"expected: {', '.join(self.shapes)}")
            try:
                array = np.asarray(given[name], dtype=np.float64)
            except (TypeError, ValueError, OverflowError):
                raise DeriveError(f"{given[name]!r} is no array of numbers", name) from None
            if array.shape != shape or not np.isfinite(array).all():
                raise DeriveError(f"it is {_counted(array.shape)}, expected {_counted(shape, 'finite ')}", name)
            found[name] = array
        return found


def _counted(shape: tuple[int, ...], which: str = "") -> str:
    """ "one number", "a list of one number", "3 numbers", "2 x 3 numbers" for a shape; `which` stands before the noun."""
    if shape in ((), (1,)):
        return f"{'a list of ' * len(shape)}one {which}number"
    return f"{' x '.join(map(str, shape))} {which}numbers"


def choice(
    name: str, shapes: Mapping[str, tuple[int, ...]], check: Check, *, example: Mapping[str, Any], points: float = 1
) -> Choice:
    """Any numbers of these shapes for which `check` gives an empty text, and else what is wrong with them."""
    return Choice(name, shapes, check, example, points)


@dataclass(frozen=True)
class FreeFormula:
    """A formula in certain symbols, for which `check` gives what it does not do, or an empty diagnosis."""

    name: str
    check: Callable[[Expr], Diagnosis]
    symbols: str
    example: str
    points: float = 1

    def __post_init__(self) -> None:
        problem = self.check(read(self.example, self.symbols))
        if problem:
            what = f"its own example is not accepted: {problem.sentence}"
            raise DeriveError(what, f"task {self.name!r}", "correct the example or the check")

    def solution(self) -> str:
        return self.example

    def unfit(self) -> str:
        return ""

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        return (Paragraph(f"{self.name}, for example: {self.example}" if solved else f"{self.name}: {BLANK}"),)

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        try:
            e = in_either(str(answer), lambda text, form: read(text, self.symbols, form=form))
        except ReadError as error:
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail=str(error)),)
        found, shown = self.check(e), latex(e, typed_order=True)
        if found:
            return (Verdict(self.name, WRONG, 0, self.points, str(answer), shown, found.sentence, found.hint, codes=found.codes),)
        return (Verdict(self.name, RIGHT, self.points, self.points, str(answer), shown),)


def free_formula(name: str, check: Callable[[Expr], Diagnosis], *, symbols: str, example: str, points: float = 1) -> FreeFormula:
    """Any formula in these symbols for which `check` finds nothing wrong, such as a factor that damps steep slopes."""
    return FreeFormula(name, check, symbols, example, points)


def _named(answer: Any, names: Iterable[str]) -> Mapping[str, Any]:
    """{"w": ..., "b": ...}, or a text such as "w = (2, -1), b = 1/2" or a line for each."""
    if isinstance(answer, Mapping):
        return answer
    if not isinstance(answer, str):
        raise ReadError(f"expected numbers by name, not {type(answer).__name__}", str(answer), 0, 'for example "w = (2, -1); b = 1/2"')
    return {name: _nested(typed, typed, 0) for name, typed in assignments(answer, names).items()}


def _nested(typed: str, part: str, depth: int) -> Any:
    """(2, -1) or [[1, 2], [3, 4]] as nested lists of numbers; each number is read like any typed expression."""
    pairs = {"(": ")", "[": "]"}
    if typed[:1] not in pairs:
        return number_of(typed)
    if depth > DEEPEST:
        raise ReadError(f"brackets are nested deeper than {DEEPEST}", part, 0)
    if len(typed) < 2 or typed[-1] != pairs[typed[0]]:
        raise ReadError(f"the '{typed[0]}' is never closed", part, 0)
    items, level, start = [], 0, 1
    for at, c in enumerate(typed[1:-1], 1):
        level += (c in pairs) - (c in pairs.values())
        if c == "," and level == 0:
            items.append(typed[start:at])
            start = at + 1
    return [_nested(item.strip(), part, depth + 1) for item in [*items, typed[start:-1]] if item.strip()]
