"""A model fitted to points by descent: F is the mean of (y^ - y)^2 over the points, a function of the model's parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Add, Expr, Rational

from ...errors import DeriveError
from ..base.functions import Values, expression, numeric, symbol

MOST = 20


@dataclass(frozen=True, eq=False)
class Fit:
    """loss: F in the parameters called `names`; `model` is y^ of x and these; axes: what x and y are called."""

    loss: Expr
    names: tuple[str, ...]
    model: Callable[..., Values]
    data: Values
    axes: tuple[str, str]


def fit(model: Any, data: Any, parameters: Sequence[str] | str | None = None) -> Fit:
    """F for a model such as "w*x + b" and pairs (x, y); raises `DeriveError` if they do not fit."""
    e = expression(model, "DescentFigure: model")
    x = symbol(e, "x", "DescentFigure: model")
    others = sorted(s.name for s in e.free_symbols - {x})
    given = [parameters] if isinstance(parameters, str) else list(others if parameters is None else parameters)
    if sorted(given) != others or len(others) not in (1, 2):
        raise DeriveError(
            f"{e} has the parameters {', '.join(others) or 'none'}", "DescentFigure: model", "one or two are needed besides x: w*x + b"
        )
    try:
        points = np.array(data, dtype=float)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or not 1 <= len(points) <= MOST or not np.isfinite(points).all():
        raise DeriveError(f"from 1 to {MOST} pairs of numbers (x, y) are needed", "DescentFigure: data", "for example data=[(4, 5)]")
    squares = [(e.xreplace({x: _exact(a)}) - _exact(b)) ** 2 for a, b in points.tolist()]
    loss = squares[0] if len(squares) == 1 else Add(*squares) / len(squares)
    symbols = [x, *(symbol(e, name, "DescentFigure: model") for name in given)]
    return Fit(loss, tuple(given), numeric(e, symbols), points, ("x", "y"))


def _exact(value: float) -> Rational:
    as_typed = Fraction(repr(value))
    return Rational(as_typed.numerator, as_typed.denominator)
