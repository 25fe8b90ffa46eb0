"""dE/dw of the last neuron as a derivation line by line."""

from derive import derive
from derive.grading import Task, varied


@varied
def task(draw):
    kind = draw.one_of("sigma", "tanh")
    i = draw.one_of(1, 2)
    equations = ["a = w1*x1 + w2*x2 + b", f"y = {kind}(a)", "E = (y - d)^2/2"]
    return Task.steps(
        "The last neuron in lines",
        derive(equations, f"w{i}"),
        targets={"delta": derive(equations[1:], "a").result},
        left=f"dE/dw{i}",
        least=2,
        without="exp prime",
        statement=f"a = w1 x1 + w2 x2 + b, y = {kind}(a), E = (1/2)(y - d)^2. Derive dE/dw{i}: write at least two lines, each equal "
        "to the one before. You may define delta = dE/da on a line of its own. The last line is to have no slope and no exponential "
        "function in it.",
    )
