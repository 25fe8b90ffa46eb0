"""The intermediate variable of the chain rule: df/dz = df/du du/dz with u for the inner function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sympy import Expr, Symbol

from .partial import Partial
from .shape import rebuilt, swapped

LETTERS = ("u", "v", "t", "s", "q")


class Inner(NamedTuple):
    """f(u), the outer function, with u = the inner one."""

    letter: Symbol
    outer: Expr
    function: Expr


def introduced(functions: Iterable[tuple[Expr, Expr]], taken: frozenset[str]) -> tuple[Inner, ...]:
    """A letter that is not taken for each pair (f, its inner function); equal inner functions have one letter."""
    letters: dict[Expr, Symbol] = {}
    free = (n for n in (*LETTERS, *(f"u_{k}" for k in range(1, 1000))) if n not in taken)
    made = []
    for f, u in functions:
        letter = letters[u] if u in letters else letters.setdefault(u, Symbol(next(free)))
        made.append(Inner(letter, swapped(f, {u: letter}), u))
    return tuple(made)


def put_back(e: Expr, inner: Iterable[Inner]) -> Expr:
    """The line without letters: a derivative by u is carried out by SymPy, and what remains of u becomes the inner function."""
    functions = {i.letter: i.function for i in inner}
    return _put_back(e, functions) if functions else e


def _put_back(e: Expr, functions: Mapping[Symbol, Expr]) -> Expr:
    if isinstance(e, Partial):
        f, x = e.args
        return f.diff(x).xreplace(functions) if x in functions else e.func(f.xreplace(functions), x)
    if e in functions:
        return functions[e]
    return rebuilt(e, [_put_back(a, functions) if isinstance(a, Expr) else a for a in e.args]) if e.args else e
