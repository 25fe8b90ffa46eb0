"""Networks as equations: backpropagation derived step by step, proved, printed, compiled to NumPy, checked, and used for training.

from derive import Network, Dense, sigmoid, tanh, squared_error, derive, train, check
"""

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from .checking import check
from .deriving import derive
from .descent import descend
from .errors import DeriveError
from .graph import Graph
from .layers import Dense, Residual
from .losses import cross_entropy, half_sum_of_squares, squared_error, sum_of_squares
from .network import Network
from .notation import Notation
from .ops import identity, relu, sigmoid, softmax, softplus, tanh
from .training import train

if TYPE_CHECKING:
    from .grading.judging import grade


def __getattr__(name: str) -> Any:
    """What is loaded when it is first used: grading is a package of its own, as large as all the rest."""
    if name != "grade":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .grading.judging import grade

    return grade


try:
    __version__ = version("derive-nn")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "unknown"

__all__ = [
    "Dense",
    "DeriveError",
    "Graph",
    "Network",
    "Notation",
    "Residual",
    "check",
    "cross_entropy",
    "derive",
    "descend",
    "grade",
    "half_sum_of_squares",
    "identity",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "squared_error",
    "sum_of_squares",
    "tanh",
    "train",
]
