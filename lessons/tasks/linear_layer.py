"""The derivative of a linear layer by one of its weights, and not by an input."""

from derive import derive
from derive.grading import Task, formula, varied


@varied
def task(draw):
    n, i = draw.one_of(3, 2, 4), draw.one_of(2, 1)
    inputs = " + ".join(f"w{k}*x{k}" for k in range(1, n + 1))
    names = ["b", *(f"{v}{k}" for v in "wx" for k in range(1, n + 1))]
    return Task.of(
        "Slopes of a linear layer",
        formula(f"dz/dw{i}", derive(inputs, f"w{i}"), symbols=names),
        formula(f"dz/dx{i}", derive(inputs, f"x{i}"), symbols=names),
        formula("dz/db", derive(f"{inputs} + b", "b"), symbols=names),
        statement=f"z = {inputs} + b. Write dz/dw{i}, dz/dx{i} and dz/db.",
    )
