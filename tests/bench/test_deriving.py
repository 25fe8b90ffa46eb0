"""What a derivation costs: not more for wide layers, in proportion to depth, and how long a process takes to its first gradient."""

from __future__ import annotations

import subprocess
import sys

from derive.deriving import derive
from derive.network import Network
from derive.ops import sigmoid, tanh
from derive.slopes import slope_derivation

from .conftest import best_times

FIRST_GRADIENT = """
import numpy as np
from derive import Network
net = Network.dense(4, 16, 16, 2)
net.compile().value_and_grad(net.init(0), np.zeros((3, 4)), np.zeros((3, 2)))
"""


def made(*sizes: int) -> None:
    Network.dense(*sizes).compile()


def test_width_costs_nothing(benchmark, report):
    best = best_times({"8-6-5-4": lambda: made(8, 6, 5, 4), "784-512-512-10": lambda: made(784, 512, 512, 10)}, rounds=15)
    report("derive and compile, by width (goal: within 20 %, at most about 0.3 s)", best, "8-6-5-4")
    benchmark.pedantic(made, args=(784, 512, 512, 10), rounds=3)


def test_depth_costs_in_proportion(benchmark, report):
    best = best_times({"depth 4": lambda: made(*[5] * 5), "depth 32": lambda: made(*[5] * 33)}, rounds=4)
    report("derive and compile, by depth (goal: at most 10 x)", best, "depth 4")
    benchmark.pedantic(made, args=tuple([5] * 5), rounds=3)


SCALARS = {
    "sigma' from its formula": lambda: slope_derivation(sigmoid),
    "tanh' from its formula": lambda: slope_derivation(tanh),
    "(w x + b - y)^2": lambda: derive("(w*x + b - y)^2", "w"),
    "one neuron, squared error": lambda: derive("(sigma(w*x + b) - y)^2/2", "w"),
    "one neuron, cross entropy": lambda: derive("-(y*ln(sigma(w*x + b)) + (1 - y)*ln(1 - sigma(w*x + b)))", "w"),
    "compound product of one neuron": lambda: derive(["a = w1*x1 + w2*x2 + b", "y = sigma(a)", "E = (y - d)^2/2"], "w1"),
    "1-2-1 network, shared weight": lambda: derive([*HIDDEN, "z = w3*a1 + w3*a2 + b3", "yhat = sigma(z)", "C = (yhat - y)^2/2"], "w1"),
    "1-2-1 network, one expression": lambda: derive("(w3*ln(1 + e^(w1*x + b1)) + w4*ln(1 + e^(w2*x + b2)) + b3 - y)^2", "w1"),
}
HIDDEN = ("a1 = sigma(w1*x + b1)", "a2 = sigma(w2*x + b2)")


def test_scalar_derivations(benchmark, report):
    best = best_times(SCALARS, rounds=10)
    report("scalar derivations, after the first (goal: at most 50,000 us)", best, "(w x + b - y)^2")
    benchmark.pedantic(SCALARS["one neuron, cross entropy"], rounds=3)


def test_process_start_to_first_gradient(benchmark, report):
    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    contenders = {
        "import sympy": lambda: run("import sympy"),
        "import derive": lambda: run("import derive"),
        "first gradient": lambda: run(FIRST_GRADIENT),
    }
    report("a process, from start to end (goal: first gradient after about 1 s)", best_times(contenders, rounds=5), "import sympy")
    benchmark.pedantic(run, args=(FIRST_GRADIENT,), rounds=1)
