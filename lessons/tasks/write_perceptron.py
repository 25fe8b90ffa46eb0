"""A perceptron as a class: Perceptron(w, b).run(x) is 0 or 1."""

import numpy as np

from derive.grading import Call, Task
from derive.perceptron import decision_table

EXAMPLE = '''
import numpy as np

class Perceptron:
    def __init__(self, w, b):
        self.weight = w
        self.bias = b

    def run(self, x):
        return 1 if np.dot(self.weight, x) + self.bias >= 0 else 0
'''


class Perceptron:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def run(self, x):
        return int(decision_table(self.w, self.b, [x])[0].value >= 0)


def calls(rng):
    for n in (1, 2, 5):
        w, b = np.round(rng.normal(0, 1, n), 2), float(np.round(rng.normal(0, 0.5), 2))
        yield Call("Perceptron", (w, b), keep="p")
        for x in np.round(rng.normal(0, 2, (4, n)), 2):
            if abs(w @ x + b) > 1e-6:  # so near to 0, rounding would decide
                yield Call("p.run", (x,))
    yield Call("Perceptron", (np.array([1.0, -2.0]), 0.0), keep="p")
    for x in ([2.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]):
        yield Call("p.run", (np.array(x),))


task = Task.interface(
    "A perceptron",
    calls,
    {"Perceptron": Perceptron},
    example=EXAMPLE,
    statement="Write a class Perceptron with __init__(self, w, b), where w is an array of weights and b a number, and run(self, x), "
    "which returns the whole number 1 where w·x + b >= 0, and else 0 (True and False count as 1 and 0).",
)
