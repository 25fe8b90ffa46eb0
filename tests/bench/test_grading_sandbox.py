"""What it costs to run a submission apart from the machine, against the same Python started with nothing around it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from derive.grading.sandbox.gradients import Gradients
from derive.grading.sandbox.isolation import python_itself
from derive.grading.sandbox.process import Call, best, levels, run
from derive.grading.sandbox.running import judge
from derive.network import Network

from .conftest import best_times

SOURCE = "import numpy as np\ndef sigmoid(z): return 1 / (1 + np.exp(-z))"
NUMPY = str(Path(np.__file__).parents[1])
BARE = f"import sys; sys.path.append({NUMPY!r})\n{SOURCE}\nprint(sigmoid(np.zeros(1000)).sum())"


def bare() -> None:
    environment = {"OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([python_itself(), "-I", "-S", "-c", BARE], env=environment, check=True, capture_output=True)


def test_isolation(benchmark, report):
    calls = [Call("sigmoid", (np.zeros(1000),))]
    ways = {str(way): lambda way=way: run(SOURCE, calls, isolation=way) for way in levels()}
    report(
        "a submission (goal: at most about 100 ms above a bare process)",
        best_times({"bare process": bare} | ways, rounds=15),
        "bare process",
    )
    benchmark.pedantic(run, args=(SOURCE, calls), rounds=5)


def test_large_arrays(benchmark, report):
    calls = {n: [Call("sigmoid", (np.zeros(n),))] for n in (1, 1_000_000)}
    report("one call, by the numbers sent and returned", best_times({f"{n}": lambda c=c: run(SOURCE, c) for n, c in calls.items()}, 5), "1")
    benchmark.pedantic(run, args=(SOURCE, calls[1]), rounds=3)


def test_judging(benchmark, report):
    net, source = Network.dense(3, 4, 2), "def value_and_grad(p, X, Y): return 0.0, p"
    question, rng = Gradients(net), np.random.default_rng(0)
    contenders = {
        "a bare process": bare,
        "drawing inputs, computing the key": lambda: question.posed(rng),
        "all of it": lambda: judge(source, [question]),
    }
    report(f"value_and_grad of 3-4-2, every gradient wrong, {best()}", best_times(contenders, rounds=5), "a bare process")
    benchmark.pedantic(judge, args=(source, [question]), rounds=3)
