"""Losses of a margin m, each with the number that it gives at one margin."""

from derive.grading import Reveal, Task, varied

LOSSES = ["perceptron = max(0, -m)", "hinge = max(0, 1 - m)", "logistic = ln(1 + e^(-m))", "exponential = e^(-m)", "squared = (1 - m)^2"]


@varied
def task(draw):
    m = draw.number(-0.5, low=-1.9, high=-0.2)
    return Task.table(
        "Losses at one margin",
        LOSSES,
        at={"m": m},
        cells="perceptron hinge logistic exponential squared",
        statement=f"A sample is on the wrong side: its margin is m = {m}, so that its 0/1 loss is 1. Compute five losses that can take its "
        "place: perceptron max(0, -m), hinge max(0, 1 - m), logistic ln(1 + e^(-m)), exponential e^(-m), squared (1 - m)^2. "
        "Write a line for each, such as hinge = 0.5, to 3 decimals.",
        reveal=Reveal(counterexample=False),
    )
