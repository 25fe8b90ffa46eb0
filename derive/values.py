"""The lines of a derivation at given values: every line is the same number, or something is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from numbers import Integral, Real
from typing import Any

import numpy as np
from sympy import Abs, Expr, Float, Heaviside, Integer, Max, Min, Number, Pow, Rational, Symbol, nan, oo, sign, zoo

from .equations import Equation, Expander, uses
from .errors import DeriveError, Disagreement, DomainError, ShapeError
from .indices import SAMPLES, Axis, Index, Quantity
from .ops import Activation
from .partial import Partial
from .steps import Context

DIGITS = 20
TOLERANCE = Float("1e-9")
# 2^332193, about 1e100000, the most that any part of an expression may be. In binary, since the decimal takes 0.3 s to convert.
LARGEST = Float((0, 1, 332193, 1), DIGITS)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a name that is not known: the one that was probably meant, or all that there are."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known names: {', '.join(names)}" if names else ""


def number(value: Any, name: str) -> Number:
    """A value exactly: 0.1 is 1/10. Raises `DeriveError` for what is not a finite real number."""
    if isinstance(value, (Number, Expr)) and value.is_number and value.is_extended_real and value.is_finite:
        exact = value if value.is_Rational else value.evalf(DIGITS)
        return exact if isinstance(exact, Rational) else Rational(str(exact))
    if isinstance(value, Fraction):
        return Rational(value.numerator, value.denominator)
    if isinstance(value, Integral) and not isinstance(value, (bool, np.bool_)):
        return Integer(int(value))
    if isinstance(value, Real) and not isinstance(value, bool) and np.isfinite(float(value)):
        return Rational(repr(float(value)))
    raise DeriveError(f"{value!r} is not a finite real number", f"the value of {name}")


def without_corners(e: Expr) -> Expr:
    """|u| as a root and sign(u) as u/|u|: SymPy's own derivative of |u| for a symbol not known to be real cannot be evaluated.

    A step that says 0 or 1 at the corner itself is compared away from it, where alone the derivative exists.
    """
    if not e.has(Abs, sign, Heaviside):
        return e
    args = [without_corners(a) if isinstance(a, Expr) else a for a in e.args]
    if isinstance(e, (Abs, sign)) and not args[0].is_extended_real:
        root = Pow(Pow(args[0], 2), Rational(1, 2))
        return root if isinstance(e, Abs) else args[0] / root
    return Heaviside(args[0]) if isinstance(e, Heaviside) else e.func(*args) if args else e


def in_line(line: Expr, values: Mapping[Symbol, Number], where: str) -> Number:
    """The number that a line of scalars is at these values; derivatives that are only written down are carried out by SymPy."""
    _check_divisions(line, values, where)
    return _number(Expander({}).scalar(without_corners(line), {}), values, where)


def _check_divisions(e: Expr, values: Mapping[Symbol, Number], where: str) -> None:
    """Raises `DomainError` for a division by zero as the line is written: SymPy would cancel w/w, and 0/0 would be a number."""
    if isinstance(e, Partial):
        return
    if isinstance(e, Pow) and e.args[1].is_Number and e.args[1].is_negative:
        below = Activation.written_out(without_corners(e.args[0]))
        if not below.has(Partial) and below.xreplace(dict(values)).evalf(DIGITS) == 0:
            raise DomainError("there is a division by zero or a logarithm of zero at these values", where)
    for a in e.args:
        if isinstance(a, Expr):
            _check_divisions(a, values, where)


def _number(e: Expr, values: Mapping[Any, Number], where: str) -> Number:
    """Exact where it is rational, else to 20 digits."""
    written = Activation.written_out(e)
    _size(written, values, where)
    at = written.xreplace(dict(values))
    found = at if at.is_Rational else at.evalf(DIGITS)
    if found.has(nan, zoo, oo, -oo):
        raise DomainError("there is a division by zero or a logarithm of zero at these values", where)
    if not isinstance(found, Number):
        raise DomainError(f"the value {found} is no real number", where)
    if abs(found) > Float("1e308"):
        raise DomainError("the value is too large for a number of 64 bits", where)
    return found


def _size(e: Expr, values: Mapping[Any, Number], where: str) -> Expr:
    """About the value, part by part: SymPy computes a tower such as e^(e^(e^9)) as one number, without end."""
    if not e.args:
        return values.get(e, e).evalf(15)
    about = e.func(*(_size(a, values, where) for a in e.args)).evalf(15)
    if about.is_Float and abs(about) > LARGEST:
        raise DomainError("a part of it is too large to be computed", where)
    return about


def check_corners(start: Expr, values: Mapping[Symbol, Number]) -> None:
    """Raises `DomainError` where the values stand on a kink of |u| or on a tie of a maximum: there is no derivative there."""
    for corner in sorted(start.atoms(Abs, Max, Min), key=str):
        parts = [_number(without_corners(Expander({}).scalar(a, {})), values, str(corner)) for a in corner.args]
        at = max(parts) if isinstance(corner, Max) else min(parts)
        tied = parts[0].is_zero if isinstance(corner, Abs) else sum(bool(abs(p - at) < TOLERANCE) for p in parts) > 1
        if tied and corner.free_symbols:
            shown = ", ".join(f"{s} = {v}" for s, v in values.items() if s in corner.free_symbols)
            raise DomainError(
                f"{corner} has a kink at {shown}, and no derivative there", "at", "choose values beside it"
            )


def all_equal(numbers: Sequence[Number], rules: Sequence[str]) -> None:
    """Raises `Disagreement` at the first line whose number is not that of the line above it."""
    for n, (before, after) in enumerate(pairwise(numbers)):
        if abs(before - after) > TOLERANCE * max(1, abs(before)):
            raise Disagreement(
                f"the line before is {float(before):.6g}, and this line is {float(after):.6g}",
                f"step {rules[n]!r}",
                "the step is wrong, or the values given do not fit each other",
            )


class IndexForm:
    """Lines in index form at given index values: arrays for what is given, all else computed from the equations that define it.

    Arrays have the shape of the quantity, samples in rows. Indices count from 1, as they are printed.
    """

    def __init__(
        self, lines: Sequence[Expr], context: Context, quantities: Mapping[str, Quantity], given: Mapping[str, Any]
    ) -> None:
        self.lines, self.context = lines, context
        needed = self._needed(set(given))
        known = {**quantities, **{name: e.lhs for name, e in context.definitions.items()}}
        for name in given:
            if name not in known and name not in needed:
                raise DeriveError(f"{name} is not in the derivation", "at", nearest(name, needed | set(known)))
        missing = sorted(needed - set(given))
        if missing:
            raise DeriveError(
                f"there is no value for {', '.join(missing)}", "at", "give a number or an array for each name"
            )
        self.sizes: dict[Axis, int] = {}
        self.numbers: dict[Any, Number] = {}
        self.expander = Expander(self.sizes, context.definitions)
        for name in sorted(needed | set(given)):
            if name in given:
                self._enter(known.get(name) or Quantity(name), given[name])
        self._compute(needed | set(given))

    def _needed(self, given: set[str]) -> set[str]:
        """The names that no equation defines, among all that the lines lead to."""
        definitions, leaves, seen = self.context.definitions, set[str](), set[str]()
        waiting = [name for line in self.lines for name in uses(line)]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                if name in definitions and name not in given:
                    waiting += uses(definitions[name].rhs)
                elif name not in definitions:
                    leaves.add(name)
        self.reached = seen
        return leaves

    def _enter(self, quantity: Quantity, value: Any) -> None:
        samples_first = sorted(range(len(quantity.axes)), key=lambda n: quantity.axes[n].letters != SAMPLES)
        array = np.asarray(value, dtype=object)
        if array.ndim != len(quantity.axes):
            wanted = " x ".join(quantity.axes[n].name for n in samples_first) or "one number"
            raise ShapeError(f"the value has the shape {array.shape}, expected {wanted}", quantity.name)
        for n, size in zip(samples_first, array.shape, strict=True):
            axis = quantity.axes[n]
            if self.sizes.setdefault(axis, size) != size:
                raise ShapeError(f"{axis.name} is {size} here and {self.sizes[axis]} in another value", quantity.name)
        array = np.transpose(array, np.argsort(samples_first)) if array.ndim else array
        for at in np.ndindex(array.shape):
            symbol = self.expander.symbol(quantity.name, tuple(n + 1 for n in at))
            self.numbers[symbol] = number(array[at], quantity.name)

    def _compute(self, given: set[str]) -> None:
        """The entries of what equations define, in their order, to 20 digits."""
        for equation in self.context.definitions.values():
            if equation.name in self.reached and equation.name not in given:
                self._check_sizes(equation)
                for symbol, entry in self.expander.entries(equation).items():
                    self.numbers[symbol] = _number(entry, self.numbers, f"the value of {equation.name}")

    def _check_sizes(self, equation: Equation) -> None:
        axes = {i.axis for i in equation.rhs.atoms(Index)} | set(equation.lhs.axes)
        unknown = sorted(axis.name for axis in axes if axis not in self.sizes)
        if unknown:
            raise DeriveError(f"the size {unknown[0]} does not follow from the values given", equation.name)

    def values(self, at: Mapping[str, int]) -> list[Number]:
        """The number of every line, where the free indices have these values."""
        free = {i for line in self.lines for i in line.free_symbols if isinstance(i, Index)}
        where: dict[Index, int] = {}
        for index in sorted(free, key=str):
            size = self.sizes.get(index.axis, 0)
            chosen = at.get(index.name)
            if not isinstance(chosen, Integral) or not 1 <= chosen <= size:
                shown = "is missing" if chosen is None else f"is {chosen!r}"
                raise DeriveError(
                    f"the index {index.name} {shown}, expected a whole number from 1 to {size}",
                    "at",
                    f"give {index.name}=1",
                )
            where[index] = int(chosen)
        for name in sorted(set(at) - {i.name for i in where}):
            raise DeriveError(f"{name} is not a free index here", "at", nearest(name, [i.name for i in where]))
        return [
            _number(self.expander.scalar(line, where), self.numbers, f"line {n}") for n, line in enumerate(self.lines)
        ]


def is_indexed(lines: Iterable[Expr], context: Context) -> bool:
    """Whether lines are about quantities that equations define, or that have entries."""
    return bool(context.definitions) or any(line.atoms(Index) for line in lines)
