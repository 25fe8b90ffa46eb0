"""Index form: renaming without capture, contraction without silent loss, names that do not depend on what came before."""

from __future__ import annotations

import pickle
import random

import pytest
from sympy import Add, Expr, Indexed, IndexedBase, Integer, KroneckerDelta, MatrixExpr, Mul, Rational, Sum, Symbol, preorder_traversal

from derive.equations import Equation, Equations, Expander, uses
from derive.errors import DeriveError, ShapeError, Unsupported
from derive.exact import held
from derive.indices import SAMPLES, Axis, Index, Quantity, canonical, contract, letters, rename, slope_by, summed
from derive.layers import Dense, Residual
from derive.losses import cross_entropy
from derive.network import Network
from derive.ops import sigmoid, softmax, tanh
from derive.partial import Partial

N, P, M = Axis("n1"), Axis("n0"), Axis("m", SAMPLES)
j, k, p, q = (N.index(letter) for letter in "jkpq")
r = P.index("r")
s, t = M.index("s"), M.index("t")
w = Quantity("w", (N, N))
v = Quantity("v", (N,))
x = Quantity("x", (N,))
d = KroneckerDelta
SIZES = {N: 3, P: 2, M: 4}


def value(e, **at):
    """An expression in scalar symbols at index values."""
    where = {i: at[i.name] for i in e.free_symbols if isinstance(i, Index)}
    return Expander(SIZES).scalar(e, where)


# --- Axes and indices.


def test_axes_are_told_apart_by_name_and_never_by_size():
    assert Axis("n1") == Axis("n1") and Axis("n1") != Axis("n2")
    assert Index("j", Axis("n1")) != Index("j", Axis("n2"))
    assert Index("j", Axis("n1")) == Index("j", Axis("n1"))
    assert len({Index("j", Axis("n1")), Index("j", Axis("n2")), Index("j", Axis("n1"))}) == 2
    assert Index("j", N) != Symbol("j") and Index("j", N) != Symbol("j", integer=True, positive=True)


def test_an_index_runs_from_one_to_the_size_of_its_axis():
    assert j.limits == (j, 1, N.size)
    assert N.size.is_integer and N.size.is_positive and N.size.name == "n1"


def test_an_entry_needs_indices_of_its_own_axes():
    assert w[j, k] == IndexedBase("w", real=True)[j, k]
    with pytest.raises(ShapeError, match="v: index r runs over n0, but this place of v runs over n1"):
        v[r]
    with pytest.raises(ValueError):
        w[j]


def test_a_quantity_without_axes_is_a_plain_symbol():
    assert Quantity("b")[()] == Symbol("b", real=True)


def test_fresh_indices_have_the_letters_of_a_textbook_and_avoid_what_is_taken():
    assert [i.name for i in Quantity("w", (N, P, M)).indices()] == ["j", "k", "s"]
    assert [i.name for i in w.indices({"j", "p"})] == ["k", "r"]
    names = [name for name, _ in zip(letters(M), range(5), strict=False)]
    assert names == ["s", "t", "s_1", "t_1", "s_2"]


# --- Renaming.


def test_subs_and_xreplace_capture_which_is_why_rename_exists():
    e = Sum(w[j, k] * x[k], k.limits)
    assert e.xreplace({j: k}) == Sum(w[k, k] * x[k], k.limits)


def test_renaming_does_not_capture():
    e = Sum(w[j, k] * x[k], k.limits)
    renamed = rename(e, {j: k})
    for n in (1, 2, 3):
        assert value(renamed, k=n) == value(e, j=n)
    (bound,) = [limit[0] for limit in renamed.limits]
    assert bound != k


def test_renaming_leaves_bound_indices_alone():
    e = Sum(w[j, k], k.limits)
    assert rename(e, {k: p}) == e


def test_renaming_swaps():
    assert rename(w[j, k], {j: k, k: j}) == w[k, j]


def test_renaming_goes_through_nested_sums():
    e = Sum(w[j, k] * Sum(w[k, p] * x[p], p.limits), k.limits)
    for new in (k, p, q):
        renamed = rename(e, {j: new})
        for n in (1, 2, 3):
            assert value(renamed, **{new.name: n}) == value(e, j=n)


def random_expression(chance, free, depth=3):
    """A random expression in index form over one axis, with sums that shadow each other's names."""
    kind = chance.choice(["entry", "sum", "product", "add", "delta"] if depth else ["entry", "delta"])
    if kind == "entry":
        return w[chance.choice(free), chance.choice(free)] * v[chance.choice(free)]
    if kind == "delta":
        return d(chance.choice(free), chance.choice(free)) * x[chance.choice(free)]
    if kind == "sum":
        own = chance.choice([j, k, p])
        return Sum(random_expression(chance, [*free, own], depth - 1), own.limits)
    parts = [random_expression(chance, free, depth - 1) for _ in range(2)]
    return Mul(*parts) if kind == "product" else Add(*parts)


def index_twice(e):
    """SymPy makes one sum of Sum(Sum(f, k), k), with the same index twice; see the test of it below."""
    return any(len({limit[0] for limit in part.limits}) < len(part.limits) for part in e.atoms(Sum))


RANDOM = [e for seed in range(150) if not index_twice(e := random_expression(random.Random(seed), [j, k]))]
SHADOWING = [e for e in RANDOM if any(isinstance(part, Sum) for part in preorder_traversal(e))]


def test_random_expressions_keep_their_value_under_renaming():
    assert len(SHADOWING) > 30
    small = Expander({N: 2})
    for e in SHADOWING:
        renamed = rename(e, {j: p, k: j})
        for a in (1, 2):
            for b in (1, 2):
                assert (small.scalar(renamed, {p: a, j: b}) - small.scalar(e, {j: a, k: b})).expand() == 0


def test_random_expressions_keep_their_value_when_contracted_and_named_anew():
    small = Expander({N: 2})
    changed = 0
    for e in RANDOM:
        for act in (contract, canonical):
            with held():
                after = act(e)
            changed += after != e
            for a in (1, 2):
                for b in (1, 2):
                    assert (small.scalar(after, {j: a, k: b}) - small.scalar(e, {j: a, k: b})).expand() == 0
    assert changed > 30


# --- Canonical names.


def test_bound_names_are_counted_anew():
    late = N.index("k_10")
    assert canonical(Sum(w[j, late] * x[late], late.limits)) == Sum(w[j, k] * x[k], k.limits)
    assert canonical(Sum(w[j, late] * x[late], late.limits), {"k"}) == Sum(w[j, p] * x[p], p.limits)


def test_the_order_of_derivation_cannot_be_seen_in_the_names():
    ninth, tenth = N.index("k_9"), N.index("k_10")
    both = [Sum(w[a, b] * x[a] * v[b], a.limits, b.limits) for a, b in ((ninth, tenth), (tenth, ninth), (p, k))]
    assert len({canonical(e) for e in both}) == 1


# --- Contraction.


def test_an_indicator_leaves_the_one_term_where_it_is_one():
    assert contract(Sum(d(j, k) * x[k], k.limits)) == x[j]
    assert contract(Sum(d(k, j) * x[k] * w[k, p], k.limits)) == x[j] * w[j, p]
    assert contract(Sum(d(j, k) * Sum(d(k, p) * w[k, p], p.limits), k.limits)) == w[j, j]
    with held():
        assert contract(3 * Sum(2 * d(j, k) * x[k], k.limits)) == 6 * x[j]


def test_an_indicator_between_free_indices_stays():
    assert contract(d(j, k) * x[k]) == d(j, k) * x[k]


def test_a_sum_of_one_is_the_size():
    assert contract(Sum(Integer(1), s.limits)) == M.size
    assert contract(Sum(Integer(1), j.limits, s.limits)) == N.size * M.size
    assert contract(Sum(x[j], s.limits)) == M.size * x[j]
    assert contract(Sum(Rational(1, 2), j.limits)) == N.size / 2


def test_a_shifted_index_is_refused():
    with pytest.raises(Unsupported, match=r"contraction: the indicator .* compares something other than two indices"):
        contract(Sum(d(j, k + 1) * x[k], k.limits))
    with pytest.raises(Unsupported, match="compares something other"):
        contract(Sum(d(k, 1) * x[k], k.limits))


def test_an_indicator_over_two_axes_is_refused():
    with pytest.raises(Unsupported, match=r"compares indices of (n1 and n0|n0 and n1)"):
        contract(Sum(d(j, r) * x[j], j.limits))


def test_a_sum_over_a_part_of_an_axis_is_refused():
    for limits in ((k, 2, N.size), (k, 1, N.size - 1), (k, 1, P.size), (Symbol("i"), 1, 3)):
        with pytest.raises(Unsupported, match="does not run over one whole axis"):
            contract(Sum(x[k] if limits[0] is k else Integer(1), limits))


def test_a_sum_over_one_index_twice_is_refused_or_right():
    e = Sum(Sum(x[k], k.limits), k.limits)
    try:
        after = contract(e)
    except Unsupported:
        return
    assert (value(after) - 3 * value(Sum(x[k], k.limits))).expand() == 0


def test_what_is_zero_is_gone():
    assert contract(Sum(Integer(0) * d(j, k), k.limits)) == 0
    assert contract(Integer(0)) == 0


def test_a_factor_that_does_not_depend_on_the_index_leaves_the_sum():
    assert contract(Sum(v[j] * x[k], k.limits)) == v[j] * Sum(x[k], k.limits)


# --- Differentiation.


def test_sympy_is_wrong_where_the_index_is_the_sums_own_which_is_why_slope_by_refuses_it():
    e = Sum(x[k] ** 2, k.limits)
    # Right would be 2 x_k for one k: SymPy sums it.
    assert e.diff(x[k]) == Sum(2 * x[k], k.limits)
    with pytest.raises(Unsupported, match="its index is the name of a sum's own index; use a fresh index"):
        slope_by(e, x[k])


def test_by_a_fresh_index_the_slope_is_right():
    assert contract(slope_by(Sum(x[k] ** 2, k.limits), x[j])) == 2 * x[j]


def test_a_norm_of_a_product():
    """f = ||W x||^2 with q = W x: df/dq = 2q, df/dW = 2 q x^T, df/dx = 2 W^T q."""
    W, X, Q = Quantity("W", (N, P)), Quantity("x", (P,)), Quantity("q", (N,))
    i = P.index("i")
    f = Sum(Q[j] ** 2, j.limits)
    q_k = Sum(W[k, i] * X[i], i.limits)
    assert contract(slope_by(f, Q[k])) == 2 * Q[k]
    o = P.index("o")
    indicator = slope_by(q_k, W[p, o])
    assert indicator.has(KroneckerDelta)
    assert contract(Sum(2 * Q[k] * indicator, k.limits)) == 2 * Q[p] * X[o]
    assert contract(Sum(2 * Q[k] * slope_by(q_k, X[o]), k.limits)) == 2 * Sum(Q[j] * W[j, o], j.limits)


# --- Equations.


def test_equations_are_defined_before_they_are_used():
    a, b = Quantity("a", (N,)), Quantity("b", (N,))
    first, second = Equation(a, (j,), 2 * x[j]), Equation(b, (j,), a[j] ** 2)
    assert [e.name for e in Equations((first, second), (x,))] == ["a", "b"]
    with pytest.raises(DeriveError, match="the equation of b: a is used before it is defined"):
        Equations((second, first), (x,))
    with pytest.raises(DeriveError, match="the equation of a: x is not defined"):
        Equations((first,), ())
    with pytest.raises(DeriveError, match="a is defined twice"):
        Equations((first, first), (x,))


def test_a_free_index_on_the_right_has_to_stand_on_the_left():
    a = Quantity("a", (N,))
    with pytest.raises(ShapeError, match="the index k is free on the right side but not on the left"):
        Equations((Equation(a, (j,), w[j, k]),), (w,))


def test_an_equation_at_other_indices_does_not_capture():
    e = Equation(Quantity("a", (N,)), (j,), Sum(w[j, k] * x[k], k.limits))
    assert value(e.at((k,)), k=2) == value(e.rhs, j=2)


def test_uses_names_quantities_and_neither_sizes_nor_indices():
    e = Sum(w[j, k] * Symbol("eta", real=True) / N.size, k.limits)
    assert uses(e) == {"w", "eta"}


def test_expanded_indicators_and_derivatives():
    assert value(d(j, k), j=2, k=2) == 1 and value(d(j, k), j=2, k=1) == 0
    e = Sum(w[j, k] * x[k], k.limits)
    assert value(Partial(e, x[p]), j=2, p=3) == Expander(SIZES).symbol("w", (2, 3))


def test_a_partial_is_not_differentiated_unseen():
    with pytest.raises(NotImplementedError):
        Partial(v[j], x[k]).diff(x[k])


# --- Pickles.


@pytest.mark.parametrize(
    "e",
    [j, w[j, k], Sum(w[j, k] * x[k], k.limits), d(j, k), Partial(v[j], x[k]), sigmoid(x[j]), sigmoid.prime(x[j]), summed(x[j], [j])],
    ids=str,
)
def test_expressions_can_be_pickled(e):
    copy = pickle.loads(pickle.dumps(e))
    assert copy == e and hash(copy) == hash(e) and type(copy) is type(e)
    assert {i.axis for i in copy.atoms(Index)} == {i.axis for i in e.atoms(Index)}


def test_a_whole_derivation_can_be_pickled():
    net = Network(Symbol("a"), Dense(Symbol("b"), tanh), Residual(Dense(Symbol("b"))), Dense(2, softmax), loss=cross_entropy)
    for sweep in (net.backprop().single, net.backprop().batch):
        assert pickle.loads(pickle.dumps(sweep)) == sweep


# --- What the engine stays away from.


def test_no_matrix_expression_appears_anywhere():
    """SymPy's derivative of a MatrixExpr raises, gives 0, or is silently wrong."""
    net = Network(Symbol("a"), Dense(Symbol("b"), tanh), Dense(2, softmax), loss=cross_entropy)
    seen = 0
    for sweep in (net.backprop().single, net.backprop().batch):
        for e in (e.rhs for e in sweep.forward), (step.after for a in sweep.adjoints for step in a.steps):
            for expression in e:
                assert isinstance(expression, Expr) and not expression.has(MatrixExpr)
                seen += 1
    assert seen > 50


def test_every_index_of_a_derivation_is_an_index_of_an_axis():
    net = Network(3, Dense(3), Dense(3))
    for adjoint in net.backprop().batch.adjoints:
        for entry in adjoint.equation.rhs.atoms(Indexed):
            assert all(isinstance(i, Index) for i in entry.indices)
