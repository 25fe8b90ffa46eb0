"""One gradient three ways: formula, graph, finite differences."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from sympy import Symbol, symbols

from derive.errors import DeriveError, Disagreement
from derive.ops import sigmoid
from derive.ways import ThreeWays, three_ways

w, x, b, y = symbols("w x b y")


@pytest.mark.parametrize("expr", [(w * x + b - y) ** 2, "(w*x + b - y)^2"])
def test_toy_loss(expr):
    found = three_ways(expr, {"w": 3, "x": 4, "b": 2, "y": 5})
    assert found.value == 81 and found.agree and found.verify() is found
    for name, expected in {"w": 72, "x": 54, "b": 18, "y": -18}.items():
        row = found[name]
        assert row.formula == row.graph == expected and row.differences == pytest.approx(expected, rel=1e-7)


POINTS = [
    ("sigma(w*x + b)", {"w": 0.3, "x": -1.2, "b": 0.7}),
    ("ln(1 + exp(-y*w*x)) + w^3", {"w": 0.5, "x": 1.3, "y": -1}),
    ("(sigma(w*x + b) - y)^2/2", {"w": Fraction(1, 3), "x": 2, "b": 0, "y": 1}),
    ("exp(x)*x/(1 + x^2)", {"x": 250.0}),
    ("tanh(x)*x", {"x": -1000}),
]


@pytest.mark.parametrize(("text", "at"), POINTS)
def test_any_point(text, at):
    assert three_ways(text, at).verify().agree


def test_symbols_and_a_choice():
    found = three_ways(sigmoid(w * x), {w: 1, x: 2}, wrt=[w])
    assert [row.name for row in found.rows] == ["w"] and found[Symbol("w")] is found["w"] and found.agree


def test_table():
    lines = str(three_ways("(w*x + b - y)^2", {"w": 3, "x": 4, "b": 2, "y": 5})).splitlines()
    assert lines[0] == "value 81" and lines[1].split() == ["by", "formula", "its", "value", "graph", "finite", "differences"]
    assert lines[2].split()[0] == "w" and lines[2].split()[-3:-1] == ["72", "72"]


def test_a_kink_is_named_where_the_three_cannot_agree():
    found = three_ways("3*relu(x)", {"x": 0})
    assert not found.agree and "relu has a kink at 0, and no derivative; 0 is taken" in str(found)
    with pytest.raises(Disagreement, match=r"formula 0, graph 0, finite differences 1.5; .* relu has a kink at 0"):
        found.verify()
    assert not three_ways("3*relu(x)", {"x": 1}).remarks


def test_a_planted_disagreement_is_found():
    found = three_ways("x^2", {"x": 3})
    for change in ({"graph": 5}, {"formula": 6.1}, {"differences": 6.001}):
        wrong = ThreeWays(found.value, (replace(found["x"], **change),))
        assert not wrong.agree
        with pytest.raises(Disagreement, match="derivative by x"):
            wrong.verify()


def test_a_wrong_step_is_found_though_the_numbers_agree():
    found = three_ways("x^2", {"x": 3})
    derivation = found["x"].derivation
    wrong = replace(derivation, steps=(*derivation.steps[:-1], replace(derivation.steps[-1], after=Symbol("x") * 3)))
    planted = ThreeWays(found.value, (replace(found["x"], derivation=wrong),))
    assert planted.agree
    with pytest.raises(Disagreement):
        planted.verify()


@pytest.mark.parametrize(("text", "at"), [("x + y", {"x": 1}), ("ln(x)", {"x": -1}), ("|x|", {"x": 0})])
def test_points_that_cannot_be(text, at):
    with pytest.raises(DeriveError):
        three_ways(text, at)
