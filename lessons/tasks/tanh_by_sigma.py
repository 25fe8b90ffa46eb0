"""tanh written with sigma, and its slope by its own output."""

from derive import derive
from derive.grading import Task, formula
from derive.identities import identity_derivation

task = Task.of(
    "tanh and sigma",
    formula("tanh(x)", identity_derivation("tanh by sigma").result, using="sigmoid", without="exp tanh"),
    formula("dt/dx", derive("tanh(x)", "x"), names={"t": "tanh(x)"}, using="t", without="x", example="1 - t^2"),
    statement="1. Write tanh(x) with sigma, and without exponential functions. 2. With t = tanh(x), write dt/dx with t alone.",
)
