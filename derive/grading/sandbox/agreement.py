"""Whether a returned value is the right one, in words where it is not; and values as text that can be typed in again."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...comparing import error, worst_entry
from ...guesses import in_words, of_factor
from ...places import Array

SHOWN = 1500  # characters
ENTRIES, DIGITS = 60, 12  # of an array that is shown in full; of a number


def mismatch(given: Any, right: Any, tolerance: float) -> str:
    """What is wrong with a value, in a sentence about "it"; empty where nothing is.

    Numbers of every kind are compared as float64, lists of numbers as arrays; shapes have to be the same.
    """
    expected = as_array(right)
    if expected is not None:
        array = as_array(given)
        if array is None:
            return f"it returns {kind_of(given)}, expected {kind_of(right)}"
        if array.shape != expected.shape:
            return f"it returns {kind_of(array)}, expected {kind_of(right)}"
        if error(array, expected) <= tolerance:
            return ""
        place, one, other = worst_entry(array, expected)
        return f"{f'its entry {place}' if place else 'it'} is {one:.9g} and should be {other:.9g}"
    if isinstance(right, dict):
        if not isinstance(given, dict):
            return f"it returns {kind_of(given)}, expected {kind_of(right)}"
        missing = [key for key in right if key not in given]
        if missing:
            return f"there is no {', '.join(missing)} in the dict that it returns, which has {', '.join(given) or 'nothing'}"
        parts = [(f"[{key!r}]", given[key], value) for key, value in right.items()]
    elif isinstance(right, list | tuple):
        if not isinstance(given, list | tuple) or len(given) != len(right):
            return f"it returns {kind_of(given)}, expected {kind_of(right)}"
        parts = [(f"[{n}]", one, other) for n, (one, other) in enumerate(zip(given, right, strict=True))]
    else:
        return "" if type(given) is type(right) and given == right else f"it returns {shown(given)}, expected {shown(right)}"
    return next((f"of {place}: {text}" for place, one, other in parts if (text := mismatch(one, other, tolerance))), "")


def guessed(given: Any, right: Any, m: int, tolerance: float) -> str:
    """What was likely done to a wrong number or array, where that can be told from it; m is the number of samples."""
    one, other = as_array(given), as_array(right)
    if one is None or other is None or not other.size:
        return ""
    if one.ndim == other.ndim == 2 and one.shape == other.shape[::-1] and error(one.T, other) <= tolerance:
        return "it is transposed"
    if other.ndim and one.shape in (other.shape[1:], (1, *other.shape[1:])) and len(other) > 1:
        if error(one.reshape(other.shape[1:]), other[0]) <= tolerance:
            return "it is made from the first sample only"
    if one.shape != other.shape and one.size == other.size and error(one.ravel(), other.ravel()) <= tolerance:
        return "the numbers are right and the shape is not: leave out keepdims, or take .reshape"
    if one.shape != other.shape:
        return ""
    if other.size == 1:  # every number is some factor of another
        return in_words(float(one.item() / other.item()), m) if other.item() else ""
    return of_factor([one], [other], m, tolerance)


def as_array(value: Any) -> Array | None:
    """A number, an array, or a list of numbers of equal lengths, as float64; None for everything else."""
    if isinstance(value, bool | int | float | np.ndarray):
        return np.asarray(value, dtype=np.float64)
    if isinstance(value, list | tuple) and value:
        rows = [as_array(item) for item in value]
        first = rows[0]
        if first is not None and all(row is not None and row.shape == first.shape for row in rows):
            return np.array(rows, dtype=np.float64)
    return None


def finite(value: Any) -> bool:
    """Whether every number in a value is finite: only then can something be compared with it."""
    array = as_array(value)
    if array is not None:
        return bool(np.isfinite(array).all())
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return all(map(finite, parts))


def kind_of(value: Any) -> str:
    """A value by its kind: "an array of shape (2, 3)", "a tuple of 2"."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "a number"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    names = {type(None): "nothing", bool: "a truth value", int: "a number", float: "a number", str: "a text"}
    return names.get(type(value), f"a {type(value).__name__}")


def shown(value: Any) -> str:
    """A value as it is typed in Python, in one line; a long one is cut, and of a number no more digits stand than count."""
    with np.printoptions(threshold=ENTRIES, precision=DIGITS, linewidth=10**6):
        text = " ".join(repr(_rounded(value)).split())
    return text if len(text) <= SHOWN else text[:SHOWN] + " ..."


def _rounded(value: Any) -> Any:
    """The numbers in a value without the digits in which rounding shows: 2.246 for 2.2460000000000004."""
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}")
    if type(value) in (list, tuple):
        return type(value)(map(_rounded, value))
    return {key: _rounded(item) for key, item in value.items()} if type(value) is dict else value


def shown_call(name: str, arguments: tuple[Any, ...] | None) -> str:
    return name if arguments is None else f"{name}({', '.join(shown(a) for a in arguments)})"
