"""Two mistakes in one update: what they do to the loss, and which they are."""

from derive import Graph
from derive.grading import Reveal, Task, numbers, pick

NETWORK = ["blue = softplus(w1*x + b1)", "orange = softplus(w1*x + b1)", "green = w3*blue + w4*orange + b3", "SSR = (y - green)^2"]
AT = {"x": [0.1, 0.53, 0.82], "y": [1.2, 3.2, 1.1], "w1": 0.49671415, "w3": 0.64768854, "w4": 1.52302986, "b1": 0}
RATE = 0.01
GRAPH = Graph.from_equations(NETWORK, samples=3)
BEFORE = float(GRAPH.forward(AT | {"b3": 0}))
RIGHT = float(GRAPH.backward()["b3"])
WRONG = -2 * BEFORE


def after(step):
    return float(GRAPH.forward(AT | {"b3": step}))


STEPS = {
    "b3 + rate · slope, slope = -2 · sum of (y - green)^2": RATE * WRONG,
    "b3 - rate · slope, slope = -2 · sum of (y - green)^2": -RATE * WRONG,
    "b3 + rate · slope, slope = -2 · sum of (y - green)": RATE * RIGHT,
    "b3 - rate · slope, slope = -2 · sum of (y - green)": -RATE * RIGHT,
}
ASCENT = "the step ascends: descent subtracts"
POWER = "a power too many: the slope of a square is not a square"

task = Task.of(
    "A loss that rises",
    numbers("losses", {"before": BEFORE, "after": after(RATE * WRONG), "mended": after(-RATE * RIGHT)}),
    pick("right", list(STEPS), next(rule for rule, step in STEPS.items() if step == -RATE * RIGHT),
         why=dict(zip(STEPS, (f"{ASCENT}; and {POWER}", POWER, ASCENT), strict=False))),
    statement="A program has blue = orange = softplus(0.49671415 x), green = 0.64768854 blue + 1.52302986 orange + b3, b3 = 0, and "
    "SSR = sum of (y - green)^2 over x = (0.1, 0.53, 0.82), y = (1.2, 3.2, 1.1). It changes b3 by the rule A with the rate 0.01: "
    + "; ".join(f"{letter}: b3 becomes {rule}" for letter, rule in zip("ABCD", STEPS, strict=True))
    + ". 1. losses: SSR before the step, after it, and mended, after a step with the right rule instead, to 3 decimals. "
    "2. right: which rule is right?",
    reveal=Reveal(counterexample=False),
)  # fmt: skip
