r"""Array expressions as matrix formulas, as a textbook writes them: $\delta^{2} = ((w^{3})^T \delta^{3}) \odot \sigma'(z^{2})$.

A vector is a column. A batch has its samples in rows or in columns, as the notation says, and its matrices are capital letters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sympy import Expr, Integer

from .indices import SAMPLES, Quantity
from .lift import Axes, Call, Einsum, Leaf, MatMul, Node, Outer, Plus, Power, Scalar, SumOver, Times, Transpose, transposed
from .notation import Level, Text
from .ops import Slope
from .order import is_negative, ordered, ordered_factors, split
from .printing import Printer


def is_matrix(node: Node) -> bool:
    """Whether an array expression can be written with matrices and vectors: nothing in it has three axes."""
    parts = [p for value in vars(node).values() for p in (value if isinstance(value, tuple) else (value,)) if isinstance(p, Node)]
    return len(node.axes) <= 2 and not isinstance(node, Einsum) and all(map(is_matrix, parts))


class MatrixPrinter:
    """Prints lifted expressions with the templates and the notation of a `Printer`."""

    def __init__(self, printer: Printer) -> None:
        self.printer, self.style = printer, printer.style
        self.table: dict[type[Node], Callable[[Any], Text]] = {
            Leaf: self._leaf,
            Scalar: lambda n: self.printer.expression(n.value),
            Call: self._call,
            Power: lambda n: self._power(n.base, n.exponent),
            Times: self._times,
            Plus: self._plus,
            MatMul: self._matmul,
            Outer: lambda n: self._matrix_product(self.text(n.left), self.style.transpose(self.text(n.right))),
            Transpose: lambda n: self.style.transpose(self.text(n.operand)),
            SumOver: self._sum,
        }

    def text(self, node: Node) -> Text:
        """The array expression, printed."""
        return self.table[type(node)](node)

    def whole(self, node: Node, axes: Axes) -> Text:
        """A right side as an array of these axes: a number that is each entry of a vector or matrix is written with vectors of ones."""
        if node.axes or not axes:
            return self.text(node)
        ones = self.style.ones()
        entries = ones if len(axes) == 1 else self._matrix_product(ones, self.style.transpose(ones))
        one = isinstance(node, Scalar) and node.value == 1
        return entries if one else self.style.product([self.text(node), entries])

    def name(self, quantity: Quantity) -> Text:
        """The name of a whole array: a matrix of samples is a capital letter, a derivative of the loss is written as one."""
        if quantity.role in ("gradient", "adjoint"):
            of = self.printer.quantities.get(quantity.of) or Quantity(quantity.of)
            return self.style.partial(self.printer.symbol(self.printer._loss), self.name(of))
        base, layer = self.printer.notation.glyph(quantity)
        if len(quantity.axes) < 2 or not any(axis.letters == SAMPLES for axis in quantity.axes):
            return self.printer.quantity(quantity)
        return self.style.scripted(base[0].upper() + base[1:], "" if layer is None else str(layer))

    def _leaf(self, node: Leaf) -> Text:
        return self.name(node.quantity)

    def _call(self, node: Call) -> Text:
        kind = node.function
        function = self.style.prime(self.printer.function(kind.activation)) if issubclass(kind, Slope) else self.printer.function(kind)
        return self.style.call(function, self.style.comma([self._spread(a, node.axes) for a in node.arguments]))

    def _power(self, base: Node, exponent: Expr) -> Text:
        if exponent == -1:
            return self.style.fraction(self.style.number(Integer(1)), self.text(base))
        shown = self.printer.expression(exponent)
        if base.axes:  # every entry to this power, which is not a power of the matrix
            odot = self.style.function(r"\odot", "⊙").string
            shown = Text(f"{odot} {shown.string}" if odot.isascii() else f"{odot}{shown.string}", Level.PRODUCT)
        return self.style.power(self.text(base), shown)

    def _times(self, node: Times) -> Text:
        above: list[Text] = []
        below: list[Text] = []
        arrays: list[Text] = []
        under: list[Text] = []
        scalars: list[Text] = []
        sign = -1 if is_negative(node) else 1
        for factor in ordered_factors(node.factors):
            if isinstance(factor, Scalar):
                number, up, down = split(factor.value)
                top = [self.style.number(Integer(abs(number.p)))] * (abs(number.p) != 1)
                above = top + above + [self.printer.expression(e) for e in up]
                below = [self.style.number(Integer(number.q))] * (number.q != 1) + below + [self.printer.expression(e) for e in down]
            elif isinstance(factor, Power) and factor.exponent.could_extract_minus_sign():
                base = self._spread(factor.base, node.axes)
                under.append(base if factor.exponent == -1 else self.style.power(base, self.printer.expression(-factor.exponent)))
            else:
                text = self._spread(factor, node.axes)
                crowded = isinstance(factor, (MatMul, Outer)) or (isinstance(factor, SumOver) and bool(node.axes))
                text = self.style.bracket(text) if crowded and len(node.factors) > 1 else text
                (arrays if factor.axes else scalars).append(text)
        if under:
            above_line = self._elementwise(arrays) if arrays else self.style.number(Integer(1))
            arrays = [self.style.fraction(above_line, self._elementwise(under))]
        if below:
            scalars.insert(0, self.style.fraction(self.style.product(above or [self.style.number(Integer(1))]), self.style.product(below)))
        else:
            scalars[:0] = above
        if scalars:
            # A number before an elementwise product needs no brackets: it multiplies the whole as it multiplies the first factor.
            together = [*scalars, *arrays[:1]]
            arrays[:1] = [replace(self.style.product(together), level=Level.FRACTION) if len(together) > 1 else together[0]]
        whole = self._elementwise(arrays)
        return self.style.sum([(sign, whole)]) if sign < 0 else whole

    def _elementwise(self, texts: list[Text]) -> Text:
        return texts[0] if len(texts) == 1 else self.style.product(texts, "odot")

    def _plus(self, node: Plus) -> Text:
        signed = []
        for term in ordered(node.terms):
            negative = is_negative(term)
            positive = _negated(term) if negative else term
            signed.append((-1 if negative else 1, self._spread(positive, node.axes)))
        return self.style.sum(signed)

    def _spread(self, node: Node, axes: Axes) -> Text:
        """An operand of an elementwise operation: a vector is repeated along the axis that it lacks by a product with a vector of ones."""
        text = self.text(node)
        if len(node.axes) != 1 or len(axes) != 2:
            return text
        ones = self.style.ones()
        if node.axes[0] == axes[0]:
            return self._matrix_product(text, self.style.transpose(ones))
        return self._matrix_product(ones, self.style.transpose(text))

    def _matrix_product(self, left: Text, right: Text) -> Text:
        return self.style.product([left, right], "matmul")

    def _matmul(self, node: MatMul) -> Text:
        left, right = node.left, node.right
        if len(left.axes) == 1 and len(right.axes) == 1:
            return self._matrix_product(self.style.transpose(self.text(left)), self.text(right))
        if len(left.axes) == 1:
            # A row times a matrix: its column is the transposed matrix times the vector.
            return self._matrix_product(self.text(transposed(right)), self.text(left))
        return self._matrix_product(self.text(left), self.text(right))

    def _sum(self, node: SumOver) -> Text:
        inner = node.operand
        if not node.axes and isinstance(inner, Power) and inner.exponent == 2:
            return self.style.norm_squared(self.text(inner.base))
        ones = self.style.ones()
        if not node.axes and len(inner.axes) == 1:
            return self._dot(inner)
        if not node.axes:
            whole = self._matrix_product(self.style.transpose(ones), self.text(inner))
            return self._matrix_product(whole, ones)
        gone_first = inner.axes[0] not in node.axes
        return self._matrix_product(self.text(transposed(inner) if gone_first else inner), ones)

    def _dot(self, vector: Node) -> Text:
        """The sum of a vector's entries: of a product of two vectors, x^T y; of a sum, term by term."""
        if isinstance(vector, Plus) and all(t.axes for t in vector.terms):
            signed = [(-1, _negated(t)) if is_negative(t) else (1, t) for t in ordered(vector.terms)]
            return self.style.sum([(sign, self._dot(t)) for sign, t in signed])
        if isinstance(vector, Times):
            scalars = tuple(f for f in vector.factors if not f.axes)
            arrays = [f for f in ordered_factors(vector.factors) if f.axes]
            if len(arrays) == 2:
                product = self._matrix_product(self.style.transpose(self.text(arrays[0])), self.text(arrays[1]))
                return self.style.product([self.text(Times((), scalars)), product]) if scalars else product
        return self._matrix_product(self.style.transpose(self.style.ones()), self.text(vector))


def _negated(node: Node) -> Node:
    """The term without its minus."""
    if isinstance(node, Scalar):
        return Scalar((), -node.value)
    if isinstance(node, Times):
        done = False
        factors: list[Node] = []
        for factor in node.factors:
            if isinstance(factor, Scalar) and not done and split(factor.value)[0] < 0:
                done = True
                if factor.value != -1:
                    factors.append(Scalar((), -factor.value))
            else:
                factors.append(factor)
        return factors[0] if len(factors) == 1 else Times(node.axes, tuple(factors))
    return node
