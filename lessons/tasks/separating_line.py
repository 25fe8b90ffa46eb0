"""Any line that separates two points."""

from derive.grading import Task, varied
from derive.perceptron import decision_table, separates


@varied
def task(draw):
    u, v = [draw.whole(0, -4, 4), draw.whole(2, -4, 4)], [draw.whole(1, -4, 4), draw.whole(0, -4, 4)]
    draw.require(abs(u[0] - v[0]) + abs(u[1] - v[1]) > 1, "the points are too near to each other")

    def check(answer):
        if separates(answer["w"], answer["b"], [u, v], [1, 0]):
            return ""
        first, second = decision_table(answer["w"], answer["b"], [u, v])
        if separates(-answer["w"], -answer["b"], [u, v], [1, 0]):
            return "the line separates them, but the classes are the wrong way round: w·u + b has to be positive"
        return f"w·u + b = {first.value:g} has to be positive, and w·v + b = {second.value:g} negative"

    w = [u[0] - v[0], u[1] - v[1]]
    middle = sum(wi * (ui + vi) / 2 for wi, ui, vi in zip(w, u, v, strict=True))
    return Task.choice(
        "A separating line",
        {"w": (2,), "b": ()},
        check,
        example={"w": w, "b": -middle},
        statement=f"u = ({u[0]}, {u[1]}) is of class 1 and v = ({v[0]}, {v[1]}) of class 0. Find w and b with w·u + b > 0 and w·v + b "
        "< 0. There are many. Write: w = (.., ..); b = ...",
    )
