"""One step of gradient descent as a formula."""

from derive import derive
from derive.grading import Task, varied


@varied
def task(draw):
    by, inner, c = draw.one_of("b", "w"), draw.one_of("w*x + b", "sigma(w*x + b)", "tanh(w*x + b)"), draw.one_of("", "/2")
    loss = f"({inner} - y)^2{c}"
    return Task.formula(
        "One step of descent",
        key=derive(loss, by),
        rate="alpha",
        statement=f"L = {loss}. Write the new {by} after one step of gradient descent with the learning rate alpha, as a formula of "
        "the old values.",
    )
