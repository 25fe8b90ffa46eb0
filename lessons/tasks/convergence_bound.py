"""O(1/k): the smallest alpha for which F(p_k) - F* <= alpha/k in the first steps."""

from derive import descend
from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    start, rate = draw.number(2, low=1, high=4, step="0.5"), draw.one_of(0.1, 0.05, 0.2)
    run = descend(lambda x: x * x, start, rate, 3, gradient=lambda x: 2 * x)
    gaps = {f"F_{k}": gap for k, gap in enumerate(run.gap(0.0)) if k}
    return Task.numbers(
        "A bound alpha/k",
        {**gaps, "alpha": run.alpha(0.0)},
        mistaken={"alpha": {"this is the gap of the last step, and not k times the largest such product": gaps["F_3"]}},
        statement=f"F(p) = p^2 has its minimum 0 at 0. Start at {start} with the learning rate {rate}. Write F_1, F_2, F_3, the values "
        "after one, two and three steps, and the smallest alpha with F_k <= alpha/k for these three k. To 3 decimals.",
        reveal=Reveal(counterexample=False),
        follows=lambda cell, v: max(k * v[f"F_{k}"] for k in (1, 2, 3)) if cell == "alpha" else v[cell],
    )
