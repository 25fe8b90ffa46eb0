"""What differs between the variants of a task: numbers, sizes, choices; the standard variant has what stands first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from ..errors import DeriveError

T = TypeVar("T")


class Unfit(Exception):
    """This draw would make a variant easier or harder than others; the message says why."""


@dataclass(frozen=True)
class Draw:
    """Gives what a task asks of it: in the standard form what the task says, else drawn."""

    chance: random.Random | None = None

    @classmethod
    def standard(cls) -> Draw:
        return cls(None)

    @classmethod
    def seeded(cls, seed: int, attempt: int = 0) -> Draw:
        """The same seed and attempt give the same draws on every machine."""
        return cls(random.Random(f"{seed}/{attempt}"))

    def number(self, standard: float, low: float, high: float, step: str = "0.1") -> float:
        """A number from low to high on a grid; never zero."""
        grid = Fraction(step)
        first, last = Fraction(str(low)) / grid, Fraction(str(high)) / grid
        places = [n for n in range(-(-first.numerator // first.denominator), last.numerator // last.denominator + 1) if n]
        if not places:
            raise DeriveError(f"there is no number from {low} to {high} on a grid of {step}", "draw", "widen the range")
        return standard if self.chance is None else float(self.chance.choice(places) * grid)

    def whole(self, standard: int, low: int, high: int) -> int:
        """A whole number from low to high."""
        return standard if self.chance is None else self.chance.randint(low, high)

    def one_of(self, *choices: T) -> T:
        """One of several; the first is the standard."""
        return choices[0] if self.chance is None else self.chance.choice(choices)

    def several(self, count: int, among: Sequence[T]) -> list[T]:
        """So many of them, all different, in an order of its own."""
        return list(among[:count]) if self.chance is None else self.chance.sample(list(among), count)

    def require(self, fit: bool, why: str) -> None:
        """Where this does not hold, all is drawn again; a standard form in which it does not is an error of the task."""
        if not fit and self.chance is None:
            raise DeriveError(f"its standard form is not fit: {why}", "draw", "choose other standards")
        if not fit:
            raise Unfit(why)
