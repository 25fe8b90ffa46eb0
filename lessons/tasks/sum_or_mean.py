"""The learning rate under a sum of losses and under their mean."""

import numpy as np

from derive import Network, half_sum_of_squares, squared_error
from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    m, rate = draw.one_of(200, 100, 400, 50), draw.one_of(0.01, 0.001, 0.02)
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(m, 2)), rng.random((m, 1))
    total, mean = (Network.dense(2, 1, loss=loss) for loss in (half_sum_of_squares, squared_error))
    p = total.init(rng)
    times = total.compile().value_and_grad(p, X, Y)[1]["b1"][0] / mean.compile().value_and_grad(p, X, Y)[1]["b1"][0]
    return Task.numbers(
        "Sum or mean",
        {"times": times, "eta": rate * times},
        mistaken={"eta": {"the mean has the smaller gradient: it needs the larger rate, and not the smaller": rate / m}},
        follows=lambda cell, v: rate * v["times"] if cell == "eta" else v[cell],
        relative=1e-3,
        decimals=None,
        statement=f"A program minimises (1/2) times the sum of squared errors over {m} samples with the learning rate {rate}. Another "
        "takes 1/(2 m) times the same sum. Write times, how many times larger the first one's gradient is, and eta, the rate with "
        "which the second makes the same steps.",
        reveal=Reveal(counterexample=False),
    )
