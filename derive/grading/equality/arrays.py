"""Answers with symbolic sizes: judged at several sizes, pairwise unequal first, at size 1 last and never alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sympy import Eq, Expr, Indexed, KroneckerDelta, Sum, Symbol

from ...equations import Equation, Expander, uses
from ...indices import Axis, Index, Quantity, bound
from ...partial import Partial
from ...shape import plus, rebuilt
from .comparing import WORK, same
from .domains import Constraint, Domain, constraints_of, domain_of
from .outcome import DIFFERENT, EQUAL, UNDECIDED, Counterexample, Same

Sizes = Mapping[Axis, int]
Array = npt.NDArray[np.float64]
Evaluate: TypeAlias = Callable[[dict[str, Array]], Any]

TERMS = 20_000  # of one entry, written out, at most
TOLERANCE = 1e-9  # relative; rounding is far below it


class Entries(Expander):
    """Expands as typed: nothing is evaluated, so that no number is computed without a limit. The entries are called w[1,2]."""

    def symbol(self, name: str, at: tuple[int, ...]) -> Symbol:
        return Symbol(f"{name}[{','.join(map(str, at))}]" if at else name, real=True)

    def scalar(self, e: Expr, at: Mapping[Index, int]) -> Expr:
        if isinstance(e, Sum):
            own = bound(e)
            points = self.points(i.axis for i in own)
            return plus(*(self.scalar(e.function, {**at, **dict(zip(own, p, strict=True))}) for p in points))
        if isinstance(e, (Index, Indexed, KroneckerDelta, Partial)) or not e.args:
            return super().scalar(e, at)
        return rebuilt(e, [self.scalar(a, at) for a in e.args])


def sizes_to_try(axes: Sequence[Axis]) -> Iterator[dict[Axis, int]]:
    """Sizes for axes: 2, 3, 4 in turn, then each another one, then all 1."""
    if axes:
        yield {axis: 2 + n % 3 for n, axis in enumerate(axes)}
        yield {axis: (3, 4, 2)[n % 3] for n, axis in enumerate(axes)}
    yield dict.fromkeys(axes, 1)


def same_components(
    a: Expr,
    b: Expr,
    domain: Mapping[Any, Any] | None = None,
    where: Eq | Iterable[Eq | Constraint] = (),
    seed: int = 0,
    names: Mapping[str, Equation] | None = None,
    limit: int = 5 * WORK,
) -> Same:
    """a = b for every value of the free indices, in index form; `a` is the answer, `b` what is expected.

    Every entry at one set of sizes, the first and the last at two others. Proved at these sizes, an identity is not proved at every size.

    domain  name of a quantity -> the domain of its entries, as for `same`
    where   equations in index form that hold for every value of their free indices: (Sum(y[j,s], j), 1)
    names   equations of what occurs by name: a[j] for sigma(z[j])
    limit   values to be computed at most, in all
    """
    conditions, definitions = constraints_of(where), dict(names or {})
    stated = {getattr(q, "name", str(q)): domain_of(spec, str(q)) for q, spec in (domain or {}).items()}
    used = _reached([a, b, *(side for pair in conditions for side in pair)], definitions)
    axes = _axes([a, b, *(e.rhs for e in used), *(side for pair in conditions for side in pair)], used)
    free = sorted({i for e in (a, b) for i in e.free_symbols if isinstance(i, Index)}, key=str)
    spent, hows = 0, set()
    for round_, sizes in enumerate(sizes_to_try(axes)):
        if max(_terms(e, sizes) for e in (a, b, *(e.rhs for e in used))) > TERMS:
            return Same(UNDECIDED, "too large", work=spent)
        expander = Entries(sizes, definitions)
        entries = {s.name: rhs for e in used for s, rhs in expander.entries(e).items()}
        facts = [pair for condition in conditions for pair in _facts(condition, expander)]
        points = list(expander.points(i.axis for i in free))
        for at in points if round_ == 0 else dict.fromkeys((points[0], points[-1])):
            place = dict(zip(free, at, strict=True))
            one, other = (expander.scalar(e, place) for e in (a, b))
            domains = _domains([one, other, *entries.values(), *(side for pair in facts for side in pair)], stated)
            found = same(one, other, domains, _about(facts, [one, other, *entries.values()]), seed, entries, limit - spent)
            spent += found.work
            if found.how == "no point" and sizes and max(sizes.values()) == 1:
                continue  # shares that add up to 1, each below 1, do not exist at size 1
            if found.verdict != EQUAL:
                return _placed(found, sizes, place, spent)
            hows.add(found.how)
    return Same(EQUAL, next(how for how in ("random points", "identity", "same tree") if how in hows), work=spent)


def _placed(found: Same, sizes: Sizes, place: Mapping[Index, int], spent: int) -> Same:
    example = found.counterexample
    if example is not None:
        at = {axis.name: n for axis, n in sizes.items()} | {i.name: n for i, n in place.items()} | dict(example.at)
        example = Counterexample(at, example.yours, example.expected)
    return replace(found, counterexample=example, work=spent)


def _reached(expressions: Iterable[Expr], definitions: Mapping[str, Equation]) -> list[Equation]:
    """The equations that expressions lead to."""
    waiting, found = [name for e in expressions for name in uses(e)], dict[str, Equation]()
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in found:
            found[name] = definitions[name]
            waiting += uses(definitions[name].rhs)
    return list(found.values())


def _axes(expressions: Iterable[Expr], used: Iterable[Equation]) -> list[Axis]:
    found = {i.axis for e in expressions for i in e.atoms(Index)} | {axis for e in used for axis in e.lhs.axes}
    return sorted(found, key=lambda axis: axis.name)


def _terms(e: Expr, sizes: Sizes) -> int:
    """How many parts an entry has when it is written out."""
    if isinstance(e, Sum):
        return prod(sizes[i.axis] for i in bound(e)) * _terms(e.function, sizes)
    return 1 + sum(_terms(a, sizes) for a in e.args if isinstance(a, Expr))


def _facts(condition: tuple[Expr, Expr], expander: Entries) -> Iterator[tuple[Expr, Expr]]:
    free = sorted({i for side in condition for i in side.free_symbols if isinstance(i, Index)}, key=str)
    for at in expander.points(i.axis for i in free):
        place = dict(zip(free, at, strict=True))
        yield expander.scalar(condition[0], place), expander.scalar(condition[1], place)


def _about(facts: Iterable[tuple[Expr, Expr]], expressions: Iterable[Expr]) -> list[tuple[Expr, Expr]]:
    """The facts about symbols that occur."""
    occurring = {s for e in expressions for s in e.free_symbols}
    return [pair for pair in facts if occurring & {s for side in pair for s in side.free_symbols}]


def _domains(expressions: Iterable[Expr], stated: Mapping[str, Domain]) -> dict[str, Domain]:
    names = {s.name for e in expressions for s in e.free_symbols}
    return {name: stated[name.partition("[")[0]] for name in names if name.partition("[")[0] in stated}


def same_arrays(
    a: Evaluate,
    b: Evaluate,
    quantities: Iterable[Quantity],
    domain: Mapping[str, Any] | None = None,
    sums: Mapping[str, tuple[Axis, float]] | None = None,
    seed: int = 0,
) -> Same:
    """a(arrays) = b(arrays) at random arrays of several sizes, to nine digits; `a` is the answer, `b` what is expected.

    quantities  what is drawn: an array of float64 for each, its axes in the order of the quantity's
    domain      name -> domain of the entries
    sums        name -> (axis, number): along this axis the entries add up to the number

    Shapes are compared first. An answer that cannot be computed at sizes that fit the expected one is different; at rounds in which the
    expected one has no finite value, nothing is compared.
    """
    given = tuple(quantities)
    stated = {name: domain_of(spec, name) for name, spec in (domain or {}).items()}
    axes = sorted({axis for q in given for axis in q.axes}, key=lambda axis: axis.name)
    chance, compared, rounds = random.Random(seed), 0, 0
    for sizes in sizes_to_try(axes):
        for _ in range(3):
            rounds += 1
            drawn = {q.name: _drawn(q, sizes, stated.get(q.name, Domain()), (sums or {}).get(q.name), chance) for q in given}
            found = _compared(a, b, drawn)
            if isinstance(found, tuple):
                at = {axis.name: n for axis, n in sizes.items()} | {name: array.tolist() for name, array in drawn.items()}
                return Same(DIFFERENT, "counter-example", Counterexample(at | found[0], *found[1:]), rounds)
            # At size 1 a transpose, a sum and a mean are all the same: that alone would say nothing.
            compared += found if not axes or max(sizes.values()) > 1 else 0
    return Same(EQUAL, "random points", work=rounds) if compared else Same(UNDECIDED, "no point", work=rounds)


def _drawn(q: Quantity, sizes: Sizes, domain: Domain, total: tuple[Axis, float] | None, chance: random.Random) -> Array:
    shape = [sizes[axis] for axis in q.axes]
    drawn = np.array([float(domain.draw(chance, True, chance.choice((1, -1)))) for n in range(prod(shape))]).reshape(shape)
    if total is not None:
        along = q.axes.index(total[0])
        drawn = drawn / shape[along] if domain.high is not None else drawn
        rest = drawn.take(range(shape[along] - 1), axis=along)
        drawn = np.concatenate([rest, total[1] - rest.sum(axis=along, keepdims=True)], axis=along)
    return drawn


def _compared(a: Evaluate, b: Evaluate, drawn: Mapping[str, Array]) -> int | tuple[dict[str, str], str, str]:
    """1 for equal, 0 for nothing to compare, or (the entry, yours, expected)."""
    with np.errstate(all="ignore"):
        expected = np.asarray(b({name: array.copy() for name, array in drawn.items()}), dtype=np.float64)
        try:
            yours = np.asarray(a({name: array.copy() for name, array in drawn.items()}), dtype=np.float64)
        except (ValueError, TypeError, ArithmeticError, IndexError):
            return {}, "not computable", _shape(expected)
    if yours.shape != expected.shape:
        return {}, _shape(yours), _shape(expected)
    if not np.isfinite(expected).all():
        return 0
    # Rounding is relative to what was added up, of which the inputs are a measure.
    inputs = max((float(np.abs(array).max(initial=0.0)) for array in drawn.values()), default=0.0)
    scale = np.abs(expected) + 1e-3 * np.abs(expected).max(initial=0.0) + 1e-4 * inputs
    wrong = ~(np.abs(yours - expected) <= TOLERANCE * scale)
    if not wrong.any():
        return 1
    at = tuple(int(n) for n in np.argwhere(wrong)[0])
    entry = {"entry": f"({', '.join(str(n + 1) for n in at)})"} if at else {}
    return entry, *_apart(float(yours[at]), float(expected[at]))


def _shape(array: Array) -> str:
    return " x ".join(map(str, array.shape)) or "a number"


def _apart(one: float, other: float) -> tuple[str, str]:
    for digits in (6, 9, 12, 17):
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts
