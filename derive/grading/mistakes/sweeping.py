"""Forward and backward through the nodes of a graph at many points at once, with any local derivative replaced by a wrong one.

    forward   v = gate(u1, u2, ...)                     once for each point
    backward  dL/du = sum over v of dL/dv dv/du         once for each mistake: the mistakes are one more axis of the arrays

An array has the axes (points, samples). What no sample differs in has one entry along the second; where it is used, its gradients add.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...gates import CONSTANT, VARIABLE
from ...wiring import Node

Array: TypeAlias = NDArray[np.float64]
Edge: TypeAlias = tuple[int, int]  # a gate's place, and which of its inputs
FAILURES = (ArithmeticError, ValueError)
LARGEST = 1e8  # beyond it differences of floats lose the digits on which a comparison rests


class NoPoint(ArithmeticError):
    """There is no value, or no derivative, at this point."""


@dataclass(frozen=True)
class Change:
    """What is done wrong in a backward pass: local derivatives, and gradients from which it goes on."""

    edges: Mapping[Edge, Array] = field(default_factory=dict)
    starts: Mapping[int, Array] = field(default_factory=dict)

    def meets(self, other: Change) -> bool:
        """Whether both change the same."""
        return not (self.edges.keys().isdisjoint(other.edges) and self.starts.keys().isdisjoint(other.starts))

    def and_also(self, other: Change) -> Change:
        return Change({**self.edges, **other.edges}, {**self.starts, **other.starts})


@dataclass(frozen=True)
class Run:
    """Nodes at given values. `varies` says of each node whether it is there once for each sample; `share` is dL/d(loss of one sample)."""

    nodes: tuple[Node, ...]
    values: tuple[Array, ...]
    slopes: Mapping[Edge, Array]
    varies: tuple[bool, ...]
    output: int
    share: float = 1.0

    @property
    def given(self) -> dict[str, Array]:
        """The values of the variables."""
        return {n.name: v for n, v in zip(self.nodes, self.values, strict=True) if n.gate is VARIABLE}

    def gradients(self, changes: Sequence[Change] = (Change(),), *, summed: bool = True) -> dict[int, Array]:
        """dL/d(node) for every node that acts on the output, with the changes as the first axis.

        Without `summed`, a gradient is left as its parts, one for each sample.
        """
        found: dict[int, Array] = {self.output: np.full((1, *self._shape(self.output, summed)), self.share)}
        edges, starts = _by_place([c.edges for c in changes]), _by_place([c.starts for c in changes])
        for place in range(self.output, -1, -1):
            if place not in found:
                continue
            upstream = found[place] = _replaced(found[place], starts.get(place, []), len(changes))
            for slot, i in enumerate(self.nodes[place].inputs):
                if self.nodes[i].gate is CONSTANT:
                    continue
                local = _replaced(self.slopes[place, slot][None], edges.get((place, slot), []), len(changes))
                sent = upstream * local
                if summed and self.varies[place] and not self.varies[i]:
                    sent = (sent + np.zeros(self.values[place].shape)).sum(axis=-1, keepdims=True)
                found[i] = found[i] + sent if i in found else sent
        return found

    def _shape(self, place: int, summed: bool) -> tuple[int, ...]:
        return self.values[place].shape if summed else max((v.shape for v in self.values), key=lambda shape: shape[1])

    def tangents(self, of: int) -> dict[int, Array]:
        """d(node)/d(of) for every node that depends on `of`, by going forward."""
        found: dict[int, Array] = {of: np.ones(self.values[of].shape)}
        for place in range(of + 1, len(self.nodes)):
            for slot, i in enumerate(self.nodes[place].inputs):
                if i in found:
                    found[place] = found.get(place, np.zeros(1)) + self.slopes[place, slot] * found[i]
        return found


def run(nodes: Sequence[Node], given: Mapping[str, Array], varies: Sequence[bool], output: int, share: float = 1.0) -> Run:
    """Values and local derivatives at given values of the variables; raises `NoPoint` where there is none, or where one is very large."""
    return _filled(nodes, [None] * len(nodes), {}, given, varies, output, share)


def rerun(before: Run, nodes: Sequence[Node], varies: Sequence[bool], output: int) -> Run:
    """The same at the same values where some nodes are others, or more; what does not depend on these is not computed again."""
    same: list[bool] = []
    for place, node in enumerate(nodes):
        same.append(place < len(before.nodes) and node is before.nodes[place] and all(same[i] for i in node.inputs))
    known = [before.values[place] if kept else None for place, kept in enumerate(same)]
    slopes = {edge: array for edge, array in before.slopes.items() if same[edge[0]]}
    return _filled(nodes, known, slopes, before.given, varies, output, before.share)


def _filled(
    nodes: Sequence[Node], known: Sequence[Array | None], slopes: dict[Edge, Array],
    given: Mapping[str, Array], varies: Sequence[bool], output: int, share: float,
) -> Run:  # fmt: skip
    values: list[Array] = []
    for place, (node, value) in enumerate(zip(nodes, known, strict=True)):
        inputs = [values[i] for i in node.inputs]
        values.append(value_of(node, given, inputs) if value is None else value)
        for slot, i in enumerate(node.inputs):
            if nodes[i].gate is not CONSTANT and (place, slot) not in slopes:
                slopes[place, slot] = slope(node, slot, values[place], inputs)
    return Run(tuple(nodes), tuple(values), slopes, tuple(varies), output, share)


def value_of(node: Node, given: Mapping[str, Array], inputs: Sequence[Array]) -> Array:
    """The value of one node."""
    if node.gate is VARIABLE:
        return given[node.name]
    if node.gate is CONSTANT:
        return elementwise(float, [np.array([[node.constant]], dtype=object)])
    return elementwise(lambda *u: node.gate.value(u), inputs)


def slope(node: Node, slot: int, output: Array, inputs: Sequence[Array]) -> Array:
    """The local derivative of a gate by one of its inputs."""
    return elementwise(lambda y, *u: node.gate.slope(slot, y, u), [output, *inputs])


def elementwise(f: Callable[..., Any], arrays: Sequence[Array]) -> Array:
    """A function of numbers on arrays; raises `NoPoint` where it has no value."""
    spread = np.broadcast_arrays(*arrays)
    try:
        made = [float(f(*numbers)) for numbers in zip(*(a.ravel().tolist() for a in spread), strict=True)]
    except FAILURES as error:
        raise NoPoint(str(error)) from None
    result = np.array(made).reshape(spread[0].shape)
    if not (np.abs(result) < LARGEST).all():
        raise NoPoint("it is too large")
    return result


def close(one: Array, other: Array, tolerance: float = 1e-9) -> NDArray[np.bool_]:
    """Where two arrays have the same numbers, but for what rounding does: to each by its own size, and a little by that of the largest."""
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.abs(one) + np.abs(other)
        largest = np.fmax.reduce(size, axis=(-2, -1), keepdims=True)
        return np.asarray(np.abs(one - other) <= tolerance * (size + 1e-4 * largest))


def _by_place(rows: Sequence[Mapping[Any, Array]]) -> dict[Any, list[tuple[int, Array]]]:
    found: dict[Any, list[tuple[int, Array]]] = {}
    for number, row in enumerate(rows):
        for place, array in row.items():
            found.setdefault(place, []).append((number, array))
    return found


def _replaced(right: Array, wrong: Sequence[tuple[int, Array]], count: int) -> Array:
    """An array once for each change, some of them replaced."""
    if not wrong:
        return right
    shape = np.broadcast_shapes(right.shape[1:], *(a.shape for _, a in wrong))
    made = np.array(np.broadcast_to(right, (count, *shape)))
    for number, array in wrong:
        made[number] = array
    return made
