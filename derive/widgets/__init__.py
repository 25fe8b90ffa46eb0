"""Figures to play with, in a lesson or in a teacher's own notebook: each shows itself, with its own expression, network or data.

from derive.widgets import Curve
Curve("sigma(w*x + b)", parameters={"w": (-4, 4, 1), "b": (-4, 4, 0)})
"""

from .approximation.bumps import Bumps
from .curve import Curve
from .descent.descent_figure import DescentFigure
from .descent.schedules_figure import Schedules
from .exercise import Exercise
from .graphs.graph_steps import GraphStepper
from .networks.network_figure import NetworkFigure
from .plane.line import DecisionLine
from .plane.perceptron_figure import PerceptronFigure
from .plane.surfaces import Surfaces
from .saturation import Saturation
from .stepper import Stepper
from .training.norms import GradientNorms
from .training.playground import Playground
from .work import MyWork, restore, save

__all__ = [
    "Bumps",
    "Curve",
    "DecisionLine",
    "DescentFigure",
    "Exercise",
    "GradientNorms",
    "GraphStepper",
    "MyWork",
    "NetworkFigure",
    "PerceptronFigure",
    "Playground",
    "Saturation",
    "Schedules",
    "Stepper",
    "Surfaces",
    "restore",
    "save",
]
