"""Activations: every fact in an activation's record is proved from its formula, or measured against it."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
from mpmath import mpf, workdps
from sympy import Integer, Max, Symbol, exp, lambdify, log, oo, simplify, symbols

from derive.equations import Expander
from derive.errors import DeriveError
from derive.indices import Axis, Quantity
from derive.layers import Dense
from derive.losses import sum_of_squares
from derive.network import Network
from derive.ops import ACTIVATIONS, Activation, RowActivation, Slope, identity, relu, sigmoid, softmax, softplus, tanh

ELEMENTWISE = [kind for kind in ACTIVATIONS.values() if issubclass(kind, Activation)]
ROWWISE = [kind for kind in ACTIVATIONS.values() if issubclass(kind, RowActivation)]
z = Symbol("z", real=True)


class swish(Activation):
    latex = r"\operatorname{swish}"
    formula = lambda z: z * sigmoid(z)


class leaky(Activation):
    latex = r"\operatorname{leaky}"
    formula = lambda z: Max(z, z / 10)
    kinks = (0.0,)


class arcsinh_like(Activation):
    """Two SymPy functions, no NumPy text: the generated code comes from the formula alone."""

    latex = r"\operatorname{s}"
    formula = lambda z: log(z + (1 + z**2) ** Integer(1) / 2 + exp(-z))


OWN = [swish, leaky, arcsinh_like]


def name_of(kind):
    return kind.__name__


def smooth_pieces(kind):
    """Real symbols that between them cover the line without the kinks: z > 0 and z < 0 where there is one at 0."""
    return (Symbol("z", positive=True), Symbol("z", negative=True)) if kind.kinks else (z,)


def test_the_table_has_every_activation_under_its_name():
    assert list(ACTIVATIONS) == ["sigmoid", "tanh", "relu", "softplus", "identity", "softmax"]
    assert all(kind.__name__ == name for name, kind in ACTIVATIONS.items())


@pytest.mark.parametrize("kind", [*ELEMENTWISE, *OWN], ids=name_of)
def test_the_slope_is_proved_from_the_formula(kind):
    for t in smooth_pieces(kind):
        formula = Activation.written_out(kind(t))
        stated = Activation.written_out(kind.slope_formula(t))
        assert simplify(stated - formula.diff(t)) == 0


@pytest.mark.parametrize("kind", [k for k in ELEMENTWISE if k.slope is not None], ids=name_of)
def test_the_slope_as_stated_is_proved_too(kind):
    for t in smooth_pieces(kind):
        assert simplify(Activation.written_out(kind.slope(t)) - Activation.written_out(kind(t)).diff(t)) == 0


@pytest.mark.parametrize("kind", [k for k in ELEMENTWISE if k.by_output is not None], ids=name_of)
def test_the_slope_by_the_output_is_proved(kind):
    formula = Activation.written_out(kind(z))
    assert simplify(kind.by_output(formula) - formula.diff(z)) == 0


def test_a_wrong_slope_would_not_be_proved():
    class wrong(Activation):
        latex = r"\sigma"
        formula = lambda z: 1 / (1 + exp(-z))
        by_output = lambda a: a * (1 + a)

    formula = Activation.written_out(wrong(z))
    assert simplify(wrong.by_output(formula) - formula.diff(z)) != 0


def test_the_slope_of_relu_at_its_kink_is_zero():
    assert relu.slope(Integer(0)) == 0
    assert code(relu, [0.0])[1].tolist() == [[0.0]]


def code(kind, points, dtype="float64"):
    """The generated value and slope of an activation at these points.

    With w = 1, b = 0 and y = a - 1/2 the loss sum (a - y)^2 has the slope 1 in a, and so delta is the activation's slope.
    """
    points = np.reshape(np.asarray(points, dtype), (-1, 1))
    f = Network(1, Dense(1, kind), loss=sum_of_squares).compile(dtype)
    p = {"w1": np.ones((1, 1), dtype), "b1": np.zeros(1, dtype)}
    a = f.predict(p, points)
    exact_half = np.asarray(a, np.float64) - 0.5
    return a, f.trace(p, points, exact_half)["delta1"]


def in_fifty_digits(e, points):
    function = lambdify([z], e, modules="mpmath")
    with workdps(50):
        return np.array([[float(function(mpf(float(t))))] for t in points])


@pytest.mark.parametrize("kind", [*ELEMENTWISE, *OWN], ids=name_of)
def test_generated_code_is_the_formula_in_fifty_digits(kind):
    points = [t for t in np.linspace(*kind.sample, 37) if all(abs(t - kink) > 1e-3 for kink in kind.kinks)]
    formula = Activation.written_out(kind(z))
    value, slope = code(kind, points)
    np.testing.assert_allclose(value, in_fifty_digits(formula, points), rtol=1e-13, atol=1e-15)
    if kind.kinks:
        slopes = [in_fifty_digits(formula.subs(z, piece).diff(piece).subs(piece, z), [t]) for t in points
                  for piece in smooth_pieces(kind) if piece.is_positive == (t > 0)]  # fmt: skip
        exact = np.concatenate(slopes)
    else:
        exact = in_fifty_digits(formula.diff(z), points)
    # y = a - 1/2 is rounded, and with it the slope: a few units in the last place of a
    np.testing.assert_allclose(slope, exact, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", ELEMENTWISE, ids=name_of)
def test_values_and_slopes_are_finite_far_out(kind, dtype):
    far = [-1e6, -1000.0, -100.0, 0.0, 100.0, 1000.0, 1e6]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = code(kind, far, dtype)
    assert value.dtype == dtype
    assert np.isfinite(value).all() and np.isfinite(slope).all()
    # the limits of the slope, which SymPy knows
    t = Symbol("t", positive=True)
    for end, sign in ((0, -1), (-1, 1)):
        limit = float(Activation.written_out(kind.slope_formula(sign * t)).limit(t, oo))
        assert slope[end, 0] == pytest.approx(limit, abs=1e-6)


@pytest.mark.parametrize("kind", ELEMENTWISE, ids=name_of)
def test_values_lie_in_the_stated_range_and_fill_it(kind):
    value, _ = code(kind, np.linspace(-30, 30, 601))
    low, high = kind.range.inf, kind.range.sup
    assert value.min() >= low and value.max() <= high
    assert low == -oo or value.min() - float(low) < 1e-6
    assert high == oo or float(high) - value.max() < 1e-6


@pytest.mark.parametrize("kind", [k for k in ELEMENTWISE if k.logs is not None], ids=name_of)
def test_the_stable_logarithms_are_those_of_the_output(kind):
    a = Activation.written_out(kind(z))
    for stable, plain in zip(kind.logs, (a, 1 - a), strict=True):
        assert simplify((exp(Activation.written_out(stable(z))) - plain).rewrite(exp)) == 0


# --- Softmax.


@pytest.mark.parametrize("kind", ROWWISE, ids=name_of)
def test_the_jacobian_of_a_row_activation_is_proved_from_its_formula(kind):
    sizes = range(1, 4)
    for n in sizes:
        own = symbols(f"z1:{n + 1}", real=True)
        total = sum(exp(t) for t in own)
        outputs = [exp(t) / total for t in own]
        for j in range(n):
            for p in range(n):
                indicator = Integer(1 if j == p else 0)
                stated = kind.jacobian(lambda i, a=outputs: a[i], indicator, j, p)
                assert simplify(stated - outputs[j].diff(own[p])) == 0


@pytest.mark.parametrize("letter", ["j", "k", "p", "r"])
def test_the_formula_of_softmax_does_not_capture_an_index(letter):
    axis = Axis("n1")
    here, index = Quantity("z", (axis,)), axis.index(letter)
    expander = Expander({axis: 2})
    first, second = (exp(expander.symbol("z", (n,))) for n in (1, 2))
    assert expander.scalar(softmax.formula(lambda i: here[i], index), {index: 1}) == first / (first + second)


def test_softmax_rows_add_up_to_one_and_ignore_a_shift():
    f = Network(3, Dense(3, softmax)).compile()
    p = {"w1": np.eye(3), "b1": np.zeros(3)}
    X = np.array([[0.1, -2.0, 3.0], [1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0]])
    a = f.predict(p, X)
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(a, f.predict(p, X + 7.0), rtol=1e-12)
    np.testing.assert_allclose(a[0], np.exp(X[0]) / np.exp(X[0]).sum(), rtol=1e-14)


# --- Expressions.


@pytest.mark.parametrize("kind", [*ELEMENTWISE, *OWN], ids=name_of)
def test_expressions_with_activations_and_slopes_can_be_pickled(kind):
    for e in (kind(z), kind.prime(z), z * kind(2 * z) + kind.prime(z) ** 2):
        assert pickle.loads(pickle.dumps(e)) == e


@pytest.mark.parametrize("kind", [k for k in ELEMENTWISE if k is not identity] + OWN, ids=name_of)
def test_sympy_differentiates_an_activation_to_its_slope_by_name(kind):
    assert kind(3 * z).diff(z) == 3 * kind.prime(3 * z)
    assert isinstance(kind.prime(z), Slope)
    assert kind.prime(z).activation is kind


@pytest.mark.parametrize("kind", ELEMENTWISE, ids=name_of)
def test_the_slope_can_be_differentiated_again(kind):
    second = Activation.written_out(kind.prime(z).diff(z)) if kind is not identity else Integer(0)
    for t in smooth_pieces(kind):
        formula = Activation.written_out(kind(t))
        assert simplify(Activation.written_out(second).subs(z, t) - formula.diff(t, 2)) == 0


def test_activations_have_numbers():
    assert float(sigmoid(Integer(0)).evalf()) == 0.5
    assert float(tanh(Integer(2)).evalf()) == pytest.approx(np.tanh(2))
    assert float(softplus(Integer(1)).evalf()) == pytest.approx(np.log1p(np.e))


def test_identity_leaves_no_trace():
    assert identity(z) is z


def test_an_activation_without_its_facts_is_refused():
    with pytest.raises(DeriveError, match=r"activation bare: it lacks formula and latex; add them as class attributes"):
        type("bare", (Activation,), {})
    with pytest.raises(DeriveError, match=r"activation half: it lacks latex"):
        type("half", (Activation,), {"formula": lambda z: z})


@pytest.mark.parametrize("kind", [sigmoid, tanh], ids=lambda kind: kind.__name__)
def test_an_activation_does_not_read_text(kind):
    with pytest.raises(DeriveError, match="of a text"):
        kind("__import__('os').getcwd()")
