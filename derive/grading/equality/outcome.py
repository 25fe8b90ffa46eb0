"""What becomes of a comparison: one of three verdicts, how it was reached, and values that show a difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EQUAL, DIFFERENT, UNDECIDED = "equal", "different", "undecided"


@dataclass(frozen=True)
class Counterexample:
    """Values at which two answers differ, and both results: a student can compute them again.

    at     what each name is: exact fractions; of component and matrix answers also the sizes, the indices, and arrays as nested lists
    yours, expected   both results, as text
    """

    at: Mapping[str, Any]
    yours: str
    expected: str

    def __str__(self) -> str:
        place = ", ".join(f"{name} = {_listed(value)}" for name, value in self.at.items())
        return f"{f'at {place}: ' if place else ''}yours is {self.yours}, expected {self.expected}"


def _listed(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_listed, value))}]"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Same:
    """What became of a comparison.

    verdict         "equal", "different" or "undecided"
    how             equal: "same tree" (but for the order of terms), "identity" (exact), "random points" (at many points, to 50 digits);
                    different: "counter-example"; undecided: "no point" (at which both have values), "too large" (to be computed),
                    "time" (the limit of work is reached), "not known" (a part has no value as it stands)
    counterexample  where they differ; printed, it is one sentence
    work            values that were computed, against the limit
    """

    verdict: str
    how: str
    counterexample: Counterexample | None = None
    work: int = field(default=0, compare=False)

    def __bool__(self) -> bool:
        """Raises `TypeError`: "undecided" is neither true nor false."""
        raise TypeError("a comparison has three outcomes: ask for its .verdict")
