"""A learning rate that warms up and then decays."""

from derive.grading import Reveal, Task, varied
from derive.schedules import exponential, inverse_time


@varied
def task(draw):
    rate, warmup = draw.one_of(0.2, 0.4, 0.6), draw.one_of(4, 5, 8)
    make, formula = draw.one_of((exponential, "e^(-0.1 k)"), (inverse_time, "/(1 + 0.1 k)"))
    eta, late = make(rate, decay=0.1, warmup=warmup), warmup + draw.one_of(10, 5, 7)
    counted = make(rate, decay=0.1)
    return Task.numbers(
        "A schedule with warm-up",
        {"eta_0": eta(0), "eta_2": eta(2), f"eta_{late}": eta(late)},
        mistaken={"eta_0": {"the warm-up counts its steps from 1: the first rate is not 0": 0},
                  f"eta_{late}": {"the decay starts after the warm-up: its k counts from there": counted(late)}},
        statement=f"In step k = 0, 1, ..., {warmup - 1} the rate is {rate} (k + 1)/{warmup}; after these {warmup} steps it is {rate} "
        f"{formula}, where k counts the steps since the warm-up ended. Write eta_0, eta_2 and eta_{late} to 3 decimals.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
