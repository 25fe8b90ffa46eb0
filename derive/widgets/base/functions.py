"""Expressions as functions of arrays, for drawing: where there is no real value, there is nan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, lambdify

from ...errors import DeriveError
from ...ops import Activation
from ...reading import read

Values = NDArray[np.float64]


def expression(given: Any, where: str) -> Expr:
    """A SymPy expression, or a text that the grammar reads; raises `DeriveError` for anything else."""
    if isinstance(given, str):
        return read(given)
    if not isinstance(given, Expr):
        raise DeriveError(f"expected an expression or a text, not {type(given).__name__}", where, 'for example "x^2 - 3*x"')
    return given


def symbol(e: Expr, name: str | Symbol, where: str) -> Symbol:
    """The symbol of this name in an expression; raises `DeriveError` where there is none."""
    found = [s for s in e.free_symbols if s.name == str(name)]
    if not found:
        names = ", ".join(sorted(s.name for s in e.free_symbols)) or "none"
        raise DeriveError(f"{name} is not in {e}", where, f"names in it: {names}")
    return found[0]


def numeric(e: Expr, symbols: Sequence[Symbol]) -> Callable[..., Values]:
    """e as a function of arrays, one for each symbol, of the shape that they have together."""
    real = [Symbol(s.name, real=True) for s in symbols]
    plain = Activation.written_out(e.xreplace(dict(zip(symbols, real, strict=True))))
    compiled = lambdify(real, plain, modules="numpy")

    def values(*arrays: Any) -> Values:
        with np.errstate(all="ignore"):
            out = compiled(*(np.asarray(a, dtype=float) for a in arrays))
        return np.array(np.broadcast_to(out, np.broadcast(*arrays).shape if arrays else ()), dtype=float)

    return values
