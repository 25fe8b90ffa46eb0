"""Training: the fast code against the best plain NumPy by hand, the matrix products alone, and PyTorch; what each trick is worth.

One thread, float64, contenders in turn, best of many rounds. Tables and a chart go to build/speed.
"""

from __future__ import annotations

import csv
import math
import os
import platform
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from derive.data import digits
from derive.fast.passes import PASSES
from derive.losses import cross_entropy, squared_error
from derive.network import Network
from derive.ops import relu, sigmoid, softmax, tanh
from derive.training import train

from .by_hand import ByHand, torch_step
from .conftest import best_times

FOLDER = Path(__file__).resolve().parents[2] / "build" / "speed"
KINDS = {
    "sigmoid": (sigmoid, sigmoid, squared_error),
    "tanh": (tanh, tanh, squared_error),
    "softmax": (relu, softmax, cross_entropy),
    "decay": (relu, softmax, cross_entropy),
}
EPOCHS = 30  # as many as `train` makes unless told otherwise: checking and copying the data once is part of it
NETS = [
    ((2, 3, 1), 4, "sigmoid"),
    ((2, 16, 1), 200, "sigmoid"),
    ((64, 30, 10), 10, "sigmoid"),
    ((784, 30, 10), 10, "sigmoid"),
    ((784, 100, 10), 100, "sigmoid"),
    ((784, 512, 512, 10), 256, "sigmoid"),
    ((64, 30, 10), 10, "tanh"),
    ((64, 30, 10), 10, "softmax"),
]


def title(sizes, m, kind):
    name = {"softmax": "relu, softmax, cross entropy", "decay": "relu, softmax, cross entropy, L2"}.get(kind, kind)
    return f"{'-'.join(map(str, sizes))}, batch {m}, {name}"


def machine():
    """The processor, the libraries, and the kernels that BLAS chose."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    kernels = sorted({f"{lib['internal_api']} {lib['version']} {lib.get('architecture', '')}" for lib in threadpool_info()})
    cores = os.cpu_count()
    return f"{model or platform.machine()}, {cores} cores, Python {platform.python_version()}, NumPy {np.__version__}, {', '.join(kernels)}"


def network(sizes, kind):
    hidden, output, loss = KINDS[kind]
    return Network.dense(*sizes, activation=hidden, output=output, loss=loss, l2=0.01 if kind == "decay" else 0.0)


def fast(sizes, m, kind, passes=None):
    net = network(sizes, kind)
    code = net.compile(target="fast", batch_size=m, passes=passes)
    assert not code.fallback
    hand = ByHand(sizes, m, "softmax" if kind == "decay" else kind)
    own = code.begin(net.init(0)).at(m)
    own.data["X"][...], own.data["Y"][...] = code.prepared(hand.x, hand.y, m)
    return code, hand, own


def write(name, rows):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)


@pytest.fixture
def one_thread():
    import scipy.linalg.blas  # noqa: F401  # SciPy brings a BLAS of its own, which has to be there to be limited

    with threadpool_limits(1):
        yield


def test_steps(one_thread, benchmark, capsys):
    rows = []
    for sizes, m, kind in NETS:
        code, hand, own = fast(sizes, m, kind)
        step = partial(own.step, 0.1)
        contenders = {"by hand": hand.step, "fast": step, "products": hand.products}
        torch = torch_step(sizes, m, kind)
        if torch is not None:
            contenders["PyTorch"] = torch
        weight = m * math.prod(sizes[:2])
        best = best_times(contenders, rounds=400 if weight < 10**7 else 60, calls=20 if weight < 10**6 else 1)
        parameters = sum(a * b + b for a, b in pairwise(sizes))
        rows.append({
            "network": title(sizes, m, kind), "parameters": parameters, "calls": code.calls,
            "workspace kB": round(code.workspace / 1000, 1),
            "fast us": round(best["fast"] * 1e6, 2), "by hand us": round(best["by hand"] * 1e6, 2),
            "fast/by hand": round(best["fast"] / best["by hand"], 2), "goal": 0.6 if parameters <= 25_000 else 1.0,
            "fast/products": round(best["fast"] / best["products"], 2),
            "PyTorch/fast": round(best["PyTorch"] / best["fast"], 1) if torch else "",
        })
    write("steps", rows)
    chart(rows)
    with capsys.disabled():
        show("One training step (goal: fast/by hand; products at most 1.1 from 784-100-10 up; PyTorch at least 8 up to 25,000)", rows)
    benchmark(step)


def show(text, rows):
    print(f"\n{text}\n{machine()}")
    for row in [dict(zip(rows[0], rows[0], strict=True)), *rows]:
        print("  " + "".join(f"{value!s:>{max(len(name), len(str(row[name])), 7) + 2}}" if n else f"{value:52}"
                             for n, (name, value) in enumerate(row.items())))


def chart(rows):
    """Bars: how long a step takes, as a share of the step by hand."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    names = [row["network"] for row in rows][::-1]
    axes.barh(names, [row["fast/by hand"] for row in rows][::-1], color="#2a6fb0", label="generated")
    axes.axvline(1, color="#444444", lw=1)
    axes.text(1.01, len(rows) - 0.4, "by hand", ha="left", va="top", fontsize=9)
    for n, row in enumerate(rows[::-1]):
        axes.text(row["fast/by hand"] - 0.01, n, f"{row['fast/by hand']:.2f}", va="center", ha="right", color="white", fontsize=9)
    axes.set_xlim(0, 1.15)
    axes.set_xlabel("time of a training step, by hand = 1 (less is faster)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(FOLDER / "steps.png", dpi=120)


def data_of(name):
    if name == "digits":
        data = digits()
        return data.X, data.Y
    rng = np.random.default_rng(0)
    return rng.random((5000, 784)), np.eye(10)[rng.integers(0, 10, 5000)]


@pytest.mark.parametrize(("name", "sizes"), [("digits", (64, 30, 10)), ("random 784", (784, 30, 10))])
def test_epochs(name, sizes, one_thread, benchmark, capsys):
    """`train` with all that belongs to it against the loop by hand, and against its own steps alone."""
    X, Y = data_of(name)
    X, Y, m = X[: len(X) // 10 * 10], Y[: len(X) // 10 * 10], 10
    code, hand, own = fast(sizes, m, "sigmoid")
    net, rng = network(sizes, "sigmoid"), np.random.default_rng(0)
    Y = 0.9 * Y + 0.05  # names no classes, so that there is no accuracy to measure, which is no part of training
    start = net.init(0)
    shuffled = rng.permutation(len(X))
    (data, targets), count = code.prepared(X, Y, m), len(X) // m

    def trained():
        train(net, X, Y, epochs=EPOCHS, batch_size=m, rate=0.1, rng=rng, params=start, compiled=code, progress=False)

    def by_hand():
        for _ in range(EPOCHS):
            hand.epoch(X, Y, rng)

    def bare():
        """The steps and the gather, with nothing around them; the rows in a random order too, as it costs more than one by one."""
        order, x, y = shuffled.reshape(-1, m), own.data["X"], own.data["Y"]
        for _ in range(EPOCHS):
            for batch in order:
                data.take(batch, 0, x, "clip")
                targets.take(batch, 1, y, "clip")
                own.step(0.1)

    best = best_times({"train": trained, "by hand": by_hand, "steps and gather": bare}, rounds=15)
    rows = [{
        "data": f"{name}, {'-'.join(map(str, sizes))}, batch {m}, {count} steps", "train ms/epoch": round(best["train"] * 1000 / EPOCHS, 2),
        "by hand ms/epoch": round(best["by hand"] * 1000 / EPOCHS, 2), "train/by hand": round(best["train"] / best["by hand"], 2),
        "train/steps and gather": round(best["train"] / best["steps and gather"], 3),
    }]
    write(f"epochs-{name.split()[0]}", rows)
    with capsys.disabled():
        show("Whole epochs: shuffle, gather, steps, history (goals: 0.6 of by hand; 1.05 of the steps for 784-30-10)", rows)
    benchmark.pedantic(trained, rounds=1)


@pytest.mark.parametrize(("sizes", "m", "kind"), [((2, 3, 1), 4, "sigmoid"), ((784, 30, 10), 10, "sigmoid"), ((64, 30, 10), 10, "decay")])
def test_what_each_pass_is_worth(sizes, m, kind, one_thread, benchmark, capsys):
    """All passes, each left out alone, and none."""
    chosen = {"all": None, **{f"without {name}": set(PASSES) - {name} for name in PASSES}, "none": ()}
    made = {name: fast(sizes, m, kind, passes) for name, passes in chosen.items()}
    contenders = {name: partial(own.step, 0.1) for name, (_, _, own) in made.items()}
    if kind != "decay":  # by hand there is none
        contenders["by hand"] = made["all"][1].step
    best = best_times(contenders, rounds=300, calls=20)
    rows = [
        {"passes": name, "calls": made[name][0].calls if name in made else "", "us": round(t * 1e6, 2), "of all": round(t / best["all"], 2)}
        for name, t in best.items()
    ]
    write(f"ablation-{'-'.join(map(str, sizes))}-{kind}", rows)
    with capsys.disabled():
        show(f"What each pass is worth, {title(sizes, m, kind)}", rows)
    benchmark(contenders["all"])
