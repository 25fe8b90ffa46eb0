"""value_and_grad(p, X, Y) of a network with one hidden layer."""

from derive import Dense, Network, cross_entropy, sigmoid, squared_error, tanh
from derive.grading import Task, varied


@varied
def task(draw):
    hidden, (loss, told) = draw.one_of(sigmoid, tanh), draw.one_of(
        (squared_error, "1/(2m) times the sum of (a2 - y)^2"), (cross_entropy, "-1/m times the sum of y ln a2 + (1 - y) ln(1 - a2)"))
    sizes = (draw.one_of(3, 4), draw.one_of(4, 5), draw.one_of(2, 1))
    net = Network(sizes[0], Dense(sizes[1], hidden), Dense(sizes[2], sigmoid), loss=loss)
    return Task.gradient(
        "Backpropagation in NumPy",
        net,
        statement=f"A network {'-'.join(map(str, sizes))}: Z1 = X w1.T + b1, A1 = {hidden.__name__}(Z1), Z2 = A1 w2.T + b2, A2 = "
        f"sigmoid(Z2), samples in rows, m of them, and C is {told}. Write value_and_grad(p, X, Y), where p is a dict with w1, b1, w2, "
        "b2, which returns C and a dict with the gradients, of the same keys and shapes as p. It is called with other sizes too, and "
        "it must not change what it is given.",
    )  # fmt: skip
