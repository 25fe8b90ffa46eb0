"""The sigmoid in two forms, and what it is on the other side of 0."""

from sympy import Symbol

from derive import sigmoid
from derive.grading import Task, formula
from derive.identities import identity_derivation

x = Symbol("x")

task = Task.of(
    "Forms of the sigmoid",
    formula("d", 1 / sigmoid.formula(x)),
    formula(
        "S(-x)",
        identity_derivation("symmetry of sigma").result,
        names={"S": sigmoid(x)},
        using="S",
        without="x exp sigmoid",
        example="1 - S",
    ),
    statement="S(x) = e^x/(e^x + 1). 1. Divide above and below by e^x, so that S(x) = 1/d: what is d? 2. Write S(-x) with S alone, where S "
    "stands for S(x).",
)
