"""A large class: a thousand formulas in two processes, and what of it is judging, starting and writing."""

from __future__ import annotations

import random
import time
from pathlib import Path

from derive.grading.classroom import grade_class

TASK = """
from derive import derive
from derive.grading import Task
task = Task.formula("dC/dw of one neuron", key=derive("(sigma(w*x + b) - y)^2/2", "w"), names={"a": "sigma(w*x + b)"})
"""
RIGHT = ("(a-y)*a*(1-a)*x", "x*a*(1-a)*(a-y)", r"(a-y)\,a(1-a)\,x", "(a-y)*sigma'(w*x+b)*x", "a*x*(a - a^2 - y + a*y)", "-(y-a)*a*(1-a)*x")
WRONG = (
    "(a-y)*a*(1-a)", "(y-a)*a*(1-a)*x", "2*(a-y)*a*(1-a)*x", "(a-y)*sigma'(a)*x", "(a-y)*x", "(a-y)*a*(1+a)*x", "(a-y)^2*a*(1-a)*x",
    "(a-y)*a*(1-a)*w", "(a-y)*a*x", "x", "17", "a*x - y",
)  # fmt: skip
UNREADABLE = ("(a-y", "q*x", "(a-y)*a*(1-a)x!", "???", r"\frac{a}{", "2 +* 3")
COUNT = 1000


def answers(distinct: bool) -> list[str]:
    """Half right, two fifths wrong, one tenth unreadable. Distinct: every answer is another expression of the same value."""
    chance = random.Random(1)
    found = []
    for n in range(COUNT):
        kind = RIGHT if n % 10 < 5 else WRONG if n % 10 < 9 else UNREADABLE
        text = chance.choice(kind)
        extra = f" + {n + 1}*x - {n + 1}*x" if distinct and kind is not UNREADABLE else f"{n}?" if distinct else ""
        found.append(text + extra)
    return found


def graded(folder: Path, texts: list[str], jobs: int) -> tuple[float, dict[str, int], float]:
    """Seconds of a run, what came of it, and the seconds of a second run, which has nothing to judge."""
    folder.mkdir()
    (folder / "neuron.py").write_text(TASK)
    rows = [f'student{n:04},"{text}"' for n, text in enumerate(texts)]
    (folder / "all.csv").write_text("\n".join(["student,neuron", *rows]) + "\n")
    times = []
    for _ in range(2):
        start = time.perf_counter()
        found = grade_class([folder / "neuron.py"], folder / "all.csv", folder / "out", jobs=jobs, progress=False)
        times.append(time.perf_counter() - start)
    return times[0], found.counts, times[1]


def test_a_thousand_formulas(benchmark, capsys, tmp_path):
    lines = []
    for name, distinct in (("all different", True), ("as a class writes, many alike", False)):
        seconds, counts, again = graded(tmp_path / name, answers(distinct), jobs=2)
        assert sum(counts.values()) == COUNT and counts["right"] == COUNT // 2 and counts["could not judge"] == 0
        lines.append(f"  {name:32s} {seconds:6.1f} s   and run again {again:4.1f} s   {counts}")
        benchmark.extra_info[name] = seconds
    with capsys.disabled():
        print("\n1,000 formula submissions, two processes (goal: about 30 s)", *lines, sep="\n")
    benchmark.pedantic(graded, args=(tmp_path / "timed", answers(False), 2), rounds=1)
