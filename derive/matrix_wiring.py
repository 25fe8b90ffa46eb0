"""From equations in index form to the nodes of a graph of arrays, by way of their matrix form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from string import ascii_letters
from typing import Any

from sympy import Expr, Pow

from .equations import Equations
from .errors import Unsupported
from .exact import held, product
from .function_gates import T
from .gates import CONSTANT, VARIABLE, Gate
from .indices import Quantity
from .lift import Axes, Call, Einsum, Leaf, MatMul, Node, Outer, Plus, Power, Scalar, SumOver, Times, Transpose, arranged, lifted
from .matrix_form import MatrixPrinter
from .matrix_gates import Addition, ArrayGate, Contraction, Entrywise
from .notation import UNICODE
from .order import is_negative, ordered, ordered_factors
from .printing import Printer
from .terminal import raised
from .wiring import Wiring

TURN = "ᵀ"


@dataclass(frozen=True)
class ArrayNode:
    """A quantity or the result of one gate. `axes` names the directions in the order of the array; `shown` is how it is written."""

    name: str
    shown: str
    axes: Axes
    gate: ArrayGate | None = None
    inputs: tuple[int, ...] = ()
    quantity: Quantity | None = None
    constant: float | None = None


class ArrayWiring:
    """The nodes of equations, gate by gate. `numbers` are the values of sizes and constants, as far as they are known."""

    def __init__(self, equations: Equations, numbers: Mapping[Expr, Any], rows: bool) -> None:
        self.quantities, self.numbers = equations.quantities, numbers
        self.printer = Printer(UNICODE, None, self.quantities)
        self.nodes: list[ArrayNode] = []
        self.places: dict[str, int] = {}
        names = self.quantities.keys()
        self._letter = next(a for a in "qrtu_" if not any(n[:1] == a and n[1:].isdecimal() for n in names))
        self._made: dict[tuple[ArrayGate, tuple[int, ...]], int] = {}
        for quantity in equations.given:
            shown = MatrixPrinter(self.printer).name(quantity).string
            self._append(ArrayNode(quantity.name, shown, arranged(quantity.indices(), rows), quantity=quantity))
            self.places[quantity.name] = len(self.nodes) - 1
        for equation in equations:
            with held():
                tree = lifted(equation, self.quantities, rows)
            self._define(equation.lhs, self.place(tree), arranged(equation.indices, rows))

    def _append(self, node: ArrayNode) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _define(self, quantity: Quantity, place: int, axes: Axes) -> None:
        node = self.nodes[place]
        if node.quantity is not None or node.gate is None:
            place = self._gate(Contraction("=", *self._letters([axes], axes), ("G",)), axes, [place])
            node = self.nodes[place]
        shown = MatrixPrinter(self.printer).name(quantity).string
        self.nodes[place] = ArrayNode(quantity.name, shown, axes, node.gate, node.inputs, quantity)
        self.places[quantity.name] = place

    def _gate(self, gate: ArrayGate, axes: Axes, inputs: Iterable[int]) -> int:
        """The node of a gate over these inputs: that which is there already, or a new one."""
        chosen = tuple(inputs)
        if (gate, chosen) not in self._made:
            name = f"{self._letter}{sum(node.quantity is None for node in self.nodes) + 1}"
            shown = _turned(self.nodes[chosen[0]].shown) if gate.label == TURN else Printer(UNICODE).symbol(name).string
            self._made[gate, chosen] = self._append(ArrayNode(name, shown, axes, gate, chosen))
        return self._made[gate, chosen]

    @staticmethod
    def _letters(inputs: Iterable[Axes], out: Axes) -> tuple[tuple[str, ...], str]:
        """The axes of inputs and output as letters for einsum."""
        axes = [*inputs, out]
        known = {index: ascii_letters[n] for n, index in enumerate(dict.fromkeys(i for a in axes for i in a))}
        *inward, outward = ["".join(known[i] for i in a) for a in axes]
        return tuple(inward), outward

    def place(self, node: Node) -> int:
        """The node of an array expression, with all that it needs."""
        if isinstance(node, Leaf):
            return self.places[node.quantity.name]
        if isinstance(node, Scalar):
            return self._append(ArrayNode("", self.printer.expression(node.value).string, (), constant=self._number(node.value)))
        if isinstance(node, Plus):
            return self._sum(node)
        if isinstance(node, Times):
            return self._product(node)
        if isinstance(node, Call):
            return self._entrywise(node, node.arguments, node.function)
        if isinstance(node, Power):
            return self._entrywise(node, (node.base,), lambda t: Pow(t, node.exponent))
        return self._contraction(*PRODUCTS[type(node)](node), node)

    def _number(self, value: Expr) -> float | None:
        found = value.xreplace(dict(self.numbers))
        return float(found) if found.is_number else None

    def _contraction(self, label: str, operands: tuple[Node, ...], node: Node) -> int:
        places = [self.place(o) for o in operands]
        axes, out = self._letters([o.axes for o in operands], node.axes)
        names = [self.nodes[p].shown for p in places]
        return self._gate(Contraction(label, axes, out, _said(node, operands, names)), node.axes, places)

    def _product(self, node: Times) -> int:
        """Arrays entry by entry; numbers as a gate of their own behind them."""
        scalars = [f.value for f in node.factors if isinstance(f, Scalar)]
        arrays = tuple(f for f in ordered_factors(node.factors) if not isinstance(f, Scalar))
        if not arrays:
            return self.place(Scalar((), product(scalars)))
        place = self.place(arrays[0]) if len(arrays) == 1 else self._contraction("⊙", arrays, Times(node.axes, arrays))
        if not scalars:
            return place
        text = self.printer.expression(product(scalars)).string.replace("-", "−")
        text = f"({text})" if text.startswith("−") else text
        axes = self._letters([arrays[0].axes if len(arrays) == 1 else node.axes], node.axes)
        number = self._number(product(scalars))
        factor = float("nan") if number is None else number
        return self._gate(Contraction(f"·{text}", *axes, ("−G" if text == "(−1)" else f"{text} G",), factor), node.axes, [place])

    def _sum(self, node: Plus) -> int:
        terms, signs = ordered(node.terms), list[int]()
        bare: list[Node] = []
        for term in terms:
            minus = isinstance(term, Times) and is_negative(term) and any(isinstance(f, Scalar) and f.value == -1 for f in term.factors)
            rest = tuple(f for f in term.factors if not (isinstance(f, Scalar) and f.value == -1)) if isinstance(term, Times) else ()
            signs.append(-1 if minus else 1)
            bare.append((rest[0] if len(rest) == 1 else Times(term.axes, rest)) if minus else term)
        axes, out = self._letters([t.axes for t in bare], node.axes)
        label = "−" if len(signs) == 2 and signs[1] < 0 < signs[0] else "+"
        parts = [_gathered("G", t.axes, node.axes) for t in bare]
        said = tuple(f"−{part}" if sign < 0 else part for sign, part in zip(signs, parts, strict=True))
        return self._gate(Addition(label, axes, out, said, tuple(signs)), node.axes, [self.place(t) for t in bare])

    def _entrywise(self, node: Node, arguments: tuple[Node, ...], function: Any) -> int:
        if len(arguments) != 1:
            raise Unsupported("a function of several arrays has no gate", "matrix graph")
        at = self.place(arguments[0])
        wiring = Wiring()
        wiring.expression(function(T))
        made: dict[int, int] = {}
        for n, inner in enumerate(wiring.finished()):
            if inner.gate is VARIABLE:
                made[n] = at
            elif inner.gate is not CONSTANT:
                made[n] = self._entry(node.axes, inner.gate, inner.inputs, wiring, made)
        return made[max(made)]

    def _entry(self, axes: Axes, gate: Gate, inputs: tuple[int, ...], wiring: Wiring, made: dict[int, int]) -> int:
        arrays = [made[i] for i in inputs if i in made]
        if len(arrays) != 1:
            raise Unsupported(f"{gate.name} of two arrays has no gate here", "matrix graph")
        constants = tuple(None if i in made else wiring.nodes[i].constant for i in inputs)
        label, x = gate.label, self.nodes[arrays[0]].shown
        if len(inputs) == 2:
            slot = 1 - constants.index(None)
            label = gate.beside[slot].format(c=constants[slot], up=raised(str(constants[slot])) or f"^{constants[slot]}")
        said = SAID.get(gate.name, "G ⊙ {f}′({x})").format(x=x, f=gate.label)
        letters = self._letters([axes], axes)
        return self._gate(Entrywise(label, *letters, (said,), gate, constants), axes, arrays)


# Products and sums of arrays: the label of the gate, and its inputs.
PRODUCTS: dict[type[Node], Callable[[Any], tuple[str, tuple[Node, ...]]]] = {
    MatMul: lambda n: ("@", (n.left, n.right)),
    Outer: lambda n: ("outer", (n.left, n.right)),
    Transpose: lambda n: (TURN, (n.operand,)),
    SumOver: lambda n: ("Σ", (n.operand,)),
    Einsum: lambda n: ("Σ×", n.operands),
}
# What some entrywise gates send back; of an activation it is its slope.
SAID = {
    "square": "2{x} ⊙ G",
    "exp": "G ⊙ exp({x})",
    "ln": "G ⊘ {x}",
    "reciprocal": "−G ⊘ {x}²",
    "sqrt": "G ⊘ 2√{x}",
    "negate": "−G",
    "power": "G ⊙ slope at {x}",
    "multiply": "multiple of G",
    "add": "G",
    "subtract": "±G",
    "divide": "multiple of G",
    "abs": "±G",
    "max": "G where {x} is largest",
}


def _said(node: Node, operands: tuple[Node, ...], names: list[str]) -> tuple[str, ...]:
    """What each input of a product receives, in matrices."""
    if isinstance(node, MatMul):
        (left, right), (a, b) = operands, names
        vector = len(left.axes) == 1 or len(right.axes) == 1
        if len(right.axes) == 1 and len(left.axes) == 2:
            return f"G {_turned(b)}", f"{_turned(a)} G"
        if vector:
            return f"{b} G", f"{a} G" if len(right.axes) == 1 else f"{a} Gᵀ"
        return f"G {_turned(b)}", f"{_turned(a)} G"
    if isinstance(node, Times):
        products = [" ⊙ ".join(["G", *(n for k, n in enumerate(names) if k != slot)]) for slot in range(len(names))]
        return tuple(_gathered(text, o.axes, node.axes) for text, o in zip(products, operands, strict=True))
    if isinstance(node, Outer):
        return f"G {names[1]}", f"Gᵀ {names[0]}"
    if isinstance(node, Transpose):
        return ("Gᵀ",)
    return ("G, repeated",) if isinstance(node, SumOver) else tuple("G × others, summed" for _ in operands)


def _gathered(text: str, own: Axes, whole: Axes) -> str:
    """What is received where an array was repeated along some axes: the sum along these."""
    if len(own) == len(whole):
        return text
    inside = f"({text})" if " " in text else text
    if not own:
        return f"Σ {inside}"
    return f"{inside} 𝟏" if own[0] == whole[0] else f"{_turned(inside)} 𝟏"


def _turned(name: str) -> str:
    return name.removesuffix(TURN) if name.endswith(TURN) else f"{name}{TURN}"
