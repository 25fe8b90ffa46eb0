"""Numbers as a graph is given them, and as they are shown: short, exact where that is short too, and never 0.30000000000000004."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any

import numpy as np
from sympy import Expr

from .errors import DeriveError
from .terminal import raised

DIGITS = 20
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


def number(value: Any, name: str) -> Any:
    """A value to compute with: int, Fraction or float. Raises `DeriveError` for what is no finite real number."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, Expr) and not value.is_Rational and value.is_number:
        value = value.evalf(DIGITS)
    if not isinstance(value, (bool, np.bool_)):
        if isinstance(value, Integral):
            return int(value)
        if isinstance(value, Rational):
            return Fraction(int(value.numerator), int(value.denominator))
        if isinstance(value, Real) and math.isfinite(value):
            return float(value)
    raise DeriveError(f"{value!r} is not a finite real number", f"the value of {name}")
