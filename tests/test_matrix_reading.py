"""Answers over whole arrays: what is typed is computed as written, shapes are checked, and two readings are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive import Dense, Network, Notation, Residual, cross_entropy, relu, sigmoid, softmax, softplus, squared_error, tanh
from derive.array_latex import array_latex
from derive.array_values import evaluate
from derive.arrays import Misfit, shown
from derive.errors import DeriveError, ReadError, ShapeError
from derive.indices import SAMPLES, Axis, Quantity
from derive.matrix_reading import read_matrix
from derive.notation import LATEX

n0, n1, n2, m = Axis("n0"), Axis("n1"), Axis("n2"), Axis("m", SAMPLES)
SIZES = {n0: 3, n1: 4, n2: 2, m: 5}


def declared(batch):
    s = (m,) if batch else ()
    made = [
        Quantity("x", (n0, *s), "input", 0), Quantity("y", (n2, *s), "target"),
        Quantity("w1", (n1, n0), "weight", 1), Quantity("b1", (n1,), "bias", 1), Quantity("w2", (n2, n1), "weight", 2),
        Quantity("z1", (n1, *s), "weighted_input", 1), Quantity("a1", (n1, *s), "activation", 1),
        Quantity("z2", (n2, *s), "weighted_input", 2), Quantity("a2", (n2, *s), "activation", 2),
        Quantity("delta1", (n1, *s), "error", 1, "z1"), Quantity("delta2", (n2, *s), "error", 2, "z2"),
        Quantity("C", (), "loss"), Quantity("dw2", (n2, n1), "gradient", 2, "w2"), Quantity("u", (n1, n1), "parameter"),
    ]  # fmt: skip
    return {q.name: q for q in made}


ONE, BATCH = declared(False), declared(True)


def arrays(quantities, seed=0):
    """Random arrays by name, samples in rows, and the numbers that a formula may use."""
    rng = np.random.default_rng(seed)
    ordered = {name: sorted(q.axes, key=lambda a: a is not m) for name, q in quantities.items()}
    return {name: rng.normal(size=[SIZES[a] for a in axes]) for name, axes in ordered.items()} | {"eta": np.asarray(0.3)}


def s(z):
    return 1 / (1 + np.exp(-z))


def slope(z):
    return s(z) * (1 - s(z))


class Of:
    """Arrays by attribute, so that an expectation reads as NumPy."""

    def __init__(self, values):
        self.__dict__ |= values


# LaTeX (or None), the same without LaTeX (or None), the shape, the value in NumPy.
ONE_SAMPLE = [
    (r"(w^2)^T\delta^2\odot\sigma'(z^1)", "(w2.T @ delta2) * sigma'(z1)", "n1 × 1", lambda v: v.w2.T @ v.delta2 * slope(v.z1)),
    (r"\left((W^{2})^{\top} \delta^{2}\right) \circ \sigma'(z^{1})", "w2.T @ delta2 * sigma'(z1)", "n1 × 1",
     lambda v: v.w2.T @ v.delta2 * slope(v.z1)),
    (r"W^{(2)T}\delta^2", "w2.T@delta2", "n1 × 1", lambda v: v.w2.T @ v.delta2),
    (r"\delta^2 a^{1\top}", "delta2 @ a1.T", "n2 × n1", lambda v: np.outer(v.delta2, v.a1)),
    (r"\lVert w^2 \rVert_F^2", "sum(w2**2)", "1 × 1", lambda v: np.sum(v.w2**2)),
    (r"\|y-\frac{\|y\|^2}{2}\|_2^2", None, "1 × 1", lambda v: np.sum((v.y - v.y @ v.y / 2) ** 2)),
    (r"\|y-a^2\|_2^2", "sum((y-a2)**2)", "1 × 1", lambda v: np.sum((v.y - v.a2) ** 2)),
    (r"{w^2}^T\delta^2", "w2.T@delta2", "n1 × 1", lambda v: v.w2.T @ v.delta2),
    (r"W_2^{\mathsf{T}} \delta_2", "w2.T @ delta_2", "n1 × 1", lambda v: v.w2.T @ v.delta2),
    (r"\delta^1 x^T", "delta1 @ x.T", "n1 × n0", lambda v: np.outer(v.delta1, v.x)),
    (r"\delta^{(1)} (x)^{T}", "outer(delta1, x)", "n1 × n0", lambda v: np.outer(v.delta1, v.x)),
    (None, "(w2^T @ delta2)*sigma'(z1)", "n1 × 1", lambda v: v.w2.T @ v.delta2 * slope(v.z1)),
    (None, "2*delta1 @ x^{T}", "n1 × n0", lambda v: 2 * np.outer(v.delta1, v.x)),
    (None, "delta1 x^T", "n1 × n0", lambda v: np.outer(v.delta1, v.x)),
    (None, "w2.T delta2 * sigma'(z1)", "n1 × 1", lambda v: v.w2.T @ v.delta2 * slope(v.z1)),
    ("x^T", "x.T", "1 × n0", lambda v: v.x[None, :]),
    ("x^T x", "x.T @ x", "1 × 1", lambda v: v.x @ v.x),
    (r"w^1 x + b^1", "w1 @ x + b1", "n1 × 1", lambda v: v.w1 @ v.x + v.b1),
    (r"w^1 \cdot x", None, "n1 × 1", lambda v: v.w1 @ v.x),
    (r"\sigma(w^1 x + b^1)", "sigma(w1 @ x + b1)", "n1 × 1", lambda v: s(v.w1 @ v.x + v.b1)),
    (r"\frac12\lVert a^2-y\rVert^2", "1/2*sum((a2-y)**2)", "1 × 1", lambda v: np.sum((v.a2 - v.y) ** 2) / 2),
    (r"\frac{1}{2}\left\|a^2-y\right\|^{2}", "((a2-y)**2).sum()/2", "1 × 1", lambda v: np.sum((v.a2 - v.y) ** 2) / 2),
    (r"(a^2-y)^{\odot 2}", "(a2-y)**2", "n2 × 1", lambda v: (v.a2 - v.y) ** 2),
    (r"(a^2-y)\odot a^2\odot(1-a^2)", "(a2-y)*a2*(1-a2)", "n2 × 1", lambda v: (v.a2 - v.y) * v.a2 * (1 - v.a2)),
    (r"2(a^2 - y)", "2*(a2 - y)", "n2 × 1", lambda v: 2 * (v.a2 - v.y)),
    (r"-\eta \frac{\partial C}{\partial w^2}", "-eta*dw2", "n2 × n1", lambda v: -0.3 * v.dw2),
    (r"w^2 - \eta\,\delta^2 (a^1)^T", "w2 - eta*outer(delta2, a1)", "n2 × n1", lambda v: v.w2 - 0.3 * np.outer(v.delta2, v.a1)),
    (r"w^2 - \eta \cdot \delta^2 (a^1)^T", "w2 - eta*(delta2 @ a1.T)", "n2 × n1", lambda v: v.w2 - 0.3 * np.outer(v.delta2, v.a1)),
    (r"\mathbf{1}^T a^2", "sum(a2)", "1 × 1", lambda v: np.sum(v.a2)),
    (r"\mathbf 1^T w^2", "w2.sum(axis=0, keepdims=True)", "1 × n1", lambda v: v.w2.sum(axis=0)[None, :]),
    (r"w^2\mathbf 1", "np.sum(w2, axis=1)", "n2 × 1", lambda v: v.w2.sum(axis=1)),
    (r"\frac{a^2}{y}", "a2/y", "n2 × 1", lambda v: v.a2 / v.y),
    (r"\frac{1}{1+e^{-z^1}}", "1/(1 + np.exp(-z1))", "n1 × 1", lambda v: s(v.z1)),
    (r"\exp(z^1)", "exp(z1)", "n1 × 1", lambda v: np.exp(v.z1)),
    (r"1-\tanh(z^1)^{\odot 2}", "1 - tanh(z1)**2", "n1 × 1", lambda v: 1 - np.tanh(v.z1) ** 2),
    (r"\max(0, z^1)", "np.maximum(0, z1)", "n1 × 1", lambda v: np.maximum(0, v.z1)),
    (r"\operatorname{relu}'(z^1)", "relu'(z1)", "n1 × 1", lambda v: (v.z1 > 0) * 1.0),
    (r"\operatorname{softmax}(z^2)", "softmax(z2)", "n2 × 1", lambda v: np.exp(v.z2) / np.exp(v.z2).sum()),
    (r"|z^1|", "abs(z1)", "n1 × 1", lambda v: np.abs(v.z1)),
    (r"\sqrt{|z^1|}", "sqrt(abs(z1))", "n1 × 1", lambda v: np.sqrt(np.abs(v.z1))),
    (r"w^2 u u a^1", "w2 @ u @ u @ a1", "n2 × 1", lambda v: v.w2 @ v.u @ v.u @ v.a1),
    (r"(a^1)^T a^1 \, b^1", "(a1.T @ a1)*b1", "n1 × 1", lambda v: (v.a1 @ v.a1) * v.b1),
    ("3", "3", "1 × 1", lambda v: 3.0),
    ("-w^1 x", "-w1 @ x", "n1 × 1", lambda v: -v.w1 @ v.x),
    ("w^1(-x)", "w1 @ -x", "n1 × 1", lambda v: -v.w1 @ v.x),
    (None, "w2.T @ delta2 * z1 * 2", "n1 × 1", lambda v: v.w2.T @ v.delta2 * v.z1 * 2),
    ("$w^1 x$.", None, "n1 × 1", lambda v: v.w1 @ v.x),
]  # fmt: skip
IN_BATCH = [
    (r"\frac1m(A^2-Y)\odot\sigma'(Z^2)", "(a2 - y)*sigma'(z2)/m", "m × n2", lambda v: (v.a2 - v.y) * slope(v.z2) / 5),
    (r"(\Delta^2 w^2)\odot\sigma'(Z^1)", "delta2 @ w2 * sigma'(z1)", "m × n1", lambda v: v.delta2 @ v.w2 * slope(v.z1)),
    (r"\delta^2 W^2", "delta2 @ w2", "m × n1", lambda v: v.delta2 @ v.w2),
    (r"(\Delta^1)^T X", "delta1.T @ x", "n1 × n0", lambda v: v.delta1.T @ v.x),
    (r"(\Delta^{1})^{T}\mathbf{1}", "sum(delta1, axis=0)", "n1 × 1", lambda v: v.delta1.sum(axis=0)),
    (r"(\Delta^{1})^{T}\mathbf{1}", "delta1.sum(axis=0)", "n1 × 1", lambda v: v.delta1.sum(axis=0)),
    (r"(\Delta^{1})^{T}\mathbf{1}", "np.sum(delta1, 0)", "n1 × 1", lambda v: v.delta1.sum(axis=0)),
    (r"\frac1m(\Delta^{1})^{T}\mathbf{1}", "delta1.mean(axis=0)", "n1 × 1", lambda v: v.delta1.mean(axis=0)),
    (r"\mathbf{1}^T\Delta^1", "delta1.sum(axis=0, keepdims=True)", "1 × n1", lambda v: v.delta1.sum(axis=0)[None, :]),
    (r"X(W^1)^T + \mathbf{1}(b^1)^T", "x @ w1.T + b1", "m × n1", lambda v: v.x @ v.w1.T + v.b1),
    (r"\mathbf{1}(b^1)^T + X(W^1)^T", "b1 + x @ w1.T", "m × n1", lambda v: v.x @ v.w1.T + v.b1),
    (r"\sigma(X(w^1)^T + \mathbf{1}(b^1)^T)", "sigma(x @ w1.T + b1)", "m × n1", lambda v: s(v.x @ v.w1.T + v.b1)),
    (r"\frac{1}{2m}\lVert A^2-Y\rVert^2", "sum((a2-y)**2)/(2*m)", "1 × 1", lambda v: np.sum((v.a2 - v.y) ** 2) / 10),
    (r"\mathbf 1^T \Delta^1 \mathbf 1", "delta1.sum()", "1 × 1", lambda v: v.delta1.sum()),
    (r"\operatorname{softmax}(Z^2)", "softmax(z2)", "m × n2", lambda v: np.exp(v.z2) / np.exp(v.z2).sum(axis=1, keepdims=True)),
    (None, "mean(delta1)", "1 × 1", lambda v: v.delta1.mean()),
    (None, "delta1 * b1", "m × n1", lambda v: v.delta1 * v.b1),
    (None, "delta1.T @ x / m", "n1 × n0", lambda v: v.delta1.T @ v.x / 5),
    (None, "1/m * delta1.T @ x", "n1 × n0", lambda v: v.delta1.T @ v.x / 5),
]  # fmt: skip
ROWS = [(ONE, *row) for row in ONE_SAMPLE] + [(BATCH, *row) for row in IN_BATCH]


@pytest.mark.parametrize(("quantities", "in_latex", "typed", "shape", "expected"), ROWS)
def test_what_is_typed_is_computed_as_written(quantities, in_latex, typed, shape, expected):
    values = arrays(quantities)
    for text, form in ((in_latex, "latex"), (typed, "python")):
        if text is None:
            continue
        node = read_matrix(text, quantities, form, "eta")
        assert shown(node.shape) == shape, text
        right = np.asarray(expected(Of(values)))
        result = evaluate(node, values)
        assert result.shape == right.shape and result.dtype == np.float64, text
        assert np.allclose(result, right, rtol=1e-13, atol=1e-13), text
        again = read_matrix(array_latex(node, quantities), quantities, "latex", "eta")
        assert np.allclose(evaluate(again, values), right, rtol=1e-13, atol=1e-13), array_latex(node, quantities)


def test_a_declared_t_is_an_exponent():
    with pytest.raises(ReadError, match="a power of an array"):
        read_matrix("x^T", ONE, "python", "T")
    assert shown(read_matrix("eta^T", ONE, "python", "eta T").shape) == "1 × 1"


def test_the_comparison_sees_a_wrong_reading():
    values = arrays(ONE)
    one, other = (evaluate(read_matrix(t, ONE), values) for t in ("delta1 * z1", "delta1 * a1"))
    assert not np.allclose(one, other)


# Quantities, form, text, place of the caret, both shapes that the message names.
MISFITS = [
    (ONE, "latex", r"w^2\delta^2", 3, "n2 × n1 and n2 × 1"),
    (ONE, "latex", r"\delta^1 x", 9, "n1 × 1 and n0 × 1"),
    (ONE, "latex", r"\delta^2 \delta^2", 9, "n2 × 1 and n2 × 1 does not fit; a product entry by entry is written \\odot"),
    (ONE, "latex", r"w^1 x + x", 8, "the sum of n1 × 1 and n0 × 1"),
    (ONE, "latex", r"w^1 \odot x", 10, "entry by entry of n1 × n0 and n0 × 1"),
    (ONE, "latex", r"\frac{a^2}{a^1}", 11, "the quotient of n2 × 1 and n1 × 1"),
    (ONE, "latex", r"\max(a^2, a^1)", 10, "the function of n2 × 1 and n1 × 1"),
    (ONE, "latex", r"x + x^T", 4, "n0 × 1 and 1 × n0"),
    (ONE, "python", "w2 @ delta2", 5, "the matrix product of n2 × n1 and n2 × 1"),
    (ONE, "python", "w2 * delta2", 5, "entry by entry of n2 × n1 and n2 × 1"),
    (ONE, "python", "a2 - a1", 5, "the sum of n2 × 1 and n1 × 1"),
    (ONE, "python", "sigma'(z1) * w2.T @ delta2", 13, "n1 × 1 and n1 × n2 does not fit; * and @ are worked out from left to right"),
    (BATCH, "latex", r"X(W^1)^T + b^1", 11, "m × n1 and n1 × 1 does not fit; a vector is repeated for every sample by \\mathbf{1} b^T"),
    (BATCH, "latex", r"w^2 \Delta^2", 4, "n2 × n1 and m × n2"),
    (BATCH, "python", "x @ w1", 4, "m × n0 and n1 × n0"),
    (BATCH, "python", "delta1.T @ delta2.T", 11, "n1 × m and n2 × m"),
    (BATCH, "python", "x @ w1.T + y", 11, "m × n1 and m × n2"),
]  # fmt: skip


@pytest.mark.parametrize(("quantities", "form", "text", "place", "message"), MISFITS)
def test_shapes_that_do_not_fit_are_both_named(quantities, form, text, place, message):
    with pytest.raises(Misfit) as caught:
        read_matrix(text, quantities, form, "eta")
    assert isinstance(caught.value, ShapeError) and isinstance(caught.value, ReadError)
    assert message in str(caught.value)
    assert caught.value.position == place


# Form, text, place, message.
REFUSED = [
    ("latex", r"z^1 \cdot a^1", 4, "a dot between two arrays of n1 × 1 can be read in two ways"),
    ("latex", r"u \times u", 2, "can be read in two ways"),
    ("latex", r"u \odot u u", 8, "a matrix product beside \\odot can be read in two ways"),
    ("latex", r"u b^1 \odot a^1", 0, "a matrix product beside \\odot can be read in two ways"),
    ("latex", r"a^1 \odot b^1 \cdot a^1", 14, "a dot beside \\odot"),
    ("latex", r"(a^2-y)^2", 0, "a power of an array can be read in two ways"),
    ("latex", r"u^2", 0, "a power of an array can be read in two ways"),
    ("latex", r"x/2 C", 2, "this product after a division"),
    ("latex", r"\lVert x \rVert", 0, "of a norm only the square is read"),
    ("latex", r"\lVert x \rVert^3", 0, "of a norm only the square is read"),
    ("latex", r"\lVert w^2 \rVert_2^2", 0, "the 2-norm of a matrix is not the sum of its squares"),
    ("latex", r"\lVert w^2 \lVert y \rVert^2 \rVert_2^2", 0, "the 2-norm of a matrix is not the sum of its squares"),
    ("latex", r"\mathbf 1", 0, "how long this vector of ones is"),
    ("latex", r"\mathbf 1 + 1", 0, "how long this vector of ones is"),
    ("latex", r"w^2_{jk}", 0, "is an entry of an array; here whole arrays are meant"),
    ("latex", r"\sum_k x_k", 0, "a sum over an index is not read here; write \\mathbf{1}^T"),
    ("latex", r"w^{3T}", 0, "there is no name w^{3T}"),
    ("latex", r"q^T y", 0, "there is no name q^T; known names"),
    ("latex", r"1^T y", 1, "a number has no transpose; a vector of ones is written \\mathbf{1}"),
    ("latex", r"\lVert y \rVert_1^2", 15, "no name before '_'"),
    ("latex", r"a^2 \otimes y", 4, "write a b^T"),
    ("latex", r"a^2 * y", 4, "a dot between two arrays"),
    ("python", "np.dot(w2.T, delta2)", 3, "'dot' is not read; write @"),
    ("python", "w2.T.dot(delta2)", 4, "A @ B for a matrix product"),
    ("latex", r"w^3 x", 0, "there is no name w^3; known names: x, y, w^{1}"),
    ("latex", r"x'", 0, "a prime stands right after the name"),
    ("latex", r"x 2", 2, "there is a number after 'x'; a vector of ones is written \\mathbf{1}"),
    ("latex", r"x +", 3, "after '+'"),
    ("latex", r"\lVert x", 0, "never closed"),
    ("latex", r"x @ x", 2, "write the factors side by side"),
    ("latex", r"x = y", 2, "there is an '='"),
    ("latex", "", 0, "nothing to read"),
    ("python", "(a2-y)^2", 0, "a power of an array"),
    ("python", "delta1 x", 7, "no sign between two factors; write @"),
    ("python", "2 x", 2, "no sign between two factors"),
    ("python", "ones", 0, "how long this vector of ones is"),
    ("python", "w1[0]", 2, "'['"),
    ("python", "w1.U", 2, "only T, sum and mean"),
    ("python", "w1.sum(axis=2)", 2, "write sum(A, axis=0)"),
    ("python", "sum(w1, axis=k)", 0, "write sum(A, axis=0)"),
    ("python", "w1.", 2, "only T, sum and mean"),
    ("python", "foo*w1", 0, "there is no name foo; known names: x, y, w1"),
    ("python", "x = y", 2, "there is an '='"),
    ("python", "outer(x)", 0, "'outer' takes 2 arguments, not 1"),
    ("python", "max(x)", 0, "takes 2 arguments or more"),
    ("python", "exp'(x)", 0, "no slope named exp'"),
    ("python", "sigma(x", 5, "never closed"),
    ("python", "x)", 1, "without '('"),
    ("python", "2**x", 0, "the exponent is an array"),
    ("python", "__import__('os')", 0, "no name"),
    ("python", "x; y", 1, "';'"),
    ("python", "", 0, "nothing to read"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "text", "place", "message"), REFUSED)
def test_what_cannot_be_read_for_sure_is_refused(form, text, place, message):
    with pytest.raises(ReadError) as caught:
        read_matrix(text, ONE, form, "eta")
    assert message in str(caught.value)
    assert caught.value.position == place


NETWORKS = {
    "dense": Network(3, Dense(4, tanh), Dense(2, sigmoid), loss=squared_error),
    "residual": Network(3, Dense(4, relu), Residual(Dense(4, softplus)), Dense(2, softmax), loss=cross_entropy),
    "decay": Network(3, Dense(4, tanh), Dense(2, tanh), loss=squared_error, l2=0.1),
    "logistic": Network(3, Dense(4, sigmoid), Dense(2, sigmoid), loss=cross_entropy),
    "deep": Network.dense(3, 5, 4, 2, activation=sigmoid),
}


@pytest.mark.parametrize("notation", [Notation(), Notation(layers_from=1), Notation(samples="columns")])
@pytest.mark.parametrize("form", ["matrix", "batch"])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_printed_equation_is_read_back(name, form, notation):
    net = NETWORKS[name]
    for sheet in (net.equations, net.backprop()):
        equations, quantities = sheet.sheet(form == "batch")
        for equation, row in zip(equations, sheet.rows(form, LATEX, notation), strict=True):
            rows = notation.samples == "rows"
            node = read_matrix(row.right.string, quantities, "latex", "lambda", rows=rows, notation=notation)
            echoed = array_latex(node, quantities, notation)
            assert read_matrix(echoed, quantities, "latex", "lambda", rows=rows, notation=notation) == node
            assert len(equation.lhs.axes) == sum(side.name != "1" for side in node.shape)


@pytest.mark.parametrize("name", NETWORKS)
def test_printed_backpropagation_has_the_values_of_the_compiled_one(name):
    net = NETWORKS[name]
    rng = np.random.default_rng(3)
    X, Y = rng.normal(size=(7, 3)), rng.dirichlet([1, 1], size=7)
    p = net.init(rng)
    traced = net.compile().trace(p, X, Y)
    values = {**p, "x": X, "y": Y, **traced, "lambda": np.asarray(0.1)}
    equations, quantities = net.backprop().sheet(True)
    for equation, row in zip(equations, net.backprop().rows("batch"), strict=True):
        node = read_matrix(row.right.string, quantities, "latex", "lambda")
        assert np.allclose(evaluate(node, values), values[equation.name], rtol=1e-10, atol=1e-12), row.right.string


def test_arrays_that_do_not_fit_their_quantities_are_refused():
    node = read_matrix("w2 @ a1", ONE)
    values = arrays(ONE)
    for wrong, message in (({"a1": np.ones(3)}, "entries along n1"), ({"a1": np.ones((4, 1))}, "2 axes, expected 1")):
        with pytest.raises(ShapeError, match=message):
            evaluate(node, values | wrong)
    with pytest.raises(DeriveError, match="no value of a1"):
        evaluate(node, {"w2": values["w2"]})
    with pytest.raises(DeriveError, match="how large m is"):
        evaluate(read_matrix("1/m", BATCH), arrays(BATCH))


def test_a_quantity_of_three_axes_is_refused():
    with pytest.raises(DeriveError, match="at most 2"):
        read_matrix("t", [Quantity("t", (n0, n1, n2))])


HOSTILE = ["(" * 3000, "^T" * 1500, "x^T" + "^T" * 900, "-" * 900 + "x", ".T" * 400, "x" + ".T" * 300, "x@" * 400]
HOSTILE += ["sum(" * 200, r"\mathbf{1}" * 300]
HOSTILE += [r"\lVert" * 500, "x" * 10**6, r"\input{x}", "eval(x)", "x.__class__", "np.load(x)", "np.", ".", "@", "'", r"\odot", "\ud800"]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
@pytest.mark.parametrize("form", ["latex", "python"])
def test_hostile_text_is_refused(text, form):
    with pytest.raises(ReadError):
        read_matrix(text, ONE, form)


PIECES = r"w^2 (w^2)^T \delta^2 \odot \cdot \sigma' ( ) z^1 + - \frac12 \mathbf{1} ^T ^2 \lVert \rVert / { } | w2 @ delta2".split()
PIECES += "* z1 .T .sum( axis=0 sum( ones outer( , ** 2 u m x y 0 = ' [ a1 1/2".split()


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["latex", "python"]), st.sampled_from([ONE, BATCH]))
def test_any_text_is_read_or_refused(pieces, form, quantities):
    text = " ".join(pieces)
    try:
        node = read_matrix(text, quantities, form)
    except ReadError as error:
        assert 0 <= error.position <= len(text) and str(error)
        return
    values = arrays(quantities) | {"m": np.asarray(5.0)}
    again = read_matrix(array_latex(node, quantities), quantities, "latex")
    assert again.shape == node.shape
    try:
        one = evaluate(node, values)
    except DeriveError as error:
        assert "how large" in str(error)
        return
    assert one.shape == evaluate(again, values).shape
    assert np.allclose(one, evaluate(again, values), equal_nan=True)
