"""A bump from two sigmoid units: what universal approximation is built of."""

import numpy as np

from derive.grading import Task, varied


@varied
def task(draw):
    left, width, height = draw.number(1, low=-2, high=2), draw.number(2, low=1.5, high=3), draw.number(3, low=-4, high=4)
    right, x = round(left + width, 1), np.arange(-6, 8.01, 0.05)
    wanted = np.where((x > left) & (x < right), height, 0.0)
    judged = (abs(x - left) > 0.25) & (abs(x - right) > 0.25)

    def check(v):
        hidden = 1 / (1 + np.exp(-np.clip(np.outer(x, v["w"]) + v["b"], -500, 500)))
        error = np.where(judged, abs(hidden @ v["v"] - wanted), 0)
        worst = int(np.argmax(error))
        return "" if error[worst] < 0.05 * abs(height) else f"at x = {x[worst]:.2f} it is off by {error[worst]:.3g}"

    return Task.choice(
        "A bump of two units",
        {"w": (2,), "b": (2,), "v": (2,)},
        check,
        example={"w": [40, 40], "b": [-40 * left, -40 * right], "v": [height, -height]},
        statement=f"Build a bump: v1 sigma(w1 x + b1) + v2 sigma(w2 x + b2) has to be {height} between x = {left} and x = {right}, and 0 "
        "outside, with an error below 5 % of the height everywhere but within 0.25 of the two edges. "
        "Write: w = (.., ..); b = (.., ..); v = (.., ..)",
    )
