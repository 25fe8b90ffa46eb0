"""Scalars with names: a line about z, a and L as a line about what these are made of."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Symbol

from .partial import Braced, Partial, Total
from .shape import rebuilt, swapped

Named = Mapping[Symbol, Expr]  # each name with its right side, in which only earlier names stand


def without_braces(e: Expr) -> Expr:
    """The line with the factors alone."""
    return swapped(e, {brace: without_braces(brace.body) for brace in e.atoms(Braced)})


def written_out(named: Named) -> dict[Symbol, Expr]:
    """Each name with what it is made of, down to what nothing defines."""
    full: dict[Symbol, Expr] = {}
    for name, rhs in named.items():
        full[name] = rhs.xreplace(full)
    return full


def without_names(e: Expr, named: Named) -> Expr:
    """The expression, as it is written, with each name replaced by its right side, down to what nothing defines."""
    full: dict[Expr, Expr] = {}
    for name, rhs in named.items():
        full[name] = swapped(rhs, full)
    return swapped(e, full)


def closed(e: Expr, named: Named) -> Expr:
    """A line without names: between two names a derivative is that of the right side, all else held fixed; a `Total` takes every path."""
    return _closed(without_braces(e), named, written_out(named)) if named else e


def _closed(e: Expr, named: Named, full: Named) -> Expr:
    if isinstance(e, Partial) and (e.free_symbols & set(named)):
        f, x = e.args
        if f in named and f != x and (isinstance(e, Total) or x not in named[f].free_symbols):
            order = list(named)
            between = {v: named[v] for v in order[order.index(x) + 1 if x in named else 0 :]}
            return written_out(between).get(f, f).diff(x).xreplace(full)
        return (f if f == x else named.get(f, f)).diff(x).xreplace(full)
    if e in full:
        return full[e]
    return rebuilt(e, [_closed(a, named, full) if isinstance(a, Expr) else a for a in e.args]) if e.args else e
