"""The mean squared error of several samples, and its derivative by one output."""

from derive import derive
from derive.grading import Task, formula, varied


@varied
def task(draw):
    n, i = draw.one_of(2, 3, 4), draw.one_of(1, 2)
    total = " + ".join(f"(y{k} - a{k})^2" for k in range(1, n + 1))
    outputs = [f"a{k} = {draw.one_of('sigma', 'tanh')}(z{k})" for k in range(1, n + 1)]
    loss = f"C = ({total})/(2*{n})"
    return Task.of(
        "Mean squared error",
        formula(f"dC/da{i}", derive([loss], f"a{i}")),
        formula(f"dC/dz{i}", derive([*outputs, loss], f"z{i}")),
        statement=f"{', '.join(outputs)} are the outputs of {n} samples, and C = 1/(2·{n}) ({total}). Write dC/da{i} and dC/dz{i}.",
    )
