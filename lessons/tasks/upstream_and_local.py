"""Gradient = upstream gradient times local gradient, with the right names on both sides."""

from derive import Graph, derive
from derive.grading import Task, formula, pick, varied

AT = {"x": 3, "y": -2}


@varied
def task(draw):
    inner = draw.one_of("z = x*y", "z = x^2*y", "z = x*y^2", "z = x/y")
    graph = Graph.from_equations([inner, "L = z^2"])
    graph.forward(AT)
    graph.backward()
    local = Graph(inner.partition("=")[2])
    local.forward(AT)
    values = {"dL/dz": graph.gradient("z"), "dL/dx": graph.gradient("x"), "dz/dx": local.backward()["x"]}
    claims = [("dz/dx", "dL/dz", "dz/dx"), ("dL/dx", "dL/dz", "dz/dx"), ("dL/dz", "dL/dx", "dz/dx"), ("dL/dx", "dL/dz", "dL/dx")]
    lines = {f"{left} = {one} · {two}": values[left] == values[one] * values[two] for left, one, two in claims}
    published = "dz/dx = dL/dz · dz/dx"
    shown = draw.several(len(lines), list(lines))
    return Task.of(
        "Upstream and local",
        pick("chain rule", shown, next(line for line, holds in lines.items() if holds),
             why={published: "the left side names the wrong variable: what comes out is the gradient of L, dL/dx"}),
        formula("dL/dx", derive([inner, "L = g*z"], "x"), symbols="x y"),
        formula("dL/dy", derive([inner, "L = g*z"], "y"), symbols="x y"),
        statement=f"{inner}, and L is computed from z. The upstream gradient is g = dL/dz. 1. chain rule: which of these is right: "
        f"{'; '.join(shown)}? Copy it, or give its letter. 2. Write dL/dx and 3. dL/dy with g, x and y.",
    )  # fmt: skip
