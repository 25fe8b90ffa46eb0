r"""Answers over whole arrays: (w^2)^T \delta^2 \odot \sigma'(z^1), or `w2.T @ delta2 * sigma'(z1)`, as a tree with shapes.

    text --tex_reading or typed_arrays--> lexemes --grammar--> tree --ArrayBuilder--> nodes --Fitting--> nodes with shapes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sympy import Abs

from .array_words import ArrayWords
from .arrays import ONE, Array, Fitting, settled
from .building import Builder, Limits
from .errors import ReadError
from .indices import SAMPLES, Axis, Index, Quantity
from .letters import Lexeme
from .lift import arranged
from .names import Functions, Symbols
from .notation import Notation
from .reading import LIMITS, checked, nothing, paired, parsed
from .tex_reading import lexemes, words
from .typed_arrays import array_lexemes

# Side by side binds tighter than a sign: A B \odot C is (A B) \odot C. Between factors of one row no number may stand.
GRAMMAR = r"""
?sum: signed ((PLUS | MINUS) signed)*
?signed: chain | MINUS signed -> minus | PLUS signed -> plus
?chain: row ((ODOT | TIMES | DIVIDE | MATMUL) factor)*
?factor: row | MINUS factor -> minus
?row: (literal | operand) operand*
?literal: number | number _POW exponent -> power
?operand: atom
     | operand TRANSPOSE -> transpose
     | operand _POW exponent -> power
     | operand EACH exponent -> each_power
     | operand SUMMED -> summed
?exponent: number | atom | MINUS exponent -> minus
number: NUMBER
?atom: SYMBOL -> symbol
     | ONES -> ones
     | _LPAR sum _RPAR -> group
     | _OPENNORM sum _CLOSENORM -> norm
     | _OPENBAR sum _CLOSEBAR -> absolute
     | FUNCTION PRIME* _LPAR sum (_COMMA sum)* _RPAR -> call
%declare NUMBER SYMBOL ONES FUNCTION PRIME PLUS MINUS TIMES ODOT DIVIDE MATMUL TRANSPOSE SUMMED EACH _POW _LPAR _RPAR _COMMA
%declare _OPENBAR _CLOSEBAR _OPENNORM _CLOSENORM
"""


def read_matrix(
    text: str,
    quantities: Mapping[str, Quantity] | Iterable[Quantity],
    form: str = "python",
    symbols: Symbols = (),
    functions: Functions = None,
    rows: bool = True,
    notation: Notation | None = None,
    limits: Limits = LIMITS,
) -> Array:
    r"""An expression over whole arrays, of the shape that was typed; `.shape` is what it amounts to.

    quantities  the arrays with their axes: those of one sample, where a vector is a column, or of a batch, with samples in rows
                (`rows`) or in columns
    form        "latex": side by side is the matrix product, \odot or \circ entry by entry, ^T the transpose, \mathbf{1} a vector
                of ones, \lVert a-y\rVert^2; "python": `@`, `*`, `.T` or `^T`, `.sum(axis=0)`, `outer(a, b)`, `ones`
    symbols     names of numbers, such as eta
    notation    how the layers are counted in LaTeX

    Raises Misfit, which is a ShapeError and a ReadError, where shapes do not fit; ReadError for all else that cannot be read.
    """
    known = tuple(quantities.values() if isinstance(quantities, Mapping) else quantities)
    counted = (notation if form == "latex" else None) or Notation()
    in_latex = checked(text, form, limits) == "latex"
    vocabulary = ArrayWords(known, words(symbols, functions), counted, in_latex)
    found = lexemes(text, vocabulary, limits) if in_latex else array_lexemes(text, vocabulary)
    if not found:
        raise nothing(text)
    builder = ArrayBuilder(text, paired(text, found, limits), limits, rows, in_latex)
    root = builder.built()
    return settled(text, Fitting(text, not in_latex).fitted(root))


class ArrayBuilder:
    """One method for each rule of the grammar: (parts and signs, number of the first lexeme) -> node."""

    def __init__(self, text: str, lexemes: list[Lexeme], limits: Limits, rows: bool, in_latex: bool) -> None:
        self.text, self.lexemes, self.limits, self.rows, self.in_latex = text, lexemes, limits, rows, in_latex
        self.numbers = Builder(text, lexemes, limits)

    def built(self) -> Array:
        """The tree of all lexemes. Raises ReadError where the grammar does not allow one, and beyond the limits."""
        if len(self.lexemes) > self.limits.nodes:
            raise ReadError(f"the expression has more than {self.limits.nodes:,} parts, the limit", self.text, 0)
        made: dict[int, Array] = {}
        depth: dict[int, int] = {}
        node = None
        for node in parsed(GRAMMAR, self.text, self.lexemes, None).iter_subtrees():
            inner = [x for x in list[Any](node.children) if id(x) in made]
            depth[id(node)] = 1 + max((depth[id(x)] for x in inner), default=0)
            if depth[id(node)] > 2 * self.limits.depth:
                where = self.lexemes[int(node.meta.start_pos)].start
                raise ReadError(f"this is nested deeper than {2 * self.limits.depth}, the limit", self.text, where)
            children = [made[id(x)] if id(x) in made else self.lexemes[x.start_pos] for x in list[Any](node.children)]
            made[id(node)] = getattr(self, node.data)(children, int(node.meta.start_pos))
        return made[id(node)]

    def _node(self, kind: str, parts: Sequence[Array], first: int, value: Any = None, bracketed: bool = False) -> Array:
        return Array(kind, tuple(parts), value, self.lexemes[first].start, bracketed)

    def number(self, children: list[Any], first: int) -> Array:
        return self._node("number", (), first, self.numbers.number(children, first).expr)

    def symbol(self, children: list[Any], first: int) -> Array:
        value = children[0].value
        if not isinstance(value, Quantity):
            kind, value = value
            return self._node(kind, (), first, value)
        axes = [i.axis for i in arranged(value.indices(), self.rows) if isinstance(i, Index)]
        return _shaped(self._node("name", (), first, value), axes, self.rows)

    def ones(self, children: list[Any], first: int) -> Array:
        return self._node("ones", (), first)

    def group(self, children: list[Any], first: int) -> Array:
        inner: Array = children[0]
        return replace(inner, bracketed=True)

    def sum(self, children: list[Any], first: int) -> Array:
        terms = [children[0]]
        for sign, part in zip(children[1::2], children[2::2], strict=True):
            terms.append(part if sign.kind == "PLUS" else Array("minus", (part,), None, part.place))
        return self._node("plus", terms, first)

    def plus(self, children: list[Any], first: int) -> Array:
        part: Array = children[1]
        return part

    def minus(self, children: list[Any], first: int) -> Array:
        return self._node("minus", [children[1]], first)

    def row(self, children: list[Any], first: int) -> Array:
        if not self.in_latex and not any(child.kind == "transpose" for child in children):  # W^T q can be nothing else
            hint = "write @ for the matrix product, * entry by entry"
            raise ReadError("there is no sign between two factors", self.text, children[1].place, hint)
        return self._node("product", children, first)

    def chain(self, children: list[Any], first: int) -> Array:
        signs, parts = children[1::2], children[::2]
        for sign, part in zip(signs, parts[1:], strict=True):
            if sign.kind == "DIVIDE" and part.kind == "product" and not part.bracketed:
                raise ReadError("this product after a division can be read in two ways", self.text, part.place, "write \\frac{A}{m} B")
        return self._node("chain", parts, first, tuple(signs))

    def transpose(self, children: list[Any], first: int) -> Array:
        return self._node("transpose", [children[0]], first)

    def power(self, children: list[Any], first: int) -> Array:
        base, exponent = [x for x in children if isinstance(x, Array)]
        if base.kind == "norm":
            if exponent.kind != "number" or exponent.value != 2:
                raise ReadError("of a norm only the square is read", self.text, base.place, "write \\lVert a - y \\rVert^2")
            return self._node("norm2", base.parts, first, base.value)
        sign = next(x for x in self.lexemes[first:] if x.kind == "_POW")
        stars = not self.in_latex and sign.text == "**"
        return self._node("each_power" if stars else "power", (base, exponent), first)

    def each_power(self, children: list[Any], first: int) -> Array:
        return self._node("each_power", [x for x in children if isinstance(x, Array)], first)

    def norm(self, children: list[Any], first: int) -> Array:
        return self._node("norm", children, first, self.lexemes[first].value)

    def absolute(self, children: list[Any], first: int) -> Array:
        return self._node("call", children, first, Abs)

    def summed(self, children: list[Any], first: int) -> Array:
        """A.sum(axis=0) and A.mean(axis=0), as products with a vector of ones."""
        array, (which, axis, keeps) = children[0], children[1].value
        ones, turned = self._node("ones", (), first), self._node("transpose", [array], first)
        row = self._node("transpose", [ones], first)
        if axis is None:
            total = self._node("total", [array], first)
            counts = [self._node("count", [array], first, 0), self._node("count", [array], first, 1)]
        else:
            by_axis = {(0, False): [turned, ones], (0, True): [row, array], (1, False): [array, ones], (1, True): [array, ones]}
            total, counts = self._node("product", by_axis[axis, keeps], first), [self._node("count", [array], first, axis)]
        if which == "sum":
            return total
        return self._node("chain", [total, self._node("product", counts, first)], first, (Lexeme("DIVIDE", "/", children[1].start),))

    def call(self, children: list[Any], first: int) -> Array:
        arguments = [x for x in children if isinstance(x, Array)]
        function, name = children[0].value, children[0].text
        if name == "outer":
            if len(arguments) != 2:
                raise ReadError(f"'outer' takes 2 arguments, not {len(arguments)}", self.text, self.lexemes[first].start)
            left, right = arguments
            return self._node("product", [left, self._node("transpose", [right], first)], first)
        build = self.numbers.applied(function, name, len(children) - 1 - len(arguments), len(arguments), first)
        return self._node("call", arguments, first, build)


def _shaped(node: Array, axes: Sequence[Axis], rows: bool) -> Array:
    """A named array with its sides: a vector is a column, but samples alone are a row where they are columns of a batch."""
    if not axes:
        return node
    if len(axes) == 1:
        across = not rows and axes[0].letters == SAMPLES
        return replace(node, shape=(ONE, axes[0]) if across else (axes[0], ONE))
    return replace(node, shape=(axes[0], axes[1]))
