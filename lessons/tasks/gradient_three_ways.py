"""One gradient three ways: by its formula, by numbers backward through the graph, by finite differences."""

from derive import Graph, derive
from derive.grading import Reveal, Task, formula, numbers, varied

LOSS = "(w*x + b - y)^2"


@varied
def task(draw):
    at = {"w": draw.whole(3, -3, 4), "b": draw.whole(2, -3, 4), "x": draw.whole(4, 2, 5), "y": draw.whole(5, -5, 6)}
    h = draw.one_of(0.1, 0.01)
    graph = Graph(LOSS)

    def loss(w):
        return float(graph.forward(at | {"w": w}))

    up, here, down = loss(at["w"] + h), loss(at["w"]), loss(at["w"] - h)
    draw.require(at["w"] != 0 and here > 0, "the residual is 0")
    slope = float((graph.forward(at), graph.backward()["w"])[1])
    return Task.of(
        "One gradient three ways",
        formula("dL/dw", derive(LOSS, "w")),
        numbers("values", {"backward": slope, "one-sided": (up - here) / h, "central": (up - down) / (2 * h)}, decimals=3, distinct=False,
                mistaken={"one-sided": {"this is L(w + h) - L(w), not yet divided by h": up - here},
                          "central": {"the points are 2h apart: divide by 2h": (up - down) / h}}),
        statement=f"L = (w x + b - y)^2 at {', '.join(f'{n} = {v}' for n, v in at.items())}. 1. Write dL/dw as a formula. 2. values: "
        f"backward, its number there, one-sided = (L(w + h) - L(w))/h and central = (L(w + h) - L(w - h))/(2h), with h = {h}, to 3 "
        "decimals.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
