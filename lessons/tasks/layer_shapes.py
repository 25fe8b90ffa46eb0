"""Shapes in a feedforward network: weights, biases, errors and gradients."""

from derive import Network
from derive.grading import Task, numbers, varied


@varied
def task(draw):
    sizes = draw.several(3, [3, 4, 5, 6, 2, 7])
    net = Network.dense(*sizes)
    wanted = {"w1": "weights of the hidden layer", "w2": "weights of the output layer"}
    turned = {"rows": "rows and columns are the wrong way round: z = w a needs as many rows as z has entries"}
    return Task.of(
        "Shapes",
        *(
            numbers(name, dict(zip(("rows", "columns"), net.shapes[name], strict=True)), decimals=0, distinct=False,
                    mistaken={"rows": {turned["rows"]: net.shapes[name][1]}})
            for name in wanted
        ),
        numbers("errors", {"delta1": net.shapes["b1"][0], "delta2": net.shapes["b2"][0]}, decimals=0, distinct=False),
        statement=f"{sizes[0]} inputs, {sizes[1]} hidden units, {sizes[2]} outputs; z1 = w1 x + b1 and z2 = w2 a1 + b2 for one sample "
        "x in a column. Write rows and columns of w1 and of w2, and how many entries the errors delta1 = dC/dz1 and delta2 = dC/dz2 "
        "have.",
    )  # fmt: skip
