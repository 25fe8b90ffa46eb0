"""Softplus and its slope in NumPy, without overflow."""

import numpy as np

from derive import Dense, Network, sigmoid, softplus
from derive.grading import Task, source
from derive.grading.sandbox.questions import function

EXAMPLE = '''
import numpy as np

def softplus(z):
    return np.logaddexp(z, 0)

def softplus_slope(z):
    return 0.5*np.tanh(0.5*z) + 0.5
'''


def unit(activation):
    """The activation as a compiled network of one unit with the weight 1."""
    predict = Network(1, Dense(1, activation, bias=False)).compile().predict
    return lambda z: predict({"w1": np.ones((1, 1))}, np.reshape(z, (-1, 1))).reshape(np.shape(z))


value, slope = unit(softplus), unit(sigmoid)

task = Task.of(
    "Softplus in NumPy",
    source("softplus", [function("softplus", value), function("softplus_slope", slope, slope_of=value)], example=EXAMPLE),
    statement="Write two functions of a NumPy array, both entry by entry: softplus(z) = ln(1 + e^z), and softplus_slope(z), its "
    "derivative. They have to be right for z = 1000 and z = -1000, where e^z is too large, or the logarithm loses its digits.",
)
