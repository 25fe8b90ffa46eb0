"""Samples that fit a network: X (samples, n_in), Y (samples, n_out), finite, or an error that names row and column."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, DeriveError, ShapeError

Array = NDArray[Any]


class Sized(Protocol):
    """A network, as far as its data are concerned: its widths, and perhaps a `loss` that restricts the targets."""

    @property
    def n_in(self) -> int: ...

    @property
    def n_out(self) -> int: ...


def generator(rng: np.random.Generator | int | None) -> np.random.Generator:
    """A random generator: itself, or numpy.random.default_rng(seed); None is seed 0."""
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or (isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0):
        return np.random.default_rng(rng or 0)
    raise DeriveError(
        f"{rng!r} is neither a generator nor a seed",
        "rng",
        "give numpy.random.default_rng(0) or a whole number of at least 0",
    )


def place(row: int, column: int, name: str) -> str:
    """Where an entry of an array is; rows and columns count from 0, as in NumPy."""
    return f"{name}, row {row}, column {column} (counted from 0)"


def finite(arrays: Iterable[Array]) -> bool:
    """Whether all entries are numbers: a sum of squares is finite only if every entry is, and is much cheaper than asking each."""
    return all(math.isfinite(np.vdot(v, v)) for v in arrays)


def numbers(values: Any, name: str) -> Array:
    """An array of float64 (float32 stays) with finite entries; `DataError` for text, ragged rows, nan and infinity."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise DataError(
            "the rows have different lengths", name, "give every sample the same number of values"
        ) from None
    if array.dtype.kind not in "biuf":
        raise DataError(f"it holds {_kind(array)}, not numbers", name, "encode classes with one_hot")
    array = array if array.dtype == np.float32 else array.astype(np.float64, copy=False)
    with np.errstate(all="ignore"):  # a sum is finite only if every entry is, and needs no array of answers
        suspicious = not np.isfinite(array.sum())
    if suspicious and not np.isfinite(array).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        where = place(at[0], at[1] if len(at) > 1 else 0, name) if at else name
        raise DataError(
            f"the value is {array[at]}, and a finite number is needed", where, "drop the row, or fill the gap"
        )
    return array


def checked_data(net: Sized, X: Any, Y: Any, where: str = "") -> tuple[Array, Array]:
    """X (samples, n_in) and Y (samples, n_out) as finite floats that fit the network and its loss.

    A Y of shape (samples,) becomes one column where the network has one output; likewise X with one input.
    Raises `ShapeError` for a wrong number of rows or columns, `DataError` for values: text, nan, labels in place of
    outputs, targets that the loss does not accept.
    """
    name_x, name_y = f"{where}X", f"{where}Y"
    x, y = _columns(numbers(X, name_x), net.n_in), numbers(Y, name_y)
    if x.ndim != 2:
        raise ShapeError(
            f"the shape {x.shape} is not (samples, features)", name_x, f"give an array of shape (samples, {net.n_in})"
        )
    if x.shape[1] != net.n_in:
        raise ShapeError(
            f"{x.shape[1]} columns, but the network has {net.n_in} inputs",
            f"{name_x} of shape {x.shape}",
            "change the network's first size, or the columns",
        )
    if (y.ndim != 2 and net.n_out > 1) or (y.ndim == 2 and y.shape[1] == 1 < net.n_out):
        hint = f"write one_hot(Y, {net.n_out})" if (y == y.round()).all() else f"give shape ({len(x)}, {net.n_out})"
        raise DataError(
            f"one value for each sample, but the network has {net.n_out} outputs", f"{name_y} of shape {y.shape}", hint
        )
    y = _columns(y, net.n_out)
    if y.ndim != 2 or y.shape[1] != net.n_out:
        raise ShapeError(
            f"the network has {net.n_out} outputs",
            f"{name_y} of shape {y.shape}",
            f"give shape ({len(x)}, {net.n_out})",
        )
    if len(x) != len(y):
        raise ShapeError(
            f"{len(x)} samples in {name_x}, but {len(y)} in {name_y}",
            hint="give one row of targets for each row of inputs",
        )
    if not len(x):
        raise DataError("there are no samples", name_x)
    _accepted(y, name_y, getattr(getattr(net, "loss", None), "targets", "any"))
    return x, y


def _columns(array: Array, width: int) -> Array:
    return array.reshape(-1, 1) if array.ndim == 1 and width == 1 else array


def _accepted(y: Array, name: str, targets: str) -> None:
    """Raises `DataError` unless the loss, which says "any", "unit" or "distribution", accepts the targets."""
    if targets == "any":
        return
    outside = np.argwhere((y < 0) | (y > 1))
    if len(outside):
        row, column = (int(i) for i in outside[0])
        raise DataError(
            f"the target {y[row, column]:g} lies outside [0, 1], and cross entropy needs probabilities",
            place(row, column, name),
            "use targets 0 and 1, or squared_error as the loss",
        )
    total = y.sum(axis=1)
    off = np.flatnonzero(abs(total - 1) > 1e-5)
    if targets == "distribution" and len(off):
        raise DataError(
            f"the targets sum to {total[off[0]]:g}, and cross entropy after softmax needs rows that sum to 1",
            f"{name}, row {off[0]} (counted from 0)",
            "use one_hot, or sigmoid outputs",
        )


def _kind(array: Array) -> str:
    return {"U": "text", "S": "text", "c": "complex numbers"}.get(array.dtype.kind, "mixed values")
