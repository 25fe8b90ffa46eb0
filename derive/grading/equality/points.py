"""The points at which two expressions are compared: short ones first, then on kinks and beside them, then at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice

from .domains import DOMAINS, Domain, draw_point
from .evaluation import evaluate
from .limit import Work
from .terms import Terms

Point = dict[str, Fraction]

SIMPLE = tuple(Fraction(n) for n in ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3"))
CORNERS = 12  # of an expression that are visited
DIGITS = 30


class Points:
    """A supply of points for the rows of a table, all from one seed.

    constraints  rows that are zero at every point: for each, the last symbol that stands linearly in it is solved for
    """

    def __init__(
        self, terms: Terms, wanted: Sequence[int], constraints: Sequence[int], domains: Mapping[str, Domain], seed: int, work: Work
    ) -> None:
        self.terms, self.constraints, self.domains, self.work = terms, constraints, domains, work
        self.names = terms.symbols(*wanted, *constraints)
        needed = set(terms.needed(wanted))
        self.corners = list(dict.fromkeys(c for row, corners in terms.corners.items() if row in needed for c in corners))
        self.chance = random.Random(seed)

    def generic(self, count: int, short: bool = False) -> Iterator[Point]:
        """Random points: one all positive, one all negative, then mixed."""
        for n in range(count):
            point = self._on_constraints(lambda n=n: draw_point(self.names, self.domains, self.chance, short, (1, -1, 0)[min(n, 2)]))  # type: ignore[misc]  # mypy cannot infer the default
            if point is not None:
                yield point
            elif n == 0:
                return  # every later one would be sought as long

    def on_corners(self) -> Iterator[Point]:
        """Points at which the argument of a maximum or an absolute value vanishes, or two arguments tie, and points on either side."""
        for corner in self.corners[:CORNERS]:
            for base in islice(self.generic(4, short=True), 1, 4):
                yield from self._at_zero(corner, base)

    def beside(self, at: Point) -> Point | None:
        """A point near by, off every straight line through this one that is easily met; None where there is none in the domain."""
        near = {n: v if self._domain(n).whole else v + Fraction(self.chance.randint(101, 199), 10**6 + 3) for n, v in at.items()}
        solved = self._solved(near)
        return solved if solved and all(v in self._domain(n) for n, v in solved.items()) else None

    def _at_zero(self, row: int, base: Point) -> Iterator[Point]:
        free = [n for n in self.terms.symbols(row) if n not in self.terms.symbols(*self.constraints)]
        self.chance.shuffle(free)
        for name in free[:2]:
            root = self._root(row, base, name)
            if root is not None:
                for step in map(Fraction, ("0", "1/8", "-1/8", "20", "-20")):
                    if root + step in self._domain(name):
                        yield {**base, name: root + step}
                return

    def _domain(self, name: str) -> Domain:
        return self.domains.get(name, DOMAINS["real"])

    def _value(self, row: int, point: Point) -> Fraction | None:
        value = evaluate(self.terms, [row], point, DIGITS, self.work)[0]
        return value if isinstance(value, Fraction) else None

    def _root(self, row: int, point: Point, name: str) -> Fraction | None:
        """The value of a symbol at which a row is exactly zero: by a straight line through two points, else one of a few simple values.

        Where the line has the only solution, it is given even outside of the symbol's domain.
        """
        start = point[name]
        first, second = (self._value(row, {**point, name: start + step}) for step in (0, 1))
        if first is not None and second is not None and first != second:
            straight = start - first / (second - first)
            if self._value(row, {**point, name: straight}) == 0:
                return straight
        for guess in self.chance.sample(SIMPLE, len(SIMPLE)):
            if guess in self._domain(name) and self._value(row, {**point, name: guess}) == 0:
                return guess
        return None

    def _on_constraints(self, draw: Callable[[], Point]) -> Point | None:
        """A drawn point with one symbol of every constraint solved for; smaller values are tried where that one leaves its domain."""
        for _ in range(20):
            point = draw()
            for _ in range(8):
                solved = self._solved(point)
                if solved is not None:
                    return solved
                point = self._halved(point)
        return None

    def _halved(self, point: Point) -> Point:
        bound = self.terms.symbols(*self.constraints)
        return {n: v / 2 if n in bound and v / 2 in self._domain(n) else v for n, v in point.items()}

    def _solved(self, point: Point) -> Point | None:
        taken: set[str] = set()
        for row in self.constraints:
            for name in reversed(self.terms.symbols(row)):
                root = None if name in taken else self._root(row, point, name)
                if root is not None and root not in self._domain(name):
                    return None
                if root is not None:
                    point = {**point, name: root}
                    taken.add(name)
                    break
            else:
                return None
        return point if all(self._value(row, point) == 0 for row in self.constraints) else None
