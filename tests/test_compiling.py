"""Generated code: right, readable, stable, of the asked type, and clear about what it is given."""

from __future__ import annotations

import ast
import pickle
import re
import warnings
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import Max, Piecewise, Symbol, exp, symbols

from derive.checking import BY_HAND, DIFFERENCES, TOLERANCE, check
from derive.comparing import error
from derive.errors import DeriveError, ShapeError
from derive.expansion import sample_axes
from derive.indices import summed
from derive.judges import by_hand, good_point, own_sizes
from derive.layers import Dense, Layer, Residual
from derive.losses import LOSSES, categorical_cross_entropy, cross_entropy, squared_error, sum_of_squares
from derive.network import Network
from derive.ops import ACTIVATIONS, Activation, identity, relu, sigmoid, softmax, softplus, tanh

EVERY_LOSS = [*LOSSES.values(), categorical_cross_entropy]


def assert_agrees(net, seed=0, samples=3):
    """The generated gradient is that of central differences, and that of backpropagation by hand. No expansion: this is fast."""
    sizes = own_sizes(net) | dict.fromkeys(sample_axes(net), samples)
    code, rng = net.compile(), np.random.default_rng(seed)
    point, slopes, _ = good_point(net, code, sizes, rng)
    C, g = code.value_and_grad(point.p, point.X, point.Y)
    D, h, _ = by_hand(net, point)
    assert error(C, D) <= TOLERANCE[BY_HAND]
    assert list(g) == list(net.parameters)
    for name, gradient in g.items():
        assert gradient.shape == point.p[name].shape
        assert error(gradient, h[name]) <= TOLERANCE[BY_HAND], name
        assert error(gradient, slopes[name], max(1e-8, 1e-5 * abs(C))) <= TOLERANCE[DIFFERENCES], name


# --- Right: every activation with every loss that fits, at three depths, no two widths equal.

WIDTHS = {1: (), 2: (5,), 3: (5, 2)}
KINDS = list(ACTIVATIONS.values())


@pytest.mark.parametrize("depth", WIDTHS)
@pytest.mark.parametrize("loss", EVERY_LOSS)
@pytest.mark.parametrize("output", KINDS, ids=ACTIVATIONS)
def test_every_activation_and_loss_at_every_depth(output, loss, depth):
    if not output.range.is_subset(loss.after.get(output, loss).domain):
        return  # refused; see the test of losses
    assert_agrees(Network(4, *hidden_layers(output, loss, depth), Dense(3, output), loss=loss), seed=depth)


def hidden_layers(output, loss, depth):
    """Layers that take turns, so that every activation stands below every output."""
    turn = KINDS.index(output) + EVERY_LOSS.index(loss) + (2 if depth == 3 else 0)
    return [Dense(n, KINDS[(turn + at) % len(KINDS)]) for at, n in enumerate(WIDTHS[depth])]


def test_every_activation_stands_below_every_other():
    below = {(hidden_layers(kind, loss, depth)[-1].activation, kind) for kind in KINDS for loss in EVERY_LOSS[:3] for depth in (2, 3)}
    assert below == set(product(KINDS, KINDS))


def test_one_sample_and_one_neuron():
    for sizes in ((1, 1), (1, 4, 1), (4, 1, 4), (1, 1, 1)):
        assert_agrees(Network.dense(*sizes, activation=tanh), samples=1)
        assert_agrees(Network.dense(*sizes, activation=tanh, l2=0.3), samples=5)


def test_equal_sizes_everywhere():
    """Three neurons in every layer and three samples: nothing can be told apart by its size."""
    assert_agrees(Network(3, Dense(3, tanh), Dense(3, softplus), Dense(3, sigmoid)), samples=3)
    assert_agrees(Network(3, Dense(3, tanh), Residual(Dense(3, relu)), Dense(3, softmax), loss=cross_entropy), samples=3)


SHARING = {
    "tied": Network(4, Dense(4, tanh), Dense(4, sigmoid, tie="w1"), Dense(3)),
    "tied three times": Network(4, Dense(4, tanh), Dense(4, sigmoid, tie="w1"), Dense(4, tanh, tie="w1", bias=False)),
    "autoencoder": Network(5, Dense(3, tanh), Dense(2, tanh), Dense(3, tanh, tie="w2", transpose=True),
                           Dense(5, identity, tie="w1", transpose=True), l2=0.2),
    "tied and transposed at once": Network(3, Dense(3, tanh), Dense(3, tanh, tie="w1"), Dense(3, tanh, tie="w1", transpose=True)),
    "residual": Network(4, Dense(3, tanh), Residual(Dense(3, sigmoid)), Dense(2)),
    "residual first and last": Network(3, Residual(Dense(3, tanh)), Residual(Dense(3, relu, bias=False))),
    "residual, tied": Network(3, Residual(Dense(3, tanh)), Residual(Dense(3, tanh, tie="w1")), l2=0.1),
    "residual around residual": Network(2, *[Residual(Dense(2, tanh))] * 5, Dense(3, softmax), loss=cross_entropy),
    "no bias": Network(4, Dense(3, tanh, bias=False), Dense(2, sigmoid, bias=False)),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARING)
def test_variables_with_several_consumers(name):
    assert_agrees(SHARING[name], seed=3)


def test_deep():
    assert_agrees(Network.dense(*[3, 4, 2] * 5, activation=tanh))


@st.composite
def networks(draw):
    """Small networks of every kind that can be written with layers."""
    elementwise = [kind for kind in KINDS if kind is not softmax]
    width, layers = draw(st.integers(1, 4)), []
    below, matrices = width, {}
    for number in range(1, draw(st.integers(1, 4)) + 1):
        kind, bias = draw(st.sampled_from(elementwise)), draw(st.booleans())
        ties = [None, *(name for name, shape in matrices.items() if below in shape)]
        tie = draw(st.sampled_from(ties)) if draw(st.integers(0, 3)) == 0 else None
        if tie is not None:
            n_out, n_in = matrices[tie]
            transpose = n_in != below if n_in != n_out else draw(st.booleans())
            layers.append(Dense(n_in if transpose else n_out, kind, bias, tie, transpose))
        elif draw(st.integers(0, 3)) == 0:
            layers.append(Residual(Dense(below, kind, bias)))
        else:
            layers.append(Dense(draw(st.integers(1, 4)), kind, bias))
        if tie is None:
            matrices[f"w{number}"] = (layers[-1].size, below)
        below = layers[-1].size
    pairs = product(KINDS, EVERY_LOSS)
    output, loss = draw(st.sampled_from([(k, cost) for k, cost in pairs if k.range.is_subset(cost.after.get(k, cost).domain)]))
    layers.append(Dense(draw(st.integers(1, 4)), output))
    return Network(width, *layers, loss=loss, l2=draw(st.sampled_from([0.0, 0.1, 2.0])))


@settings(max_examples=24, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(networks(), st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_random_networks(net, seed, samples):
    assert_agrees(net, seed, samples)


# --- A teacher's own, from a formula alone.


class swish(Activation):
    latex = r"\operatorname{swish}"
    formula = lambda z: z * sigmoid(z)


class elu(Activation):
    latex = r"\operatorname{elu}"
    formula = lambda z: Piecewise((z, z > 0), (exp(z) - 1, True))


class leaky(Activation):
    latex = r"\operatorname{leaky}"
    formula = lambda z: Max(z, z / 10)
    kinks = (0.0,)


class flat(Activation):
    """A slope that is a number."""

    latex = r"\operatorname{flat}"
    formula = lambda z: 3 * z + 1


@pytest.mark.parametrize("kind", [swish, elu, leaky, flat])
def test_an_activation_of_ones_own(kind):
    assert_agrees(Network(3, Dense(4, kind), Dense(2, kind)), seed=1)


class Scale(Layer):
    same_width = True

    def equations(self, b, a):
        g = b.parameter("g", (b.axis,))
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), g[j] * b.entry(a, j))


def test_a_layer_of_ones_own_has_no_backward_code_and_agrees():
    check(Network(3, Dense(4, tanh), Scale(), Dense(2)), rng=1)


class Centred(Layer):
    """a_j minus the mean over the neurons, and minus the mean over the samples where there are several."""

    same_width = True

    def equations(self, b, a):
        (j, i), means = b.indices("j", "i"), 0
        if b.samples:
            (t,) = (axis.index("t") for axis in b.samples)
            means = summed(a[j, t], (t,)) / b.samples[0].size
        return b.define("a", "activation", (j,), b.entry(a, j) - summed(b.entry(a, i), (i,)) / b.axis.size - means)


def test_a_layer_that_takes_means_can_be_used_to_predict():
    net = Network(3, Dense(4, tanh), Centred(), Dense(2))
    p, X, Y = net.init(2), np.random.default_rng(0).normal(size=(5, 3)), np.zeros((5, 2))
    f = net.compile()
    trace = f.trace(p, X, Y)
    assert np.allclose(trace["a2"], trace["a1"] - trace["a1"].mean(axis=1, keepdims=True) - trace["a1"].mean(axis=0), atol=1e-15)
    assert np.array_equal(f.predict(p, X), trace["a3"])


def test_an_activation_of_ones_own_may_have_the_name_of_a_quantity():
    class w1(Activation):
        latex = "f"
        formula = lambda z: z**3

    assert_agrees(Network(2, Dense(3, w1), Dense(1, w1)))


# --- Readable: one line an equation, in NumPy that a student knows.


def body(source, function):
    (found,) = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == function]
    return [ast.unparse(statement) for statement in found.body]


def test_the_source_has_one_line_for_every_equation_with_its_label():
    net = Network(3, Dense(4, tanh), Dense(2, sigmoid), loss=cross_entropy)
    source = net.compile().source
    lines = [line.strip() for line in source.splitlines()]
    for equation in (*net.equations, *net.backprop()):
        assert len([line for line in lines[lines.index("def value_and_grad(p, X, Y):") :] if line.startswith(f"{equation.name} = ")]) == 1
    for label, name in (("BP1", "delta2"), ("BP2", "delta1"), ("BP3", "db1"), ("BP4", "dw1"), ("BP3", "db2"), ("BP4", "dw2")):
        assert any(re.fullmatch(rf"{name} = .*  # {label}", line) for line in lines), label
    assert "einsum" not in source
    assert max(map(len, lines)) < 100


def test_the_source_is_what_a_textbook_program_says():
    source = Network(3, Dense(4, tanh), Dense(2, sigmoid), loss=cross_entropy).compile().source
    for line in (
        "z1 = x @ w1.T + b1",
        "a1 = tanh(z1)",
        "z2 = a1 @ w2.T + b2",
        "a2 = sigmoid(z2)",
        "delta2 = (a2 - y)/m",
        "delta1 = (delta2 @ w2)*(1 - a1**2)",
        "dw1 = delta1.T @ x",
        "dw2 = delta2.T @ a1",
    ):
        assert line in source, line


def test_the_source_is_complete_in_itself():
    """Copied into a file it runs, without this package."""
    net = Network(3, Dense(4, softplus), Dense(2, softmax), loss=cross_entropy, l2=0.1)
    f, p, rng = net.compile(), net.init(1), np.random.default_rng(0)
    X, Y = rng.normal(size=(5, 3)), np.eye(2)[[0, 1, 1, 0, 1]]
    space = {}
    exec(f.source, space)
    C, g = space["value_and_grad"](p, X, Y)
    D, h = f.value_and_grad(p, X, Y)
    assert C == D and all((g[name] == h[name]).all() for name in h)
    assert (space["predict"](p, X) == f.predict(p, X)).all()
    imports = {node.names[0].name for node in ast.walk(ast.parse(f.source)) if isinstance(node, ast.Import | ast.ImportFrom)}
    assert imports == {"numpy"}


def test_prediction_computes_no_loss():
    lines = body(Network(3, Dense(4, tanh), Dense(2, sigmoid)).compile().source, "predict")
    assert not any(line.startswith(("C =", "delta", "y =")) for line in lines) and lines[-1] == "return a2"


def test_the_code_does_not_depend_on_widths():
    assert Network.dense(784, 30, 10).compile().source == Network.dense(*symbols("a b c")).compile().source


def test_code_for_symbolic_sizes_runs_at_every_size():
    f = Network(Symbol("a"), Dense(Symbol("b"), tanh), Dense(2)).compile()
    for n, k in ((3, 4), (1, 1), (2, 5)):
        net = Network(n, Dense(k, tanh), Dense(2))
        p, X, Y = net.init(1), np.ones((3, n)), np.zeros((3, 2))
        assert f.value_and_grad(p, X, Y)[0] == net.compile().value_and_grad(p, X, Y)[0]


def test_the_trace_has_every_named_array():
    net = Network(3, Dense(4, tanh), Residual(Dense(4, sigmoid)), Dense(2))
    p, X, Y = net.init(2), np.ones((5, 3)), np.zeros((5, 2))
    f = net.compile()
    trace = f.trace(p, X, Y)
    assert set(trace) == {e.name for e in net.equations} | {e.name for e in net.backprop()}
    assert trace["z1"].shape == (5, 4) and trace["delta3"].shape == (5, 2) and trace["dw2"].shape == (4, 4)
    np.testing.assert_allclose(trace["a1"], np.tanh(trace["z1"]))
    assert trace["C"] == f.value_and_grad(p, X, Y)[0]
    assert all((trace[f"d{name}"] == g).all() for name, g in f.value_and_grad(p, X, Y)[1].items())


def test_the_parameters_are_not_changed():
    net = Network(3, Dense(2, relu))
    p = net.init(1)
    before, X, Y = {name: value.copy() for name, value in p.items()}, np.ones((4, 3)), np.zeros((4, 2))
    _, g = net.compile().value_and_grad(p, X, Y)
    assert all((p[name] == before[name]).all() for name in p) and (X == 1).all() and (Y == 0).all()
    assert not any(np.shares_memory(g[a], p[b]) for a in g for b in p)


# --- Types.


@pytest.mark.parametrize("turn", range(len(KINDS)))
def test_single_precision_stays_single(turn):
    hidden, output = KINDS[turn], KINDS[(turn + 1) % len(KINDS)]
    loss = cross_entropy if output.range.is_subset(cross_entropy.after.get(output, cross_entropy).domain) else squared_error
    net = Network(3, Dense(4, hidden), Dense(2, output), loss=loss, l2=0.1)
    p, rng = net.init(1), np.random.default_rng(0)
    X, Y = rng.normal(size=(6, 3)), np.eye(2)[[0, 1, 1, 0, 1, 0]]
    single, double = net.compile(dtype="float32"), net.compile()
    small = {name: value.astype(np.float32) for name, value in p.items()}
    for given_p in (p, small):
        (C, g), (D, h) = single.value_and_grad(given_p, X, Y), double.value_and_grad(p, X, Y)
        assert pytest.approx(D, rel=1e-5) == C
        for name in h:
            assert g[name].dtype == np.float32 and h[name].dtype == np.float64
            assert error(g[name], h[name]) < 1e-5
    assert single.predict(p, X).dtype == np.float32
    assert {array.dtype for name, array in single.trace(p, X, Y).items() if name != "C"} == {np.dtype(np.float32)}


def test_lists_and_whole_numbers_are_taken():
    net = Network(2, Dense(1, identity), loss=sum_of_squares)
    C, g = net.compile().value_and_grad({"w1": [[1, 2]], "b1": [3]}, [[1, 1], [0, 1]], [[0], [0]])
    assert C == 36 + 25 and g["b1"].tolist() == [22.0]
    assert isinstance(C, float) and g["w1"].dtype == np.float64


def test_stable_where_every_layer_is_saturated():
    net = Network(2, Dense(3, tanh), Residual(Dense(3, softplus)), Dense(2, sigmoid), loss=cross_entropy, l2=0.1)
    p = {name: np.full(shape, 400.0) * np.where(np.arange(np.prod(shape)).reshape(shape) % 2, 1, -1) for name, shape in net.shapes.items()}
    X, Y = np.array([[1.0, -2.0], [0.0, 0.0], [-3.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in ("float64", "float32"):
            C, g = net.compile(dtype).value_and_grad(p, X, Y)
            assert np.isfinite(C) and all(np.isfinite(v).all() for v in g.values())


# --- What it is given.

NET = Network(3, Dense(4, tanh), Dense(2))
P, GOOD_X, GOOD_Y = NET.init(1), np.ones((5, 3)), np.ones((5, 2))
F = NET.compile()

WRONG = [
    (lambda: F.predict(P, GOOD_X[0]), "X has shape (3,), expected (samples, 3); rows are samples"),
    (lambda: F.predict(P, GOOD_X.T), "X has shape (3, 5), expected (samples, 3)"),
    (lambda: F.predict(P, GOOD_X[None]), "X has shape (1, 5, 3), expected (samples, 3)"),
    (lambda: F.predict(P, None), "X is no array of real numbers"),
    (lambda: F.value_and_grad(P, GOOD_X, GOOD_Y[:, :1]), "Y has shape (5, 1), expected (samples, 2)"),
    (lambda: F.value_and_grad(P, GOOD_X, GOOD_Y[:4]), "X has 5 samples and Y has 4; give one row of Y for every row of X"),
    (lambda: F.trace(P, GOOD_X, GOOD_Y[:4]), "X has 5 samples and Y has 4"),
    (lambda: Network(3, Dense(1)).compile().value_and_grad({"w1": np.ones((1, 3)), "b1": np.ones(1)}, GOOD_X, np.ones(5)),
     "Y has shape (5,), expected (samples, 1); Y.reshape(-1, 1) makes a column"),
    (lambda: F.predict({**P, "w1": P["w1"].T}, GOOD_X), "p: w1 has shape (3, 4), expected (4, 3)"),
    (lambda: F.predict({**P, "b2": P["b2"][None]}, GOOD_X), "p: b2 has shape (1, 2), expected (2,)"),
    (lambda: F.predict({"w1": P["w1"]}, GOOD_X), "p: the parameter b1 is missing; there are w1; net.init(rng) makes all of them"),
    (lambda: F.predict({}, GOOD_X), "p: the parameter w1 is missing; there are none"),
    (lambda: NET.compile(dtype="int"), "compile: dtype is 'int', expected 'float64' or 'float32'"),
    # mistakes of type, and data that is none
    (lambda: F.predict([P["w1"]], GOOD_X), "p"),
    (lambda: F.predict(P, [["a", "b", "c"]]), "X"),
    (lambda: F.predict(P, [[1, 2, 3], [1, 2]]), "X"),
    (lambda: F.predict({**P, "w1": "?"}, GOOD_X), "w1"),
    (lambda: F.value_and_grad(P, GOOD_X[:0], GOOD_Y[:0]), "X has no samples"),
    (lambda: F.predict(P, GOOD_X * 1j), "X"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[f"{said[:50]} ({n})" for n, (_, said) in enumerate(WRONG)])
def test_what_does_not_fit_is_told_in_one_sentence(wrong, said):
    with pytest.raises(DeriveError) as caught:
        wrong()
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_shapes_that_numpy_would_stretch_are_refused():
    """(5,) against (5, 1) would give a loss of 25 terms without a word."""
    net = Network(3, Dense(1))
    with pytest.raises(ShapeError):
        net.compile().value_and_grad(net.init(1), GOOD_X, np.ones((1, 1)))
    with pytest.raises(ShapeError):
        net.compile().value_and_grad({**net.init(1), "b1": np.ones(())}, GOOD_X, np.ones((5, 1)))


# --- The backward pass can be replaced, to plant a mistake.


def test_other_backward_equations_are_compiled_as_given():
    without_last = [e for e in NET.backprop() if e.name != "db1"]
    _, g = NET.compile(backward=without_last).value_and_grad(P, GOOD_X, GOOD_Y)
    assert not g["b1"].any() and g["b1"].shape == (4,) and g["w1"].any()


def test_equations_and_layers_can_be_pickled():
    for thing in (NET.equations, NET.backprop().equations, NET.layers):
        assert pickle.loads(pickle.dumps(thing)) == thing
