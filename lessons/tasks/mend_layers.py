"""Layers that were never finished: Linear has no weights, and its slope has to be told from that of Sigmoid."""

import numpy as np

from derive import Dense, Network, sigmoid
from derive.grading import Call, Task

UNIT = Network(1, Dense(1, sigmoid, bias=False)).compile()

SKELETON = '''
class Linear:
    def __init__(self, inputs, outputs):
        self.w = w

    def forward(self, x):
        return self.w @ x

    def df(self, x):
        return self.w
'''
EXAMPLE = '''
import numpy as np

class Linear:
    def __init__(self, weights):
        self.weights = weights

    def forward(self, x):
        return np.dot(self.weights, x)

    def df(self, x):
        return self.weights

class Sigmoid:
    def forward(self, x):
        return 0.5*np.tanh(0.5*x) + 0.5

    def df(self, x):
        return self.forward(x)*(1 - self.forward(x))
'''


class Linear:
    def __init__(self, weights):
        self.weights = np.asarray(weights)

    def forward(self, x):
        return self.weights @ x

    def df(self, x):
        return self.weights


class Sigmoid:
    def forward(self, x):
        return UNIT.predict({"w1": np.ones((1, 1))}, x[:, None])[:, 0]

    def df(self, x):
        """The gradient of (a - y)^2/2 by z is the slope, where y = a - 1."""
        targets = self.forward(x) - 1
        one = np.ones((1, 1))
        return np.array([UNIT.value_and_grad({"w1": z * one}, one, y * one)[1]["w1"][0, 0] for z, y in zip(x, targets, strict=True)])


def calls(rng):
    for rows, columns in ((2, 3), (1, 4)):
        yield Call("Linear", (np.round(rng.normal(0, 1, (rows, columns)), 2),), keep="linear")
        x = np.round(rng.normal(0, 1, columns), 2)
        yield Call("linear.forward", (x,))
        yield Call("linear.df", (x,))
    yield Call("Sigmoid", (), keep="sigmoid")
    for x in (np.round(rng.normal(0, 2, 5), 2), np.array([-1000.0, 0.0, 1000.0])):
        yield Call("sigmoid.forward", (x,))
        yield Call("sigmoid.df", (x,))


task = Task.interface(
    "Layers to be mended",
    calls,
    {"Linear": Linear, "Sigmoid": Sigmoid},
    example=EXAMPLE,
    statement=f"This class stops with a NameError as soon as it is used:{SKELETON}Mend it: Linear(weights) gets a matrix, a row for "
    "each output; forward(x) is weights x, and df(x) the derivative of the outputs by x. Add a class Sigmoid() with forward(x) and "
    "df(x), its slope, entry by entry.",
)
