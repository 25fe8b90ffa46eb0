"""Whether two expressions are equal: the same tree, else a counter-example, else a proof, else agreement at many points to 50 digits.

A wrong answer is the fast path. `simplify` and `equals` of SymPy have no part in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import takewhile
from typing import Any

from mpmath import libmp  # type: ignore[import-untyped]  # ships no types
from sympy import Eq, Expr, Symbol

from ...errors import Unsupported
from .domains import Constraint, assumed, constraints_of, domain_of
from .evaluation import Gap, Interval, Value, bits_of, evaluate, wide
from .identity import Normal
from .limit import OutOfWork, Work
from .outcome import DIFFERENT, EQUAL, UNDECIDED, Counterexample, Same
from .points import Point, Points
from .quotients import TooWide
from .terms import Terms
from .writing import told_apart

WORK = 60_000  # rows computed for one verdict at most: about a second
DIGITS = 50
SPARE = 10  # digits that need not agree
SHORT, FEW = 6, 8  # points that can be computed by hand, and at random, before a proof is tried
MANY, MOST = 40, 250  # points of agreement after it has failed, and points at which they are sought
NUMBER = re.compile(r"-?\d+(\.\d*)?(e[-+]?\d+)?")
LEAST = 5  # points of agreement for a verdict


def same(
    a: Expr,
    b: Expr,
    domain: Mapping[Any, Any] | None = None,
    where: Eq | Iterable[Eq | Constraint] = (),
    seed: int = 0,
    names: Mapping[str, Expr] | None = None,
    limit: int = WORK,
) -> Same:
    """a = b for all values in the domain; `a` is the answer, `b` what is expected.

    domain  symbol (or its name) -> "real" (unless said), "positive", "negative", "nonnegative", "nonzero", "unit" (0 < u < 1), "integer",
            "natural", or an interval (low, high); what SymPy assumes about a symbol holds where nothing is said
    where   equations that hold: Eq(y1 + y2, 1). They bind the values, and are no part of the expressions
    names   what a name in the expressions stands for
    limit   rows to be computed at most

    Where one side has no value (the logarithm or root of a negative number) on an open part of the domain, and the other has, they are
    different; a single point such as 0 for x/x does not count. At the jump of a slope or of a step nothing is compared: the value there
    is a convention. Symbols are known by their names. Raises `DeriveError` for a domain or a condition that is none, never for expressions.
    """
    stated = {s.name if isinstance(s, Symbol) else str(s): domain_of(spec, str(s)) for s, spec in (domain or {}).items()}
    conditions = constraints_of(where)
    terms, work = Terms(names), Work(limit)
    try:
        one, other = terms.add(a), terms.add(b)
        if one == other:
            return Same(EQUAL, "same tree")
        fixed = [terms.difference(terms.add(left), terms.add(right)) for left, right in conditions]
    except (Unsupported, RecursionError):
        return Same(UNDECIDED, "not known")
    domains = assumed(terms.seen) | stated
    comparison = _Comparison(terms, one, other, Points(terms, (one, other), fixed, domains, seed, work), work)
    try:
        verdict, how = comparison.judged({name for name, d in domains.items() if d.positive})
    except OutOfWork:
        verdict, how = UNDECIDED, "time"
    return Same(verdict, how, comparison.example if verdict == DIFFERENT else None, work.spent)


class _Comparison:
    """Two rows at the points of a supply: what was seen so far, and the first point at which they differ."""

    def __init__(self, terms: Terms, one: int, other: int, points: Points, work: Work) -> None:
        self.terms, self.one, self.other, self.points, self.work = terms, one, other, points, work
        self.digits = DIGITS + _digits_of_numbers(terms, (one, other))
        self.seen = Counter[str]()
        self.agreed: list[Point] = []
        self.example: Counterexample | None = None
        self.at_poles: Counterexample | None = None

    def judged(self, positive: set[str]) -> tuple[str, str]:
        """(verdict, how): a counter-example before a proof, and a proof before many points."""
        constant = not self.points.names
        least = 1 if constant else LEAST
        if self._differ(iter([{}]) if constant else self._first()):
            self._show_well()
            return DIFFERENT, "counter-example"
        # Without any point, as for ln(-1) - ln(-1), there is nothing that could be equal; what is too large has a value all the same.
        rest = self._remainder(positive) if self.agreed or self.seen["large"] else None
        if rest is not None and self.terms.rows[rest].value == 0:
            return EQUAL, "identity"
        if not constant and self._differ(takewhile(lambda _: len(self.agreed) < MANY, self.points.generic(MOST))):
            return DIFFERENT, "counter-example"
        if rest is not None and self._remains(rest):
            return DIFFERENT, "counter-example"
        if len(self.agreed) >= least:
            return EQUAL, "random points"
        if not self.agreed and max(self.seen["yours has a pole"], self.seen["expected has a pole"]) >= least:
            self.example = self.at_poles
            return DIFFERENT, "counter-example"
        return UNDECIDED, "too large" if self.seen["large"] else "no point"

    def _show_well(self) -> None:
        """Of a few more points, one at which both results have numbers of an everyday size, if there is one: no saturated 3e-10."""
        first = self.example
        for at in self.points.generic(SHORT, short=True) if first and self.points.names else ():
            if _everyday(self.example):
                return
            self._outcome(self.one, self.other, at)
        if not _everyday(self.example):
            self.example = first

    def _remains(self, rest: int) -> bool:
        """Whether what remains of the difference is not zero where both sides agree to all their digits: x and x + e^(-e^99)."""
        for at in self.agreed[:SHORT]:
            if self._outcome(rest, self.terms.number(0), at) == "differ":
                x, y = evaluate(self.terms, (self.one, self.other), at, self.digits, self.work)
                self.example = self._example(x, y, at)
                return True
        return False

    def _first(self) -> Iterator[Point]:
        yield from self.points.generic(SHORT, short=True)
        yield from self.points.on_corners()
        yield from self.points.generic(FEW)

    def _differ(self, points: Iterator[Point]) -> bool:
        for at in points:
            outcome = self._outcome(self.one, self.other, at)
            self.seen[outcome] += 1
            if outcome == "differ":
                return True
            if outcome == "agree":
                self.agreed.append(at)
        return False

    def _outcome(self, one: int, other: int, at: Point) -> str:
        """What is found at a point; digits are added until it can be told."""
        x: Value = Gap.VAGUE
        y: Value = Gap.VAGUE
        for digits in (self.digits, self.digits + 100, self.digits + 400):
            x, y = evaluate(self.terms, (one, other), at, digits, self.work)
            if Gap.VAGUE in (x, y):
                continue
            if isinstance(x, Gap) or isinstance(y, Gap):
                return self._with_gaps(x, y, at)
            if isinstance(x, Fraction) and isinstance(y, Fraction):
                apart, close = x != y, x == y
            else:
                apart, close = _told(wide(x, bits_of(digits)), wide(y, bits_of(digits)), digits, self.digits - SPARE)
            if apart:
                self.example = self._example(x, y, at)
            if apart or close:
                return "differ" if apart else "agree"
        if isinstance(x, Gap) or isinstance(y, Gap):
            return "vague"
        return "agree" if _tiny(wide(x, 100), wide(y, 100), self.digits + DIGITS) else "vague"

    def _with_gaps(self, x: Value, y: Value, at: Point) -> str:
        gaps = {v for v in (x, y) if isinstance(v, Gap)}
        if gaps == {Gap.OUTSIDE} and x is not y:
            return self._outside(x, y, at)
        if Gap.LARGE in gaps:
            return "large"
        if gaps == {Gap.POLE} and x is not y:
            self.at_poles = self.at_poles or self._example(x, y, at)
            return "yours has a pole" if x is Gap.POLE else "expected has a pole"
        return "nothing"

    def _outside(self, x: Value, y: Value, at: Point) -> str:
        """One side only has a value here, and they differ if it is so beside this point, too: (-2)^v has values at whole v only."""
        beside = self.points.beside(at)
        near = evaluate(self.terms, (self.one, self.other), beside, self.digits, self.work) if beside else [x, y]
        if [v is Gap.OUTSIDE for v in near] != [v is Gap.OUTSIDE for v in (x, y)]:
            return "nothing"
        self.example = self._example(x, y, at)
        return "differ"

    def _example(self, x: Value, y: Value, at: Point) -> Counterexample:
        return Counterexample({n: at[n] for n in sorted(at)}, *told_apart(x, y))

    def _remainder(self, positive: set[str]) -> int | None:
        """A row that is zero where the two are equal; None where a proof is too long."""
        normal = Normal(self.terms, positive)
        try:
            rest = normal.difference(self.one, self.other)
            for condition in self.points.constraints:
                rest = normal.without(rest, condition, self.terms.symbols(condition)[-1])
        except (TooWide, RecursionError):
            return None
        return rest


def _everyday(example: Counterexample | None) -> bool:
    """Whether both results are numbers that a person would write down: not tiny, not huge."""
    sizes = [abs(float(text)) for text in (example.yours, example.expected) if NUMBER.fullmatch(text)] if example else []
    return all(size == 0 or 1e-3 <= size < 1e4 for size in sizes)


def _told(x: Interval, y: Interval, digits: int, agreeing: int) -> tuple[bool, bool]:
    """(whether two intervals are certainly apart, whether they agree to so many digits)."""
    low, high = (x[0] if libmp.mpf_lt(x[0], y[0]) else y[0]), (x[1] if libmp.mpf_gt(x[1], y[1]) else y[1])
    scale = max(_size(low), _size(high))
    below, above = (x, y) if libmp.mpf_lt(x[1], y[0]) else (y, x)
    # Room for the last digits of mpmath's functions.
    apart = libmp.mpf_lt(below[1], above[0]) and _size(libmp.mpf_sub(above[0], below[1], 60)) > scale - 3.32 * (digits - 3)
    return apart, _size(libmp.mpf_sub(high, low, 60)) < scale - 3.33 * agreeing


def _tiny(x: Interval, y: Interval, digits: int) -> bool:
    """Whether two overlapping intervals leave no more than a difference of so many digits."""
    return all(_size(end) < -3.33 * digits for end in (libmp.mpf_sub(x[1], y[0], 60), libmp.mpf_sub(y[1], x[0], 60)))


def _size(end: Any) -> float:
    """log2, rounded up; minus infinity for zero."""
    return float(end[2] + end[3]) if end[1] else float("-inf")


def _digits_of_numbers(terms: Terms, wanted: Iterable[int]) -> int:
    """How many digits the largest or the smallest of the numbers in some rows has before or after the point."""
    numbers = [v for v in (terms.rows[r].value for r in terms.needed(list(wanted))) if isinstance(v, Fraction)]
    return max((abs(v.numerator.bit_length() - v.denominator.bit_length()) * 3 // 10 for v in numbers), default=0)
