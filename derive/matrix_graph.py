"""The graph of a network in matrices: W x + b as gates on whole arrays, with a shape on every edge.

    g = Graph.of_network(Network(3, Dense(2, sigmoid), Dense(1, identity)))
    g.forward({**p, "x": x, "y": y})
    g.backward()["w1"]          # a matrix of the shape of w1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .drawn import Drawn
from .equations import Equations
from .errors import DeriveError, DomainError, ShapeError
from .gates import OVERFLOW
from .graph_drawing import Box, Picture, Wire
from .graph_picture import pretty
from .indices import SAMPLES, Axis, Quantity
from .matrix_gates import Array
from .matrix_wiring import ArrayNode, ArrayWiring
from .numerals import short
from .terminal import width
from .values import nearest

LEGEND = "above an edge: shape · below it: what flows back, where G is the gradient that reaches the gate"


def check_shape(gradient: Any, variable: Any, name: str = "the variable") -> None:
    """A gradient has the shape of its variable; raises `ShapeError`, which names both, where it has not."""
    if np.shape(gradient) != np.shape(variable):
        what = f"the gradient has the shape {np.shape(gradient)}, and {name} has {np.shape(variable)}"
        where = f"dC/d{name}" if name != "the variable" else ""
        raise ShapeError(what, where, "a gradient has its variable's shape: look for a transpose or a sum")


class MatrixGraph(Drawn):
    """Equations in index form as gates on arrays. Vectors are columns; of a batch, samples are rows.

    sizes  the number of entries along each axis, where it is known; without, the graph can be drawn but not computed
    """

    def __init__(self, equations: Equations, sizes: Mapping[Axis, Any] | None = None, *, rows: bool = False) -> None:
        self.equations, self.rows = equations, rows
        self.output = equations.items[-1].name
        self.variables = tuple(q.name for q in equations.given)
        self._values: list[Array] | None = None
        self._gradients: list[Array | None] | None = None
        self.sizes = dict(sizes or {})
        self.nodes = self._wired(self.sizes)
        self._places = {node.name: n for n, node in enumerate(self.nodes) if node.name}

    def _wired(self, sizes: Mapping[Axis, Any]) -> tuple[ArrayNode, ...]:
        """The nodes; anew where more sizes are known, since a number such as 1/m depends on them."""
        numbers = {axis.size: size for axis, size in sizes.items()}
        numbers |= {Quantity(name)[()]: value for name, value in self.equations.constants.items()}
        return tuple(ArrayWiring(self.equations, numbers, self.rows).nodes)

    @classmethod
    def of_network(cls, net: Any, form: str = "matrix") -> MatrixGraph:
        """The forward equations of a network, for one sample ("matrix") or for a batch ("batch")."""
        if form not in ("matrix", "batch"):
            raise DeriveError(f"the form is {form!r}, expected 'scalar', 'matrix' or 'batch'", "Graph.of_network")
        return cls(net.forward(form == "batch"), net.sizes, rows=form == "batch")

    def shape(self, name: str) -> tuple[Any, ...]:
        """The shape of a quantity or of a gate's result; a size that is not known is a symbol."""
        return tuple(self.sizes.get(axis := i.axis, axis.size) for i in self.nodes[self._place(name)].axes)

    def _place(self, name: Any) -> int:
        key = str(name)
        if key not in self._places:
            raise DeriveError(f"{key} is not in the graph", "matrix graph", nearest(key, self._places))
        return self._places[key]

    # Forward and backward

    def forward(self, values: Mapping[Any, Any] | None = None, /, **named: Any) -> Any:
        """The value of the output. An array for every variable; raises `ShapeError` where one does not fit the others or the sizes."""
        if not isinstance(values, Mapping | None):
            raise DeriveError(f"expected a dict of values, not {type(values).__name__}", "forward", "for example {'x': [1, 2]}")
        given = {(name := self.nodes[self._place(k)].name): _array(v, name) for k, v in {**(values or {}), **named}.items()}
        for name in given:
            if name not in self.variables:
                hint = f"variables: {', '.join(self.variables)}"
                raise DeriveError(f"{name} is computed by the graph, it cannot be given", "forward", hint)
        missing = [name for name in self.variables if name not in given]
        if missing:
            raise DeriveError(f"there is no value for {', '.join(missing)}", "forward", "give an array for each variable")
        sizes = self._checked(given)
        nodes = self.nodes if sizes == self.sizes else self._wired(sizes)
        found: list[Array] = []
        for node in nodes:
            if node.gate is None:
                found.append(given[node.name] if node.name else np.asarray(node.constant, dtype=float))
                continue
            inputs = [found[i] for i in node.inputs]
            try:
                with np.errstate(all="ignore"):
                    found.append(node.gate.value(inputs))
            except ArithmeticError as error:
                raise DomainError(str(error), f"node {self._described(node)}", "choose other values") from None
            if not np.all(np.isfinite(found[-1])):
                largest = ", ".join(f"{nodes[i].shown} up to {short(np.abs(found[i]).max(initial=0))}" for i in node.inputs)
                raise DomainError(f"{OVERFLOW}, at {largest}", f"node {self._described(node)}", "choose other values")
        self.nodes, self.sizes, self._values, self._gradients = nodes, sizes, found, None
        return self.value(self.output)

    def _described(self, node: ArrayNode) -> str:
        """q₁ = ln of x."""
        return f"{node.shown} = {self._gate(node)}"

    def _gate(self, node: ArrayNode) -> str:
        if node.gate is None:
            return "variable"
        return f"{node.gate.label} of {', '.join(self.nodes[i].shown for i in node.inputs)}"

    def _checked(self, given: Mapping[str, Array]) -> dict[Axis, Any]:
        """The sizes that the arrays have. Those of a network are fixed, the number of samples is not."""
        fixed = {axis: size for axis, size in self.sizes.items() if isinstance(size, int) and axis.letters != SAMPLES}
        known: dict[Axis, Any] = dict(fixed)
        for name, array in given.items():
            axes = [i.axis for i in self.nodes[self._places[name]].axes]
            if len(array.shape) != len(axes) or any(known.setdefault(axis, n) != n for axis, n in zip(axes, array.shape, strict=True)):
                expected = _shape([known.get(axis, axis.size) for axis in axes]) or "one number"
                raise ShapeError(f"{name} has the shape {_shape(array.shape) or 'of one number'}, expected {expected}", "forward")
        return {**self.sizes, **known}

    def backward(self) -> dict[str, Array]:
        """dC/d variable, each of the shape of its variable; of the nodes in between it is then known too."""
        if self._values is None:
            raise DeriveError("there are no values yet", "backward", "call g.forward({...}) first")
        values = self._values
        found: list[Array | None] = [None] * len(self.nodes)
        found[self._places[self.output]] = np.asarray(1.0)
        for n in range(len(self.nodes) - 1, -1, -1):
            node, gradient = self.nodes[n], found[n]
            if node.gate is None or gradient is None:
                continue
            for slot, i in enumerate(node.inputs):
                try:
                    sent = node.gate.back(slot, gradient, values[n], [values[k] for k in node.inputs])
                except ArithmeticError as error:
                    raise DomainError(str(error), f"node {self._described(node)}", "choose other values") from None
                before = found[i]
                found[i] = sent if before is None else before + sent
        for name in self.variables:
            place = self._places[name]
            found[place] = np.zeros_like(values[place]) if found[place] is None else found[place]
            check_shape(found[place], values[place], name)
        self._gradients = found
        return {name: self.gradient(name) for name in self.variables}

    def value(self, name: Any) -> Any:
        """The value of a quantity; None before `forward`."""
        return None if self._values is None else _plain(self._values[self._place(name)])

    def gradient(self, name: Any) -> Any:
        """dC/d quantity; None before `backward`."""
        return None if self._gradients is None else _plain(self._gradients[self._place(name)])

    # Showing

    def _wires(self) -> list[tuple[int, int, str]]:
        """Every edge with what flows back along it."""
        return [(i, n, node.gate.said[slot]) for n, node in enumerate(self.nodes) if node.gate for slot, i in enumerate(node.inputs)]

    def picture(self, title: str = "") -> Picture:
        """Boxes with shapes, and wires with what flows back."""
        wires = self._wires()
        used = [sum(i == n for i, _, _ in wires) for n in range(len(self.nodes))]
        kept = [n for n, node in enumerate(self.nodes) if used[n] or node.name == self.output]
        order = {n: k for k, n in enumerate(kept)}
        boxes = tuple(self._box(n, next((said for i, _, said in wires if i == n), "") if used[n] == 1 else "") for n in kept)
        drawn = tuple(Wire(order[i], order[n], said if used[i] > 1 else "") for i, n, said in wires)
        gates = sum(node.gate is not None for node in self.nodes)
        return Picture(title or f"Computational graph of {gates} gates on arrays", self._in_words(), boxes, drawn, LEGEND)

    def _box(self, n: int, said: str) -> Box:
        node = self.nodes[n]
        shape = _shape([self.sizes.get(i.axis, i.axis.size) for i in node.axes])
        tip = [node.shown]
        if self._values is not None:
            tip.append(f"value {np.array2string(self._values[n], precision=4)}")
        if self._gradients is not None and self._gradients[n] is not None:
            tip.append(f"gradient {np.array2string(np.asarray(self._gradients[n]), precision=4)}")
        if node.gate is None:
            kind, shown = ("variable", shape or "number") if node.name else ("constant", "")
            return Box(node.shown, kind, "", shown, said, tip="; ".join(tip))
        below = "1" if node.name == self.output else said
        return Box(node.gate.label, "gate", node.shown, shape or "number", below, ordered=True, tip="; ".join(tip))

    def _rows(self) -> list[tuple[str, str, str, str]]:
        back: dict[int, list[str]] = {}
        for i, n, said in self._wires():
            back.setdefault(i, []).append(f"{said} from {self.nodes[n].shown}")
        rows = []
        for n, node in enumerate(self.nodes):
            if node.name:
                shape = _shape([self.sizes.get(i.axis, i.axis.size) for i in node.axes]) or "number"
                rows.append((node.shown, self._gate(node), shape, " + ".join(back.get(n, []))))
        return rows

    def _in_words(self) -> str:
        return ". ".join(f"{node}: {gate}, {shape}" for node, gate, shape, _ in self._rows()) + "."

    def __str__(self) -> str:
        rows = [("node", "gate", "shape", "gradient, where G is that of the gate"), *self._rows()]
        widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(c + " " * (w - width(c)) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    __repr__ = __str__


def _array(value: Any, name: str) -> Array:
    """An array of finite numbers; raises `DeriveError` for what is none."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if not np.isfinite(array).all():
        raise DeriveError(f"{value!r} is no array of finite real numbers", f"the value of {name}")
    return array


def _shape(sizes: Sequence[Any]) -> str:
    """2×3, or 2 of a vector; nothing of a number."""
    return "×".join(pretty(str(n)) for n in sizes)


def _plain(array: Array | None) -> Any:
    return array if array is None or array.ndim else float(array)
