"""Points of two classes in the plane, the line w.x + b = 0 with its normal vector, and the two half planes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import DeriveError, ShapeError
from ...perceptron import Decision, decision_table, perceptron
from ...samples import Array, numbers
from ..base.plot import Plot
from ..base.svg import element

WIDTH = 440.0
NUMBERED = 16  # with more points, their numbers are left out
KINDS = (("s1o", "square"), ("s2o", "circle"))  # of class 0 and class 1
Range = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Points:
    """X (samples, 2), classes 0 and 1, and the square that is drawn. Raises errors that name the row."""

    X: Array
    classes: tuple[int, ...]
    x: Range
    y: Range

    @staticmethod
    def checked(X: Any, y: Any, where: str) -> Points:
        perceptron(X, y, epochs=1)  # says what does not fit
        points = numbers(X, "X")
        if points.shape[1] != 2:
            raise ShapeError(f"X has {points.shape[1]} columns, and a plane needs 2", where, "give shape (samples, 2)")
        labels = np.asarray(y).reshape(len(points))
        low, high = points.min(axis=0), points.max(axis=0)
        side = max(float((high - low).max()), 1e-6) * 1.5
        middle = (low + high) / 2
        ends = [(float(m) - side / 2, float(m) + side / 2) for m in middle]
        return Points(points, tuple(int(c == 1) for c in labels.tolist()), ends[0], ends[1])

    def __len__(self) -> int:
        return len(self.classes)


@dataclass(frozen=True)
class Line:
    """w.x + b = 0."""

    w: tuple[float, float]
    b: float

    def at(self, x: float, y: float) -> float:
        return self.w[0] * x + self.w[1] * y + self.b


def wrong_side(points: Points, rows: Sequence[Decision]) -> list[int]:
    """The points that do not lie on the side of their class; the line itself counts as the side of class 1."""
    return [n for n, (row, c) in enumerate(zip(rows, points.classes, strict=True)) if (row.sign >= 0) != bool(c)]


def misclassified(points: Points, line: Line, at_zero: int) -> list[int]:
    """The points that are predicted to be of the other class; `at_zero` is the class of a point on the line."""
    rows = decision_table(line.w, line.b, points.X)
    return [n for n, (row, c) in enumerate(zip(rows, points.classes, strict=True)) if (int(row.sign > 0) if row.sign else at_zero) != c]


def half_plane(points: Points, line: Line) -> list[tuple[float, float]]:
    """The corners of the part of the square where w.x + b >= 0."""
    (x0, x1), (y0, y1) = points.x, points.y
    square = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    kept: list[tuple[float, float]] = []
    for (ax, ay), (bx, by) in zip(square, [*square[1:], square[0]], strict=True):
        one, other = line.at(ax, ay), line.at(bx, by)
        if one >= 0:
            kept.append((ax, ay))
        if (one >= 0) != (other >= 0):
            share = one / (one - other)
            kept.append((ax + share * (bx - ax), ay + share * (by - ay)))
    return kept


def plane(
    points: Points,
    line: Line,
    *,
    before: Line | None = None,
    crossed: Iterable[int] = (),
    ringed: int | None = None,
    title: str = "",
    crossed_name: str = "",
    before_name: str = "",
    names: Sequence[str] = ("x₁", "x₂"),
) -> Plot:
    """The picture. `crossed` points are marked, `ringed` is the one that is meant, `before` a line that was."""
    few = len(points) <= NUMBERED
    plot = Plot(WIDTH, WIDTH, points.x, points.y, x_label=names[0], y_label=names[1], title=title)
    if any(line.w):
        _halves(plot, points, line)
        if before is not None and any(before.w):
            plot.line(*_ends(points, before), "ink", dash=True)
        plot.line(*_ends(points, line), "ink")
        _normal(plot, points, line)
    for c, (kind, shape) in enumerate(KINDS):
        chosen = points.X[[n for n, own in enumerate(points.classes) if own == c]]
        plot.points(chosen[:, 0], chosen[:, 1], kind, f"class {c}", size=5.5 if few else 4.0, shape=shape)
    marked = points.X[list(crossed)].reshape(-1, 2)
    if crossed_name:
        plot.points(marked[:, 0], marked[:, 1], "s6", crossed_name, size=9.0 if few else 6.5)
    if ringed is not None:
        plot.ring(float(points.X[ringed, 0]), float(points.X[ringed, 1]), size=13.0)
    if before_name:
        plot.line([], [], "ink", before_name, dash=True)
    if few:
        for n, (x, y) in enumerate(points.X.tolist()):
            plot.label(x, y, str(n + 1), "bold" if n == ringed else "soft")
    # One unit is as long on both axes, or the normal would not stand at a right angle.
    across, up = plot.inner
    plot.height += across - up
    return plot


def _halves(plot: Plot, points: Points, line: Line) -> None:
    """Each side faintly in the colour of the class that it stands for."""
    other = Line((-line.w[0], -line.w[1]), -line.b)
    for kind, side in (("s2f", line), ("s1f", other)):
        corners = half_plane(points, side)
        if corners:
            plot.inside.append(lambda kind=kind, corners=corners: _filled(plot, corners, kind))  # type: ignore[misc]  # mypy cannot infer the default


def _filled(plot: Plot, corners: Sequence[tuple[float, float]], kind: str) -> str:
    path = "L".join(f"{float(plot.px(x)):.1f} {float(plot.py(y)):.1f}" for x, y in corners)
    return element("path", d=f"M{path}Z", class_=kind, opacity="0.12")


def _foot(points: Points, line: Line) -> tuple[float, float]:
    """The point of the line that is nearest to the middle of the square."""
    x, y = sum(points.x) / 2, sum(points.y) / 2
    share = line.at(x, y) / (line.w[0] ** 2 + line.w[1] ** 2)
    return x - share * line.w[0], y - share * line.w[1]


def _ends(points: Points, line: Line) -> tuple[list[float], list[float]]:
    """Two points of the line outside the square."""
    (x, y), size = _foot(points, line), float(np.hypot(*line.w))
    far = 2 * (points.x[1] - points.x[0]) / size
    return [x - far * line.w[1], x + far * line.w[1]], [y + far * line.w[0], y - far * line.w[0]]


def _normal(plot: Plot, points: Points, line: Line) -> None:
    """An arrow in the direction of w, of one length: only the direction tells where the line lies."""
    x, y = _foot(points, line)
    if not (points.x[0] < x < points.x[1] and points.y[0] < y < points.y[1]):
        return
    length = 0.16 * (points.x[1] - points.x[0]) / float(np.hypot(*line.w))
    end = (x + length * line.w[0], y + length * line.w[1])
    plot.arrow((x, y), end, "s4")
    plot.label(*end, "w", "s4f", above=end[1] >= y)


def exact(value: Any) -> float:
    """A slider's number without the dust of adding steps, so that a point on the line is on it."""
    return round(float(value), 9)


def finite_pair(w: Any, b: Any, where: str) -> Line:
    """Two weights and a bias of a teacher."""
    try:
        first, second = (float(v) for v in w)
        made = Line((first, second), float(b))
    except (TypeError, ValueError):
        raise DeriveError(f"w = {w!r} and b = {b!r}, expected two numbers and one", where, "for example w=(1, 1), b=-1") from None
    if not np.isfinite([*made.w, made.b]).all():
        raise DeriveError(f"w = {w!r} and b = {b!r}, expected finite numbers", where)
    return made
