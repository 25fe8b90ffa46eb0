"""The names that a teacher needs to add an activation, a loss, a layer or a schedule, without touching the package."""

from .layers import Builder, Layer
from .losses import Loss
from .ops import Activation, RowActivation
from .schedules import Schedule

__all__ = ["Activation", "Builder", "Layer", "Loss", "RowActivation", "Schedule"]
