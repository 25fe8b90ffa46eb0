"""Weights of two hidden units and one output unit, all of them steps, that solve a problem which one unit cannot solve."""

import numpy as np

from derive.grading import Task, varied

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
TABLES = {"XOR": (0, 1, 1, 0), "XNOR (equality)": (1, 0, 0, 1)}


@varied
def task(draw):
    name, low, high = draw.one_of(*TABLES), draw.one_of(0, -1), draw.one_of(1, 2)
    inputs = np.where(INPUTS == 1, high, low)
    sign, middle = (1 if name == "XOR" else -1), (high + low) / 2

    def check(v):
        for x, wanted in zip(inputs, TABLES[name], strict=True):
            out = int(v["v"] @ (v["w"] @ x + v["b"] >= 0) + v["c"] >= 0)
            if out != wanted:
                return f"at x = ({x[0]}, {x[1]}) the network gives {out}, expected {wanted}"
        return ""

    return Task.choice(
        f"A network for {name}",
        {"w": (2, 2), "b": (2,), "v": (2,), "c": ()},
        check,
        example={"w": [[1, 1], [1, 1]], "b": [-low - middle, -high - middle], "v": [sign, -sign], "c": -0.5 if sign > 0 else 0},
        statement="h = step(w x + b) with two hidden units, out = step(v·h + c), where step(z) is 1 for z >= 0 and else 0. The "
        f"inputs are {low} (false) and {high} (true). Find weights with which out is {name} of the two inputs. Write: w = ((.., ..), "
        "(.., ..)); b = (.., ..); v = (.., ..); c = ...",
    )
