"""Numbers as they are shown: short, exact where that is short too, and never 0.30000000000000004."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from .terminal import raised

WIDTH = 9  # characters of a fraction or a whole number that is shown in full


def short(value: Any, digits: int = 6) -> str:
    """At most so many digits that count: 0.7311, −1/18, 1.2·10⁻⁵; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, (int, Fraction)):
        written = str(value)
        if len(written.lstrip("-")) <= min(WIDTH, digits + 3):
            return written.replace("-", "−")
    number = float(value)
    whole = 10**digits <= abs(number) < 10**7
    mantissa, _, exponent = (f"{number:.0f}" if whole else f"{number:.{digits}g}").partition("e")
    if not float(mantissa):
        return "0"
    if exponent:
        mantissa += f"·10{raised(re.sub(r'^([-+])0*', lambda m: m[1].replace('+', ''), exponent))}"
    return mantissa.replace("-", "−")
