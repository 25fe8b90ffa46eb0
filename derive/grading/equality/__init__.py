"""Whether two answers are equal: equal, different with values that show it, or undecided."""

from .comparing import same
from .outcome import Same

__all__ = ["Same", "same"]
