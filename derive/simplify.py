"""The rewritings that a textbook makes of a finished derivative: one ordered table, each row a named step with its reason."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product as cartesian

from sympy import Add, Dummy, Expr, Indexed, Integer, Mul, Pow, Sum, cancel, factor_terms, fraction, together

from .equations import Equations, uses
from .exact import product
from .indices import Index, canonical
from .ops import Slope
from .steps import Assumption

Rewriting = tuple[str, Expr, str, Assumption | None]
Rewrite = Callable[[Expr, Equations, tuple[Assumption, ...]], Rewriting | None]


def _output_of(slope: Slope, forward: Equations) -> Expr | None:
    """The named quantity a with a = sigma(z), for a slope sigma'(z), if the forward equations have one."""
    z = slope.args[0]
    free = sorted((i for i in z.free_symbols if isinstance(i, Index)), key=str)
    for equation in forward:
        if equation.rhs.func is slope.activation:
            for at in cartesian(*([i for i in free if i.axis == axis] for axis in equation.lhs.axes)):
                if canonical(equation.at(at).args[0]) == canonical(z):
                    return equation.lhs[at]
    return None


def slopes_by_output(e: Expr, forward: Equations) -> Expr:
    """sigma'(z) -> a(1-a) and the like, wherever the slope follows from the named output."""

    def swapped(slope: Slope) -> Expr:
        by_output = slope.activation.by_output
        output = None if by_output is None else _output_of(slope, forward)
        return slope if by_output is None or output is None else by_output(output)

    return e.replace(lambda f: isinstance(f, Slope), swapped)


def _inside_sums(rewrite: Rewrite) -> Rewrite:
    """The rewriting, applied to what a sum adds up where there is a sum."""

    def run(e: Expr, forward: Equations, assumptions: tuple[Assumption, ...]) -> Rewriting | None:
        for part in Mul.make_args(e):
            if isinstance(part, Sum):
                found = rewrite(part.function, forward, assumptions)
                if found is not None:
                    return found[0], e.xreplace({part: Sum(found[1], *part.limits)}), *found[2:]
        return None if e.has(Sum) else rewrite(e, forward, assumptions)

    return run


@_inside_sums
def _common_denominator(e: Expr, forward: Equations, assumptions: tuple[Assumption, ...]) -> Rewriting | None:
    """y/a - (1-y)/(1-a) over one denominator, where a slope stands beside it that may cancel it."""
    if not e.has(Slope):
        return None
    factors = list(Mul.make_args(e))
    for at, factor in enumerate(factors):
        if isinstance(factor, Add) and any(uses(fraction(t)[1]) for t in factor.args):
            names = {r: Dummy(str(r)) for r in sorted(factor.atoms(Indexed), key=str)}
            back = {d: r for r, d in names.items()}
            joined = together(factor.xreplace(names))
            top, bottom = fraction(joined)
            others = [*factors[:at], *factors[at + 1 :]]
            if -1 in others:  # the sign goes into the numerator: -(y - a) is a - y
                others.remove(Integer(-1))
                top = -top
            after = product([top.expand().xreplace(back), Pow(bottom.xreplace(back), -1), *others])
            if after != e:
                return "common denominator", after, "", None
    return None


@_inside_sums
def _slope_cancels(e: Expr, forward: Equations, assumptions: tuple[Assumption, ...]) -> Rewriting | None:
    """sigma'(z) = a(1-a) cancels a denominator a(1-a)."""
    if not e.has(Slope):
        return None
    written = slopes_by_output(e, forward)
    if written == e:
        return None
    names = {r: Dummy(str(r)) for r in sorted(written.atoms(Indexed), key=str)}
    before = fraction(together(e.xreplace(names)))[1]
    outputs = {names.get(a, a) for a in (_output_of(s, forward) for s in e.atoms(Slope))} & before.free_symbols
    if not outputs:  # nothing to cancel; asking SymPy all the same would multiply out every a(1-a)
        return None
    after = cancel(written.xreplace(names))
    if fraction(after)[1].free_symbols & outputs:
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


REWRITES: tuple[Rewrite, ...] = (
    _use_assumption,
    _common_denominator,
    _slope_cancels,
)
