"""Gates of functions with one input: activations, their slopes, and whatever else SymPy has a formula and a derivative for."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from sympy import Derivative, Expr, Float, Number, Rational, Subs, Symbol, lambdify
from sympy.core.function import AppliedUndef, UndefinedFunction

from . import ops
from .errors import Unsupported
from .gates import Gate, NoSlope, NoValue, Value, Values
from .ops import Activation, Slope
from .tally import of_expression

T = Symbol("t", real=True)
DIGITS = 20


def _sigmoid(z: Value) -> Value:
    if z < 0:
        return math.exp(z) / (1 + math.exp(z))
    return 1 / (1 + math.exp(-z))


def _softplus(z: Value) -> Value:
    return max(z, 0) + math.log1p(math.exp(-abs(z)))


# Formulas that lose digits or overflow as they stand, in a form that does not. A test compares them with the formulas.
STABLE: dict[type[Activation], Callable[[Any], Value]] = {ops.sigmoid: _sigmoid, ops.softplus: _softplus, ops.tanh: math.tanh}

DOES: dict[type[Any], str] = {
    ops.sigmoid: "multiplies by σ(1 − σ), at most 1/4",
    ops.tanh: "multiplies by 1 − tanh²",
    ops.relu: "a switch: passes the gradient of a positive input, stops that of any other",
    ops.softplus: "multiplies by σ of the input",
}


def numeric(e: Expr, t: Symbol) -> Callable[[Value], Value]:
    """An expression in one symbol as a function of a number: in floats, and with more digits and any exponent where these fail."""
    quick = lambdify(t, e, modules="math")

    def run(u: Value) -> Value:
        try:
            found = quick(u)
            if isinstance(found, (int, float)) and math.isfinite(found):
                return found
            if isinstance(found, Fraction):
                return found
        except (ArithmeticError, ValueError, NameError, TypeError):
            pass
        return _precise(e, t, u)

    return run


def _precise(e: Expr, t: Symbol, u: Value) -> float:
    given = Float(u, DIGITS) if isinstance(u, float) else Rational(u.numerator, u.denominator)
    found = e.xreplace({t: given}).evalf(DIGITS)
    if isinstance(found, Number) and found.is_finite:
        return float(found)
    raise NoValue("the result is complex" if found.is_real is False and found.is_finite else "it has no finite value there")


def _derivative(slope: Callable[[Value], Value]) -> Callable[[Value], Value]:
    """A slope whose lack of a value is a lack of a derivative."""

    def run(u: Value) -> Value:
        try:
            return slope(u)
        except NoValue as trouble:
            raise NoSlope(f"its derivative has no value there: {trouble}") from None

    return run


@cache
def activation_gate(kind: Any) -> Gate:
    """a = sigma(z) as one gate; its slope is computed from its output where that is possible."""
    value = STABLE.get(kind) or numeric(Activation.written_out(kind.formula(T)), T)
    by_output = kind.by_output
    formula = by_output(T) if by_output is not None else Activation.written_out(kind.slope_formula(T))
    slope = _derivative(numeric(formula, T))
    kinks = kind.kinks

    def remark(y: Value, u: Values) -> str:
        if u[0] not in kinks:
            return ""
        return f"{kind.__name__} has a kink at {u[0]}, and no derivative; {slope(u[0])} is taken"

    return Gate(
        kind.__name__,
        kind.unicode or kind.__name__,
        lambda u: value(u[0]),
        lambda i, y, u: slope(y if by_output is not None else u[0]),
        does=DOES.get(kind, "multiplies by its slope"),
        local=of_expression(formula),
        remark=remark if kinks else None,
        kind=kind,
    )


@cache
def slope_gate(kind: Any) -> Gate:
    """sigma'(z) as one gate."""
    name = kind.unicode or kind.__name__
    return _from_formula(f"slope of {kind.__name__}", f"{name}′", Activation.written_out(kind.slope_formula(T)))


@cache
def function_gate(kind: Any) -> Gate:
    """Any function of SymPy's of one variable; raises `Unsupported` where it has no formula or no derivative."""
    name = str(kind.__name__)
    if isinstance(kind, UndefinedFunction):
        raise Unsupported(f"nothing is known about the function {name}", "Graph", "put in what it stands for")
    try:
        formula = kind(T)
    except TypeError:
        raise Unsupported(f"there is no gate for {name}", "Graph", "use functions of one variable") from None
    return _from_formula(name, name, formula)


def _from_formula(name: str, label: str, formula: Expr) -> Gate:
    derivative = formula.diff(T)
    if derivative.has(Derivative, Subs, AppliedUndef):
        raise Unsupported(f"the derivative of {name} is not known", "Graph")
    value, slope = numeric(formula, T), _derivative(numeric(derivative, T))
    return Gate(name, label, lambda u: value(u[0]), lambda i, y, u: slope(u[0]), local=of_expression(derivative))


def gate_of(e: Expr) -> Gate:
    """The gate of a function applied to one expression."""
    kind: Any = type(e)
    if issubclass(kind, Slope):
        return slope_gate(kind.activation)
    return activation_gate(kind) if issubclass(kind, Activation) else function_gate(kind)

