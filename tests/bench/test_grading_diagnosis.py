"""What a diagnosis costs: one mistake, two mistakes, nonsense, and a right answer; on a network of named scalars and on one of matrices."""

from __future__ import annotations

from derive.grading.mistakes.diagnosis import diagnose, diagnose_numbers
from derive.grading.mistakes.problems import Problem
from derive.network import Network
from derive.ops import tanh

from .conftest import best_times

D1 = [
    "z1 = w1*x + b1", "z2 = w2*x + b2", "a1 = sigma(z1)", "a2 = sigma(z2)",
    "z3 = w3*a1 + w3*a2 + b3", "yhat = sigma(z3)", "L = (yhat - y)^2/2",
]  # fmt: skip
AT = {"x": 0.5, "y": 0.8, "w1": 0.2, "w2": -0.3, "b1": 0.4, "b2": -0.5, "w3": 0.1, "b3": 0.2}
ANSWERS = {
    "right": "(yhat - y)*yhat*(1 - yhat)*w3*a1*(1 - a1)*x",
    "one mistake": "(yhat - y)*w3*a1*(1 - a1)*x",
    "two mistakes": "-(yhat - y)*w3*a1*(1 - a1)*x",
    "nonsense": "sin(x)*w1 + a2",
}


def test_named_scalars(benchmark, report):
    asked = Problem.of_equations(D1, wrt="w1")
    contenders = {name: lambda text=text: diagnose(text, asked) for name, text in ANSWERS.items()}
    contenders["a number"] = lambda: diagnose_numbers(0.002, asked, AT)
    report("a diagnosis, network 1-2-1 (goal: about 0.5 s)", best_times(contenders, rounds=5), "one mistake")
    benchmark.pedantic(contenders["two mistakes"], rounds=3)


def test_several_samples(benchmark, report):
    sizes = {f"{n} samples": Problem.of_equations(D1, wrt="w1", samples=n) for n in (2, 4, 8)}
    best = best_times({name: lambda p=p: diagnose("(yhat - y)*w3*a1*(1 - a1)*x", p) for name, p in sizes.items()}, rounds=3)
    report("a diagnosis over several samples (goal: about 0.5 s)", best, "2 samples")
    benchmark.pedantic(diagnose, args=("x_1", sizes["2 samples"]), rounds=3)


def test_networks(benchmark, report):
    sizes = {"2-2-2": (2, 2, 2), "2-3-2": (2, 3, 2), "3-4-2": (3, 4, 2)}
    asked = {name: Problem.of_network(Network.dense(*s, activation=tanh), "w1_1_2") for name, s in sizes.items()}
    best = best_times({name: lambda p=p: diagnose("(1 - a1_1^2)*x_2*w2_1_1", p) for name, p in asked.items()}, rounds=3)
    report("no diagnosis, by the size of the network (goal: about 0.5 s)", best, "2-2-2")
    benchmark.pedantic(diagnose, args=("x_2", asked["2-2-2"]), rounds=3)
