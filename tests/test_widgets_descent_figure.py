"""The figures of descent and of schedules: the numbers of the coverage rows, minima and their starts, divergence in words, all controls."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.schedules import SCHEDULES, exponential, series
from derive.stopping import small_change
from derive.widgets import Bumps, DescentFigure, Schedules
from derive.widgets.base.contour import Ground, segments
from derive.widgets.base.controls import Slider

A5 = {"f": "x^4/4 - x^2/2 + x/8", "x": (-2, 2)}
A9 = {"f": "(w*4 + b - 5)^2", "variables": ("w", "b"), "x": (-2, 4), "y": (0, 3), "start": (3, 2)}


def size(figure) -> str:
    return re.search(r'<svg [^>]*width="(\d+)" height="(\d+)"', figure.frame().picture).groups()


def text(figure) -> str:
    return figure.frame().text


def cells(figure, row: int) -> list[str]:
    rows = re.findall(r"<tr>(.*?)</tr>", figure.frame().html)
    return re.findall(r"<td>(.*?)</td>", rows[row + 1])


# Numbers


def test_e6_from_four():
    figure = DescentFigure("(x-2)^2", start=4, rate=0.01, most=400, stop=1e-4)
    assert figure.frame().lines[1] == r"$\displaystyle x_k = x_{k-1} - \eta\,F'(x_{k-1})$".replace("x_k", "x_{k}").replace("k-1}", "k-1}")
    for _ in range(3):
        figure.press("step")
    assert figure.frame().lines[1] == r"$\displaystyle x_{3} = x_{2} - \eta\,F'(x_{2}) = 3.9208 - 0.01 \cdot 3.8416 = 3.882384$"
    assert [cells(figure, k)[1] for k in range(4)] == ["4", "3.96", "3.9208", "3.882384"]
    assert figure.run.steps == 298
    figure.set("k", 400)
    assert "After 298 steps" in text(figure)
    assert "It stops: the last step was not longer than 0.0001, after 298 steps." in text(figure)
    assert not figure.enabled("step")


def test_e6_from_zero():
    figure = DescentFigure("(x-2)^2", start=0, rate=0.01, steps=3)
    assert [cells(figure, k)[1] for k in range(1, 4)] == ["0.04", "0.0792", "0.117616"]


def test_a9_and_a11_one_eighteenth():
    figure = DescentFigure(**A9, rate=1 / 18)
    figure.press("step")
    rule = r"$\displaystyle (w_{1}, b_{1}) = (w_{0}, b_{0}) - \eta\,\nabla F(w_{0}, b_{0}) = (3, 2) - \tfrac{1}{18} \, (72, 18) = (-1, 1)$"
    assert figure.frame().lines[1] == rule
    figure.press("ten")
    assert figure.values["k"] == 11
    assert figure.run.values[:7] == pytest.approx([81, 64, 50.5679, 39.9549, 31.5693, 24.9436, 19.7086], abs=1e-4)


def test_a10_damped():
    # 10^int(log10 dL/dw) is 10 for each of the six.
    run = DescentFigure(**A9, rate=1 / 180).run
    assert run.values[1:7] == pytest.approx([53.29, 35.0596, 23.0657, 15.175, 9.9836, 6.5682], abs=1e-4)
    assert np.array(run.points[6]) == pytest.approx([1.4854, 1.6213], abs=1e-4)


def test_a_model_and_its_data_are_the_same_function():
    figure = DescentFigure(model="w*x + b", data=[(4, 5)], variables=("w", "b"), x=(-2, 4), y=(0, 3), start=(3, 2), rate=1 / 18, steps=1)
    assert figure.run.values[:3] == pytest.approx([81, 64, 50.5679], abs=1e-4)
    assert "the model" in figure.frame().picture
    assert "f" not in figure.values
    several = DescentFigure(model="w*x", data=[(1, 2), (2, 3)], start=0)
    assert several.run.values[0] == (4 + 9) / 2


def test_a6_stays_below_its_bound():
    figure = DescentFigure("x^4/4", x=(-2, 2), start=1.5, rate=0.1, minimum=0, bound=True, steps=20)
    run = figure.run
    assert (run.gap(0)[1:] <= run.bound(0)).all()
    assert "F − F* stays below the bound" in text(figure)
    assert f"is {run.alpha(0):.4g}" in text(figure)
    assert "11.25" in text(figure)  # 1.5^2 / (2 * 0.1)
    assert "‖p₀ − p*‖²" in figure.frame().picture
    figure.set("momentum", 0.9)
    assert "not drawn" in text(figure)
    assert "‖p₀ − p*‖²" not in figure.frame().picture


def test_a_rate_beyond_the_bound_is_told():
    figure = DescentFigure("(x-2)^2", start=4, rate=0.99, minimum=2, bound=True, steps=5)
    assert "above the bound, which holds for a convex F and η ≤ 1/L only" in text(figure)


def test_momentum_as_by_hand():
    figure = DescentFigure("(x-2)^2", start=0, rate=0.1, momentum=0.9)
    x = v = 0.0
    for k in range(1, 20):
        v = 0.9 * v - 0.1 * 2 * (x - 2)
        x += v
        assert figure.run.points[k] == pytest.approx(x, rel=1e-12)
    assert figure.run.rates == [0.1] * 100
    assert figure.run.gradients[0] == -4
    figure.press("step")
    figure.press("step")
    assert r"v_{2} = \mu\, v_{1} - \eta\,F'(x_{1}) \approx 0.9 \cdot 0.4 - 0.1 \cdot (-3.2) \approx 0.68" in figure.frame().lines[1]
    assert r"x_{2} = x_{1} + v_{2} \approx 1.08" in figure.frame().lines[1]


def test_momentum_with_a_schedule():
    eta = exponential(0.2, decay=0.3, warmup=2)
    figure = DescentFigure("(x-2)^2", start=0, schedule=eta, momentum=0.5)
    x = v = 0.0
    for k in range(20):
        v = 0.5 * v - eta(k) * 2 * (x - 2)
        x += v
        assert figure.run.points[k + 1] == pytest.approx(x, rel=1e-12)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_with_warm_up(name):
    figure = DescentFigure("(x-2)^2", start=0, rate=0.2)
    figure.set("schedule", name)
    figure.set("warmup", 4)
    assert figure.run.rates[:4] == pytest.approx([0.05, 0.1, 0.15, 0.2])
    assert figure.run.rates == [figure.schedule(k) for k in range(100)]
    assert type(figure.schedule) is SCHEDULES[name]


def test_a_schedule_of_ones_own():
    figure = DescentFigure("(x-2)^2", start=0, schedule=exponential(0.3, decay=0.1, warmup=2))
    assert figure.schedule == exponential(0.3, decay=0.1, warmup=2)
    figure = DescentFigure("(x-2)^2", start=0, schedule=series(0.5, lambda k: 1 / (k + 1)))
    assert figure.values["schedule"] == "series"
    assert figure.run.rates[:3] == pytest.approx([0.5, 0.25, 0.5 / 3])
    figure.set("rate", 0.1)
    assert figure.run.rates[0] == 0.1


# Minima and starts


def test_a5_two_minima_and_which_start_ends_where():
    figure = DescentFigure(**A5, start=1.5, rate=0.1)
    basins = figure.basins
    low = np.sort(np.roots([1, 0, -1, 1 / 8]).real)[[0, 2]]
    assert basins.minima == pytest.approx(low, abs=1e-9)
    top = np.sort(np.roots([1, 0, -1, 1 / 8]).real)[1]
    for start, end in zip(basins.starts, basins.ends, strict=True):
        if abs(start - top) > 0.05:
            assert end == (start > top)
    assert "From this start the way ends in the minimum at x = 0.9304; the 2 minima are at −1.057, 0.9304." in text(figure)
    figure.set("start", -0.5)
    assert "ends in the minimum at x = −1.057" in text(figure)
    assert figure.frame().picture.count("starts ending at") == 2
    figure.set("rate", 0.001)
    assert "it has come to no minimum after 100 steps" in text(figure)
    assert "starts ending" not in DescentFigure().frame().picture


def test_the_same_starts_with_momentum_end_as_one_way_does():
    figure = DescentFigure(**A5, rate=0.1, momentum=0.8)
    basins = figure.basins
    for n in range(0, len(basins.starts), 23):
        figure.set("start", float(basins.starts[n]))
        if basins.ends[n] >= 0:
            assert abs(figure.run.points[-1] - basins.minima[basins.ends[n]]) < 0.08


# Divergence


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"f": "(x-2)^2", "start": 4, "rate": 1.5}, "every step jumps over the minimum and lands farther away"),
        ({"f": "-x^2", "start": 1, "rate": 0.5}, "F keeps falling in this direction"),
        ({"f": "(x-2)^8", "start": 5, "rate": 10.0}, "the learning rate is too large for a slope as steep as this"),
        ({"f": "x - log(x)", "x": (0.1, 5), "start": 0.1, "rate": 5}, "Step 11 is not possible"),
    ],
)
def test_divergence_is_told(settings, words):
    figure = DescentFigure(**settings, steps=100)
    assert words in text(figure)
    assert "<path" in figure.frame().picture
    assert figure.run.steps < 100


def test_no_value_at_the_start():
    figure = DescentFigure("log(x)", x=(-1, 3), start=1)
    before = size(figure)
    figure.set("start", -0.5)
    assert text(figure) == "F has no value at x = −0.5: choose another start."
    assert size(figure) == before
    assert not figure.enabled("step")


# Controls


def test_every_button_and_the_keys():
    figure = DescentFigure()
    assert figure.keys == ["ArrowRight", "ArrowLeft", "ArrowUp", "Home"]
    figure.press("back")
    assert figure.values["k"] == 0
    figure.key("ArrowUp")
    figure.key("ArrowLeft")
    assert figure.values["k"] == 9
    figure.key("Home")
    assert figure.values["k"] == 0
    figure.set("k", 100)
    assert "These are all 100 steps." in text(figure)


def test_a_typed_function_and_what_cannot_be_one():
    figure = DescentFigure("(x-2)^2", start=1)
    figure.set("f", "x^4")
    assert figure.run.gradients[0] == 4
    for wrong, words in (("sin(", "This is not taken"), ("x + q", "q is in it"), ("3", "no variable"), ("", "This is not taken")):
        figure.set("f", wrong)
        assert words in text(figure)
        assert "x⁴ still" in text(figure)
        assert figure.run.gradients[0] == 4
    figure.set("f", "abs(x)")
    assert "taken" not in text(figure)
    assert figure.run.gradients[0] == 1
    two = DescentFigure("x^2 + y^2", start=(1, 1))
    two.set("f", "y^2")  # one of the two is enough
    assert two.run.gradients[0].tolist() == [0, 2]


@pytest.mark.parametrize("settings", [{}, A5, A9, {"f": "(x-2)^2", "minimum": 2, "bound": True}, {"model": "w*x", "data": [(1, 2)]}])
def test_the_picture_keeps_its_size(settings):
    figure = DescentFigure(**settings)
    first, count = size(figure), len(figure.frame().lines)
    rows = figure.frame().html.count("<tr>")
    changes = [("log", True), ("rate", 9.0), ("momentum", 0.5), ("log", False), ("rate", 0.002), ("schedule", "cosine"), ("warmup", 5)]
    for act in ["step", "ten", "back", *changes, "again", "step"]:
        figure.press(act) if isinstance(act, str) else figure.set(*act)
        assert (size(figure), len(figure.frame().lines), figure.frame().html.count("<tr>")) == (first, count, rows)
        assert "nan" not in figure.frame().picture


def test_state_there_and_back():
    figure = DescentFigure(**A5, start=1.5)
    figure.set("f", "x^2")
    figure.set("f", "x^2 +")
    figure.set("momentum", 0.5)
    figure.press("ten")
    kept = json.loads(json.dumps(figure.state()))
    other = DescentFigure(**A5, start=1.5)
    other.restore(kept)
    assert other.frame() == figure.frame()
    for wrong in ({**kept, "rate": -1}, {**kept, "function": "x +"}, {**kept, "function": 3}, {**kept, "strange": 1}):
        before = figure.state(), figure.frame()
        with pytest.raises(DeriveError):
            figure.restore({**wrong, "momentum": 0.1})
        assert (figure.state(), figure.frame()) == before


def test_a_step_computes_no_descent():
    figure = DescentFigure(**A5, start=1.5)
    figure.frame()
    made = figure._way.cache_info().misses, figure._ends.cache_info().misses, figure._curve.cache_info().misses
    for _ in range(5):
        figure.press("step")
        figure.frame()
    assert made == (figure._way.cache_info().misses, figure._ends.cache_info().misses, figure._curve.cache_info().misses)
    figure.set("rate", 0.2)
    figure.frame()
    assert figure._way.cache_info().misses == made[0] + 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"f": "x + y + z"}, "variables x, y, z"),
        ({"f": "3"}, "variables none"),
        ({"x": (5, -1)}, "smaller end first"),
        ({"x": 3}, "no pair"),
        ({"start": (1, 2)}, "number for each"),
        ({"start": 9}, "not between"),
        ({"rate": 100}, "not between"),
        ({"rates": (0, 1)}, "above 0"),
        ({"schedule": "linear"}, "no schedule"),
        ({"momentum": 2}, "not between"),
        ({"steps": 500}, "whole number"),
        ({"stop": -1}, "precision"),
        ({"bound": True}, "place of the minimum"),
        ({"without": ("rate",)}, "no control 'rate'"),
        ({"f": "log(x)", "start": -1}, "no value"),
        ({"model": "w*x + b"}, "pairs"),
        ({"model": "x", "data": [(1, 2)]}, "parameters none"),
        ({"variables": ("y",)}, "x is in it"),
        ({"f": 3}, "expected an expression"),
    ],
)
def test_a_teachers_mistake_is_told(settings, words):
    with pytest.raises(DeriveError, match=re.escape(words)):
        DescentFigure(**settings)


def test_controls_are_left_out_and_rules_are_taken():
    figure = DescentFigure("(x-2)^2", start=4, without=("f", "momentum", "schedule", "warmup", "log"), stop=small_change(1e-3))
    assert list(figure.values) == ["rate", "start", "k"]
    assert "the loss changed by less than 0.001" in figure.run.stopped
    assert figure.frame().picture


# Contours


def test_lines_of_the_same_height_are_where_f_has_it():
    xs, ys = np.linspace(-2, 2, 81), np.linspace(-2, 2, 61)
    x, y = np.meshgrid(xs, ys)
    found = segments(xs, ys, x**2 + y**2, 1.0)
    assert np.hypot(found[..., 0], found[..., 1]) == pytest.approx(1, abs=2e-3)
    assert np.hypot(*(found[:, 0] - found[:, 1]).T).sum() == pytest.approx(2 * np.pi, rel=1e-3)
    for sign in (1, -1):  # a saddle within one cell
        z = sign * np.array([[1.0, -1.0], [-1.0, 1.0]])
        assert len(segments(np.arange(2.0), np.arange(2.0), z, 0.1)) == 2


def test_ground_without_values_is_drawn():
    ground = Ground(lambda x, y: np.full(np.shape(x), np.nan), (0, 1), (0, 1))
    assert np.isfinite(ground.colours()).all()
    assert DescentFigure("log(x) + y^2", x=(-1, 2), y=(-1, 1), start=(1, 0.5)).frame().picture.count("<image") == 1


# Schedules


def test_schedules_are_those_of_derive():
    figure = Schedules(rate=0.1, steps=50)
    figure.set("warmup", 5)
    figure.set("k", 25)
    for name, eta in figure.schedules().items():
        assert isinstance(eta, SCHEDULES[name])
        assert f"{name.replace('_', ' ')} {eta(25):.4g}" in text(figure)
    assert r"\eta_{k=25} = \eta_0\, e^{-\lambda (k-K)} = 0.1\, e^{-0.03 \cdot 20} \approx 0.05488" in figure.frame().lines[2]
    figure.set("k", 2)
    assert all(r"\eta_0\,\frac{k+1}{K} = 0.1 \cdot \frac{3}{5} = 0.06$" in line for line in figure.frame().lines)


def test_schedules_controls():
    figure = Schedules(("cosine", "step"))
    assert "decay" not in figure.values
    first = size(figure)
    for act in [("log", True), ("least", 1), ("rate", 10), ("last", 3), ("drop", 0.1), ("warmup", 50), ("k", 99), "next", "next", "back"]:
        figure.press(act) if isinstance(act, str) else figure.set(*act)
        assert size(figure) == first
        assert len(figure.frame().lines) == 2
    other = Schedules(("cosine", "step"))
    other.restore(json.loads(json.dumps(figure.state())))
    assert other.frame() == figure.frame()
    for wrong in ({"show": ("linear",)}, {"show": ()}, {"rate": 0}, {"steps": 2}):
        with pytest.raises(DeriveError):
            Schedules(**wrong)


@pytest.mark.parametrize("figure", [DescentFigure(start=1 / 3, rate=1 / 18, rates=(0.002, 5)), Schedules(rate=1 / 7), Bumps(steepness=33)])
def test_first_values_are_on_the_steps_of_their_sliders(figure):
    for c in figure.controls:
        if isinstance(c, Slider):
            steps = (c.value - c.low) / c.step
            assert c.value in c.stops if c.log else steps == pytest.approx(round(steps), abs=1e-6)
            assert c.low <= c.value <= c.high
