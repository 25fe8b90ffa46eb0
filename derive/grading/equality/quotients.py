"""Quotients of polynomials whose unknowns are numbered, with fractions as numbers and as exponents, multiplied out within a bound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

PRODUCTS = 10_000  # products of two short terms in one proof at most
BITS = 4096  # of numbers that count as one more product

Monomial = tuple[tuple[int, Fraction], ...]  # (unknown, its exponent), in the order of the unknowns
Polynomial = dict[Monomial, Fraction]
NUMBER: Monomial = ()
ONE: Polynomial = {NUMBER: Fraction(1)}


class TooWide(Exception):
    """The bound on the size of a proof is reached."""


@dataclass(frozen=True)
class Quotient:
    """above/below; exponents may be negative or fractions, so that `below` is 1 unless it is a sum."""

    above: Polynomial
    below: Polynomial

    @staticmethod
    def of_number(value: Fraction) -> Quotient:
        return Quotient({NUMBER: value} if value else {}, ONE)

    @staticmethod
    def of(unknown: int) -> Quotient:
        return Quotient({((unknown, Fraction(1)),): Fraction(1)}, ONE)


class Arithmetic:
    """Sums, products and whole powers; no search for common divisors. Raises `TooWide` beyond the bound on all that is done."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, amount: int) -> None:
        self.spent += amount
        if self.spent > PRODUCTS:
            raise TooWide

    def plus(self, p: Polynomial, q: Polynomial) -> Polynomial:
        self.spend(len(q))
        total = dict(p)
        for m, c in q.items():
            total[m] = total.get(m, Fraction(0)) + c
        return {m: c for m, c in total.items() if c}

    def scaled(self, p: Polynomial, factor: Fraction) -> Polynomial:
        return {m: c * factor for m, c in p.items()}

    def times(self, p: Polynomial, q: Polynomial) -> Polynomial:
        if q == ONE or p == ONE:
            return p if q == ONE else q
        self.spend(len(p) * len(q) * (1 + (len(next(iter(p), ())) + len(next(iter(q), ()))) // 8))
        total: Polynomial = {}
        for m, c in p.items():
            for n, d in q.items():
                both = dict(m)
                for g, exponent in n:
                    both[g] = both.get(g, Fraction(0)) + exponent
                product = tuple(sorted((g, exponent) for g, exponent in both.items() if exponent))
                total[product] = total.get(product, Fraction(0)) + c * d
        found = {m: c for m, c in total.items() if c}
        self.spend(sum(c.numerator.bit_length() + c.denominator.bit_length() for c in found.values()) // BITS)
        return found

    def sum_of(self, a: Quotient, b: Quotient) -> Quotient:
        if a.below == b.below:
            return Quotient(self.plus(a.above, b.above), a.below)
        return Quotient(
            self.plus(self.times(a.above, b.below), self.times(b.above, a.below)), self.times(a.below, b.below)
        )

    def product_of(self, a: Quotient, b: Quotient) -> Quotient:
        if a.below == b.above:
            return Quotient(a.above, b.below)
        if b.below == a.above:
            return Quotient(b.above, a.below)
        return Quotient(self.times(a.above, b.above), self.times(a.below, b.below))

    def power_of(self, q: Quotient, n: int) -> Quotient:
        if n < 0:
            q = self.inverse(q)
        power = Quotient(ONE, ONE)
        for _ in range(abs(n)):
            self.spend(1)
            power = Quotient(self.times(power.above, q.above), self.times(power.below, q.below))
        return power

    def inverse(self, q: Quotient) -> Quotient:
        if not q.above:
            raise TooWide  # a division by zero: nothing to be proved
        if len(q.above) > 1:
            return Quotient(q.below, q.above)
        ((monomial, c),) = q.above.items()
        return Quotient(self.times(q.below, {tuple((g, -exponent) for g, exponent in monomial): 1 / c}), ONE)


def content(p: Polynomial) -> Fraction:
    """The positive number by which the numbers of a polynomial are whole and have no common divisor."""
    above = gcd(*(c.numerator for c in p.values()))
    below = 1
    for c in p.values():
        below = below * c.denominator // gcd(below, c.denominator)
    return Fraction(above, below)


