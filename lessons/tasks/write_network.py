"""A network of one layer, and one of two, as classes with run(x)."""

from itertools import pairwise

import numpy as np

from derive import Network
from derive.grading import Call, Task

EXAMPLE = '''
import numpy as np

def sigmoid(z):
    return 0.5*np.tanh(0.5*z) + 0.5

class NeuralNetwork:
    def __init__(self, layers):
        self.layers = layers

    def run(self, x):
        for w, b in self.layers:
            x = sigmoid(np.dot(w, x) + b)
        return x
'''


class NeuralNetwork:
    def __init__(self, layers):
        self.p = {f"{name}{k}": np.asarray(v) for k, layer in enumerate(layers, 1) for name, v in zip("wb", layer, strict=True)}
        self.code = Network.dense(len(layers[0][0][0]), *(len(b) for _, b in layers)).compile()

    def run(self, x):
        return self.code.predict(self.p, x[None])[0]


def calls(rng):
    for sizes in ((3, 2), (1, 1), (3, 4, 2), (2, 5, 4, 1)):
        layers = [(np.round(rng.normal(0, 1, (n, m)), 2), np.round(rng.normal(0, 1, n), 2)) for m, n in pairwise(sizes)]
        yield Call("NeuralNetwork", (layers,), keep="net")
        for _ in range(2):
            yield Call("net.run", (np.round(rng.normal(0, 1, sizes[0]), 2),))


task = Task.interface(
    "A network that runs",
    calls,
    {"NeuralNetwork": NeuralNetwork},
    example=EXAMPLE,
    statement="Write a class NeuralNetwork with __init__(self, layers), where layers is a list of pairs (w, b), a weight matrix with "
    "a row for each neuron and a bias vector, and run(self, x), which sends the vector x through all layers, each with the sigmoid, "
    "and returns the vector of outputs. Any number of layers.",
)
