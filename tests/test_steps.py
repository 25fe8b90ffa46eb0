"""What a proof must not believe: sizes are no numbers, entries are no parameters, and what cannot be tried is not proved."""

from __future__ import annotations

import pytest
from sympy import Abs, Expr, Integer, Symbol, log, sqrt

from derive.indices import SAMPLES, Axis, Quantity, summed
from derive.network import Network
from derive.steps import Assumption, Step, prove

N, M = Axis("n1"), Axis("m", SAMPLES)
A, Y, X = Quantity("a", (N, M)), Quantity("y", (N, M)), Quantity("x", (N,))
J, K, S = N.index("j"), N.index("k"), M.index("s")
C = Symbol("c", real=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (2 * (A[J, S] - Y[J, S]) / M.size, A[J, S] - Y[J, S]),  # 2/m is 1 at m = 2 only
        (summed(A[J, S], [S]), 2 * summed(A[J, S], [S]) / M.size),
        (summed(C, [J]), 2 * C),
        (summed(C, [J]), 3 * C),
        (summed(X[J], [J]), Symbol("x_1", real=True) + Symbol("x_2", real=True)),
        (summed(X[J] ** 2, [J]), summed(X[J], [J]) ** 2),
        (summed(X[J] * A[J, S], [J]), summed(X[J] * A[K, S], [J])),
        (sqrt(C**2), C),
        (Abs(C), C),
    ],
)
def test_what_is_wrong_is_refuted(before: Expr, after: Expr):
    proof = prove(Step("planted", before, after))
    assert (proof.verdict, proof.how) == ("refuted", "counter-example"), proof
    assert "they differ by" in proof.detail


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (summed(Integer(1), [S]), M.size),
        (summed(C, [J]), N.size * C),
        (summed(X[J], [J]), summed(X[K], [K])),
        (2 * (A[J, S] - Y[J, S]) / M.size, (2 * A[J, S] - 2 * Y[J, S]) / M.size),
    ],
)
def test_what_is_right_is_proved(before: Expr, after: Expr):
    assert prove(Step("right", before, after)).verdict == "proved"


def test_a_parameter_that_looks_like_an_entry_disturbs_nothing():
    net = Network.from_equations(["z = x_1*x + w", "C = (z - y)^2"])
    assert {proof.verdict for proof in net.backprop().verify()} == {"proved"}


def test_an_assumption_proves_only_what_follows_from_it():
    told = Assumption("the targets of a sample add up to 1", summed(Y[J, S], [J]), Integer(1))
    assert prove(Step("sum", summed(Y[J, S], [J]), Integer(1), assuming=told)).verdict == "proved"
    assert prove(Step("sum", summed(Y[J, S], [J]), Integer(2), assuming=told)).verdict == "refuted"
    assert prove(Step("sum", summed(A[J, S], [J]), Integer(1), assuming=told)).verdict == "refuted"


def test_where_nothing_can_be_tried_nothing_is_proved():
    never_real = log(-1 - C**2)
    proof = prove(Step("nowhere", never_real, 2 * never_real))
    assert proof.verdict == "undecided" and proof.how == "nothing", proof
