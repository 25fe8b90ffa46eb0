"""Sigmoid.fn, Tanh.fn and ReLU.fn in NumPy."""

import numpy as np

from derive import Dense, Network, relu, sigmoid, tanh
from derive.grading import Call, Task

EXAMPLE = '''
import numpy as np

class Sigmoid:
    @staticmethod
    def fn(x):
        return 0.5*np.tanh(0.5*x) + 0.5

class Tanh:
    @staticmethod
    def fn(x):
        return np.tanh(x)

class ReLU:
    @staticmethod
    def fn(x):
        return np.maximum(x, 0)
'''


def unit(activation):
    """A class whose fn is that of a compiled network of one unit with the weight 1."""
    predict = Network(1, Dense(1, activation, bias=False)).compile().predict
    return type("Unit", (), {"fn": staticmethod(lambda x: predict({"w1": np.ones((1, 1))}, x.reshape(-1, 1)).reshape(x.shape))})


def calls(rng):
    for name in ("Sigmoid.fn", "Tanh.fn", "ReLU.fn"):
        yield Call(name, (np.round(rng.normal(0, 3, 7), 2),))
        yield Call(name, (np.round(rng.normal(0, 2, (3, 4)), 2),))
        yield Call(name, (np.array([-1000.0, -2.0, 0.0, 2.0, 1000.0]),))


task = Task.interface(
    "Three activations",
    calls,
    {"Sigmoid": unit(sigmoid), "Tanh": unit(tanh), "ReLU": unit(relu)},
    example=EXAMPLE,
    statement="Write three classes, Sigmoid, Tanh and ReLU, each with a static method fn(x) that takes a NumPy array and returns the "
    "array of the activation's values, entry by entry. It has to work for x = 1000 and x = -1000 too.",
)
