"""Equations -> instructions: every product, sum and function of the lifted equations becomes one call that writes into a buffer.

Samples are columns here, as on the blackboard: then what belongs to one neuron is contiguous, and the constant unit is one more row.
Scalar factors are carried along and multiplied in where it costs nothing, at the latest in the learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from sympy import Expr, Float, Function, Integer, Rational

from ..equations import Equation, Equations
from ..errors import Unsupported
from ..indices import SAMPLES, Axis, Index
from ..lift import Axes, Call, Einsum, Leaf, MatMul, Node, Outer, Plus, Power, Scalar, SumOver, Times, Transpose, nodes
from ..numpy_form import FUNCTIONS, einsum_letters
from ..ops import Activation, RowLog, Slope
from .emitting import Emitter, Scaled
from .instructions import Ref, Step, Update, Value
from .kernels import run_kernel


class Lowering(Emitter):
    """Makes the instructions of one step for arrays of known sizes."""

    def __init__(self, forward: Equations, lifted: Mapping[str, Node], sizes: Mapping[Axis, int], names: Mapping[str, str],
                 passes: frozenset[str]) -> None:
        super().__init__(passes)
        self.forward, self.lifted, self.sizes, self.names = forward, lifted, sizes, names
        self.env: dict[str, Scaled] = {}
        self.at = {axis.name: n for axis, n in sizes.items()} | dict(forward.constants)
        self.data: dict[str, Value] = {}
        self.parameters: dict[str, Value] = {}

    def step(self, backward: tuple[Equation, ...]) -> Step:
        self._given()
        for equation in (*self.forward.items, *backward):
            self._equation(equation)
        loss = self._computed(self.env[self.forward.items[-1].name], ())
        gradients = {e.lhs.of: self.env[e.name] for e in backward if e.lhs.role == "gradient"}
        updates = [Update(p, *self._computed(gradients[name], p.shape)) for name, p in self.parameters.items() if name in gradients]
        return Step(self.instructions, loss, updates, self.parameters, self.data, self.used)

    def _computed(self, result: Scaled, shape: tuple[int, ...]) -> Scaled:
        """A result as an array of the workspace: what is itself a parameter, an input or a number is copied before the updates."""
        ref, scale = result
        return result if ref.value.kind == "buffer" else (self.emit("copy", (ref,), shape), scale)

    def _given(self) -> None:
        m = next((n for a, n in self.sizes.items() if a.letters == SAMPLES), 0)
        for role, letter in (("input", "X"), ("target", "Y")):
            of_role = [q for q in self.forward.given if q.role == role]
            matrix = len(of_role) == 1 and len(of_role[0].axes) == 2
            width = self.shape_of(of_role[0].axes)[0] if matrix else len(of_role)
            turned = role == "target" and "turn targets" in self.passes and width > 1
            if turned:
                self.used.add("turn targets")
            if matrix:
                q, shape = of_role[0], (width, m)
                self.data[letter] = store = Value(self.names[q.name], shape if turned else shape[::-1], "data")
                self.env[q.name] = Ref(store, "" if turned else ".T"), 1.0
            else:
                shape = m, width
                self.data[letter] = store = Value(letter.lower(), shape[::-1] if turned else shape, "data")
                for n, q in enumerate(of_role):
                    part = f"[{n}]" if turned else f"[:, {n}]"
                    self.env[q.name] = Ref(Value(self.names[q.name], (m,), "data", inside=store, part=part)), 1.0
        for q in self.forward.parameters:
            self.parameters[q.name] = Value(self.names[q.name], self.shape_of(q.axes), "parameter")
            self.env[q.name] = Ref(self.parameters[q.name]), 1.0

    def _equation(self, equation: Equation) -> None:
        name, shape = self.names[equation.name], self.shape_of(equation.lhs.axes)
        self.why = f"{name}{f'  ({equation.label})' if equation.label else ''}"
        argument = equation.row_argument(self.forward.quantities)
        if equation.rowwise is not None and argument is not None:
            ref, scale = run_kernel(self, equation.rowwise, [self.plain(self.env[argument.name], shape)], shape), 1.0
        else:
            node = self.lifted[equation.name]
            axes = tuple(equation.indices)
            ref, scale = self.array(node)
            if len(node.axes) != len(shape):  # the same for every neuron (sample): repeated
                ref = self.emit("copy", (Ref(ref.value, self.slots(ref, node.axes, axes)),), shape)
        if ref.value.kind == "buffer" and not ref.value.name and not ref.view:
            ref.value.name = name
        self.env[equation.name] = ref, scale

    # --- Axes.

    def shape_of(self, axes: Any) -> tuple[int, ...]:
        return tuple(self.sizes[i.axis if isinstance(i, Index) else i] for i in axes)

    def slots(self, ref: Ref, own: Axes, axes: Axes) -> str:
        """How an array with the axes `own` is seen over `axes`."""
        if own == axes or not own or not axes or own == axes[len(axes) - len(own):]:
            return ref.view
        if ref.view:
            raise Unsupported("a turned array is repeated along an axis")
        return f"[{', '.join(':' if i in own else 'None' for i in axes)}]"

    def over(self, ref: Ref, own: Axes, axes: Axes) -> Ref:
        return Ref(ref.value, self.slots(ref, own, axes), ref.whole)

    def pair(self, operation: str, one: tuple[Ref, Axes], other: tuple[Ref, Axes], order: Axes) -> tuple[Ref, Axes]:
        """An operation on two arrays, each repeated along the axes that it lacks."""
        axes = tuple(i for i in order if i in one[1] or i in other[1])
        return self.emit(operation, (self.over(*one, axes), self.over(*other, axes)), self.shape_of(axes)), axes

    # --- The nodes of lifted expressions: a float, or an array with a number that it is still to be multiplied by.

    def node(self, node: Node) -> Scaled | float:
        for kind, lower in self.TABLE.items():
            if isinstance(node, kind):
                made: Scaled | float = lower(self, node)
                return made
        raise Unsupported(f"{type(node).__name__} has no fast form")

    def array(self, node: Node) -> Scaled:
        made = self.node(node)
        return made if isinstance(made, tuple) else (self.number(made), 1.0)

    def _leaf(self, node: Leaf) -> Scaled:
        return self.env[node.quantity.name]

    def value_of(self, e: Expr) -> float:
        try:
            return float(e.xreplace({s: _number(self.at[s.name]) for s in e.free_symbols}))
        except (KeyError, TypeError, ValueError):
            raise Unsupported(f"{e} is not a number") from None

    def _scalar(self, node: Scalar) -> float:
        return self.value_of(node.value)

    def _transpose(self, node: Transpose) -> Scaled:
        ref, scale = self.array(node.operand)
        if ref.view not in ("", ".T"):
            raise Unsupported("the transpose of a repeated array")
        return ref.turned, scale

    def _matmul(self, node: MatMul) -> Scaled:
        (left, p), (right, q) = self.array(node.left), self.array(node.right)
        product = self.emit("product", (left, right), self.shape_of(node.axes), inner=self.sizes[node.left.axes[-1].axis])
        return self.result(product, p * q, self.shape_of(node.axes))

    def _outer(self, node: Outer) -> Scaled:
        (left, p), (right, q) = self.array(node.left), self.array(node.right)
        shape = self.shape_of(node.axes)
        return self.result(self.emit("multiply", (Ref(left.value, "[:, None]"), right), shape), p * q, shape)

    def _times(self, node: Times) -> Scaled | float:
        scale = 1.0
        parts: list[tuple[str, Ref, Axes, bool]] = []
        for factor in node.factors:
            below = isinstance(factor, Power) and factor.exponent == -1
            inner = factor.base if below and isinstance(factor, Power) else factor
            made = self.node(inner)
            if isinstance(made, float):
                scale = scale / made if below else scale * made
                continue
            ref, number = made
            scale = scale / number if below else scale * number
            parts.append((_about(inner), ref, inner.axes, below))
        if not parts:
            return scale
        # What is about one quantity alone, as a (1 - a), is multiplied first: it may be the slope of a layer, and shared.
        about = [p[0] for p in parts]
        parts.sort(key=lambda p: (p[3], -about.count(p[0]) if p[0] else 1, about.index(p[0])))
        _, ref, axes, below = parts[0]
        if below:
            ref = self.emit("reciprocal", (ref,), self.shape_of(axes))
        for _, other, own, divide in parts[1:]:
            ref, axes = self.pair("divide" if divide else "multiply", (ref, axes), (other, own), node.axes)
        return self.result(ref, scale, self.shape_of(axes))

    def _plus(self, node: Plus) -> Scaled | float:
        constant = 0.0
        parts: list[tuple[Scaled, Axes]] = []
        for term in node.terms:
            made = self.node(term)
            if isinstance(made, float):
                constant += made
            else:
                parts.append((made, term.axes))
        if not parts:
            return constant
        size = abs(parts[0][0][1])
        if any(abs(p) != size for (_, p), _ in parts):
            parts = [((self.plain((ref, abs(p)), self.shape_of(own)), 1.0 if p > 0 else -1.0), own) for (ref, p), own in parts]
            size = 1.0
        if constant:
            parts.append(((self.number(constant / size), size), ()))
        parts.sort(key=lambda p: p[0][1] < 0)
        (ref, first), axes = parts[0]
        for (other, q), own in parts[1:]:
            ref, axes = self.pair("add" if (q < 0) == (first < 0) else "subtract", (ref, axes), (other, own), node.axes)
        return self.result(ref, first, self.shape_of(axes))

    def _power(self, node: Power) -> Scaled | float:
        made, shape = self.node(node.base), self.shape_of(node.axes)
        if isinstance(made, float):
            return float(made ** self.value_of(node.exponent))
        ref, scale = made
        if node.exponent == 2:
            return self.result(self.emit("multiply", (ref, ref), shape), scale**2, shape)
        if node.exponent == -1:
            return self.result(self.emit("reciprocal", (ref,), shape), 1 / scale, shape)
        ref = self.plain(made, shape)
        if node.exponent == Rational(1, 2):
            return self.emit("sqrt", (ref,), shape), 1.0
        return self.emit("power", (ref, self.number(self.value_of(node.exponent))), shape), 1.0

    def _call(self, node: Call) -> Scaled:
        shape = self.shape_of(node.axes)
        args = []
        for argument in node.arguments:
            ref, scale = self.array(argument)
            own = () if ref.value.kind == "number" else argument.axes
            args.append(self.over(self.plain((ref, scale), self.shape_of(argument.axes)), own, node.axes))
        function: type[Function] = node.function
        if issubclass(function, (Activation, Slope, RowLog)):
            return run_kernel(self, function, args, shape), 1.0
        if function not in FUNCTIONS:
            raise Unsupported(f"the function {function.__name__} has no fast form")
        operation, ref = FUNCTIONS[function].removeprefix("np."), args[0]
        if len(args) == 1:
            return self.emit(operation, (ref,), shape), 1.0
        for other in args[1:]:
            ref = self.emit(operation, (ref, other), shape)
        return ref, 1.0

    def _sum(self, node: SumOver) -> Scaled:
        ref, scale = self.array(node.operand)
        shape = self.shape_of(node.axes)
        gone = tuple(n for n, i in enumerate(node.operand.axes) if i not in node.axes)
        return self.result(self.emit("sum", (ref,), shape, axis=gone if len(gone) > 1 else gone[0]), scale, shape)

    def _einsum(self, node: Einsum) -> Scaled:
        made = [self.array(o) for o in node.operands]
        shape, arrays = self.shape_of(node.axes), tuple(ref for ref, _ in made)
        return self.result(self.emit("einsum", arrays, shape, spec=einsum_letters(node)), math.prod(p for _, p in made), shape)

    TABLE: ClassVar[dict[type[Node], Any]] = {
        Leaf: _leaf, Scalar: _scalar, Transpose: _transpose, MatMul: _matmul, Outer: _outer, Times: _times, Plus: _plus,
        Power: _power, Call: _call, SumOver: _sum, Einsum: _einsum,
    }


def _about(node: Node) -> str:
    """The one quantity that an expression is about, or nothing."""
    names = {part.quantity.name for part in nodes(node) if isinstance(part, Leaf)}
    return names.pop() if len(names) == 1 else ""


def _number(value: float) -> Expr:
    return Integer(value) if isinstance(value, int) else Float(value, 17)
