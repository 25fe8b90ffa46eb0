"""The line that decides: rows E1 and E2."""

from __future__ import annotations

import json
import re

import pytest

from derive.data import clouds, seven_points
from derive.errors import DeriveError
from derive.perceptron import separates
from derive.widgets import DecisionLine
from derive.widgets.plane.plane import Line, Points, half_plane, plane


def size(picture):
    return re.match(r'<svg [^>]*width="(\d+)" height="(\d+)"', picture).groups()


def cells(frame):
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", frame.html)[1:]]


def test_the_line_of_row_e2_separates():
    frame = DecisionLine(w=(-1.2, 3.2), b=-1).frame()
    assert "All 7 points lie on the side of their class: this line separates them." in frame.text
    rows = cells(frame)
    assert rows[0] == ["1", "(0.8, 0.4)", "0", "0.32", "−0.68", "−1", "yes"]
    assert [row[5] for row in rows] == ["−1", "−1", "+1", "+1", "+1", "−1", "+1"]
    assert r"= -1.2 \cdot 0.8 + 3.2 \cdot 0.4 - 1 = -0.68 < 0" in frame.lines[1]


@pytest.mark.parametrize(("w", "b"), [((-1, 1), 0), ((-2, 1), 0.5), ((0, 1), -1)])
def test_row_e1_any_separating_line_is_right(w, b):
    f = DecisionLine([[0, 2], [1, 0]], [1, -1], w=w, b=b)
    assert separates(w, b, [[0, 2], [1, 0]], [1, -1]) and "separates them" in f.frame().text


def test_misplaced_points_are_marked_and_named():
    f = DecisionLine(w=(1, 1), b=0)
    frame = f.frame()
    assert "3 of 7 points do not lie on the side of their class: 1, 2, 6." in frame.text
    assert frame.picture.count('class="s6"') == 3 + 1  # and the one in the legend
    assert [row[6] for row in cells(frame)] == ["no", "no", "yes", "yes", "yes", "no", "yes"]


def test_a_point_on_the_line_is_on_it_exactly():
    f = DecisionLine([[1, 0], [0, 3]], [1, 0], ends=1, w=(0, 0), b=0)
    f.set("w1", 0.1 + 0.2)
    f.set("b", -0.3)
    frame = f.frame()
    assert cells(frame)[0][4:] == ["0", "0", "yes"] and "= 0$, on the line" in frame.lines[1]


def test_the_points_are_walked_through():
    f, sizes = DecisionLine(), set()
    assert not f.enabled("previous")
    for n in range(7):
        assert f.chosen == n and f.frame().lines[1].startswith(f"Point {n + 1}:")
        sizes.add(size(f.frame().picture))
        f.key("ArrowRight")
    assert f.chosen == 6
    assert re.findall(r'<tr style="font-weight: bold"><td>(.*?)</td>', f.frame().html) == ["7"]
    f.key("ArrowLeft")
    assert f.chosen == 5
    for name, value in (("w1", -5), ("w2", 5), ("b", 5), ("w1", 0), ("w2", 0)):
        f.set(name, value)
        sizes.add(size(f.frame().picture))
    assert "there is no line" in f.frame().text and len(sizes) == 1


def test_both_axes_have_one_unit():
    data = seven_points()
    points = Points.checked(data.X, data.Y, "")
    plot = plane(points, Line((1, 2), -1), crossed_name="x")
    assert plot.inner[0] == pytest.approx(plot.inner[1])
    assert points.x[1] - points.x[0] == pytest.approx(points.y[1] - points.y[0])


def test_half_planes():
    points = Points.checked([[0, 0], [1, 1]], [0, 1], "")
    assert len(half_plane(points, Line((0, 0), 1))) == 4 and not half_plane(points, Line((0, 0), -1))
    corners = half_plane(points, Line((1, 0), -0.5))
    assert sorted({round(x, 9) for x, _ in corners}) == [0.5, 1.25]


def test_the_table_of_many_points_is_short():
    data = clouds()
    f = DecisionLine(data.X, data.Y, w=(0, 1), b=-1.5)
    assert len(cells(f.frame())) == 12 and "12 of 200 points" in f.frame().html
    f.set("point", 200)
    assert cells(f.frame())[-1][0] == "200"


def test_state_comes_back():
    f = DecisionLine()
    f.set("w1", -2.5)
    f.press("next")
    g = DecisionLine()
    g.restore(json.loads(json.dumps(f.state())))
    assert g.frame() == f.frame()


def test_one_table_a_frame(monkeypatch):
    import derive.widgets.plane.line as module

    calls, original = [], module.decision_table
    monkeypatch.setattr(module, "decision_table", lambda *a: calls.append(1) or original(*a))
    DecisionLine().frame()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: DecisionLine([[1, 2]]), "X goes with y"),
        (lambda: DecisionLine([[1, 2, 3]], [1]), "3 columns, and a plane needs 2"),
        (lambda: DecisionLine([[1, 2]], [5]), "not one of two classes"),
        (lambda: DecisionLine(w=(1, 2, 3)), "expected two numbers and one"),
        (lambda: DecisionLine(w=(9, 2)), "beyond the ends"),
        (lambda: DecisionLine(ends=0), "expected a number above 0"),
        (lambda: DecisionLine(b=float("nan")), "finite"),
    ],
)
def test_bad_input_is_told_in_a_sentence(make, said):
    with pytest.raises(DeriveError, match=said) as info:
        make()
    assert "\n" not in str(info.value)
