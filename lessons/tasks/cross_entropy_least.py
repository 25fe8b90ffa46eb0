"""The least value of the cross entropy is the entropy of the target."""

from derive import Graph
from derive.grading import Reveal, Task, varied

LOSS = "-(y*ln(a) + (1 - y)*ln(1 - a))"


@varied
def task(draw):
    y = draw.number(0.5, low=0.1, high=0.9)
    a = draw.number(0.8, low=0.1, high=0.9)
    draw.require(abs(y - a) > 0.15, "both outputs are nearly the same")
    graph = Graph(LOSS)
    least, other = (float(graph.forward(y=y, a=at)) for at in (y, a))
    certain = float(Graph("-ln(a)").forward(a=a))
    return Task.numbers(
        "Least cross entropy",
        {"at a = y": least, "elsewhere": other, "difference": other - least},
        mistaken={"at a = y": {"at a = y the cross entropy is the entropy of y, which is 0 only for y = 0 and y = 1": 0,
                               "half of it: the second term belongs to it as well": -y * float(Graph("ln(a)").forward(a=y))},
                  "elsewhere": {"this is the loss for the target 1": certain}},
        follows=lambda cell, v: v["elsewhere"] - v["at a = y"] if cell == "difference" else v[cell],
        decimals=3,
        distinct=False,
        statement=f"C = -(y ln a + (1 - y) ln(1 - a)) with the target y = {y}. Write C at a = y (at a = y = ...), C at a = {a} "
        "(elsewhere = ...), and by how much the second is larger (difference = ...). To 3 decimals.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
