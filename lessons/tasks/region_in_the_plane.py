"""Three half planes and an output unit that answer 1 within a triangle, and 0 outside of it."""

import numpy as np

from derive.grading import Task, varied

GRID = np.stack(np.meshgrid(np.arange(-4.75, 8, 0.5), np.arange(-4.65, 8, 0.5)), axis=-1).reshape(-1, 2)  # on no edge


@varied
def task(draw):
    p, q, size = draw.whole(0, -2, 2), draw.whole(1, -2, 2), draw.whole(3, 2, 4)
    r = p + q + size

    def sides(x):
        return {f"x1 > {p}": x[0] > p, f"x2 > {q}": x[1] > q, f"x1 + x2 < {r}": x[0] + x[1] < r}

    def check(v):
        for x in GRID:
            out, failing = int(v["v"] @ (v["w"] @ x + v["b"] >= 0) + v["c"] >= 0), [s for s, holds in sides(x).items() if not holds]
            if out == bool(failing):
                why = f"{failing[0]} does not hold" if failing else "all three hold"
                return f"at x = ({x[0]:g}, {x[1]:.2f}) {why}, and the network gives {out}"
        return ""

    return Task.choice(
        "A triangle of three units",
        {"w": (3, 2), "b": (3,), "v": (3,), "c": ()},
        check,
        example={"w": [[1, 0], [0, 1], [-1, -1]], "b": [-p, -q, r], "v": [1, 1, 1], "c": -2.5},
        statement="h = step(w x + b) with three hidden units, out = step(v·h + c), where step(z) is 1 for z >= 0 and else 0. Find weights "
        f"with which out is 1 where all three hold: {', '.join(sides((0, 0)))}, and 0 elsewhere (on the edges it may be either). "
        "Write: w = ((.., ..), (.., ..), (.., ..)); b = (.., .., ..); v = (.., .., ..); c = ...",
    )
