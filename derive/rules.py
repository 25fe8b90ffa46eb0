"""The rules of differentiation: one ordered table. A rule's docstring, or its statement, is the rule.

A rule takes (f, x) and gives the derivative of f by x with `Partial` nodes for what remains to be differentiated, or None where it does not
fit. It decides nothing else: which derivative comes next, and what is simplified afterwards, is the matter of others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    Heaviside,
    Integer,
    Max,
    Min,
    Mul,
    Number,
    Pow,
    Rational,
    Symbol,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    cot,
    coth,
    csc,
    log,
    sec,
    sign,
    sin,
    sinh,
    tan,
    tanh,
)  # fmt: skip

from .ops import Activation, Slope
from .partial import Partial
from .shape import MINUS, ONE, in_textbook_order, is_exp, joined, minus, over, plus, power, reciprocal_of, still, times
from .tidy import arithmetic

Apply = Callable[[Expr, Symbol], Expr | None]
HALF = Rational(1, 2)


@dataclass(frozen=True)
class Rule:
    """A named rule. `inner(f)` is the inner function u where the rule is one for f(u): then it is the chain rule as well."""

    name: str
    statement: str
    apply: Apply
    inner: Callable[[Expr], Expr] | None = None


def depends(f: Expr, x: Symbol) -> bool:
    """Whether x occurs in f."""
    return x in f.free_symbols


def chained(slope: Expr, u: Expr, x: Symbol) -> Expr:
    """f'(u) u'; where u is x itself, there is no chain."""
    return slope if u == x else times(slope, Partial(u, x))


def constant(f: Expr, x: Symbol) -> Expr | None:
    """c' = 0"""
    return None if depends(f, x) else Integer(0)


def identity(f: Expr, x: Symbol) -> Expr | None:
    """x' = 1"""
    return ONE if f == x else None


def sum_rule(f: Expr, x: Symbol) -> Expr | None:
    """(f + g)' = f' + g'"""
    if not isinstance(f, Add):
        return None

    def term(t: Expr) -> Expr:
        if isinstance(t, Mul) and t.args[0] == MINUS and len(t.args) > 1:
            return minus(Partial(times(*t.args[1:]), x))
        return Partial(t, x)

    return plus(*map(term, f.args))


def constant_factor(f: Expr, x: Symbol) -> Expr | None:
    """(c f)' = c f'"""
    if not isinstance(f, Mul):
        return None
    constants = [a for a in f.args if not depends(a, x)]
    others = [a for a in f.args if depends(a, x)]
    return times(*constants, Partial(times(*others), x)) if constants else None


def quotient_rule(f: Expr, x: Symbol) -> Expr | None:
    """(f/g)' = (f' g - f g') / g^2"""
    if not isinstance(f, Mul):
        return None
    above = [a for a in f.args if reciprocal_of(a) is None]
    below = [under for a in f.args if (under := reciprocal_of(a)) is not None]
    if not above or not below:
        return None
    top, bottom = times(*above), times(*below)
    return over(plus(times(Partial(top, x), bottom), times(MINUS, top, Partial(bottom, x))), power(bottom, Integer(2)))


def product_rule(f: Expr, x: Symbol) -> Expr | None:
    """(f g)' = f' g + f g'"""
    if not isinstance(f, Mul):
        return None
    return plus(*(times(*f.args[:n], Partial(a, x), *f.args[n + 1 :]) for n, a in enumerate(f.args)))


def reciprocal_rule(f: Expr, x: Symbol) -> Expr | None:
    """(1/g)' = -g'/g^2"""
    if not isinstance(f, Pow) or is_exp(f) or f.args[1] != MINUS or _as_power(f)[1] != MINUS:
        return None
    return chained(times(MINUS, over(ONE, power(f.args[0], Integer(2)))), f.args[0], x)


def _as_power(f: Pow) -> tuple[Expr, Expr]:
    """u and n of u^n; 1/u^2 is u^(-2)."""
    u, n = f.args
    if n == MINUS and isinstance(u, Pow) and not is_exp(u) and isinstance(u.args[1], Number):
        return u.args[0], -u.args[1]
    return u, n


def root_rule(f: Expr, x: Symbol) -> Expr | None:
    """(√f)' = f' / (2 √f)"""
    if not isinstance(f, Pow) or f.args[1] != HALF:
        return None
    return chained(over(ONE, times(Integer(2), f)), f.args[0], x)


def power_rule(f: Expr, x: Symbol) -> Expr | None:
    """(f^n)' = n f^(n-1) f'"""
    if not isinstance(f, Pow) or is_exp(f) or depends(f.args[1], x):
        return None
    u, n = _as_power(f)
    if not isinstance(n, Number):
        return chained(times(n, power(u, arithmetic(plus(n, MINUS)))), u, x)
    less = n - 1
    if less == 0:
        return Partial(u, x)
    return chained(joined(n, [(power(u, abs(less)), 1 if less > 0 else -1)]), u, x)


def exponential_rule(f: Expr, x: Symbol) -> Expr | None:
    """(e^f)' = e^f f'"""
    return chained(f, f.exp, x) if is_exp(f) else None


def constant_base(f: Expr, x: Symbol) -> Expr | None:
    """(c^f)' = c^f ln(c) f'"""
    if not isinstance(f, Pow) or is_exp(f) or depends(f.args[0], x) or f.args[0].is_zero:
        return None
    return chained(times(f, still(log, f.args[0])), f.args[1], x)


def general_power(f: Expr, x: Symbol) -> Expr | None:
    """(f^g)' = f^g (g' ln f + g f'/f)"""
    if not isinstance(f, Pow) or is_exp(f) or not depends(f.args[0], x):
        return None
    u, v = f.args
    return times(f, plus(times(Partial(v, x), still(log, u)), times(v, Partial(u, x), power(u, MINUS))))


def maximum(f: Expr, x: Symbol) -> Expr | None:
    """max(f, g)' = [f > g] f' + [g > f] g'; where f = g there is a kink"""
    return _extreme(f, x) if isinstance(f, Max) else None


def minimum(f: Expr, x: Symbol) -> Expr | None:
    """min(f, g)' = [g > f] f' + [f > g] g'; where f = g there is a kink"""
    return _extreme(f, x) if isinstance(f, Min) else None


def _extreme(f: Expr, x: Symbol) -> Expr:
    terms = []
    for n, a in enumerate(f.args):
        if depends(a, x):
            others = [b for k, b in enumerate(f.args) if k != n]
            rest = others[0] if len(others) == 1 else still(f.func, *others)
            ahead = (a, rest) if isinstance(f, Max) else (rest, a)
            terms.append(chained(still(Heaviside, difference(*ahead), Integer(0)), a, x))
    return plus(*terms)


def difference(f: Expr, g: Expr) -> Expr:
    """f - g, and f where g is 0."""
    if g == 0:
        return f
    if f == 0:
        return minus(g)
    return plus(f, -g if isinstance(g, Number) else minus(g))


def activation_rule(f: Expr, x: Symbol) -> Expr | None:
    """σ(f)' = σ'(f) f'"""
    return chained(type(f).prime(f.args[0]), f.args[0], x) if isinstance(f, Activation) else None


def slope_formula(f: Expr, x: Symbol) -> Expr | None:
    """σ''(f) by way of the formula of σ'"""
    return Partial(in_textbook_order(f.activation.slope_formula(f.args[0])), x) if isinstance(f, Slope) else None


def _squared(f: Expr) -> Expr:
    return power(f, Integer(2))


def _one_minus_square(u: Expr) -> Expr:
    return plus(ONE, minus(_squared(u)))


def _root(u: Expr) -> Expr:
    return power(u, HALF)


# f'(u) for each function f of SymPy that is known here: name of the rule, what it says, the slope.
FUNCTIONS: dict[type[Function], tuple[str, str, Callable[[Expr], Expr]]] = {
    log: ("logarithm", "(ln f)' = f'/f", lambda u: power(u, MINUS)),
    Abs: ("absolute value", "|f|' = sign(f) f'; where f = 0 there is a kink", lambda u: still(sign, u)),
    sin: ("sine", "(sin f)' = cos(f) f'", lambda u: still(cos, u)),
    cos: ("cosine", "(cos f)' = -sin(f) f'", lambda u: minus(still(sin, u))),
    tan: ("tangent", "(tan f)' = (1 + tan(f)^2) f'", lambda u: plus(ONE, _squared(still(tan, u)))),
    cot: ("cotangent", "(cot f)' = -(1 + cot(f)^2) f'", lambda u: minus(plus(ONE, _squared(still(cot, u))))),
    sec: ("secant", "(sec f)' = sec(f) tan(f) f'", lambda u: times(still(sec, u), still(tan, u))),
    csc: ("cosecant", "(csc f)' = -csc(f) cot(f) f'", lambda u: times(MINUS, still(csc, u), still(cot, u))),
    asin: ("arcsine", "(arcsin f)' = f'/√(1 - f^2)", lambda u: power(_root(_one_minus_square(u)), MINUS)),
    acos: ("arccosine", "(arccos f)' = -f'/√(1 - f^2)", lambda u: minus(power(_root(_one_minus_square(u)), MINUS))),
    atan: ("arctangent", "(arctan f)' = f'/(1 + f^2)", lambda u: power(plus(ONE, _squared(u)), MINUS)),
    sinh: ("hyperbolic sine", "(sinh f)' = cosh(f) f'", lambda u: still(cosh, u)),
    cosh: ("hyperbolic cosine", "(cosh f)' = sinh(f) f'", lambda u: still(sinh, u)),
    tanh: ("hyperbolic tangent", "(tanh f)' = (1 - tanh(f)^2) f'", lambda u: _one_minus_square(still(tanh, u))),
    coth: ("hyperbolic cotangent", "(coth f)' = (1 - coth(f)^2) f'", lambda u: _one_minus_square(still(coth, u))),
    asinh: ("inverse hyperbolic sine", "(arsinh f)' = f'/√(f^2 + 1)", lambda u: power(_root(plus(_squared(u), ONE)), MINUS)),
    acosh: (
        "inverse hyperbolic cosine",
        "(arcosh f)' = f'/(√(f - 1) √(f + 1))",
        lambda u: power(times(_root(plus(u, MINUS)), _root(plus(u, ONE))), MINUS),
    ),
    atanh: ("inverse hyperbolic tangent", "(artanh f)' = f'/(1 - f^2)", lambda u: power(_one_minus_square(u), MINUS)),
}  # fmt: skip


def _of_function(kind: type[Function], name: str, statement: str, slope: Callable[[Expr], Expr]) -> Rule:
    def apply(f: Expr, x: Symbol) -> Expr | None:
        return chained(slope(f.args[0]), f.args[0], x) if f.func is kind and len(f.args) == 1 else None

    return Rule(name, statement, apply, lambda f: f.args[0])


def _stated(name: str, apply: Apply, inner: Callable[[Expr], Expr] | None = None) -> Rule:
    return Rule(name, apply.__doc__ or "", apply, inner)


CONSTANT = _stated("derivative of a constant", constant)
IDENTITY = _stated("derivative of the variable itself", identity)
CONSTANT_FACTOR = _stated("constant factor", constant_factor)

# In the order in which they are tried: what takes an expression apart comes before what differentiates a function.
RULES: tuple[Rule, ...] = (
    CONSTANT,
    IDENTITY,
    _stated("sum rule", sum_rule),
    CONSTANT_FACTOR,
    _stated("quotient rule", quotient_rule),
    _stated("product rule", product_rule),
    _stated("reciprocal", reciprocal_rule, lambda f: f.args[0]),
    _stated("square root", root_rule, lambda f: f.args[0]),
    _stated("power rule", power_rule, lambda f: _as_power(f)[0]),
    _stated("exponential function", exponential_rule, lambda f: f.exp),
    _stated("constant base", constant_base, lambda f: f.args[1]),
    _stated("power of two functions", general_power),
    _stated("maximum", maximum),
    _stated("minimum", minimum),
    _stated("slope of the activation", activation_rule, lambda f: f.args[0]),
    _stated("slope written out", slope_formula),
    *(_of_function(kind, *row) for kind, row in FUNCTIONS.items()),
)


def rule_for(f: Expr, x: Symbol, rules: tuple[Rule, ...] = RULES) -> tuple[Rule, Expr] | None:
    """The first rule that fits, and what it makes of f'; or nothing."""
    return next(((rule, after) for rule in rules if (after := rule.apply(f, x)) is not None), None)
