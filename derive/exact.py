"""Keeps SymPy from tidying what was written: `2*(a - y)` stays a product, in this one place.

SymPy multiplies a number into a sum as soon as the product is built. That changes what a learner sees, and it changes the gates of a
computation graph. The switch for it belongs to the thread, but SymPy's cache to the process. So it is entered through one context manager,
for short, and never at import; and two threads that derive at once may see each other's products.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sympy import Add, Expr, Mul
from sympy.core.parameters import global_parameters


@contextmanager
def held() -> Iterator[None]:
    """Within this context `2*(a - y)` is not multiplied out. Nests; restores what was there before, also after an error."""
    before = global_parameters.distribute
    # Setting the parameter empties SymPy's caches, so it is left alone where it already has the value.
    if before:
        global_parameters.distribute = False
    try:
        yield
    finally:
        if before:
            global_parameters.distribute = True


def product(factors: Iterable[Expr]) -> Expr:
    """The product of factors: numbers and equal bases are combined, nothing is multiplied out. Use within `held()`."""
    return Mul(*factors)


def total(terms: Iterable[Expr]) -> Expr:
    """The sum of terms: equal terms are combined. Use within `held()`."""
    return Add(*terms)
