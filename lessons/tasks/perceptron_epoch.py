"""The perceptron rule by hand, one epoch from zero."""

from derive.grading import Reveal, Task, varied
from derive.perceptron import perceptron

POINTS = [(0.8, 0.4), (0.3, 0.1), (0.8, 0.8), (0.4, 0.6), (0.6, 0.8), (0.4, 0.2), (0.4, 0.5)]
TURNED = "the sign of the step is wrong: add y - f, the true class minus the predicted one"
CLASSES = {p: c for p, c in zip(POINTS, (0, 0, 1, 1, 1, 0, 1), strict=True)}


@varied
def task(draw):
    points = draw.several(len(POINTS), POINTS)
    run = perceptron(points, [CLASSES[p] for p in points])
    first = [u for u in run.updates if u.epoch == 1]
    draw.require(3 <= len(first) <= 5, "few mistakes in the first epoch")
    values, known, change = {}, {}, {}
    for k, u in enumerate(first, 1):
        for name, before, after in zip(("w1", "w2", "b"), (*u.w_before, u.b_before), (*u.w, u.b), strict=True):
            values[f"{name}_{k}"], change[f"{name}_{k}"] = after, after - before
            if after != before:
                known[f"{name}_{k}"] = {TURNED: 2 * before - after}
    names = " ".join(values)
    return Task.numbers(
        "One epoch of the perceptron rule",
        {"mistakes": len(first), **values},
        mistaken=known,
        follows=lambda cell, v: change[cell] + v.get(f"{cell[:-1]}{int(cell[-1]) - 1}", 0) if "_" in cell else v[cell],
        decimals=3,
        distinct=False,
        statement=f"From w = (0, 0), b = 0, take the points {', '.join(f'{p} of class {CLASSES[p]}' for p in points)} once, in this "
        "order. A point is predicted to be of class 1 where w·x + b >= 0. After a mistake add (y - f) x to w and y - f to b. Write "
        f"the number of mistakes, and w and b after each: {names}.",
        reveal=Reveal(counterexample=False),
    )
