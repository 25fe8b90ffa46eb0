"""Mini-batches: how many steps an epoch has, and how a gradient over a batch is that of its samples."""

import math

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    m, size, epochs = draw.one_of(200, 250, 150, 330), draw.one_of(32, 16, 64), draw.whole(10, 5, 20)
    steps = math.ceil(m / size)
    draw.require(m % size not in (0, 1), "the last batch is full")
    return Task.numbers(
        "Mini-batches",
        {"steps": steps, "last": m % size, "all": steps * epochs},
        mistaken={"steps": {"the samples that are left over make a batch of their own": m // size},
                  "all": {"this is the number of samples that are seen, not of steps": m * epochs}},
        follows=lambda cell, v: v["steps"] * epochs if cell == "all" else v[cell],
        decimals=0,
        distinct=False,
        statement=f"{m} samples are split into mini-batches of {size}; what is left over is a smaller batch. Write steps, how many "
        f"steps of descent an epoch has, last, how many samples the last batch has, and all, the steps in {epochs} epochs.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
