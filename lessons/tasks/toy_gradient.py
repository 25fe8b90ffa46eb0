"""The gradient of the toy graph as a formula: what happens to the sign of the error."""

from derive import derive
from derive.grading import Task, formula

LOSS = "(w*x + b - y)^2"
NAMES = {"yhat": "w*x + b", "error": "w*x + b - y", "L": LOSS}

task = Task.of(
    "Gradient of the toy graph",
    formula("dL/dw", derive(LOSS, "w"), names=NAMES),
    formula("dL/db", derive(LOSS, "b"), names=NAMES),
    statement="yhat = w x + b, error = yhat - y, L = error^2. Write dL/dw and dL/db. You may use yhat, error and L. The formulas "
    "have to hold on both sides of the target, where yhat > y and where yhat < y.",
)
