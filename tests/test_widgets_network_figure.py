"""The network with numbers in it: every neuron's formula agrees with the derived code, and so does what is nudged."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from derive import Network, cross_entropy, softmax, squared_error, tanh
from derive.errors import DeriveError
from derive.layers import Dense, Residual
from derive.losses import sum_of_squares
from derive.ops import identity, relu, sigmoid, softplus
from derive.widgets import NetworkFigure
from derive.widgets.base.plugged import added, dotted, equals, factor, kept, tex
from derive.widgets.base.static import as_html
from derive.widgets.networks.formulas import Looked, error

P = {"w1": [[0.3, 0.2], [-0.4, 0.6]], "b1": [0.1, -0.2], "w2": [[0.5, -1.0]], "b2": [0.3]}


def small(**kw):
    return NetworkFigure((2, 2, 1), {n: np.array(v) for n, v in P.items()}, x=[1.0, 2.0], y=[1.0], **kw)


def size(picture):
    return re.match(r'<svg [^>]*width="(\d+)" height="(\d+)"', picture).groups()


def tied():
    return Network(3, Dense(4, tanh, bias=False), Dense(3, tanh, tie="w1", transpose=True), l2=0.1)


NETWORKS = [
    Network.dense(2, 3, 1),
    Network.dense(2, 3, 2, activation=relu, output=softmax, loss=cross_entropy),
    Network.dense(2, 3, 2, loss=cross_entropy, l2=0.1),
    Network.dense(2, 2, 1, activation=softplus, output=identity, loss=sum_of_squares),
    Network.dense(3, 3, 3, output=softmax, loss=squared_error),
    Network(3, Dense(3, softmax), Dense(1, sigmoid, bias=False)),
    tied(),
]


def test_the_formula_of_a_neuron_has_its_numbers():
    frame = small().frame()
    assert frame.lines[0] == r"$\displaystyle z^{1}_{1} = w^{1}_{11} x_{1} + w^{1}_{12} x_{2} + b^{1}_{1}$"
    assert frame.lines[1] == r"$\displaystyle z^{1}_{1} = 0.3 \cdot 1 + 0.2 \cdot 2 + 0.1 = 0.8$"
    a = 1 / (1 + np.exp(-0.8))
    assert frame.lines[2] == rf"$\displaystyle a^{{1}}_{{1}} = \sigma(z^{{1}}_{{1}}) = \sigma(0.8) \approx {a:.4g}$"
    assert len(frame.lines) == 4 and len(frame.later) == 3


def test_the_second_neuron_and_its_bias():
    f = small()
    f.press("down")
    assert r"-0.4 \cdot 1 + 0.6 \cdot 2 - 0.2 = 0.6" in f.frame().lines[1]
    f.press("next")
    f.press("next")
    assert f.at == Looked(1, 1, None) and f.values["k"] == 0 and f.values["value"] == -0.2
    assert "b¹₂ = −0.2" in f.frame().picture


def test_backward_has_deltas_and_gradients():
    f = small()
    f.set("backward", True)
    frame = f.frame()
    p = {n: np.array(v) for n, v in P.items()}
    trace = f.wired.code.trace(p, np.array([[1.0, 2.0]]), np.array([[1.0]]))
    delta, slope = trace["delta1"][0, 0], trace["dw1"][0, 0]
    assert len(frame.lines) == 7 and not frame.later
    assert frame.lines[4] == r"$\displaystyle \delta^{1}_{1} = w^{2}_{11} \delta^{2}_{1} \, \sigma'(z^{1}_{1})$"
    assert frame.lines[5].endswith(rf"\approx {tex(delta)}$")
    assert r"\frac{\partial C}{\partial w^{1}_{11}} = \delta^{1}_{1} x_{1}" in frame.lines[6] and frame.lines[6].endswith(rf"{tex(slope)}$")
    assert frame.picture.count("δ = ") == 3 and "∂C/∂w = " in frame.picture and "Backward: δ = " in frame.text


@pytest.mark.parametrize("net", NETWORKS, ids=repr)
def test_what_the_formulas_multiply_is_what_the_derived_code_has(net):
    f = NetworkFigure(net)
    wired, trace = f.wired, f.wired.trace()
    for layer in range(1, wired.depth + 1):
        up = wired.upstream(layer, trace)
        for j in range(wired.sizes[layer]):
            if not np.isnan(wired.slope(layer, trace, j)):
                np.testing.assert_allclose(up[j] * wired.slope(layer, trace, j), trace[f"delta{layer}"][j], atol=1e-12)
            for k in [*range(wired.sizes[layer - 1]), *([None] if wired.layers[layer - 1].bias else [])]:
                name, place = wired.entry(layer, j, k)
                uses = wired.uses(name, place)
                assert (layer, j, k) in uses
                sent = sum(trace[f"delta{n}"][i] * (1 if h is None else trace[f"a{n - 1}"][h]) for n, i, h in uses)
                sent += net.l2 * wired.p[name][place] if k is not None else 0
                np.testing.assert_allclose(trace[f"d{name}"][place], sent, atol=1e-12)


@pytest.mark.parametrize("net", NETWORKS, ids=repr)
def test_walking_goes_through_every_parameter_once_and_back(net):
    f = NetworkFigure(net)
    f.set("backward", True)
    assert not f.enabled("previous")
    seen, sizes, counts = [f.at], {size(f.frame().picture)}, set()
    while f.enabled("next"):
        f.press("next")
        frame = f.frame()
        seen.append(f.at)
        sizes.add(size(frame.picture))
        counts.add(len(frame.lines) + len(frame.later))
    used = sum(a * (b + layer.bias) for a, b, layer in zip(f.wired.sizes[1:], f.wired.sizes, f.wired.layers, strict=False))
    assert len(seen) == len(set(seen)) == used
    assert len(sizes) == len(counts) == 1
    while f.enabled("previous"):
        f.press("previous")
        seen.pop()
        assert f.at == seen[-1]
    assert len(seen) == 1


def test_a_nudge_runs_through_the_network():
    f = small()
    f.set("layer", 2)
    f.set("k", 2)
    before = f.frame()
    assert 'class="s3"' not in before.picture.partition("looked at")[0]
    f.set("value", -0.9)
    frame = f.frame()
    assert "w²₁₂ was −1; changed: a²₁." in frame.text
    assert r"\Delta C" in frame.lines[3] and r"\cdot 0.1" in frame.lines[3]
    f.set("layer", 1)
    f.set("value", 1.0)
    assert "changed: a¹₁, a²₁." in f.frame().text or "changed: a¹₂, a²₁." in f.frame().text
    C = float(f.trace["C"])
    p = {n: np.array(v) for n, v in P.items()}
    p["w2"][0, 1] = -0.9
    name, place = f.wired.entry(f.at.layer, f.at.j, f.at.k)
    p[name][place] = 1.0
    assert C == pytest.approx(f.wired.code.value_and_grad(p, np.array([[1.0, 2.0]]), np.array([[1.0]]))[0], abs=0)
    assert f.enabled("reset")
    f.press("reset")
    assert not f.enabled("reset") and f.wired.p["w2"][0, 1] == -1
    f.set("value", 2.0)
    assert f.enabled("reset")


def test_a_given_array_is_not_changed():
    p = {n: np.array(v) for n, v in P.items()}
    f = NetworkFigure((2, 2, 1), p)
    f.set("value", 2.0)
    assert p["w1"][0, 0] == 0.3


def test_a_tied_weight_is_marked_and_added_up_at_both_places():
    f = NetworkFigure(tied())
    f.set("backward", True)
    frame = f.frame()
    assert frame.picture.count('opacity="0.55"') == 2
    assert r"\delta^{1}_{1} x_{1} + \delta^{2}_{1} a^{1}_{1} + \lambda w^{1}_{11}" in frame.lines[6]
    assert "W¹ᵀ again, 3 × 4" in frame.picture and "12 parameters" in frame.picture and "15 parameters" in frame.text
    f.set("k", 1)
    assert f.at.k == 0


def test_shapes_and_parameter_counts_of_3_4_5():
    frame = NetworkFigure((3, 4, 5)).frame()
    assert all(s in frame.picture for s in ("W¹ 4 × 3, b¹ 4", "16 parameters", "W² 5 × 4, b² 5", "25 parameters"))
    assert "41 parameters, 164 B in float32" in frame.text


def test_wide_layers_and_long_sums_are_shortened():
    f = NetworkFigure(Network(8, Dense(30, tanh), Dense(10, softmax), loss=cross_entropy))
    f.set("j", 18)
    f.set("k", 5)
    frame = f.frame()
    assert frame.picture.count('class="box"') == 15 and "a¹₁₈" in frame.picture and ">x₅<" in frame.picture
    assert frame.lines[0].count(r"\dots") == 2 and r"w^{1}_{18,5} x_{5}" in frame.lines[0]
    f.set("layer", 2)
    assert f.at == Looked(2, 9, 4) and f.values["j"] == 10
    assert r"\frac{e^{z^{2}_{10}}}{\sum_p e^{z^{2}_p}}" in f.frame().lines[2]


def test_the_outputs_error_is_the_difference_where_the_derivation_says_so():
    for net, plain in ((NETWORKS[1], True), (NETWORKS[2], True), (NETWORKS[0], False), (NETWORKS[4], False)):
        f = NetworkFigure(net)
        line = error(f.wired, f.trace, Looked(2, 0, 0))[0]
        assert (line == r"$\displaystyle \delta^{2}_{1} = a^{2}_{1} - y_{1}$") == plain
    f = NetworkFigure(NETWORKS[3])
    assert error(f.wired, f.trace, Looked(2, 0, 0))[0] == r"$\displaystyle \delta^{2}_{1} = 2(a^{2}_{1} - y_{1})$"


def test_state_comes_back():
    f = small()
    f.press("next")
    f.set("value", 1.5)
    f.set("backward", True)
    f.press("down")
    f.press("next")
    f.set("value", -2.0)
    state = json.loads(json.dumps(f.state()))
    g = small()
    g.restore(state)
    assert g.frame() == f.frame() and g.state() == f.state()


@pytest.mark.parametrize(
    "bad",
    [
        {"changes": [["w9", 0, 1.0]]},
        {"changes": [["w1", 99, 1.0]]},
        {"changes": 3},
        {"changes": [["w1", 0, 1e9]]},
        {"was": "x"},
        {"value": 99},
        {"nothing": 1},
        {"changes": [["w1", 0, "a"]], "backward": True},
    ],
)
def test_a_bad_state_changes_nothing(bad):
    f = small()
    f.set("value", 1.5)
    before = f.state()
    with pytest.raises(DeriveError):
        f.restore(bad)
    assert f.state() == before


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: NetworkFigure("2-3-1"), "expected a network or sizes"),
        (lambda: NetworkFigure(Network(2, Residual(Dense(2, tanh)))), "layer 1: it is a Residual; only dense layers"),
        (lambda: NetworkFigure(Network.from_equations(["a = w*x", "C = (a-y)^2"])), "written equations has no layers"),
        (lambda: NetworkFigure((2, 3, 1), x=[1.0]), r"x has shape \(1,\), expected \(2,\)"),
        (lambda: NetworkFigure((2, 3, 1), y=["a"]), "not numbers"),
        (lambda: NetworkFigure((2, 3, 1), {"w1": np.zeros((3, 2))}), "the parameter b1 is missing"),
        (lambda: NetworkFigure((2, 3, 1), [1]), "params is a list"),
        (lambda: NetworkFigure((2, 5000, 1)), "expected numbers up to 1000"),
        (lambda: NetworkFigure(NETWORKS[2], y=[2.0, 0.0]), "probabilities"),
    ],
)
def test_other_networks_and_arrays_are_refused_in_a_sentence(make, said):
    with pytest.raises(DeriveError, match=said) as info:
        make()
    assert "\n" not in str(info.value)


def test_one_neuron_has_no_sliders_without_a_choice():
    f = NetworkFigure((1, 1))
    assert "layer" not in f.values and "j" not in f.values
    f.press("next")
    assert f.at == Looked(1, 0, None) and not f.enabled("next")
    assert not f.enabled("down")


def test_large_weights_do_not_stop_it():
    f = NetworkFigure(Network.dense(1, 1, loss=cross_entropy), {"w1": np.array([[3000.0]]), "b1": np.zeros(1)}, x=[1.0], y=[0.0])
    f.set("backward", True)
    assert "nan" not in as_html(f)


def test_a_frame_traces_nothing_again(monkeypatch):
    f = small()
    calls = []
    original = f.wired.trace
    monkeypatch.setattr(f.wired, "trace", lambda: calls.append(1) or original())
    f.frame()
    assert not calls
    f.set("value", 1.0)
    f.frame()
    assert len(calls) == 1


def test_numbers_in_formulas():
    assert tex(0.1 + 0.2) == "0.3" and tex(1.234567e-7) == r"1.235 \cdot 10^{-7}" and tex(-0.0) == "0"
    assert factor(-0.5) == "(-0.5)" and factor(2) == "2"
    assert equals([0.1 + 0.2, 0.5]) == "=" and equals([1 / 3]) == r"\approx"
    assert kept(4) == [0, 1, 2, 3] and kept(9) == [0, 1, None, 8] and kept(9, 4) == [0, 1, None, 4, None, 8]
    assert kept(9, 2) == [0, 1, 2, None, 8] and kept(5, 7) == [0, 1, None, 4]
    assert dotted(list("abcdef"), None, ["g"]) == r"a + b + \dots + f + g" and added(["1", "-2"]) == "1 - 2"
