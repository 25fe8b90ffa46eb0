"""What a teacher gives a figure: numbers, ranges, points, names with something to each; refused in one sentence where it is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DeriveError
from ...numerals import number


def interval(given: Any, where: str) -> tuple[float, float]:
    """Two finite numbers, the smaller one first."""
    ends = _several(given, 2, where, "two numbers, for example (-4, 4)")
    if not ends[0] < ends[1]:
        raise DeriveError(f"the range goes from {ends[0]:g} to {ends[1]:g}", where, "the smaller end first: (-4, 4)")
    return ends[0], ends[1]


def slider_ends(given: Any, where: str) -> tuple[float, float, float]:
    """Low, high and first value of a slider."""
    low, high, first = _several(given, 3, where, "its ends and first value, for example (-2, 2, 1)")
    if not low < high or not low <= first <= high:
        raise DeriveError(f"{first:g} is no first value from {low:g} to {high:g}", where, "low, high, first: (-2, 2, 1)")
    return low, high, first


def named(given: Any, where: str, example: str) -> dict[str, Any]:
    """A mapping from names; nothing is an empty one."""
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise DeriveError(f"{given!r} gives no names", where, f"for example {example}")
    return dict(given)


def places(given: Any, where: str) -> NDArray[np.float64]:
    """Pairs (x, y) as an array (n, 2)."""
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise DeriveError(f"{given!r} is no list of pairs", where, "for example [(0, 1), (2, 3)]")
    return np.array([_several(pair, 2, where, "pairs, for example [(0, 1), (2, 3)]") for pair in given], dtype=float).reshape(-1, 2)


def _several(given: Any, count: int, where: str, example: str) -> list[float]:
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray) or len(given) != count:
        raise DeriveError(f"{given!r} is not {count} numbers", where, f"give {example}")
    return [float(number(value, where)) for value in given]
