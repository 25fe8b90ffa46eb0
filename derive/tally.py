"""Additions, multiplications and function calls, as one counts them in a formula."""

from __future__ import annotations

from typing import NamedTuple

from sympy import Expr, count_ops

# What SymPy calls an operation, and what it counts as here; every other name is a function.
_AS = dict.fromkeys(("ADD", "SUB"), "additions") | dict.fromkeys(("MUL", "DIV", "POW"), "multiplications")


class Operations(NamedTuple):
    """How many additions, multiplications and function calls.

    A subtraction counts as an addition; a division, a reciprocal and a square as a multiplication; every other power, a root, a logarithm,
    a comparison and an activation as a call. A change of sign is free.
    """

    additions: int = 0
    multiplications: int = 0
    calls: int = 0

    @property
    def total(self) -> int:
        return sum(self)

    def plus(self, other: Operations) -> Operations:
        return Operations(*(a + b for a, b in zip(self, other, strict=True)))

    def times(self, number: int) -> Operations:
        return Operations(*(n * number for n in self))


NONE = Operations()
ADDITION, MULTIPLICATION, CALL = Operations(additions=1), Operations(multiplications=1), Operations(calls=1)


def of_expression(e: Expr) -> Operations:
    """The operations of an expression as the tree that it is: what occurs twice is computed twice. Counted by SymPy."""
    found = {"additions": 0, "multiplications": 0, "calls": 0}
    for name, number in count_ops(e, visual=True).as_coefficients_dict().items():
        if not name.is_Number and str(name) != "NEG":
            found[_AS.get(str(name), "calls")] += int(number)
    return Operations(**found)
