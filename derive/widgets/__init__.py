"""Figures to play with, in a lesson or in a teacher's own notebook: each shows itself, with its own expression, network or data.

from derive.widgets import Curve
Curve("sigma(w*x + b)", parameters={"w": (-4, 4, 1), "b": (-4, 4, 0)})
"""

from .curve import Curve
from .exercise import Exercise
from .work import MyWork, restore, save

__all__ = ["Curve", "Exercise", "MyWork", "restore", "save"]
