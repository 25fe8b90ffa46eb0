"""An expression over whole arrays, as it was read, in LaTeX: in the order typed, with the brackets that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sympy import Abs, exp

from .arrays import Array
from .indices import Quantity
from .matrix_form import MatrixPrinter
from .names import FUNCTIONS
from .notation import LATEX, Level, Notation, Style, Text
from .ops import Slope
from .printing import Printer


def array_latex(node: Array, quantities: Mapping[str, Quantity], notation: Notation | None = None, style: Style = LATEX) -> str:
    """The LaTeX of what was read, for the echo."""
    return ArrayPrinter(MatrixPrinter(Printer(style, notation, quantities, typed_order=True))).text(node).string


class ArrayPrinter:
    """Prints typed array expressions with the names and templates of a `MatrixPrinter`."""

    def __init__(self, matrices: MatrixPrinter) -> None:
        self.matrices, self.printer, self.style = matrices, matrices.printer, matrices.style
        self.table: dict[str, Callable[[Array], Text]] = {
            "name": lambda n: self.matrices.name(n.value),
            "number": lambda n: self.printer.expression(n.value),
            "size": lambda n: self.printer.expression(n.value.size),
            "ones": lambda n: self.style.ones(),
            "plus": self._plus,
            "minus": lambda n: self.style.sum([(-1, self.text(n.parts[0]))]),
            "scale": lambda n: self.style.product([self.text(p) for p in n.parts]),
            "matmul": lambda n: self.style.product([self.text(p) for p in n.parts], "matmul"),
            "each": self._each,
            "quotient": lambda n: self.style.fraction(self.text(n.parts[0]), self.text(n.parts[1])),
            "transpose": lambda n: self.style.transpose(self.text(n.parts[0])),
            "power": lambda n: self.style.power(self.text(n.parts[0]), self.text(n.parts[1])),
            "each_power": self._each_power,
            "norm2": lambda n: self.style.norm_squared(self.text(n.parts[0])),
            "call": self._call,
        }

    def text(self, node: Array) -> Text:
        return self.table[node.kind](node)

    def _plus(self, node: Array) -> Text:
        terms = [(-1, p.parts[0]) if p.kind == "minus" and not p.bracketed else (1, p) for p in node.parts]
        return self.style.sum([(sign, self.text(p)) for sign, p in terms])

    def _each(self, node: Array) -> Text:
        first, *others = node.parts
        text = self.text(first)
        if first.kind == "scale" and first.parts[0].is_number:
            # A number before it multiplies the whole as it multiplies the first factor.
            text = replace(text, level=Level.FRACTION)
        return self.style.product([text, *(self.text(p) for p in others)], "odot")

    def _each_power(self, node: Array) -> Text:
        odot = self.style.function(r"\odot", "⊙").string
        raised = Text(f"{odot} {self.text(node.parts[1]).string}", Level.PRODUCT)
        return self.style.power(self.text(node.parts[0]), raised)

    def _call(self, node: Array) -> Text:
        kind: Any = node.value
        if kind is FUNCTIONS["sqrt"].build:
            return self.style.root(self.text(node.parts[0]))
        if kind is Abs:
            return self.style.absolute(self.text(node.parts[0]))
        if kind is exp:  # not as a power of e, which is no power of an array
            return self.style.call(self.style.function(r"\exp", "exp"), self.text(node.parts[0]))
        slope = isinstance(kind, type) and issubclass(kind, Slope)
        function = self.style.prime(self.printer.function(kind.activation)) if slope else self.printer.function(kind)
        return self.style.call(function, self.style.comma([self.text(p) for p in node.parts]))
