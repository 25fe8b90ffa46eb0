"""The graph of 1/(1 + e^(-(w0 x0 + w1 x1 + w2))): a value and a gradient on every node."""

from derive.grading import Reveal, Task, varied

EQUATIONS = ["s = w0*x0 + w1*x1 + w2", "n = -s", "p = e^n", "u = 1 + p", "f = 1/u"]


@varied
def task(draw):
    at = {name: draw.whole(v, -3, 3) for name, v in {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}.items()}
    s = at["w0"] * at["x0"] + at["w1"] * at["x1"] + at["w2"]
    draw.require(all(at.values()) and 1 <= abs(s) <= 3, "a weight is 0, or the sigmoid is saturated")
    return Task.table(
        "A sigmoid gate by gate",
        EQUATIONS,
        at=at,
        cells="s p u f df/du df/dn df/dw0 df/dx0 df/dw1 df/dx1 df/dw2",
        distinct=False,
        statement="s = w0 x0 + w1 x1 + w2, n = -s, p = e^n, u = 1 + p, f = 1/u, with "
        f"{', '.join(f'{n} = {v}' for n, v in at.items())}. Write the values s, p, u, f and the gradients df/du, df/dn, df/dw0, "
        "df/dx0, df/dw1, df/dx1, df/dw2, to 3 decimals.",
        reveal=Reveal(counterexample=False),
    )
