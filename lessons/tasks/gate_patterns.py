"""What the gates do to a gradient: a product switches, a maximum routes, a sum distributes, and a constant scales."""

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    at = {"x": draw.whole(3, 2, 9), "y": draw.whole(-4, -9, -2), "z": draw.whole(2, 2, 9), "w": draw.whole(-1, -9, 9)}
    draw.require(len({abs(v) for v in at.values()} | {0}) == 5, "the same number twice, or a tie")
    return Task.table(
        "Gates and gradients",
        ["p = x*y", "q = max(z, w)", "r = p + q", "L = 2*r"],
        at=at,
        cells="p q L dL/dr dL/dp dL/dx dL/dy dL/dz dL/dw",
        decimals=1,
        distinct=False,
        statement=f"p = x y, q = max(z, w), r = p + q, L = 2 r, with {', '.join(f'{n} = {v}' for n, v in at.items())}. Write p, q, L "
        "and the gradients dL/dr, dL/dp, dL/dx, dL/dy, dL/dz, dL/dw. Three questions to think about: which gate hands the gradient "
        "on as it is, which sends it one way only, which exchanges its inputs?",
        reveal=Reveal(counterexample=False),
    )
