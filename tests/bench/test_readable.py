"""The readable code against NumPy as one would write it by hand: value and gradient of a network of sigmoid layers."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from derive.network import Network

from .conftest import best_times


def by_hand(p, x, y):
    w1, b1, w2, b2 = p["w1"], p["b1"], p["w2"], p["b2"]
    m = len(x)
    a1 = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    a2 = 1 / (1 + np.exp(-(a1 @ w2.T + b2)))
    loss = np.sum((a2 - y) ** 2) / (2 * m)
    delta2 = (a2 - y) * a2 * (1 - a2) / m
    delta1 = (delta2 @ w2) * a1 * (1 - a1)
    return loss, {"w1": delta1.T @ x, "b1": delta1.sum(axis=0), "w2": delta2.T @ a1, "b2": delta2.sum(axis=0)}


def prepared(sizes, samples):
    net, rng = Network.dense(*sizes), np.random.default_rng(0)
    return net.compile(), net.init(rng), rng.random((samples, sizes[0])), rng.random((samples, sizes[-1]))


@pytest.mark.parametrize(("sizes", "samples"), [((64, 30, 10), 10), ((784, 30, 10), 10), ((784, 100, 10), 100)])
def test_readable_code(sizes, samples, benchmark, report):
    f, p, x, y = prepared(sizes, samples)
    contenders = {"by hand": lambda: by_hand(p, x, y), "generated": lambda: f.value_and_grad(p, x, y)}
    best = best_times(contenders, rounds=300, calls=20)
    report(f"{'-'.join(map(str, sizes))}, batch {samples} (goal: at most 1.1 x)", best, "by hand")
    benchmark(f.value_and_grad, p, x, y)


def test_number_of_calls_of_a_small_network(benchmark, capsys):
    """Below 64-30-10 what counts is how often C code is called from Python."""
    f, p, x, y = prepared((2, 3, 1), 4)

    def calls(run):
        seen = []
        sys.setprofile(lambda frame, event, what: seen.append(what) if event == "c_call" else None)
        try:
            run(p, x, y)
        finally:
            sys.setprofile(None)
        return len(seen)

    lines = f.source.split("def value_and_grad")[1]
    operators = sum(lines.count(sign) for sign in (" @ ", "*", "/", " + ", " - "))
    with capsys.disabled():
        print(f"\n2-3-1: {operators} operators in the source")
        print(f"C functions called: generated {calls(f.value_and_grad)}, by hand {calls(by_hand)}")
    benchmark(f.value_and_grad, p, x, y)
