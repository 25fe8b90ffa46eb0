"""A plot as SVG: axes with ticks at round numbers, curves, points, pixels, labels that keep clear of the edges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .scales import SMALL, Place, clipped, decades, tick, ticks
from .svg import element, figure, png, text, text_width

BEYOND = 4.0  # widths and heights of the area; further away nothing is drawn


class Plot:
    """Axes of a size and range, to which things are added from back to front; `draw` places several side by side.

    width, height  of all of it, labels included, in pixels
    x, y           the ranges; with `log_x`, `log_y` both ends above 0
    """

    def __init__(
        self,
        width: float,
        height: float,
        x: tuple[float, float],
        y: tuple[float, float],
        *,
        x_label: str = "",
        y_label: str = "",
        title: str = "",
        log_x: bool = False,
        log_y: bool = False,
    ) -> None:
        self.width, self.height, self.x, self.y = width, height, x, y
        self.log_x, self.log_y = log_x, log_y
        self.x_ticks = decades(*x) if log_x else ticks(*x, most=max(2, int(width / 75)))
        self.y_ticks = decades(*y) if log_y else ticks(*y, most=max(2, int(height / 55)))
        widest = max((text_width(tick(t), SMALL) for t in self.y_ticks), default=0)
        self.left = widest + 12 + (18 if y_label else 0)
        last = self.x_ticks[-1] if self.x_ticks else x[1]
        outermost = (last - x[0]) / (x[1] - x[0]) if not log_x else 1.0
        self.right = max(14.0, text_width(tick(last), SMALL) / 2 + 3 if outermost > 0.9 else 0.0)
        self.top = 12 + (20 if title else 0)
        self.bottom = 24 + (18 if x_label else 0)
        self.x_label, self.y_label, self.title = x_label, y_label, title
        self.inside: list[Callable[[], str]] = []
        self.over: list[Callable[[], str]] = []
        self.named: list[tuple[str, str, str]] = []

    # Places

    @property
    def inner(self) -> tuple[float, float]:
        """Width and height of the area within the axes."""
        rows = len(self._rows())
        return self.width - self.left - self.right, self.height - self.top - self.bottom - (18 * rows + 5 if rows else 0)

    def px(self, x: Any) -> Any:
        """Where x stands, in pixels from the left of the area."""
        return self._scaled(x, self.x, self.log_x) * self.inner[0]

    def py(self, y: Any) -> Any:
        """Where y stands, in pixels from the top of the area."""
        return (1 - self._scaled(y, self.y, self.log_y)) * self.inner[1]

    @staticmethod
    def _scaled(value: Any, ends: tuple[float, float], log: bool) -> Any:
        low, high = ends
        with np.errstate(all="ignore"):
            v = np.asarray(value, dtype=float)
            if log:
                v, low, high = np.log10(np.where(v > 0, v, np.nan)), math.log10(low), math.log10(high)
            return (v - low) / (high - low)

    # Things. Each is drawn at the end, when all names in the legend are known, and with them how much room is left.

    def line(self, xs: Any, ys: Any, kind: str = "s1", name: str = "", dash: bool = False) -> None:
        """A curve through points; where a value is not finite it is interrupted. `name` puts it into the legend."""
        self._name(name, kind, "dash" if dash else "line")
        self.inside.append(lambda: self._path(xs, ys, kind + " dash" * dash))

    def points(self, xs: Any, ys: Any, kind: str = "s1o", name: str = "", size: float = 4.0, shape: str = "circle") -> None:
        """Marks at points: "circle", "square", "cross"."""
        self._name(name, kind, shape)
        self.inside.append(lambda: "".join(_mark(x, y, kind, size, shape) for x, y in self._places(xs, ys)))

    def ring(self, x: float, y: float, size: float = 8.0) -> None:
        """A ring around a point: the one that is meant."""
        self.inside.append(lambda: "".join(element("circle", cx=a, cy=b, r=size, class_="ring") for a, b in self._places(x, y)))

    def vertical(self, x: float, kind: str = "thin") -> None:
        """A line across the area at x."""
        self.line([x, x], self.y, kind)

    def horizontal(self, y: float, kind: str = "thin") -> None:
        """A line across the area at y."""
        self.line(self.x, [y, y], kind)

    def bar(self, x: float, width: float, y: float, kind: str = "s1f") -> None:
        """A bar from 0, or from the lower end of the axis, up to y."""
        self.inside.append(lambda: self._bar(x, width, y, kind))

    def pixels(self, colours: Any) -> None:
        """Rows of RGB values 0 to 255 that fill the area, the uppermost first."""
        picture = png(np.ascontiguousarray(colours, dtype=np.uint8))
        self.inside.append(lambda: self._image(picture))

    def arrow(self, start: tuple[float, float], end: tuple[float, float], kind: str = "s2") -> None:
        """An arrow between two points; `kind` is one of the series."""
        self.inside.append(lambda: self._arrow(start, end, kind))

    def label(self, x: float, y: float, content: str, kind: str = "", above: bool = True) -> None:
        """Words beside a point, on the side on which there is room."""
        self.over.append(lambda: self._label(x, y, content, kind, above))

    # How they are drawn

    def _pairs(self, xs: Any, ys: Any) -> list[Place]:
        return list(zip(np.atleast_1d(self.px(xs)).tolist(), np.atleast_1d(self.py(ys)).tolist(), strict=True))

    def _places(self, xs: Any, ys: Any) -> list[Place]:
        """Where points stand that can be seen, or nearly."""
        w, h = self.inner
        return [(x, y) for x, y in self._pairs(xs, ys) if abs(x) <= BEYOND * w and abs(y) <= BEYOND * h]

    def _path(self, xs: Any, ys: Any, kind: str) -> str:
        """A line through all points that are finite. What lies far outside is cut off on the line itself, so that its slope stays."""
        w, h = self.inner
        path, pairs = [], self._pairs(xs, ys)
        at: Place | None = None
        for start, end in pairwise(pairs):
            seen = clipped(start, end, BEYOND * w, BEYOND * h)
            if seen is None:
                at = None
                continue
            if at != seen[0]:
                path.append(f"M{seen[0][0]:.1f} {seen[0][1]:.1f}")
            path.append(f"L{seen[1][0]:.1f} {seen[1][1]:.1f}")
            at = seen[1]
        return element("path", d="".join(path), class_=kind, fill="none") if path else ""

    def _bar(self, x: float, width: float, y: float, kind: str) -> str:
        zero = self.y[0] if self.log_y else max(self.y[0], 0.0)
        a, b = float(self.px(x - width / 2)), float(self.px(x + width / 2))
        high = self.inner[1]
        top, foot = (min(max(float(self.py(v)), -high), 2 * high) for v in (y, zero))
        return element("rect", x=a, y=min(top, foot), width=b - a, height=abs(foot - top), class_=kind) if math.isfinite(top) else ""

    def _image(self, picture: str) -> str:
        w, h = self.inner
        return element("image", href=picture, x=0, y=0, width=float(w), height=float(h), preserveAspectRatio="none", opacity="0.75")

    def _arrow(self, start: tuple[float, float], end: tuple[float, float], kind: str) -> str:
        ends = [(float(self.px(p[0])), float(self.py(p[1]))) for p in (start, end)]
        seen = clipped(ends[0], ends[1], BEYOND * self.inner[0], BEYOND * self.inner[1])
        if seen is None:
            return ""
        (x0, y0), (x1, y1) = seen
        length = math.hypot(x1 - x0, y1 - y0)
        shaft = element("path", d=f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}", class_=kind)
        if length <= 6:
            return shaft
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        (ax, ay), (bx, by) = (x1 - 8 * ux + 4 * uy, y1 - 8 * uy - 4 * ux), (x1 - 8 * ux - 4 * uy, y1 - 8 * uy + 4 * ux)
        return shaft + element("path", d=f"M{x1:.1f} {y1:.1f}L{ax:.1f} {ay:.1f}L{bx:.1f} {by:.1f}Z", class_=f"{kind}f")

    def _label(self, x: float, y: float, content: str, kind: str, above: bool) -> str:
        w, h = self.inner
        px, py = float(self.px(x)), float(self.py(y))
        if not (math.isfinite(px) and math.isfinite(py)):
            return ""
        px, wide = min(max(px, 0), w), text_width(content, 12)
        after = px + 9 + wide <= w or px < w / 2
        place = min(px + 9, max(w - wide, 2)) if after else max(px - 9, min(wide, w - 2))
        height = min(max(py - 8 if above else py + 17, 12), h - 4)
        return text(place, height, content, kind, "start" if after else "end")

    def _name(self, name: str, kind: str, shape: str) -> None:
        if name and name not in (n for n, _, _ in self.named):
            self.named.append((name, kind, shape))

    # All of it

    def _rows(self) -> list[list[tuple[str, str, str]]]:
        rows: list[list[tuple[str, str, str]]] = [[]]
        used = 0.0
        for entry in self.named:
            wide = text_width(entry[0], SMALL) + 40
            if rows[-1] and used + wide > self.width - self.left - self.right:
                rows.append([])
                used = 0.0
            rows[-1].append(entry)
            used += wide
        return rows if self.named else []

    def body(self, at: float = 0.0) -> str:
        """What stands in a picture, moved to the right by `at`."""
        w, h = self.inner
        ox, oy = self.left, self.top
        parts: list[str] = []
        if self.title:
            parts.append(text(ox + w / 2, 20, self.title, "bold", "middle"))
        for t in self.x_ticks:
            x = float(self.px(t))
            parts.append(element("path", d=f"M{ox + x:.1f} {oy:.1f}v{h:.1f}", class_="grid"))
            parts.append(text(ox + x, oy + h + 15, tick(t), "soft", "middle", SMALL))
        for t in self.y_ticks:
            y = float(self.py(t))
            parts.append(element("path", d=f"M{ox:.1f} {oy + y:.1f}h{w:.1f}", class_="grid"))
            parts.append(text(ox - 6, oy + y + 4, tick(t), "soft", "end", SMALL))
        if self.x[0] < 0 < self.x[1] and not self.log_x:
            parts.append(element("path", d=f"M{ox + float(self.px(0)):.1f} {oy:.1f}v{h:.1f}", class_="axis"))
        if self.y[0] < 0 < self.y[1] and not self.log_y:
            parts.append(element("path", d=f"M{ox:.1f} {oy + float(self.py(0)):.1f}h{w:.1f}", class_="axis"))
        area: dict[str, Any] = {"x": float(ox), "y": float(oy), "width": float(w), "height": float(h)}
        parts.append(element("svg", "".join(thing() for thing in self.inside) or " ", **area, overflow="hidden"))
        parts.append(element("rect", **area, class_="frame"))
        parts.append(element("g", "".join(thing() for thing in self.over) or " ", transform=f"translate({ox:.1f} {oy:.1f})"))
        if self.x_label:
            parts.append(text(ox + w / 2, oy + h + 32, self.x_label, "", "middle"))
        if self.y_label:
            parts.append(text(13, oy + h / 2, self.y_label, "", "middle", turned=True))
        parts += self._legend(oy + h + self.bottom)
        return element("g", "".join(parts), transform=f"translate({at:.1f} 0)")

    def _legend(self, top: float) -> Iterable[str]:
        for n, row in enumerate(self._rows()):
            x, y = self.left, top + 10 + 18 * n
            for name, kind, shape in row:
                if shape in ("line", "dash"):
                    yield element("path", d=f"M{x:.1f} {y:.1f}h22", class_=kind + " dash" * (shape == "dash"))
                else:
                    yield _mark(x + 11, y, kind, 4.0, shape)
                yield text(x + 28, y + 4, name, "", "start", SMALL)
                x += text_width(name, SMALL) + 40


def _mark(x: float, y: float, kind: str, size: float, shape: str) -> str:
    if shape == "square":
        return element("rect", x=x - size, y=y - size, width=2 * size, height=2 * size, class_=kind)
    if shape == "cross":
        d = f"M{x - size:.1f} {y - size:.1f}l{2 * size:.1f} {2 * size:.1f}m0 {-2 * size:.1f}l{-2 * size:.1f} {2 * size:.1f}"
        return element("path", d=d, class_=kind)
    return element("circle", cx=x, cy=y, r=size, class_=kind)


def draw(plots: Sequence[Plot], title: str) -> str:
    """Plots side by side as one picture."""
    at, parts = 0.0, []
    for plot in plots:
        parts.append(plot.body(at))
        at += plot.width
    return figure(at, max(plot.height for plot in plots), "".join(parts), title)
