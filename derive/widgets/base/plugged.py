"""Numbers in formulas: short, in brackets where a sign or a power of ten asks for them, long sums shortened with dots."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from ...numerals import short

LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TERMS = 4  # a longer sum is shortened


def tex(value: Any, digits: int = 4) -> str:
    """A number in LaTeX: 0.7311, 1.2 \\cdot 10^{-5}."""
    if not math.isfinite(value):
        return r"\text{no number}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    mantissa, power, exponent = short(float(value), digits).replace("−", "-").partition("·10")
    return rf"{mantissa} \cdot 10^{{{exponent.translate(LOWERED)}}}" if power else mantissa


def factor(value: Any, digits: int = 4) -> str:
    """A number as a factor: in brackets where it has a sign or is a product itself."""
    written = tex(value, digits)
    return f"({written})" if written.startswith("-") or "cdot" in written else written


def vector(values: Iterable[Any], digits: int = 6) -> str:
    """(1, −2) in LaTeX."""
    return f"({', '.join(tex(v, digits) for v in values)})"


def equals(values: Iterable[Any], digits: int = 4) -> str:
    r"""What stands after these numbers: = if all are shown in full, \approx if one of them is rounded."""
    full = all(math.isclose(float(f"{v:.{digits}g}"), v, rel_tol=1e-11, abs_tol=1e-300) for v in values if math.isfinite(v))
    return "=" if full else r"\approx"


def added(terms: Iterable[str]) -> str:
    """Terms with a plus between them, and with a minus where one begins with it."""
    joined = " + ".join(terms)
    return joined.replace("+ -", "- ")


def kept(count: int, chosen: int | None = None) -> list[int | None]:
    """The terms of a sum that are shown, counted from 0, None for dots: all of a short one, else the first, the last and the chosen."""
    if count <= TERMS:
        return list(range(count))
    wanted = sorted({0, 1, count - 1} | ({chosen} if chosen is not None and 0 <= chosen < count else set()))
    made: list[int | None] = []
    for before, n in zip([-1, *wanted], wanted, strict=False):
        made += [None, n] if n > before + 1 else [n]
    return made


def dotted(terms: Sequence[str], chosen: int | None = None, after: Iterable[str] = ()) -> str:
    """A sum with dots for what is left out; `after` is added at its end."""
    return added([*(r"\dots" if n is None else terms[n] for n in kept(len(terms), chosen)), *after])
