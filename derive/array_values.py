"""The values of an expression over whole arrays, in NumPy at float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, lambdify

from .arrays import ONE, Array
from .equations import Expander
from .errors import DeriveError, ShapeError
from .indices import SAMPLES, Axis, Quantity
from .ops import Activation, RowActivation, Slope

Values = NDArray[np.float64]


def evaluate(node: Array, arrays: Mapping[str, Any]) -> Values:
    """The value of an expression that was read, for arrays by the names of its quantities.

    An array has the axes of its quantity, samples first where they are rows. The result is a number (no axes), a vector (one) or a
    matrix; a row, the transpose of a vector, is a matrix of one row. Raises ShapeError where arrays of one axis differ in size.
    """
    sizes: dict[Axis, int] = {ONE: 1}
    values = {id(leaf): _leaf(leaf, arrays, sizes) for leaf in _leaves(node) if leaf.kind == "name"}
    with np.errstate(all="ignore"):
        result = _Evaluation(values, sizes).value(node)
    rows, columns = node.shape
    return result.reshape(()) if node.is_number else result[:, 0] if columns == ONE and rows != ONE else result


def _leaves(node: Array) -> list[Array]:
    return [node] if not node.parts else [leaf for p in node.parts for leaf in _leaves(p)]


def _leaf(leaf: Array, arrays: Mapping[str, Any], sizes: dict[Axis, int]) -> Values:
    """A named array as a matrix; its sizes are noted, and compared with those already known."""
    name = leaf.value.name
    if name not in arrays:
        raise DeriveError(f"there is no value of {name}", "evaluate", f"there are {', '.join(map(str, arrays))}")
    given = np.asarray(arrays[name], dtype=np.float64)
    count = len(leaf.value.axes)
    if given.ndim != count:
        raise ShapeError(f"{name} has {given.ndim} axes, expected {count}", "evaluate")
    value = given.reshape((-1, 1) if leaf.shape[1] == ONE else (1, -1)) if count < 2 else given
    for axis, size in zip(leaf.shape, value.shape, strict=True):
        assert isinstance(axis, Axis)
        if sizes.setdefault(axis, size) != size:
            raise ShapeError(f"{name} has {size} entries along {axis.name}, another array has {sizes[axis]}", "evaluate")
    return value


class _Evaluation:
    def __init__(self, values: Mapping[int, Values], sizes: Mapping[Axis, int]) -> None:
        self.values, self.sizes = values, sizes

    def value(self, node: Array) -> Values:
        parts = [self.value(p) for p in node.parts]
        if node.kind == "name":
            return self.values[id(node)]
        if node.kind == "number":
            return np.full((1, 1), float(node.value))
        if node.kind == "ones":
            return np.ones((self._size(node.value), 1))
        if node.kind == "size":
            return np.full((1, 1), float(self._size(node.value)))
        if node.kind == "call":
            return self._call(node, parts)
        result: Values = OPERATIONS[node.kind](*parts)
        return result

    def _size(self, axis: Axis) -> int:
        if axis not in self.sizes:
            raise DeriveError(f"no array says how large {axis.name} is", "evaluate", "give an array that has this axis")
        return self.sizes[axis]

    def _call(self, node: Array, parts: list[Values]) -> Values:
        function = node.value
        if isinstance(function, type) and issubclass(function, RowActivation):
            columns = node.shape[1]
            neurons_down = isinstance(columns, Axis) and (columns == ONE or columns.letters == SAMPLES)
            given = parts[0].T if neurons_down else parts[0]
            formula = _row(node.value, given.shape[1])
            result = np.array([formula(*row) for row in given])
            return result.T if neurons_down else result
        result = elementwise(function, len(parts))(*parts)
        return np.broadcast_to(np.asarray(result, dtype=np.float64), np.broadcast_shapes(*(p.shape for p in parts)))


OPERATIONS: dict[str, Callable[..., Any]] = {
    "plus": lambda *terms: sum(terms[1:], terms[0]),
    "minus": np.negative,
    "each": lambda *factors: np.multiply(factors[0], factors[1]) if len(factors) == 2 else np.prod(np.broadcast_arrays(*factors), axis=0),
    "scale": np.multiply,
    "matmul": np.matmul,
    "quotient": np.divide,
    "transpose": np.transpose,
    "power": np.power,
    "each_power": np.power,
    "norm2": lambda a: np.full((1, 1), np.sum(a * a)),
}


@cache
def elementwise(function: Any, count: int) -> Callable[..., Any]:
    """A function of numbers as a NumPy function, by its formula."""
    at = [Symbol(f"t{n}", real=True) for n in range(count)]
    applied = function(*at)
    if isinstance(applied, (Activation, Slope)):
        applied = Activation.written_out(applied)
    made: Callable[..., Any] = lambdify(at, applied, "numpy")
    return made


@cache
def _row(function: Any, size: int) -> Callable[..., Any]:
    """A row activation of this many neurons as a NumPy function, by its formula in index form."""
    axis = Axis("n")
    z = Quantity("z", (axis,))
    entries = Expander({axis: size})
    j, places = axis.index("j"), range(1, size + 1)
    formula: Expr = function.formula(lambda i: z[i], j)
    symbols = [entries.symbol("z", (k,)) for k in places]
    made: Callable[..., Any] = lambdify(symbols, [entries.scalar(formula, {j: k}) for k in places], "numpy")
    return made
