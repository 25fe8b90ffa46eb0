"""The perceptron rule: known runs, its invariances, and the proof that it does not end on XOR."""

from fractions import Fraction
from itertools import islice, permutations

import numpy as np
import pytest

from derive.data import seven_points, xor
from derive.errors import DataError, DeriveError, ShapeError
from derive.perceptron import decision_table, over_orders, perceptron, separates

X, y = seven_points().X, seven_points().Y[:, 0]


def restated(at_zero, epochs, rate=1.0):
    """The rule in floating point, written once more."""
    w, b = np.zeros(2), 0.0
    for _ in range(epochs):
        for row, label in zip(X, y, strict=True):
            z = w @ row + b
            f = at_zero if z == 0 else float(z > 0)
            w, b = w + rate * (label - f) * row, b + rate * (label - f)
    return w, b


@pytest.mark.parametrize(("at_zero", "epochs", "w", "b"), [(1, 8, (-1.2, 3.2), -1.0), (0, 5, (0.0, 2.2), -1.0)])
def test_seven_points_in_the_given_order(at_zero, epochs, w, b):
    run = perceptron(X, y, at_zero=at_zero)
    assert (run.w, run.b, run.epochs) == (w, b, epochs) and run.converged and run.cycle is None
    assert run.stopped == f"epoch {epochs} is the first without a mistake"
    assert run.mistakes[-1] == 0 and min(run.mistakes[:-1]) > 0 and sum(run.mistakes) == len(run.updates)
    assert separates(run.w, run.b, X, y) and f"{len(run.updates)} updates" in repr(run)
    assert np.allclose(restated(at_zero, epochs)[0], w) and np.isclose(restated(at_zero, epochs)[1], b)


def test_every_update_is_the_rule_and_they_follow_each_other():
    run = perceptron(X, y)
    w, b = (0.0, 0.0), 0.0
    for update in run.updates:
        assert (update.w_before, update.b_before) == (w, b)
        x, change = X[update.sample], update.y - update.f
        assert abs(change) == 1 and update.y == y[update.sample]
        z = np.dot(w, x) + b
        assert (z > -1e-12) if update.f else (z < 1e-12)
        assert update.w == pytest.approx(tuple(w + change * x)) and update.b == b + change
        w, b = update.w, update.b
    assert (w, b) == (run.w, run.b)
    assert [(u.epoch, u.sample) for u in run.updates] == sorted((u.epoch, u.sample) for u in run.updates)
    assert [sum(u.epoch == e for u in run.updates) for e in range(1, 9)] == list(run.mistakes)


@pytest.mark.parametrize("at_zero", [0, 1])
def test_the_bias_is_the_weight_of_a_constant_one(at_zero):
    plain = perceptron(X, y, at_zero=at_zero)
    absorbed = perceptron(np.column_stack([X, np.ones(7)]), y, at_zero=at_zero, bias=False)
    assert absorbed.mistakes == plain.mistakes and absorbed.b == 0 and absorbed.w == (*plain.w, plain.b)
    for one, two in zip(plain.updates, absorbed.updates, strict=True):
        assert (one.epoch, one.sample, one.f) == (two.epoch, two.sample, two.f)
        assert two.w == (*one.w, one.b) and two.w_before == (*one.w_before, one.b_before)
    counted_twice = perceptron(np.column_stack([X, np.ones(7)]), y, at_zero=at_zero)
    assert counted_twice.w != absorbed.w  # with a bias as well it is another rule


@pytest.mark.parametrize("rate", [0.1, 0.01, 3, 0.7, Fraction(1, 3)])
@pytest.mark.parametrize("at_zero", [0, 1])
def test_from_zero_the_rate_scales_and_decides_nothing(rate, at_zero):
    one, other = perceptron(X, y, at_zero=at_zero), perceptron(X, y, rate=rate, at_zero=at_zero)
    assert [(u.epoch, u.sample, u.f) for u in one.updates] == [(u.epoch, u.sample, u.f) for u in other.updates]
    assert other.w == pytest.approx([float(rate) * v for v in one.w]) and other.b == pytest.approx(float(rate) * one.b)


def test_from_elsewhere_the_rate_does_matter():
    runs = [perceptron(X, y, rate=rate, start=([1, -2], 0.5)) for rate in (1, 0.1)]
    assert len(runs[0].updates) != len(runs[1].updates) and all(run.converged for run in runs)
    assert runs[0].updates[0].w_before == (1.0, -2.0) and runs[0].updates[0].b_before == 0.5


def test_the_order_changes_boundary_and_number_of_updates():
    runs = over_orders(X, y, islice(permutations(range(7)), 0, None, 40))
    assert len(runs) == 126 and all(run.converged for run in runs)
    for run in runs:
        assert [row.sign >= 0 for row in decision_table(run.w, run.b, X)] == [label == 1 for label in y]
    assert len({len(run.updates) for run in runs}) > 3 and len({(run.w, run.b) for run in runs}) > 10
    drawn = over_orders(X, y, 3, count=4)
    assert len(drawn) == 4 and [r.w for r in drawn] == [
        r.w for r in over_orders(X, y, np.random.default_rng(3), count=4)
    ]
    assert perceptron(X, y, order=range(7)) == perceptron(X, y)


@pytest.mark.parametrize("at_zero", [0, 1])
@pytest.mark.parametrize("rate", [1, 0.1])
def test_xor_goes_round_in_a_circle(at_zero, rate):
    data = xor()
    for order in permutations(range(4)):
        run = perceptron(data.X, data.Y, at_zero=at_zero, rate=rate, order=order)
        assert not run.converged and run.cycle is not None and run.epochs == run.cycle[1] < 20
        assert "goes round in a circle and never ends" in run.stopped
        first, last = ((run.updates[sum(run.mistakes[:e]) - 1] if e else None) for e in run.cycle)
        assert (last.w, last.b) == ((first.w, first.b) if first else ((0.0, 0.0), 0.0))


def test_a_circle_may_close_at_the_start():
    run = perceptron([[1], [1]], [0, 1])
    assert run.cycle == (0, 1) and run.stopped.startswith("w and b after epoch 1 are those at the start")


def test_it_gives_up_without_a_proof():
    run = perceptron(X, y, epochs=3)
    assert not run.converged and run.cycle is None and run.stopped.startswith("3 epochs done, ")
    assert run.epochs == 3 and run.mistakes == perceptron(X, y).mistakes[:3]


def test_labels_of_minus_one_and_lists_are_taken_too():
    run = perceptron(X, y)
    assert perceptron(X.tolist(), (2 * y - 1).tolist()) == run == perceptron(X, y.reshape(-1, 1))
    exact = [[Fraction(str(v)) for v in row] for row in X.tolist()]
    assert perceptron(exact, y) == run


def test_a_point_on_the_boundary_is_on_it_exactly():
    """In floating point 0.1 + 0.2 - 0.3 is not 0."""
    (row,) = decision_table((1, 1), -0.3, [[0.1, 0.2]])
    assert (row.wx, row.value, row.sign) == (0.3, 0.0, 0)
    assert 0.1 + 0.2 - 0.3 != 0


def test_a_decision_function():
    """u = (0, 2) of class 1 and v = (1, 0) of class 0: any (w, b) with 2 w2 + b > 0 and w1 + b < 0 is right."""
    u, v = (0, 2), (1, 0)
    table = decision_table((0, 1), -1, [u, v])
    assert [(row.x, row.wx, row.value, row.sign) for row in table] == [((0, 2), 2, 1, 1), ((1, 0), 0, -1, -1)]
    rng = np.random.default_rng(0)
    right = 0
    for w1, w2, b in rng.normal(size=(200, 3)):
        said = separates((w1, w2), b, [u, v], [1, 0])
        assert said == (2 * w2 + b > 0 and w1 + b < 0)
        right += said
    assert 20 < right < 100
    assert not separates((0, 1), 0, [u, v], [1, 0])  # v lies on the line


BAD = [
    (lambda: perceptron([], []), ShapeError, "X"),
    (lambda: perceptron([1, 2], [0, 1]), ShapeError, "X"),
    (lambda: perceptron([[1, 2], [3]], [0, 1]), DataError, "different lengths"),
    (lambda: perceptron([["a", 2]], [0]), DataError, "not a number"),
    (lambda: perceptron([[np.nan, 2]], [0]), DataError, "row 0, column 0"),
    (lambda: perceptron(X, y[:3]), ShapeError, r"7 samples, but labels of shape \(3,\)"),
    (lambda: perceptron(X, [0, 1, 2, 0, 1, 0, 1]), DataError, "y, row 2"),
    (lambda: perceptron(X, [0, 1, -1, 0, 1, 0, 1]), DataError, "y, row 2"),
    (lambda: perceptron(X, y, rate=0), DeriveError, "learning rate"),
    (lambda: perceptron(X, y, rate=-1), DeriveError, "learning rate"),
    (lambda: perceptron(X, y, epochs=0), DeriveError, "epochs"),
    (lambda: perceptron(X, y, at_zero=2), DeriveError, "at_zero"),
    (lambda: perceptron(X, y, order=[0, 1, 2]), DeriveError, "order"),
    (lambda: perceptron(X, y, order=[0, 1, 2, 3, 4, 5, 5]), DeriveError, "order"),
    (lambda: perceptron(X, y, start=([1, 2, 3], 0)), ShapeError, "w has 3 entries"),
    (lambda: separates((1, 2, 3), 0, X, y), ShapeError, "w has 3 entries"),
]


@pytest.mark.parametrize("case", range(len(BAD)))
def test_what_is_refused(case):
    act, kind, said = BAD[case]
    with pytest.raises(kind, match=said):
        act()
