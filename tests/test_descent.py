"""Descent on plain functions and expressions: known iterates, gradients, bounds, and every way in which it ends."""

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
import sympy
from sympy import Abs, Function, Max, Symbol, cos, exp, log, sqrt, symbols

from derive.descent import descend
from derive.errors import DeriveError, DomainError, ShapeError, Unsupported
from derive.ops import sigmoid, softplus
from derive.schedules import exponential
from derive.stopping import reached, small_change

x, y, w, b = symbols("x y w b")

# The same function in every form that is taken: F, gradient.
PARABOLA = {
    "a function": (lambda t: (t - 2) ** 2, None),
    "a function and its gradient": (lambda t: (t - 2) ** 2, lambda t: 2 * (t - 2)),
    "an expression": ((x - 2) ** 2, None),
}


@pytest.mark.parametrize("form", PARABOLA)
@pytest.mark.parametrize(("start", "points"), [(4, [4, 3.96, 3.9208, 3.882384]), (0, [0, 0.04, 0.0792, 0.117616])])
def test_the_first_iterates_on_a_parabola(form, start, points):
    F, gradient = PARABOLA[form]
    run = descend(F, start, 0.01, steps=3, gradient=gradient)
    assert run.points == pytest.approx(points, rel=1e-9) and all(isinstance(p, float) for p in run.points)
    assert run.values == pytest.approx([(p - 2) ** 2 for p in points], rel=1e-8)
    assert run.gradients == pytest.approx([2 * (p - 2) for p in points[:-1]], rel=1e-8)
    assert run.rates == [0.01] * 3 and run.steps == 3 and run.stopped == "3 steps done"


@pytest.mark.parametrize("form", PARABOLA)
def test_precision_bounds_the_last_step(form):
    """The step |p_k - p_{k-1}| = 0.04 * 0.98^(k-1) falls to 1e-4 at k = 298."""
    F, gradient = PARABOLA[form]
    run = descend(F, 4, 0.01, stop=1e-4, gradient=gradient)
    assert run.steps == 298 and run.stopped == "the last step was not longer than 0.0001, after 298 steps"
    moves = np.abs(np.diff(run.points))
    assert moves[-1] <= 1e-4 < moves[-2]
    assert run.points[-1] == pytest.approx(2 + 2 * 0.98**298)


CURVE = x**4 / 4 - x**2 + x / 5


def test_a_curve_with_two_minima():
    """Where one ends depends on where one starts, and only one of the two valleys is the deeper one."""
    left, right = descend(CURVE, -0.5, 0.1, stop=1e-10), descend(CURVE, 0.5, 0.1, stop=1e-10)
    roots = sorted(float(root) for root in sympy.Poly(CURVE.diff(x)).nroots())
    assert (left.points[-1], right.points[-1]) == pytest.approx((roots[0], roots[2]), abs=1e-8)
    assert left.values[-1] < right.values[-1] - 0.5
    for run in (left, right):
        assert all(after <= before + 1e-15 for before, after in pairwise(run.values))


# Convex, with an L-Lipschitz gradient: F, start, where the minimum is, its value, L.
CONVEX = {
    "a parabola": ((x - 2) ** 2, 4.0, 2.0, 0.0, 2.0),
    "a flat valley": (x**4, 1.0, 0.0, 0.0, 12.0),
    "logistic": (log(1 + exp(x)) + log(1 + exp(-x)), 3.0, 0.0, 2 * math.log(2), 0.5),
    "the root of 1 + x^2": (sqrt(1 + x**2), 5.0, 0.0, 1.0, 1.0),
    "two variables": ((x - 1) ** 2 + 10 * (y + 2) ** 2, [4.0, 4.0], [1.0, -2.0], 0.0, 20.0),
}


@pytest.mark.parametrize("name", CONVEX)
@pytest.mark.parametrize("part", [1.0, 0.3])
def test_the_gap_falls_like_one_over_k(name, part):
    F, start, at, minimum, L = CONVEX[name]
    run = descend(F, start, part / L, steps=500)
    gap, k = run.gap(minimum)[1:], np.arange(1, 501)
    assert (gap >= -1e-15).all() and (gap <= run.bound(at) + 1e-12).all()
    alpha = run.alpha(minimum)
    assert (gap <= alpha / k * (1 + 1e-12)).all() and np.isclose(gap, alpha / k).any()
    assert alpha <= (run.bound(at) * k)[0] + 1e-12


def test_the_bound_needs_a_constant_rate():
    with pytest.raises(DeriveError, match="constant"):
        descend((x - 2) ** 2, 4, exponential(0.1), steps=3).bound(2)


def test_the_bound_fails_where_the_function_is_not_convex():
    """A plateau, then a valley: the check on convex functions above is one that can fail."""
    run = descend(-exp(-((x - 4) ** 2)), 1.0, 0.5, steps=200)
    assert (run.gap(-1.0)[1:] > run.bound(4.0)).any()


# One neuron without activation: loss (w x + b - y)^2 at x = 4, y = 5, from (3, 2).

TOY = (w * 4 + b - 5) ** 2
STEPS = [(-1, 1), (2.5556, 1.8889), (-0.6049, 1.0988), (2.2044, 1.8011), (-0.2928, 1.1768), (1.9269, 1.7317)]


@pytest.mark.parametrize("start", [(3, 2), {w: 3, b: 2}, {"b": 2, "w": 3}])
def test_two_variables_with_a_constant_rate(start):
    """With eta = 1/18 the error 9 shrinks by -8/9 a step: it jumps across, and comes nearer."""
    run = descend(TOY, start, 1 / 18, steps=6, variables=(w, b))
    assert run.names == ("w", "b") and run.values[0] == 81
    assert run.values[1:] == pytest.approx([64, 50.5679, 39.9549, 31.5693, 24.9436, 19.7086], abs=5e-5)
    assert run.gradients[0] == pytest.approx([72, 18]) and run.points[1] == pytest.approx([-1, 1])
    errors = [4 * p[0] + p[1] - 5 for p in run.points]
    assert errors == pytest.approx([9 * (-8 / 9) ** k for k in range(7)])
    assert np.array(run.points[1:]) == pytest.approx(np.array(STEPS), abs=5e-5)


def test_two_variables_with_a_damped_rate():
    """Six updates with eta = 1/18 over the power of ten in dL/dw: one by one, as the rate depends on the gradient."""
    p, found = (3.0, 2.0), []
    for _ in range(6):
        slope = 2 * (4 * p[0] + p[1] - 5) * 4
        run = descend(TOY, p, 1 / 18 / 10 ** int(math.log10(slope)), steps=1, variables=(w, b))
        p = tuple(run.points[-1])
        found.append((*p, run.values[-1]))
    known = [(2.6, 1.9, 53.29), (2.2756, 1.8189, 35.0596), (2.0124, 1.7531, 23.0657), (1.7989, 1.6997, 15.175),
             (1.6258, 1.6565, 9.9836), (1.4854, 1.6213, 6.5682)]  # fmt: skip
    assert np.array(found) == pytest.approx(np.array(known), abs=6e-5)


def test_variables_are_sorted_by_name_unless_given():
    run = descend(TOY, (2, 3), 1 / 18, steps=1)
    assert run.names == ("b", "w") and run.points[1] == pytest.approx([1, -1])


def test_a_function_of_an_array():
    A, c = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -1.0])
    seen = []

    def F(p):
        seen.append(p)
        p = p.copy()
        return p @ A @ p / 2 - c @ p

    run = descend(F, [5.0, 5.0], 0.25, steps=400, stop=1e-9)
    assert run.points[-1] == pytest.approx(np.linalg.solve(A, c), abs=1e-6)
    assert all(isinstance(p, np.ndarray) and p.shape == (2,) for p in [*seen, *run.points])
    assert len({id(p) for p in run.points}) == len(run.points)


def test_a_function_may_scribble_on_what_it_is_given():
    def F(p):
        value = float(p @ p)
        p[:] = 100
        return value

    assert descend(F, [1.0, 2.0], 0.25, steps=1).points[1] == pytest.approx([0.5, 1.0], abs=1e-8)


# Expressions, and the same written for Python, the variables in alphabetical order.
FORMS = [
    (sigmoid(w * x + b), lambda p: 1 / (1 + math.exp(-(p[1] * p[2] + p[0])))),
    (softplus(x * y) + w**2, lambda p: math.log1p(math.exp(p[1] * p[2])) + p[0] ** 2),
    (Abs(x - 1) + y**2, lambda p: abs(p[0] - 1) + p[1] ** 2),
    (cos(x) * exp(y), lambda p: math.cos(p[0]) * math.exp(p[1])),
    (Max(x, y) + x**2, lambda p: max(p[0], p[1]) + p[0] ** 2),
]


@pytest.mark.parametrize("case", range(len(FORMS)))
def test_gradients_of_expressions_are_those_of_differences(case):
    e, F = FORMS[case]
    start = [0.3, -0.7, 0.9][: len(e.free_symbols)]
    exact, around = descend(e, start, 0.1, steps=5), descend(F, start, 0.1, steps=5)
    assert np.array(exact.points) == pytest.approx(np.array(around.points), abs=1e-7)
    assert exact.values == pytest.approx(around.values, abs=1e-7)


# How it ends.


def test_a_schedule_and_rules_as_in_training():
    run = descend((x - 2) ** 2, 4, exponential(0.4, decay=0.1), steps=50, stop=[small_change(1e-6), reached(loss=1e-3)])
    assert run.rates == [exponential(0.4, decay=0.1)(k) for k in range(run.steps)]
    assert run.stopped == f"the loss reached 0.001, after {run.steps} steps"
    assert run.values[-1] <= 1e-3 < run.values[-2]
    changed = descend((x - 2) ** 2, 4, 0.1, stop=small_change(1e-6))
    assert abs(changed.values[-1] - changed.values[-2]) < 1e-6 <= abs(changed.values[-2] - changed.values[-3])
    assert descend(x**2, 1, 0.1, steps=0).points == [1.0]


def squares(t):
    return t**4  # Python's own floats raise OverflowError here


DIVERGING = {
    "an expression that overflows": (x**4, 3.0, 1.0, "F is inf"),
    "a function that overflows": (squares, 3.0, 1.0, "F cannot be computed|the gradient"),
    "a function of NumPy": (lambda p: np.sum(p**4), [3.0, 2.0], 1.0, "F is inf|the gradient"),
    "a logarithm left of 0": (log(x) + x, 0.1, 0.5, "F is nan"),
    "math.log left of 0": (lambda t: math.log(t) + t, 0.1, 0.5, "F cannot be computed"),
    "division by zero": (lambda t: 1 / t if t < 1 else t**2, 1.0, 0.5, "F cannot be computed"),
    "a slope without end": (sqrt(x), 0.25, 0.25, "the gradient"),
}


@pytest.mark.parametrize("name", DIVERGING)
def test_divergence_is_reported_and_the_history_kept(name):
    F, start, rate, said = DIVERGING[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = descend(F, start, rate, gradient=(lambda t: 2 * t) if name == "division by zero" else None)
    assert run.stopped.startswith(f"diverged at step {run.steps + 1}: ") and "smaller rate" in run.stopped
    assert any(part in run.stopped for part in said.split("|")), run.stopped
    assert len(run.points) == len(run.values) == run.steps + 1 == len(run.gradients) + 1 == len(run.rates) + 1
    assert np.isfinite(np.array(run.points)).all() and np.isfinite(run.values).all()


def test_it_prints_a_summary():
    run = descend((x - 2) ** 2, 4, 0.01, steps=2)
    assert repr(run) == "Descent(2 steps: F(4.0) = 4 to F(3.9208) = 3.68947; 2 steps done)"


f = Function("f")
REFUSED = [
    (lambda: descend("x**2", 1, 0.1), DeriveError, "neither a function"),
    (lambda: descend(x**2, 1, 0), DeriveError, "learning rate"),
    (lambda: descend(x**2, 1, 0.1, steps=-1), DeriveError, "steps"),
    (lambda: descend(x**2, 1, 0.1, steps=1.5), DeriveError, "steps"),
    (lambda: descend(x**2, 1, 0.1, stop=0), DeriveError, "precision"),
    (lambda: descend(x**2, 1, 0.1, stop="soon"), DeriveError, "stop"),
    (lambda: descend(x**2, "one", 0.1), DeriveError, "start"),
    (lambda: descend(x**2, math.nan, 0.1), DeriveError, "start"),
    (lambda: descend(x**2, [[1]], 0.1), DeriveError, "start"),
    (lambda: descend(x**2, [1, 2], 0.1), ShapeError, r"2 start value\(s\) for the variables x"),
    (lambda: descend(x * y, 1, 0.1), ShapeError, "variables x, y"),
    (lambda: descend(x * y, {x: 1}, 0.1), ShapeError, "no start for y"),
    (lambda: descend(x * y, [1], 0.1, variables=[x]), ShapeError, "variables x of x"),
    (lambda: descend(log(x), -1, 0.1), DomainError, "start: F is nan at -1.0"),
    (lambda: descend(lambda t: 1 / t, 0, 0.1), DomainError, "start: F cannot be computed at 0.0"),
    (lambda: descend(lambda p: p, [1.0, 2.0], 0.1), ShapeError, "one real number"),
    (lambda: descend(lambda t: 1j, 1.0, 0.1), ShapeError, "one real number"),
    (lambda: descend(lambda t: None, 1.0, 0.1), ShapeError, "one real number"),
    (lambda: descend(lambda p: p @ p, [1.0, 2.0], 0.1, gradient=lambda p: p[0]), ShapeError, "gradient"),
    (lambda: descend(f(x), 1, 0.1), Unsupported, r"f\(.*\) has no numerical value"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_what_cannot_be_descended(case):
    act, kind, said = REFUSED[case]
    with pytest.raises(kind, match=said):
        act()


def test_names_like_keywords_are_ordinary():
    lamda, e = Symbol("lambda"), Symbol("E")
    run = descend((lamda - 1) ** 2 + e**2, {lamda: 0, e: 1}, 0.5, steps=1)
    assert run.names == ("E", "lambda") and run.points[1] == pytest.approx([0, 1])
