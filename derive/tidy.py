"""Zeros, ones and numbers in what is left when a derivative has been carried out.

A rewriting looks at sums, products and fractions and leaves alone what stands inside a function: that is as it was typed.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Expr, Integer, Mul, Number, Pow, Symbol, exp, log

from .partial import Partial
from .shape import ONE, fraction, is_exp, joined, plus, power, rebuilt, reciprocal_of, still

LARGEST = 64  # powers of numbers are multiplied out up to this exponent


def within(e: Expr, apply: Callable[[Expr], Expr]) -> Expr:
    """Apply to the terms of a sum, the factors of a product and what stands below a line."""
    if isinstance(e, (Add, Mul)):
        return rebuilt(e, [apply(a) for a in e.args])
    return rebuilt(e, [apply(e.args[0]), e.args[1]]) if reciprocal_of(e) is not None else e


def arithmetic(e: Expr) -> Expr:
    """0 + f = f, 0 f = 0, 1 f = f, and numbers are multiplied and added"""
    if isinstance(e, Pow) and not is_exp(e):
        return _power_of_numbers(e)
    e = within(e, arithmetic)
    nested = isinstance(e, (Add, Mul)) and any(a.func is e.func for a in e.args)
    if isinstance(e, Mul):
        numbers = _numbers(e)
        trailing = any(isinstance(a, Number) and a.is_negative for a in e.args[1:]) or any(isinstance(a, Number) for a in e.args[1:-1])
        if (
            nested
            or trailing
            or len(numbers) > 1
            or 1 in numbers
            or any(n.is_zero for n in numbers)
            or _begins_below(e)
        ):
            return joined(*fraction(e))
    if isinstance(e, Add):
        numbers = [a for a in e.args if isinstance(a, Number)]
        if nested or len(numbers) > 1 or any(n.is_zero for n in numbers):
            return _added(e, sum(numbers, Integer(0)))
    return {still(exp, Integer(0)): ONE, still(log, ONE): Integer(0)}.get(e, e)


def _added(e: Add, number: Number) -> Expr:
    """The sum with its numbers added up, at the place of the first."""
    terms: list[Expr] = []
    for a in e.args:
        if not isinstance(a, Number):
            terms.append(a)
        elif not number.is_zero:
            terms.append(number)
            number = Integer(0)
    return plus(*terms) if terms else Integer(0)


def _power_of_numbers(e: Pow) -> Expr:
    base, exponent = (arithmetic(e.args[0]) if reciprocal_of(e) is not None else e.args[0]), e.args[1]
    if exponent == 0 or base == 1:
        return ONE
    if exponent == 1:
        return base
    if (
        isinstance(base, Pow)
        and not is_exp(base)
        and isinstance(base.args[1], Integer)
        and isinstance(exponent, Integer)
    ):
        return power(base.args[0], base.args[1] * exponent) if exponent != -1 else rebuilt(e, [base, exponent])
    if isinstance(base, Number) and isinstance(exponent, Integer) and abs(exponent) <= LARGEST and base != 0:
        return base**exponent
    return rebuilt(e, [base, exponent])


def _numbers(e: Expr) -> list[Number]:
    """The numbers among the factors of a product, above and below the line."""
    if isinstance(e, Number):
        return [e]
    if isinstance(e, Mul):
        return [n for a in e.args for n in _numbers(a)]
    under = reciprocal_of(e)
    return _numbers(under) if under is not None else []


def _begins_below(e: Mul) -> bool:
    """1/(1 + u) v, which is v/(1 + u); but 1/m v stays."""
    first = next((under for a in e.args if not isinstance(a, Number) and (under := reciprocal_of(a)) is not None), None)
    _, factors = fraction(e)
    if first is None or factors[0][1] > 0:
        return False
    moves = any(side > 0 and not f.has(Partial) for f, side in factors)
    return moves and not all(isinstance(f, Symbol) for f, side in factors if side < 0)
