"""The rewritings that a textbook makes of a finished derivative: one ordered table, each row a named step with its reason."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Dummy, Expr, Indexed, Mul, Pow, Sum, Symbol, cancel, factor_terms, fraction, together

from .equations import Equations, uses
from .exact import product
from .indices import rename
from .ops import Slope
from .steps import Assumption

Rewriting = tuple[str, Expr, str, Assumption | None]


def _output_of(slope: Slope, forward: Equations) -> Expr | None:
    """The named quantity a with a = sigma(z), for a slope sigma'(z), if the forward equations have one."""
    z = slope.args[0]
    for equation in forward:
        if equation.rhs.func is slope.activation and isinstance(z, (Indexed, Symbol)):
            argument = equation.rhs.args[0]
            if isinstance(argument, Indexed) and isinstance(z, Indexed) and argument.base == z.base:
                return equation.lhs[
                    tuple(rename(i, dict(zip(argument.indices, z.indices, strict=True))) for i in equation.indices)
                ]
            if argument == z:
                return equation.reference
    return None


def slopes_by_output(e: Expr, forward: Equations) -> Expr:
    """sigma'(z) -> a(1-a) and the like, wherever the slope follows from the named output."""

    def swapped(slope: Slope) -> Expr:
        by_output = slope.activation.by_output
        output = None if by_output is None else _output_of(slope, forward)
        return slope if by_output is None or output is None else by_output(output)

    return e.replace(lambda f: isinstance(f, Slope), swapped)


def _common_denominator(e: Expr, forward: Equations, assumptions: tuple[Assumption, ...]) -> Rewriting | None:
    """y/a - (1-y)/(1-a) over one denominator, where a slope stands beside it that may cancel it."""
    if not e.has(Slope) or e.has(Sum):
        return None
    factors = list(Mul.make_args(e))
    for at, factor in enumerate(factors):
        if isinstance(factor, Add) and any(uses(fraction(t)[1]) for t in factor.args):
            names = {r: Dummy(str(r)) for r in sorted(factor.atoms(Indexed), key=str)}
            back = {d: r for r, d in names.items()}
            joined = together(factor.xreplace(names))
            top, bottom = fraction(joined)
            after = product(
                [*factors[:at], top.expand().xreplace(back), Pow(bottom.xreplace(back), -1), *factors[at + 1 :]]
            )
            if after != e:
                return "common denominator", after, "", None
    return None


def _slope_cancels(e: Expr, forward: Equations, assumptions: tuple[Assumption, ...]) -> Rewriting | None:
    """sigma'(z) = a(1-a) cancels a denominator a(1-a)."""
    if not e.has(Slope) or e.has(Sum):
        return None
    written = slopes_by_output(e, forward)
    if written == e:
        return None
    names = {r: Dummy(str(r)) for r in sorted(written.atoms(Indexed), key=str)}
    before, after = fraction(together(e.xreplace(names)))[1], cancel(written.xreplace(names))
    outputs = {names[r] for r in written.atoms(Indexed) if r in names} & before.free_symbols
    if not outputs or fraction(after)[1].free_symbols & outputs:
        return None
    back = {d: r for r, d in names.items()}
    slope = next(iter(e.atoms(Slope)))
    return (
        "the slope cancels",
        factor_terms(after).xreplace(back),
        f"{slope.activation.__name__}' written by the output cancels the denominator",
        None,
    )


def _use_assumption(e: Expr, forward: Equations, assumptions: tuple[Assumption, ...]) -> Rewriting | None:
    """sum_j y_j = 1, where a loss says that its targets are distributions."""
    for assumption in assumptions:
        wanted = assumption.summed
        for part in sorted(e.atoms(Sum), key=str):
            if (
                isinstance(part.function, Indexed)
                and part.function.base == wanted.function.base
                and len(part.limits) == len(wanted.limits)
            ):
                if part.limits[0][0].axis == wanted.limits[0][0].axis:
                    after = factor_terms(e.xreplace({part: assumption.value}))
                    return "sum of the targets", after, "", assumption
    return None


REWRITES: tuple[Callable[[Expr, Equations, tuple[Assumption, ...]], Rewriting | None], ...] = (
    _use_assumption,
    _common_denominator,
    _slope_cancels,
)
