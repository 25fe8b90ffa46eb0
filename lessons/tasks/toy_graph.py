"""Forward and backward through the graph of (w x + b - y)^2."""

from derive.grading import Reveal, Task, varied

EQUATIONS = ["prod = w*x", "yhat = prod + b", "error = yhat - y", "L = error^2"]


@varied
def task(draw):
    at = {"w": draw.whole(3, 2, 5), "b": draw.whole(2, 1, 4), "x": draw.whole(4, 2, 6), "y": draw.whole(5, 1, 9)}
    return Task.table(
        "The toy graph by hand",
        EQUATIONS,
        at=at,
        cells="prod yhat error L dL/derror dL/dw dL/dx",
        decimals=2,
        statement=f"prod = w x, yhat = prod + b, error = yhat - y, L = error^2, with {', '.join(f'{n} = {v}' for n, v in at.items())}. "
        "Go forward through the graph, then backward. Write a line for each of prod, yhat, error, L, dL/derror, dL/dw, dL/dx.",
        reveal=Reveal(counterexample=False),
    )
