"""The names that a teacher needs to add an activation, loss, layer, rule, mistake or schedule, without touching the package."""

from .grading.mistakes.table import Mistake
from .layers import Builder, Layer
from .losses import Loss
from .ops import Activation, RowActivation
from .rules import Rule
from .schedules import Schedule

__all__ = ["Activation", "Builder", "Layer", "Loss", "Mistake", "RowActivation", "Rule", "Schedule"]
