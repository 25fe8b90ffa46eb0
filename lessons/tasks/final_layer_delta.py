"""delta = dE/da of the last neuron, and the bias as the weight of a constant input 1."""

from derive import derive
from derive.grading import Task, formula, varied


@varied
def task(draw):
    kind, c = draw.one_of("sigma", "tanh"), draw.one_of("/2", "", "*2")
    equations = ["a = w*x + b", f"y = {kind}(a)", f"E = (y - d)^2{c}"]
    delta = derive(equations[1:], "a")
    return Task.of(
        "Delta and the bias",
        formula("delta", delta, using="y d", without="exp prime sigmoid tanh"),
        formula("dE/db", derive(equations, "b"), names={"delta": delta.result}),
        formula("dE/dw", derive(equations, "w"), names={"delta": delta.result}),
        statement=f"a = w x + b, y = {kind}(a), E = (y - d)^2{c}, delta = dE/da. Write delta with y and d alone; then dE/db and "
        "dE/dw, for which you may use delta.",
    )
