"""Bumps: the network made by hand and its error, the polynomial activations that fail, training in pieces, all controls."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.widgets import Bumps
from derive.widgets.approximation import bumps as module
from derive.widgets.approximation.network import UNITS, best_output, bumps, least_error, sigma, sup
from derive.widgets.approximation.training import MOST, Learner


def size(figure) -> str:
    return re.search(r'<svg [^>]*width="(\d+)" height="(\d+)"', figure.frame().picture).groups()


def text(figure) -> str:
    return figure.frame().text


def test_a_bump_is_two_sigmoids():
    figure = Bumps("sin(3*x)", bumps=5, steepness=50)
    x = np.linspace(0, 1, 401)
    edges = [-0.2, 0.2, 0.4, 0.6, 0.8, 1.2]
    by_hand = sum(
        np.sin(3 * m) * (1 / (1 + np.exp(-50 * (x - a))) - 1 / (1 + np.exp(-50 * (x - b))))
        for m, a, b in zip((0.1, 0.3, 0.5, 0.7, 0.9), edges, edges[1:], strict=False)
    )
    assert figure.made(5)(x) == pytest.approx(by_hand, abs=1e-12)
    error = np.abs(np.sin(3 * x) - by_hand).max()
    assert figure.errors[4] == pytest.approx(error)
    assert f"5 bumps, 10 hidden units: the largest error is {error:.4g}, at x = 0." == text(figure)
    assert figure.frame().lines[1] == (r"bump 3: $\displaystyle 0.9975 \bigl(\sigma(50(x - 0.4)) - \sigma(50(x - 0.6))\bigr)$")
    assert "$10$ hidden units" in figure.frame().lines[2]


def test_more_and_steeper_bumps_come_closer_everywhere():
    # Both are needed: without steepness more bumps do not help.
    for f in (np.cos, lambda x: np.abs(x - 0.3), np.exp):
        x = np.linspace(0, 1, 2001)
        errors = [sup(f(x), bumps(f, (0, 1), n, 40.0 * n, sigma)(x)) for n in (5, 10, 20, 40, 80)]
        assert errors == sorted(errors, reverse=True)
        assert errors[-1] < 0.02
    flat = Bumps("cos(20*x)", steepness=10)
    assert flat.errors[39] > 0.5 > Bumps("cos(20*x)", steepness=400).errors[39]


def test_steps_miss_by_half_a_part():
    figure = Bumps("x", activation="step", bumps=10)
    assert figure.errors[9] == pytest.approx(0.05, abs=0.003)
    assert not figure.enabled("steepness")
    assert r"\operatorname{step}(x - 0.4)" in figure.frame().lines[1]


def test_the_best_output_weights_are_not_worse_in_the_mean():
    figure = Bumps(bumps=8)
    figure.set("best", True)
    by_hand = figure.made(8)(figure.xs)
    assert np.mean((figure.best - figure.ys) ** 2) <= np.mean((by_hand - figure.ys) ** 2)
    assert f"chosen best (least squares): the largest error is {sup(figure.ys, figure.best):.4g}" in text(figure)
    assert "weights chosen best" in figure.frame().picture


@pytest.mark.parametrize(("unit", "degree"), [("z²", 2), ("z³", 3)])
def test_a_polynomial_activation_fails(unit, degree):
    figure = Bumps("sin(3*x)", activation=unit)
    bound = least_error(figure.xs, figure.ys, degree)
    best = np.polynomial.Chebyshev.interpolate(lambda t: np.sin(1.5 * (t + 1)), degree)
    assert 0.5 * sup(figure.ys, best(2 * figure.xs - 1)) < bound <= sup(figure.ys, best(2 * figure.xs - 1))
    for n in (1, 2, 3, 10, 40):
        figure.set("bumps", n)
        direct = sup(figure.ys, best_output(figure.made(n).sigmoids(figure.xs), figure.ys))
        assert figure.errors[n - 1] == pytest.approx(direct, rel=1e-6)
        assert direct >= bound
    assert f"the error of the best polynomial of degree {degree}" in text(figure)
    assert f"at or above {bound:.4g}" in text(figure)
    assert not figure.enabled("train")
    assert f"polynomial of degree {degree}" in figure.frame().lines[1]


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_the_least_error_is_that_of_chebyshev(degree):
    # Of all monic polynomials T_n / 2^(n-1) is the smallest, so x^n is missed by 1 / 2^(n-1).
    x = np.linspace(-1, 1, 4001)
    assert least_error(x, x ** (degree + 1), degree) == pytest.approx(0.5**degree, rel=1e-5)
    assert least_error(x, 3 * x**degree + 1, degree) == pytest.approx(0, abs=1e-12)


def test_training_in_pieces_and_stop():
    figure = Bumps("sin(3*x)", bumps=5)
    assert not figure.enabled("stop")
    assert not figure.enabled("forget")
    figure.press("train")
    assert figure.running
    assert not figure.enabled("train")
    start = sup(figure.ys, figure.learner(figure.xs))
    for _ in range(600):
        figure.advance()
    assert figure.learner.epochs == 1200
    end = sup(figure.ys, figure.learner(figure.xs))
    assert end < 0.1 < start
    assert f"A trained network of 10 hidden units, after 1,200 epochs: the largest error is {end:.4g}" in text(figure)
    figure.press("stop")
    assert not figure.running
    figure.press("train")  # goes on
    figure.advance()
    assert figure.learner.epochs == 1202
    figure.press("more")
    assert figure.learner is None
    assert not figure.running
    figure.advance()
    figure.press("train")
    figure.press("forget")
    assert figure.learner is None


def test_divergence_of_the_training_is_told():
    figure = Bumps("20*sin(9*x)", bumps=40)
    figure.set("rate", 10)
    figure.press("train")
    for _ in range(500):
        if figure.running:
            figure.advance()
    assert not figure.running
    assert "It diverged in epoch" in text(figure)
    assert "the learning rate 10 is too large" in text(figure)
    assert "nan" not in figure.frame().picture
    figure.set("rate", 0.01)
    figure.press("train")  # begins anew
    assert figure.learner.epochs == 0


def test_training_ends_by_itself(monkeypatch):
    monkeypatch.setattr("derive.widgets.approximation.training.MOST", 6)
    figure = Bumps(bumps=1)
    figure.press("train")
    while figure.running:
        figure.advance()
    assert figure.learner.epochs == 6 < MOST
    assert "It has learned for 6 epochs." in text(figure)


def test_what_is_typed():
    figure = Bumps("sin(3*x)")
    figure.set("f", "x^2")
    assert figure.ys == pytest.approx(figure.xs**2)
    for wrong, words in (("1/x", "no finite value at x = 0"), ("x + y", "y is in it"), ("sin(", "never closed"), ("", "This is not taken")):
        figure.set("f", wrong)
        assert words in text(figure)
        assert "x² still" in text(figure)
        assert figure.ys == pytest.approx(figure.xs**2)
    figure.set("f", "2")
    assert set(figure.ys) == {2}
    assert "taken" not in text(figure)


@pytest.mark.parametrize("activation", UNITS)
def test_the_picture_keeps_its_size(activation):
    figure = Bumps(activation=activation)
    first = size(figure)
    for act in ["more", "fewer", ("best", True), ("steepness", 900.0), "train", ("bumps", 40), ("bumps", 1), ("f", "3*x"), ("f", "0")]:
        figure.press(act) if isinstance(act, str) else figure.set(*act)
        assert size(figure) == first
        assert len(figure.frame().lines) == 3
        assert "nan" not in figure.frame().picture
    assert not figure.enabled("fewer")


def test_keys():
    figure = Bumps(bumps=39)
    for _ in range(3):
        figure.key("ArrowRight")
    assert figure.count == 40
    figure.key("ArrowLeft")
    assert figure.count == 39
    figure.press("train")
    figure.key("Escape")
    assert not figure.running


def test_state_there_and_back():
    figure = Bumps(bumps=3)
    figure.set("f", "cos(5*x)")
    figure.press("train")
    figure.advance()
    figure.set("f", "cos(")
    kept = json.loads(json.dumps(figure.state()))
    other = Bumps()
    other.restore(kept)
    figure.press("stop")
    assert other.frame() == figure.frame()
    for one in (other, figure):  # both go on in the same way
        one.press("train")
        one.advance()
    assert other.frame() == figure.frame()
    learned = {**kept["learned"], "params": {}}
    for wrong in ({"bumps": 0}, {"function": "1/x"}, {"function": 1}, {"learned": learned}, {"learned": 3}, {"bumps": 4}, {"q": 1}):
        before = other.state(), other.frame()
        with pytest.raises(DeriveError):
            other.restore({**kept, "steepness": 77.0, **wrong})
        assert (other.state(), other.frame()) == before
    fresh = Bumps()
    fresh.restore(Bumps(bumps=7).state())
    assert fresh.count == 7
    assert fresh.learner is None


def test_one_more_bump_computes_no_errors_again(monkeypatch):
    figure = Bumps()
    figure.frame()
    made: list[int] = []
    real = module.bumps
    monkeypatch.setattr(module, "bumps", lambda *given: made.append(1) or real(*given))
    figure.press("more")
    figure.frame()
    assert len(made) == 1
    figure.set("steepness", 60.0)
    figure.frame()
    assert len(made) == 1 + 41


def test_two_learners_of_one_size_begin_alike():
    one, other = Learner((0, 1), 6), Learner((0, 1), 6)
    x = np.linspace(0, 1, 5)
    assert (one(x) == other(x)).all()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"f": "x + y"}, "variables x, y"),
        ({"f": "3"}, "variables none"),
        ({"f": "1/x"}, "no finite value at x = 0"),
        ({"f": "sin("}, "never closed"),
        ({"x": (1, 0)}, "smaller end first"),
        ({"x": 1}, "no pair"),
        ({"bumps": 0}, "not between"),
        ({"steepness": 0}, "not between"),
        ({"activation": "relu"}, "no 'relu'"),
    ],
)
def test_a_teachers_mistake_is_told(settings, words):
    with pytest.raises(DeriveError, match=re.escape(words)):
        Bumps(**settings)
