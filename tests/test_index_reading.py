"""Answers in index form: entries and sums as typed, every index letter checked against the axis of its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, KroneckerDelta, Mul, Pow, Symbol

from derive import Dense, Network, Notation, Residual, cross_entropy, relu, sigmoid, softmax, softplus, squared_error, tanh
from derive.errors import ReadError
from derive.exact import held
from derive.index_reading import component_latex, read_component
from derive.indices import SAMPLES, Axis, Index, Quantity, summed
from derive.printing import latex

n0, n1, n2, m = Axis("n0"), Axis("n1"), Axis("n2"), Axis("m", SAMPLES)
x = Quantity("x", (n0,), "input", 0)
w2, z1 = Quantity("w2", (n2, n1), "weight", 2), Quantity("z1", (n1,), "weighted_input", 1)
delta1 = Quantity("delta1", (n1,), "error", 1, "z1")
a2, y, delta2 = Quantity("a2", (n2,), "activation", 2), Quantity("y", (n2,), "target"), Quantity("delta2", (n2,), "error", 2, "z2")
C, dw2, b = Quantity("C", (), "loss"), Quantity("dw2", (n2, n1), "gradient", 2, "w2"), Quantity("b", (), "parameter")
QUANTITIES = {q.name: q for q in (x, w2, z1, delta1, a2, y, delta2, C, dw2, b)}
j, k, p = n1.index("j"), n2.index("k"), n2.index("p")


def times(*factors):
    return Mul(*factors, evaluate=False)


def shape(e):
    return (type(e).__name__, *map(shape, e.args)) if e.args else e


BACK = times(summed(times(w2[k, j], delta2[k]), [k]), tanh.prime(z1[j]))

# LaTeX, the same without LaTeX, what is meant with the left side's index j over n1.
READ = [
    (r"\left(\sum_k w^2_{kj}\delta^2_k\right)\tanh'(z^1_j)", "sum(k, w2[k,j]*delta2[k])*tanh'(z1[j])", BACK),
    (r"\sum_k w^{2}_{kj}\,\delta^{(2)}_k \cdot z_j^1", "sum(k, w2[k,j]*delta2[k]*z1[j])", summed(times(w2[k, j], delta2[k], z1[j]), [k])),
    (r"\sum_{k=1}^{n_2} \delta_k^2 + z^1_j", "sum(k, delta2[k]) + z1[j]", summed(delta2[k], [k]) + z1[j]),
    (r"\sum_{k=1}^{n} \delta_k^2", "sum(k, delta2[k])", summed(delta2[k], [k])),
    (r"\frac12\sum_k (a^2_k-y_k)^2", "1/2*sum(k, (a2[k]-y[k])**2)", times(Pow(2, -1), summed(Pow(a2[k] - y[k], 2), [k]))),
    (r"\sum_{k,p} y_k y_p", "sum(k, p, y[k]*y[p])", summed(times(y[k], y[p]), [k, p])),
    (r"\frac{\partial C}{\partial w^2_{kj}} y_k", None, None),
    (r"z^1_j C b", "z1[j]*C*b", times(z1[j], Symbol("C", real=True), Symbol("b", real=True))),
    (r"n_2 \eta z^1_j", "n2*eta*z1[j]", times(n2.size, Symbol("eta"), z1[j])),
    (r"\sum_k y_k \frac{\partial C}{\partial w^2_{kj}}", "sum(k, y[k]*dw2[k,j])", summed(times(y[k], dw2[k, j]), [k])),
    (r"e^{z^1_j}", "exp(z1[j])", None),
]  # fmt: skip


@pytest.mark.parametrize(("in_latex", "typed", "expected"), [row for row in READ if row[1]])
def test_both_ways_of_writing_mean_the_same(in_latex, typed, expected):
    one = read_component(in_latex, QUANTITIES, (j,), "eta", form="latex")
    other = read_component(typed, QUANTITIES, (j,), "eta")
    assert with_values(one) == with_values(other)
    if expected is not None:
        assert with_values(one) == with_values(expected)
    again = read_component(component_latex(one, QUANTITIES), QUANTITIES, (j,), "eta", form="latex")
    assert shape(again) == shape(one) or with_values(again) == with_values(one)


def with_values(e):
    """The expression as SymPy puts it together, so that only what is meant is compared."""
    with held():
        return e.func(*map(with_values, e.args)) if e.args else e


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("sum(w2[k,j]*delta2[k], k)*tanh'(z1[j])", "sum(k, w2[k,j]*delta2[k])*tanh'(z1[j])"),
        ("sum(w2_kj*delta2_k, k)*(1 - z1_j^2)", "sum(k, w2_kj*delta2_k)*(1 - z1_j^2)"),
        ("sum(y[k]*y[p], k, p)", "sum(k, p, y[k]*y[p])"),
        ("sum(sum(y[p], p)*y[k], k)", "sum(k, sum(p, y[p])*y[k])"),
        ("sum(sum(p, y[p])*max(y[k], a2[k]), k)", "sum(k, sum(p, y[p])*max(y[k], a2[k]))"),
    ],
)
def test_the_index_of_a_sum_may_stand_last(last, first):
    assert shape(read_component(last, QUANTITIES, (j,))) == shape(read_component(first, QUANTITIES, (j,)))


def test_the_example_of_a_sum_has_no_name_of_the_task():
    for names, example in (("y", r"sum\(k, u\[j,k\]\*v\[k\]\)"), ("u y", r"sum\(k, p\[j,k\]\*q\[k\]\)")):
        with pytest.raises(ReadError, match=f"over which index; write {example}"):
            read_component("sum(y[k])", [Quantity(name, (n2,)) for name in names.split()], (j,))


def test_the_shape_is_the_one_typed():
    assert shape(read_component(READ[0][0], QUANTITIES, (j,), form="latex")) == shape(BACK)
    assert shape(read_component(READ[0][1], QUANTITIES, (j,))) == shape(BACK)


def test_names_with_marks_are_entries_too():
    assert read_component("w2_kj", QUANTITIES, (k, j)) == w2[k, j]
    assert read_component("w^{2}_{k,j}", QUANTITIES, (k, j), form="latex") == w2[k, j]
    assert read_component("y_k^2", QUANTITIES, (k,), form="latex") == Pow(y[k], 2)


def test_a_letter_may_stand_for_the_layer_where_it_is_declared():
    ahead = Quantity("w^(l+1)", (n2, n1)), Quantity("delta^(l+1)", (n2,)), Quantity("z^l", (n1,))
    text = r"\sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)"
    e = read_component(text, ahead, (j,), form="latex")
    assert with_values(e) == with_values(summed(times(ahead[0][k, j], ahead[1][k], sigmoid.prime(ahead[2][j])), [k]))
    assert component_latex(e, {q.name: q for q in ahead}) == r"\sum_{k} w^{(l+1)}_{kj} \delta^{(l+1)}_{k} \sigma'(z^{l}_{j})"


def test_indicators():
    e = read_component("sum(k, y[k]*[k=p])", QUANTITIES, (p,))
    assert with_values(e) == with_values(summed(times(y[k], KroneckerDelta(k, p)), [k]))
    assert e == read_component(r"\sum_k y_k [k=p]", QUANTITIES, (p,), form="latex")


# Form, text, place of the caret, what the message says; the left side's index is j over n1.
REFUSED = [
    ("latex", r"w^2_{kj}", 0, "the index k is neither on the left side nor summed over; the left side has j"),
    ("latex", r"\sum_k w^2_{jk} \delta^2_k", 7, "the index j runs over n2 in w^{2}_{jk}, but over n1 on the left side"),
    ("latex", r"\sum_k w^2_{kj} x_k", 16, "the index k runs over n0 in x_{k}, but over n2 in w^{2}_{kj}"),
    ("latex", r"\sum_k z^1_j", 0, "the sum over k has no index k in it"),
    ("latex", r"\sum_j z^1_j", 0, "j is already an index of the left side"),
    ("latex", r"\sum_k y_k \sum_k y_k", 11, "k is already an index of a sum around it"),
    ("latex", r"\sum_{k,k} y_k", 0, "k is already an index"),
    ("latex", r"\sum_k y_k + y_k", 13, "neither on the left side nor summed over"),
    ("latex", r"\sum y_k", 0, "does not say over which index"),
    ("latex", r"\sum_{k=0}^n y_k", 5, "does not say over which index"),
    ("latex", r"\sum_k", 0, "nothing to add up"),
    ("latex", r"\sum_k -y_k", 7, "nothing to add up after '\\sum_k'; write \\sum_k (-x_k)"),
    ("latex", r"\sum_{k=1}^{n_1} y_k", 11, "the sum runs to n1, but k runs over n2"),
    ("latex", r"\sum_{k=1}^{3} y_k", 11, "the sum over k runs to n2"),
    ("latex", r"\delta^2", 0, "\\delta^{2} stands without an index; one for each axis: n2"),
    ("latex", r"w^2_j", 0, "w^{2}_{j} has 1 index; one for each axis: n2, n1"),
    ("latex", r"C_j", 0, "C_{j} has 1 index; it is a number and has none"),
    ("latex", r"z^1_1", 0, "the index 1 of z^{1}_{1} is no letter"),
    ("latex", r"z^3_j", 0, "there is no name z^3_j; known names: x, w^{2}, z^{1}"),
    ("latex", r"q_j", 0, "there is no name q_j"),
    ("latex", r"(\sum_k y_k", 0, "never closed"),
    ("latex", r"z^1_j \odot z^1_j", 6, "product of arrays"),
    ("latex", r"[j=q]", 0, "neither on the left side nor summed"),
    ("latex", r"\frac{\partial C}{\partial z^1_{jk}}", 0, "there is no name"),
    ("python", "w2[j,k]", 0, "the index j runs over n2 in w2[j,k], but over n1 on the left side"),
    ("python", "w2[k,j]", 0, "the index k is neither on the left side nor summed over"),
    ("python", "sum(k, w2[k,j]*x[k])", 15, "the index k runs over n0 in x[k], but over n2 in w2[k,j]"),
    ("python", "sum(k, z1[j])", 0, "the sum over k has no index k in it"),
    ("python", "sum(j, z1[j])", 0, "j is already an index of the left side"),
    ("python", "sum(k, y[k]) + y[k]", 15, "neither on the left side nor summed over"),
    ("python", "sum(y)", 0, "does not say over which index"),
    ("python", "sum(y[k], j)", 0, "j is already an index of the left side"),
    ("python", "sum(y[k], y[k])", 0, "does not say over which index"),
    ("python", "sum(k)", 0, "does not say over which index"),
    ("python", "sum(k, y[k]", 11, "a sum is never closed"),
    ("python", "delta2", 0, "delta2 stands without an index"),
    ("python", "w2[j]", 0, "w2[j] has 1 index"),
    ("python", "z1[1]", 0, "the index 1 of z1[1] is no letter"),
    ("python", "z1[]", 2, "these indices cannot be read"),
    ("python", "z1[j", 2, "these indices cannot be read"),
    ("python", "[j]", 0, "a '[' stands right after the name of an array"),
    ("python", "q[j]", 0, "there is no name q; known names: x, w2"),
    ("python", "z1[j] = 1", 6, "there is an '='"),
    ("python", "z1[j] {", 6, "'{'"),
    ("python", "z1[j] *", 7, "after '*'"),
    ("python", "", 0, "nothing to read"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "text", "place", "message"), REFUSED)
def test_what_does_not_fit_is_refused_at_its_place(form, text, place, message):
    with pytest.raises(ReadError) as caught:
        read_component(text, QUANTITIES, (j,), form=form)
    assert message in str(caught.value)
    assert caught.value.position == place


NETWORKS = {
    "dense": Network(3, Dense(4, tanh), Dense(2, sigmoid), loss=squared_error),
    "residual": Network(3, Dense(4, relu), Residual(Dense(4, softplus)), Dense(2, softmax), loss=cross_entropy),
    "softmax": Network(3, Dense(4, tanh), Dense(2, softmax), loss=squared_error, l2=0.1),
    "logistic": Network(3, Dense(2, sigmoid), loss=cross_entropy),
    "tied": Network(3, Dense(4, tanh), Dense(3, sigmoid, tie="w1", transpose=True)),
    "deep": Network.dense(2, 3, 4, 2, activation=tanh),
    "written": Network.from_equations(["z1 = w1*x + b1", "a1 = sigma(z1)", "z2 = w2*a1 + b2", "C = (z2 - y)^2/2"], inputs="x", targets="y"),
}


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_printed_equation_is_read_back(name, batch):
    for sheet in (NETWORKS[name].equations, NETWORKS[name].backprop()):
        equations, quantities = sheet.sheet(batch)
        quantities = {**quantities, "lambda": Quantity("lambda", role="constant")}
        for notation in (Notation(), Notation(layers_from=1)):
            for equation in equations:
                printed = latex(equation.rhs, quantities, notation)
                back = read_component(printed, quantities, equation.indices, form="latex", notation=notation)
                assert with_values(back) == with_values(equation.rhs), printed
                echoed = component_latex(back, quantities, notation)
                again = read_component(echoed, quantities, equation.indices, form="latex", notation=notation)
                assert with_values(again) == with_values(back)


def test_the_comparison_sees_a_wrong_index():
    right, wrong = (read_component(t, QUANTITIES, (j,)) for t in ("sum(k, w2[k,j]*y[k])", "sum(k, w2[k,j]*a2[k])"))
    assert with_values(right) != with_values(wrong)


def test_layers_count_as_the_notation_says():
    counted = Notation(layers_from=1)
    assert read_component("z^2_j", QUANTITIES, (j,), form="latex", notation=counted) == z1[j]
    assert read_component("z1[j]", QUANTITIES, (j,), notation=counted) == z1[j]
    with pytest.raises(ReadError, match="no name"):
        read_component("z^1_j", QUANTITIES, (j,), form="latex", notation=counted)


PIECES = r"\sum_k \sum_{k=1}^{n} ( ) w^2_{kj} \delta^2_k x_k z^1_j + - \cdot ^2 [j=k] sum(k, w2[k,j] y[k] z1[j] * '".split()
PIECES += r"\sigma' [ ] , = { } \frac j k 2".split()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=15).map(" ".join), st.sampled_from(["latex", "python"]))
def test_any_text_is_read_or_refused(text, form):
    try:
        result = read_component(text, QUANTITIES, (j,), form=form)
    except ReadError as error:
        assert 0 <= error.position <= len(text) and str(error)
    else:
        assert isinstance(result, Expr)
        assert {i for i in result.free_symbols if isinstance(i, Index)} <= {j}
