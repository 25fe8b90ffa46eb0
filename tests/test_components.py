"""Functions of arrays written index by index: ||Wx||^2 with the indicator and its collapse, and whatever else can be written so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import KroneckerDelta

from derive.components import Components
from derive.errors import DeriveError, Disagreement, ReadError, ShapeError
from derive.matrix_graph import check_shape

SQUARED_LENGTH = ["q_i = sum(W_ij*x_j, j)", "f = sum(q_i^2, i)"]
VECTORISED = ["h_i = sigma(sum(W_ij*x_j, j) + c_i)", "f = sum(v_i*h_i, i) + b"]
TWO_LAYERS = ["z_j = sum(U_jk*x_k, k)", "a_j = tanh(z_j)", "y_j = sum(V_jk*a_k, k)", "f = sum((y_j - t_j)^2, j)/2"]
QUADRATIC = ["f = sum(x_i*A_ij*x_j, i, j)"]


def test_squared_length_in_components_and_in_matrices():
    f = Components(SQUARED_LENGTH)
    assert str(f).splitlines() == ["qᵢ = Σⱼ Wᵢⱼ xⱼ", "f  = Σᵢ qᵢ²"] and "\\sum" in f._repr_latex_()
    assert str(f.backprop()).splitlines() == ["∂f/∂qᵢ  = 2qᵢ", "∂f/∂Wᵢⱼ = 2qᵢ xⱼ", "∂f/∂xⱼ  = 2Σᵢ Wᵢⱼ qᵢ"]
    assert f.backprop().unicode(form="matrix").splitlines() == ["∂f/∂q = 2q", "∂f/∂W = 2(q xᵀ)", "∂f/∂x = 2(Wᵀ q)"]
    assert len(f.backprop()) == 3 and f.backprop()["q"].name == "dq"


@pytest.mark.parametrize("name", ["q", "W", "x"])
def test_the_indicator_and_its_collapse_are_steps_and_each_step_is_proved(name):
    derivation = Components(SQUARED_LENGTH).backprop().derivation(name)
    steps = derivation.steps
    marked = [n for n, step in enumerate(steps) if step.after.has(KroneckerDelta)]
    collapse = [n for n, step in enumerate(steps) if step.before.has(KroneckerDelta) and not step.after.has(KroneckerDelta)]
    assert marked and len(collapse) == 1 and "indicator" in steps[collapse[0]].why and "[" in str(derivation)
    proofs = derivation.verify()
    assert len(proofs) == len(steps) and all(proof.verdict == "proved" for proof in proofs)


def test_a_planted_wrong_step_is_found():
    derivation = Components(SQUARED_LENGTH).backprop().derivation("W")
    last = derivation.steps[-1]
    with pytest.raises(Disagreement):
        replace(derivation, steps=(*derivation.steps[:-1], replace(last, after=2 * last.after))).verify()


def test_the_derivation_prints_as_on_the_board():
    assert str(Components(SQUARED_LENGTH).backprop().derivation("W")).splitlines() == [
        "∂f/∂Wᵢⱼ = Σₖ ∂f/∂qₖ ∂qₖ/∂Wᵢⱼ                chain rule",
        "        = Σₖ ∂f/∂qₖ ∂/∂Wᵢⱼ (Σₚ Wₖₚ xₚ)      definition of q",
        "        = Σₖ ∂f/∂qₖ Σₚ xₚ [i = k] [j = p]   derivative of a sum, term by term",
        "        = xⱼ ∂f/∂qᵢ                         only equal indices remain",
        "        = 2qᵢ xⱼ                            put in ∂f/∂q",
    ]


def test_squared_length_in_numbers():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(2, 3)), rng.normal(size=3)
    f = Components(SQUARED_LENGTH)
    g, q = f.graph(), w @ x
    assert g.forward(W=w, x=x) == pytest.approx(q @ q)
    gradients = g.backward()
    np.testing.assert_allclose(g.gradient("q"), 2 * q)
    np.testing.assert_allclose(gradients["W"], 2 * np.outer(q, x))
    np.testing.assert_allclose(gradients["x"], 2 * w.T @ q)
    at = f.backprop().derivation("W").at({"W": w, "x": x}, i=2, j=3)
    assert float(at.value) == pytest.approx(gradients["W"][1, 2])
    with pytest.raises(ShapeError, match=r"dC/dW: the gradient has the shape \(3, 2\), and W has \(2, 3\)"):
        check_shape(gradients["W"].T, w, "W")


@pytest.mark.parametrize("equations", [SQUARED_LENGTH, VECTORISED, TWO_LAYERS, QUADRATIC])
def test_arrays_and_their_entries_have_the_same_gradients(equations):
    """All steps proved; the matrix graph, the graph of all entries and central differences agree."""
    rng, f = np.random.default_rng(1), Components(equations)
    assert all(proof.verdict == "proved" for proof in f.backprop().verify())
    size = {axis: n + 2 for n, axis in enumerate(f.equations.axes)}
    at = {q.name: rng.normal(size=tuple(size[axis] for axis in q.axes)) for q in f.equations.given}
    shapes = {name: np.shape(value) for name, value in at.items() if np.ndim(value)}
    sized = Components(equations, **shapes)
    arrays, entries = f.graph(), sized.graph("scalar")
    assert arrays.forward(at) == pytest.approx(entries.forward(at))
    gradients = arrays.backward()
    entries.backward()
    for name, gradient in gradients.items():
        assert np.shape(gradient) == np.shape(at[name])
        np.testing.assert_allclose(np.asarray(entries.gradient(name), dtype=float), gradient, rtol=1e-12)
        step = 1e-6 * rng.normal(size=np.shape(at[name]))
        change = arrays.forward({**at, name: at[name] + step}) - arrays.forward({**at, name: at[name] - step})
        assert change / 2 == pytest.approx(np.sum(step * gradient), rel=1e-5, abs=1e-13)


def test_the_vectorised_graph_is_drawn_with_shapes():
    """v . sigma(W x + c) + b with W 2 by 3."""
    f = Components(VECTORISED, W=(2, 3))
    svg = f.graph().svg()
    assert all(f">{label}<" in svg for label in ("2×3", "3", "2", "number", "@", "σ", "⊙", "Σ", "G xᵀ", "G ⊙ σ′(q₂)"))
    assert ">nᵢ×nⱼ<" in Components(SQUARED_LENGTH).graph().svg()
    assert f.backprop().unicode(form="matrix").splitlines()[1] == "∂f/∂W = (v ⊙ σ'(W x + c)) xᵀ"


def test_letters_may_be_used_again_for_other_axes():
    f = Components(TWO_LAYERS, U=(4, 3), t=2)
    assert f.graph().shape("V") == (2, 4) and str(f).splitlines()[2] == "yⱼ = Σₖ Vⱼₖ aₖ"
    assert len({axis.name for axis in f.equations.axes}) == 3


def test_two_letters_on_one_axis():
    """What stands in both places of x runs as far as x does."""
    f = Components(QUADRATIC)
    assert len(f.equations.axes) == 1 and f.backprop().unicode(form="matrix").splitlines()[1] == "∂f/∂x = A x + Aᵀ x"


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        ([], "no equations"),
        ("f = x", "is no list of equations"),
        (["q_i = x_i"], "the last equation defines the array q, expected a number"),
        (["q_i = W_ij*x_j", "f = sum(q_i, i)"], "the equation of q: the index j is free on the right side but not on the left"),
        (["f = sum(x_i)"], "equation 1: a sum needs the indices that it runs over"),
        (["f = sum(x_i^2, x_i)"], "a sum needs the indices"),
        (["f = sum(x_i, j)"], "equation 1: nothing has the index j"),
        (["f = sum(x_i, i) + x"], "the number of indices of x is 1 here and 0 elsewhere"),
        (["f = i*sum(x_i, i)"], "equation 1: i is an index here"),
        (["q_i = i*x_i", "f = sum(q_i, i)"], "equation 1: i is an index here"),
        (["p = sum(q_i, i)", "q_i = x_i", "f = p"], "equation 1: q is used before it is defined"),
        (["q_i = x_i", "q_i = y_i", "f = sum(q_i, i)"], "q is defined twice"),
        (["f_ii = x_i"], "f_ii has one index twice"),
        (["f = y_blue"], "the index b is free"),
    ],
)
def test_equations_that_cannot_be(equations, message):
    with pytest.raises(DeriveError, match=message):
        Components(equations)


def test_what_cannot_be_read_has_a_caret():
    with pytest.raises(ReadError, match="never closed"):
        Components(["f = sum(x_i, i"])


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ({"W": (2, 3), "x": 4}, r"x is given the shape \(4,\), expected \(3,\)"),
        ({"W": (2,)}, r"W is given the shape \(2,\), expected \(n_i, n_j\)"),
        ({"W": (2, -1)}, "a whole number for each index"),
        ({"x": 2.5}, "a whole number"),
        ({"Q": 2}, "Q is in no equation; there are W, x, q, f"),
    ],
)
def test_shapes_that_do_not_fit(shapes, message):
    with pytest.raises(DeriveError, match=message):
        Components(SQUARED_LENGTH, **shapes)
    with pytest.raises(ShapeError, match=r"expected \(2, 2\)|expected \(n_i, n_i\)"):
        Components(QUADRATIC, A=(2, 3))


def test_all_entries_need_sizes():
    with pytest.raises(DeriveError, match="how far the index i runs is not known"):
        Components(SQUARED_LENGTH).graph("scalar")
