"""The gradient of a mean loss is the mean of the gradients."""

from derive import derive
from derive.grading import Task, varied


@varied
def task(draw):
    n, output = draw.one_of(2, 3, 4), draw.one_of("w*x{k}", "sigma(w*x{k})", "tanh(w*x{k})")
    losses = [f"({output.format(k=k)} - y{k})^2" for k in range(1, n + 1)]
    names = {f"g{k}": derive(loss, "w").result for k, loss in enumerate(losses, 1)}
    return Task.formula(
        "Gradient of a mean",
        key=derive(f"({' + '.join(losses)})/{n}", "w"),
        names=names,
        using=" ".join(names),
        example=f"({' + '.join(names)})/{n}",
        statement=f"C is the mean of the losses of {n} samples, (1/{n}) times the sum of {', '.join(losses)}, and {', '.join(names)} are "
        f"the derivatives of these losses by w. Write dC/dw with {', '.join(names)}.",
    )
