"""Lines on which F(x, y) has the same value, by marching squares, on pixels that are darker where F is lower."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .functions import Values
from .plot import Plot
from .svg import element

LEVELS = 9
COLUMNS, ROWS = 121, 91
# Mid tones, which with the opacity that pixels have are legible on white and on dark paper.
LOW, HIGH, NONE = np.array([52.0, 104.0, 176.0]), np.array([164.0, 172.0, 178.0]), np.array([130.0, 130.0, 130.0])
LINE = "stroke-width: 1px; stroke-opacity: 0.45"


class Ground:
    """What lies under a way: F by colour and by lines of the same height, computed once for a range."""

    def __init__(self, F: Callable[..., Values], x: tuple[float, float], y: tuple[float, float]) -> None:
        self.xs, self.ys = np.linspace(*x, COLUMNS), np.linspace(*y, ROWS)
        self.z = F(*np.meshgrid(self.xs, self.ys))
        known = self.z[np.isfinite(self.z)]
        self.low, self.high = (float(known.min()), float(np.quantile(known, 0.98))) if known.size else (0.0, 1.0)
        if not self.high > self.low:
            self.high = self.low + 1.0
        self._drawn: dict[tuple[float, float], str] = {}

    @property
    def levels(self) -> list[float]:
        """Heights that lie apart evenly in a valley that is a square."""
        return [self.low + (self.high - self.low) * (n / LEVELS) ** 2 for n in range(1, LEVELS + 1)]

    def colours(self) -> Values:
        """RGB for every pixel, the uppermost row first."""
        share = np.sqrt(np.clip((self.z - self.low) / (self.high - self.low), 0, 1))[::-1, :, None]
        return np.where(np.isfinite(share), LOW + (HIGH - LOW) * np.nan_to_num(share), NONE)

    def under(self, plot: Plot) -> None:
        """Puts it into a plot of the same range, below what is added later."""
        plot.inside.append(lambda: self._made(plot))

    def _made(self, plot: Plot) -> str:
        size = plot.inner
        if size not in self._drawn:
            pixels = Plot(plot.width, plot.height, plot.x, plot.y, x_label=plot.x_label, y_label=plot.y_label, title=plot.title)
            pixels.named = plot.named
            pixels.pixels(self.colours())
            self._drawn = {size: "".join(thing() for thing in pixels.inside) + self._lines(plot)}
        return self._drawn[size]

    def _lines(self, plot: Plot) -> str:
        found = np.concatenate([segments(self.xs, self.ys, self.z, level) for level in self.levels])
        px, py = plot.px(found[..., 0]), plot.py(found[..., 1])
        path = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for (a, c), (b, d) in zip(px.tolist(), py.tolist(), strict=True))
        return element("path", d=path, class_="ink", style=LINE) if path else ""


def segments(xs: Values, ys: Values, z: Values, level: float) -> Any:
    """Pieces of the line z = level, as an array (pieces, 2 ends, 2 coordinates); z has a row for each y."""
    above = z > level
    corners = [(0, 0), (0, 1), (1, 1), (1, 0)]  # row, column; each side goes from one to the next

    def of(values: Any, corner: tuple[int, int]) -> Any:
        r, c = corner
        return values[r : r + values.shape[0] - 1, c : c + values.shape[1] - 1].ravel()

    grid_x, grid_y = np.meshgrid(xs, ys)
    crossed, x, y = [], [], []
    with np.errstate(all="ignore"):
        for one, other in zip(corners, [*corners[1:], corners[0]], strict=True):
            share = (level - of(z, one)) / (of(z, other) - of(z, one))
            crossed.append((of(above, one) != of(above, other)) & np.isfinite(share))
            x.append(of(grid_x, one) + share * (of(grid_x, other) - of(grid_x, one)))
            y.append(of(grid_y, one) + share * (of(grid_y, other) - of(grid_y, one)))
        middle = sum(of(z, corner) for corner in corners) / 4 > level
    sides, at = np.array(crossed), np.stack([x, y], axis=-1)
    count = sides.sum(axis=0)
    two = np.flatnonzero(count == 2)
    first = np.argsort(~sides[:, two], axis=0, kind="stable")[:2]
    made = [np.stack([at[first[0], two], at[first[1], two]], axis=1)]
    four = count == 4
    joined = middle == of(above, corners[0])  # a saddle: the first corner and the one across hang together
    for cells, pairs in ((four & joined, ((0, 1), (2, 3))), (four & ~joined, ((0, 3), (1, 2)))):
        made += [_joined(at, pair, np.flatnonzero(cells)) for pair in pairs]
    return np.concatenate(made)


def _joined(at: Any, pair: Sequence[int], cells: Any) -> Any:
    return np.stack([at[pair[0], cells], at[pair[1], cells]], axis=1)
