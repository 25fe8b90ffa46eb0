r"""Losses: one class each, which states the cost of one output, how the samples are combined, and what it accepts.

class absolute_cube(Loss):
    r"$\frac{1}{m}\sum |a-y|^3$"
    entry = lambda a, y: Abs(a - y)**3
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sympy import Interval, Rational, Reals, Set, log

from .errors import DeriveError, DomainError
from .ops import Activation, RowActivation, softmax


class Loss:
    """C = scale * sum over outputs j and samples s of entry(a_js, y_js).

    entry    the cost of one output of one sample, a function of (a, y) in SymPy
    mean     True: divided by the number of samples m; False: the plain sum
    domain   the outputs that it accepts; a network whose outputs leave it is refused
    targets  "any", "unit" (each in [0, 1]) or "distribution" (a sample's targets are in [0, 1] and sum to 1)
    after    other losses to be used after a certain output activation
    """

    entry: ClassVar[Callable[[Any, Any], Any]]
    mean: ClassVar[bool] = True
    domain: ClassVar[Set] = Reals
    targets: ClassVar[str] = "any"
    after: ClassVar[dict[type[RowActivation], type[Loss]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "entry"):
            raise DeriveError(
                "it lacks entry", f"loss {cls.__name__}", "add `entry = lambda a, y: ...` as a class attribute"
            )

    @classmethod
    def for_output(cls, activation: type[Activation] | type[RowActivation]) -> type[Loss]:
        """The form of this loss that fits the output activation; raises `DomainError` if the outputs leave the loss's domain."""
        chosen = next((loss for kind, loss in cls.after.items() if activation is kind), cls)
        if not activation.range.is_subset(chosen.domain):
            outputs, accepted = _interval(activation.range), _interval(chosen.domain)
            raise DomainError(
                f"the outputs of {activation.__name__} lie in {outputs}, but {cls.__name__} needs {accepted}",
                "output layer",
                "use an output activation with that range, such as sigmoid or softmax, or the loss squared_error",
            )
        return chosen


def _interval(values: Set) -> str:
    """(0, 1) and the like."""
    if not isinstance(values, Interval):
        return "the real numbers"
    return f"{'(' if values.left_open else '['}{values.start}, {values.end}{')' if values.right_open else ']'}"


class squared_error(Loss):
    r"""$C = \frac{1}{2m} \sum \lVert a - y \rVert^2$."""

    entry = lambda a, y: Rational(1, 2) * (a - y) ** 2


class half_sum_of_squares(Loss):
    r"""$C = \frac12 \sum \lVert a - y \rVert^2$."""

    entry = lambda a, y: Rational(1, 2) * (a - y) ** 2
    mean = False


class sum_of_squares(Loss):
    r"""$C = \sum \lVert a - y \rVert^2$."""

    entry = lambda a, y: (a - y) ** 2
    mean = False


class categorical_cross_entropy(Loss):
    r"""$C = -\frac{1}{m} \sum y \ln a$, for outputs and targets that are distributions."""

    entry = lambda a, y: -y * log(a)
    domain = Interval(0, 1)
    targets = "distribution"


class cross_entropy(Loss):
    r"""$C = -\frac{1}{m} \sum [\,y \ln a + (1-y) \ln(1-a)\,]$; after softmax its categorical form."""

    entry = lambda a, y: -(y * log(a) + (1 - y) * log(1 - a))
    domain = Interval(0, 1)
    targets = "unit"
    after = {softmax: categorical_cross_entropy}  # noqa: RUF012  # a table


class written_loss(Loss):
    """The loss of a network of written equations, whose last one is the loss itself."""

    entry = lambda a, y: a


LOSSES: dict[str, type[Loss]] = {
    f.__name__: f for f in (squared_error, half_sum_of_squares, sum_of_squares, cross_entropy)
}
