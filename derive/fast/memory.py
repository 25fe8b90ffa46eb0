"""Memory for the workspace."""

from __future__ import annotations

import math

import numpy as np

from ..samples import Array

LINE = 64  # bytes that the processor fetches at once


def ones(shape: tuple[int, ...], dtype: str) -> Array:
    """An array of ones that begins at a multiple of 64 bytes."""
    array = empty(shape, dtype)
    array.fill(1)
    return array


def empty(shape: tuple[int, ...], dtype: str) -> Array:
    """An array that begins at a multiple of 64 bytes, where NumPy promises 16 only."""
    kind, count = np.dtype(dtype), math.prod(shape)
    room = np.empty(count + LINE // kind.itemsize, kind)
    first = -room.ctypes.data % LINE // kind.itemsize
    return room[first : first + count].reshape(shape)
