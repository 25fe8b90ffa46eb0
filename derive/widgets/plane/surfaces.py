r"""Surfaces over the plane that were made by hand: the answers of networks whose weights are given, soft or as sharp as a step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ...compiling import Compiled
from ...errors import DeriveError
from ...network import Network
from ...numerals import short
from ..base.contour import segments
from ..base.controls import Button, Control, Slider
from ..base.figure import Figure
from ..base.functions import Values
from ..base.interactive import Frame
from ..base.plot import Plot, draw
from ..base.plugged import tex
from .surface import BLUE, MIDDLE, ORANGE

MOST = 3
WIDTH, HEIGHT = 290.0, 320.0
BORDER = 0.5
SIZE = 80  # values a side
FASTER = 10**0.1  # two steps of the slider


class Surfaces(Figure):
    r"""$a^l = \sigma(k\,(w^l a^{l-1} + b^l))$ over the plane, for up to three networks; with growing k every $\sigma$ becomes a step.

    networks    {"one neuron": {"w1": [[1, 1]], "b1": [0]}}: the parameters of dense layers of sigmoids, with two inputs and one output;
                or a pair, a network of another kind and its parameters. All weights and biases are multiplied by k
    x, y        the part of the plane
    steepness   k at first; point: where the outputs are told first

    The line is where the output is 1/2. Raises `DeriveError` for networks and parameters that do not fit.
    """

    def __init__(
        self,
        networks: Mapping[str, Any],
        *,
        x: tuple[float, float] = (-2.0, 2.0),
        y: tuple[float, float] = (-2.0, 2.0),
        steepness: float = 5.0,
        point: tuple[float, float] | None = None,
        title: str = "Surfaces made by hand",
        intro: str = "",
    ) -> None:
        if not isinstance(networks, Mapping) or not 1 <= len(networks) <= MOST:
            raise DeriveError(f"expected 1 to {MOST} networks by name", "Surfaces", '{"one neuron": {"w1": [[1, 1]], "b1": [0]}}')
        self.networks = {str(name): _checked(name, given) for name, given in networks.items()}
        self.x, self.y = _range(x, "x"), _range(y, "y")
        (x0, x1), (y0, y1) = self.x, self.y
        at = ((x0 + x1) / 2, (y0 + y1) / 2) if point is None else _pair(point, "point")
        controls: list[Control] = [
            Slider("steepness", "steepness k", 1.0, 100.0, 0.05, steepness, log=True),
            Slider("x1", "x₁", x0, x1, (x1 - x0) / 40, at[0]),
            Slider("x2", "x₂", y0, y1, (y1 - y0) / 40, at[1]),
            Button("steeper", "Steeper", key="ArrowRight"),
            Button("softer", "Softer", key="ArrowLeft"),
        ]
        for c in controls:
            if isinstance(c, Slider):
                c.accepted(c.value)
        super().__init__(title, controls, intro)
        middles = (np.arange(SIZE) + 0.5) / SIZE
        self.xs, self.ys = x0 + middles * (x1 - x0), y0 + middles * (y1 - y0)
        self.grid = np.stack(np.meshgrid(self.xs, self.ys), axis=-1).reshape(-1, 2)
        self._seen = lru_cache(8)(self._surfaces)

    def answers(self, X: Any) -> dict[str, Values]:
        """What each network answers at points, an array (points,)."""
        k = self.values["steepness"]
        return {name: np.asarray(code.predict({n: k * v for n, v in p.items()}, X))[:, 0] for name, (code, p) in self.networks.items()}

    def on_steeper(self) -> None:
        self.set("steepness", min(100.0, self.values["steepness"] * FASTER))

    def on_softer(self) -> None:
        self.set("steepness", max(1.0, self.values["steepness"] / FASTER))

    def enabled(self, name: str) -> bool:
        k = self.values["steepness"]
        return bool(k < 100 if name == "steeper" else k > 1 if name == "softer" else True)

    # What is seen

    def _surfaces(self, _: float) -> dict[str, tuple[Values, Values, float]]:
        """For each network the colours, the line at 1/2, and the share of the plane above it."""
        seen = {}
        for name, a in self.answers(self.grid).items():
            rows = a.reshape(SIZE, SIZE)
            seen[name] = _coloured(rows[::-1]), segments(self.xs, self.ys, rows, BORDER), float((a > BORDER).mean())
        return seen

    def frame(self) -> Frame:
        k, at = self.values["steepness"], (self.values["x1"], self.values["x2"])
        here = {name: float(a[0]) for name, a in self.answers([at]).items()}
        plots = []
        for name, (colours, line, _) in self._seen(k).items():
            plot = Plot(WIDTH, HEIGHT, self.x, self.y, x_label="x₁", y_label="x₂", title=name)
            plot.pixels(colours)
            ends = np.concatenate([line, np.full((len(line), 1, 2), np.nan)], axis=1).reshape(-1, 2)  # nan: the pen is lifted
            plot.line(ends[:, 0], ends[:, 1], "ink", "a = 1/2")
            plot.points(*at, "currento", size=6)
            plots.append(plot)
        outputs = r",\quad ".join(rf"a_{{\text{{{name}}}}} \approx {tex(a, 3)}" for name, a in here.items())
        lines = (
            rf"$z^l = k\,(w^l a^{{l-1}} + b^l)$ with $k = {tex(k, 3)}$: every weight and bias times $k$",
            rf"at $x = ({tex(at[0])}, {tex(at[1])})$: $\;{outputs}$",
        )
        return Frame(draw(plots, self.title), lines, text=self._told(k, at, here))

    def _told(self, k: float, at: tuple[float, float], here: Mapping[str, float]) -> str:
        shares = "; ".join(f"{name}: {short(100 * share, 2)} %" for name, (_, _, share) in self._seen(k).items())
        outputs = ", ".join(short(a, 3) for a in here.values())
        place = f"({short(at[0], 3)}, {short(at[1], 3)})"
        return f"Steepness {short(k, 3)}. Share of the picture where the output is above 1/2: {shares}. At {place}: about {outputs}."


def _coloured(a: Values) -> Values:
    """0 blue, 1/2 grey, 1 orange."""
    t = np.clip(2 * a[..., None] - 1, -1, 1)
    ends = np.where(t < 0, np.array(BLUE, float), np.array(ORANGE, float))
    return np.array(np.array(MIDDLE) + np.abs(t) * (ends - np.array(MIDDLE)), dtype=np.uint8)


def _pair(given: Any, name: str) -> tuple[float, float]:
    try:
        one, other = map(float, given)
    except (TypeError, ValueError):
        raise DeriveError(f"{given!r} is no pair of numbers", f"Surfaces: {name}", "for example (-2, 2)") from None
    return one, other


def _range(ends: Any, name: str) -> tuple[float, float]:
    low, high = _pair(ends, name)
    if not (np.isfinite([low, high]).all() and low < high):
        raise DeriveError(f"the range goes from {low:g} to {high:g}", f"Surfaces: {name}", "the smaller end first: (-2, 2)")
    return low, high


def _checked(name: str, given: Any) -> tuple[Compiled, dict[str, Values]]:
    where, hint = f"Surfaces: {name}", 'its parameters, for example {"w1": [[1, 1]], "b1": [0]}, or a network and its parameters'
    net, params = given if isinstance(given, tuple) and len(given) == 2 else (None, given)
    if not (isinstance(params, Mapping) and (net is None or isinstance(net, Network))):
        raise DeriveError(f"{type(given).__name__} is no network with weights", where, hint)
    try:
        p = {str(n): np.asarray(v, dtype=float) for n, v in params.items()}
        weights = [p[f"w{n}"] for n in range(1, len(p) // 2 + 1)]
    except (KeyError, TypeError, ValueError):
        raise DeriveError("these are no arrays w1, b1, w2, b2, ...", where, hint) from None
    if net is None:
        if not weights or any(w.ndim != 2 for w in weights):
            raise DeriveError("w1 is no matrix", where, hint)
        net = Network.dense(weights[0].shape[1], *(len(w) for w in weights))
    if not all(np.isfinite(v).all() for v in p.values()):
        raise DeriveError("a weight or a bias is no finite number", where)
    code = net.compile()
    if code.n_in != 2:
        raise DeriveError(f"it has {code.n_in} inputs, and a plane has 2", where)
    shape = np.shape(code.predict(p, np.zeros((1, 2))))
    if shape != (1, 1):
        raise DeriveError(f"it has {shape[-1]} outputs, and one is needed", where)
    return code, p
