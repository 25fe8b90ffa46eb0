"""The slope of an activation, derived from its formula and led to the form that textbooks know: σ' = σ(1 - σ)."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Expr, Integer, Symbol, exp

from .derivation import Derivation
from .deriving import differentiate, simplify
from .errors import DeriveError
from .ops import Activation, sigmoid, softplus, tanh
from .partial import Partial
from .rewritings import ARITHMETIC, EQUAL_FACTORS
from .shape import MINUS, ONE, in_textbook_order, minus, over, plus, power, still, times
from .steps import Step

Ending = tuple[str, str, Callable[[Expr], Expr]]  # the rule, the reason, the line as a function of z
TWO = Integer(2)


def slope_derivation(activation: type[Activation]) -> Derivation:
    """σ'(z) from the formula of σ, each line by a named rule, to σ'(z) as a function of the output where the activation has one."""
    if not (isinstance(activation, type) and issubclass(activation, Activation)):
        raise DeriveError(
            f"{activation!r} is no activation", "slope_derivation", "for example slope_derivation(sigmoid)"
        )
    z = Symbol("z")
    start = activation.prime(z)
    steps = [Step(f"definition of {_name(activation)}", start, Partial(_formula(activation, z), z))]
    steps += differentiate(steps[-1].after)
    steps += simplify(steps[-1].after, (ARITHMETIC, EQUAL_FACTORS))
    for rule, why, line in ENDINGS.get(activation, _by_output(activation)):
        if line(z) != steps[-1].after:
            steps.append(Step(rule, steps[-1].after, line(z), why))
    return Derivation(start, tuple(steps), typed_order=True)


def _name(activation: type[Activation]) -> str:
    return activation.unicode or activation.__name__


def _formula(activation: type[Activation], z: Symbol) -> Expr:
    return over(_difference(z), _sum(z)) if activation is tanh else in_textbook_order(activation.formula(z))


def _by_output(activation: type[Activation]) -> tuple[Ending, ...]:
    """The last line for an activation that says its slope by the output and is not in the table: as one step, proved like any other."""
    by_output = activation.by_output
    if by_output is None:
        return ()
    return (("slope by the output", "", lambda z: in_textbook_order(by_output(activation(z)))),)


def _q(z: Expr) -> Expr:
    return plus(ONE, _exp_minus(z))


def _exp_minus(z: Expr) -> Expr:
    return still(exp, minus(z))


def _difference(z: Expr) -> Expr:
    return plus(still(exp, z), minus(_exp_minus(z)))


def _sum(z: Expr) -> Expr:
    return plus(still(exp, z), _exp_minus(z))


ENDINGS: dict[type[Activation], tuple[Ending, ...]] = {
    sigmoid: (
        (
            "add and subtract 1",
            "e^(-z) = (1 + e^(-z)) - 1",
            lambda z: over(Add(_q(z), MINUS, evaluate=False), power(_q(z), TWO)),
        ),
        (
            "split the fraction",
            "(f - g)/h = f/h - g/h",
            lambda z: plus(over(ONE, _q(z)), minus(over(ONE, power(_q(z), TWO)))),
        ),
        ("factor out", "f - f^2 = f (1 - f)", lambda z: times(over(ONE, _q(z)), plus(ONE, minus(over(ONE, _q(z)))))),
        ("definition of σ", "σ(z) = 1/(1 + e^(-z))", lambda z: times(sigmoid(z), plus(ONE, minus(sigmoid(z))))),
    ),
    tanh: (
        (
            "split the fraction",
            "(f - g)/f = 1 - g/f",
            lambda z: plus(ONE, minus(over(power(_difference(z), TWO), power(_sum(z), TWO)))),
        ),
        (
            "square of a fraction",
            "f^2/g^2 = (f/g)^2",
            lambda z: plus(ONE, minus(power(over(_difference(z), _sum(z)), TWO))),
        ),
        (
            "definition of tanh",
            "tanh(z) = (e^z - e^(-z))/(e^z + e^(-z))",
            lambda z: plus(ONE, minus(power(tanh(z), TWO))),
        ),
    ),
    softplus: (
        ("multiply above and below by e^(-z)", "e^(-z) e^z = 1", lambda z: over(ONE, _q(z))),
        ("definition of σ", "σ(z) = 1/(1 + e^(-z))", sigmoid),
    ),
}
