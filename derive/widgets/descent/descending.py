r"""Ways down: p_k = p_{k-1} - eta_k g_k, or with momentum v_k = mu v_{k-1} - eta_k g_k, p_k = p_{k-1} + v_k; and where they end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr, Integer, Symbol

from ...deriving import derive
from ...descent import Descent, descend
from ...errors import DeriveError
from ...schedules import Schedule
from ..base.functions import Values, expression, numeric

FAR = 1000.0  # a point so many times the drawn range away has run away
GRID = 801  # points among which minima are looked for
STARTS = 161


@dataclass(frozen=True, eq=False)
class Terrain:
    """F with its gradient: `value` and each of `slopes` take one array for each of the symbols. `typed`: F was given as a text."""

    f: Expr
    symbols: tuple[Symbol, ...]
    gradient: tuple[Expr, ...]
    value: Callable[..., Values]
    slopes: tuple[Callable[..., Values], ...]
    typed: bool = True

    @property
    def flat(self) -> bool:
        """Whether F has one variable, so that points are numbers."""
        return len(self.symbols) == 1

    def at(self, p: Any) -> float:
        """F(p)."""
        return float(self.value(*np.atleast_1d(p)))

    def slope_at(self, p: Any) -> Any:
        """grad F(p): a number for a number, otherwise an array."""
        parts = [float(slope(*np.atleast_1d(p))) for slope in self.slopes]
        return parts[0] if self.flat else np.array(parts)


def terrain(f: Any, names: Sequence[str], where: str) -> Terrain:
    """F of the variables with these names; raises `DeriveError` if others are in it, or none of them, or if it cannot be derived."""
    e = expression(f, where)
    there = {s.name: s for s in e.free_symbols}
    strange = sorted(set(there) - set(names))
    if strange or not there:
        what = f"{', '.join(strange)} is in it" if strange else "it has no variable"
        raise DeriveError(what, where, f"a function of {' and '.join(names)} is needed")
    symbols = tuple(there.get(name, Symbol(name)) for name in names)
    gradient = tuple(derive(e, s).result if s in e.free_symbols else Integer(0) for s in symbols)
    try:
        compiled = numeric(e, symbols), tuple(numeric(g, symbols) for g in gradient)
        compiled[0](*(1.0 for _ in symbols))
    except (ArithmeticError, AttributeError, NameError, TypeError) as error:
        raise DeriveError(f"it cannot be computed ({error})", where) from None
    return Terrain(e, symbols, gradient, *compiled, isinstance(f, str))


@dataclass(frozen=True)
class short_step:
    """||p_k - p_{k-1}|| <= precision, as a stopping rule."""

    precision: float

    def __call__(self, run: Any) -> str | None:
        moved = float(np.linalg.norm(np.subtract(run.points[-1], run.points[-2])))
        return f"the last step was not longer than {self.precision:g}" if moved <= self.precision else None


@dataclass(frozen=True)
class ran_away:
    """||p_k - c|| > 1000 r for the middle c and the size r of what is drawn, as a stopping rule."""

    middle: tuple[float, ...]
    size: float

    def __call__(self, run: Any) -> str | None:
        away = float(np.linalg.norm(np.subtract(run.points[-1], self.middle)))
        return RAN_AWAY if away > FAR * self.size else None


RAN_AWAY = "it ran away"


def way(on: Terrain, start: Any, eta: Schedule, momentum: float, steps: int, stops: Sequence[Any]) -> Descent:
    """The descent from `start`, with or without momentum; `rates` and `gradients` are those of F in both cases."""
    if not momentum:
        return descend(on.at, start, eta, steps, stops, gradient=on.slope_at)
    seen: list[Any] = []
    v: Any = 0.0

    def against(p: Any) -> Any:
        # With the rate 1, `descend` subtracts exactly this.
        nonlocal v
        seen.append(on.slope_at(p))
        v = momentum * v - eta(len(seen) - 1) * seen[-1]
        return -v

    run = descend(on.at, start, 1.0, steps, stops, gradient=against)
    run.gradients, run.rates = seen[: run.steps], [eta(k) for k in range(run.steps)]
    return run


def why_away(run: Descent) -> str:
    """Why a descent ran away, in words; empty if it did not."""
    if not run.stopped.startswith(RAN_AWAY):
        return ""
    before, last = run.gradients[-2:] if run.steps > 1 else (run.gradients[-1], run.gradients[-1])
    if float(np.dot(before, last)) < 0:
        return "every step jumps over the minimum and lands farther away, so the learning rate is too large"
    if len(run.values) > 2 and run.values[-1] < run.values[-2] < run.values[0]:
        return "F keeps falling in this direction, where there is no minimum to arrive at"
    return "the learning rate is too large for a slope as steep as this"


# Where the ways from many starts end, for one variable


def minima(on: Terrain, x: tuple[float, float]) -> list[float]:
    """The places within the range at which F is lower than on both sides, by bisection of where the slope turns from - to +."""
    xs = np.linspace(*x, GRID)
    ys = on.value(xs)
    low = np.flatnonzero((ys[1:-1] <= ys[:-2]) & (ys[1:-1] < ys[2:])) + 1
    a, b = xs[low - 1], xs[low + 1]
    for _ in range(50):
        middle = (a + b) / 2
        right = on.slopes[0](middle) < 0
        a, b = np.where(right, middle, a), np.where(right, b, middle)
    return [float(v) for v in (a + b) / 2]


def ends(on: Terrain, x: tuple[float, float], found: Sequence[float], eta: Schedule, momentum: float, steps: int) -> tuple[Values, Any]:
    """Starts across the range, and for each the number of the minimum that it has come to after so many steps; -1 for none."""
    starts = np.linspace(*x, STARTS)
    p, v = starts.copy(), np.zeros(STARTS)
    with np.errstate(all="ignore"):
        for k in range(steps):
            v = momentum * v - eta(k) * on.slopes[0](p)
            p = p + v
        apart = np.abs(p[:, None] - np.asarray(found))
    nearest = np.argmin(np.where(np.isfinite(apart), apart, np.inf), axis=1)
    there = apart[np.arange(STARTS), nearest] < 0.02 * (x[1] - x[0])
    return starts, np.where(there, nearest, -1)
