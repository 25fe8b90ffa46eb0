"""The perceptron rule depends on the order of its samples."""

from derive.grading import Reveal, Task, varied
from derive.perceptron import perceptron

POINTS = [(2, 1), (-1, 1), (1, 3), (-2, -1), (1, -2)]
CLASSES = {(2, 1): 1, (1, 3): 1, (-1, 1): 0, (-2, -1): 0, (1, -2): 0}


@varied
def task(draw):
    first = draw.several(len(POINTS), POINTS)
    second = first[::-1]
    runs = [perceptron(points, [CLASSES[p] for p in points]) for points in (first, second)]
    one, other = ({"updates": len(run.updates), "w1": run.w[0], "w2": run.w[1], "b": run.b} for run in runs)
    draw.require(one != other and 2 <= min(one["updates"], other["updates"]) and one["updates"] <= 9, "the order makes no difference")
    ends = {f"{name}_{k}": v for k, end in ((1, one), (2, other)) for name, v in end.items()}
    return Task.numbers(
        "The order of the samples",
        ends,
        mistaken={"updates_1": {"these are epochs: count the changes": runs[0].epochs}} if runs[0].epochs != one["updates"] else {},
        decimals=1,
        distinct=False,
        statement="The perceptron rule from w = (0, 0), b = 0, predicting 1 where w·x + b >= 0, until an epoch has no mistake. "
        f"Samples: {', '.join(f'{p} of class {CLASSES[p]}' for p in first)}. Run it in this order, then in the reverse order. Write "
        "updates_1 (the number of changes), w1_1, w2_1, b_1, and updates_2, w1_2, w2_2, b_2.",
        reveal=Reveal(counterexample=False),
    )
