"""S' = S (1 - S), step by step from the formula."""

from derive import sigmoid
from derive.grading import Task
from derive.slopes import slope_derivation

task = Task.steps(
    "dS/dz",
    slope_derivation(sigmoid),
    names={"S": "sigma(z)"},
    left="dS/dz",
    least=3,
    without="exp prime",
    statement="Derive the slope of S = 1/(1 + e^(-z)) by z. Write at least three lines, each equal to the one before, and end with "
    "the slope as a formula of S alone. S and sigma(z) mean the same.",
)
