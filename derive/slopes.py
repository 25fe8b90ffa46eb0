"""The slope of an activation, derived from its formula and led to the form that textbooks know: σ' = σ(1 - σ)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr, Symbol

from .acts import TWO, Act, carried_out
from .derivation import Derivation
from .detail import folded, usual
from .differentiation import differentiate, simplify
from .errors import DeriveError
from .formulas import difference_of_exps, one_plus_exp_minus, sum_of_exps
from .ops import Activation, sigmoid, softplus, tanh
from .partial import Partial
from .rewritings import ARITHMETIC, EQUAL_FACTORS
from .shape import MINUS, ONE, in_textbook_order, minus, over, plus, power, times
from .steps import Step

Ending: TypeAlias = tuple[tuple[Act, ...], ...]  # for each line the acts that it folds


@dataclass(frozen=True)
class Textbook:
    """What leads from the derivative to the form that textbooks know; and the formula to start from, where it is not that of the record."""

    ending: Callable[[Expr], Ending]
    start: Callable[[Expr], Expr] | None = None


def slope_derivation(activation: type[Activation]) -> Derivation:
    """σ'(z) from the formula of σ, each line by a named rule, to σ'(z) as a function of the output where the activation has one."""
    if not (isinstance(activation, type) and issubclass(activation, Activation)):
        raise DeriveError(
            f"{activation!r} is no activation", "slope_derivation", "for example slope_derivation(sigmoid)"
        )
    z, known = Symbol("z"), TEXTBOOK.get(activation) or Textbook(_by_output(activation))
    formula = known.start(z) if known.start else in_textbook_order(activation.formula(z))
    start = activation.prime(z)
    steps = [Step(f"definition of {activation.unicode or activation.__name__}", start, Partial(formula, z))]
    steps += differentiate(steps[-1].after)
    steps += simplify(steps[-1].after, (ARITHMETIC, EQUAL_FACTORS))
    lines = list(usual(steps))
    for acts in known.ending(z):
        written = carried_out(acts, lines[-1].after)
        lines += [folded(written)] if written else []
    return Derivation(start, tuple(lines), typed_order=True)


def _by_output(activation: type[Activation]) -> Callable[[Expr], Ending]:
    """The last line for an activation that says its slope by the output and is not in the table: as one step, proved like any other."""
    by_output = activation.by_output
    if by_output is None:
        return lambda z: ()
    return lambda z: ((("slope by the output", "", in_textbook_order(by_output(activation(z)))),),)


def _to_sigmoid(z: Expr) -> Ending:
    q = one_plus_exp_minus(z)
    return (
        (("add and subtract 1", "e^(-z) = (1 + e^(-z)) - 1", over(plus(q, MINUS), power(q, TWO))),),
        (
            ("split the fraction", "(f - g)/h = f/h - g/h", plus(over(ONE, q), minus(over(ONE, power(q, TWO))))),
            ("factor out", "f - f^2 = f (1 - f)", times(over(ONE, q), plus(ONE, minus(over(ONE, q))))),
        ),
        (("definition of σ", "σ(z) = 1/(1 + e^(-z))", times(sigmoid(z), plus(ONE, minus(sigmoid(z))))),),
    )


def _to_tanh(z: Expr) -> Ending:
    above, below = difference_of_exps(z), sum_of_exps(z)
    return (
        (
            ("split the fraction", "(f - g)/f = 1 - g/f", plus(ONE, minus(over(power(above, TWO), power(below, TWO))))),
            ("square of a fraction", "f^2/g^2 = (f/g)^2", plus(ONE, minus(power(over(above, below), TWO)))),
        ),
        (("definition of tanh", "tanh(z) = (e^z - e^(-z))/(e^z + e^(-z))", plus(ONE, minus(power(tanh(z), TWO)))),),
    )


def _to_softplus(z: Expr) -> Ending:
    return (
        (("multiply above and below by e^(-z)", "e^(-z) e^z = 1", over(ONE, one_plus_exp_minus(z))),),
        (("definition of σ", "σ(z) = 1/(1 + e^(-z))", sigmoid(z)),),
    )


TEXTBOOK: dict[type[Activation], Textbook] = {
    sigmoid: Textbook(_to_sigmoid),
    tanh: Textbook(_to_tanh, lambda z: over(difference_of_exps(z), sum_of_exps(z))),
    softplus: Textbook(_to_softplus),
}
