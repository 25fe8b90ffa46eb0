"""The chain rule at the last neuron: each factor, and their product."""

from derive import derive
from derive.grading import Task, formula, varied


@varied
def task(draw):
    kind = draw.one_of("sigma", "tanh")
    i = draw.one_of(1, 2, 3)
    equations = ["a = w1*x1 + w2*x2 + w3*x3", f"y = {kind}(a)", "E = (y - d)^2/2"]
    product = derive(equations, f"w{i}")
    return Task.of(
        "Factors of a gradient",
        formula("dE/dy", derive(equations[2:], "y"), symbols="y d"),
        formula("dy/da", derive(equations[1:2], "a"), names={"y": f"{kind}(a)"}),
        formula(f"da/dw{i}", derive(equations[:1], f"w{i}"), symbols="w1 w2 w3 x1 x2 x3"),
        formula(f"dE/dw{i}", product, using="y", without="exp sigmoid tanh prime"),
        statement=f"A neuron: a = w1 x1 + w2 x2 + w3 x3, y = {kind}(a), loss E = (1/2)(y - d)^2. Write dE/dy, dy/da, da/dw{i}, and "
        f"their product dE/dw{i}. Use y, which the forward pass has computed already, wherever you can.",
    )
