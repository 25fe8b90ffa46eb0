"""f = ||W x||^2 index by index and in matrix form."""

from derive.equations import Equation, Equations
from derive.grading import Task, matrix, varied
from derive.indices import Axis, Quantity, summed


@varied
def task(draw):
    rows, columns = Axis("n"), Axis("l")
    W, x, q = Quantity("W", (rows, columns), "parameter"), Quantity("x", (columns,), "parameter"), Quantity("q", (rows,))
    k, i = rows.index("k"), columns.index("i")
    c = draw.one_of(1, 3, 2, 5, 4)
    product = Equation(q, (k,), summed(W[k, i] * x[i], [i]))
    f = Equations((product, Equation(Quantity("f", (), "loss"), (), c * summed(q[k] ** 2, [k]))), (W, x))
    factor = "" if c == 1 else f"{c} "
    return Task.of(
        "Squared norm of W x",
        matrix("df/dq_j", f, "q", form="component"),
        matrix("df/dW_jk", f, "W", form="component"),
        matrix("df/dW", f, "W"),
        matrix("df/dx", f, "x"),
        statement=f"q = W x and f = {factor}||q||^2, where ||q||^2 is the sum of q_k^2. Write df/dq_j and df/dW_jk in "
        "index form (q_j, x_k), then df/dW and df/dx as matrix formulas with q, W, x. A gradient has the shape of its variable; "
        "a transpose is W.T or W^T, a matrix product is @.",
    )
