"""Two numbers as text, short, and never alike where the numbers are not."""

from __future__ import annotations

from fractions import Fraction

from mpmath import libmp  # type: ignore[import-untyped]  # ships no types

from .evaluation import Gap, Value, bits_of, wide

BELOW = 100  # the line of a fraction that is shown as one
LENGTHS = (6, 9, 12, 20, 40)
EXPONENT = 100_000  # of two: beyond it a number is shown as a power of two


def decimal(v: Value, digits: int) -> str:
    """A value to so many digits; a short fraction exactly."""
    if isinstance(v, Gap):
        return "undefined"
    if isinstance(v, Fraction) and v.denominator < BELOW and len(str(v)) < 9 and not _terminates(v, digits):
        return str(v)
    bits = bits_of(digits) + 10
    low, high = wide(v, bits)
    middle = libmp.mpf_shift(libmp.mpf_add(low, high, bits), -1)
    sign, mantissa, exponent, count = middle
    if mantissa and abs(exponent + count) > EXPONENT:
        size = exponent + count
        return f"{'-' if sign else ''}2^{size}" if abs(size) < 10**30 else "beyond all bounds" if size > 0 else "almost 0"
    shown: str = libmp.to_str(middle, digits)
    return shown.removesuffix(".0")


def _terminates(v: Fraction, digits: int) -> bool:
    scaled = v * 10**digits
    return scaled.denominator == 1 and len(str(abs(scaled.numerator)).rstrip("0")) <= digits


def told_apart(one: Value, other: Value) -> tuple[str, str]:
    """Both as text, with as many digits as it takes to see that they differ."""
    for digits in LENGTHS:
        texts = decimal(one, digits), decimal(other, digits)
        if texts[0] != texts[1]:
            return texts
    about = decimal(other, LENGTHS[0])
    return f"{about} up to a difference beyond {LENGTHS[-1]} digits", about
