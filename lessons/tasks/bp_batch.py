"""The same for a batch, samples in rows: how the gradients of the samples go together."""

from derive import Dense, Network, half_sum_of_squares, sigmoid, squared_error, tanh
from derive.grading import Task, matrix, varied


@varied
def task(draw):
    loss, told = draw.one_of((squared_error, "1/(2m) times"), (half_sum_of_squares, "1/2 times"))
    act = draw.one_of(sigmoid, tanh)
    net = Network(4, Dense(3, act), Dense(2, draw.one_of(sigmoid, tanh)), loss=loss)
    return Task.of(
        "Gradients of a batch",
        matrix("dC/dw2", net, "w2", form="batch"),
        matrix("dC/db2", net, "b2", form="batch"),
        matrix("delta1", net, "z1", form="batch"),
        statement=f"X has a row for each of m samples, Z1 = X w1^T + b1, A1 = {act.__name__}(Z1), Z2 = A1 w2^T + b2, A2, and C is "
        f"{told} the sum of squared errors over the batch. Delta2 = dC/dZ2 has a row for each sample and contains every constant of "
        "the loss. Write dC/dw2, dC/db2 and delta1 = dC/dZ1 with Delta2, A1, Z1, w2. (w2.T or (w^2)^T is a transpose; sum(Delta2, "
        f"axis=0) adds the rows, as does (\\Delta^2)^T \\mathbf{{1}}.)",
    )
