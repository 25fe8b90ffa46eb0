"""Expressions that keep the shape in which they are written down: nothing is evaluated, reordered or multiplied out.

SymPy's constructors tidy what they are given. These do not, and need no switch of SymPy's for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sympy import Add, Expr, Integer, Mul, Number, Pow, Rational, Symbol, exp
from sympy.polys.polyerrors import BasePolynomialError

from .errors import DeriveError, DomainError
from .partial import Braced, Partial
from .ranking import Order

ONE, MINUS = Integer(1), Integer(-1)
ORDER = Order({})


def plus(*terms: Expr) -> Expr:
    """f + g + ...: one row of terms; a sum among them loses its brackets."""
    return Add(*(t for term in terms for t in (term.args if isinstance(term, Add) else (term,))), evaluate=False)


def times(*factors: Expr) -> Expr:
    """f g ...: one row of factors; a product among them loses its brackets unless it begins with a minus."""
    row: list[Expr] = []
    for factor in factors:
        row += factor.args if isinstance(factor, Mul) and not (row and is_negative(factor)) else [factor]
    return Mul(*row, evaluate=False)


def minus(f: Expr) -> Expr:
    """-f."""
    return times(MINUS, f)


def power(base: Expr, exponent: Expr) -> Expr:
    """base^exponent; the exponent 1 is not written."""
    return base if exponent == 1 else Pow(base, exponent, evaluate=False)


def over(above: Expr, below: Expr) -> Expr:
    """above / below."""
    reciprocal = Pow(below, MINUS, evaluate=False)
    return reciprocal if above == 1 else times(above, reciprocal)


def still(function: Any, *arguments: Expr) -> Expr:
    """A function applied, as it stands."""
    made: Expr = function(*arguments, evaluate=False)
    return made


def rebuilt(e: Expr, args: Sequence[Expr]) -> Expr:
    """The same kind of node over other parts."""
    if all(old is new for old, new in zip(e.args, args, strict=True)):
        return e
    if isinstance(e, Add):
        return plus(*args)
    if isinstance(e, Mul):
        return times(*args)
    return e.func(*args) if isinstance(e, Partial | Braced) or not args else still(e.func, *args)


def swapped(e: Expr, parts: Mapping[Expr, Expr]) -> Expr:
    """The expression with some of its parts replaced, all else as it stands."""
    if e in parts:
        return parts[e]
    return rebuilt(e, [swapped(a, parts) if isinstance(a, Expr) else a for a in e.args]) if e.args else e


@contextmanager
def real_values(where: str) -> Iterator[None]:
    """Within this context, what SymPy raises for expressions without a real value (a maximum of complex numbers) is a `DomainError`."""
    try:
        yield
    except DeriveError:
        raise
    except (TypeError, ValueError, ArithmeticError, NotImplementedError, BasePolynomialError) as error:
        raise DomainError(f"it has no real value: {error}", where, "give expressions and values that are real") from error


def evaluated(e: Expr) -> Expr:
    """The expression as SymPy would have built it: the same for every order in which a sum was written."""
    return e.func(*(evaluated(a) if isinstance(a, Expr) else a for a in e.args)) if e.args else e


def is_exp(e: Expr) -> bool:
    """Whether this is e^u, as SymPy's function or as a power."""
    return isinstance(e, exp)


def reciprocal_of(e: Expr) -> Expr | None:
    """g for 1/g, g^2 for g^(-2), and nothing for what does not stand below a line."""
    if isinstance(e, Pow) and not is_exp(e) and isinstance(e.args[1], Number) and e.args[1].is_negative:
        return power(e.args[0], -e.args[1])
    return None


Factors = list[tuple[Expr, int]]  # each with the side of the line on which it stands: 1 above, -1 below


def fraction(e: Expr) -> tuple[Number, Factors]:
    """A product as its number and its other factors, as they stand; raises `DomainError` for a division by zero."""
    number: Number = ONE
    factors: Factors = []

    def sort(f: Expr, side: int) -> None:
        nonlocal number
        under = reciprocal_of(f)
        if isinstance(f, Mul):
            for factor in f.args:
                sort(factor, side)
        elif under is not None:
            sort(under, -side)
        elif isinstance(f, Number):
            if side < 0 and f.is_zero:
                raise DomainError("this divides by zero", str(e))
            number = number / f if side < 0 else number * f
        else:
            factors.append((f, side))

    sort(e, 1)
    return number, factors


def joined(number: Number, factors: Factors) -> Expr:
    """The product with its number in front, and one line for all that stands below one, where the first of it stood.

    A product that begins below the line, 1/(1 + u) v, becomes v/(1 + u); but a constant such as 1/m stays in front, and a derivative that
    is not carried out yet stays behind.
    """
    if number.is_zero:
        return Integer(0)
    above, below = [f for f, side in factors if side > 0], [f for f, side in factors if side < 0]
    if not below:
        return times(*([number] if number != 1 or not above else []), *above)
    top, bottom = (Integer(number.p), Integer(number.q)) if isinstance(number, Rational) else (number, ONE)
    at = next(n for n, (_, side) in enumerate(factors) if side < 0)
    if at == 0 and not all(isinstance(f, Symbol) for f in below):
        at = next((n for n, f in enumerate(above) if f.has(Partial)), len(above))
    line = Pow(times(*([bottom] if bottom != 1 else []), *below), MINUS, evaluate=False)
    return times(*([top] if top != 1 else []), *above[:at], line, *above[at:])


def in_textbook_order(e: Expr) -> Expr:
    """A tree of SymPy's with its terms and factors in the order of a textbook, and what is divided by as one line below."""
    if not e.args:
        return e
    if isinstance(e, Mul):
        number, factors = fraction(e)
        parts = [(in_textbook_order(f), side) for f, side in factors]
        above, below = (ORDER.factors(f for f, own in parts if own == side) for side in (1, -1))
        first = bool(below) and all(isinstance(f, Symbol) and ORDER.role(f) == "constant" for f in below)
        sides = [(f, 1) for f in above], [(f, -1) for f in below]
        return joined(number, [*sides[1], *sides[0]] if first else [*sides[0], *sides[1]])
    parts = [in_textbook_order(a) if isinstance(a, Expr) else a for a in e.args]
    if isinstance(e, Add):
        return plus(*sorted(parts, key=lambda a: (is_negative(a), ORDER.term_key(a))))
    return rebuilt(e, parts)


def is_negative(e: Expr) -> bool:
    """Whether a term begins with a negative number."""
    first = e.args[0] if isinstance(e, Mul) else e
    return isinstance(first, Number) and bool(first.is_negative)
