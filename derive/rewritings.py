"""What is done with a finished derivative: one ordered table of rewritings, each a named step. SymPy's `simplify` has no part in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy import Add, Expr, Mul

from .collecting import common_factor, equal_factors, equal_terms, factors_into_terms
from .ops import Slope
from .shape import in_textbook_order, reciprocal_of, still, swapped
from .tidy import arithmetic


@dataclass(frozen=True)
class Rewriting:
    """A named rewriting: `apply` gives the expression in a simpler form, or the same object."""

    name: str
    statement: str
    apply: Callable[[Expr], Expr]


def slopes_by_output(e: Expr) -> Expr:
    """σ'(u) = σ(u)(1 - σ(u)) and the like, where the output σ(u) is below the line and may cancel"""
    lines = [under for part in _products(e) if (under := reciprocal_of(part)) is not None]
    found = {}
    for slope in e.atoms(Slope):
        kind = slope.activation
        if kind.by_output is not None and any(under.has(kind(slope.args[0])) for under in lines):
            found[slope] = in_textbook_order(kind.by_output(still(kind, slope.args[0])))
    return swapped(e, found) if found else e


def _products(e: Expr) -> Iterator[Expr]:
    yield e
    if isinstance(e, (Add, Mul)):
        for a in e.args:
            yield from _products(a)


def _rewriting(name: str, apply: Callable[[Expr], Expr]) -> Rewriting:
    return Rewriting(name, apply.__doc__ or "", lambda e: _same(e, apply(e)))


def _same(before: Expr, after: Expr) -> Expr:
    return before if before == after else after


ARITHMETIC = _rewriting("arithmetic", arithmetic)
EQUAL_FACTORS = _rewriting("equal factors", equal_factors)
REWRITINGS: tuple[Rewriting, ...] = (
    ARITHMETIC,
    _rewriting("common factor", common_factor),
    EQUAL_FACTORS,
    _rewriting("slope by the output", slopes_by_output),
    _rewriting("cancel below the lines", factors_into_terms),
    _rewriting("equal terms", equal_terms),
)
