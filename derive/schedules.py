r"""Learning-rate schedules: eta_k as a function of the step number k = 0, 1, 2, ...

One step is one update of the parameters, in `train` as in `descend`. With 144 batches an epoch, the second epoch begins
at k = 144; `exponential(3.0, decay=0.1, unit=144)` counts in epochs instead.

    class halved_once(Schedule):
        r"$\eta_0$ until step 100, then $\eta_0 / 2$"
        latex = r"\eta_0 \text{ or } \eta_0 / 2"
        def after(self, k): return self.rate if k < 100 else self.rate / 2
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, ClassVar, SupportsFloat

from .errors import DeriveError


def positive_rate(rate: object, where: str = "learning rate") -> float:
    """A learning rate as a float; raises `DeriveError` unless it is a finite number above 0."""
    if isinstance(rate, (bool, str)) or not isinstance(rate, (Real, SupportsFloat)):
        raise DeriveError(
            f"{rate!r} is not a number", where, "give a number such as 0.1, or a schedule such as exponential(0.1)"
        )
    try:
        number = float(rate)
    except (TypeError, ValueError):
        raise DeriveError(f"{rate!r} is not one number", where, "give a positive number such as 0.1") from None
    if not (math.isfinite(number) and number > 0):
        raise DeriveError(f"{number:g} is not a finite number above 0", where, "give a positive number such as 0.1")
    return number


@dataclass(frozen=True)
class Schedule:
    r"""$\eta_k = \eta_0 \frac{k+1}{K}$ while $k < K$ (the warm-up), then what `after` says of $k - K$.

    `rate` is eta_0 and `warmup` is K. One k is `unit` updates: 1, or the updates of an epoch to count in epochs; k may
    be fractional. A subclass is a frozen dataclass, or a plain class without new fields; it states `after(k)`, for
    k >= 0, and `latex`. Raises `DeriveError` for a rate that is not a positive finite number, and, when called, for a
    step below 0 or a value that is negative or not finite.
    """

    rate: float
    warmup: int = field(default=0, kw_only=True)
    unit: int = field(default=1, kw_only=True)
    latex: ClassVar[str] = r"\eta_k"

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", positive_rate(self.rate, f"{type(self).__name__}: rate"))
        self._require("warmup", self.warmup, least=0, whole=True)
        self._require("unit", self.unit, least=1, whole=True)

    def after(self, k: float) -> float:
        """The rate k steps after the warm-up."""
        raise DeriveError(
            "it lacks after(self, k)", f"schedule {type(self).__name__}", "define the rate k steps after the warm-up"
        )

    def __call__(self, update: float) -> float:
        """eta_k at the k = update / unit; updates count from 0."""
        self._require("step", update, least=0)
        k = update / self.unit if self.unit > 1 else update
        if k < self.warmup:
            return self.rate * min((k + 1) / self.warmup, 1.0)
        value = float(self.after(k - self.warmup))
        if not (math.isfinite(value) and value >= 0):
            what = f"the rate at step {update:g} is {value:g}, and a rate is a finite number, 0 or above"
            raise DeriveError(what, type(self).__name__)
        return value

    def _repr_latex_(self) -> str:
        K = self.warmup
        warm = (
            rf"\eta_k = \eta_0\,\frac{{k+1}}{{{K}}} \;(k < {K}), \text{{ then, with }} k - {K} \text{{ for }} k\colon\;"
        )
        return rf"$\displaystyle {warm if K else ''}\eta_k = {self.latex}$"

    def _require(
        self,
        name: str,
        value: object,
        least: float,
        *,
        most: float = math.inf,
        above: bool = False,
        whole: bool = False,
    ) -> None:
        """One check for all settings: a number of the kind and in the range that is asked for."""
        number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
        good = math.isfinite(number) and least <= number <= most and not (above and number == least)
        if not good or (whole and number % 1):
            kind, bound = "a whole number" if whole else "a number", f"{'above' if above else 'of at least'} {least:g}"
            limit = "" if most == math.inf else f" and at most {most:g}"
            raise DeriveError(f"{value!r} is not {kind} {bound}{limit}", f"{type(self).__name__}: {name}")


@dataclass(frozen=True)
class constant(Schedule):
    r"""$\eta_k = \eta_0$."""

    latex = r"\eta_0"

    def after(self, k: float) -> float:
        return self.rate


@dataclass(frozen=True)
class step(Schedule):
    r"""$\eta_k = \eta_0\, d^{\lfloor k/s \rfloor}$: multiplied by the drop d after every s steps, 0 < d <= 1."""

    drop: float = 0.5
    every: int = 10
    latex = r"\eta_0\, d^{\lfloor k/s \rfloor}"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("drop", self.drop, least=0, above=True, most=1)
        self._require("every", self.every, least=1, whole=True)

    def after(self, k: float) -> float:
        return self.rate * self.drop ** math.floor(k / self.every)


@dataclass(frozen=True)
class exponential(Schedule):
    r"""$\eta_k = \eta_0\, e^{-\lambda k}$, with the decay $\lambda \ge 0$ per step."""

    decay: float = 0.01
    latex = r"\eta_0\, e^{-\lambda k}"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("decay", self.decay, least=0)

    def after(self, k: float) -> float:
        return self.rate * math.exp(-self.decay * k)


@dataclass(frozen=True)
class inverse_time(Schedule):
    r"""$\eta_k = \dfrac{\eta_0}{1 + \lambda k}$, with the decay $\lambda \ge 0$ per step."""

    decay: float = 0.01
    latex = r"\dfrac{\eta_0}{1 + \lambda k}"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("decay", self.decay, least=0)

    def after(self, k: float) -> float:
        return self.rate / (1 + self.decay * k)


@dataclass(frozen=True)
class cosine(Schedule):
    r"""$\eta_k = \eta_{\min} + \frac{1}{2}(\eta_0 - \eta_{\min})\left(1 + \cos\frac{\pi k}{K}\right)$ to k = K.

    After that eta_min. `steps` is K, counted after the warm-up, and `least` is eta_min, 0 <= eta_min <= eta_0.
    """

    steps: int = 100
    least: float = 0.0
    latex = r"\eta_{\min} + \tfrac{1}{2}(\eta_0 - \eta_{\min})\left(1 + \cos\frac{\pi k}{K}\right)"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("steps", self.steps, least=1, whole=True)
        self._require("least", self.least, least=0, most=self.rate)

    def after(self, k: float) -> float:
        return self.least + (self.rate - self.least) * (1 + math.cos(math.pi * min(k / self.steps, 1))) / 2


@dataclass(frozen=True)
class series(Schedule):
    r"""$\eta_k = \eta_0\, f(k)$ for a function f that somebody wrote."""

    function: Callable[[float], float] = lambda k: 1.0
    latex = r"\eta_0\, f(k)"

    def after(self, k: float) -> float:
        given = self.function(k)
        try:
            return self.rate * float(given)
        except (TypeError, ValueError):
            raise DeriveError(f"the rate at step {k:g} is {given!r}, and a rate is a number", "learning rate") from None


def as_schedule(rate: Any) -> Schedule:
    """The schedule that was meant: a positive number is `constant`, a schedule is itself, another callable a `series`.

    Raises `DeriveError` for anything else, and for 0, a negative number, nan and infinity.
    """
    if isinstance(rate, Schedule):
        return rate
    if isinstance(rate, type) and issubclass(rate, Schedule):
        raise DeriveError(f"{rate.__name__} lacks its rate", "learning rate", f"write {rate.__name__}(0.1)")
    return series(1.0, rate) if callable(rate) else constant(positive_rate(rate))


SCHEDULES: dict[str, type[Schedule]] = {s.__name__: s for s in (constant, step, exponential, inverse_time, cosine)}
