"""The pictures of a descent: the curve or the contours with the way on it, F(p_k) against k, and the model among its data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...descent import Descent
from ...numerals import short
from ...printing import unicode
from ..base.contour import Ground
from ..base.functions import Values
from ..base.plot import Plot
from ..base.scales import around
from ..base.svg import element
from .descending import Terrain

VALLEYS = ("s3", "s4", "s5", "s6")
POINTS = 241
HEIGHT = 330
LAST = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


@dataclass(frozen=True, eq=False)
class Seen:
    """A way as far as it is shown: `k` steps of `run`."""

    run: Descent
    k: int

    @property
    def points(self) -> Any:
        """p_0 .. p_k, an array (k + 1, variables)."""
        return np.array(self.run.points[: self.k + 1]).reshape(self.k + 1, -1)

    @property
    def values(self) -> Values:
        """F(p_0) .. F(p_k)."""
        return np.array(self.run.values[: self.k + 1])


@dataclass(frozen=True, eq=False)
class Basins:
    """Minima, and for starts across the range the number of that in which the way ends; -1 for none."""

    minima: Sequence[float]
    starts: Values
    ends: Any


def curve(on: Terrain, xs: Values, ys: Values, y: tuple[float, float], seen: Seen, basins: Basins | None, width: float) -> Plot:
    """The curve, the points on it, and the tangent at the last; below, in colours, where each start ends."""
    name = unicode(on.symbols[0])
    plot = Plot(width, HEIGHT, (float(xs[0]), float(xs[-1])), y, x_label=name, title="the way on the curve")
    plot.line(xs, ys, "s1", "F")
    px, values = seen.points[:, 0], seen.values
    at, here, slope = float(px[-1]), float(values[-1]), on.slope_at(px[-1])
    ends = np.array(plot.x)
    if np.isfinite(slope):
        plot.line(ends, here + slope * (ends - at), "current", "tangent")
    plot.line(px, values, "thin")
    plot.points(px, values, "s2o", f"{name}₀, {name}₁, ...", size=3.5)
    plot.ring(at, here)
    if basins is not None:
        for n, minimum in enumerate(basins.minima):
            kind = VALLEYS[n % len(VALLEYS)]
            plot.points(minimum, float(on.value(minimum)), kind, size=5, shape="cross")
            plot.points([], [], f"{kind}f", f"starts ending at {short(minimum, 3)}", shape="square")
        plot.inside.append(lambda: _strip(plot, basins))
    return plot


def _strip(plot: Plot, basins: Basins) -> str:
    half = float(basins.starts[1] - basins.starts[0]) / 2
    parts, first = [], 0
    for n in range(1, len(basins.ends) + 1):
        if n < len(basins.ends) and basins.ends[n] == basins.ends[first]:
            continue
        if basins.ends[first] >= 0:
            a, b = float(plot.px(basins.starts[first] - half)), float(plot.px(basins.starts[n - 1] + half))
            kind = VALLEYS[int(basins.ends[first]) % len(VALLEYS)]
            parts.append(element("rect", x=a, y=plot.inner[1] - 9, width=b - a, height=9, class_=f"{kind}f"))
        first = n
    return "".join(parts)


def contours(on: Terrain, ground: Ground, seen: Seen, width: float) -> Plot:
    """The way from above."""
    x, y = (unicode(s) for s in on.symbols)
    ends = (float(ground.xs[0]), float(ground.xs[-1])), (float(ground.ys[0]), float(ground.ys[-1]))
    plot = Plot(
        width, HEIGHT, *ends, x_label=x, y_label=y, title="the way from above (darker: F is lower)" if width > 400 else "the way from above"
    )
    ground.under(plot)
    px, py = seen.points.T
    plot.line(px, py, "s2")
    plot.points(px, py, "s2o", "p₀, p₁, p₂, ...", size=3.5)
    plot.points(px[-1], py[-1], "currento", size=5)
    plot.ring(float(px[-1]), float(py[-1]))
    return plot


def heights(
    seen: Seen, log: bool, width: float, minimum: float | None, limits: Sequence[tuple[str, Callable[[Values], Values]]], log_room: float
) -> Plot:
    """F(p_k), or its distance from the minimum, against k; `limits` are curves above it, by their name."""
    values = seen.values - (minimum or 0.0)
    last: float = next((n for n in LAST if n >= seen.k), seen.k)
    ks = np.arange(1, last + 1, dtype=float) if last <= POINTS else np.unique(np.geomspace(1, last, POINTS).round())
    lines = [(name, f(ks)) for name, f in limits]
    title = "F at the points" if minimum is None else "F above the minimum"
    label = "F" if minimum is None else "F − F*"
    if log:
        known = [v for v in values if v > 0 and np.isfinite(v)]
        low, high = max(min(known, default=0.1), max(known, default=1.0) * log_room), max(known, default=1.0)
        high = max([high, *(float(v[0]) for _, v in lines)])
        ends = 10.0 ** np.floor(np.log10(low * 0.99)), 10.0 ** np.ceil(np.log10(high * 1.01))
        plot = Plot(width, HEIGHT, (0, last), (float(ends[0]), float(ends[1])), x_label="k", y_label=label, title=title, log_y=True)
    else:
        least = max(0.05 * abs(float(values[0])), 1e-6) if np.isfinite(values[0]) else 1.0
        inside = [min(float(v[0]), 2 * float(np.max(values))) for _, v in lines]
        plot = Plot(
            width,
            HEIGHT,
            (0, last),
            around([*values, *inside, *([0.0] * bool(lines))], least=least),
            x_label="k",
            y_label=label,
            title=title,
        )
    for kind, (name, limit) in zip(("s3", "s4"), lines, strict=False):
        plot.line(ks, limit, kind, name, dash=kind == "s4")
    plot.line(np.arange(seen.k + 1), values, "s2", label + " on the way" if lines else "")
    if seen.k <= 60:
        plot.points(np.arange(seen.k + 1), values, "s2o", size=3)
    plot.ring(seen.k, float(values[-1]), 6)
    return plot


def among_data(model: Callable[..., Values], data: Values, start: Any, at: Any, names: tuple[str, str], width: float) -> Plot:
    """The model with the parameters of the last point, as a curve among the data, with the errors as bars."""
    x, y = data.T
    low, high = around([*x, 0.0], 0.15, 0.5)
    xs, off = np.linspace(low, high, 121), model(x, *start) - y
    plot = Plot(
        width,
        HEIGHT,
        (low, high),
        around([0.0, *y, *(y - off), *(y + off)], 0.15, 0.5),
        x_label=names[0],
        y_label=names[1],
        title="the model",
    )
    plot.line(xs, model(xs, *at), "s1", "model")
    for a, b, c in zip(x, y, model(x, *at), strict=True):
        plot.line([a, a], [b, c], "current", "error")
    plot.points(x, y, "s5f", "data", size=4.5, shape="square")
    return plot
