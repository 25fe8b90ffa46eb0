"""The hand-written backpropagation against central differences and against figures worked out on paper."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from derive.reference import ACTIVATIONS, LOSSES, Layer, value_and_grad

SWISH = (
    lambda z: z / (1 + np.exp(-z)),
    lambda z: 1 / (1 + np.exp(-z)) + z * np.exp(-z) / (1 + np.exp(-z)) ** 2,
)
QUARTIC = (lambda a, y: float(np.mean((a - y) ** 4)), lambda a, y: 4 * (a - y) ** 3 / a.size)
NAMED = [*ACTIVATIONS, "softmax"]
HIDDEN = [*NAMED, SWISH]
LOSS = [*LOSSES, QUARTIC]
M = 7  # samples: unlike every layer size, and not 1


def label(value):
    return value if isinstance(value, str) else "own"


def parameters(layers, shapes, rng):
    """Random parameters for layers whose matrices have the given shapes (n_out, n_in)."""
    p = {}
    for layer, (n_out, n_in) in zip(layers, shapes, strict=True):
        p[layer.weight] = rng.normal(size=(n_in, n_out) if layer.transpose else (n_out, n_in))
        if layer.bias is not None:
            p[layer.bias] = rng.normal(size=n_out)
    return p


def targets(output, loss, n_out, rng):
    """Random targets in the domain of the loss: for cross entropy probabilities, after softmax rows that sum to 1."""
    if loss != "cross_entropy":
        return rng.normal(size=(M, n_out))
    y = rng.uniform(0.05, 0.95, size=(M, n_out))
    return y / y.sum(axis=1, keepdims=True) if output == "softmax" else y


def central_differences(C, p, h=1e-5):
    """(C(p + h) - C(p - h)) / 2h for every entry of every parameter."""
    slopes = {}
    for name, array in p.items():
        slopes[name] = np.empty_like(array)
        for place in np.ndindex(array.shape):
            ends = []
            for step in (h, -h):
                moved = {key: value.copy() for key, value in p.items()}
                moved[name][place] += step
                ends.append(C(moved))
            slopes[name][place] = (ends[0] - ends[1]) / (2 * h)
    return slopes


def assert_slopes_agree(layers, loss, p, X, Y, **options):
    """Backpropagation and central differences give the same gradient, and that of every parameter."""
    _, gradients, _ = value_and_grad(layers, loss, p, X, Y, **options)
    slopes = central_differences(lambda q: value_and_grad(layers, loss, q, X, Y, **options)[0], p)
    assert gradients.keys() == p.keys()
    for name, slope in slopes.items():
        np.testing.assert_allclose(gradients[name], slope, rtol=1e-6, atol=1e-7, err_msg=name)


def case(layers, shapes, loss, seed=1, **options):
    rng = np.random.default_rng(seed)
    p = parameters(layers, shapes, rng)
    X = rng.normal(size=(M, shapes[0][1]))
    assert_slopes_agree(layers, loss, p, X, targets(layers[-1].activation, loss, shapes[-1][0], rng), **options)


# Binary cross entropy is defined where outputs lie in (0, 1): after sigmoid or an own squashing function.
SQUASH = (lambda z: np.arctan(z) / np.pi + 0.5, lambda z: 1 / (np.pi * (1 + z**2)))
OUTPUT_AND_LOSS = [
    *product(HIDDEN, [loss for loss in LOSS if loss != "cross_entropy"]),
    *product(["sigmoid", "softmax", SQUASH], ["cross_entropy"]),
]


@pytest.mark.parametrize(("output", "loss"), OUTPUT_AND_LOSS, ids=label)
def test_every_hidden_and_output_activation_under_every_loss(output, loss):
    for hidden in HIDDEN:
        layers = [Layer(hidden, "w1", "b1"), Layer(output, "w2", "b2")]
        case(layers, [(4, 3), (2, 4)], loss)


@pytest.mark.parametrize("loss", LOSS, ids=label)
def test_four_layers_of_different_sizes_with_and_without_bias(loss):
    layers = [
        Layer("tanh", "w1", "b1"),
        Layer("softmax", "w2", None),
        Layer("softplus", "w3", "b3"),
        Layer("sigmoid", "w4", "b4"),
    ]
    case(layers, [(5, 3), (4, 5), (6, 4), (2, 6)], loss)


def tanh(weight, bias, **options):
    return Layer("tanh", weight, bias, **options)


def sigmoid(weight, bias, **options):
    return Layer("sigmoid", weight, bias, **options)


SHARED = {
    "tied": ([tanh("w1", "b1"), sigmoid("w1", "b2"), tanh("w3", "b3")], [(4, 4), (4, 4), (2, 4)]),
    "tied bias": ([tanh("w1", "b"), sigmoid("w2", "b"), tanh("w3", None)], [(4, 3), (4, 4), (2, 4)]),
    "transposed": ([tanh("w1", "b1"), tanh("w2", "b2", transpose=True)], [(4, 3), (2, 4)]),
    "tied and transposed": ([sigmoid("w1", "b1"), tanh("w1", "b2", transpose=True)], [(4, 3), (3, 4)]),
    "residual": (
        [tanh("w1", "b1"), sigmoid("w2", "b2", residual=True), tanh("w3", "b3")],
        [(4, 3), (4, 4), (2, 4)],
    ),
    "residual after residual": (
        [tanh("w1", "b1"), tanh("w2", None, residual=True), tanh("w3", None, residual=True), tanh("w4", "b4")],
        [(4, 3), (4, 4), (4, 4), (2, 4)],
    ),
    "residual first layer": ([tanh("w1", "b1", residual=True), tanh("w2", "b2")], [(3, 3), (2, 3)]),
    "residual softmax": (
        [tanh("w1", "b1"), Layer("softmax", "w2", "b2", residual=True), tanh("w3", "b3")],
        [(4, 3), (4, 4), (2, 4)],
    ),
    "residual last layer": ([tanh("w1", "b1"), sigmoid("w2", "b2", residual=True)], [(4, 3), (4, 4)]),
    "residual and tied": (
        [tanh("w1", "b1"), *[tanh("w2", "b2", residual=True)] * 2, Layer("identity", "w3", "b3")],
        [(4, 3), (4, 4), (4, 4), (2, 4)],
    ),
}


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_a_variable_with_several_consumers(name, l2):
    layers, shapes = SHARED[name]
    case(layers, shapes, "squared_error", l2=l2)


def test_residual_sigmoid_output_under_cross_entropy_does_not_take_the_shortcut():
    # Small shortcut input and large negative z, so that a = x + sigma(z) stays inside (0, 1).
    rng = np.random.default_rng(3)
    p = {"w1": rng.normal(size=(3, 3)), "b1": np.full(3, -2.0)}
    X = rng.uniform(0.1, 0.3, size=(M, 3))
    layers = [Layer("sigmoid", "w1", "b1", residual=True)]
    assert_slopes_agree(layers, "cross_entropy", p, X, targets("sigmoid", "cross_entropy", 3, rng))


def test_softmax_cross_entropy_is_right_where_target_rows_do_not_sum_to_one():
    rng = np.random.default_rng(4)
    p = {"w1": rng.normal(size=(4, 3)), "b1": rng.normal(size=4)}
    X, Y = rng.normal(size=(M, 3)), rng.uniform(0.1, 2.0, size=(M, 4))
    assert_slopes_agree([Layer("softmax", "w1", "b1")], "cross_entropy", p, X, Y)


def test_central_differences_catch_a_dropped_slope():
    right = ACTIVATIONS["sigmoid"]
    dropped = (right[0], np.ones_like)
    shapes = [(4, 3), (2, 4)]
    case([Layer(right, "w1", "b1"), Layer(right, "w2", "b2")], shapes, "squared_error")
    for first, last in ((dropped, right), (right, dropped)):
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            case([Layer(first, "w1", "b1"), Layer(last, "w2", "b2")], shapes, "squared_error")


def test_named_losses_against_their_definitions():
    a, y = np.array([[0.2, 0.7, 0.1], [0.5, 0.1, 0.4]]), np.array([[0.0, 1.0, 0.0], [0.3, 0.3, 0.4]])
    m, p, layer = 2, {"w1": np.eye(3)}, Layer("identity", "w1", None)
    expected = {
        "sum_of_squares": np.sum((a - y) ** 2),
        "half_sum_of_squares": np.sum((a - y) ** 2) / 2,
        "squared_error": np.sum((a - y) ** 2) / (2 * m),
        "cross_entropy": -(
            np.log([0.8, 0.7, 0.9]).sum()
            + sum(y[1, j] * np.log(a[1, j]) + (1 - y[1, j]) * np.log(1 - a[1, j]) for j in range(3))
        ) / m,
    }
    assert expected.keys() == LOSSES.keys()
    for loss, value in expected.items():
        assert value_and_grad([layer], loss, p, a, y)[0] == pytest.approx(value, rel=1e-14), loss
    # After softmax the categorical one: z = ln a gives back a, whose rows sum to 1.
    C, _, trace = value_and_grad([Layer("softmax", "w1", None)], "cross_entropy", p, np.log(a), y)
    np.testing.assert_allclose(trace["a1"], a, rtol=1e-14)
    assert C == pytest.approx(-(np.log(0.7) + 0.3 * np.log(0.5) + 0.3 * np.log(0.1) + 0.4 * np.log(0.4)) / m, rel=1e-14)


def test_weight_decay_counts_each_weight_once_and_no_bias():
    rng = np.random.default_rng(5)
    layers = [Layer("tanh", "w1", "b1"), Layer("tanh", "w1", "b2", transpose=True), Layer("tanh", "w3", "b3")]
    p = parameters(layers, [(4, 3), (3, 4), (2, 3)], rng)
    X, Y = rng.normal(size=(M, 3)), rng.normal(size=(M, 2))
    C0, g0, _ = value_and_grad(layers, "squared_error", p, X, Y)
    for decayed, weights in {(): ("w1", "w3"), ("w1", "w1"): ("w1",), ("w3",): ("w3",)}.items():
        C, g, trace = value_and_grad(layers, "squared_error", p, X, Y, l2=0.2, decayed=decayed)
        assert C - C0 == pytest.approx(0.1 * sum((p[name] ** 2).sum() for name in weights))
        for name in p:
            extra = 0.2 * p[name] if name in weights else np.zeros_like(p[name])
            np.testing.assert_allclose(g[name] - g0[name], extra, atol=1e-15)
            np.testing.assert_array_equal(trace[f"d{name}"], g[name])


def test_loss_gradient_and_trace_of_the_network_with_a_shared_output_weight():
    # 1-2-1, sigmoid, half sum of squares; one number w3 stands on both output edges: its slope is the sum of both.
    p = {"w1": [[0.2], [-0.3]], "b1": [0.4, -0.5], "w2": [[0.1, 0.1]], "b2": [0.2]}
    layers = [Layer("sigmoid", "w1", "b1"), Layer("sigmoid", "w2", "b2")]
    C, g, trace = value_and_grad(layers, "half_sum_of_squares", p, [[0.5]], [[0.8]])
    assert trace["a2"].item() == pytest.approx(0.57359767, abs=5e-9)
    assert C == pytest.approx(0.02562901, abs=5e-9)
    assert g["w2"].sum() == pytest.approx(-0.05346101, abs=5e-9)
    assert g["b2"] == pytest.approx([-0.05537425], abs=5e-9)
    assert g["w1"].ravel() == pytest.approx([-0.00065066, -0.00062392], abs=5e-9)
    assert list(trace) == ["z2", "a2", "delta2", "z1", "a1", "delta1", "dw1", "db1", "dw2", "db2"]
    assert {name: array.shape for name, array in g.items()} == {name: np.shape(array) for name, array in p.items()}


def test_softplus_network_with_three_samples():
    p = {
        "w1": [[0.49671415], [-0.1382643]],
        "b1": [0.0, 0.0],
        "w2": [[0.64768854, 1.52302986]],
        "b2": [0.0],
    }
    layers = [Layer("softplus", "w1", "b1"), Layer("identity", "w2", "b2")]
    C, g, trace = value_and_grad(layers, "sum_of_squares", p, [[0.1], [0.53], [0.82]], [[1.2], [3.2], [1.1]])
    assert trace["a2"].ravel() == pytest.approx([1.51042023, 1.5406952, 1.56597816], abs=5e-8)
    assert C == pytest.approx(3.06678879, abs=5e-8)
    assert g["b2"] == pytest.approx([-1.76581282], abs=5e-8)
    assert g["w2"].ravel() == pytest.approx([-1.46486113, -1.16021289], abs=5e-8)
    assert g["b1"] == pytest.approx([-0.64687994, -1.29559559], abs=5e-8)
    assert g["w1"].ravel() == pytest.approx([-0.32634025, -0.69439744], abs=5e-8)


def test_one_linear_neuron():
    C, g, _ = value_and_grad([Layer("identity", "w", "b")], "sum_of_squares", {"w": [[3]], "b": [2]}, [[4]], [[5]])
    assert (C, g["w"].item(), g["b"].item()) == (81, 72, 18)


def test_nothing_overflows_where_z_is_a_thousand():
    p = {"w1": np.array([[1000.0], [-1000.0], [0.0]]), "b1": np.zeros(3)}
    Y = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    for activation, loss in product(NAMED, LOSSES):
        if loss == "cross_entropy" and activation not in ("sigmoid", "softmax"):
            continue
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            C, g, trace = value_and_grad([Layer(activation, "w1", "b1")], loss, p, [[1.0], [-1.0]], Y)
        assert np.isfinite(C), (activation, loss)
        assert all(np.isfinite(array).all() for array in [*g.values(), *trace.values()]), (activation, loss)


def test_values_where_z_is_a_thousand():
    # The wrong answer at z = +-1000 costs 1000; a right one costs ln(1 + e^-1000) = 0.
    one = {"w1": np.array([[1000.0]])}
    sure = [Layer("sigmoid", "w1", None)]
    assert value_and_grad(sure, "cross_entropy", one, [[1.0]], [[1.0]])[0] == 0
    assert value_and_grad(sure, "cross_entropy", one, [[1.0]], [[0.0]])[0] == 1000
    assert value_and_grad(sure, "cross_entropy", one, [[-1.0]], [[1.0]])[0] == 1000
    assert value_and_grad(sure, "cross_entropy", one, [[1.0]], [[0.0]])[1]["w1"].item() == 1
    two = {"w1": np.array([[1000.0], [0.0]])}
    assert value_and_grad([Layer("softmax", "w1", None)], "cross_entropy", two, [[1.0]], [[0.0, 1.0]])[0] == 1000


def test_cross_entropy_of_certain_and_right_outputs_is_zero():
    certain = [[0.0, 1.0]]
    C, g, _ = value_and_grad([Layer("identity", "w", None)], "cross_entropy", {"w": np.eye(2)}, certain, certain)
    assert C == 0
    np.testing.assert_array_equal(g["w"], [[0, 1], [0, -1]])


def test_the_slope_of_relu_at_its_kink_is_zero():
    zero = {"w1": [[0.0]], "b1": [0.0]}
    _, g, _ = value_and_grad([Layer("relu", "w1", "b1")], "sum_of_squares", zero, [[1.0]], [[1.0]])
    assert (g["w1"].item(), g["b1"].item()) == (0, 0)


def test_nothing_given_is_changed():
    rng = np.random.default_rng(6)
    layers = [Layer("tanh", "w1", "b1"), Layer("tanh", "w1", "b1", residual=True)]
    given = {**parameters(layers, [(3, 3), (3, 3)], rng), "X": rng.normal(size=(M, 3)), "Y": rng.normal(size=(M, 3))}
    before = {name: array.copy() for name, array in given.items()}
    value_and_grad(layers, "squared_error", given, given["X"], given["Y"], l2=0.1)
    for name, array in given.items():
        np.testing.assert_array_equal(array, before[name])


W, B = np.ones((2, 3)), np.ones(2)
X3, Y2 = np.ones((4, 3)), np.ones((4, 2))
REFUSED = {
    "unknown activation 'sigmod'": ([Layer("sigmod", "w", "b")], "squared_error", {"w": W, "b": B}, X3, Y2),
    "unknown loss 'mse'": ([Layer("tanh", "w", "b")], "mse", {"w": W, "b": B}, X3, Y2),
    "0 layers": ([], "squared_error", {}, X3, Y2),
    r"X \(3,\)": ([Layer("tanh", "w", "b")], "squared_error", {"w": W, "b": B}, X3[0], Y2[0]),
    "the input of layer 1": ([Layer("tanh", "w", "b")], "squared_error", {"w": W.T, "b": B}, X3, Y2),
    "bias 'b' of layer 1": ([Layer("tanh", "w", "b")], "squared_error", {"w": W, "b": B[:1]}, X3, Y2),
    r"Y has shape \(4, 1\)": ([Layer("tanh", "w", "b")], "squared_error", {"w": W, "b": B}, X3, Y2[:, :1]),
    "residual layer 1": ([Layer("tanh", "w", "b", residual=True)], "squared_error", {"w": W, "b": B}, X3, Y2),
    "strictly between 0 and 1": ([Layer("tanh", "w", None)], "cross_entropy", {"w": -W}, X3, Y2),
    "residual softmax": ([Layer("softmax", "w", None, residual=True)], "cross_entropy", {"w": np.eye(3)}, X3, X3),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_does_not_fit_is_refused(message):
    with pytest.raises(ValueError, match=message):
        value_and_grad(*REFUSED[message])
