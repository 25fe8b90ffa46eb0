"""The perceptron rule to its end, by a program of one's own; and what a learning rate does to it."""

from derive.grading import Reveal, Task, numbers, pick, varied
from derive.perceptron import perceptron

POINTS = [(0.8, 0.4), (0.3, 0.1), (0.8, 0.8), (0.4, 0.6), (0.6, 0.8), (0.4, 0.2), (0.4, 0.5)]
CLASSES = {p: c for p, c in zip(POINTS, (0, 0, 1, 1, 1, 0, 1), strict=True)}


@varied
def task(draw):
    points, rate = draw.several(len(POINTS), POINTS), draw.one_of(0.5, 2, 0.25, 4)
    classes = [CLASSES[p] for p in points]
    run, other = perceptron(points, classes), perceptron(points, classes, rate=rate)
    strict = perceptron(points, classes, at_zero=0)
    draw.require(run.epochs != strict.epochs and run.epochs > 3, "too short, or the rule at the boundary makes no difference")
    told = "a point with w·x + b = 0 was taken for class 0"
    ends = {"epochs": (run.epochs, strict.epochs), "b": (run.b, strict.b)}
    ends |= {f"w{k + 1}": (run.w[k], strict.w[k]) for k in (0, 1)}
    claims = {"the same mistakes in the same epochs, w and b are scaled": other.mistakes == run.mistakes,
              f"with {rate} it needs fewer epochs": other.epochs < run.epochs,
              f"with {rate} it needs more epochs": other.epochs > run.epochs}
    listed = draw.several(len(claims), list(claims))
    return Task.of(
        "The perceptron rule to its end",
        numbers("end", {name: right for name, (right, _) in ends.items()}, decimals=3, distinct=False,
                mistaken={name: {told: wrong} for name, (right, wrong) in ends.items() if abs(right - wrong) > 1e-3}),
        numbers("rescaled", {"w1": other.w[0], "w2": other.w[1], "b": other.b}, decimals=3, distinct=False),
        pick("effect", listed, next(text for text, holds in claims.items() if holds),
             why=dict.fromkeys(list(claims)[1:], "from zero, scaling w and b changes no decision: all runs make the same mistakes")),
        statement="The perceptron rule from w = (0, 0), b = 0 with the points "
        f"{', '.join(f'{p} of class {CLASSES[p]}' for p in points)}, in this order again and again, predicting 1 where w·x + b >= 0. "
        "1. end: the number of the first epoch without a mistake, counted from 1 (epochs = ...), and w1, w2, b there. 2. rescaled: "
        f"w1, w2, b at the end of a run in which every change is multiplied by the learning rate {rate}. 3. effect: which is true? "
        f"{'; '.join(listed)}.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
