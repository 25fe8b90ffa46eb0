"""A 1-2-1 network whose two output weights are one: forward and backward, the gradient of the shared weight adds over both uses."""

from derive.grading import Reveal, Task, varied

HIDDEN = ["z1 = w1*x + b1", "a1 = sigma(z1)", "z2 = w2*x + b2", "a2 = sigma(z2)"]
NETWORK = [*HIDDEN, "z3 = w3*a1 + w3*a2 + b3", "yhat = sigma(z3)", "L = (y - yhat)^2/2"]
STANDARD = {"x": 0.5, "y": 0.8, "w1": 0.2, "w2": -0.3, "b1": 0.4, "b2": -0.5, "w3": 0.1, "b3": 0.2}


@varied
def task(draw):
    at = {name: draw.number(v, low=-0.9, high=0.9) for name, v in STANDARD.items()}
    draw.require(abs(at["w3"]) >= 0.1 and abs(at["x"]) >= 0.3, "gradients of the hidden layer are nearly 0")
    z1, z2 = (at[f"w{k}"] * at["x"] + at[f"b{k}"] for k in (1, 2))
    draw.require(abs(z1 + z2) > 0.1, "a1 + a2 is nearly 1, so that a lost or an extra factor would not be seen")
    draw.require(abs(z1 - z2) > 0.1, "both hidden units are nearly the same")
    return Task.table(
        "A shared weight",
        NETWORK,
        at=at,
        cells="a1 a2 yhat L dL/dyhat dL/dz3 dL/dw3 dL/db3 dL/dz1 dL/dw1 dL/dz2 dL/dw2",
        decimals=6,
        relative=1e-3,
        distinct=False,
        statement=f"{', '.join(NETWORK)}, with {', '.join(f'{n} = {v}' for n, v in at.items())}. Write a1, a2, yhat, L, dL/dyhat, "
        "dL/dz3, dL/dw3, dL/db3, dL/dz1, dL/dw1, dL/dz2, dL/dw2, to 6 decimals (or 0.1 %). The weight w3 is used twice.",
        reveal=Reveal(counterexample=False),
    )
