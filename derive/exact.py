"""Keeps SymPy from tidying what was written: `2*(a - y)` stays a product, in this one place.

SymPy multiplies a number into a sum as soon as the product is built. That changes what a learner sees, and it changes the gates of a
computation graph. The switch for it is global to the process, so it is entered through one context manager and never at import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from sympy import Add, Expr, Mul
from sympy.core.parameters import global_parameters

P = ParamSpec("P")
R = TypeVar("R")


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


def holding(function: Callable[P, R]) -> Callable[P, R]:
    """The function, run within `held()`."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with held():
            return function(*args, **kwargs)

    return run


def product(factors: Iterable[Expr]) -> Expr:
    """The product of factors: numbers and equal bases are combined, nothing is multiplied out. Use within `held()`."""
    return Mul(*factors)


def total(terms: Iterable[Expr]) -> Expr:
    """The sum of terms: equal terms are combined. Use within `held()`."""
    return Add(*terms)
