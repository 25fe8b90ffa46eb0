"""Gradients of v . sigma(W x + b) + c in matrix form."""

from derive import Dense, Network, identity, relu, sigmoid, softplus, tanh
from derive.grading import Task, matrix, varied


@varied
def task(draw):
    act = draw.one_of(sigmoid, tanh, softplus, relu)
    net = Network(draw.one_of(3, 4, 5), Dense(2, act), Dense(1, identity))
    return Task.of(
        "A network in matrices",
        matrix("dC/dw2", net, "w2"),
        matrix("delta1", net, "z1"),
        matrix("dC/dw1", net, "w1"),
        statement=f"z1 = w1 x + b1, a1 = {act.__name__}(z1), z2 = w2 a1 + b2, a2 = z2, C = (1/2) ||a2 - y||^2, where w1 is a 2 x "
        f"{net.n_in} matrix and w2 a row of 2. Write dC/dw2, delta1 = dC/dz1 and dC/dw1 as matrix formulas with x, y, z1, a1, a2, the "
        "weights and delta2 = dC/dz2 (and delta1 in the last one). A transpose is w2.T or w_2^T, a product entry by entry * or "
        "\\odot, a matrix product @.",
    )
