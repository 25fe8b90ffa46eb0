"""The error of a hidden unit, through a weight that two units share."""

from derive import derive
from derive.grading import Task, formula, varied

HIDDEN = ["z1 = w1*x + b1", "a1 = {f}(z1)", "z2 = w2*x + b2", "a2 = {f}(z2)"]
NETWORK = [*HIDDEN, "z3 = w3*a1 + w3*a2 + b3", "yhat = sigma(z3)", "L = (y - yhat)^2/2"]


@varied
def task(draw):
    f, unit = draw.one_of("sigma", "tanh", "softplus"), draw.one_of(1, 2)
    equations = [line.format(f=f) for line in NETWORK]
    upstream = {f"dL_d{name}": derive(equations, name).result for name in ("z3", "w3")}
    return Task.of(
        "Error of a hidden unit",
        formula("dL/dw3", derive(equations, "w3")),
        formula(f"dL/dz{unit}", derive(equations, f"z{unit}"), names=upstream),
        statement=f"{', '.join(equations)}. Write dL/dw3 and dL/dz{unit} with x, y, the weights, a1, a2, z1, z2, z3 and yhat. In the "
        "second, dL_dz3 and dL_dw3 stand for the derivatives by z3 and w3.",
    )
