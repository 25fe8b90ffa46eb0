"""One sigmoid neuron, saturated or not: what its slope makes of the error, for two losses."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Expr

from ..deriving import derive
from ..errors import DeriveError
from ..numerals import short
from .base.controls import Slider
from .base.figure import Figure
from .base.functions import expression, numeric, symbol
from .base.interactive import Frame
from .base.plot import Plot, draw
from .base.plugged import factor, tex

LOSSES = {"squared error": "(sigma(z) - y)^2/2", "cross entropy": "-(y*ln(sigma(z)) + (1 - y)*ln(1 - sigma(z)))"}
END = 8.0


class Saturation(Figure):
    r"""BP1, $\delta = (a - y)\,\sigma'(z)$ for the squared error against $\delta = a - y$ for cross entropy.

    z, y    where the weighted input and the target stand first
    """

    def __init__(self, z: float = -3.0, y: float = 1.0, *, title: str = "Saturation of a sigmoid", intro: str = "") -> None:
        controls = (Slider("z", "z", -END, END, 0.1, z), Slider("y", "target y", 0.0, 1.0, 0.05, y))
        super().__init__(title, controls, intro)
        for control in controls:
            try:
                control.accepted(control.value)
            except DeriveError as error:
                raise DeriveError(error.what, f"{control.name} of Saturation") from None
        sigma = expression("sigma(z)", "Saturation")
        at = symbol(sigma, "z", "Saturation")
        self._sigma = numeric(sigma, [at])
        self._slope = numeric(derive(sigma, "z").result, [at])
        self._deltas = {name: self._delta(expression(loss, "Saturation")) for name, loss in LOSSES.items()}
        self._xs = np.linspace(-END, END, 161)

    @staticmethod
    def _delta(loss: Expr) -> Any:
        """delta = dC/dz as a function of z and y, derived."""
        return numeric(derive(loss, "z").result, [symbol(loss, "z", "Saturation"), symbol(loss, "y", "Saturation")])

    def frame(self) -> Frame:
        z, y, xs = self.values["z"], self.values["y"], self._xs
        a, slope = float(self._sigma(z)), float(self._slope(z))
        deltas = {name: float(of(z, y)) for name, of in self._deltas.items()}
        left = self._plot((-0.05, 1.05), "a = σ(z)")
        left.line(xs, self._sigma(xs), "s1")
        left.horizontal(y)
        left.label(END, y, f"y = {short(y)}", "soft", above=y <= 0.9)
        left.points(z, a, "currento", size=6)
        middle = self._plot((-0.0125, 0.2625), "σ′(z)")
        middle.line(xs, self._slope(xs), "s2")
        middle.points(z, slope, "currento", size=6)
        right = self._plot((-1.05, 1.05), "δ = ∂C/∂z", 330)
        for kind, (name, of) in zip(("s3", "s4"), self._deltas.items(), strict=True):
            right.line(xs, of(xs, np.full_like(xs, y)), kind, name, dash=kind == "s4")
            right.points(z, deltas[name], f"{kind}o", size=6)
        for plot in (left, middle, right):
            plot.vertical(z)
        left.line([], [], "s1", "output a")
        middle.line([], [], "s2", "slope, at most 1/4")
        return Frame(draw([left, middle, right], self.title), _lines(z, y, a, slope, deltas), text=_told(z, y, a, slope, deltas))

    @staticmethod
    def _plot(ends: tuple[float, float], title: str, width: float = 300) -> Plot:
        return Plot(width, 280, (-END, END), ends, x_label="z", title=title)


def _lines(z: float, y: float, a: float, slope: float, deltas: dict[str, float]) -> tuple[str, ...]:
    squared, entropy = deltas.values()
    return (
        rf"$a = \sigma({tex(z)}) = {tex(a)}$, $\;\sigma'(z) = a\,(1 - a) = {tex(slope)}$",
        rf"squared error, BP1: $\delta = (a - y)\,\sigma'(z) = ({tex(a)} - {tex(y)}) \cdot {factor(slope)} = {tex(squared)}$",
        rf"cross entropy: $\delta = a - y = {tex(a)} - {tex(y)} = {tex(entropy)}$, as $\sigma'(z)$ cancels",
        rf"BP4: $\partial C/\partial w = a_{{\mathrm{{in}}}}\,\delta$; for an input of 1 it is ${tex(squared)}$ and ${tex(entropy)}$",
    )


def _told(z: float, y: float, a: float, slope: float, deltas: dict[str, float]) -> str:
    squared, entropy = deltas.values()
    start = f"At z = {short(z, 3)} the output is {short(a, 4)}, the target {short(y, 3)}, the slope {short(slope, 3)}."
    if abs(a - y) < 0.05:
        return f"{start} The output is near its target, and both gradients are small: {short(squared, 3)} and {short(entropy, 3)}."
    told = f"{start} The gradient is {short(squared, 3)} for the squared error and {short(entropy, 3)} for cross entropy"
    if slope < 0.05:
        return f"{told}: the neuron is wrong and saturated, and with the squared error it learns slowly, {short(1 / slope, 3)} times less."
    return f"{told}: the slope makes it {short(1 / slope, 3)} times smaller."
