"""From index form to arrays: the one pass that finds matrix products, elementwise products, outer products and sums along an axis.

    shared bound index -> matrix product          same indices        -> elementwise product
    free-free indices  -> outer product           lone bound index    -> sum along an axis
    anything wider     -> einsum

The tree that comes out is printed twice: as matrix LaTeX (`matrix_form`) and as NumPy (`numpy_form`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sympy import Add, Expr, Function, Indexed, KroneckerDelta, Mul, Pow, Sum, Symbol
from sympy.core.function import Application

from .equations import Equation
from .errors import Unsupported
from .indices import SAMPLES, Index, Quantity, is_size, name_of, terms

Axes = tuple[Index, ...]


@dataclass(frozen=True)
class Node:
    """An array expression. `axes` names its axes in order; a scalar has none."""

    axes: Axes


@dataclass(frozen=True)
class Leaf(Node):
    """A named array."""

    quantity: Quantity


@dataclass(frozen=True)
class Scalar(Node):
    """A number, a size or a constant."""

    value: Expr


@dataclass(frozen=True)
class Call(Node):
    """A function applied to every entry."""

    function: type[Function]
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Power(Node):
    """Every entry to the same power."""

    base: Node
    exponent: Expr


@dataclass(frozen=True)
class Times(Node):
    """Elementwise product; an operand that lacks an axis is repeated along it."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Plus(Node):
    """Elementwise sum; an operand that lacks an axis is repeated along it."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class MatMul(Node):
    """Matrix product over the last axis of `left` and the first of `right`; vectors have one axis."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Outer(Node):
    """left[j] * right[k] for all j, k."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Transpose(Node):
    """The axes in reverse order."""

    operand: Node


@dataclass(frozen=True)
class SumOver(Node):
    """The sum along the axes of `operand` that are not in `axes`."""

    operand: Node


@dataclass(frozen=True)
class Einsum(Node):
    """The sum over every index that is not in `axes`, of the product of all operands."""

    operands: tuple[Node, ...]


def nodes(node: Node) -> Iterator[Node]:
    """A node and every node within it."""
    yield node
    for part in (p for value in vars(node).values() for p in (value if isinstance(value, tuple) else (value,))):
        if isinstance(part, Node):
            yield from nodes(part)


def lifted(equation: Equation, quantities: Mapping[str, Quantity], rows: bool = True) -> Node:
    """The right side of an equation as an array with the axes of its left side. `rows`: samples are the rows of a data matrix."""
    return Lifter(quantities, rows).lift(equation.rhs, arranged(equation.indices, rows))


def arranged(indices: Sequence[Expr], rows: bool = True) -> Axes:
    """The order of an array's axes: samples first where samples are rows, else as the quantity lists them."""
    own = [i for i in indices if isinstance(i, Index)]
    return tuple(sorted(own, key=lambda i: i.axis.letters != SAMPLES)) if rows else tuple(own)


def transposed(node: Node) -> Node:
    """The transpose; of a transpose, what was there before; of a vector, itself."""
    if len(node.axes) < 2:
        return node
    return node.operand if isinstance(node, Transpose) else Transpose(node.axes[::-1], node)


@dataclass(frozen=True)
class Lifter:
    """Lifts expressions over known quantities, in one layout."""

    quantities: Mapping[str, Quantity]
    rows: bool = True

    def lift(self, e: Expr, out: Axes) -> Node:
        """An expression in index form, as an array with (at most) the axes `out`, in that order."""
        if isinstance(e, Add):
            parts = tuple(self.lift(a, out) for a in e.args)
            return Plus(_union(parts, out), parts)
        if isinstance(e, (Mul, Sum)):
            products = terms(e)
            if len(products) > 1:
                parts = tuple(self._product(t.factors, t.bound, out) for t in products)
                return Plus(_union(parts, out), parts)
            return self._product(products[0].factors, products[0].bound, out)
        return self._turned(self._entry(e), out)

    def _entry(self, e: Expr) -> Node:
        if not e.atoms(Indexed):
            if isinstance(e, Symbol) and _mentions(e, self.quantities):
                return Leaf((), self.quantities[e.name])
            if isinstance(e, Index) or e.has(KroneckerDelta):
                raise Unsupported(
                    f"{e} has no array form", hint="only entries of arrays can be lifted, not the index itself"
                )
            if not _mentions(e, self.quantities):
                return Scalar((), e)
        if isinstance(e, Indexed):
            repeated = len(set(e.indices)) < len(e.indices)
            if repeated or not all(isinstance(i, Index) for i in e.indices):
                raise Unsupported(f"{e} has no array form", hint="every index must be a different whole axis")
            return Leaf(arranged(e.indices, self.rows), self.quantities[name_of(e)])
        if isinstance(e, Pow) and not e.exp.atoms(Indexed):
            base = self.lift(e.base, self._natural(e.base))
            return Power(base.axes, base, e.exp)
        if isinstance(e, Application) and not isinstance(e, KroneckerDelta):
            own = self._natural(e)
            arguments = tuple(self.lift(a, own) for a in e.args)
            return Call(_union(arguments, own), type(e), arguments)
        if isinstance(e, (Add, Mul, Sum)):
            return self.lift(e, self._natural(e))
        raise Unsupported(f"{e} has no array form")

    def _natural(self, e: Expr) -> Axes:
        """The free indices of an expression, in the order of the layout."""
        found = sorted({i for i in e.free_symbols if isinstance(i, Index)}, key=lambda i: i.name)
        first = max(
            (r.indices for r in e.atoms(Indexed) if set(r.indices) >= set(found)), key=str, default=tuple(found)
        )
        return arranged([i for i in first if i in found], self.rows)

    def _turned(self, node: Node, out: Axes) -> Node:
        """The node with its axes in the order in which they stand in `out`."""
        wanted = tuple(i for i in out if i in node.axes)
        if node.axes == wanted:
            return node
        if node.axes[::-1] == wanted:
            return transposed(node)
        return Einsum(wanted, (node,))

    def _product(self, factors: list[Expr], over: list[Index], out: Axes) -> Node:
        scalars = [f for f in factors if not f.atoms(Indexed) and not _mentions(f, self.quantities)]
        lone = [i for i in over if not any(i in f.free_symbols for f in factors)]
        scalars = [*scalars, *(i.axis.size for i in lone)]  # sum_s 1 = m
        nodes = self._grouped([self._entry(f) for f in factors if f.atoms(Indexed) or _mentions(f, self.quantities)])
        todo = [i for i in over if i not in lone]
        while todo:
            # An index in two factors before one in a single factor: a matrix product is smaller than what it is made of.
            index = max(todo, key=lambda i: sum(i in n.axes for n in nodes))
            todo.remove(index)
            nodes = self._grouped(self._summed(nodes, index, over, out))
        result = self._combined(nodes, out)
        if not scalars:
            return result
        values = tuple(Scalar((), s) for s in scalars)
        if result is _ONE:
            return Times((), values) if len(values) > 1 else values[0]
        return Times(result.axes, (*values, *(result.factors if isinstance(result, Times) else (result,))))

    def _grouped(self, nodes: list[Node]) -> list[Node]:
        """Factors with the same axes as one elementwise product."""
        groups: dict[frozenset[Index], list[Node]] = {}
        for node in nodes:
            groups.setdefault(frozenset(node.axes), []).append(node)
        return [self._elementwise(same, arranged(same[0].axes, self.rows)) for same in groups.values()]

    def _elementwise(self, nodes: list[Node], order: Axes) -> Node:
        turned = [self._turned(n, order) for n in nodes]
        return turned[0] if len(turned) == 1 else Times(order, _flat(turned, order))

    def _summed(self, nodes: list[Node], index: Index, over: list[Index], out: Axes) -> list[Node]:
        """One summed index less: a sum along an axis, a matrix product, or what only einsum can do."""
        having = [n for n in nodes if index in n.axes]
        rest = [n for n in nodes if index not in n.axes]
        if not having:
            return nodes
        if len(having) == 1:
            node = having[0]
            return [
                *rest,
                SumOver(tuple(i for i in node.axes if i != index), node.operand if isinstance(node, SumOver) else node),
            ]
        shared = set.intersection(*(set(n.axes) for n in having))
        if len(having) == 2 and shared == {index} and all(len(n.axes) <= 2 for n in having):
            return [*rest, self._matrix_product(having[0], having[1], index, out)]
        kept = tuple(
            i
            for i in self._order(having, out)
            if i != index and (i in out or i in over or any(i in n.axes for n in rest))
        )
        return [*rest, Einsum(kept, tuple(having))]

    def _matrix_product(self, one: Node, other: Node, index: Index, out: Axes) -> Node:
        def end(n: Node) -> Index | None:
            return next((i for i in n.axes if i != index), None)

        def place(n: Node) -> tuple[bool, int]:
            """Samples first where they are rows; else in the order of the result; a vector last."""
            i = end(n)
            sample = i is not None and i.axis.letters == SAMPLES
            return sample != self.rows, len(out) + 1 if i is None else out.index(i) if i in out else len(out)

        left, right = sorted((one, other), key=place)
        axes = tuple(i for i in (end(left), end(right)) if i is not None)
        left = left if left.axes[-1] == index else transposed(left)
        right = right if right.axes[0] == index else transposed(right)
        return MatMul(axes, left, right)

    def _order(self, nodes: list[Node], out: Axes) -> Axes:
        every = dict.fromkeys(i for n in nodes for i in n.axes)
        return (*(i for i in out if i in every), *(i for i in every if i not in out))

    def _combined(self, nodes: list[Node], out: Axes) -> Node:
        if not nodes:
            return _ONE
        axes = self._order(nodes, out)
        if len(nodes) == 2 and all(len(n.axes) == 1 for n in nodes) and nodes[0].axes != nodes[1].axes:
            left, right = sorted(nodes, key=lambda n: axes.index(n.axes[0]))
            return Outer(axes, left, right)
        flat = _flat([self._turned(n, axes) for n in nodes], axes)
        return flat[0] if len(flat) == 1 else Times(axes, tuple(flat))


def _flat(factors: Sequence[Node], axes: Axes) -> tuple[Node, ...]:
    """A product within a product of the same axes is one product."""
    return tuple(f for n in factors for f in (n.factors if isinstance(n, Times) and n.axes == axes else (n,)))


_ONE = Scalar((), Symbol("1"))


def _mentions(e: Expr, quantities: Mapping[str, Quantity]) -> bool:
    return any(type(s) is Symbol and not is_size(s) and s.name in quantities for s in e.free_symbols)


def _union(nodes: Sequence[Node], out: Axes) -> Axes:
    every = {i for n in nodes for i in n.axes}
    return tuple(i for i in out if i in every)
