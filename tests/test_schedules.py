"""Every schedule: its formula restated, its warm-up, its settings refused; and what counts as a rate."""

import itertools
from dataclasses import FrozenInstanceError
from fractions import Fraction
from math import cos, exp, pi

import numpy as np
import pytest
import sympy

from derive.errors import DeriveError
from derive.schedules import SCHEDULES, Schedule, as_schedule, constant, cosine, exponential, inverse_time, series, step

# A schedule, and its value at k restated without the module.
RESTATED = {
    "constant": (constant(0.3), lambda k: 0.3),
    "step": (step(0.8, drop=0.5, every=4), lambda k: 0.8 / 2 ** (k // 4)),
    "exponential": (exponential(3.0, decay=0.2), lambda k: 3.0 * exp(-0.2) ** k),
    "inverse_time": (inverse_time(2.0, decay=0.5), lambda k: 4.0 / (2 + k)),
    "cosine": (cosine(1.0, steps=20, least=0.1), lambda k: 0.1 + 0.9 * cos(pi * min(k, 20) / 40) ** 2),
}


def test_the_table_is_restated_in_full():
    assert set(RESTATED) == set(SCHEDULES) == {"constant", "step", "exponential", "inverse_time", "cosine"}


@pytest.mark.parametrize("name", SCHEDULES)
def test_formula(name):
    schedule, restated = RESTATED[name]
    for k in (0, 1, 3, 4, 7, 8, 19, 20, 21, 1000):
        assert schedule(k) == pytest.approx(restated(k), rel=1e-12, abs=1e-300), k


@pytest.mark.parametrize("name", SCHEDULES)
def test_warm_up_is_linear_to_the_rate_and_then_the_schedule_begins(name):
    plain = RESTATED[name][0]
    settings = {f: v for f, v in vars(plain).items() if f != "warmup"}
    warm = SCHEDULES[name](**settings, warmup=5)
    assert [warm(k) for k in range(5)] == pytest.approx([plain.rate * part for part in (0.2, 0.4, 0.6, 0.8, 1.0)])
    assert [warm(k) for k in range(5, 40)] == [plain(k) for k in range(35)]
    assert warm(4.5) == pytest.approx(plain.rate)


@pytest.mark.parametrize("name", SCHEDULES)
def test_unit_counts_in_epochs(name):
    plain = RESTATED[name][0]
    settings = {f: v for f, v in vars(plain).items() if f != "unit"}
    slow = SCHEDULES[name](**settings, unit=10)
    assert [slow(10 * k) for k in range(9)] == [plain(k) for k in range(9)]


@pytest.mark.parametrize("name", SCHEDULES)
def test_it_never_rises_and_shows_its_formula(name):
    schedule = RESTATED[name][0]
    values = [schedule(k) for k in range(50)]
    assert values[0] == schedule.rate and all(b <= a for a, b in itertools.pairwise(values))
    assert schedule.latex in schedule._repr_latex_() and schedule._repr_latex_().count("$") == 2
    assert schedule.latex.count("{") == schedule.latex.count("}")
    assert schedule.__doc__ is not None and schedule.__doc__.startswith(r"$\eta_k = ")


def test_they_are_frozen_and_equal_by_value():
    assert step(0.1, every=3) == step(0.1, every=3) != step(0.1, every=4)
    with pytest.raises(FrozenInstanceError):
        constant(0.1).rate = 2.0


@pytest.mark.parametrize("rate", [0.1, 3, np.float32(0.5), np.int64(2), Fraction(1, 18), sympy.Rational(1, 18)])
def test_a_number_is_constant(rate):
    schedule = as_schedule(rate)
    assert isinstance(schedule, constant) and schedule(0) == schedule(99) == float(rate)


@pytest.mark.parametrize(
    "rate",
    [
        0,
        0.0,
        -1,
        float("nan"),
        float("inf"),
        "0.1",
        None,
        True,
        [0.1, 0.2],
        np.array([0.1, 0.2]),
        1j,
        sympy.Symbol("x"),
        step,
    ],
)
def test_what_is_not_a_rate_is_refused(rate):
    with pytest.raises(DeriveError, match="learning rate"):
        as_schedule(rate)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: constant(-1), "constant: rate"),
        (lambda: constant(1, warmup=-1), "constant: warmup"),
        (lambda: constant(1, warmup=1.5), "constant: warmup"),
        (lambda: constant(1, unit=0), "constant: unit"),
        (lambda: step(1, drop=0), "step: drop"),
        (lambda: step(1, drop=1.5), "step: drop"),
        (lambda: step(1, every=0), "step: every"),
        (lambda: exponential(1, decay=-0.1), "exponential: decay"),
        (lambda: exponential(1, decay=float("nan")), "exponential: decay"),
        (lambda: inverse_time(1, decay=-0.1), "inverse_time: decay"),
        (lambda: cosine(1, steps=0), "cosine: steps"),
        (lambda: cosine(1, least=2), "cosine: least"),
        (lambda: constant(1)(-1), "constant: step"),
        (lambda: as_schedule(lambda k: -1.0)(3), "series: the rate at step 3 is -1"),
        (lambda: as_schedule(lambda k: float("nan"))(3), "series: the rate at step 3 is nan"),
        (lambda: Schedule(1.0)(0), "schedule Schedule"),
    ],
)
def test_wrong_settings_are_named(make, named):
    with pytest.raises(DeriveError, match=named):
        make()


def test_a_teacher_adds_one_in_four_lines():
    class halved_once(Schedule):
        latex = r"\eta_0 \text{ or } \eta_0/2"

        def after(self, k):
            return self.rate if k < 3 else self.rate / 2

    assert [as_schedule(halved_once(0.4, warmup=2))(k) for k in range(7)] == [0.2, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2]


def test_a_function_is_a_series():
    schedule = as_schedule(lambda k: 1 / (k + 1))
    assert isinstance(schedule, series) and [schedule(k) for k in range(3)] == [1.0, 1 / 2, 1 / 3]
