"""Where in a network the gradient of each parameter is made, in the order of backpropagation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .equations import Equation, uses
from .judges import Point
from .network import Network
from .sweep import adjoint_quantity

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What a function (p, X, Y) -> (C, gradients) should give at a point, and every named array on the way there."""

    point: Point
    C: float
    gradients: Mapping[str, Array]
    trace: Mapping[str, Array]


@dataclass(frozen=True)
class Place:
    """An equation, and the parameters whose gradients are complete once the backward pass has come to it."""

    equation: Equation
    parameters: tuple[str, ...]

    @property
    def adjoint(self) -> str:
        """delta2 for z2, dv for any other v."""
        return adjoint_quantity(self.equation.lhs).name

    @property
    def where(self) -> str:
        """The layer, or the name of the equation."""
        layer = self.equation.lhs.layer
        return f"the equation of {self.equation.name}" if layer is None else f"layer {layer}"


def places(net: Network) -> list[Place]:
    """Every place of a network, from the loss back to the input."""
    *body, loss = net.equations.items
    # The bias first: its gradient is the plain sum of the deltas, and says most directly whether they are right.
    names = [q.name for q in sorted(net.equations.parameters, key=lambda q: len(q.axes))]
    first = {name: next((e.name for e in body if name in uses(e.rhs)), loss.name) for name in names}
    every = [Place(e, tuple(n for n in names if first[n] == e.name)) for e in (loss, *reversed(body))]
    return [place for place in every if place.parameters]


def blamed(net: Network, wrong: set[str]) -> tuple[str, str]:
    """Of several wrong gradients the first in the order of backpropagation, and what most likely is at fault.

    Where all gradients of a layer are wrong they have one cause, its delta.
    """
    for place in places(net):
        bad = [name for name in place.parameters if name in wrong]
        if bad:
            return bad[0], place.adjoint if len(bad) == len(place.parameters) else f"d{bad[0]}"
    raise KeyError(*wrong)
