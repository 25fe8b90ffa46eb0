"""Exact identities: both sides as quotients of polynomials in symbols and in functions, multiplied out, within a bound.

    e^(2u - v) = (e^u)^2/e^v        ln(c u) = ln c + ln u  for c > 0, and for what is positive as e^u is
    max(u, v) = (u + v + |u - v|)/2     |-u| = |u|     tanh, sigma, softplus by their formulas

A difference that becomes 0 is a proof wherever both sides have values. One that does not is none of the contrary: sin^2 u + cos^2 u - 1
is left as it is. No greatest common divisors, no factoring, no search: every form is the next step of a single walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import reduce

from .quotients import NUMBER, ONE, Arithmetic, Monomial, Polynomial, Quotient, TooWide, content
from .terms import Terms

LARGEST = 1000  # whole power that is multiplied out
PRIMES = (2, 3, 5, 7, 11, 13)


class Normal(Arithmetic):
    """Rows of a table as quotients of polynomials. `positive`: the names of symbols that have positive values only."""

    def __init__(self, terms: Terms, positive: Iterable[str] = ()) -> None:
        super().__init__()
        self.terms = terms
        self._known: dict[int, Quotient] = {}
        self._positive = {terms.symbol(name) for name in positive} | {terms.row("exp", terms.number(1))}
        self._exponents: dict[int, Monomial] = {}  # of the factors e^m: m

    def difference(self, a: int, b: int) -> int:
        """A row that is zero where a = b: the number 0 for an identity, else what remains of (a - b), multiplied out, above its line.

        Raises `TooWide`.
        """
        one, other = self.form(a), self.form(b)
        if one.below == other.below:
            return self._row_of(self.plus(one.above, self.scaled(other.above, Fraction(-1))))
        above = self.plus(self.times(one.above, other.below), self.scaled(self.times(other.above, one.below), Fraction(-1)))
        return self._row_of(above)

    def without(self, row: int, condition: int, name: str) -> int:
        """The row of a polynomial with the symbol put in that a condition (a row that is zero) fixes; itself, where that is not linear."""
        symbol = self.terms.symbol(name)
        whole, fixed = self.form(row), self.form(condition).above
        factor = fixed.get(((symbol, Fraction(1)),))
        rest = {m: c for m, c in fixed.items() if m != ((symbol, Fraction(1)),)}
        if factor is None or any(symbol in self.terms.needed([g]) for m in rest for g, _ in m):
            return row
        value = self._row_of(self.scaled(rest, -1 / factor))
        return self._row_of(self._replaced(whole.above, symbol, self.form(value)))

    def _replaced(self, p: Polynomial, symbol: int, value: Quotient) -> Polynomial:
        total = Quotient({}, ONE)
        for monomial, c in p.items():
            powers = dict(monomial)
            exponent = powers.pop(symbol, Fraction(0))
            if exponent.denominator != 1 or any(symbol in self.terms.needed([g]) for g in powers):
                raise TooWide  # it stands inside of a function: left to the points
            part = self.power_of(value, exponent.numerator)
            total = self.sum_of(total, Quotient(self.times({tuple(powers.items()): c}, part.above), part.below))
        return total.above

    def form(self, row: int) -> Quotient:
        """A row as a quotient."""
        for r in self.terms.needed([row]):
            if r not in self._known:
                self._known[r] = self._form(r)
        return self._known[row]

    def _form(self, row: int) -> Quotient:
        term = self.terms.rows[row]
        parts = [self._known[a] for a in term.args]
        if isinstance(term.value, Fraction):
            return Quotient.of_number(term.value)
        if term.op == "add":
            return reduce(self.sum_of, parts)
        if term.op == "mul":
            return reduce(self.product_of, parts)
        if term.op in self._rules:
            return self._rules[term.op](self, parts)
        if term.op in ("max", "min"):
            return self._extreme(parts, 1 if term.op == "max" else -1)
        return Quotient.of(self.terms.row(term.op, *map(self.row_of, parts))) if parts else Quotient.of(row)

    def row_of(self, q: Quotient) -> int:
        """A quotient as a row: equal quotients are one row, even where they were written differently."""
        if q.below == ONE:
            return self._row_of(q.above)
        above, below = self._primitive(q)
        return self.terms.row("mul", self._row_of(above), self.terms.row("pow", self._row_of(below), self.terms.number(-1)))

    def _row_of(self, p: Polynomial) -> int:
        return self.terms.row("add", self.terms.number(0), *(self._product_row(m, c) for m, c in sorted(p.items())))

    def _product_row(self, m: Monomial, c: Fraction) -> int:
        powers = (self.terms.row("pow", g, self.terms.number(exponent)) for g, exponent in m)
        return self.terms.row("mul", self.terms.number(c), *powers)

    def _power(self, parts: list[Quotient]) -> Quotient:
        base, exponent = parts
        number = exponent.above.get(NUMBER, Fraction(0)) if exponent.below == ONE and set(exponent.above) <= {NUMBER} else None
        if number is not None and number.denominator == 1 and abs(number) <= LARGEST:
            return self.power_of(base, number.numerator)
        if base.below == ONE and len(base.above) == 1:
            ((monomial, c),) = base.above.items()
            # (u^2)^(1/2) is not u, unless u is positive.
            plain = len(monomial) == 1 and monomial[0][1] == 1
            if number is not None and c == 1 and (plain or self._is_positive(monomial)):
                return Quotient({tuple((g, e * number) for g, e in monomial): Fraction(1)}, ONE)
            if number is None and c > 0 and self._is_positive(monomial):
                return self._exp([self.product_of(exponent, self._log([base]))])
        return Quotient.of(self.terms.row("pow", self.row_of(base), self.row_of(exponent)))

    def _is_positive(self, monomial: Monomial) -> bool:
        return all(g in self._positive or g in self._exponents for g, _ in monomial)

    def _exp(self, parts: list[Quotient]) -> Quotient:
        (q,) = parts
        if q.below != ONE:
            q = Quotient.of(self.row_of(q))
        factors, whole = {}, Quotient(ONE, ONE)
        for monomial, c in q.above.items():
            log = self.terms.rows[monomial[0][0]] if len(monomial) == 1 and monomial[0][1] == 1 else None
            if log and log.op == "log" and c.denominator == 1:  # e^(n ln u) = u^n
                whole = self.product_of(whole, self.power_of(self.form(log.args[0]), c.numerator))
                continue
            row = self.terms.row("exp", self._product_row(monomial, Fraction(1)))
            self._exponents[row] = monomial
            factors[row] = c
        return self.product_of(whole, Quotient({tuple(sorted(factors.items())): Fraction(1)}, ONE))

    def _log(self, parts: list[Quotient]) -> Quotient:
        side = 1
        above, below = self._primitive(parts[0])
        gathered, above = self._content(above)
        under, below = self._content(below)
        total: Polynomial = self.plus(gathered, self.scaled(under, Fraction(-1)))
        if above == ONE and below != ONE:
            above, below, side = below, ONE, -1
        if above != ONE:
            row = self.terms.row("log", self.row_of(Quotient(above, below)))
            total = self.plus(total, {((row, Fraction(1)),): Fraction(side)})
        return Quotient(total, ONE)

    def _content(self, p: Polynomial) -> tuple[Polynomial, Polynomial]:
        """(ln of the positive factor that all terms share, the polynomial without it)."""
        if not p:
            return {}, p
        number = content(p)
        powers = [dict(m) for m in p]
        shared = {
            g: min(m.get(g, Fraction(0)) for m in powers)
            for g in sorted({g for m in powers for g in m})
            if g in self._positive or g in self._exponents
        }
        without = {tuple((g, -e) for g, e in shared.items() if e): 1 / number}
        total: Polynomial = {}
        for g, e in shared.items():
            if e:
                log: Monomial = self._exponents[g] if g in self._exponents else ((self.terms.row("log", g), Fraction(1)),)
                total = self.plus(total, {log: e})
        for prime, power in _factors(number).items():
            total = self.plus(total, {((self.terms.row("log", self.terms.number(prime)), Fraction(1)),): Fraction(power)})
        return total, self.times(p, without)

    def _abs(self, parts: list[Quotient]) -> Quotient:
        above, below = self._primitive(parts[0])
        if not above:
            return Quotient({}, ONE)
        number = content(above) * (1 if above[max(above)] > 0 else -1)
        bare = Quotient(self.scaled(above, 1 / number), below)
        if len(bare.above) == 1 and below == ONE and self._is_positive(next(iter(bare.above))):
            return Quotient(self.scaled(bare.above, abs(number)), ONE)
        return Quotient(self.scaled(Quotient.of(self.terms.row("abs", self.row_of(bare))).above, abs(number)), ONE)

    def _extreme(self, parts: list[Quotient], sign: int) -> Quotient:
        best = parts[0]
        minus, half = Quotient.of_number(Fraction(-1)), Quotient.of_number(Fraction(sign, 2))
        for other in parts[1:]:
            apart = self._abs([self.sum_of(best, self.product_of(minus, other))])
            middle = self.product_of(Quotient.of_number(Fraction(1, 2)), self.sum_of(best, other))
            best = self.sum_of(middle, self.product_of(half, apart))
        return best

    def _primitive(self, q: Quotient) -> tuple[Polynomial, Polynomial]:
        """Above and below, divided by what the terms below share, with a positive first number below."""
        if q.below == ONE:
            return q.above, q.below
        powers = [dict(m) for m in q.below]
        shared = {g: min(m.get(g, Fraction(0)) for m in powers) for g in {g for m in powers for g in m}}
        number = content(q.below) * (1 if q.below[max(q.below)] > 0 else -1)
        by = {tuple(sorted((g, -e) for g, e in shared.items() if e)): 1 / number}
        return self.times(q.above, by), self.times(q.below, by)

    _rules: Mapping[str, Callable[[Normal, list[Quotient]], Quotient]] = {"pow": _power, "exp": _exp, "log": _log, "abs": _abs}


def _factors(number: Fraction) -> dict[int, int]:
    """Small primes, and what remains, with exponents."""
    found: dict[int, int] = {}
    for rest, side in ((number.numerator, 1), (number.denominator, -1)):
        for prime in PRIMES:
            while rest % prime == 0:
                rest //= prime
                found[prime] = found.get(prime, 0) + side
        if rest != 1:
            found[rest] = found.get(rest, 0) + side
    return {n: e for n, e in found.items() if e}


