"""BP3 and BP4: gradients of bias and weights from the error of their layer, for one sample."""

from derive import Dense, Network, sigmoid, tanh
from derive.grading import Task, matrix, varied


@varied
def task(draw):
    layers, act = draw.one_of(2, 3), draw.one_of(sigmoid, tanh)
    net = Network(4, *(Dense(n, act) for n in (3, 5)[: layers - 1]), Dense(2, sigmoid))
    at = draw.one_of(2, 1, layers)
    before = f"a{at - 1}" if at > 1 else "x"
    return Task.of(
        "Gradients of a layer",
        matrix(f"dC/db{at}_j", net, f"b{at}", form="component"),
        matrix(f"dC/dw{at}_jk", net, f"w{at}", form="component"),
        matrix(f"dC/dw{at}", net, f"w{at}"),
        statement=f"z{at} = w{at} {before} + b{at}, and delta{at} = dC/dz{at} is known. Write dC/db{at}_j and dC/dw{at}_jk in index "
        f"form, with delta^{at}_j, then dC/dw{at} as a matrix formula.",
    )
