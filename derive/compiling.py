"""The generated NumPy source as functions that check what they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .equations import Equation, Equations
from .errors import DeriveError, ShapeError
from .program import Program

Array = NDArray[Any]
Parameters = Mapping[str, Array]


@dataclass(frozen=True)
class Compiled:
    """The functions made of a network's equations, and their source.

    source          the text, readable and complete
    value_and_grad  (p, X, Y) -> (C, gradients with the keys and shapes of p); X is (samples, inputs), Y is (samples, outputs)
    predict         (p, X) -> outputs (samples, outputs)
    forward         the network's equations
    trace           (p, X, Y) -> every named array of forward and backward pass

    All raise `ShapeError`, naming both shapes, where an array does not fit.
    """

    source: str
    dtype: np.dtype[Any]
    shapes: Mapping[str, tuple[Any, ...]]
    n_in: Any
    n_out: Any
    functions: Mapping[str, Any] = field(repr=False)
    forward: Equations = field(repr=False)

    def value_and_grad(self, p: Parameters, X: Array, Y: Array) -> tuple[float, dict[str, Array]]:
        p, X, Y = self._checked(p, X, Y)
        value, gradients = self.functions["value_and_grad"](p, X, Y)
        return float(value), gradients

    def predict(self, p: Parameters, X: Array) -> Array:
        result: Array = self.functions["predict"](self._parameters(p), self._data(X, self.n_in, "X"))
        return result

    def trace(self, p: Parameters, X: Array, Y: Array) -> dict[str, Array]:
        result: dict[str, Array] = self.functions["trace"](*self._checked(p, X, Y))
        return result

    def _checked(self, p: Parameters, X: Array, Y: Array) -> tuple[Parameters, Array, Array]:
        p, X, Y = self._parameters(p), self._data(X, self.n_in, "X"), self._data(Y, self.n_out, "Y")
        if len(X) != len(Y):
            raise ShapeError(f"X has {len(X)} samples and Y has {len(Y)}", hint="give one row of Y for every row of X")
        return p, X, Y

    def _data(self, given: Array, width: Any, name: str) -> Array:
        array = self._array(given, name)
        if array.ndim != 2 or (array.shape[1] != width and isinstance(width, int)):
            hint = f"{name}.reshape(-1, 1) makes a column" if array.ndim == 1 and width == 1 else "rows are samples"
            raise ShapeError(f"{name} has shape {array.shape}, expected (samples, {width})", hint=hint)
        if not len(array):
            raise ShapeError(f"{name} has no samples", hint="give at least one row")
        return array

    def _array(self, given: Any, name: str) -> Array:
        """Real numbers as an array; an array of the right kind as it is."""
        if isinstance(given, np.ndarray) and given.dtype is self.dtype:
            return given
        try:
            array = np.asarray(given)
            if array.dtype.kind not in "biuf":
                raise TypeError
            return array.astype(self.dtype)
        except (TypeError, ValueError):
            hint = "every row needs the same length, and every entry must be a number"
            raise DeriveError(f"{name} is no array of real numbers", hint=hint) from None

    def _parameters(self, p: Parameters) -> Parameters:
        """The parameters as they are where every one fits, which is the common case and must cost next to nothing."""
        if not isinstance(p, Mapping):
            raise DeriveError(f"p is a {type(p).__name__}, expected a dictionary of arrays by name", hint="net.init(rng) makes one")
        dtype = self.dtype
        for name, shape in self.shapes.items():
            array = p.get(name)
            if not (isinstance(array, np.ndarray) and array.shape == shape and array.dtype is dtype):
                return {name: self._parameter(p, name, shape) for name, shape in self.shapes.items()}
        return p

    def _parameter(self, p: Parameters, name: str, shape: tuple[Any, ...]) -> Array:
        if name not in p:
            there = ", ".join(map(str, p)) or "none"
            raise DeriveError(f"the parameter {name} is missing", "p", f"there are {there}; net.init(rng) makes all of them")
        array = self._array(p[name], name)
        fitting = len(array.shape) == len(shape) and all(n is None or n == k for n, k in zip(shape, array.shape, strict=True))
        if not fitting:
            raise ShapeError(f"{name} has shape {array.shape}, expected {shape}", "p")
        return array

    def __repr__(self) -> str:
        return self.source


def compiled(
    forward: Equations,
    backward: Iterable[Equation],
    output: str,
    shapes: Mapping[str, tuple[Any, ...]],
    n_in: Any,
    n_out: Any,
    dtype: str = "float64",
) -> Compiled:
    """The source and functions of forward and backward equations; `output` names the quantity that the network predicts."""
    if dtype not in ("float64", "float32"):
        raise DeriveError(f"dtype is {dtype!r}, expected 'float64' or 'float32'", "compile")
    program = Program(forward, tuple(backward), output)
    text = program.source()
    space = _defined(f"{text}\n\n{program.trace_source()}", "<derive: generated NumPy>")
    functions = {name: space[name] for name in ("value_and_grad", "predict", "trace")}
    return Compiled(text, np.dtype(dtype), shapes, n_in, n_out, functions, forward)


def built(text: str) -> Any:
    """The function `build` of generated source that trains."""
    return _defined(text, "<derive: generated training step>")["build"]


def _defined(text: str, name: str) -> dict[str, Any]:
    """What generated source defines. It is our own text: every name in it was made or checked by `program.identifiers`."""
    space: dict[str, Any] = {}
    exec(compile(text, name, "exec"), space)
    return space
