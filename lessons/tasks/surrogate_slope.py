"""Why a smooth loss can be minimised: the slope of the logistic loss, which the 0/1 loss does not have."""

from derive import derive
from derive.grading import Task, varied


@varied
def task(draw):
    loss = draw.one_of("ln(1 + e^(-m))", "ln(1 + e^(-2*m))", "e^(-m)", "(1 - m)^2", "e^(-3*m)", "ln(1 + e^(-3*m))")
    return Task.formula(
        "Slope of a smooth loss",
        key=derive(loss, "m"),
        statement=f"The 0/1 loss is flat wherever it has a slope, so descent never moves. Differentiate the loss {loss} by the margin "
        "m instead.",
    )
