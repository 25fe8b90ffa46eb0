"""Textbook order of terms and factors in array expressions: one rank table, used by the matrix LaTeX and by the generated NumPy."""

from __future__ import annotations

from sympy import Expr, Integer, Mul, Number, Pow, Rational

from .lift import Call, Einsum, Leaf, MatMul, Node, Outer, Plus, Power, Scalar, SumOver, Times, Transpose


def split(value: Expr) -> tuple[Rational, list[Expr], list[Expr]]:
    """A scalar as number, factors above and factors below the line: -lambda/(2m) -> (-1/2, [lambda], [m])."""
    number, above, below = Integer(1), [], []
    for factor in Mul.make_args(value):
        if isinstance(factor, Number) and factor.is_Rational:
            number *= factor
        elif isinstance(factor, Pow) and factor.exp.could_extract_minus_sign():
            below.append(Pow(factor.base, -factor.exp))
        else:
            above.append(factor)
    return number, above, below


def is_negative(node: Node) -> bool:
    """Whether a term starts with a minus."""
    if isinstance(node, Scalar):
        return bool(node.value.could_extract_minus_sign())
    if isinstance(node, Times):
        return sum(isinstance(f, Scalar) and bool(split(f.value)[0] < 0) for f in node.factors) % 2 == 1
    return False


TERMS: tuple[type[Node], ...] = (Einsum, MatMul, Outer, Times, SumOver, Power, Scalar, Leaf, Call)
FACTORS: tuple[type[Node], ...] = (Scalar, Einsum, MatMul, Outer, Plus, Leaf, SumOver, Times, Power, Call)


def _bare(node: Node) -> Node:
    return node.operand if isinstance(node, Transpose) else node


def _one_minus(node: Node) -> bool:
    """Whether a factor is of the kind 1 - a: a slope written by its output."""
    return isinstance(node, Plus) and any(isinstance(t, Scalar) for t in node.terms)


def _penalty(node: Node) -> bool:
    """Whether a term carries a constant of its own, such as the lambda of weight decay."""
    parts = node.factors if isinstance(node, Times) else (node,)
    return any(isinstance(f, Scalar) and any(not s.is_integer for s in f.value.free_symbols) for f in parts)


def ordered(terms: tuple[Node, ...]) -> list[Node]:
    """Terms of a sum: positive before negative, the loss before a penalty, a weighted sum before its bias, an output before its target."""

    def key(node: Node) -> tuple[bool, bool, int, bool, bool]:
        inner = _bare(node)
        complement = isinstance(inner, Times) and any(map(_one_minus, inner.factors))
        target = isinstance(inner, Leaf) and inner.quantity.role == "target"
        return is_negative(node), _penalty(node), TERMS.index(type(inner)), complement, target

    return sorted(terms, key=key)


def ordered_factors(factors: tuple[Node, ...]) -> list[Node]:
    """Factors of a product: numbers, the matrix product, the error (a - y), names, then slopes: (1 - a), sigma'(z)."""

    def key(node: Node) -> float:
        inner = _bare(node)
        return FACTORS.index(Call) - 0.5 if _one_minus(inner) else FACTORS.index(type(inner))

    return sorted(factors, key=key)
