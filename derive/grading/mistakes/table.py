"""The table of mistakes. A teacher adds a row: `diagnose(..., mistakes=(*MISTAKES, Mistake(...)))`.

A row is data: what was done, a hint, and where in a computation it can be done. The `search` knows none of them.
"""

from .broken_chain import CHAIN
from .broken_forward import FORWARD
from .broken_names import NAMED
from .broken_results import RESULTS
from .broken_rules import RULES
from .broken_slopes import SLOPES
from .planting import Mistake, Plant, Work
from .sweeping import Change

__all__ = ["MISTAKES", "Change", "Mistake", "Plant", "Work"]

MISTAKES: tuple[Mistake, ...] = (*RULES, *SLOPES, *CHAIN, *NAMED, *RESULTS, *FORWARD)
