"""BP1: the error of the output layer, in index form and with vectors."""

from derive import Dense, Network, cross_entropy, half_sum_of_squares, sigmoid, sum_of_squares, tanh
from derive.grading import Task, matrix, varied


@varied
def task(draw):
    out, loss, told = draw.one_of(
        (sigmoid, half_sum_of_squares, "(1/2) ||a2 - y||^2"), (tanh, half_sum_of_squares, "(1/2) ||a2 - y||^2"),
        (sigmoid, sum_of_squares, "||a2 - y||^2"), (tanh, sum_of_squares, "||a2 - y||^2"),
        (sigmoid, cross_entropy, "the cross entropy of a2 and y, added up over the outputs"))
    net = Network(4, Dense(3, tanh), Dense(2, out), loss=loss)
    return Task.of(
        "Error of the output layer",
        matrix("delta2_j", net, "z2", form="component"),
        matrix("delta2", net, "z2"),
        statement=f"a2 = {out.__name__}(z2) and the loss of one sample is C = {told}. Write delta2 = dC/dz2, first in index form "
        "(delta2_j with z^2_j, a^2_j, y_j), then for the whole layer (\\odot or * multiplies entry by entry).",
    )  # fmt: skip
