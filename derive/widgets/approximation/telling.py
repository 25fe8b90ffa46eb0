"""Bumps in formulas and words: one with its numbers, the polynomial that units of a polynomial make, and the largest error."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from sympy import Expr

from ...numerals import short
from ...printing import latex
from ..base.functions import Values
from ..base.plugged import added, factor, tex
from .network import Bumps, sup

ROUNDING = 1e-12


class OnPoints(Protocol):
    """f at points of a variable."""

    name: str
    xs: Values
    ys: Values


def missed(on: OnPoints, output: Values) -> str:
    """How large the error is, and where it is largest."""
    worst, error = int(np.argmax(np.abs(on.ys - output))), sup(on.ys, output)
    if error < ROUNDING:
        return "there is no error but that of rounding"
    return f"the largest error is {short(error, 4)}, at {on.name} = {short(float(on.xs[worst]), 3)}"


def _function(f: Expr, name: str) -> tuple[str, str]:
    x = latex(next(iter(f.free_symbols))) if f.free_symbols else name
    return x, f"f({x}) = {latex(f, typed_order=True)}"


def formulas(f: Expr, name: str, made: Bumps, shown: int, sigmoid: bool, error: float) -> tuple[str, ...]:
    """f and the network, one bump with its numbers, the size and the error."""
    (x, typed), n = _function(f, name), len(made.heights)
    s, k = (r"\sigma", "k") if sigmoid else (r"\operatorname{step}", "")
    a, b = made.edges[shown - 1 : shown + 1]

    def unit(edge: str, steep: str) -> str:
        return rf"{s}({steep}({x} {edge}))" if steep else rf"{s}({x} {edge})"

    general = rf"h_i \bigl({unit('- a_i', k)} - {unit('- b_i', k)}\bigr)"
    steep = tex(made.steepness) if sigmoid else ""
    one = rf"{factor(float(made.heights[shown - 1]))} \bigl({unit(_minus(a), steep)} - {unit(_minus(b), steep)}\bigr)"
    return (
        rf"$\displaystyle {typed}, \qquad a({x}) = \sum_{{i=1}}^{{{n}}} {general}$",
        rf"bump {shown}: $\displaystyle {one}$",
        _size(n, error),
    )


def polynomial(f: Expr, name: str, n: int, degree: int, xs: Values, ys: Values, output: Values) -> tuple[str, ...]:
    """f and the network, the polynomial that it is, the size and the error."""
    x, typed = _function(f, name)
    powers = np.polynomial.Polynomial.fit(xs, output, degree).convert().coef
    terms = [tex(c) + (rf"\,{x}" if p else "") + (f"^{p}" if p > 1 else "") for p, c in enumerate(powers)]
    return (
        rf"$\displaystyle {typed}, \qquad a({x}) = b + \sum_i v_i \bigl(k({x} - c_i)\bigr)^{degree}$",
        rf"the sum of all units is again a polynomial of degree {degree}: $\displaystyle a({x}) \approx {added(terms)}$",
        _size(n, sup(ys, output)),
    )


def _size(n: int, error: float) -> str:
    return rf"$N = {n}$: ${2 * n}$ hidden units, $\displaystyle \max |f - a| \approx {tex(error)}$"


def _minus(value: Any) -> str:
    return f"- {tex(value)}" if value >= 0 else f"+ {tex(-value)}"
