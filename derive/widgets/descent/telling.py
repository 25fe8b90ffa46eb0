"""A descent in formulas and words: the update with its numbers, the last points as a table, and where it goes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
from sympy import Symbol

from ...numerals import short
from ...printing import latex, unicode
from ...schedules import Schedule, constant
from ..base.plugged import equals, factor, tex
from .descending import Terrain, why_away
from .pictures import Basins, Seen

DIGITS = 7
ROWS = 6
LONGEST = 110  # characters of LaTeX in a line that is shown in full


def rate_tex(rate: float) -> str:
    """A rate in LaTeX: 1/18 as a fraction, for 0.0555556 says less."""
    under = round(1 / rate) if rate > 1e-3 else 0
    if under and abs(under * rate - 1) < 1e-12 and len(f"{rate:.12g}") > 8:
        return rf"\tfrac{{1}}{{{under}}}"
    return tex(rate, 5)


def lines(on: Terrain, seen: Seen, eta: Schedule, momentum: float) -> tuple[str, ...]:
    """F with its gradient; the rule with the numbers of the step shown last; F and its gradient at the point reached."""
    run, k = seen.run, seen.k
    here, g = run.values[k], on.slope_at(run.points[k])
    fixed = isinstance(eta, constant) and not eta.warmup
    rate = r"\eta" if fixed else rf"\eta_{{{max(k, 1)}}}"
    rule = _step(on, seen, rate, momentum) if k else _rule(on, r"\eta" if fixed else r"\eta_k", momentum)
    at = rf"F({_points(on, k)}) {equals([here], DIGITS)} {tex(here, DIGITS)}, \qquad {_slope(on, _points(on, k))} = {_value(g)}"
    rates = "" if fixed else rf", \qquad \eta_{{{k + 1}}} = {tex(eta(k), 5)}"
    return rf"$\displaystyle {_function(on)}$", rf"$\displaystyle {rule}$", rf"$\displaystyle {at}{rates}$"


def _function(on: Terrain) -> str:
    names = ", ".join(map(latex, on.symbols))
    f, parts = latex(on.f, typed_order=on.typed), [latex(g) for g in on.gradient]
    f = f if len(f) <= LONGEST else r"\dots"
    slope = parts[0] if on.flat else f"({', '.join(parts)})"
    shown = rf", \qquad {_slope(on, names)} = {slope}" if len(slope) <= LONGEST else ""
    return f"F({names}) = {f}{shown}"


def _index(s: Symbol, k: int | str) -> str:
    name = latex(s)
    return f"{{{name}}}^{{({k})}}" if "_" in name or "^" in name else f"{name}_{{{k}}}"


def _points(on: Terrain, k: int | str) -> str:
    """x_3, or for two variables w_3, b_3."""
    return ", ".join(_index(s, k) for s in on.symbols)


def _point(on: Terrain, k: int | str) -> str:
    return _points(on, k) if on.flat else f"({_points(on, k)})"


def _slope(on: Terrain, at: str) -> str:
    return f"F'({at})" if on.flat else rf"\nabla F({at})"


def _value(p: Any, as_factor: bool = False) -> str:
    values = np.atleast_1d(p).tolist()
    if len(values) == 1:
        return factor(values[0], DIGITS) if as_factor else tex(values[0], DIGITS)
    return f"({', '.join(tex(v, DIGITS) for v in values)})"


def _rule(on: Terrain, rate: str, momentum: float) -> str:
    new, old, slope = _point(on, "k"), _point(on, "k-1"), _slope(on, _points(on, "k-1"))
    if momentum:
        return rf"v_k = \mu\, v_{{k-1}} - {rate}\,{slope}, \qquad {new} = {old} + v_k, \qquad v_0 = 0"
    return rf"{new} = {old} - {rate}\,{slope}"


def _step(on: Terrain, seen: Seen, rate: str, momentum: float) -> str:
    run, k = seen.run, seen.k
    old, new, g, eta = run.points[k - 1], run.points[k], run.gradients[k - 1], run.rates[k - 1]
    times = r"\cdot" if on.flat else r"\,"
    slope = _slope(on, _points(on, k - 1))
    taken = rf"{rate_tex(eta) if eta else 0} {times} {_value(g, as_factor=True)}"
    if not momentum:
        same = equals([*np.atleast_1d(old), *np.atleast_1d(g), *np.atleast_1d(new)], DIGITS)
        return rf"{_point(on, k)} = {_point(on, k - 1)} - {rate}\,{slope} {same} {_value(old)} - {taken} {same} {_value(new)}"
    v, before = np.subtract(new, old), np.subtract(old, run.points[k - 2]) if k > 1 else np.zeros(np.shape(old))
    first = rf"v_{{{k}}} = \mu\, v_{{{k - 1}}} - {rate}\,{slope} \approx {tex(momentum)} {times} {_value(before, as_factor=True)} - {taken}"
    last = rf"{_point(on, k)} = {_point(on, k - 1)} + v_{{{k}}} \approx {_value(new)}"
    return rf"{first} \approx {_value(v)}, \qquad {last}"


def table(on: Terrain, seen: Seen) -> str:
    """The last points, with always the same number of rows."""
    run, names = seen.run, [unicode(s) for s in on.symbols]
    slopes = ["slope"] if on.flat else [f"∂F/∂{n}" for n in names]
    head = "".join(f"<th>{html.escape(h)}</th>" for h in ("k", *names, "F", *slopes, "η of the next step"))
    first = max(0, seen.k - ROWS + 1)
    rows = []
    for k in range(first, first + ROWS):
        if k > seen.k:
            cells = ["\N{NO-BREAK SPACE}"] * (3 + 2 * len(names))
        else:
            p, g = np.atleast_1d(run.points[k]), np.atleast_1d(on.slope_at(run.points[k]))
            rate = short(run.rates[k], 4) if k < run.steps else ""
            cells = [str(k), *(_number(v) for v in p), _number(run.values[k]), *(_number(v) for v in g), rate]
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _number(value: float) -> str:
    return short(value, DIGITS) if np.isfinite(value) else "none"


def told(on: Terrain, seen: Seen, ranges: Sequence[tuple[float, float]], basins: Basins | None, most: int) -> str:
    """Where it is, how F has changed, whether it ends here and why, and in which minimum."""
    run, k = seen.run, seen.k
    p = np.atleast_1d(run.points[k])
    place = ", ".join(f"{unicode(s)} = {short(v, 5)}" for s, v in zip(on.symbols, p, strict=True))
    if not np.isfinite(run.values[0]):
        return f"F has no value at {place}: choose another start."
    said = [f"After {k} step{'s' * (k != 1)}: {place}, F = {short(run.values[k], 5)}."]
    if k:
        before, now = run.values[k - 1], run.values[k]
        change = "fell" if now < before else "rose" if now > before else "did not change"
        said.append(f"In step {k} F {change}{f' from {short(before, 5)}' if now != before else ''}.")
    if any(not a <= v <= b for v, (a, b) in zip(p, ranges, strict=True)):
        said.append("The point is outside of what is drawn.")
    said.append(_end(run, k, most))
    if basins is not None:
        said.append(_valley(on, seen, basins, most))
    return " ".join(filter(None, said))


def _end(run: Any, k: int, most: int) -> str:
    if k < run.steps:
        return ""
    if run.stopped.startswith("diverged"):
        return f"Step {k + 1} is not possible: it would lead to where F or its slope has no finite value. Try a smaller learning rate."
    if away := why_away(run):
        return f"It diverges: after step {k} the point is more than a thousand times the drawn range away; {away}."
    return f"It stops: {run.stopped}." if k < most or "done" not in run.stopped else f"These are all {most} steps."


def _valley(on: Terrain, seen: Seen, basins: Basins, most: int) -> str:
    name, last = unicode(on.symbols[0]), float(seen.run.points[-1])
    near = min(basins.minima, key=lambda m: abs(m - last))
    size = float(basins.starts[-1] - basins.starts[0])
    others = f"the {len(basins.minima)} minima are at {', '.join(short(m, 4) for m in basins.minima)}"
    if abs(near - last) < 0.02 * size:
        return f"From this start the way ends in the minimum at {name} = {short(near, 4)}; {others}."
    return f"From this start it has come to no minimum after {seen.run.steps} steps; {others}."
