"""Networks: their equations, shapes and starting values, figures worked out elsewhere, and what a student is told of a mistake."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sympy import Add, Eq, Expr, Rational, Sum, Symbol, preorder_traversal, symbols
from sympy import tanh as sympy_tanh

from derive.checking import check
from derive.comparing import error
from derive.equations import Equations, uses
from derive.errors import DeriveError, DomainError, ReadError, ShapeError
from derive.expansion import Expanded, expand, work
from derive.layers import Dense, Layer, Residual
from derive.losses import cross_entropy, half_sum_of_squares, squared_error, sum_of_squares
from derive.network import Network
from derive.ops import Activation, identity, relu, sigmoid, softmax, tanh

n0, n1, n2 = symbols("n0 n1 n2")
NEURON = ["z = w*x + b", "a = sigma(z)", "C = (a - y)**2"]


class Scale(Layer):
    """a_j = g_j a_j: one gain a neuron."""

    same_width = True

    def equations(self, b, a):
        g = b.parameter("g", (b.axis,))
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), g[j] * b.entry(a, j))


# --- What a network is.


def test_names_and_shapes_follow_nielsen():
    net = Network(3, Dense(4, tanh), Dense(2, sigmoid))
    assert net.parameters == ("w1", "b1", "w2", "b2")
    assert net.shapes == {"w1": (4, 3), "b1": (4,), "w2": (2, 4), "b2": (2,)}
    assert (net.n_in, net.n_out, net.output) == (3, 2, sigmoid)
    assert [e.name for e in net.equations] == ["z1", "a1", "z2", "a2", "C"]
    assert repr(net) == "<Network 3-4-2, squared_error>"


def test_sizes_can_be_symbols_numbers_and_both():
    assert Network(n0, Dense(n1), Dense(2)).symbolic_shapes == {"w1": (n1, n0), "b1": (n1,), "w2": (2, n1), "b2": (2,)}
    assert Network(np.int64(3), Dense(Rational(2) * 2)).shapes == {"w1": (4, 3), "b1": (4,)}


def test_the_short_form_is_the_long_one():
    short = Network.dense(2, 3, 4, 1, activation=tanh, output=sigmoid, loss=cross_entropy, l2=0.1)
    long = Network(2, Dense(3, tanh), Dense(4, tanh), Dense(1, sigmoid), loss=cross_entropy, l2=0.1)
    assert short.equations == long.equations
    assert [layer.activation for layer in Network.dense(2, 3, 1).layers] == [sigmoid, sigmoid]


def test_equations_do_not_depend_on_whether_sizes_are_numbers():
    assert Network(3, Dense(3), Dense(3)).equations == Network(n0, Dense(n1), Dense(n2)).equations


def test_equal_sizes_are_different_axes():
    net = Network(3, Dense(3), Dense(3))
    assert len({axis.name for axis in net.equations.axes}) == 4
    check(Network(2, Dense(2, tanh), Dense(2)), samples=2)


def test_layers_that_share_a_weight_share_its_axes():
    tied = Network(4, Dense(3), Dense(4, tie="w1", transpose=True), Dense(3, tie="w1"))
    assert tied.parameters == ("w1", "b1", "b2", "b3")
    assert tied.equations.quantities["z3"].axes[0] == tied.equations.quantities["z1"].axes[0]
    assert tied.equations.quantities["z2"].axes[0] == tied.equations.quantities["x"].axes[0]


def test_a_bias_can_be_left_out_and_a_residual_layer_keeps_the_width():
    assert Network(3, Dense(2, bias=False)).parameters == ("w1",)
    net = Network(3, Dense(4), Residual(Dense(4, tanh)))
    a1, a2 = (net.equations.quantities[name] for name in ("a1", "a2"))
    assert a1.axes == a2.axes and uses(net.equations["a2"].rhs) == {"a1", "z2"}


def test_a_layer_of_ones_own_takes_the_width_below():
    net = Network(3, Dense(4), Scale(), Dense(2))
    assert net.shapes["g2"] == (4,)
    assert net.parameters == ("w1", "b1", "g2", "w3", "b3")


# --- The loss of one sample and of a batch.

MEANS = [squared_error, cross_entropy]
SUMS = [half_sum_of_squares, sum_of_squares]


@pytest.mark.parametrize("loss", [*MEANS, *SUMS])
@pytest.mark.parametrize("output", [sigmoid, softmax])
def test_loss_and_gradient_of_a_batch_are_means_or_sums_of_those_of_its_samples(loss, output):
    net = Network(3, Dense(4, tanh), Dense(2, output), loss=loss)
    rng = np.random.default_rng(4)
    f, p, X = net.compile(), net.init(rng, scheme="nielsen"), rng.normal(size=(5, 3))
    Y = rng.uniform(0.1, 0.9, (5, 2))
    Y /= Y.sum(axis=1, keepdims=True)
    C, g = f.value_and_grad(p, X, Y)
    each = [f.value_and_grad(p, X[[s]], Y[[s]]) for s in range(5)]
    combine = np.mean if loss in MEANS else np.sum
    assert C == pytest.approx(combine([c for c, _ in each]), rel=1e-14)
    for name, gradient in g.items():
        assert error(gradient, combine([one[name] for _, one in each], axis=0)) < 1e-15


def test_the_loss_of_a_batch_is_shown_to_be_the_mean_by_the_sum_rule():
    """With the samples written out, C of three samples is a third of C of each, and so are its derivatives."""
    net = Network(2, Dense(1, tanh))
    batch, single = expand(net, samples=3), expand(net)

    def of_sample(e, s):
        names = {q: f"{q.name}_{s}" for q in e.free_symbols if q.name[0] in "xy"}
        return e.xreplace({q: Symbol(name, real=True) for q, name in names.items()})

    mean = Add(*(of_sample(single.loss, s) for s in (1, 2, 3))) / 3
    assert (batch.loss - mean).expand() == 0
    for name, gradient in single.gradients.items():
        for place in np.ndindex(gradient.shape):
            mean = Add(*(of_sample(gradient[place], s) for s in (1, 2, 3))) / 3
            assert (batch.gradients[name][place] - mean).expand() == 0


def test_weights_decay_once_and_biases_not_at_all():
    net = Network(3, Dense(3, identity), Dense(3, identity, tie="w1"), l2=0.5)
    f, zero = net.compile(), {name: np.zeros(shape) for name, shape in net.shapes.items()}
    X, Y = np.zeros((2, 3)), np.zeros((2, 3))
    C, g = f.value_and_grad({**zero, "w1": np.eye(3)}, X, Y)
    assert C == pytest.approx(0.5 / 2 * 3)
    np.testing.assert_allclose(g["w1"], 0.5 * np.eye(3))
    assert not g["b1"].any()


# --- Figures that were worked out elsewhere.


def column(*values):
    return np.array(values)[:, None]


def test_the_network_of_softplus_units_with_its_known_gradients():
    """1-2-1, softplus, sum of squared residuals; all biases 0."""
    net = Network.from_equations(
        [
            "z1 = w1*x + b1", "y1 = softplus(z1)",
            "z2 = w2*x + b2", "y2 = softplus(z2)",
            "yhat = w3*y1 + w4*y2 + b3",
            "SSR = (y - yhat)**2",
        ],
        over="sum",
    )  # fmt: skip
    # With the four weights rounded to 8 digits the gradients below agree to 7 only.
    w = (0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254)
    p = {f"w{n}": value for n, value in enumerate(w, 1)} | {"b1": 0.0, "b2": 0.0, "b3": 0.0}
    X, Y = column(0.1, 0.53, 0.82), column(1.2, 3.2, 1.1)
    f = net.compile()
    np.testing.assert_allclose(f.predict(p, X)[:, 0], [1.51042023, 1.5406952, 1.56597816], atol=5e-9)
    C, g = f.value_and_grad(p, X, Y)
    assert C == pytest.approx(3.06678879, abs=5e-9)
    known = {"b3": -1.76581282, "w3": -1.46486113, "w4": -1.16021289, "b1": -0.64687994, "w1": -0.32634025, "b2": -1.29559559,
             "w2": -0.69439744}  # fmt: skip
    assert {name: float(value) for name, value in g.items()} == pytest.approx(known, abs=5e-9)
    # Both hidden units with w1 and b1 is another network: a mistake that shows in the numbers.
    mixed = {**p, "w2": p["w1"], "b2": p["b1"]}
    np.testing.assert_allclose(f.predict(mixed, X)[:, 0], [1.559, 1.809, 1.991], atol=5e-4)
    check(net)


SHARED = [
    "z1 = w1*x + b1", "a1 = sigma(z1)",
    "z2 = w2*x + b2", "a2 = sigma(z2)",
    "z3 = w3*a1 + w3*a2 + b3", "yhat = sigma(z3)",
    "L = (yhat - y)**2/2",
]  # fmt: skip


def test_the_network_with_a_shared_weight_and_its_known_gradients():
    """1-2-1, sigmoid, half sum of squares; both hidden outputs have the same weight w3."""
    net = Network.from_equations(SHARED)
    p = {"w1": 0.2, "w2": -0.3, "b1": 0.4, "b2": -0.5, "w3": 0.1, "b3": 0.2}
    f = net.compile()
    assert f.predict(p, column(0.5))[0, 0] == pytest.approx(0.57359767, abs=5e-9)
    L, g = f.value_and_grad(p, column(0.5), column(0.8))
    assert L == pytest.approx(0.02562901, abs=5e-9)
    for name, value in (("w3", -0.05346101), ("b3", -0.05537425), ("w1", -0.00065066), ("w2", -0.00062392)):
        assert float(g[name]) == pytest.approx(value, abs=5e-9)
    trace = f.trace(p, column(0.5), column(0.8))
    each = [float(trace["dz3"][0] * trace[a][0]) for a in ("a1", "a2")]
    assert float(g["w3"]) == pytest.approx(sum(each)) and abs(sum(each)) > max(map(abs, each)), "both uses count"
    check(net)


# --- Written networks.


def written(equations, **options):
    return Network.from_equations(equations, **options)


def test_an_equation_can_be_a_text_a_pair_or_sympys():
    w, x, b, z, a, y, C = symbols("w x b z a y C")
    texts = written(NEURON)
    pairs = written([("z", w * x + b), (a, sigmoid(z)), ("C", (a - y) ** 2)])
    equal = written([Eq(z, w * x + b), Eq(a, sigmoid(z)), Eq(C, (a - y) ** 2)])
    assert texts.equations == pairs.equations == equal.equations
    assert texts.parameters == ("b", "w")


def test_several_inputs_and_targets_are_columns_in_their_order():
    net = written(["a = u*x1 + v*x2", "C = (a - y1)**2 + (a - y2)**2"], inputs="x2, x1", targets=["y1", "y2"])
    assert (net.n_in, net.n_out) == (2, 2)
    f = net.compile()
    assert f.predict({"u": 1.0, "v": 10.0}, np.array([[2.0, 3.0]]))[0, 0] == 3 + 20
    check(net)


def test_the_output_can_be_named():
    net = written(NEURON, output="z")
    assert net.compile().predict({"w": 2.0, "b": 1.0}, column(3.0))[0, 0] == 7


def test_samples_are_averaged_or_added():
    mean, total = written(NEURON), written(NEURON, over="sum")
    p, X, Y = {"w": 0.3, "b": -0.1}, column(1.0, 2.0, -1.0), column(0.0, 1.0, 0.5)
    (C, g), (D, h) = mean.compile().value_and_grad(p, X, Y), total.compile().value_and_grad(p, X, Y)
    assert 3 * C == pytest.approx(D) and 3 * g["w"] == pytest.approx(h["w"])


# Names that a text may well have, and that generated code needs for itself.
AWKWARD = ["m", "X", "Y", "p", "np", "s", "j", "n0", "lambda", "len", "sigmoid_", "C_", "x_1", "E", "I", "beta", "dw", "zip"]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_parameter_may_have_any_name(name):
    check(written([f"yhat = {name}*x + b", "C = (yhat - y)**2"]))


@pytest.mark.parametrize(
    "equations",
    [
        ["yhat = w*x", "C = abs(yhat - y)"],
        ["yhat = max(0, w*x)", "C = (yhat - y)**2"],
        ["yhat = relu(w*x)", "C = (yhat - y)**2 + w**2"],
        ["yhat = exp(w*x)/(1 + exp(b))", "C = (yhat - y)**2"],
        ["yhat = sqrt(w**2 + 1)*x", "C = (yhat - y)**2"],
        ["u = w**2", "v = u*w", "yhat = v*x", "C = (yhat - y)**2 + u"],
        ["u = x**2", "yhat = w*u", "C = (yhat - y)**2"],
        ["yhat = w*x + b", "r = yhat - y", "C = r**2/2"],
        ["a = w*x", "b = w*a", "c = w*b", "C = (c - y)**2"],
    ],
    ids=lambda equations: "; ".join(equations),
)
def test_written_networks_of_many_kinds(equations):
    check(written(equations))


@pytest.mark.parametrize(
    ("equations", "idle"),
    [
        (["u = v*x", "a = w*x", "C = (a - y)**2"], "v"),
        (["a = w*x", "C = (x - y)**2"], "w"),
        (["a = w*x", "C = 0*(a - y)**2"], "w"),
    ],
    ids=str,
)
def test_a_parameter_without_effect_on_the_loss_has_the_gradient_zero(equations, idle):
    net = written(equations)
    p = dict.fromkeys(net.parameters, 0.5)
    _, g = net.compile().value_and_grad(p, column(1.0, 2.0), column(0.0, 1.0))
    assert g[idle] == 0 and set(g) == set(p)


# --- Starting values.


def test_starting_values():
    net = Network.dense(400, 300, 200)
    scaled, nielsen = net.init(7), net.init(7, scheme="nielsen")
    assert {name: value.shape for name, value in scaled.items()} == net.shapes
    assert scaled["w1"].std() == pytest.approx(400**-0.5, rel=0.01) and scaled["w2"].std() == pytest.approx(300**-0.5, rel=0.01)
    assert not scaled["b1"].any()
    assert nielsen["w1"].std() == pytest.approx(1, rel=0.01) and nielsen["b1"].std() == pytest.approx(1, rel=0.2)
    assert abs(nielsen["w1"].mean()) < 0.01
    again, other = net.init(np.random.default_rng(7)), net.init(8)
    assert all((scaled[name] == again[name]).all() for name in scaled)
    assert (scaled["w1"] != other["w1"]).any()


# --- Scalars.


def test_the_expansion_of_a_neuron():
    net = Network(1, Dense(1, tanh))
    found = expand(net)
    assert isinstance(found, Expanded)
    w, b, x, y = (found.symbols[name].item() for name in ("w1", "b1", "x", "y"))
    assert [s.name for s in (w, b, x, y)] == ["w1_1_1", "b1_1", "x_1", "y_1"]
    a = sympy_tanh(w * x + b)
    assert (found.loss - (a - y) ** 2 / 2).simplify() == 0
    assert (found.gradients["w1"].item() - (a - y) * (1 - a**2) * x).simplify() == 0


def test_the_expansion_has_the_shapes_of_the_arrays():
    net = Network(3, Dense(1, relu), Dense(4, softmax), loss=cross_entropy, l2=0.1)
    found = expand(net, samples=2)
    assert {name: g.shape for name, g in found.gradients.items()} == net.shapes
    assert {name: found.symbols[name].shape for name in net.shapes} == net.shapes
    assert found.symbols["x"].shape == (2, 3) and found.symbols["y"].shape == (2, 4)
    assert [s.name for s in found.symbols["x"][1]] == ["x_1_2", "x_2_2", "x_3_2"]
    plain = found.loss.free_symbols
    assert plain == {s for name in found.symbols for s in found.symbols[name].flat}, "constants are numbers, sizes too"
    assert not found.loss.has(Sum) and not found.loss.has(Activation)
    assert found.loss.coeff(found.symbols["w1"][0, 0] ** 2) == Rational(1, 20)


def test_the_sizes_of_an_expansion():
    net = Network(n0, Dense(n1), Dense(1))
    for sizes in ({n0: 3, n1: 2}, {0: 3, 1: 2}, {n0: 3, 1: 2}, (3, 2, 1), [3, 2, 1]):
        assert expand(net, sizes).symbols["w1"].shape == (2, 3)
    assert net.expand({n0: 2, n1: 2}).symbols["w2"].shape == (1, 2)
    assert expand(Network(5, Dense(4)), {1: 2}).symbols["w1"].shape == (2, 5), "a number can be replaced"
    shared = Network(n0, Dense(n0, tie=None), Dense(n0, tie="w1"))
    assert expand(shared, {n0: 2}).symbols["w1"].shape == (2, 2)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        (None, "expand: the size n0 is a symbol; give it a number: sizes={n0: 2}"),
        ({n0: 2}, "expand: the size n1 is a symbol; give it a number: sizes={n1: 2}"),
        ({n0: 0, n1: 2}, "the size n0: it is 0, expected a whole number of at least 1"),
        ({n0: 2.5, n1: 2}, "the size n0: it is 2.5, expected a whole number"),
        ({n2: 2}, "expand: n2 is no size of this network; there are n0, n1, 0, 1, 2"),
        ({7: 2}, "expand: 7 is no size of this network"),
        ((2, 3), "expand: 2 sizes were given, expected 3, from the input on"),
        ({n0: 20, n1: 30}, "the limit is 3e+05; give smaller sizes, for example sizes={1: 2} for layer 1"),
    ],
)
def test_sizes_that_do_not_fit_an_expansion(sizes, said):
    with pytest.raises(DeriveError) as caught:
        expand(Network(n0, Dense(n1), Dense(1)), sizes)
    assert said in str(caught.value)


def test_the_estimate_of_the_work_is_near_the_truth():
    for net in (Network.dense(2, 3, 1), Network(2, Dense(2, relu), Dense(2, softmax), loss=cross_entropy)):
        sizes = net.sizes | dict.fromkeys([axis for axis in net.equations.axes if axis.name == "m"], 2)
        found = expand(net, samples=2)
        numbers = sum(g.size for g in found.gradients.values())
        nodes = sum(isinstance(part, Expr) and not part.is_Atom for part in preorder_traversal(found.loss))
        assert 0.3 < work(net, sizes) / (numbers * nodes) < 5


def test_names_that_would_meet_are_kept_apart():
    net = written(["yhat = x_1*x + b", "C = (yhat - y)**2"])
    found = expand(net, samples=2)
    every = [s for name in found.symbols for s in found.symbols[name].flat]
    assert len(set(every)) == len(every) == 6
    check(net)


# --- Mistakes, as they are told to a student.

WRONG = [
    (lambda: Network(2), "Network: a network needs at least one layer; for example Network(2, Dense(1, sigmoid))"),
    (lambda: Network(2, Dense(0)), "layer 1: the size is 0, expected at least 1"),
    (lambda: Network(-2, Dense(1)), "the input: the size is -2, expected at least 1"),
    (lambda: Network(2, Dense(3), Dense(2.5)), "layer 2: the size is 2.5, expected a whole number or a SymPy symbol"),
    (lambda: Network(2, Dense(True)), "layer 1: the size is True, expected a whole number or a SymPy symbol"),
    (lambda: Network("2", Dense(1)), "the input: the size is '2', expected a whole number or a SymPy symbol"),
    (lambda: Network(2, 3, 1), "layer 1: 3 is not a layer; for example Dense(3, sigmoid)"),
    (lambda: Network(2, Dense), "layer 1: <class 'derive.layers.Dense'> is not a layer; for example Dense(3, sigmoid)"),
    (lambda: Network.dense(2), "Network.dense: 1 sizes were given, expected at least two; for example Network.dense(2, 3, 1)"),
    (lambda: Network(2, Dense(2, tie="w1")), "layer 1: it is tied to 'w1', which is no weight of a layer below"),
    (lambda: Network(2, Dense(2), Dense(2, tie="w2")), "layer 2: it is tied to 'w2', which is no weight of a layer below"),
    (lambda: Network(2, Dense(2), Dense(2, tie="b1")), "layer 2: it is tied to 'b1', which is no weight of a layer below"),
    (lambda: Network(2, Dense(3), Dense(2, tie="w1")), "layer 2 has 2 neurons and layer 1 has 3, but layer 2 needs them equal"),
    (lambda: Network(2, Dense(3), Dense(4, tie="w1", transpose=True)), "layer 2 has 4 neurons and layer 0 has 2"),
    (lambda: Network(2, Residual(Dense(3))), "layer 1 has 3 neurons and layer 0 has 2, but layer 1 needs them equal"),
    (lambda: Network(2, Dense(1, tanh), loss=cross_entropy), "the outputs of tanh lie in (-1, 1), but cross_entropy needs [0, 1]"),
    (lambda: Network(2, Dense(1), l2=-1), "Network: l2 is -1, expected a number of at least 0"),
    (lambda: Network(2, Dense(1), l2=float("nan")), "Network: l2 is nan, expected a number of at least 0"),
    (lambda: Network(n0, Dense(2)).shapes, "the shape of w1 is (2, n0), expected numbers; give every layer a number as its size"),
    (lambda: Network(n0, Dense(2)).init(1), "the shape of w1 is (2, n0), expected numbers"),
    (lambda: Network(2, Dense(2)).init(1, scheme="he"), "init: the scheme is 'he', expected 'scaled' or 'nielsen'"),
    (lambda: Network(2, Dense(2)).equations["w9"], "there is no equation for 'w9'; there are z1, a1, C"),
    (lambda: Network(2, Dense(2)).backprop()["w9"], "there is no gradient called 'w9'"),
    (lambda: written([]), "from_equations: 0 equations were given, expected an output and a loss"),
    (lambda: written(["a = b2*x + c", "b2 = a", "C = (a - y)**2"]), "the equation of a: b2 is used before it is defined"),
    (lambda: written(["a = a*x", "C = (a - y)**2"]), "the equation of a: a is used before it is defined"),
    (lambda: written(["a = w*x", "a = w*x", "C = (a - y)**2"]), "a is defined twice; give every quantity a name of its own"),
    (lambda: written(["x = a*2", "C = (x - y)**2"]), "x is defined twice"),
    (lambda: written(["a = w*u", "C = (a - y)**2"]), "from_equations: x is in no equation; name the inputs and targets"),
    (lambda: written(NEURON, over="max"), "from_equations: over is 'max', expected 'mean' or 'sum'"),
    (lambda: written(NEURON, output="q"), "the output 'q' is not defined by an equation; there are z, a"),
    (lambda: written([("z", [1]), NEURON[1], NEURON[2]]), "does not define a symbol"),
    (lambda: written([3, *NEURON]), "3 is not an equation"),
    # mistakes of type
    (lambda: Network(2, Dense(2), Dense(2, tie=1)), "Dense: it is tied to 1, expected the name of a weight"),
    (lambda: Network(2, Residual(2)), "Residual: 2 is not a dense layer"),
    (lambda: Network(2, Residual(Residual(Dense(2)))), "Residual: Residual("),
    (lambda: Network(2, Dense(2, "tanh")), "Dense: the activation is 'tanh', expected a class"),
    (lambda: Network(2, Dense(2, None)), "Dense: the activation is None, expected a class"),
    (lambda: Network.dense(2, 2, activation=squared_error), "squared_error'>, expected a class of activations"),
    (lambda: Network(2, Dense(2), loss="squared_error"), "loss"),
    (lambda: Network(2, Dense(2), loss=sigmoid), "loss"),
    (lambda: Network(2, Dense(2), l2=Symbol("lambda")), "l2 is lambda"),
    (lambda: Network(2, Dense(2, transpose=True)), "transpose"),
    (lambda: Network(2, Dense(2)).init("seed"), "seed"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[said[:60] + f" ({n})" for n, (_, said) in enumerate(WRONG)])
def test_a_mistake_is_told_in_one_sentence(wrong, said):
    with pytest.raises(DeriveError) as caught:
        wrong()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_errors_have_the_class_that_says_what_is_wrong():
    for wrong, kind in (
        (lambda: Network(2, Residual(Dense(3))), ShapeError),
        (lambda: Network(2, Dense(1, tanh), loss=cross_entropy), DomainError),
        (lambda: written(["a = (w*x", "C = a"]), ReadError),
    ):
        with pytest.raises(kind):
            wrong()


def test_a_text_that_cannot_be_read_has_a_caret_under_the_place():
    with pytest.raises(ReadError) as caught:
        written(["a = w*", "C = (a - y)**2"])
    assert re.search(r"^a = w\*\n +\^$", str(caught.value), re.MULTILINE)


def test_equations_are_an_ordered_list_that_shows_itself():
    equations = Network(2, Dense(3), Dense(1)).equations
    assert isinstance(equations, Equations) and len(equations) == 5 and "a1" in equations
    assert equations.single is not None and equations.single["z1"].lhs.axes == equations["z1"].lhs.axes[:1]
    assert len(str(equations).splitlines()) == 5 and r"\sum" in equations.latex()
    assert equations["a1"].rhs.func is sigmoid, "an activation stands by its name"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (lambda: Network.from_equations(None), "None is no list of equations"),
        (lambda: Network.from_equations(["a = w*x", "C = (a-y)^2"], inputs=3), "3 is no list of names"),
        (lambda: Network.from_equations(["a = w*x", "C = (a-y)^2"], inputs="x x"), "x is named twice"),
        (lambda: Network.from_equations(["a = w*x", "C = (a-y)^2"], targets=[]), "there is no target"),
        (lambda: Network.from_equations(["a = w*x*y", "C = (a-y)^2"]), "every equation before the loss uses the targets"),
        (lambda: Network(2, Dense(2), Dense(2, tie="w²")), "tied to 'w²', which is no weight"),
        (lambda: Network(2, Dense(2)).equations.latex(notation="x"), "expected a Notation"),
        (lambda: Network(2, Dense(2)).expand(5), "the sizes are 5"),
    ],
)
def test_more_mistakes_are_told_in_one_sentence(given, told):
    with pytest.raises(DeriveError, match=re.escape(told)) as raised:
        given()
    assert "\n" not in str(raised.value)
