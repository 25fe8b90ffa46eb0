"""A 1-2-1 network with softplus, forward for three samples."""

from derive.grading import Reveal, Task, varied

NETWORK = ["blue = softplus(w1*x + b1)", "orange = softplus(w2*x + b2)", "green = w3*blue + w4*orange + b3", "SSR = (y - green)^2"]
WEIGHTS = {"w1": 0.49671415, "w2": -0.1382643, "w3": 0.64768854, "w4": 1.52302986}


@varied
def task(draw):
    drawn = {name: draw.number(w, low=-1.5, high=1.5, step="0.01") for name, w in WEIGHTS.items()}
    at = {"x": [0.1, 0.53, 0.82], "y": [1.2, 3.2, 1.1], **drawn, "b1": 0, "b2": 0, "b3": 0}
    return Task.table(
        "Forward with softplus",
        NETWORK,
        at=at,
        cells="blue_1 orange_1 green_1 green_2 green_3 SSR",
        statement="blue = softplus(w1 x + b1), orange = softplus(w2 x + b2), green = w3 blue + w4 orange + b3, and SSR is the sum of "
        "(y - green)^2 over three samples, x = (0.1, 0.53, 0.82) and y = (1.2, 3.2, 1.1). Weights: "
        f"{', '.join(f'{n} = {v}' for n, v in drawn.items())}; all biases are 0. Write blue_1, orange_1, green_1 (the first sample), "
        "green_2, green_3 and SSR, to 3 decimals.",
        reveal=Reveal(counterexample=False),
    )
