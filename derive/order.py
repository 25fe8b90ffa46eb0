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


def ordered(terms: tuple[Node, ...]) -> list[Node]:
    """Terms of a sum: positive before negative, products before names, a weighted sum before its bias, an output before its target."""

    def key(node: Node) -> tuple[bool, int, bool]:
        inner = node.operand if isinstance(node, Transpose) else node
        return is_negative(node), TERMS.index(type(inner)), isinstance(inner, Leaf) and inner.quantity.role == "target"

    return sorted(terms, key=key)


FACTORS: tuple[type[Node], ...] = (Scalar, Einsum, MatMul, Outer, Plus, Leaf, SumOver, Times, Power, Call)


def ordered_factors(factors: tuple[Node, ...]) -> list[Node]:
    """Factors of a product: numbers, the matrix product, the error (a - y), names, and last what is a slope: (1 - a), sigma'(z)."""

    def key(node: Node) -> tuple[bool, int]:
        inner = node.operand if isinstance(node, Transpose) else node
        one_minus = isinstance(inner, Plus) and any(isinstance(t, Scalar) for t in inner.terms)
        return one_minus, FACTORS.index(type(inner))

    return sorted(factors, key=key)
