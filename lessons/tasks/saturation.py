"""A saturated output unit: its slope, and how slowly it learns with one loss and with another."""

from derive import Graph
from derive.grading import Reveal, Task, varied

SQUARED, ENTROPY = ["a = sigma(z)", "C = (a - y)^2/2"], ["a = sigma(z)", "C = -(y*ln(a) + (1 - y)*ln(1 - a))"]


def gradients(equations, z):
    graph = Graph.from_equations(equations)
    graph.forward(z=z, y=0)
    graph.backward()
    return {"a": float(graph.value("a")), "delta": float(graph.gradient("z"))}


@varied
def task(draw):
    z = draw.number(4, low=2.5, high=5.5)
    quadratic, entropy = gradients(SQUARED, z), gradients(ENTROPY, z)
    slope = Graph("sigma(z)")
    slope.forward(z=z)
    return Task.numbers(
        "A saturated unit",
        {"a": quadratic["a"], "slope": float(slope.backward()["z"]), "quadratic": quadratic["delta"], "entropy": entropy["delta"]},
        follows=lambda cell, v: v["slope"] * v["a"] if cell == "quadratic" else v["a"] * (1 - v["a"]) if cell == "slope" else v["a"],
        mistaken={"slope": {"this is sigma(z) itself, and not its slope": quadratic["a"]},
                  "entropy": {"with cross entropy the slope sigma'(z) cancels": quadratic["delta"]},
                  "quadratic": {"the slope sigma'(z) is missing: with the quadratic loss it stays": entropy["delta"]}},
        relative=0.01,
        decimals=4,
        distinct=False,
        statement=f"An output unit has z = {z}, a = sigma(z) and the target y = 0. Write a, slope = sigma'(z), quadratic = dC/dz for "
        "C = (1/2)(a - y)^2, and entropy = dC/dz for the cross entropy C = -(y ln a + (1 - y) ln(1 - a)). To 4 decimals.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
