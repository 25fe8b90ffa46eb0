"""Losses: values by hand, slopes by SymPy, domains, and what becomes of them at saturation."""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np
import pytest
from sympy import Abs, Interval, Symbol, cosh, diff, log, simplify

from derive.checking import check
from derive.errors import DeriveError, DomainError
from derive.layers import Dense, Residual
from derive.losses import (
    LOSSES,
    Loss,
    categorical_cross_entropy,
    cross_entropy,
    half_sum_of_squares,
    squared_error,
    sum_of_squares,
)
from derive.network import Network
from derive.ops import ACTIVATIONS, Activation, identity, relu, sigmoid, softmax, softplus, tanh

EVERY = [*LOSSES.values(), categorical_cross_entropy]
A = np.array([[0.2, 0.7], [0.5, 0.25], [0.9, 0.4]])
Y = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
S = float(((A - Y) ** 2).sum())

# the formula of each, written out for NumPy by hand
BY_HAND = {
    squared_error: S / 6,
    half_sum_of_squares: S / 2,
    sum_of_squares: S,
    cross_entropy: -(np.log(0.8) + np.log(0.7) + 2 * np.log(0.5) + np.log(0.25) / 2 + np.log(0.75) / 2 + np.log(0.9) + np.log(0.6)
                     - np.log(0.5)) / 3,
    categorical_cross_entropy: -(np.log(0.7) + np.log(0.5) / 2 + np.log(0.25) / 2 + np.log(0.9)) / 3,
}  # fmt: skip


# Every loss after every output activation that it accepts.
FITTING = [
    pytest.param(kind, loss, id=f"{loss.__name__} after {kind.__name__}")
    for kind, loss in product(ACTIVATIONS.values(), EVERY)
    if kind.range.is_subset(loss.after.get(kind, loss).domain)
]


def test_the_table():
    assert list(LOSSES) == ["squared_error", "half_sum_of_squares", "sum_of_squares", "cross_entropy"]
    assert all(loss.__name__ == name for name, loss in LOSSES.items())


@pytest.mark.parametrize("loss", EVERY)
def test_values_by_hand(loss):
    """The outputs are set by the inputs: a one-layer network with the inverse of sigmoid before it."""
    net = Network(2, Dense(2, sigmoid), loss=loss)
    p = {"w1": np.eye(2), "b1": np.zeros(2)}
    C, _ = net.compile().value_and_grad(p, np.log(A / (1 - A)), Y)
    assert C == pytest.approx(BY_HAND[loss], rel=1e-13)


@pytest.mark.parametrize("loss", EVERY)
def test_the_cost_is_zero_or_stationary_where_the_output_is_the_target(loss):
    a, y = Symbol("a", positive=True), Symbol("y", positive=True)
    slope = simplify(diff(loss.entry(a, y), a).subs(a, y))
    # Categorical cross entropy is least on the simplex: its slope is the same for every output.
    assert slope == (-1 if loss is categorical_cross_entropy else 0)


@pytest.mark.parametrize(("kind", "loss"), FITTING)
def test_after_every_output_that_fits_all_ways_agree(kind, loss):
    check(Network(1, Dense(2, kind), loss=loss), rng=1)


# --- The two outputs that cancel.


def deltas(net):
    return net.backprop().batch.of("delta" + str(len(net.layers)))


@pytest.mark.parametrize(("kind", "assumed"), [(sigmoid, False), (softmax, True)])
def test_cross_entropy_leaves_the_difference_of_output_and_target(kind, assumed):
    net = Network(3, Dense(4, tanh), Dense(2, kind), loss=cross_entropy)
    adjoint = deltas(net)
    a, y, m = (net.equations.quantities[n] for n in ("a2", "y", "z2"))
    j, s = adjoint.equation.indices
    assert m.axes == a.axes == y.axes
    assert simplify(adjoint.equation.rhs * s.axis.size - (a[j, s] - y[j, s])) == 0
    assuming = [step.assuming for step in adjoint.steps if step.assuming is not None]
    assert bool(assuming) == assumed
    if assumed:
        assert assuming[0].text == "the targets of a sample add up to 1" and assuming[0].value == 1
    assert "delta2 = (a2 - y)/m" in net.compile().source


def test_without_the_sum_of_the_targets_the_gradient_is_another():
    """a - y is the gradient only where the targets add up to 1: it is stated for a reason."""
    net = Network(3, Dense(2, softmax), loss=cross_entropy)
    f, p = net.compile(), net.init(1)
    X, half = np.ones((1, 3)), np.array([[0.2, 0.3]])
    f.value_and_grad(p, X, half)
    h = 1e-5
    for place in np.ndindex(p["w1"].shape):
        ends = [f.value_and_grad({**p, "w1": p["w1"] + sign * h * (np.arange(6).reshape(2, 3) == np.ravel_multi_index(place, (2, 3)))},
                                 X, half)[0] for sign in (1, -1)]  # fmt: skip
        assert abs((ends[0] - ends[1]) / (2 * h) - f.value_and_grad(p, X, half)[1]["w1"][place]) > 1e-3


# --- Saturation.

FAR = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [1.0, 1.0], [-1.0, 1.0], [0.0, 0.0]])
TARGETS = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])


@pytest.mark.parametrize(("kind", "loss"), FITTING)
def test_at_saturation_there_is_no_nan_and_no_warning(kind, loss):
    net = Network(2, Dense(2, kind), loss=loss)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype, w in product(("float64", "float32"), (np.eye(2), -np.eye(2), np.array([[1.0, -1.0], [1.0, 1.0]]))):
            f = net.compile(dtype)
            C, g = f.value_and_grad({"w1": 1000 * w, "b1": np.zeros(2)}, FAR, TARGETS)
            assert np.isfinite(C)
            for gradient in g.values():
                assert np.isfinite(gradient).all() and gradient.dtype == dtype
            assert np.isfinite(f.predict({"w1": 1000 * w, "b1": np.zeros(2)}, FAR)).all()


@pytest.mark.parametrize("output", [sigmoid, softmax, identity])
@pytest.mark.parametrize("kind", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_at_saturation_of_a_hidden_layer_there_is_no_nan_and_no_warning(kind, output):
    net = Network(2, Dense(2, kind), Dense(2, output), loss=squared_error if output is identity else cross_entropy)
    p = {"w1": 1000 * np.eye(2), "b1": np.zeros(2), "w2": np.array([[1.0, -1.0], [1.0, 1.0]]), "b2": np.zeros(2)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in ("float64", "float32"):
            C, g = net.compile(dtype).value_and_grad(p, FAR, TARGETS)
            assert np.isfinite(C) and all(np.isfinite(v).all() and v.dtype == dtype for v in g.values())


@pytest.mark.parametrize(
    ("kind", "z", "y", "cost"),
    [
        (sigmoid, [1000.0, -1000.0], [1.0, 0.0], 0.0),
        (sigmoid, [1000.0, -1000.0], [0.0, 0.0], 1000.0),
        (sigmoid, [-1000.0, 1000.0], [1.0, 0.0], 2000.0),
        (sigmoid, [40.0, 0.0], [0.0, 0.5], 40.0 + np.log(2)),
        (softmax, [1000.0, -1000.0], [1.0, 0.0], 0.0),
        (softmax, [1000.0, -1000.0], [0.0, 1.0], 2000.0),
        (softmax, [1000.0, 999.0], [0.0, 1.0], 1 + np.log1p(np.exp(-1.0))),
    ],
)
def test_cross_entropy_at_saturation_is_right_and_not_only_finite(kind, z, y, cost):
    f = Network(2, Dense(2, kind), loss=cross_entropy).compile()
    C, g = f.value_and_grad({"w1": np.eye(2), "b1": np.zeros(2)}, np.array([z]), np.array([y]))
    assert C == pytest.approx(cost, rel=1e-13, abs=1e-300)
    a = f.predict({"w1": np.eye(2), "b1": np.zeros(2)}, np.array([z]))
    np.testing.assert_allclose(g["b1"], (a - y)[0], atol=1e-15)


@pytest.mark.parametrize("equations", [
    ("z = w*x + b", "a = sigma(z)", "C = -(y*ln(a) + (1 - y)*ln(1 - a))"),
    ("a = sigma(w*x + b)", "C = -(y*ln(a) + (1 - y)*ln(1 - a))"),
])  # fmt: skip
def test_written_cross_entropy_is_stable_too(equations):
    f = Network.from_equations(equations).compile()
    p = {"w": np.array(1000.0), "b": np.array(0.0)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        C, g = f.value_and_grad(p, np.array([[1.0], [-1.0]]), np.array([[0.0], [0.0]]))
    assert C == pytest.approx(500.0) and g["w"] == pytest.approx(0.5)


# --- Domains.

REFUSED = [(kind, loss) for kind in (tanh, relu, softplus, identity) for loss in (cross_entropy, categorical_cross_entropy)]


@pytest.mark.parametrize(("kind", "loss"), REFUSED)
def test_a_loss_whose_domain_the_output_leaves_is_refused(kind, loss):
    with pytest.raises(DomainError) as caught:
        Network(2, Dense(3, kind), loss=loss)
    text = str(caught.value)
    assert text.startswith(f"output layer: the outputs of {kind.__name__} lie in ")
    assert f"but {loss.__name__} needs [0, 1]" in text
    assert "sigmoid or softmax" in text


def test_the_message_names_both_ranges():
    with pytest.raises(DomainError) as caught:
        Network(2, Dense(3, tanh), loss=cross_entropy)
    assert str(caught.value) == (
        "output layer: the outputs of tanh lie in (-1, 1), but cross_entropy needs [0, 1]; use an output activation with that "
        "range, such as sigmoid or softmax, or the loss squared_error"
    )


def test_only_the_output_layer_has_to_fit():
    Network(2, Dense(3, tanh), Dense(2, sigmoid), loss=cross_entropy)


def test_a_residual_output_can_leave_the_domain():
    """a + sigma(z) is larger than 1 for some a, whatever the range of sigma."""
    with pytest.raises(DomainError, match="output layer: "):
        Network(2, Residual(Dense(2, sigmoid)), loss=cross_entropy)


def test_cross_entropy_becomes_categorical_after_softmax_alone():
    assert cross_entropy.for_output(softmax) is categorical_cross_entropy
    assert cross_entropy.for_output(sigmoid) is cross_entropy
    assert squared_error.for_output(softmax) is squared_error


# --- A teacher's own.


class log_cosh(Loss):
    entry = lambda a, y: log(cosh(a - y))


class absolute_cube(Loss):
    entry = lambda a, y: Abs(a - y) ** 3
    mean = False


class log_loss(Loss):
    """Cross entropy of the first kind only, with a domain of its own."""

    entry = lambda a, y: -y * log(a)
    domain = Interval.open(0, 1)
    targets = "unit"


@pytest.mark.parametrize("loss", [log_cosh, absolute_cube])
@pytest.mark.parametrize("kind", [tanh, identity, softmax])
def test_a_loss_of_ones_own_is_differentiated_like_any_other(loss, kind):
    check(Network(3, Dense(2, kind), loss=loss), rng=2)


def test_a_domain_of_ones_own_is_respected():
    check(Network(3, Dense(2, sigmoid), loss=log_loss))
    with pytest.raises(DomainError, match=r"needs \(0, 1\)"):
        Network(3, Dense(2, tanh), loss=log_loss)


def test_an_activation_of_ones_own_says_its_range():
    class half_tanh(Activation):
        latex = "h"
        formula = lambda z: (1 + tanh(z)) / 2
        range = Interval.open(0, 1)

    check(Network(3, Dense(2, half_tanh), loss=cross_entropy), rng=1)


def test_a_loss_without_an_entry_is_refused():
    with pytest.raises(DeriveError, match="loss bare: it lacks entry"):
        type("bare", (Loss,), {})
