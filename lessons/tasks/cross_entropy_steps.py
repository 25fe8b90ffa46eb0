"""Cross entropy after a sigmoid, line by line, to where the slope cancels."""

from derive import Network, cross_entropy, derive
from derive.grading import Task, matrix, steps, varied


@varied
def task(draw):
    inner, by = draw.one_of(("w*x + b", "z"), ("w*x + b", "w"), ("w*x + b", "b"), ("w*x", "w"))
    equations = [f"z = {inner}", "a = sigma(z)", "C = -(y*ln(a) + (1 - y)*ln(1 - a))"]
    net = Network.dense(3, 2, loss=cross_entropy)
    return Task.of(
        "Cross entropy and sigmoid",
        steps(f"dC/d{by}", derive(equations, by), left=f"dC/d{by}", least=2, without="exp prime ln", domain={"y": "unit"}),
        matrix("delta_j", net, "z1", form="component"),
        statement=f"{', '.join(equations)}. 1. Derive dC/d{by} in at least two lines, each equal to the one before, with a and "
        "without slopes and logarithms in the last. 2. A layer of several outputs a1_j = sigma(z1_j) has the sum of these losses as "
        "its loss: write delta_j = dC/dz1_j in index form, with a^1_j and y_j.",
    )
