"""A chain of units, and the product of slopes by which a gradient vanishes on its way back."""

from derive import Graph, derive
from derive.grading import Task, formula, numbers, varied


def enough(factor):
    """The number of factors from which their product is below 1/10000."""
    return next(n for n in range(1, 999) if factor**n < 1e-4)


@varied
def task(draw):
    depth, w = draw.one_of(3, 2, 4), draw.one_of(1, 1.5, 0.5)
    chain = [f"a{k} = sigma(w{k}*{f'a{k - 1}' if k > 1 else 'x'})" for k in range(1, depth + 1)]
    unit = Graph("sigma(z)")
    unit.forward(z=0)
    steepest = float(unit.backward()["z"])
    return Task.of(
        "A product of slopes",
        formula(f"da{depth}/dx", derive(chain, "x"), without="exp prime"),
        numbers("layers", {"layers": enough(w * steepest)}, decimals=0,
                mistaken={"layers": {"the slope of sigma is at most 1/4, and not 1/2": enough(w / 2)}}),
        statement=f"{', '.join(chain)}. 1. Write da{depth}/dx with the weights and the outputs a1, ..., a{depth}. 2. layers: with "
        f"every weight equal to {w}, what is the least number of layers for which da/dx is below 0.0001, whatever x is?",
    )  # fmt: skip
