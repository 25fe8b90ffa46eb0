"""A nudge of one weight, followed through the network: what the derivative says, and what happens."""

from derive import Graph
from derive.grading import Reveal, Task, varied

NETWORK = ["z1 = w1*x", "a1 = sigma(z1)", "z2 = w2*a1", "C = (z2 - y)^2/2"]


@varied
def task(draw):
    at = {"x": draw.number(1, low=-2, high=2, step="0.5"), "y": draw.number(1, low=-2, high=2, step="0.5"),
          "w1": draw.number(0.5, low=-1, high=1), "w2": draw.number(-1, low=-2, high=2, step="0.5")}
    nudge = draw.one_of(0.1, 0.2, -0.1)
    graph = Graph.from_equations(NETWORK)

    def values(w1):
        graph.forward(at | {"w1": w1})
        return {name: float(graph.value(name)) for name in ("a1", "C")}

    before, after = values(at["w1"]), values(at["w1"] + nudge)
    graph.forward(at)
    slope = float(graph.backward()["w1"])
    draw.require(abs(slope) > 0.1, "the derivative is nearly 0")
    return Task.numbers(
        "A nudge",
        {"a1 before": before["a1"], "a1 after": after["a1"], "C before": before["C"], "C after": after["C"], "predicted": slope * nudge},
        mistaken={"predicted": {"this is the derivative: multiply it by the nudge": slope, "the sign is lost": -slope * nudge}},
        decimals=4,
        distinct=False,
        statement=f"{', '.join(NETWORK)}, with {', '.join(f'{n} = {v}' for n, v in at.items())}. Add {nudge} to w1. Write a1 before, "
        "a1 after, C before, C after, and predicted, the change of C that dC/dw1 (before) times the nudge says. To 4 decimals.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
