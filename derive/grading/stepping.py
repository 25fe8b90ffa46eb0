"""Gradient descent by hand: the parameters after each step, and the values of the function there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Expr, Float, Symbol

from ..deriving import derive
from ..descent import descend
from ..errors import DeriveError
from ..exact import held
from ..ops import Activation
from ..reading import read
from .cells import Cells, Tolerance
from .mistakes.diagnosis import NONE, Diagnosis, diagnose_numbers
from .mistakes.problems import Problem

Rate = float | Sequence[float] | Callable[[Mapping[str, float]], float]
STEP = "eta"


@dataclass(frozen=True)
class Stepping(Cells):
    """Gradient descent by hand: "w_2" is w after two steps, "L_2" the value of the function there.

    function  what is minimised, with the data put in; `output` is its name
    start     the parameters before the first step
    rate      one learning rate, one for each step, or a function of the gradient {"w": dL/dw, ...}
    """

    function: Expr = field(kw_only=True)
    output: str = field(kw_only=True)
    start: Mapping[str, float] = field(kw_only=True)
    rate: Rate = field(kw_only=True)
    steps: int = field(kw_only=True)

    @cached_property
    def right(self) -> dict[str, float]:
        here, found = dict(self.start), dict[str, float]()
        for k in range(1, self.steps + 1):
            here = self._after(here, k)
            found |= {f"{name}_{k}": value for name, value in here.items()} | {f"{self.output}_{k}": self._loss(here)}
        return found

    @property
    def given(self) -> str:
        return "from " + ", ".join(f"{name} = {value:g}" for name, value in self.start.items())

    def _after(self, here: Mapping[str, float], k: int) -> dict[str, float]:
        at = {Symbol(name): value for name, value in here.items()}
        run = descend(self.function, at, self._rate(here, k), 1, variables=list(at))
        last = run.points[-1]
        return dict(zip(here, [float(last)] if len(here) == 1 and not hasattr(last, "__len__") else map(float, last), strict=True))

    def _rate(self, here: Mapping[str, float], k: int) -> float:
        if callable(self.rate):
            return float(self.rate({name: _value(slope, here) for name, slope in self._slopes.items()}))
        return float(self.rate[k - 1]) if isinstance(self.rate, Sequence) else float(self.rate)

    @cached_property
    def _slopes(self) -> dict[str, Expr]:
        return {name: derive(self.function, Symbol(name)).result for name in self.start}

    def _loss(self, here: Mapping[str, float]) -> float:
        return _value(self.function, here)

    def _before(self, cell: str, numbers: Mapping[str, float]) -> tuple[str, int, dict[str, float]]:
        """The name and the step of a cell, and the parameters from which it is computed, as they were filled in."""
        name, _, step = cell.rpartition("_")
        k = int(step) - (name != self.output)
        known = {**self.right, **numbers}
        return name, int(step), {p: known[f"{p}_{k}"] if k else value for p, value in self.start.items()}

    def carried(self, cell: str, numbers: Mapping[str, float]) -> list[str]:
        name, k, here = self._before(cell, numbers)
        return self.wrong([f"{p}_{k - (name != self.output)}" for p in here], numbers)

    def following(self, cell: str, numbers: Mapping[str, float]) -> float:
        name, k, here = self._before(cell, numbers)
        return self._loss(here) if name == self.output else self._after(here, k)[name]

    def explained(self, cell: str, number: float, numbers: Mapping[str, float]) -> Diagnosis:
        name, k, here = self._before(cell, numbers)
        try:
            if name == self.output:
                problem = Problem.of_expression(self.function, next(iter(here)), output=name).value(name)
                found = diagnose_numbers(number, problem, here, self.tolerance.share(number))
                return found
            step = Problem.of_expression(self.function, name, output=self.output, rate=STEP).step(STEP)
            at = {**here, STEP: self._rate(here, k)}
            found = diagnose_numbers(number, step, at, self.tolerance.share(number - here[name]))
            return found
        except DeriveError:
            return NONE


def descent(
    name: str,
    function: Any,
    *,
    start: Mapping[str, Any],
    rate: Any,
    steps: int,
    at: Mapping[str, Any] | None = None,
    cells: str | Iterable[str] = "",
    output: str = "L",
    decimals: int | None = 3,
    relative: float = 0.0,
    distinct: bool = True,
    points: float = 1,
) -> Stepping:
    """The iterates of gradient descent, and the values of the function there.

    function  an expression or a text; `at`: the data in it
    start     the parameters before the first step; `rate`: see `Stepping`
    cells     what is blank, "w_1 b_1 L_1"; unless said, every parameter after every step
    """
    e = read(function) if isinstance(function, str) else function
    with held():
        e = e.xreplace({s: read(str((at or {})[s.name])) for s in e.free_symbols if s.name in (at or {})})
    e = e.xreplace({s: Symbol(s.name) for s in e.free_symbols})
    if strange := sorted({s.name for s in e.free_symbols} ^ set(start)):
        raise DeriveError(f"there is no value for {strange[0]}, or it is not there", f"task {name!r}", "give `start` and `at`")
    asked = tuple(cells.replace(",", " ").split() if isinstance(cells, str) else cells)
    wanted = asked or tuple(f"{p}_{k + 1}" for k in range(steps) for p in start)
    begun = {p: float(v) for p, v in start.items()}
    tolerance = Tolerance(decimals, relative)
    return Stepping(name, wanted, tolerance, points, distinct, function=e, output=output, start=begun, rate=rate, steps=steps)


def _value(e: Expr, at: Mapping[str, float]) -> float:
    found = Activation.written_out(e).xreplace({Symbol(name): Float(value) for name, value in at.items()}).evalf()
    return float(found) if found.is_real else float("nan")
