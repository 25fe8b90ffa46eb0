r"""Expressions over whole arrays, as typed: names, sums, matrix products, products entry by entry, transposes, functions.

Every value has two sides, rows and columns; a vector is a column, a number is 1 × 1. A side is an axis, not a size, so that
two layers of equal width are never taken for one another. A vector of ones takes the length that its place asks for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sympy import E, exp

from .errors import ReadError, ShapeError
from .indices import Axis

ONE = Axis("1", "")


class Unknown:
    """A side that its place will decide: the length of a vector of ones."""

    def __init__(self) -> None:
        self.known: Axis | Unknown | None = None


Side = Axis | Unknown
Shape = tuple[Side, Side]
NUMBER: Shape = (ONE, ONE)


class Misfit(ReadError, ShapeError):
    """Two shapes in a typed expression do not fit: names both, and shows the place."""


@dataclass(frozen=True)
class Array:
    """A node: what is done (`kind`), to what, with its place in the text; the shape is known after `fitted`.

    kind   name, number, size, ones, plus, minus, product (side by side), chain (with signs between), each, scale, matmul,
           quotient, transpose, power, each_power, call, norm2, count
    value  the quantity, number, axis, function, signs or exponent that belongs to the kind
    """

    kind: str
    parts: tuple[Array, ...] = ()
    value: Any = None
    place: int = field(default=0, compare=False)
    bracketed: bool = field(default=False, compare=False)
    shape: Shape = field(default=NUMBER, compare=False)

    @property
    def is_number(self) -> bool:
        return side(self.shape[0]) == ONE == side(self.shape[1])


def side(given: Side) -> Side:
    """The axis of a side as far as it is known."""
    while isinstance(given, Unknown) and given.known is not None:
        given = given.known
    return given


def same_side(one: Side, other: Side, settle: bool = True) -> bool:
    """Whether two sides can be the same; with `settle` an unknown one becomes the other."""
    one, other = side(one), side(other)
    for a, b in ((one, other), (other, one)):
        if isinstance(a, Unknown):
            if settle and a is not b:
                a.known = b
            return True
    return one == other


def same_shape(one: Shape, other: Shape, settle: bool = True) -> bool:
    return all(same_side(a, b, False) for a, b in zip(one, other, strict=True)) and all(
        same_side(a, b, settle) for a, b in zip(one, other, strict=True)
    )


def shown(shape: Shape) -> str:
    """n2 × m."""
    return " × ".join(s.name if isinstance(s, Axis) else "?" for s in map(side, shape))


@dataclass(frozen=True)
class Fitting:
    """Works out the shape of every node, and what juxtaposition and a dot mean there.

    `repeats`: a vector added to a matrix of samples is repeated for every sample, as NumPy does. Raises Misfit, a ShapeError
    and a ReadError, where shapes do not fit, and ReadError where two readings fit.
    """

    text: str
    repeats: bool

    def fitted(self, node: Array) -> Array:
        """The node with the shapes of all its parts."""
        parts = tuple(self.fitted(p) for p in node.parts)
        node = replace(node, parts=parts)
        method = getattr(self, f"_{node.kind}", None)
        if method is None:
            return node
        result: Array = method(node)
        return result

    def error(self, what: str, node: Array, hint: str = "") -> ReadError:
        return ReadError(what, self.text, node.place, hint)

    def misfit(self, what: str, one: Array, other: Array, hint: str = "") -> Misfit:
        return Misfit(f"{what} of {shown(one.shape)} and {shown(other.shape)} does not fit", self.text, other.place, hint)

    def _ones(self, node: Array) -> Array:
        length = Unknown()
        return replace(node, value=length, shape=(length, ONE))

    def _plus(self, node: Array) -> Array:
        return self._alike(node, "the sum")

    def _each(self, node: Array) -> Array:
        return self._alike(node, "the product entry by entry")

    def _quotient(self, node: Array) -> Array:
        return self._alike(node, "the quotient")

    def _call(self, node: Array) -> Array:
        return self._alike(node, "the function")

    def _alike(self, node: Array, what: str, hint: str = "") -> Array:
        """Every part has one shape, or is a number."""
        largest = next((p for p in node.parts if not p.is_number and not isinstance(side(p.shape[1]), Unknown)), None)
        if largest is None:
            largest = next((p for p in node.parts if not p.is_number), node.parts[0])
        if self.repeats:
            largest = next((p for p in node.parts if ONE not in map(side, p.shape)), largest)
        parts = tuple(self._like(p, largest, what, hint, n < node.parts.index(largest)) for n, p in enumerate(node.parts))
        return replace(node, parts=parts, shape=largest.shape)

    def _like(self, part: Array, model: Array, what: str, hint: str, before: bool) -> Array:
        if part is model or part.is_number or same_shape(part.shape, model.shape):
            return part
        if self.repeats and side(part.shape[1]) == ONE and same_side(part.shape[0], model.shape[1], False):
            part = Array("transpose", (part,), None, part.place, shape=(part.shape[1], part.shape[0]))
        if self.repeats and side(part.shape[0]) == ONE and same_side(part.shape[1], model.shape[1], False):
            ones = Array("ones", (), model.shape[0], part.place, shape=(model.shape[0], ONE))
            return Array("matmul", (ones, part), None, part.place, shape=model.shape)
        if not self.repeats and same_side(part.shape[0], model.shape[1], False) and side(part.shape[1]) == ONE:
            hint = "a vector is repeated for every sample by \\mathbf{1} b^T"
        raise self.misfit(what, part, model, hint) if before else self.misfit(what, model, part, hint)

    def _minus(self, node: Array) -> Array:
        return replace(node, shape=node.parts[0].shape)

    def _product(self, node: Array) -> Array:
        """Factors side by side, from left to right."""
        whole = node.parts[0]
        for part in node.parts[1:]:
            whole = self._times(whole, part)
        return replace(whole, bracketed=node.bracketed)

    def _times(self, left: Array, right: Array) -> Array:
        if left.is_number or right.is_number:
            return Array("scale", (left, right), None, left.place, shape=right.shape if left.is_number else left.shape)
        if not same_side(left.shape[1], right.shape[0]):
            hint = "a product entry by entry is written \\odot" if same_shape(left.shape, right.shape, False) else ""
            if self.repeats:
                hint = hint and "a product entry by entry is written *"
            raise self.misfit("the matrix product", left, right, hint)
        return Array("matmul", (left, right), None, left.place, shape=(left.shape[0], right.shape[1]))

    def _chain(self, node: Array) -> Array:
        """Operands with signs between them, from left to right."""
        whole, signs = node.parts[0], [s.kind for s in node.value]
        for n, (sign, part) in enumerate(zip(node.value, node.parts[1:], strict=True)):
            if sign.kind == "ODOT" and not self.repeats:
                self._one_grouping(whole if n == 0 else node.parts[n], part)
            if sign.kind == "MATMUL":
                whole = self._times(whole, part)
            elif sign.kind == "DIVIDE":
                whole = self._alike(Array("quotient", (whole, part), None, node.place), "the quotient")
            elif sign.kind == "ODOT":
                whole = self._flat_each(whole, part, n > 0 and signs[n - 1] == "ODOT", "MATMUL" in signs)
            else:
                if "ODOT" in signs and not (whole.is_number or part.is_number):
                    raise ReadError("a dot beside \\odot can be read in two ways", self.text, sign.start, "put brackets")
                whole = self._dotted(whole, part, sign.start)
        return replace(whole, bracketed=node.bracketed)

    def _flat_each(self, left: Array, right: Array, joins: bool, mixed: bool) -> Array:
        hint = "* and @ are worked out from left to right: put brackets" if mixed else ""
        if left.is_number or right.is_number:
            return self._times(left, right)
        parts = (*left.parts, right) if joins and left.kind == "each" and not left.bracketed else (left, right)
        return self._alike(Array("each", parts, None, left.place), "the product entry by entry", hint)

    def _dotted(self, left: Array, right: Array, place: int) -> Array:
        r"""A \cdot B: of two arrays a matrix product, unless it could as well be one entry by entry."""
        if not (left.is_number or right.is_number) and same_shape(left.shape, right.shape, False):
            what = f"a dot between two arrays of {shown(left.shape)} can be read in two ways"
            raise ReadError(what, self.text, place, "write \\odot for the product entry by entry, a^T b for the dot product")
        return self._times(left, right)

    def _one_grouping(self, left: Array, right: Array) -> None:
        r"""A B \odot C is (A B) \odot C; refused where A (B \odot C) fits as well, and likewise on the other side."""
        for outer, inner, other in ((left, -1, right), (right, 0, left)):
            if outer.kind == "matmul" and not outer.bracketed and same_shape(outer.parts[inner].shape, other.shape, False):
                what = "a matrix product beside \\odot can be read in two ways here"
                raise ReadError(what, self.text, outer.place, "put brackets around one of the products")

    def _transpose(self, node: Array) -> Array:
        rows, columns = node.parts[0].shape
        return replace(node, shape=(columns, rows))

    def _power(self, node: Array) -> Array:
        base, exponent = node.parts
        if base.kind == "number" and base.value == E and not exponent.is_number:
            return replace(node, kind="call", value=exp, parts=(exponent,), shape=exponent.shape)
        if not all(p.is_number for p in node.parts):
            raise self.error("a power of an array can be read in two ways", node, "write A^{\\odot 2}, A \\odot A, or A A")
        return node

    def _each_power(self, node: Array) -> Array:
        if not node.parts[1].is_number:
            raise self.error("the exponent is an array, expected a number", node)
        return replace(node, shape=node.parts[0].shape)

    def _norm(self, node: Array) -> Array:
        raise self.error("of a norm only the square is read", node, "write \\lVert a - y \\rVert^2")

    def _norm2(self, node: Array) -> Array:
        inner = node.parts[0]
        if node.value == "2" and ONE not in map(side, inner.shape):
            hint = "write \\lVert A \\rVert_F^2 or \\lVert A \\rVert^2"
            raise self.error("the 2-norm of a matrix is not the sum of its squares", node, hint)
        return replace(node, value=None)

    def _total(self, node: Array) -> Array:
        """The sum of all entries, by vectors of ones."""
        array = node.parts[0]
        row = self._ones(Array("ones", place=node.place))
        total = self._times(self._transpose(Array("transpose", (row,), None, node.place)), array)
        return total if side(array.shape[1]) == ONE else self._times(total, self._ones(Array("ones", place=node.place)))

    def _count(self, node: Array) -> Array:
        return Array("size", (), node.parts[0].shape[node.value], node.place)


def settled(text: str, node: Array) -> Array:
    """The node with every side known; raises ReadError for a vector of ones whose length nothing decides."""
    shape = (side(node.shape[0]), side(node.shape[1]))
    if any(isinstance(s, Unknown) for s in shape):
        raise ReadError("nothing here says how long this vector of ones is", text, node.place)
    value = side(node.value) if isinstance(node.value, Unknown) else node.value
    return replace(node, parts=tuple(settled(text, p) for p in node.parts), value=value, shape=shape)
