"""A learning rate that is divided by a factor where the slope is steep: what has to hold for the factor, and the slopes at which it fails.

No formula is compared with another here: any damping is right that has the properties. The published 10^(-int(log10(dL/dw))) has none of
them but for steep slopes that are positive.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Float, Symbol, log

from ...errors import DeriveError
from ...numerals import short
from ...ops import Activation
from .diagnosis import Cause, Diagnosis

Damping = Callable[[float], float]
STEEP, FLAT = (72.0, 500.0, 18.0, 1.0e4), (0.05, 0.4, 1e-3)
MODERATE = 5.0
LARGEST_STEP = 10.0  # factor times slope: a damped step is at most this long, at whatever slope
ROUNDING, SMALLEST = 1e-9, 5e-324


@dataclass(frozen=True)
class Property:
    """What a damping factor has to do at some slopes; the sentence, where it failed, has {slope}, {factor}, {damped} and {why} in it."""

    code: str
    slopes: tuple[float, ...]
    holds: Callable[[float, float], bool]
    sentence: str
    hint: str


def _positive(slope: float, factor: float) -> bool:
    return math.isfinite(factor) and factor > 0


def _either(slopes: tuple[float, ...]) -> tuple[float, ...]:
    return slopes + tuple(-s for s in slopes)


PROPERTIES: tuple[Property, ...] = (
    Property(
        "damping.undefined", tuple(-s for s in STEEP + FLAT), _positive,
        "for a negative derivative, such as {slope}, the factor is {factor}{why}", "Which sign can a derivative have?",
    ),
    Property(
        "damping.undefined_for_positive", STEEP + FLAT, _positive, "for the derivative {slope} the factor is {factor}{why}",
        "Try a few values by hand.",
    ),
    Property(
        "damping.multiplies", _either(FLAT), lambda slope, factor: not factor > 1,
        "at the derivative 5 the factor is {moderate}, and for one below 1, such as {slope}, it is {factor}: it multiplies the rate",
        "What does the factor do to the step where the slope is nearly 0?",
    ),
    Property(
        "damping.none", _either(STEEP), lambda slope, factor: not factor * abs(slope) > LARGEST_STEP * (1 + ROUNDING),
        "at a slope as steep as {slope} the factor is {factor}: the step is not damped enough, since factor times slope is {damped}, "
        f"beyond {LARGEST_STEP:g}",
        "How long is the step where the slope is steep?",
    ),
)  # fmt: skip


def diagnose_damping(factor: Any, slope: str = "d_w", properties: tuple[Property, ...] = PROPERTIES) -> Diagnosis:
    """What a damping factor does not do that it must: all of it, not one or the other.

    factor  a function of the slope, or a SymPy expression in the symbol `slope`; what it raises counts as no value
    """
    run = _of_expression(factor, slope) if isinstance(factor, Expr) else factor
    if not callable(run):
        raise DeriveError(f"expected a function or an expression, not {type(factor).__name__}", "diagnose_damping")
    logarithm = isinstance(factor, Expr) and factor.has(log)
    causes = []
    for row in properties:
        failing = next((s for s in row.slopes if not row.holds(s, _value(run, s))), None)
        if failing is not None:
            value = _value(run, failing)
            words = {
                "slope": short(failing), "factor": _shown(value), "moderate": _shown(_value(run, MODERATE)),
                "damped": _shown(value * failing), "why": _why(value, logarithm),
            }  # fmt: skip
            causes.append(Cause(row.code, row.sentence.format_map(words), row.hint))
    return Diagnosis(tuple(causes), together=True)


def _why(value: float, logarithm: bool) -> str:
    """Why a factor is none that can be used."""
    if math.isfinite(value):
        return ": it has to be positive"
    return ": a logarithm needs a positive number" if logarithm and math.isnan(value) else ""


def _of_expression(e: Expr, slope: str) -> Damping:
    written = Activation.written_out(e)
    symbols = {s for s in written.free_symbols if isinstance(s, Symbol)}
    if {s.name for s in symbols} - {slope}:
        raise DeriveError(f"the factor has more in it than {slope}", "diagnose_damping", f"write it as a formula of {slope}")

    def run(at: float) -> float:
        here = {s: Float(at) for s in symbols}
        if any(logarithm.args[0].xreplace(here).evalf().is_positive is False for logarithm in written.atoms(log)):
            return math.nan  # of a complex one nothing would be seen in 10^(log(x))
        value = written.xreplace(here).evalf()
        number = float(value)
        return SMALLEST if number == 0 and value.is_positive else number  # e^(-10000) is positive, and 0 as a float

    return run


def _shown(value: float) -> str:
    if math.isinf(value):
        return "too large"
    return short(value) if math.isfinite(value) else "undefined"


def _value(run: Damping, slope: float) -> float:
    """The factor at a slope, nan where it has no real value."""
    try:
        return float(run(slope))
    except OverflowError:
        return math.inf
    except (ArithmeticError, ValueError, TypeError):
        return math.nan
