"""The graph of g = (x + y) z: values forward, gradients backward."""

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    at = {"x": draw.whole(5, -6, 6), "y": draw.whole(-2, -6, 6), "z": draw.whole(4, -6, 6)}
    p = at["x"] + at["y"]
    draw.require(len({abs(v) for v in (*at.values(), p)} - {0, 1}) == 4, "the same number twice, or one that a product does not show")
    return Task.table(
        "The graph of (x + y) z",
        ["p = x + y", "g = p*z"],
        at=at,
        cells="p g dg/dp dg/dz dg/dx dg/dy",
        decimals=1,
        distinct=False,
        statement=f"p = x + y, g = p z, with {', '.join(f'{n} = {v}' for n, v in at.items())}. Draw the graph. Go forward: write p and g. "
        "Go backward: write dg/dp, dg/dz, dg/dx, dg/dy.",
        reveal=Reveal(counterexample=False),
    )
