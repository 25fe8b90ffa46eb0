"""Derivatives of plain expressions, one named rule a line: `derive(expr, wrt)`."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Number, Symbol, nan, oo, zoo

from .derivation import Derivation
from .detail import usual
from .differentiation import NODES, differentiate, shown, simplify
from .errors import DeriveError, DomainError, Unsupported
from .linked import derive_linked, is_equations
from .partial import Partial
from .reading import read
from .rules import RULES, Rule
from .shape import evaluated, in_textbook_order, real_values
from .values import nearest

DEPTH = 100  # an expression that is nested deeper is refused


def derive(
    expr: Any, wrt: Symbol | str, *, rules: tuple[Rule, ...] = RULES, typed_order: bool | None = None
) -> Derivation:
    """df/dx by named rules, then simplified; the expression keeps the shape in which it was typed.

    expr         a SymPy expression, a text that `read` reads, or named equations, ["a = w*x + b", "y = sigma(a)", "E = (y - d)^2/2"]:
                 then the last one is derived, link by link
    wrt          a symbol or its name
    rules        the table of rules, tried in this order
    typed_order  whether the order of terms and factors is kept; unless said, it is where SymPy would have ordered them otherwise, and
                 what SymPy has ordered is put into textbook order

    Raises `Unsupported`, naming the part, where no rule fits, and `DeriveError` for a name that is not in the expression.
    """
    if is_equations(expr):
        return derive_linked(expr, wrt, rules)
    f = _expression(expr)
    x = _symbol(wrt, f)
    with real_values(shown(f)):
        tidied = evaluated(f)
        if tidied.has(nan, oo, zoo):
            raise DomainError("this divides by zero, or is infinite", shown(f))
        typed = isinstance(expr, str) or tidied != f if typed_order is None else typed_order
        start = Partial(f if typed else in_textbook_order(f), x)
        steps = differentiate(start, rules)
        return Derivation(start, usual([*steps, *simplify(steps[-1].after)]), typed_order=True)


# What was given


def _expression(expr: Any) -> Expr:
    if isinstance(expr, str):
        return read(expr)
    if isinstance(expr, (int, float)) and not isinstance(expr, bool):
        return Number(expr)
    if not isinstance(expr, Expr):
        raise DeriveError(
            f"expected an expression, not {type(expr).__name__}", "derive", 'for example derive("(w*x + b - y)^2", "w")'
        )
    level, depth, count = [expr], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > DEPTH or count > NODES:
            limit = f"{DEPTH} levels" if depth > DEPTH else f"{NODES:,} parts"
            raise Unsupported(f"the expression has more than {limit}", "derive", "derive its parts")
        level = [a for e in level for a in e.args]
    if expr.has(Partial):
        raise DeriveError(f"{expr} has a derivative in it", "derive", "derive the function first")
    return expr


def _symbol(wrt: Symbol | str, f: Expr) -> Symbol:
    if isinstance(wrt, Symbol):
        # w is w, whatever was assumed of it where it was made.
        same = [s for s in f.free_symbols if s.name == wrt.name]
        return wrt if wrt in same or len(same) != 1 else same[0]
    if not isinstance(wrt, str):
        raise DeriveError(f"expected a symbol or its name, not {wrt!r}", "wrt")
    names = {s.name: s for s in f.free_symbols}
    if wrt not in names:
        typed = read(wrt)
        if not isinstance(typed, Symbol) or typed.name not in names:
            raise DeriveError(f"{wrt} is not in the expression", "wrt", nearest(wrt, names))
        return names[typed.name]
    return names[wrt]
