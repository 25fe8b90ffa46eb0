"""Two layers without an activation are one: its weights and its bias."""

import numpy as np

from derive.grading import Task, varied


@varied
def task(draw):
    w1 = np.array([[draw.whole(v, -3, 4) for v in row] for row in ((1, 2), (3, -1))], dtype=float)
    w2 = np.array([[draw.whole(v, -3, 4) for v in (2, 1)]], dtype=float)
    b1, b2 = np.array([float(draw.whole(v, -3, 3)) for v in (1, -2)]), float(draw.whole(3, 1, 5))
    draw.require(bool(np.all(w2) and np.all(w1) and np.any(b1)), "a weight is 0")

    def check(v):
        for x in np.array([[0, 0], [1, 0], [0, 1], [2, -3]]):
            two, one = (w2 @ (w1 @ x + b1) + b2)[0], (v["w"] @ x + v["b"]).item()
            if abs(two - one) > 1e-6:
                return f"at x = ({x[0]}, {x[1]}) the two layers give {two:g}, and yours gives {one:g}"
        return ""

    return Task.choice(
        "Two linear layers",
        {"w": (2,), "b": ()},
        check,
        example={"w": (w2 @ w1)[0].tolist(), "b": (w2 @ b1 + b2).item()},
        statement=f"z = w1 x + b1 and y = w2 z + b2, with w1 = {w1.tolist()}, b1 = {b1.tolist()}, w2 = {w2.tolist()}, b2 = {b2:g} and "
        "no activation. Find one layer y = w x + b that computes the same. Write: w = (.., ..); b = ...",
    )
