"""Graphs of whole arrays: shapes on the edges, gradients as by the scalars and by the generated code."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from sympy import Symbol

from derive.components import Components
from derive.equations import Equation, Equations
from derive.errors import DeriveError, DomainError, ShapeError
from derive.graph import Graph
from derive.indices import Axis, Index, Quantity, summed
from derive.layers import Dense
from derive.losses import cross_entropy
from derive.matrix_gates import Contraction
from derive.matrix_graph import MatrixGraph, check_shape
from derive.network import Network
from derive.ops import identity, relu, sigmoid, softmax, softplus, tanh

# v . sigma(W x + b^h) + b, with W 2 by 3
VECTORISED = Network(3, Dense(2, sigmoid), Dense(1, identity))


def data(net, samples=None, seed=0):
    rng = np.random.default_rng(seed)
    p = net.init(rng)
    shape = () if samples is None else (samples,)
    n_out = net.n_out
    y = rng.dirichlet(np.ones(n_out), size=shape or None) if net.loss.targets == "distribution" else rng.random((*shape, n_out))
    return p, rng.normal(size=(*shape, net.n_in)), y


def test_vectorised_graph_is_the_scalar_one_entry_by_entry():
    net = VECTORISED
    p, x, y = data(net)
    matrix, scalar = Graph.of_network(net), Graph.of_network(net, "scalar")
    value, expected = net.compile().value_and_grad(p, x[None], y[None])
    at = {**p, "x": x, "y": y}
    assert matrix.forward(at) == pytest.approx(value) and scalar.forward(at) == pytest.approx(value)
    gradients = matrix.backward()
    scalar.backward()
    for name in ("w1", "b1", "w2", "b2"):
        np.testing.assert_allclose(gradients[name], expected[name], rtol=1e-12)
        np.testing.assert_allclose(scalar.gradient(name).astype(float), gradients[name], rtol=1e-12)
        assert gradients[name].shape == p[name].shape
    assert gradients["w1"].shape == (2, 3) == matrix.shape("w1")


def test_gradients_are_written_with_matrices():
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in str(Graph.of_network(VECTORISED)).splitlines()}
    assert rows["w¹"] == "variable 2×3 G xᵀ from q₁" and rows["x"].startswith("variable 3 w¹ᵀ G")
    assert rows["b¹"] == "variable 2 G from z¹" and rows["z¹"] == "+ of q₁, b¹ 2 G ⊙ σ′(z¹) from a¹"
    assert rows["w²"] == "variable 1×2 G a¹ᵀ from q₂"
    batch = {line.split()[0]: " ".join(line.split()[1:]) for line in str(Graph.of_network(VECTORISED, "batch")).splitlines()}
    assert batch["X"].startswith("variable m×3 G w¹") and batch["b¹"].startswith("variable 2 Gᵀ 𝟏")


def test_what_is_repeated_receives_a_sum():
    """A number that multiplies a vector receives a number, and so on: what is said has the shape of what receives it."""

    def said(equations):
        lines = (re.split(r" {2,}", line) for line in str(Components(equations).graph()).splitlines()[1:])
        return {line[0]: line[-1].rpartition(" from ")[0] for line in lines}

    found = said(["q_i = b*x_i + c", "f = sum(q_i^2, i)"])
    assert found["b"] == "Σ (G ⊙ x)" and found["x"] == "G ⊙ b" and found["c"] == "Σ G"
    found = said(["q_ij = r_i*A_ij + c_j", "f = sum(q_ij^2, i, j)"])
    assert found["r"] == "(G ⊙ A) 𝟏" and found["A"] == "G ⊙ r" and found["c"] == "Gᵀ 𝟏"
    assert said(["f = sum(x_i, i)*(-1)"])["q₁"] == "−G"


NETWORKS = [
    Network.dense(3, 4, 2, activation=tanh, output=sigmoid, loss=cross_entropy, l2=0.3),
    Network(4, Dense(3, relu), Dense(2, softmax), loss=cross_entropy),
    Network(3, Dense(2, softplus), Dense(3, tanh, tie="w1", transpose=True)),
    Network(2, Dense(5, sigmoid, bias=False), Dense(1, identity)),
]


@pytest.mark.parametrize("net", NETWORKS)
@pytest.mark.parametrize("samples", [None, 5])
def test_networks(net, samples):
    p, x, y = data(net, samples)
    g = Graph.of_network(net, "matrix" if samples is None else "batch")
    value, expected = net.compile().value_and_grad(p, np.atleast_2d(x), np.atleast_2d(y))
    assert g.forward({**p, "x": x, "y": y}) == pytest.approx(value)
    gradients = g.backward()
    for name, gradient in expected.items():
        np.testing.assert_allclose(gradients[name], gradient, rtol=1e-9, atol=1e-12)


def test_a_batch_may_have_any_size():
    g = Graph.of_network(VECTORISED, "batch")
    for samples in (1, 7, 3):
        p, x, y = data(VECTORISED, samples)
        assert g.forward({**p, "x": x, "y": y}) == pytest.approx(VECTORISED.compile().value_and_grad(p, x, y)[0])
        assert g.shape("x") == (samples, 3)


def test_sizes_that_are_symbols_are_drawn():
    n = Symbol("n", integer=True, positive=True)
    g = Graph.of_network(Network(n, Dense(2, sigmoid)))
    assert "2×n" in str(g) and ">2×n<" in g.svg()


def test_shapes_stand_on_the_edges():
    svg = Graph.of_network(VECTORISED).svg()
    found = [e.text for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"2×3", "1×2", "3", "2", "1", "number", "G xᵀ", "w¹ᵀ G", "G ⊙ σ′(z¹)", "@", "σ", "+", "x²", "Σ"} <= set(found)


def test_what_does_not_fit():
    p, x, y = data(VECTORISED)
    g = Graph.of_network(VECTORISED)
    at = {**p, "x": x, "y": y}
    for changed, message in (
        ({"x": x[:2]}, "x has the shape 2, expected 3"),
        ({"w1": p["w1"].T}, "w1 has the shape 3×2, expected 2×3"),
        ({"b1": 1.0}, "b1 has the shape of one number, expected 2"),
        ({"z1": 1.0}, "z1 is computed"),
        ({"q": 1.0}, "q is not in the graph"),
    ):
        with pytest.raises(DeriveError, match=message):
            g.forward({**at, **changed})
    with pytest.raises(DeriveError, match="no value for w1"):
        g.forward({k: v for k, v in at.items() if k != "w1"})
    with pytest.raises(DeriveError, match="no values yet"):
        g.backward()
    with pytest.raises(DeriveError, match="form"):
        Graph.of_network(VECTORISED, "tensor")
    assert g.value("w1") is None and g.gradient("w1") is None
    with pytest.raises(DomainError, match="overflow"):
        g.forward({**at, "w2": np.full((1, 2), 1e200)})


BAD_ENTRIES = [
    ("sum(ln(x_i), i)", [1, -2], [1, 2], "node q₁ = ln of x: the logarithm of a negative number is complex, at entry 2 = −2"),
    ("sum(ln(x_i), i)", [0, 1], [1, 2], "the logarithm of 0 does not exist, at entry 1 = 0"),
    ("sum(1/x_i, i)", [1, 0], [1, 2], "node q₁ = 1/x of x: division by zero, at entry 2 = 0"),
    ("sum(sqrt(x_i), i)", [-1, 1], [1, 2], "the square root of a negative number is complex, at entry 1 = −1"),
    ("sum(exp(x_i), i)", [1000, 1], [1, 2], "overflow: .*, at entry 1 = 1000"),
    ("sum(x_i, i)*sum(x_i, i)", [1e200, 1], [1, 2], r"node f = .*: overflow: .* up to 1·10²⁰⁰"),
]


@pytest.mark.parametrize(("right", "bad", "good", "message"), BAD_ENTRIES)
def test_entries_without_a_value(right, bad, good, message):
    """The error names the node and the entry, and the graph stays as it was."""
    g = Components([f"f = {right}"]).graph()
    g.forward(x=good)
    before = g.backward()["x"]
    with pytest.raises(DomainError, match=message):
        g.forward(x=bad)
    np.testing.assert_array_equal(g.backward()["x"], before)


def test_an_entry_without_a_derivative():
    g = Components(["f = sum(|x_i|, i)"]).graph()
    assert g.forward(x=[1, 0, -2]) == 3
    with pytest.raises(DomainError, match=r"node q₁ = \|x\| of x: it has a kink .*, at entry 2 = 0"):
        g.backward()
    g.forward(x=[1, 3, -2])
    np.testing.assert_array_equal(g.backward()["x"], [1, 1, -1])


def test_a_batch_that_fails_leaves_the_one_before():
    """Also where the number of samples, and with it the factor 1/m, is another."""
    g = Graph.of_network(VECTORISED, "batch")
    (p, x, y), (_, more_x, more_y) = data(VECTORISED, 3), data(VECTORISED, 5)
    g.forward({**p, "x": x, "y": y})
    before = g.backward()
    with pytest.raises(DomainError, match="overflow"):
        g.forward({**p, "x": more_x, "y": more_y, "w2": np.full((1, 2), 1e200)})
    assert g.shape("x") == (3, 3)
    for name, gradient in g.backward().items():
        np.testing.assert_array_equal(gradient, before[name])


@pytest.mark.parametrize("value", ["abc", [[1, 2, 3], [1, 2]], [float("nan"), 1, 2], [float("inf"), 1, 2], [1j, 1, 2], [None, 1, 2]])
def test_values_that_are_no_arrays(value):
    p, _, y = data(VECTORISED)
    with pytest.raises(DeriveError, match=r"the value of x: .* is no array of finite real numbers"):
        Graph.of_network(VECTORISED).forward({**p, "x": value, "y": y})
    for no_dict in ("a", [1, 2]):
        with pytest.raises(DeriveError, match="expected a dict of values"):
            Graph.of_network(VECTORISED).forward(no_dict)


def test_a_gradient_has_its_variables_shape():
    check_shape(np.zeros((2, 3)), np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"the gradient has the shape \(3, 2\), and W has \(2, 3\)"):
        check_shape(np.zeros((3, 2)), np.ones((2, 3)), "W")
    with pytest.raises(ShapeError, match=r"\(\).*\(1,\)"):
        check_shape(0.0, [0.0])


N, K = Axis("n"), Axis("k")
W, X = Quantity("W", (N, K), "weight"), Quantity("x", (K,), "parameter")


def test_a_gate_that_sends_back_a_transpose_is_found(monkeypatch):
    """The shape check is made at the end of every backward pass."""
    g = Graph.of_network(VECTORISED)
    p, x, y = data(VECTORISED)
    g.forward({**p, "x": x, "y": y})
    right = Contraction.back
    monkeypatch.setattr(Contraction, "back", lambda *given: right(*given).T)
    with pytest.raises(ShapeError, match=r"the gradient has the shape \(2, 1\), and w2 has \(1, 2\)|\(3, 2\), and w1 has \(2, 3\)"):
        g.backward()


def test_names_made_up_do_not_clash():
    i, j = Index("i", N), Index("j", K)
    q1 = Quantity("q1", (N,))
    lines = Equation(q1, (i,), summed(W[i, j] * X[j], [j]) ** 2), Equation(Quantity("f", (), "loss"), (), summed(q1[(i,)] ** 2, [i]))
    g = MatrixGraph(Equations(lines, (W, X)), {N: 2, K: 3})
    w, x = np.arange(6.0).reshape(2, 3), np.ones(3)
    assert g.forward(W=w, x=x) == ((w @ x) ** 4).sum() and len({n.name for n in g.nodes}) == len(g.nodes)
    np.testing.assert_allclose(g.backward()["W"], 4 * np.outer((w @ x) ** 3, x))
