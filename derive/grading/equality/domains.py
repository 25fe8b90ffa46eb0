"""The values that a symbol can have, and random exact points: of both signs, small and large, no two alike, on every stated constraint."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational as AnyRational
from numbers import Real
from typing import Any, TypeAlias

from sympy import Eq, Expr, Rational, Symbol
from sympy.logic.boolalg import Boolean

from ...errors import DeriveError

Constraint: TypeAlias = tuple[Expr, Expr]  # two sides that are equal


@dataclass(frozen=True)
class Domain:
    """low < u < high, or low <= u where `closed`; whole numbers only, or without zero."""

    low: Fraction | None = None
    high: Fraction | None = None
    closed: bool = False
    whole: bool = False
    nonzero: bool = False

    @property
    def positive(self) -> bool:
        """Whether every value is."""
        return self.low is not None and (self.low > 0 or (self.low == 0 and (self.nonzero or not self.closed)))

    def __contains__(self, value: Fraction) -> bool:
        above = self.low is None or value > self.low or (self.closed and value == self.low)
        below = self.high is None or value < self.high
        return above and below and (not self.whole or value.denominator == 1) and not (self.nonzero and value == 0)

    def draw(self, chance: random.Random, short: bool, sign: int, attempt: int = 0) -> Fraction:
        """A random value; a short one can be computed with by hand, less so at later attempts. `sign` is kept where it can be."""
        if self.low is not None and self.high is not None:
            return self._between(self.low, self.high, chance, short)
        size = _short(chance, self.whole, attempt) if short else _size(chance, self.whole)
        if self.low is not None:
            return self.low + size
        return self.high - size if self.high is not None else sign * size

    def _between(self, low: Fraction, high: Fraction, chance: random.Random, short: bool) -> Fraction:
        if self.whole:
            return Fraction(chance.randint(int(low // 1) + 1, max(int(low // 1) + 1, int(-(-high // 1)) - 1)))
        parts = chance.choice((4, 5, 8, 10)) if short else 997
        # Near an end, too: a logarithm lives there.
        near = not short and chance.random() < 0.2
        share = Fraction(1, chance.choice((10**3, 10**6))) if near else Fraction(chance.randint(1, parts - 1), parts)
        return low + (high - low) * (share if chance.random() < 0.5 else 1 - share)


DOMAINS: dict[str, Domain] = {
    "real": Domain(),
    "positive": Domain(Fraction(0)),
    "negative": Domain(None, Fraction(0)),
    "nonnegative": Domain(Fraction(0), closed=True),
    "nonzero": Domain(nonzero=True),
    "unit": Domain(Fraction(0), Fraction(1)),
    "integer": Domain(whole=True),
    "natural": Domain(Fraction(0), whole=True),
}


def _short(chance: random.Random, whole: bool, attempt: int) -> Fraction:
    """2, 3, 1/2, ...; then 7/10, 23/10: never 0 or 1, at which much is equal that is not elsewhere; small, so that nothing saturates."""
    if whole or (attempt < 8 and chance.random() < 0.6):
        return Fraction(chance.randint(2, 5 + attempt))
    parts = 2 if attempt < 4 else 4 if attempt < 8 else 10 if attempt < 24 else 100
    size = Fraction(chance.randint(1, 3 * parts), parts)
    return size if size.denominator > 1 else size + Fraction(1, parts)


def _size(chance: random.Random, whole: bool) -> Fraction:
    """Small, about one, or large."""
    if whole:
        return Fraction(chance.randint(1, chance.choice((9, 99, 9999))))
    scale = chance.choice((Fraction(1, 1000), Fraction(1, 10), Fraction(1), Fraction(1), Fraction(1), Fraction(10), Fraction(1000)))
    return scale * Fraction(chance.randint(101, 999), chance.choice((211, 307, 401, 503)))


def domain_of(spec: Any, name: str) -> Domain:
    """A domain by its name, as an interval (low, high) with None for no bound, or as it is. Raises `DeriveError` for anything else."""
    if isinstance(spec, Domain):
        return spec
    if isinstance(spec, str) and spec in DOMAINS:
        return DOMAINS[spec]
    if isinstance(spec, tuple) and len(spec) == 2:
        low, high = (_bound(end, name) for end in spec)
        if low is None or high is None or low < high:
            return Domain(low, high)
    raise DeriveError(f"{spec!r} is no domain", f"the domain of {name}", f"give an interval (low, high), or one of {', '.join(DOMAINS)}")


def _bound(end: Any, name: str) -> Fraction | None:
    if end is None or (isinstance(end, (float, Expr)) and end in (float("inf"), float("-inf"))):
        return None
    if isinstance(end, AnyRational):
        return Fraction(int(end.numerator), int(end.denominator))
    if isinstance(end, Real):
        return Fraction(repr(float(end)))
    raise DeriveError(f"{end!r} is no number", f"the domain of {name}")


def assumed(symbols: Mapping[str, Symbol]) -> dict[str, Domain]:
    """Domains by what SymPy was told about symbols: the size of an axis is a whole number."""
    found = {}
    for name, s in symbols.items():
        known = s.assumptions0
        if known.get("integer"):
            found[name] = DOMAINS["natural" if known.get("positive") else "integer"]
        else:
            said = [d for d in ("positive", "negative", "nonnegative", "nonzero") if known.get(d)]
            if said:
                found[name] = DOMAINS[said[0]]
    return found


def constraints_of(where: Any) -> tuple[Constraint, ...]:
    """Constraints as pairs; a single one need not be in a list. Raises `DeriveError` for what is no equation."""
    stated = [where] if isinstance(where, Boolean) or not isinstance(where, Iterable) else list(where)
    pairs = []
    for condition in stated:
        sides = condition.args if isinstance(condition, Eq) else condition
        if not isinstance(sides, tuple) or len(sides) != 2 or not all(isinstance(s, (Expr, int, Fraction)) for s in sides):
            raise DeriveError(f"{condition!r} is no equation", "where", "give Eq(y1 + y2, 1), or the pair (y1 + y2, 1)")
        pairs.append((_expression(sides[0]), _expression(sides[1])))
    return tuple(pairs)


def _expression(side: Any) -> Expr:
    return side if isinstance(side, Expr) else Rational(Fraction(side).numerator, Fraction(side).denominator)


def draw_point(names: Iterable[str], domains: Mapping[str, Domain], chance: random.Random, short: bool, signs: int) -> dict[str, Fraction]:
    """A value for every name, all different. `signs`: 1 all positive, -1 all negative, 0 mixed."""
    point: dict[str, Fraction] = {}
    for name in names:
        for attempt in range(40):
            sign = signs or chance.choice((1, -1))
            value = domains.get(name, DOMAINS["real"]).draw(chance, short, sign, attempt)
            # Not the opposite either: (u + v) would vanish.
            if value not in point.values() and -value not in point.values():
                break
        point[name] = value
    return point
