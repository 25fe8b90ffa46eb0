"""Identities between activations, proved as a textbook proves them: a row of lines, each equal to the one before by a named act.

    identity_derivation("tanh by sigma")      tanh(x) = ... = 2 σ(2x) - 1
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Integer, Symbol, exp, log

from .acts import TWO, Act, carried_out
from .derivation import Derivation
from .errors import DeriveError
from .formulas import difference_of_exps, exp_minus, one_plus_exp_minus, sum_of_exps
from .ops import sigmoid, softplus, tanh
from .shape import MINUS, ONE, minus, over, plus, still, times
from .values import nearest

X = Symbol("x")
E_X = still(exp, X)
DOUBLE = times(TWO, X)
Q, Q2 = one_plus_exp_minus(X), plus(ONE, still(exp, times(Integer(-2), X)))
LOG_Q = still(log, plus(ONE, E_X))


def _two_forms() -> tuple[Expr, tuple[Act, ...]]:
    start = over(E_X, plus(E_X, ONE))
    enlarged = over(times(E_X, exp_minus(X)), times(plus(E_X, ONE), exp_minus(X)))
    return start, (
        ("multiply above and below by e^(-x)", "f/g = (f h)/(g h)", enlarged),
        ("multiply out", "e^x e^(-x) = 1", over(ONE, Q)),
        ("definition of σ", "σ(x) = 1/(1 + e^(-x))", sigmoid(X)),
    )


def _symmetry() -> tuple[Expr, tuple[Act, ...]]:
    return sigmoid(minus(X)), (
        ("definition of σ", "σ(x) = 1/(1 + e^(-x))", over(ONE, plus(ONE, E_X))),
        ("multiply above and below by e^(-x)", "e^x e^(-x) = 1", over(exp_minus(X), plus(exp_minus(X), ONE))),
        ("add and subtract 1", "e^(-x) = (1 + e^(-x)) - 1", over(plus(ONE, exp_minus(X), MINUS), Q)),
        ("split the fraction", "(f - g)/f = 1 - g/f", plus(ONE, minus(over(ONE, Q)))),
        ("definition of σ", "σ(x) = 1/(1 + e^(-x))", plus(ONE, minus(sigmoid(X)))),
    )


def _tanh_by_sigma() -> tuple[Expr, tuple[Act, ...]]:
    return tanh(X), (
        ("definition of tanh", "tanh(x) = (e^x - e^(-x))/(e^x + e^(-x))", over(difference_of_exps(X), sum_of_exps(X))),
        (
            "multiply above and below by e^(-x)",
            "e^x e^(-x) = 1, e^(-x) e^(-x) = e^(-2x)",
            over(plus(ONE, minus(still(exp, times(Integer(-2), X)))), Q2),
        ),
        ("add and subtract 1", "1 - e^(-2x) = 2 - (1 + e^(-2x))", over(plus(TWO, minus(Q2)), Q2)),
        ("split the fraction", "(f - g)/g = f/g - 1", plus(over(TWO, Q2), MINUS)),
        ("definition of σ", "σ(2x) = 1/(1 + e^(-2x))", plus(times(TWO, sigmoid(DOUBLE)), MINUS)),
    )


def _softplus_difference() -> tuple[Expr, tuple[Act, ...]]:
    return plus(softplus(X), minus(softplus(minus(X)))), (
        ("definition of softplus", "softplus(x) = ln(1 + e^x)", plus(LOG_Q, minus(still(log, Q)))),
        ("difference of logarithms", "ln f - ln g = ln(f/g)", still(log, over(plus(ONE, E_X), Q))),
        (
            "factor out",
            "1 + e^x = e^x (e^(-x) + 1)",
            still(log, over(times(E_X, plus(exp_minus(X), ONE)), Q)),
        ),
        ("equal factors", "f/f = 1", still(log, E_X)),
        ("logarithm of an exponential", "ln(e^x) = x", X),
    )


IDENTITIES: dict[str, Callable[[], tuple[Expr, tuple[Act, ...]]]] = {
    "two forms of sigma": _two_forms,
    "symmetry of sigma": _symmetry,
    "tanh by sigma": _tanh_by_sigma,
    "softplus of x and -x": _softplus_difference,
}


def identity_derivation(name: str) -> Derivation:
    """f = ... = g, by its name in `IDENTITIES`; every line is proved by `verify`. Raises `DeriveError` for a name that is not there."""
    if name not in IDENTITIES:
        raise DeriveError(f"there is no identity {name!r}", "identity_derivation", nearest(str(name), IDENTITIES))
    start, acts = IDENTITIES[name]()
    return Derivation(start, tuple(carried_out(acts, start)), typed_order=True)
