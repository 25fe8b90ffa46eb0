"""A gate with two inputs, a chain of links, and two names that were exchanged: which correction mends each."""

from sympy import Symbol

from derive import Graph, derive, softplus
from derive.grading import Task, formula, pick

ROUTES = {"max(x + y)": {"x": 1, "y": 1}, "max(x, y)": {"x": 1, "y": 0}, "x·y": {"x": 2, "y": 5}, "x + y": {"x": 1, "y": 1}}
GATE = Graph("max(x, y)")
GATE.forward(x=5, y=2)
RIGHT = next(text for text, slopes in ROUTES.items() if slopes == {n: int(v) for n, v in GATE.backward().items()})
NETWORK = ["blue = softplus(w1*x + b1)", "orange = softplus(w2*x + b2)", "green = w3*blue + w4*orange + b3", "L = (y - green)^2"]

task = Task.of(
    "Misprints",
    pick("gate", list(ROUTES), RIGHT, why={"max(x + y)": "the maximum of one number has nothing to choose: both would get the gradient"}),
    formula("dgreen/dorange", derive(NETWORK[2:3], "orange")),
    formula("dL/dorange", derive(NETWORK, "orange")),
    formula("activation", softplus(Symbol("z")), without="softplus", example="ln(1 + e^z)"),
    statement="A text says: the gate that routes its gradient to the larger of x and y is max(x + y); dL/dorange = dL/dgreen · "
    "dorange/dorange; the activation ln(1 + e^z) is called sum of squared residuals. With green = w3 blue + w4 orange + b3 and L = "
    f"(y - green)^2: 1. gate: how is it written? {', '.join(ROUTES)}. 2. dgreen/dorange, the factor that belongs into the chain. 3. "
    "dL/dorange. 4. activation: the formula in z to which the name softplus belongs.",
)
