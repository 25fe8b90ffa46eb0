"""Numbers along an axis: which are written, how, how far it reaches, and what of a line can be seen."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from ...numerals import short

SMALL = 11.0  # of the letters at an axis
TICKS = 6  # at most so many, about
Place = tuple[float, float]  # in pixels


def ticks(low: float, high: float, most: int = TICKS) -> list[float]:
    """Round numbers, 1, 2 or 5 times a power of ten apart, within the range."""
    raw = (high - low) / max(most, 1)
    if not raw > 0 or not math.isfinite(raw):
        return [low]
    power = 10.0 ** math.floor(math.log10(raw))
    apart = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))
    first, last = math.ceil(low / apart - 1e-9), math.floor(high / apart + 1e-9)
    return [round(k * apart, 12) for k in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """Powers of ten within the range, at most about `TICKS` of them."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    apart = max(1, math.ceil((last - first + 1) / TICKS))
    return [10.0**k for k in range(first, last + 1, apart)]


def around(values: Iterable[float], room: float = 0.06, least: float = 1e-6) -> tuple[float, float]:
    """A range that holds all finite values, with some room."""
    finite = [float(v) for v in np.ravel(np.asarray(list(values), dtype=float)) if math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    more = max((high - low) * room, least)
    return low - more, high + more


def clipped(start: Place, end: Place, wide: float, high: float) -> tuple[Place, Place] | None:
    """The part of a segment with |x| <= wide and |y| <= high; None if there is none, or if an end is not finite."""
    if not all(map(math.isfinite, (*start, *end))):
        return None
    first, last = 0.0, 1.0
    for a, b, most in ((start[0], end[0], wide), (start[1], end[1], high)):
        if abs(a) <= most and abs(b) <= most:
            continue
        if a == b:
            return None
        one, other = sorted(((-most - a) / (b - a), (most - a) / (b - a)))
        first, last = max(first, one), min(last, other)
    if first > last:
        return None

    def place(t: float) -> Place:
        return (start if t == 0 else end) if t in (0, 1) else (start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1]))

    return place(first), place(last)


def tick(value: float) -> str:
    """A number at an axis: short, and a power of ten without the 1 before it."""
    return short(value, 4).replace("1·10", "10") if f"{value:e}".startswith("1.000000e") else short(value, 4)
