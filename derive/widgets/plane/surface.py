"""What a network answers everywhere in the plane: colours, the border between the classes, and the points it learns from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data import Data
from ...palette import PALETTE
from ...samples import Array
from ..base.contour import segments
from ..base.plot import Plot
from ..base.svg import element

HEIGHT = 420.0
SIZE = 50  # values a side
SHAPES = ("square", "circle")  # in turn, so that colour is not all that tells classes apart
BLUE, MIDDLE, ORANGE = ((52, 120, 214), (214, 214, 214), (240, 138, 44))


class Plane:
    """A square grid around data, and how the answers on it are coloured."""

    def __init__(self, data: Data) -> None:
        self.data = data
        held = [] if data.held_out is None else [data.held_out[0]]
        every = np.concatenate([data.X, *held])
        low, high = every.min(axis=0), every.max(axis=0)
        more = np.maximum(0.12 * (high - low), 0.05)
        self.x, self.y = ((float(low[k] - more[k]), float(high[k] + more[k])) for k in (0, 1))
        xs, ys = np.linspace(*self.x, SIZE), np.linspace(*self.y, SIZE)
        self.grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        self.xs, self.ys = xs, ys
        self.low = -1.0 if (data.Y == -1).any() else 0.0
        self._marks: dict[Any, str] = {}

    @property
    def border(self) -> float:
        """The value between two classes of one output."""
        return (self.low + 1) / 2

    def classes(self) -> list[str]:
        """Names for the legend."""
        n = self.data.Y.shape[1]
        plain = [f"{self.low:g}".replace("-", "−"), "1"] if n == 1 else [str(k) for k in range(n)]
        given = [str(c).replace("-", "−") for c in self.data.classes]
        return given if len(given) == len(plain) else plain

    def kinds(self) -> list[str]:
        """The series of each class."""
        return [f"s{k + 1}" for k in range(max(2, self.data.Y.shape[1]))]

    def colours(self, answers: Array) -> Array:
        """RGB, the uppermost row first."""
        values = answers.reshape(SIZE, SIZE, -1)[::-1]
        if values.shape[2] == 1:
            t = np.clip((values - self.border) / (1 - self.border), -1, 1)
            ends = np.where(t < 0, np.array(BLUE, float), np.array(ORANGE, float))
            share = np.abs(t)
        else:
            series = np.array([_rgb(PALETTE[kind][0]) for kind in self.kinds()], float)
            ends = series[values.argmax(axis=2)]
            largest = np.sort(values, axis=2)
            share = np.clip(0.25 + 0.6 * (largest[..., -1:] - largest[..., -2:-1]), 0, 0.85)
        return np.array(np.array(MIDDLE) + share * (ends - np.array(MIDDLE)), dtype=np.uint8)

    def borders(self, answers: Array) -> Array:
        """Lines between the classes: pairs of points."""
        values = answers.reshape(SIZE, SIZE, -1)
        if values.shape[2] == 1:
            found: Array = segments(self.xs, self.ys, values[..., 0], self.border)
            return found
        lead = [values[..., k] - np.delete(values, k, axis=2).max(axis=2) for k in range(values.shape[2])]
        return np.concatenate([segments(self.xs, self.ys, ahead, 0.0) for ahead in lead])

    def plot(self, colours: Array, borders: Array, title: str) -> Plot:
        """The surface with its border and points."""
        across, up = self.data.names if len(self.data.names) == 2 else ("x1", "x2")
        plot = Plot(430, HEIGHT, self.x, self.y, title=title, x_label=across, y_label=up)
        plot.pixels(colours)
        plot.inside.append(lambda: _lines(plot, borders))
        for k, (kind, name) in enumerate(zip(self.kinds(), self.classes(), strict=True)):
            plot.points([], [], f"{kind}o", f"class {name}", shape=SHAPES[k % 2])
        if self.data.held_out is not None:
            plot.points([], [], "ink", "hollow: held out")
        plot.inside.append(lambda: self._points(plot))
        return plot

    def _points(self, plot: Plot) -> str:
        """All points, one path a class: it is drawn once and kept, as it is the same in every picture."""
        if plot.inner not in self._marks:
            made = []
            held_out = [] if self.data.held_out is None else [(*self.data.held_out, True)]
            for X, Y, held in (*held_out, (self.data.X, self.data.Y, False)):
                of = Y.argmax(axis=1) if Y.shape[1] > 1 else (Y[:, 0] > self.border).astype(int)
                for k, kind in enumerate(self.kinds()):
                    here = X[of == k]
                    path = _shapes(plot.px(here[:, 0]), plot.py(here[:, 1]), SHAPES[k % 2], 4.5 if len(X) <= 60 else 3.3)
                    made.append(element("path", d=path, class_=kind if held else f"{kind}o", style="stroke-width: 1.3") if path else "")
            self._marks[plot.inner] = "".join(made)
        return self._marks[plot.inner]


def _lines(plot: Plot, pairs: Array) -> str:
    px, py = plot.px(pairs[..., 0]).tolist(), plot.py(pairs[..., 1]).tolist()
    path = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for (a, c), (b, d) in zip(px, py, strict=True))
    return element("path", d=path, class_="ink") if path else ""


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))


def _shapes(xs: Array, ys: Array, shape: str, size: float) -> str:
    s = f"{size:g}"
    if shape == "square":
        return "".join(f"M{x - size:.1f} {y - size:.1f}h{2 * size:g}v{2 * size:g}h{-2 * size:g}Z" for x, y in zip(xs, ys, strict=True))
    arcs = f"a{s} {s} 0 1 0 {2 * size:g} 0a{s} {s} 0 1 0 {-2 * size:g} 0Z"
    return "".join(f"M{x - size:.1f} {y:.1f}{arcs}" for x, y in zip(xs, ys, strict=True))
