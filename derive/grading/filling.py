"""Numbers to fill in: the forward and backward table of named equations at one point, for one sample or for several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sympy import Add, Expr, Float, Symbol

from ..errors import DeriveError
from ..graph import Graph
from ..ops import Activation
from .cells import Cells, Tolerance
from .mistakes.diagnosis import NONE, Diagnosis, diagnose_numbers
from .mistakes.problems import VALUE, Problem

FLAT = 0.02  # a unit whose slope is smaller is saturated: the numbers behind it say nothing


@dataclass(frozen=True)
class Filling(Cells):
    """A table to fill in. A cell is called "z1" for a value and "dL/dz1" for the derivative of the output L.

    problem   the named equations; `at`: the value of every variable, of data a list with one for each sample
    unrolled  the same equations with those that differ from sample to sample written once for each: z1_1, z1_2, ...
    """

    problem: Problem = field(kw_only=True)
    unrolled: tuple[tuple[str, Expr], ...] = field(kw_only=True)
    at: Mapping[str, Any] = field(kw_only=True)

    @cached_property
    def equations(self) -> dict[str, Expr]:
        return dict(self.unrolled)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The value of every variable, each sample's by its own name."""
        return {f"{name}_{k}": v for name, vs in self.at.items() if isinstance(vs, list | tuple) for k, v in enumerate(vs, 1)} | {
            name: v for name, v in self.at.items() if not isinstance(v, list | tuple)
        }

    @cached_property
    def right(self) -> dict[str, float]:
        """What stands in every cell that could be asked for: computed by the graph of the equations."""
        graph = Graph.from_equations(list(self.unrolled), output=self.problem.output)
        graph.forward(self.values)
        graph.backward()
        names = [*graph.variables, *self.equations]
        values = {name: float(graph.value(name)) for name in names}
        slopes = {self.derivative(name): graph.gradient(name) for name in names}
        return values | {cell: float(slope) for cell, slope in slopes.items() if slope is not None}

    def derivative(self, name: str) -> str:
        return f"d{self.problem.output}/d{name}"

    @property
    def given(self) -> str:
        return "with " + ", ".join(f"{name} = {value}" for name, value in self.at.items())

    def unfit(self) -> str:
        """Besides numbers that are nearly 0 or alike, a saturated unit would make a variant easier or harder."""
        return super().unfit() or next((told for name, rhs in self.unrolled if (told := self._saturated(name, rhs))), "")

    def _saturated(self, name: str, rhs: Expr) -> str:
        for unit in _plain(rhs).atoms(Activation):
            if abs(_value(type(unit).prime(unit.args[0]), self.right.__getitem__)) < FLAT:
                return f"{name} is saturated"
        return ""

    def explained(self, cell: str, number: float, numbers: Mapping[str, float]) -> Diagnosis:
        problem, at, asked = self.problem, dict(self.at), cell
        stem, _, sample = cell.rpartition("_")
        if self.problem.samples > 1 and sample.isdigit() and stem in self._per_sample:
            # The value at one sample is a question about that sample alone.
            problem, asked = replace(problem, samples=1, data=()), stem
            at = {name: v[int(sample) - 1] if isinstance(v, list | tuple) else v for name, v in at.items()}
        try:
            found = diagnose_numbers({asked: number}, problem, at, self.tolerance.share(number))[asked]
            return found
        except DeriveError:
            return NONE

    @cached_property
    def _per_sample(self) -> set[str]:
        return {name for name, _ in self.problem.written if name not in self.equations}

    # What follows from the numbers that were filled in

    def carried(self, cell: str, numbers: Mapping[str, float]) -> list[str]:
        """The cells that were filled in wrongly and go into this one, directly or through what was not asked for."""
        found, waiting = set[str](), self._inputs(cell)
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += [] if one in numbers else self._inputs(one)
        return self.wrong(filter(found.__contains__, self.cells), numbers)

    def _inputs(self, cell: str) -> list[str]:
        name = self._differentiated(cell)
        if name is None:
            return [s.name for s in self.equations[cell].free_symbols] if cell in self.equations else []
        users = [v for v, rhs in self.equations.items() if Symbol(name) in _plain(rhs).free_symbols]
        values = {s.name for v in users for s in self.equations[v].free_symbols}
        return [*(self.derivative(v) for v in users if v != self.problem.output), *sorted(values)]

    def following(self, cell: str, numbers: Mapping[str, float]) -> float:
        known = {name: float(v) for name, v in self.values.items()} | {c: n for c, n in numbers.items() if c != cell}

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
    distinct: bool = True,
    points: float = 1,
) -> Filling:
    """Numbers to fill in: values of named equations, and derivatives of the last one.

    at                  the value of every variable; where lists are given there is a sample for each entry, what depends on it is called
                        z_1, z_2, ..., and the last equation is added up over the samples
    cells               what is blank, "z1 a1 L dL/dz1"; unless said, every value and every derivative
    decimals, relative  how near a number has to be
    distinct            whether a variant in which a number is nearly 0, or the same as another, is drawn again
    """
    data = tuple(n for n, v in at.items() if isinstance(v, list | tuple))
    counts = {len(at[n]) for n in data} or {1}
    if len(counts) > 1 or 0 in counts:
        raise DeriveError(f"{', '.join(data)} have lists of different lengths", f"task {name!r}", "give one number for each sample")
    samples = counts.pop()
    single = Problem.of_equations(equations, asks=VALUE)
    problem = Problem.of_equations(equations, samples=samples, data=data, asks=VALUE) if samples > 1 else single
    problem = replace(problem, written=single.written)
    unrolled = _unrolled(single.written, data, samples) if samples > 1 else single.written
    wanted = tuple(cells.replace(",", " ").split() if isinstance(cells, str) else cells)
    if not wanted:
        names = [n for n, _ in unrolled]
        wanted = (*names, *(f"d{problem.output}/d{n}" for n in reversed([*(n for n in at if n not in data), *names[:-1]])))
    return Filling(name, wanted, Tolerance(decimals, relative), points, distinct, problem=problem, unrolled=unrolled, at=at)


def _unrolled(written: Iterable[tuple[str, Expr]], data: tuple[str, ...], samples: int) -> tuple[tuple[str, Expr], ...]:
    own, found = list(data), list[tuple[str, Expr]]()
    for name, rhs in written:
        if not {s.name for s in rhs.free_symbols} & set(own):
            found.append((name, rhs))
            continue
        own.append(name)
        for k in range(1, samples + 1):
            found.append((f"{name}_{k}", rhs.xreplace({s: Symbol(f"{s.name}_{k}") for s in rhs.free_symbols if s.name in own})))
    if own[-1:] == [name]:
        found.append((name, Add(*(Symbol(f"{name}_{k}") for k in range(1, samples + 1)), evaluate=False)))
    return tuple(found)


def _plain(e: Expr) -> Expr:
    """The expression with a plain symbol for each name."""
    return e.xreplace({s: Symbol(s.name) for s in e.free_symbols})


def _value(e: Expr, found: Callable[[str], float]) -> float:
    plain = Activation.written_out(_plain(e))
    number = plain.xreplace({s: Float(found(s.name)) for s in plain.free_symbols}).evalf()
    return float(number) if number.is_real else float("nan")
