"""A curve with its tangent: the slope at a point that is moved, as a picture, as a formula and as a number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..deriving import derive
from ..errors import DeriveError
from ..numerals import short
from ..printing import latex, unicode
from .base.controls import Control, Slider
from .base.figure import Figure
from .base.functions import expression, numeric, symbol
from .base.given import interval, named, places, slider_ends
from .base.interactive import Frame
from .base.plot import Plot, draw
from .base.plugged import tex
from .base.scales import around

POINTS = 241
BESIDE = ("s3", "s4", "s5", "s6")  # how curves for comparison are drawn


class Curve(Figure):
    r"""f(x), and f'(x) as the slope of its tangent.

    f           an expression or a text; its slope is derived
    variable    what the slope is taken by
    x           the range that is drawn; y: by default what the curve needs
    at          where the tangent stands first
    parameters  other names in f, each with its slider: {"w": (low, high, first)}
    beside      other curves for comparison, without a slope: {"name": expression}
    slope       whether there are a tangent and f'; else the curve alone
    points      data to be met by the curve, pairs (x, y)

    title       what it is called, for screen readers and in saved work; intro: words above it, with formulas between dollar signs

    Curve("sigma(w*x + b)", parameters={"w": (-4, 4, 1), "b": (-4, 4, 0)})

    Raises `DeriveError` for names that do not fit together.
    """

    def __init__(
        self,
        f: Any,
        variable: str = "x",
        *,
        x: tuple[float, float] = (-4.0, 4.0),
        y: tuple[float, float] | None = None,
        at: float | None = None,
        parameters: Mapping[str, tuple[float, float, float]] | None = None,
        beside: Mapping[str, Any] | None = None,
        slope: bool = True,
        points: Sequence[tuple[float, float]] = (),
        title: str = "",
        intro: str = "",
    ) -> None:
        low, high = interval(x, "x of Curve")
        self.f = expression(f, "Curve")
        self.variable = symbol(self.f, variable, "Curve")
        given = named(parameters, "parameters of Curve", '{"w": (-2, 2, 1)}')
        self.symbols = (self.variable, *(symbol(self.f, name, "parameters of Curve") for name in given))
        loose = sorted(s.name for s in self.f.free_symbols - set(self.symbols))
        if loose:
            raise DeriveError(f"{', '.join(loose)} has no slider", "Curve", f'for example parameters={{"{loose[0]}": (-2, 2, 1)}}')
        self.derivative = derive(self.f, self.variable)
        self._f, self._slope = numeric(self.f, self.symbols), numeric(self.derivative.result, self.symbols)
        self.beside = {name: self._other(e) for name, e in named(beside, "beside", '{"σ": "sigma(x)"}').items()}
        if len(self.beside) > len(BESIDE):
            raise DeriveError(f"{len(self.beside)} curves beside it cannot be told apart", "beside", f"at most {len(BESIDE)}")
        self.x, self.y, self.slope = (low, high), None if y is None else interval(y, "y of Curve"), slope
        self.points = places(points, "points of Curve")
        first = slider_ends((low, high, (low + high) / 2 if at is None else at), "at of Curve")[2]
        point = Slider(variable, variable, low, high, _step(low, high), first)
        sliders = {name: slider_ends(ends, f"the slider of {name}") for name, ends in given.items()}
        controls: list[Control] = [point, *(_slider(name, *ends) for name, ends in sliders.items())]
        super().__init__(title or f"Slope of {unicode(self.f, typed_order=True)}", controls, intro)

    def _other(self, e: Any) -> Any:
        other = expression(e, "beside")
        strange = sorted(s.name for s in other.free_symbols - set(self.symbols))
        if strange:
            raise DeriveError(f"{', '.join(strange)} is not in {unicode(self.f)}", "beside")
        return numeric(other, self.symbols)

    def frame(self) -> Frame:
        at = self.values[self.variable.name]
        rest = [self.values[s.name] for s in self.symbols[1:]]
        xs = np.linspace(*self.x, POINTS)
        here, slope = float(self._f(at, *rest)), float(self._slope(at, *rest))
        slope = slope if np.isfinite(here) else math.nan  # a formula may have a value where the curve has none
        ys = self._f(xs, *rest)
        others = {name: f(xs, *rest) for name, f in self.beside.items()}
        plots = [self._curve(xs, ys, others, at, here, slope)]
        if self.slope:
            plots.append(self._slopes(xs, self._slope(xs, *rest), at, slope))
        name = self.variable.name
        told = f"At {name} = {short(at)} the value is {_told(here)}{f' and the slope is {_told(slope)}' if self.slope else ''}."
        return Frame(draw(plots, self.title), self._lines(at, here, slope), text=told)

    def _curve(self, xs: Any, ys: Any, others: Mapping[str, Any], at: float, here: float, slope: float) -> Plot:
        ends = self.y or around([*ys, *(v for other in others.values() for v in other), here, *self.points[:, 1]])
        plot = Plot(440, 300, self.x, ends, x_label=unicode(self.variable), title="the curve and its tangent" if self.slope else "")
        shown = unicode(self.f, typed_order=True)
        plot.line(xs, ys, "s1", shown if len(shown) <= 40 else "f")
        # Dashed, and above: so that one that is equal is seen.
        for kind, (name, values) in zip(BESIDE, others.items(), strict=False):
            plot.line(xs, values, kind, name, dash=True)
        if self.slope and np.isfinite(here) and np.isfinite(slope):
            plot.line(np.array(self.x), here + slope * (np.array(self.x) - at), "s2", "tangent")
        if len(self.points):
            plot.points(self.points[:, 0], self.points[:, 1], "s6f", "data", size=5)
        if np.isfinite(here):
            plot.points(at, here, "currento", size=6)
        return plot

    def _slopes(self, xs: Any, slopes: Any, at: float, slope: float) -> Plot:
        plot = Plot(360, 300, self.x, around([*slopes, 0.0]), x_label=unicode(self.variable), title="the slope at every point")
        plot.line(xs, slopes, "s2", "slope")
        if np.isfinite(slope):
            plot.vertical(at)
            plot.points(at, slope, "currento", size=6)
        return plot

    def _lines(self, at: float, here: float, slope: float) -> tuple[str, ...]:
        f, slope_of = latex(self.f, typed_order=True), latex(self.derivative.result)
        x = latex(self.variable)
        values = ", \\quad ".join(f"{latex(s)} = {_tex(self.values[s.name])}" for s in self.symbols)
        if not self.slope:
            return rf"$\displaystyle f({x}) = {f}$", rf"$\displaystyle {values}: \qquad f = {_tex(here)}$"
        return (
            rf"$\displaystyle f({x}) = {f}, \qquad \frac{{\partial f}}{{\partial {x}}} = {slope_of}$",
            rf"$\displaystyle {values}: \qquad f = {_tex(here)}, \qquad \frac{{\partial f}}{{\partial {x}}} = {_tex(slope)}$",
        )


def _slider(name: str, low: float, high: float, first: float) -> Slider:
    return Slider(name, name, float(low), float(high), _step(low, high), float(first))


def _step(low: float, high: float) -> float:
    """About an eightieth of the way, as 1, 2 or 5 times a power of ten: a slider that begins at a round number comes by others."""
    wanted = (high - low) / 80
    power = math.floor(math.log10(wanted))
    steps = [float(f"{digit}e{p}") for p in (power, power + 1) for digit in (1, 2, 5)]
    return min(steps, key=lambda step: abs(math.log(step / wanted)))


def _told(value: float) -> str:
    return short(value, 5) if np.isfinite(value) else "not defined"


def _tex(value: float) -> str:
    return tex(value, 5) if np.isfinite(value) else r"\text{not defined}"
