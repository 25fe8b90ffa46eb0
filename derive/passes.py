"""Forward and backward through the nodes of a graph.

    forward: the output of each gate from its inputs, in order        backward: gradient of an input += upstream * local, in reverse order

A gradient is known when every gate that uses the value has sent its part; before that it is None, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .errors import DeriveError, DomainError
from .gates import CONSTANT, VARIABLE, Value, bounded, reason
from .numerals import short
from .tally import ADDITION, MULTIPLICATION, NONE, Operations
from .wiring import Node

FAILURES = (ArithmeticError, ValueError)


def forward(nodes: Sequence[Node], given: Mapping[int, Value]) -> list[Value]:
    """The value of every node; `given` has those of the variables. Raises `DomainError`, naming the node and its inputs."""
    values: list[Value] = []
    for place, node in enumerate(nodes):
        gate = node.gate
        if gate is VARIABLE:
            values.append(given[place])
            continue
        if gate is CONSTANT:
            values.append(node.constant)
            continue
        try:
            value = gate.value([values[i] for i in node.inputs])
            values.append(value if type(value) is float and math.isfinite(value) else bounded(value))
        except FAILURES as error:
            raise _failure(nodes, place, values, error, "there is no value") from None
    return values


def _failure(nodes: Sequence[Node], place: int, values: Sequence[Value], error: Exception, missing: str) -> DomainError:
    """The error for a node: why, and what its inputs were."""
    node = nodes[place]
    inputs = ", ".join(f"{nodes[i].name} = {short(values[i])}" for i in dict.fromkeys(node.inputs) if nodes[i].gate is not CONSTANT)
    if isinstance(error, DeriveError):  # from inside of a folded gate
        why = f"{error.what} ({error.where}, which is folded in it)"
    else:
        why = reason(error, missing)
    return DomainError(f"{why}{f', at {inputs}' if inputs else ''}", f"node {described(nodes, place)}", "choose other values")


def described(nodes: Sequence[Node], place: int) -> str:
    """v3 = v1 + b."""
    node = nodes[place]
    return f"{node.name} = {node.gate.formula([nodes[i].name for i in node.inputs])}" if node.is_gate else node.name


def needed(nodes: Sequence[Node], output: int, wrt: Iterable[int]) -> list[bool]:
    """Which nodes the gradient runs through: those between the output and the variables `wrt`."""
    depends = [False] * len(nodes)
    for place in wrt:
        depends[place] = True
    for place, node in enumerate(nodes):
        depends[place] = depends[place] or any(depends[i] for i in node.inputs)
    leads = [False] * len(nodes)
    leads[output] = True
    for place in range(len(nodes) - 1, -1, -1):
        if leads[place]:
            for i in nodes[place].inputs:
                leads[i] = True
    return [a and b for a, b in zip(depends, leads, strict=True)]


def forward_operations(nodes: Sequence[Node]) -> Operations:
    """What a forward pass costs."""
    counted = NONE
    for node in nodes:
        counted = counted.plus(node.gate.operations(len(node.inputs))) if node.is_gate else counted
    return counted


def backward_operations(nodes: Sequence[Node], output: int, wrt: Iterable[int]) -> Operations:
    """What a backward pass costs: local derivatives, their products with the gradient that arrives, and the sums where a value branches.

    The gradient of the output itself is 1, and multiplied by nothing.
    """
    counted, reached = NONE, needed(nodes, output, wrt)
    arrivals = [0] * len(nodes)
    for place, node in enumerate(nodes):
        if reached[place] and node.is_gate:
            wanted = [slot for slot, i in enumerate(node.inputs) if reached[i]]
            counted = counted.plus(node.gate.local_operations(wanted, len(node.inputs)))
            if node.gate.factor and place != output:
                counted = counted.plus(MULTIPLICATION.times(len(wanted)))
            for slot in wanted:
                arrivals[node.inputs[slot]] += 1
    return counted.plus(ADDITION.times(sum(max(n - 1, 0) for n in arrivals)))


@dataclass(frozen=True)
class Flow:
    """What one gate sends to one of its inputs: product = upstream * local."""

    to: str
    local: Value
    product: Value


@dataclass(frozen=True)
class GateStep:
    """One gate of the backward pass.

    node      its name; `formula` what it computes: v3 = v1 + b
    upstream  d output / d node, the sum of `addends`: what each gate that uses the node has sent (none for the output, whose gradient is 1)
    flows     what goes to each input
    does      what such a gate does to a gradient; `remark`: what is special here, such as a tie of a maximum
    """

    node: str
    formula: str
    upstream: Value
    addends: tuple[tuple[str, Value], ...]
    flows: tuple[Flow, ...]
    does: str
    remark: str = ""

    @property
    def products(self) -> list[tuple[str, str]]:
        """To which input, and upstream · local = product in numbers."""
        upstream = _bracketed(self.upstream)
        return [(flow.to, f"{upstream} · {_bracketed(flow.local)} = {short(flow.product)}") for flow in self.flows]

    def __str__(self) -> str:
        added = f" = {' + '.join(_bracketed(product) for _, product in self.addends)}" if len(self.addends) > 1 else ""
        lines = [f"{self.formula}   upstream {short(self.upstream)}{added}   {self.does}"]
        lines += [f"  to {to}: {product}" for to, product in self.products]
        return "\n".join([*lines, *([f"  {self.remark}"] if self.remark else [])])


class Sent(NamedTuple):
    """What a gate has sent to its input of a number: the local derivative, and its product with the upstream gradient."""

    gate: int
    slot: int
    local: Value
    product: Value


def _bracketed(value: Value) -> str:
    return f"({short(value)})" if value < 0 else short(value)


class Backward:
    """A backward pass that goes one gate at a time.

    gradients  of every node; None where it is not known yet
    sent       what every gate has sent to its inputs; nothing before it is passed
    arrived    the same by the node that it was sent to
    current    the gate that was passed last
    """

    def __init__(self, nodes: Sequence[Node], output: int, values: Sequence[Value], wrt: Iterable[int]) -> None:
        self.nodes, self.output, self.values = nodes, output, values
        self.needed = needed(nodes, output, wrt)
        self.gradients: list[Value | None] = [None] * len(nodes)
        self.gradients[output] = 1
        self.sent: list[list[Sent]] = [[] for _ in nodes]
        self.arrived: list[list[Sent]] = [[] for _ in nodes]
        self.current: int | None = None
        self._waiting = [0] * len(nodes)
        for place, node in enumerate(nodes):
            if self.needed[place]:
                for i in node.inputs:
                    self._waiting[i] += 1
        self._left = [place for place, node in enumerate(nodes) if self.needed[place] and node.is_gate]
        if not self._left:
            self._finish()

    @property
    def finished(self) -> bool:
        return not self._left

    def advance(self) -> int:
        """Passes the next gate, and tells which; nothing changes if it has no derivative: then `DomainError` names it and its inputs."""
        place = self._left[-1]
        node = self.nodes[place]
        wanted = [slot for slot, i in enumerate(node.inputs) if self.needed[i]]
        upstream = self.gradients[place]
        try:
            slopes = node.gate.slopes(wanted, self.values[place], [self.values[i] for i in node.inputs])
            products = [bounded(upstream * slope) for slope in slopes]
            sums = self._sums([node.inputs[slot] for slot in wanted], products)
        except FAILURES as error:
            raise _failure(self.nodes, place, self.values, error, "there is no derivative") from None
        for slot, slope, product in zip(wanted, slopes, products, strict=True):
            sent = Sent(place, slot, slope, product)
            self.sent[place].append(sent)
            self.arrived[node.inputs[slot]].append(sent)
            self._waiting[node.inputs[slot]] -= 1
        for i, gradient in sums.items():
            self.gradients[i] = gradient
        self.current = place
        self._left.pop()
        if not self._left:
            self._finish()
        return place

    def _sums(self, inputs: list[int], products: list[Value]) -> dict[int, Value]:
        """The gradients that are known once these products arrive."""
        found = {}
        for i in dict.fromkeys(inputs):
            new = [p for at, p in zip(inputs, products, strict=True) if at == i]
            if self._waiting[i] == len(new):
                parts = [sent.product for sent in self.arrived[i]] + new
                found[i] = bounded(sum(parts[1:], parts[0])) if len(parts) > 1 else parts[0]
        return found

    def _finish(self) -> None:
        """What the output does not depend on has the gradient 0."""
        leads = needed(self.nodes, self.output, [n for n, node in enumerate(self.nodes) if node.gate is VARIABLE])
        for place, node in enumerate(self.nodes):
            if not leads[place] and node.gate is not CONSTANT:
                self.gradients[place] = 1 if place == self.output else 0

    def record(self, place: int) -> GateStep | None:
        """What happened at a gate; None if it has not been passed."""
        if not self.sent[place]:
            return None
        node, inputs = self.nodes[place], [self.values[i] for i in self.nodes[place].inputs]
        flows = tuple(Flow(self.nodes[node.inputs[sent.slot]].name, sent.local, sent.product) for sent in self.sent[place])
        addends = tuple((self.nodes[sent.gate].name, sent.product) for sent in self.arrived[place])
        remark = node.gate.remark(self.values[place], inputs) if node.gate.remark else ""
        return GateStep(node.name, described(self.nodes, place), self.gradients[place], addends, flows, node.gate.does, remark)
