"""Gradient norms by layer against the compiled network, the bounds that are shown, and the two output errors of a saturated neuron."""

import re

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.network import Network
from derive.ops import ACTIVATIONS, identity
from derive.training import gradient_norms
from derive.widgets.saturation import Saturation
from derive.widgets.training import norms
from derive.widgets.training.norms import SCHEMES, STEEPEST, GradientNorms, flow, samples, start

SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


@pytest.mark.parametrize("kind", STEEPEST)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_norms_are_those_of_the_derived_code(kind, scheme):
    net = Network.dense(8, 5, 5, 1, activation=ACTIVATIONS[kind], output=identity)
    p = net.init(np.random.default_rng(4), scheme)
    drawn = start((8, 5, 5, 1), scheme, 1.0, 4)
    assert list(p) == list(drawn) and all(np.array_equal(p[n], drawn[n]) for n in p)
    found = flow(3, 5, kind, scheme, 1.0, 4)
    expected = gradient_norms(net, p, *samples())
    assert found.norms == pytest.approx([expected[f"w{layer}"] for layer in (1, 2, 3)], rel=1e-10)
    trace = net.compile().trace(p, *samples())
    z = [trace[f"z{layer}"] for layer in (1, 2)]
    slope = {"sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2, "tanh": lambda z: 1 / np.cosh(z) ** 2, "relu": lambda z: z > 0}[kind]
    one, two = (slope(each).mean() for each in z)
    assert found.slopes == pytest.approx([one, two])
    assert found.guide == pytest.approx([found.norms[2] * one * two, found.norms[2] * two, found.norms[2]])


@pytest.mark.parametrize("kind", STEEPEST)
@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0])
def test_the_bound_that_is_shown_holds(kind, scale):
    for depth in range(1, 13):
        found = flow(depth, 7, kind, "scaled", scale, 1)
        bound = STEEPEST[kind] ** (depth - 1) * np.prod(found.weights[1:]) * found.deltas[-1]
        assert found.deltas[0] <= bound * (1 + 1e-9)
        assert all(mean <= STEEPEST[kind] for mean in found.slopes)


def test_rows_d5_and_e9():
    """With sigmoids the gradient vanishes, with tanh it does not."""
    vanishing, kept = GradientNorms(depth=8), GradientNorms(depth=8, activation="tanh")
    assert "the gradient vanishes" in vanishing.frame().text and "keeps about its size" in kept.frame().text
    by_layer = flow(8, 16, "sigmoid", "scaled", 1.0, 0).norms
    assert list(by_layer) == sorted(by_layer) and by_layer[0] / by_layer[-1] < 0.25**7
    lines = vanishing.frame().lines
    assert r"6.104 \cdot 10^{-5}" in lines[1] and r"\tfrac14" in lines[1] and rf"{by_layer[0] / by_layer[-1]:.3e}"[:5] in lines[0]
    assert "explodes" in GradientNorms(depth=12, activation="tanh", init="nielsen").frame().text


def test_every_control_and_its_extremes():
    figure = GradientNorms()
    sizes = set()
    for name, value in (
        ("depth", 1), ("depth", 12), ("width", 1), ("scale", 10.0), ("activation", "relu"), ("init", "nielsen"), ("width", 32),
        ("scale", 0.1), ("activation", "tanh"), ("scale", 10.0), ("seed", 20), ("activation", "sigmoid"),
    ):  # fmt: skip
        figure.set(name, value)
        frame = figure.frame()
        sizes.add(SIZE.search(frame.picture).groups())
        assert len(frame.lines) == 3 and "nan" not in frame.text + frame.picture and frame.text.count(".") >= 1
    assert len(sizes) == 1


def test_no_gradient_at_all_is_told():
    figure = GradientNorms(width=1, activation="relu", depth=12)
    told = []
    for seed in range(6):
        figure.set("seed", seed)
        told.append(figure.frame().text)
    assert any("nothing of the error" in text or "no gradient at all" in text for text in told)


def test_a_press_computes_twelve_networks_at_most_and_the_next_depth_none(monkeypatch):
    flow.cache_clear()
    figure = GradientNorms(width=9)
    calls = []
    original = norms.reference.value_and_grad
    monkeypatch.setattr(norms.reference, "value_and_grad", lambda *given: (calls.append(1), original(*given))[1])
    figure.frame()
    assert len(calls) == 12
    figure.set("depth", 3)
    figure.frame()
    assert len(calls) == 12


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        (GradientNorms, {"depth": 13}, "depth of GradientNorms: 13 is not between 1 and 12"),
        (GradientNorms, {"activation": "softmax"}, "activation of GradientNorms"),
        (GradientNorms, {"init": "zero"}, "init of GradientNorms"),
        (GradientNorms, {"scale": "1"}, "scale of GradientNorms"),
        (Saturation, {"z": 9}, "z of Saturation"),
        (Saturation, {"y": 2}, "y of Saturation"),
    ],
)
def test_what_does_not_fit_is_refused(kind, settings, said):
    with pytest.raises(DeriveError, match=said):
        kind(**settings)


@pytest.mark.parametrize("figure", [GradientNorms(depth=3), Saturation()])
def test_state(figure):
    other, kept = type(figure)(), figure.state()
    other.restore(kept)
    assert other.state() == kept and other.frame() == figure.frame()
    with pytest.raises(DeriveError):
        other.restore({**kept, next(iter(kept)): 99})
    assert other.state() == kept


# Saturation.


@pytest.mark.parametrize("z", [-8.0, -3.0, 0.0, 2.5, 8.0])
@pytest.mark.parametrize("y", [0.0, 0.3, 1.0])
def test_rows_e9_and_e5(z, y):
    figure = Saturation()
    figure.set("z", z)
    figure.set("y", y)
    a = 1 / (1 + np.exp(-z))
    squared, entropy = (float(of(z, y)) for of in figure._deltas.values())
    assert squared == pytest.approx((a - y) * a * (1 - a), rel=1e-9) and entropy == pytest.approx(a - y, rel=1e-9, abs=1e-12)
    frame = figure.frame()
    assert len(frame.lines) == 4 and SIZE.search(frame.picture).groups() == SIZE.search(Saturation().frame().picture).groups()
    assert "nan" not in frame.picture + frame.text


def test_a_saturated_neuron_that_is_wrong_is_told():
    text = Saturation(-6, 1).frame().text
    assert "wrong and saturated" in text and "−0.998 for cross entropy" in text and "407 times less" not in text
    assert "405 times less" in text and "near its target" in Saturation(6, 1).frame().text
