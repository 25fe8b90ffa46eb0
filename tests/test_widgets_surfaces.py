"""Surfaces over the plane of networks with weights made by hand: row A3."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from derive import Dense, Network, softmax, tanh
from derive.errors import DeriveError
from derive.widgets import Surfaces

HALF = {"w1": [[1, 0]], "b1": [-1]}
TRIANGLE = {"w1": [[1, 0], [0, 1], [-1, -1]], "b1": [1, 1, 1], "w2": [[1, 1, 1]], "b2": [-2.5]}
TWO = {
    "w1": [[1, 0], [0, 1], [-1, -1], [-1, 0], [0, -1], [1, 1]],
    "b1": [1.5, 1.5, -0.5, 1.5, 1.5, -0.5],
    "w2": [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]],
    "b2": [-2.5, -2.5],
    "w3": [[1, 1]],
    "b3": [-0.5],
}
GRID = np.random.default_rng(0).uniform(-2, 2, (500, 2))


def three(**options):
    return Surfaces({"one": HALF, "two": TRIANGLE, "three": TWO}, **options)


def test_steep_surfaces_are_a_half_plane_a_triangle_and_a_union():
    x, y = GRID.T
    inside = {
        "one": x > 1,
        "two": (x > -1) & (y > -1) & (x + y < 1),
        "three": ((x > -1.5) & (y > -1.5) & (x + y < -0.5)) | ((x < 1.5) & (y < 1.5) & (x + y > 0.5)),
    }
    clear = np.all(
        [np.abs(d) > 0.1 for d in (x - 1, x + 1, y + 1, x + y - 1, x + y + 0.5, x + y - 0.5, abs(x) - 1.5, abs(y) - 1.5)], axis=0
    )
    for name, a in three(steepness=100).answers(GRID).items():
        assert np.allclose(a[clear], inside[name][clear], atol=1e-3), name


def test_steepness_multiplies_every_weight_and_bias():
    f = three(steepness=3)
    (w, b), v, c = (np.array(TRIANGLE[n]) for n in ("w1", "b1")), np.array(TRIANGLE["w2"]), TRIANGLE["b2"][0]
    h = 1 / (1 + np.exp(-3 * (GRID @ w.T + b)))
    assert np.allclose(f.answers(GRID)["two"], 1 / (1 + np.exp(-3 * (h @ v[0] + c))))


def test_what_is_told():
    frame = three(steepness=1.0, point=(1, 0)).frame()
    assert "half: 50 %" in Surfaces({"half": {"w1": [[1, 0]], "b1": [0]}}).frame().text
    assert "two: 0 %" in frame.text and r"a_{\text{one}} \approx 0.5" in frame.lines[1]
    assert frame.text.startswith("Steepness 1.") and "At (1, 0): about 0.5" in frame.text


def test_the_picture_keeps_its_size_and_each_button_does_something():
    f, sizes = three(), set()
    for k in (1.0, 5.0, 100.0):
        f.set("steepness", k)
        sizes.add((*re.match(r'<svg [^>]*width="(\d+)" height="(\d+)"', f.frame().picture).groups(), len(f.frame().lines)))
    assert len(sizes) == 1
    assert not f.enabled("steeper") and f.enabled("softer")
    f.key("ArrowLeft")
    assert f.values["steepness"] == pytest.approx(79.4, abs=0.1)
    for _ in range(3):
        f.key("ArrowRight")
    assert f.values["steepness"] == 100
    f.set("steepness", 1.0)
    assert f.enabled("steeper") and not f.enabled("softer")


def test_surfaces_are_computed_once_while_only_the_point_moves(monkeypatch):
    f, asked = three(), []
    answers = f.answers
    monkeypatch.setattr(f, "answers", lambda X: asked.append(len(X)) or answers(X))
    for x1 in (0.0, 0.5, 1.0):
        f.set("x1", x1)
        f.frame()
    assert sum(n > 1 for n in asked) == 1


def test_state():
    f, g = three(), three()
    f.set("steepness", 20.0)
    f.set("x2", -1.0)
    g.restore(json.loads(json.dumps(f.state())))
    assert g.frame() == f.frame()


def test_a_network_of_another_kind():
    net = Network(2, Dense(2, tanh), Dense(1))
    f = Surfaces({"own": (net, net.init(0))}, steepness=1)
    assert np.allclose(f.answers(GRID)["own"], net.compile().predict(net.init(0), GRID)[:, 0])


@pytest.mark.parametrize(
    ("networks", "options", "words"),
    [
        ({}, {}, "1 to 3 networks"),
        ([HALF], {}, "1 to 3 networks"),
        ({str(n): HALF for n in range(4)}, {}, "1 to 3 networks"),
        ({"a": 3}, {}, "int is no network"),
        ({"a": {"w1": [[1, 0]], "v": [0]}}, {}, "w1"),
        ({"a": {"w1": [1, 0], "b1": [0]}}, {}, "no matrix"),
        ({"a": {"w1": [[1, "x"]], "b1": [0]}}, {}, "no arrays"),
        ({"a": {"w1": [[1, 0], [1, 1]], "b1": [0, 0]}}, {}, "2 outputs"),
        ({"a": {"w1": [[1, 0, 1]], "b1": [0]}}, {}, "Surfaces: a: it has 3 inputs"),
        ({"a": {"w1": [[1, float("nan")]], "b1": [0]}}, {}, "finite"),
        ({"a": (Network(2, Dense(2, softmax)), {"w1": np.eye(2), "b1": np.zeros(2)})}, {}, "2 outputs"),
        ({"a": HALF}, {"x": (1, 0)}, "smaller end first"),
        ({"a": HALF}, {"y": 3}, "no pair"),
        ({"a": HALF}, {"point": (9, 0)}, "not between"),
        ({"a": HALF}, {"point": 9}, "no pair"),
        ({"a": HALF}, {"steepness": 0}, "not between"),
    ],
)
def test_what_does_not_fit_is_said(networks, options, words):
    with pytest.raises(DeriveError, match=words):
        Surfaces(networks, **options)
