"""BP2: the error of a hidden layer from that of the next."""

from derive import Dense, Network, sigmoid, softplus, tanh
from derive.grading import Task, matrix, varied


@varied
def task(draw):
    act, layers = draw.one_of(sigmoid, tanh, softplus), draw.one_of(2, 3)
    net = Network(3, *(Dense(n, act) for n in (4, 5, 3)[: layers - 1]), Dense(2, sigmoid))
    at = draw.one_of(1, layers - 1)
    return Task.of(
        "Error of a hidden layer",
        matrix(f"delta{at}_j", net, f"z{at}", form="component"),
        matrix(f"delta{at}", net, f"z{at}"),
        statement=f"z{at + 1} = w{at + 1} a{at} + b{at + 1} and a{at} = {act.__name__}(z{at}). The error delta{at + 1} = "
        f"dC/dz{at + 1} of layer {at + 1} is known. Write delta{at} = dC/dz{at}, first in index form, with a sum (such as \\sum_k "
        f"w^{at + 1}_{{kj}} ...), then with matrices.",
    )
