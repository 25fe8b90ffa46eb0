"""w.x, w.x + b and the class, for two points."""

from derive.grading import Reveal, Task, varied
from derive.perceptron import decision_table


@varied
def task(draw):
    points = [[draw.whole(0, -3, 3), draw.whole(2, -3, 3)], [draw.whole(1, -3, 3), draw.whole(0, -3, 3)]]
    w, b = [draw.whole(0, -3, 3), draw.whole(1, -3, 3)], draw.whole(-1, -4, 4)
    u, v = decision_table(w, b, points)
    draw.require(u.sign * v.sign < 0 and b != 0, "both points are on the same side, or one is on the line")
    return Task.numbers(
        "Decision values",
        {"wu": u.wx, "wu+b": u.value, "class of u": u.sign > 0, "wv": v.wx, "wv+b": v.value, "class of v": v.sign > 0},
        follows=lambda cell, known: known[cell[:2]] + b if "+" in cell else known[f"w{cell[-1]}+b"] > 0 if "class" in cell else known[cell],
        decimals=0,
        distinct=False,
        statement=f"w = ({w[0]}, {w[1]}), b = {b}, u = ({points[0][0]}, {points[0][1]}), v = ({points[1][0]}, {points[1][1]}). Write "
        "wu (the product w·u), wu+b, class of u (1 where it is positive, else 0), and the same for v.",
        reveal=Reveal(counterexample=False),
    )
