"""A value that is used twice: its gradients add."""

from derive import derive
from derive.grading import Task, varied


@varied
def task(draw):
    other, outer = draw.one_of("q = u*y", "q = u*x", "q = u^2", "q = tanh(u)"), draw.one_of("L = p*q", "L = p + q^2", "L = p^2*q")
    equations = ["u = x + y", "p = sigma(u)", other, outer]
    return Task.formula(
        "Two ways back",
        key=derive(equations, "u"),
        statement=f"{', '.join(equations)}. Write dL/du with u, p, q, x, y.",
        symbols="x y",
    )
