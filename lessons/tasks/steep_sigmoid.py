"""A sigmoid as a smooth step: weight and bias that put the step where it is wanted, steep enough."""

import numpy as np

from derive.grading import Task, varied


@varied
def task(draw):
    left = draw.number(0.4, low=-2, high=2)
    right = round(left + draw.number(0.2, low=0.1, high=0.5), 1)

    def check(v):
        low, high = 1 / (1 + np.exp(-np.clip(v["w"] * np.array([left, right]) + v["b"], -500, 500)))
        if low >= high:
            return "the step goes down: the sign of w says on which side the sigmoid is near 1"
        if low < 0.05 and high > 0.95:
            return ""
        return f"at {left} it is {low:.3f}, and at {right} it is {high:.3f}"

    steep = 8 / (right - left)
    return Task.choice(
        "A step at a place",
        {"w": (), "b": ()},
        check,
        example={"w": steep, "b": -steep * (left + right) / 2},
        statement=f"Find w and b for which sigma(w x + b) is below 0.05 at x = {left} and above 0.95 at x = {right}. There are many. "
        "Write: w = ...; b = ...",
    )
