"""A graph of two gates, g = (x + y) z: values forward, gradients backward."""

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    at = {"x": draw.whole(-2, -6, 6), "y": draw.whole(5, 2, 9), "z": draw.whole(-4, -9, 9)}
    draw.require(len({0, 1, *at.values(), at["x"] + at["y"]}) == 6, "0, 1 or the same number twice")
    return Task.table(
        "Two gates",
        ["p = x + y", "g = p*z"],
        at=at,
        cells="p g dg/dp dg/dz dg/dx dg/dy",
        decimals=1,
        distinct=False,
        statement=f"p = x + y and g = p z at {', '.join(f'{n} = {v}' for n, v in at.items())}. Write p, g, dg/dp, dg/dz, dg/dx, dg/dy.",
        reveal=Reveal(counterexample=False),
    )
