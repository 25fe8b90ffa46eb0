"""Numbers to fill in: the forward and backward table of named equations at one point, with the tolerance that the task states.

A wrong number is marked once: what follows from it by the right equation gets its marks, and the report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Expr, Float, Symbol

from ..blocks import Block, Grid, Paragraph
from ..errors import DeriveError, ReadError
from ..graph import Graph
from ..ops import Activation
from ..reading import read
from .mistakes.diagnosis import NONE, Diagnosis, diagnose_numbers
from .mistakes.problems import VALUE, Problem
from .verdicts import RIGHT, UNREADABLE, WRONG, Verdict

TRIVIAL = (0.0, 1.0)  # a wrong number that would make what follows from it too easy


@dataclass(frozen=True)
class Tolerance:
    """How near a number has to be: to so many decimals, or to a share of itself. A number typed with fewer digits is rounded, not wrong."""

    decimals: int | None = 3
    relative: float = 0.0

    def allows(self, given: float, right: float) -> bool:
        wide = 0.5 * 10.0**-self.decimals if self.decimals is not None else 0.0
        return abs(given - right) <= max(wide, self.relative * abs(right)) * (1 + 1e-9) + 1e-12 * abs(right)

    def __str__(self) -> str:
        return f"to {self.decimals} decimals" if self.decimals is not None else f"to {100 * self.relative:g} %"


@dataclass(frozen=True)
class Filling:
    """A table to fill in. A cell is called "z1" for a value and "dL/dz1" for the derivative of the output L.

    problem  the named equations; `at`: the value of every variable
    cells    the cells that are blank, in the order of the computation
    """

    name: str
    problem: Problem
    at: Mapping[str, Any]
    cells: tuple[str, ...]
    tolerance: Tolerance = Tolerance()
    points: float = 1

    def __post_init__(self) -> None:
        unknown = [cell for cell in self.cells if cell not in self.right]
        if unknown or not self.cells:
            what = f"there is no cell {unknown[0]!r}" if unknown else "there is no cell to fill in"
            raise DeriveError(what, f"task {self.name!r}", f"cells: {', '.join(self.right)}")

    @cached_property
    def equations(self) -> dict[str, Expr]:
        return dict(self.problem.written)

    @cached_property
    def right(self) -> dict[str, float]:
        """What stands in every cell that could be asked for: computed by the graph of the equations."""
        graph = Graph.from_equations(list(self.problem.written), output=self.problem.output)
        graph.forward(dict(self.at))
        graph.backward()
        names = [*graph.variables, *self.equations]
        values = {name: float(graph.value(name)) for name in names}
        slopes = {self.derivative(name): graph.gradient(name) for name in names}
        return values | {cell: float(slope) for cell, slope in slopes.items() if slope is not None}

    def derivative(self, name: str) -> str:
        return f"d{self.problem.output}/d{name}"

    def solution(self) -> dict[str, str]:
        """Every blank with its number, rounded as the task says."""
        digits = self.tolerance.decimals
        return {cell: f"{self.right[cell]:.12g}" if digits is None else f"{self.right[cell]:.{digits}f}" for cell in self.cells}

    def unfit(self) -> str:
        """A number that rounds to less than two digits, or two cells with the same number, would make a variant easier or harder."""
        least = 10.0 ** (1 - self.tolerance.decimals) if self.tolerance.decimals is not None else 1e-9
        small = next((cell for cell in self.cells if abs(self.right[cell]) < least), None)
        if small is not None:
            return f"{small} is {self.right[small]:.3g}, nearly 0"
        numbers = [abs(self.right[cell]) for cell in self.cells]
        twice = next((cell for n, cell in enumerate(self.cells) if any(self.tolerance.allows(numbers[n], m) for m in numbers[:n])), None)
        return f"{twice} is the same number as another" if twice else ""

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        given = ", ".join(f"{name} = {value}" for name, value in self.at.items())
        numbers = self.solution()
        rows = tuple((cell, numbers[cell] if solved else "_" * 12) for cell in self.cells)
        return (Paragraph(f"{self.name}: with {given}, {self.tolerance}"), Grid(("quantity", "number"), rows))

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        each = self.points / len(self.cells)
        try:
            given = _table(answer)
        except ReadError as error:
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail=str(error)),)
        numbers: dict[str, float] = {}
        verdicts = []
        for cell in self.cells:
            verdict = self._cell(cell, given.get(cell), each, numbers)
            verdicts.append(verdict)
        return tuple(verdicts)

    def _cell(self, cell: str, typed: Any, points: float, numbers: dict[str, float]) -> Verdict:
        name = cell if len(self.cells) == 1 else f"{self.name}: {cell}"
        if typed is None or not str(typed).strip():
            return Verdict(name, WRONG, 0, points, detail="nothing is filled in")
        try:
            number = _number(typed)
        except ReadError as error:
            return Verdict(name, UNREADABLE, 0, points, str(typed), detail=str(error))
        numbers[cell] = number
        if self.tolerance.allows(number, self.right[cell]):
            return Verdict(name, RIGHT, points, points, str(typed), str(typed))
        carried = self._carried(cell, numbers)
        if carried and self.tolerance.allows(number, self._following(cell, numbers)):
            wrong = ", ".join(carried)
            if any(numbers[c] in TRIVIAL for c in carried):
                told = f"it follows from {wrong}, but that wrong number makes it too easy"
                return Verdict(name, WRONG, 0, points, str(typed), str(typed), detail=told)
            told = f"not what is expected, but it follows from {wrong} as you have it: full marks"
            return Verdict(name, RIGHT, points, points, str(typed), str(typed), detail=told, follow_through=True)
        why = self._explained(cell, number)
        example = f"yours is {number:.6g}, expected {self.right[cell]:.6g}"
        return Verdict(name, WRONG, 0, points, str(typed), str(typed), why.sentence, why.hint, example, codes=why.codes)

    def _explained(self, cell: str, number: float) -> Diagnosis:
        try:
            found: Diagnosis = diagnose_numbers({cell: number}, self.problem, self.at, self._share(cell))[cell]
            return found
        except DeriveError:
            return NONE

    def _share(self, cell: str) -> float:
        wide = 0.5 * 10.0**-self.tolerance.decimals if self.tolerance.decimals is not None else 0.0
        return max(self.tolerance.relative, wide / max(abs(self.right[cell]), 1e-12), 1e-9)

    # What follows from the numbers that were filled in

    def _carried(self, cell: str, numbers: Mapping[str, float]) -> list[str]:
        """The cells that were filled in wrongly and go into this one, directly or through what was not asked for."""
        wrong, seen, waiting = list[str](), set[str](), self._inputs(cell)
        while waiting:
            one = waiting.pop(0)
            if one in seen:
                continue
            seen.add(one)
            if one in numbers:
                wrong += [] if self.tolerance.allows(numbers[one], self.right[one]) else [one]
            else:
                waiting += self._inputs(one)
        return wrong

    def _inputs(self, cell: str) -> list[str]:
        name = self._differentiated(cell)
        if name is None:
            return [s.name for s in self.equations[cell].free_symbols] if cell in self.equations else []
        users = [v for v, rhs in self.equations.items() if Symbol(name) in _plain(rhs).free_symbols]
        values = {s.name for v in users for s in self.equations[v].free_symbols}
        return [*(self.derivative(v) for v in users if v != self.problem.output), *sorted(values)]

    def _following(self, cell: str, numbers: Mapping[str, float]) -> float:
        """The number that the right equations give with what was filled in."""
        known = {name: float(value) for name, value in self.at.items()} | {c: n for c, n in numbers.items() if c != cell}

        def found(one: str) -> float:
            if one not in known:
                known[one] = computed(one)
            return known[one]

        def computed(one: str) -> float:
            name = self._differentiated(one)
            if name is None:
                return _value(self.equations[one], found)
            total = 0.0
            for v, rhs in self.equations.items():
                slope = _plain(rhs).diff(Symbol(name))
                if slope != 0:
                    total += (1.0 if v == self.problem.output else found(self.derivative(v))) * _value(slope, found)
            return total

        return computed(cell)

    def _differentiated(self, cell: str) -> str | None:
        head = f"d{self.problem.output}/d"
        return cell.removeprefix(head) if cell.startswith(head) else None


def table(
    name: str,
    equations: Any,
    *,
    at: Mapping[str, Any],
    cells: str | Iterable[str] = "",
    decimals: int | None = 3,
    relative: float = 0.0,
    points: float = 1,
) -> Filling:
    """Numbers to fill in: values of named equations, and derivatives of the last one.

    at                  the value of every variable
    cells               what is blank, "z1 a1 L dL/dz1"; unless said, every value and every derivative
    decimals, relative  how near a number has to be
    """
    problem = Problem.of_equations(equations, asks=VALUE)
    wanted = tuple(cells.split() if isinstance(cells, str) else cells)
    if not wanted:
        names = [n for n, _ in problem.written]
        wanted = (*names, *(f"d{problem.output}/d{n}" for n in reversed([*at, *names[:-1]])))
    return Filling(name, problem, at, wanted, Tolerance(decimals, relative), points)


def _plain(e: Expr) -> Expr:
    """The expression with a plain symbol for each name."""
    return e.xreplace({s: Symbol(s.name) for s in e.free_symbols})


def _value(e: Expr, found: Callable[[str], float]) -> float:
    plain = Activation.written_out(_plain(e))
    number = plain.xreplace({s: Float(found(s.name)) for s in plain.free_symbols}).evalf()
    return float(number) if number.is_real else float("nan")


def _table(answer: Any) -> Mapping[str, Any]:
    """Cells and what was typed into them: a mapping, or a text with a line "z1 = 0.5" for each."""
    if isinstance(answer, Mapping):
        return {str(cell): typed for cell, typed in answer.items()}
    if not isinstance(answer, str):
        raise ReadError(f"expected a table, not {type(answer).__name__}", str(answer), 0, 'a line for each cell: "z1 = 0.5"')
    found: dict[str, Any] = {}
    for line in filter(None, (part.strip() for part in answer.replace(";", "\n").splitlines())):
        cell, sign, typed = line.partition("=")
        if not sign:
            raise ReadError("this line does not fill in a cell", line, 0, 'a line for each cell: "z1 = 0.5"')
        found[cell.strip()] = typed.strip()
    return found


def _number(typed: Any) -> float:
    """0.5, "1/2", "-2e-3" as a number; raises `ReadError` for what is none."""
    if isinstance(typed, int | float) and not isinstance(typed, bool):
        return float(typed)
    value = read(str(typed), symbols=()).evalf()
    if not value.is_real or not value.is_finite:
        raise ReadError("this is no number", str(typed), 0)
    return float(value)
