"""What a learner can change in a figure: sliders, choices, switches, typed text, buttons. Plain records, without any view."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ...errors import DeriveError

ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)  # where a slider over several powers of ten stands


@dataclass(frozen=True)
class Slider:
    """A number between two ends. `step` is that of one key press; with `log` it stands on round numbers, and `step` does not count.

    A slider on a page moves what lies between its steps: so the lower end is moved up, by less than a step, to where there are whole steps
    between it and the value.
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    log: bool = False

    def __post_init__(self) -> None:
        if self.log or not isinstance(self.value, int | float) or not self.low <= self.value <= self.high:
            return  # a value outside is refused where it is accepted
        low = self.value - math.floor((self.value - self.low) / self.step + 1e-9) * self.step
        object.__setattr__(self, "low", low if abs(low - self.low) > 1e-9 * max(1, abs(low)) else self.low)

    @property
    def stops(self) -> tuple[float, ...]:
        """With `log`: the ends, the first value, and the round numbers between."""
        powers = range(math.floor(math.log10(self.low)) - 1, math.ceil(math.log10(self.high)) + 1)
        between = {float(f"{m}e{k}") for k in powers for m in ROUND}
        return tuple(sorted({s for s in between if self.low < s < self.high} | {float(self.low), float(self.value), float(self.high)}))

    def accepted(self, value: Any) -> float:
        """The value if it lies between the ends, else `DeriveError`."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise DeriveError(f"{value!r} is no number", self.label or self.name)
        if not self.low - 1e-9 <= value <= self.high + 1e-9:
            raise DeriveError(f"{value:g} is not between {self.low:g} and {self.high:g}", self.label or self.name)
        return float(value)


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    name: str
    label: str
    options: tuple[str, ...]
    value: str

    def accepted(self, value: Any) -> str:
        """The value if it is one of the options, else `DeriveError`."""
        if value not in self.options:
            raise DeriveError(f"there is no {value!r}", self.label or self.name, f"there are {', '.join(self.options)}")
        return str(value)


@dataclass(frozen=True)
class Switch:
    """On or off."""

    name: str
    label: str
    value: bool = False

    def accepted(self, value: Any) -> bool:
        """The value if it is a truth value, else `DeriveError`."""
        if not isinstance(value, bool):
            raise DeriveError(f"{value!r} is neither True nor False", self.label or self.name)
        return value


@dataclass(frozen=True)
class Field:
    """Typed text, on one line or several."""

    name: str
    label: str
    value: str = ""
    lines: int = 1
    example: str = ""

    def accepted(self, value: Any) -> str:
        """The value if it is text of moderate length, else `DeriveError`."""
        if not isinstance(value, str):
            raise DeriveError(f"expected text, not {type(value).__name__}", self.label or self.name)
        if len(value) > 20_000:
            raise DeriveError(f"it has {len(value):,} characters, and more than 20,000 are not read", self.label or self.name)
        return value


@dataclass(frozen=True)
class Button:
    """Something to be done; `key` does it as well while the picture has the focus ("ArrowRight")."""

    name: str
    label: str
    key: str = ""


Valued = Slider | Choice | Switch | Field
Control = Valued | Button
