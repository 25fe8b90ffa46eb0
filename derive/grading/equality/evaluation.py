"""The value of every row at a point: an exact fraction as far as it goes, else an interval that holds the value, else why there is none.

Intervals are mpmath's, rounded outward, so that two disjoint ones are a proof of difference. Nothing runs away: what grows beyond
2^(2^128) has no value here, exact numbers have at most 4096 bits, and every row that is computed is counted against a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from math import isqrt, prod
from typing import Any, TypeAlias

from mpmath import libmp  # type: ignore[import-untyped]  # ships no types

from .limit import Work
from .terms import BITS, Terms

MAGNITUDE = 128  # bits of the largest exponent that is computed
DOWN, UP = libmp.round_floor, libmp.round_ceiling


class Gap(Enum):
    """Why there is no value; of several reasons the last in this list is given."""

    VAGUE = 1  # the interval is too wide to tell: more digits are needed
    JUMP = 2  # at the jump of a step function, where its value is a matter of convention
    POLE = 3  # division by zero, or the logarithm of zero: beside this point there may be a value
    LARGE = 4  # too large to be computed
    OUTSIDE = 5  # a root or a logarithm of a negative number: so it is in a neighbourhood, too


Interval: TypeAlias = tuple[Any, Any]  # mpmath's numbers, low and high
Value: TypeAlias = Fraction | Interval | Gap | bool  # and a pair of values within a case


def bits_of(digits: int) -> int:
    """The precision for so many digits, with a few to spare."""
    return int(digits * 3.33) + 10


def evaluate(terms: Terms, wanted: Sequence[int], at: Mapping[str, Fraction], digits: int, work: Work) -> list[Value]:
    """The values of these rows where the symbols have these values, to so many digits."""
    bits = bits_of(digits)
    values: dict[int, Value] = {}
    for row in terms.needed(wanted):
        op, args, value = terms.rows[row]
        work.spend(1 + len(args) // 4 + (bits // 512) ** 2)
        if op == "number":
            assert isinstance(value, Fraction)
            values[row] = value
        elif op == "symbol":
            values[row] = at[str(value)]
        else:
            values[row] = _applied(op, [values[a] for a in args], bits)
    return [values[row] for row in wanted]


def _applied(op: str, args: list[Value], bits: int) -> Value:
    if op == "case":
        return args[0], args[1]
    if op == "piecewise":
        return _chosen(args)
    gaps = [a for a in args if isinstance(a, Gap)]
    if gaps:
        return max(gaps, key=lambda gap: gap.value)
    found = RULES[op](args, bits)
    if isinstance(found, Fraction):
        return found if _bits(found) <= BITS else wide(found, bits)
    if isinstance(found, tuple) and any(_magnitude(end) > 2**MAGNITUDE for end in found):
        return Gap.LARGE
    return found


def _bits(f: Fraction) -> int:
    return f.numerator.bit_length() + f.denominator.bit_length()


def _magnitude(end: Any) -> int:
    """The exponent of two; large for an infinite end."""
    _, mantissa, exponent, count = end
    return exponent + count if mantissa else (0 if end == libmp.fzero else 2 ** (MAGNITUDE + 1))


def wide(v: Any, bits: int) -> Interval:
    """A value as an interval."""
    if isinstance(v, Fraction):
        return libmp.from_rational(v.numerator, v.denominator, bits, DOWN), libmp.from_rational(v.numerator, v.denominator, bits, UP)
    return v  # type: ignore[no-any-return]  # an interval already


def sign_of(v: Any) -> int | None:
    """-1, 0 or 1, and None where an interval does not tell."""
    if isinstance(v, Fraction):
        return (v > 0) - (v < 0)
    low, high = (libmp.mpf_sign(end) for end in v)
    return low if low == high and low else None


def _chosen(args: list[Value]) -> Value:
    for case in args:
        value, condition = case  # type: ignore[misc]  # a pair of values
        if isinstance(condition, Gap):
            return condition
        if condition:
            return value  # type: ignore[no-any-return]  # of the pair
    return Gap.OUTSIDE


def _sum(args: list[Any], bits: int) -> Value:
    exact = sum((a for a in args if isinstance(a, Fraction)), Fraction(0))
    about = [a for a in args if not isinstance(a, Fraction)]
    if not about:
        return exact
    total = wide(exact, bits)
    for a in about:
        total = libmp.mpi_add(total, a, bits)
    return total


def _product(args: list[Any], bits: int) -> Value:
    exact = prod((a for a in args if isinstance(a, Fraction)), start=Fraction(1))
    about = [a for a in args if not isinstance(a, Fraction)]
    if not about or not exact:
        return exact
    total = wide(exact, bits)
    for a in about:
        total = libmp.mpi_mul(total, a, bits)
    return total


def _power(args: list[Any], bits: int) -> Value:
    base, exponent = args
    sign = sign_of(base)
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        return _whole_power(base, exponent.numerator, sign, bits)
    if sign is None:
        return Gap.VAGUE
    if sign < 0:
        return Gap.OUTSIDE
    if sign == 0:
        return _power_of_zero(sign_of(exponent))
    if isinstance(exponent, Fraction) and exponent.denominator == 2:
        return _whole_power(_root(base, bits), exponent.numerator, 1, bits)
    if base == 1:
        return Fraction(1)
    return _exp([_product([exponent, _log([base], bits)], bits)], bits)


def _power_of_zero(exponent: int | None) -> Value:
    if exponent == 1:
        return Fraction(0)
    return Gap.POLE if exponent == -1 else Gap.VAGUE


def _whole_power(base: Any, n: int, sign: int | None, bits: int) -> Value:
    if n < 0 and sign is None:
        return Gap.VAGUE
    if n < 0 and sign == 0:
        return Gap.POLE
    if n.bit_length() > MAGNITUDE:
        return Gap.LARGE
    if isinstance(base, Fraction) and (abs(n) * _bits(base) <= 2 * BITS or abs(base) in (0, 1)):
        return Fraction(base ** (n if base else min(n, 1)))
    power = libmp.mpi_pow_int(wide(base, bits), abs(n), bits)
    return power if n >= 0 else libmp.mpi_div(wide(Fraction(1), bits), power, bits)  # type: ignore[no-any-return]  # an interval


def _root(base: Any, bits: int) -> Any:
    if isinstance(base, Fraction):
        above, below = isqrt(base.numerator), isqrt(base.denominator)
        if above**2 == base.numerator and below**2 == base.denominator:
            return Fraction(above, below)
    return libmp.mpi_sqrt(wide(base, bits), bits)


def _exp(args: list[Any], bits: int) -> Value:
    if args[0] == 0:
        return Fraction(1)
    return _steep(libmp.mpi_exp, args[0], bits)


def _steep(function: Callable[[Interval, int], Interval], argument: Any, bits: int) -> Value:
    """A function whose cost grows with the size of its argument."""
    about = wide(argument, bits)
    if any(_magnitude(end) > MAGNITUDE for end in about):
        return Gap.LARGE
    return function(about, bits)


def _log(args: list[Any], bits: int) -> Value:
    sign = sign_of(args[0])
    if args[0] == 1:
        return Fraction(0)
    if sign != 1:
        return Gap.VAGUE if sign is None else Gap.POLE if sign == 0 else Gap.OUTSIDE
    return libmp.mpi_log(wide(args[0], bits), bits)  # type: ignore[no-any-return]  # an interval


def _abs(args: list[Any], bits: int) -> Value:
    found: Value = abs(args[0]) if isinstance(args[0], Fraction) else libmp.mpi_abs(args[0], bits)
    return found


def _largest(args: list[Any], bits: int) -> Value:
    exact = [a for a in args if isinstance(a, Fraction)]
    about = [a for a in args if not isinstance(a, Fraction)]
    if not about:
        return max(exact)
    ends = about + ([wide(max(exact), bits)] if exact else [])
    best = ends[0]
    for other in ends[1:]:
        best = tuple(b if libmp.mpf_lt(a, b) else a for a, b in zip(best, other, strict=True))
    # Exactness is kept where the fraction is certainly the largest.
    return max(exact) if exact and all(libmp.mpf_lt(a[1], ends[-1][0]) for a in about) else best


def _smallest(args: list[Any], bits: int) -> Value:
    found: Any = _largest([_product([Fraction(-1), a], bits) for a in args], bits)
    return _product([Fraction(-1), found], bits)


def _step(zero: int) -> Callable[[list[Any], int], Value]:
    def rule(args: list[Any], bits: int) -> Value:
        sign = sign_of(args[0])
        return Gap.VAGUE if sign is None else Gap.JUMP if sign == 0 else Fraction(1 if sign > 0 else zero)

    return rule


def _compared(holds: Callable[[int], bool]) -> Callable[[list[Any], int], Value]:
    def rule(args: list[Any], bits: int) -> Value:
        sign = sign_of(_sum([args[0], _product([Fraction(-1), args[1]], bits)], bits))
        return Gap.VAGUE if sign is None else holds(sign)

    return rule


def _circular(function: Callable[[Interval, int], Interval]) -> Callable[[list[Any], int], Value]:
    return lambda args, bits: _steep(function, args[0], bits)


def _rising(function: Callable[..., Any], falls: bool = False, within: bool = False) -> Callable[[list[Any], int], Value]:
    """A monotone function of mpmath's, end by end; `within`: defined from -1 to 1."""

    def rule(args: list[Any], bits: int) -> Value:
        low, high = about = wide(args[0], bits)
        if within:
            if any(libmp.mpf_gt(libmp.mpf_abs(end), libmp.fone) for end in about):
                inside = any(libmp.mpf_le(libmp.mpf_abs(end), libmp.fone) for end in about)
                return Gap.VAGUE if inside else Gap.OUTSIDE
        ends = (high, low) if falls else (low, high)
        return function(ends[0], bits, DOWN), function(ends[1], bits, UP)

    return rule


RULES: dict[str, Callable[[list[Any], int], Value]] = {
    "add": _sum,
    "mul": _product,
    "pow": _power,
    "exp": _exp,
    "log": _log,
    "abs": _abs,
    "max": _largest,
    "min": _smallest,
    "heaviside": _step(0),
    "sign": _step(-1),
    "sin": _circular(libmp.mpi_sin),
    "cos": _circular(libmp.mpi_cos),
    "atan": _rising(libmp.mpf_atan),
    "erf": _rising(libmp.mpf_erf),
    "asin": _rising(libmp.mpf_asin, within=True),
    "acos": _rising(libmp.mpf_acos, falls=True, within=True),
    "pi": lambda args, bits: (libmp.mpf_pi(bits, DOWN), libmp.mpf_pi(bits, UP)),
    "undefined": lambda args, bits: Gap.OUTSIDE,
    "<": _compared(lambda sign: sign < 0),
    "<=": _compared(lambda sign: sign <= 0),
    "=": _compared(lambda sign: sign == 0),
    "and": lambda args, bits: all(args),
    "or": lambda args, bits: any(args),
    "not": lambda args, bits: not args[0],
}
