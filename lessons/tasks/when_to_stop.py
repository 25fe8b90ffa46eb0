"""The number of steps until they are short, by a program of one's own."""

from derive import descend
from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    c, start, rate = draw.whole(2, 1, 4), draw.one_of(4, 7, 9, 6), draw.one_of(0.01, 0.02, 0.05)
    draw.require(start - c > 1, "it starts at the minimum")
    run = descend(lambda x: (x - c) ** 2, start, rate, stop=1e-4, gradient=lambda x: 2 * (x - c))
    return Task.numbers(
        "When to stop",
        {"steps": run.steps, "x": run.points[-1]},
        mistaken={"steps": {"the last step counts as well": run.steps - 1}, "x": {"it stops on the way: this is the minimum": c}},
        decimals=3,
        distinct=False,
        statement=f"Minimise (x - {c})^2 from x = {start} with the learning rate {rate}, and stop after the first step that is not "
        "longer than 0.0001. Write steps, how many it made, and x at the end, to 3 decimals.",
        reveal=Reveal(counterexample=False),
    )
