"""The search for what explains an answer: one mistake, the same mistake everywhere, two mistakes; the cheapest that gives its numbers.

    cost of one mistake           as its row in the table says
    of the same one everywhere    1 more
    of two                        the sum, and 2 more

All mistakes are planted at once: they are one more axis of the arrays of one backward pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .planting import Plant, Words, Work
from .problems import GRADIENT, VALUE, Problem
from .sweeping import Array, Change, NoPoint, close, rerun
from .table import Mistake

TWO = 3  # less than two mistakes cost
CHUNK, PAIRS = 4000, 16_000  # pairs that are planted at once, and at all, the cheapest first


@dataclass(frozen=True)
class Found:
    """Mistakes that give the numbers of the answer, with the words for their sentences."""

    cost: int
    made: tuple[tuple[Mistake, Words], ...]
    everywhere: bool = False

    @property
    def code(self) -> str:
        return "+".join(mistake.code for mistake, _ in self.made)


@dataclass(frozen=True, eq=False)
class Planted:
    """A mistake with what comes out, in the shape of the answer."""

    found: Found
    result: Array
    change: Change | None = None


def best(work: Work, mistakes: Sequence[Mistake], tolerance: float, single: bool) -> list[Found]:
    """The cheapest explanations, all of one cost; none where there is none."""
    rows = [(mistake, plant) for mistake in mistakes for plant in mistake.plants(work)]
    ones = [p for p in planted(work, rows) if not close(p.result, work.truth, tolerance).all()]
    found = _cheapest(work, ones, tolerance)
    if single or (found and found[0].cost < TWO):
        return found
    halves = _halves(work, ones)
    found += _other_targets(work, halves, rows, tolerance)
    found += _scaled(work, halves, ones, tolerance)
    return _least(found + _pairs(work, halves, tolerance))


def _cheapest(work: Work, planted: Iterable[Planted], tolerance: float) -> list[Found]:
    return _least([p.found for p in planted if _fits(p.result, work.answer, tolerance)])


def _least(fitting: list[Found]) -> list[Found]:
    """Those of the least cost, one for each kind."""
    least = min((f.cost for f in fitting), default=0)
    return list({f.code: f for f in reversed(fitting) if f.cost == least}.values())[::-1]


def _halves(work: Work, ones: Sequence[Planted]) -> list[Planted]:
    """Changes of the backward pass that may be one of two: of those with the same numbers the cheapest."""
    found: dict[bytes, Planted] = {}
    scale = np.abs(work.truth).max() or 1.0
    for p in sorted(ones, key=lambda p: p.found.cost):
        if p.change is not None and not p.found.everywhere:
            found.setdefault((p.result / scale).round(9).tobytes(), p)
    return list(found.values())


def _fits(result: Array, answer: Array, tolerance: float) -> bool:
    return result.shape[-1] in (1, answer.shape[-1]) and bool(_fit(result[None], answer, tolerance)[0])


def _fit(results: Array, answer: Array, tolerance: float) -> list[bool]:
    """Which of several results, along the first axis, are the answer."""
    near = close(results + np.zeros_like(answer), answer + np.zeros_like(results), tolerance)
    return [bool(fits.all()) for fits in near]


def planted(work: Work, rows: Sequence[tuple[Mistake, Plant]]) -> list[Planted]:
    """What comes out of each, in the order of the table; then what comes out of the same one everywhere."""
    made: dict[int, Planted] = {}
    changes: dict[int, tuple[Found, Change]] = {}
    for number, (mistake, plant) in enumerate(rows):
        found = Found(mistake.cost, ((mistake, plant.words),))
        result = plant.result if plant.problem is None else _outcome(work, plant.problem)
        if result is not None:
            made[number] = Planted(found, result)
        elif plant.change is not None and work.problem.asks != VALUE:
            changes[number] = (found, plant.change)
    changes |= dict(enumerate(_everywhere(list(changes.values())), len(rows)))
    results = _swept(work, [change for _, change in changes.values()]) if changes else []
    for (number, (found, change)), result in zip(changes.items(), results, strict=True):
        made[number] = Planted(found, result, change)
    return [made[number] for number in sorted(made)]


def _outcome(work: Work, problem: Problem) -> Array | None:
    """The answer to the same question about another computation."""
    try:
        run = rerun(work.right, problem.nodes, problem.varies, problem.end)
    except NoPoint:
        return None
    if problem.asks == VALUE:
        return run.values[problem.end]
    found = run.gradients().get(problem.target)
    return None if found is None else found[0]


def _everywhere(changes: Sequence[tuple[Found, Change]]) -> list[tuple[Found, Change]]:
    """For every mistake that spreads, the change at all its places at once."""
    by_code: dict[str, list[tuple[Found, Change]]] = {}
    for found, change in changes:
        mistake, _ = found.made[0]
        if mistake.spreads:
            by_code.setdefault(mistake.code, []).append((found, change))
    made = []
    for rows in by_code.values():
        at_place: dict[object, list[tuple[Found, Change]]] = {}
        for found, change in rows:
            at_place.setdefault(tuple(change.edges), []).append((found, change))
        for number in range(max(map(len, at_place.values())) if len(at_place) > 1 else 0):
            chosen = [options[min(number, len(options) - 1)] for options in at_place.values()]
            whole = Change()
            for _, change in chosen:
                whole = whole.and_also(change)
            first = chosen[0][0]
            made.append((Found(first.cost + 1, first.made, everywhere=True), whole))
    return made


def _swept(work: Work, changes: Sequence[Change]) -> list[Array]:
    """The gradient by wrt with each of these changes."""
    found = work.right.gradients(changes).get(work.problem.target)
    if found is None:
        return [np.zeros_like(work.truth)] * len(changes)
    return list(np.broadcast_to(found, (len(changes), *found.shape[1:])))


# Two mistakes


def _two(one: Found, other: Found) -> Found:
    return Found(one.cost + other.cost + 2, (*one.made, *other.made))


def _other_targets(work: Work, halves: Sequence[Planted], rows: Sequence[tuple[Mistake, Plant]], tolerance: float) -> Iterator[Found]:
    """One mistake, and the derivative is that by another name than was asked for."""
    if work.problem.asks != GRADIENT or not halves:
        return
    gradients = work.right.gradients([p.change for p in halves if p.change is not None])
    for mistake, plant in rows:
        found = None if plant.target is None else gradients.get(plant.target)
        if found is not None and plant.target is not None and found.shape[-1] in (1, work.answer.shape[-1]):
            results = np.broadcast_to(found, (len(halves), *found.shape[1:]))
            for p, fits in zip(halves, _fit(results, work.answer, tolerance), strict=True):
                if fits:
                    yield _two(p.found, Found(mistake.cost, ((mistake, plant.words),)))


def _scaled(work: Work, halves: Sequence[Planted], ones: Sequence[Planted], tolerance: float) -> Iterator[Found]:
    """One mistake, and what multiplies the whole answer: the rows of the table whose result is a multiple of the right one."""
    if not halves:
        return
    results = np.array([p.result for p in halves])
    for one in ones:
        with np.errstate(all="ignore"):
            ratio = one.result / work.truth
        if one.change is None and one.result is not work.answer and close(ratio, ratio[:1, :1] + np.zeros_like(ratio)).all():
            for p, fits in zip(halves, _fit(float(ratio[0, 0]) * results, work.answer, tolerance), strict=True):
                if fits:
                    yield _two(p.found, one.found)


def _pairs(work: Work, halves: Sequence[Planted], tolerance: float) -> list[Found]:
    """Two changes of the backward pass."""
    pairs = [(p, q) for p, q in combinations(halves, 2) if p.change and q.change and not p.change.meets(q.change)]
    pairs.sort(key=lambda pair: pair[0].found.cost + pair[1].found.cost)
    for start in range(0, min(len(pairs), PAIRS), CHUNK):
        chunk = pairs[start : start + CHUNK]
        results = np.array(_swept(work, [p.change.and_also(q.change) for p, q in chunk if p.change and q.change]))
        found = [_two(p.found, q.found) for (p, q), fits in zip(chunk, _fit(results, work.answer, tolerance), strict=True) if fits]
        if found:
            return found
    return []
