"""A line that decides: w.x + b for every point, by its sign on one side or on the other."""

from __future__ import annotations

import math
from typing import Any

from ...data import seven_points
from ...errors import DeriveError
from ...numerals import short
from ...perceptron import Decision, decision_table
from ..base.controls import Button, Control, Slider
from ..base.figure import Figure
from ..base.interactive import Frame
from ..base.plot import draw
from ..base.plugged import added, equals, factor, tex, vector
from .plane import Line, Points, exact, finite_pair, plane, wrong_side

ROWS = 12  # of the table; more points are shown around the one that is looked at
SIGNS = {1: "+1", 0: "0", -1: "−1"}


class DecisionLine(Figure):
    """Points of two classes, and a line w.x + b = 0 to be moved between them.

    X     (samples, 2); y: classes 0 and 1, or -1 and +1. Without both, seven points that a line separates
    w, b  the line that is there first
    ends  how far the sliders go, to both sides

    Raises `DeriveError` for data of another shape.
    """

    def __init__(
        self,
        X: Any = None,
        y: Any = None,
        *,
        w: tuple[float, float] = (1.0, 1.0),
        b: float = -1.0,
        ends: float = 5.0,
        title: str = "",
        intro: str = "",
    ) -> None:
        if (X is None) != (y is None):
            raise DeriveError("X goes with y", "DecisionLine", "give both, or none for seven points")
        data = seven_points() if X is None else None
        self.points = Points.checked(data.X if data else X, data.Y if data else y, "DecisionLine")
        first = finite_pair(w, b, "DecisionLine")
        if isinstance(ends, bool) or not isinstance(ends, int | float) or not 0 < ends < math.inf:
            raise DeriveError(f"ends is {ends!r}, expected a number above 0", "DecisionLine")
        if max(*map(abs, first.w), abs(first.b)) > ends:
            raise DeriveError(f"w = {first.w}, b = {first.b:g} goes beyond the ends of the sliders", "DecisionLine", "give ends=10")
        step = float(f"{ends / 50:.1g}")
        given = (("w1", "w₁", first.w[0]), ("w2", "w₂", first.w[1]), ("b", "b", first.b))
        controls: list[Control] = [Slider(name, label, -float(ends), float(ends), step, value) for name, label, value in given]
        if len(self.points) > 1:
            controls.append(Slider("point", "point", 1, len(self.points), 1, 1))
        controls += [Button("previous", "Previous point", key="ArrowLeft"), Button("next", "Next point", key="ArrowRight")]
        super().__init__(title or "A line between two classes", controls, intro)

    @property
    def line(self) -> Line:
        """The line that is there now."""
        return Line((exact(self.values["w1"]), exact(self.values["w2"])), exact(self.values["b"]))

    @property
    def chosen(self) -> int:
        """The point that is looked at, counted from 0."""
        return int(self.values.get("point", 1)) - 1

    def enabled(self, name: str) -> bool:
        if name == "previous":
            return self.chosen > 0
        return name != "next" or self.chosen < len(self.points) - 1

    def on_next(self) -> None:
        self.values["point"] = float(self.chosen + 2)

    def on_previous(self) -> None:
        self.values["point"] = float(self.chosen)

    def frame(self) -> Frame:
        line, points = self.line, self.points
        rows = decision_table(line.w, line.b, points.X)
        wrong = wrong_side(points, rows)
        picture = draw([plane(points, line, crossed=wrong, ringed=self.chosen, crossed_name="not on its side")], self.title)
        return Frame(picture, self._lines(rows[self.chosen]), text=self._words(wrong), html=self._table(rows, set(wrong)))

    def _lines(self, row: Decision) -> tuple[str, ...]:
        line, n = self.line, self.chosen
        terms = [rf"{tex(w, 6)} \cdot {factor(x, 6)}" for w, x in zip(line.w, row.x, strict=True)]
        sign = {1: " > 0", 0: "", -1: " < 0"}[row.sign]
        side = {1: "on the side of class 1", -1: "on the side of class 0", 0: "on the line, which counts as class 1"}[row.sign]
        put_in, said = added([*terms, tex(line.b, 6)]), [*line.w, *row.x, line.b]
        value = f"{equals(said, 6)} {put_in} {equals([*said, row.value], 6)} {tex(row.value, 6)}{sign}"
        return (
            rf"$w \cdot x + b = w_1 x_1 + w_2 x_2 + b, \qquad w = {vector(line.w)}, \quad b = {tex(line.b, 6)}$",
            rf"Point {n + 1}: $\; w \cdot x + b {value}$, {side}; its class is {self.points.classes[n]}.",
        )

    def _words(self, wrong: list[int]) -> str:
        line, total = self.line, len(self.points)
        if not any(line.w):
            return "w = (0, 0): there is no line, and every point gets the same value b."
        head = f"w = ({short(line.w[0])}, {short(line.w[1])}), b = {short(line.b)}. "
        if not wrong:
            return f"{head}All {total} points lie on the side of their class: this line separates them."
        listed = ", ".join(str(n + 1) for n in wrong[:ROWS]) + (" ..." if len(wrong) > ROWS else "")
        return f"{head}{len(wrong)} of {total} points do not lie on the side of their class: {listed}."

    def _table(self, rows: tuple[Decision, ...], wrong: set[int]) -> str:
        total = len(rows)
        start = min(max(self.chosen - ROWS // 2, 0), max(total - ROWS, 0))
        body = []
        for n in range(start, min(start + ROWS, total)):
            row = rows[n]
            cells = (
                str(n + 1),
                f"({short(row.x[0])}, {short(row.x[1])})",
                str(self.points.classes[n]),
                short(row.wx),
                short(row.value),
                SIGNS[row.sign],
                "no" if n in wrong else "yes",
            )
            marked = ' style="font-weight: bold"' if n == self.chosen else ""
            body.append(f"<tr{marked}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
        head = ("point", "$x$", "class", r"$w \cdot x$", r"$w \cdot x + b$", "sign", "on its side")
        left = f"<p>{ROWS} of {total} points</p>" if total > ROWS else ""
        return f"<table><tr>{''.join(f'<th>{h}</th>' for h in head)}</tr>{''.join(body)}</table>{left}"
