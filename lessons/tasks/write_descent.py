"""Gradient descent as a function."""

import numpy as np

from derive import descend
from derive.grading import Task

EXAMPLE = '''
def descent(a, c, x, rate, steps):
    for _ in range(steps):
        x = x - rate*2*a*(x - c)
    return x
'''


def key(a, c, x, rate, steps):
    return float(descend(lambda t: a * (t - c) ** 2, float(x), rate, steps, gradient=lambda t: 2 * a * (t - c)).points[-1])


def inputs(rng):
    for steps in (1, 3, 20):
        a, c, x = (float(np.round(v, 1)) for v in rng.uniform(0.5, 3, 3))
        yield a, -c, x + 1, 0.1, steps


task = Task.function(
    "Gradient descent as a function",
    "descent",
    key,
    inputs=inputs,
    example=EXAMPLE,
    statement="Write descent(a, c, x, rate, steps): it makes this number of steps of gradient descent on F(x) = a (x - c)^2 from x "
    "with a constant learning rate, and returns the last x.",
)
