"""What a teacher gives to a figure of descent, checked: names, ranges, counts, schedules, stopping rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import DeriveError
from ...schedules import SCHEDULES, Schedule
from ...stopping import rules
from ..base.functions import expression
from .descending import short_step

PLAIN: dict[str, dict[str, Any]] = {
    "step": {"every": 10},
    "exponential": {"decay": 0.05},
    "inverse_time": {"decay": 0.1},
    "cosine": {"steps": 50},
}


def names_of(f: Any, variables: Sequence[str] | str | None) -> tuple[str, ...]:
    """The names of the variables, one or two."""
    if variables is None:
        return tuple(sorted(s.name for s in _one_or_two(f)))
    names = (variables,) if isinstance(variables, str) else tuple(map(str, variables))
    if len(names) not in (1, 2):
        raise DeriveError(f"{len(names)} variables are named", "DescentFigure: variables", "one is drawn as a curve, two as contours")
    return names


def _one_or_two(f: Any) -> Any:
    found = expression(f, "DescentFigure: f").free_symbols
    if len(found) not in (1, 2):
        names = ", ".join(sorted(s.name for s in found)) or "none"
        raise DeriveError(f"F has the variables {names}", "DescentFigure: f", "one is drawn as a curve, two as contours")
    return found


def ends_of(given: Any, name: str) -> tuple[float, float]:
    """The ends of a range."""
    try:
        low, high = map(float, given)
    except (TypeError, ValueError):
        raise DeriveError(f"{given!r} is no pair of numbers", f"DescentFigure: {name}", "for example (-1, 5)") from None
    if not (np.isfinite([low, high]).all() and low < high):
        raise DeriveError(f"the range goes from {low:g} to {high:g}", f"DescentFigure: {name}", "the smaller end first")
    return low, high


def whole(value: Any, low: int, high: int, name: str) -> int:
    """A whole number within limits."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise DeriveError(f"{value!r} is no whole number from {low} to {high}", f"DescentFigure: {name}")
    return value


def grain(low: float, high: float) -> float:
    """Round, and never whole: a slider with whole steps takes whole numbers only."""
    raw = (high - low) / 100
    power = 10.0 ** np.floor(np.log10(raw))
    return min(float(next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))), 0.5)


def schedule_of(given: Any, rate: Any) -> tuple[Schedule, list[str]]:
    """The schedule that was given, and the names to choose from."""
    if isinstance(given, str) and given in SCHEDULES:
        given = SCHEDULES[given](rate, **PLAIN.get(given, {}))
    if not isinstance(given, Schedule):
        raise DeriveError(f"{given!r} is no schedule", "DescentFigure: schedule", ", ".join(SCHEDULES))
    own = type(given).__name__
    return given, [*([] if own in SCHEDULES else [own]), *SCHEDULES]


def stops_of(stop: Any) -> Sequence[Any]:
    """The rules; a number is a precision, as in `descend`."""
    if isinstance(stop, int | float) and not isinstance(stop, bool):
        if not (np.isfinite(stop) and stop > 0):
            raise DeriveError(f"{stop!r} is not a precision above 0", "DescentFigure: stop", "give a number such as 1e-4")
        return [short_step(float(stop))]
    return rules(stop)
