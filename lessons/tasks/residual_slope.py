"""The derivative of a squared residual by the prediction, and by a bias behind it."""

from derive import derive
from derive.grading import Task, formula, varied


@varied
def task(draw):
    c = draw.one_of("(y - yhat)^2", "(y - yhat)^2/2", "3*(y - yhat)^2")
    equations = ["yhat = w3*blue + w4*orange + b3", f"L = {c}"]
    by = draw.one_of("b3", "w3", "w4")
    return Task.of(
        "Slope of a squared residual",
        formula("dL/dyhat", derive(equations[1:], "yhat")),
        formula(f"dL/d{by}", derive(equations, by)),
        statement=f"yhat = w3 blue + w4 orange + b3 and L = {c} for one sample. Write dL/dyhat and dL/d{by} with y, yhat, blue, orange.",
    )
