"""The same gradients with the sigmoid as one gate, as formulas of its output."""

from derive import derive
from derive.grading import Task, formula, varied


@varied
def task(draw):
    names = ["w0", "x0", "w1", "x1"]
    first, second = draw.several(2, names)
    equations = ["s = w0*x0 + w1*x1 + w2", "f = sigma(s)"]
    return Task.of(
        "A sigmoid as one gate",
        formula("df/ds", derive(equations, "s"), using="f", without="exp prime", example="f*(1 - f)"),
        formula(f"df/d{first}", derive(equations, first), using="f", without="exp prime"),
        formula(f"df/d{second}", derive(equations, second), using="f", without="exp prime"),
        statement=f"s = w0 x0 + w1 x1 + w2 and f = sigma(s), which is one gate. Write df/ds, df/d{first} and df/d{second} with f, the "
        "output of the gate, and with no exponential function.",
    )
