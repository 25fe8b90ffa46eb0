"""What is shown of a graph, in a drawing and in a table: names, gates, values, gradients; what is not computed yet stays empty."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from .gates import CONSTANT, VARIABLE, Gate, Value
from .glyphs import parts
from .graph_drawing import Box, Picture, Wire
from .notation import UNICODE
from .numerals import short
from .passes import Backward, GateStep, described
from .printing import Printer
from .terminal import raised, width
from .wiring import Node

DRAWN, TABLED = 4, 6  # digits
ENTRY = re.compile(r"[^\W\d_]+_\d_\d")  # of a matrix
LEGEND = "above an edge: value · below it: gradient of the output"


@dataclass(frozen=True)
class State:
    """A graph as far as it is computed.

    values   of every node; None for one that is not computed yet
    passing  the backward pass, as far as it has come
    current  the node that was computed last, while there is no backward pass
    """

    nodes: Sequence[Node]
    output: int
    values: Sequence[Value | None] | None = None
    passing: Backward | None = None
    current: int | None = None

    def value(self, n: int, digits: int) -> str:
        return "" if self.values is None else short(self.values[n], digits)

    def gradient(self, n: int, digits: int) -> str:
        return "" if self.passing is None else short(self.passing.gradients[n], digits)

    def step(self, n: int) -> GateStep | None:
        """What happened at a gate, if the backward pass has passed it."""
        return None if self.passing is None else self.passing.record(n)

    def remark(self, n: int) -> str:
        """What is special about the derivative of a gate that the backward pass has passed."""
        step = self.step(n)
        return "" if step is None else step.remark


@cache
def pretty(name: str) -> str:
    """w₀ for w0, ŷ for yhat, W₁₂ for W_1_2; the name itself where several subscripts would be hard to tell apart."""
    plain = len(parts(name).subscripts) < 2 or ENTRY.fullmatch(name)
    return Printer(UNICODE).symbol(name).string if plain else name


def picture(state: State, title: str = "") -> Picture:
    """Boxes and wires of a graph. A constant beside one other input is written into the gate; any other has a box for each use."""
    boxes: list[Box] = []
    wires: list[Wire] = []
    place: dict[int, int] = {}
    reached = [True] * len(state.nodes) if state.passing is None else state.passing.needed
    uses = Counter(i for node, counts in zip(state.nodes, reached, strict=True) if counts for i in node.inputs)
    for n, node in enumerate(state.nodes):
        if node.gate is CONSTANT and n != state.output:
            continue
        label, drawn = node.gate.label, list(enumerate(node.inputs))
        if node.gate.beside[0] and sum(state.nodes[i].gate is not CONSTANT for i in node.inputs) == 1 and len(node.inputs) == 2:
            slot = next(k for k, i in drawn if state.nodes[i].gate is CONSTANT)
            label, drawn = _beside(node.gate, slot, state.nodes[node.inputs[slot]]), [drawn[1 - slot]]
        into: list[tuple[int, int]] = []
        for slot, i in drawn:
            if state.nodes[i].gate is CONSTANT:
                place[i] = len(boxes)
                boxes.append(Box(_constant(state.nodes[i]), "constant", tip="a constant"))
            into.append((i, slot))
        place[n] = len(boxes)
        boxes.append(_box(state, n, label))
        wires += [_wire(state, place[i], place[n], n, i, slot, uses[i] > 1) for i, slot in into]
    return Picture(title or _title(state), description(state), tuple(boxes), tuple(wires), LEGEND if state.values is not None else "")


def _wire(state: State, source: int, target: int, n: int, i: int, slot: int, several: bool) -> Wire:
    """The edge into gate n from node i; where i is used several times, with the part of its gradient that comes this way."""
    passing = state.passing
    if passing is None:
        return Wire(source, target)
    part = next((sent.product for sent in passing.sent[n] if sent.slot == slot), None)
    return Wire(source, target, short(part, DRAWN) if several else "", passing.current == n and part is not None)


def _box(state: State, n: int, label: str) -> Box:
    node = state.nodes[n]
    variable = node.gate is VARIABLE
    kind = "variable" if variable else "constant" if node.gate is CONSTANT else "folded" if hasattr(node.gate, "inside") else "gate"
    value, gradient = state.value(n, TABLED), state.gradient(n, TABLED)
    tip = [_described(state, n), f"value {value}" if value else ""]
    step = state.step(n)
    products = [] if step is None else [f"to {pretty(to)}: {product}" for to, product in step.products]
    tip += [f"gradient {gradient}" if gradient else "", "" if variable else node.gate.does, *products, state.remark(n)]
    return Box(
        pretty(node.name) if variable else _constant(node) if kind == "constant" else label,
        kind,
        "" if variable or kind == "constant" else pretty(node.name),
        state.value(n, DRAWN),
        state.gradient(n, DRAWN),
        n == (state.current if state.passing is None else state.passing.current),
        not node.gate.commutes,
        "; ".join(filter(None, tip)),
    )


def _constant(node: Node) -> str:
    return short(node.constant, DRAWN) if isinstance(node.constant, float) and node.name[-1:].isdigit() else node.name


def _beside(gate: Gate, slot: int, constant: Node) -> str:
    shown = _constant(constant)
    bracketed = f"({shown})" if shown.startswith("−") else shown
    return gate.beside[slot].format(c=bracketed, up=raised(shown.replace("−", "-")) or f"^{bracketed}")


def _described(state: State, n: int) -> str:
    """v3 = v1 + b, with the names as they are drawn."""
    node = state.nodes[n]
    names = [pretty(state.nodes[i].name) if state.nodes[i].gate is not CONSTANT else _constant(state.nodes[i]) for i in node.inputs]
    return f"{pretty(node.name)} = {node.gate.formula(names)}" if node.is_gate else pretty(node.name)


def _title(state: State) -> str:
    gates = sum(node.is_gate for node in state.nodes)
    done = "" if state.values is None else ", with values" if state.passing is None else ", with values and gradients"
    return f"Computational graph of {gates} gate{'s' * (gates != 1)}{done}"


def description(state: State) -> str:
    """The whole drawing in words, node by node."""
    told = []
    for n, node in enumerate(state.nodes):
        if node.gate is CONSTANT:
            continue
        value, gradient = state.value(n, TABLED), state.gradient(n, TABLED)
        known = [f"value {value}" if value else "", f"gradient {gradient}" if gradient else ""]
        told.append("; ".join(filter(None, [_described(state, n), *known])))
    return ". ".join(told) + "."


def table(state: State, limit: int | None = None) -> str:
    """Node, gate, value and gradient, one line each; with remarks where a derivative is a convention."""
    rows = [("node", "gate", "value", "gradient")]
    remarks = []
    for n, node in enumerate(state.nodes):
        if node.gate is CONSTANT and n != state.output:
            continue
        gate = described(state.nodes, n).partition(" = ")[2] if node.is_gate else "variable" if node.gate is VARIABLE else "constant"
        rows.append((node.name, gate, state.value(n, TABLED), state.gradient(n, TABLED)))
        remarks += [f"{node.name}: {state.remark(n)}"] if state.remark(n) else []
    left = len(rows) - limit if limit is not None else 0
    if left > 1:
        rows = rows[: len(rows) - left]
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *([f"... and {left} more"] if left > 1 else []), *remarks])
