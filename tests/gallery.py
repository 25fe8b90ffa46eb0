"""One figure of each kind as the code of a cell, for the tests that look at them in a browser, and how it is used by keyboard.

A key acts on what has the focus: "slider" is the first slider, "picture" the picture, any other word the button that begins with it.
"""

from __future__ import annotations

from dataclasses import dataclass

IMPORT = "from derive.widgets import *\n"


@dataclass(frozen=True)
class Shown:
    """`code` shows it; `focus` is what takes `key`, and `back` if there is a way back.

    `formula`: whether a press changes a formula; `grows`: whether it may grow taller
    """

    code: str
    focus: str = "slider"
    key: str = "ArrowRight"
    back: str = "ArrowLeft"
    formula: bool = True
    grows: bool = False


GALLERY: dict[str, Shown] = {
    "Curve": Shown('Curve("sigma(w*x + b)", parameters={"w": (-4, 4, 1), "b": (-4, 4, 0)})'),
    "Stepper": Shown('Stepper("(sigma(w*x + b) - y)^2/2", "w", at={"w": 0.6, "x": 1, "b": 0.9, "y": 0})', "Next", "Enter"),
    "GraphStepper": Shown(
        'GraphStepper("1/(1 + exp(-(w0*x0 + w1*x1 + w2)))", at={"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3})', "picture"
    ),
    "DescentFigure": Shown('DescentFigure("(x - 2)^2", start=4, rate=0.1)', "picture"),
    "DescentFigure on a contour": Shown(
        'DescentFigure("(w*4 + b - 5)^2", ("w", "b"), x=(-2, 4), y=(0, 3), start=(3, 2), rate=1/18)', "picture"
    ),
    "Schedules": Shown("Schedules()"),
    "Playground": Shown('Playground("xor")', "picture", back="ArrowRight"),
    "GradientNorms": Shown("GradientNorms()"),
    "Saturation": Shown("Saturation()"),
    "Bumps": Shown('Bumps("sin(3*x)")'),
    "Surfaces": Shown('Surfaces({"one unit": {"w1": [[1, 1]], "b1": [-1]}})', "picture"),
    "NetworkFigure": Shown("NetworkFigure([2, 3, 2])", "picture"),
    "DecisionLine": Shown("DecisionLine()"),
    "PerceptronFigure": Shown("PerceptronFigure()", "picture"),
    "Exercise": Shown('Exercise("final_layer_product")', "Hint", "Enter", grows=True),
    "MyWork": Shown('MyWork("work.json")', "Save", "Enter", formula=False, grows=True),
}
