r"""Gradient descent on any function: p_k = p_{k-1} - eta_k g_k with g_k = grad F(p_{k-1}), every iterate on record."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy.core.function import AppliedUndef

from .errors import DeriveError, DomainError, ShapeError, Unsupported
from .ops import Activation
from .schedules import as_schedule
from .stopping import Stop, first_said, rules

Point = NDArray[np.float64]
Function = Callable[[Point], float]
Gradient = Callable[[Point], Point]


@dataclass(eq=False, repr=False)
class Descent:
    """The way down: points p_0 .. p_K and values F(p_0) .. F(p_K); gradients g_1 .. g_K and rates eta_1 .. eta_K.

    A point is a float where the start was one number, otherwise an array (n,). `stopped` says why it ended.
    """

    points: list[Any] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    gradients: list[Any] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    names: tuple[str, ...] = ()
    stopped: str = ""

    @property
    def steps(self) -> int:
        """K, the steps that were made."""
        return len(self.rates)

    @property
    def epochs(self) -> int:
        """The steps, under the name that the stopping rules of `train` use."""
        return self.steps

    @property
    def loss(self) -> list[float]:
        """The values, under the name that the stopping rules of `train` use."""
        return self.values

    def gap(self, minimum: float) -> Point:
        """F(p_k) - F* for k = 0 .. K."""
        return np.array(self.values) - minimum

    def alpha(self, minimum: float) -> float:
        """The least alpha with F(p_k) - F* <= alpha / k for every k = 1 .. K of this run."""
        return max((k * gap for k, gap in enumerate(self.gap(minimum)[1:].tolist(), 1)), default=0.0)

    def bound(self, at: Any) -> Point:
        r"""||p_0 - p*||^2 / (2 eta k) for k = 1 .. K, for the minimum at p*.

        For convex F with an L-Lipschitz gradient and a constant rate eta <= 1/L, F(p_k) - F* stays below it (Nesterov,
        Introductory Lectures on Convex Optimization, 2.1.5). Raises `DeriveError` if the rate was not constant.
        """
        if len(set(self.rates)) > 1:
            raise DeriveError("the rate was not constant", "bound", "descend with a number as the rate")
        distance = float(np.sum((np.asarray(self.points[0]) - np.asarray(at, dtype=float)) ** 2))
        return np.array([distance / (2 * eta * k) for k, eta in enumerate(self.rates, 1)])

    def __repr__(self) -> str:
        first, last = (np.round(p, 6).tolist() for p in (self.points[0], self.points[-1]))
        way = f"F({first}) = {self.values[0]:.6g} to F({last}) = {self.values[-1]:.6g}"
        return f"Descent({self.steps} step{'s' * (self.steps != 1)}: {way}; {self.stopped})"


def descend(
    F: Any,
    start: Any,
    rate: Any,
    steps: int = 1000,
    stop: float | Stop | Iterable[Stop] | None = None,
    gradient: Callable[[Any], Any] | None = None,
    variables: Sequence[sympy.Symbol] | None = None,
) -> Descent:
    """p_k = p_{k-1} - eta_k grad F(p_{k-1}) for k = 1 .. steps.

    F         a function of a number or of an array (n,), as `start` is; or a SymPy expression
    start     a number, a sequence of n numbers, or for an expression a dict {symbol: number}
    rate      a number or a schedule; step k uses the schedule at k - 1
    stop      a precision: stop once ||p_k - p_{k-1}|| <= precision; or rules as in `train`, on the values
    gradient  of a function F; by default central differences. An expression is differentiated
    variables of an expression, in the order of `start`; by default its symbols in alphabetical order

    Where F, its gradient or the next point is not finite, the descent stops, says so, and keeps the points before.
    Raises `DomainError` if that is so at the start, `ShapeError` if sizes do not fit, `DeriveError` for bad settings.
    """
    eta = as_schedule(rate)
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
        raise DeriveError(f"{steps!r} is not a whole number of at least 0", "steps")
    precision, stops = _stop(stop)
    value, slope, p, names, scalar = _prepared(F, start, gradient, variables)

    def shown(q: Point) -> Any:
        return float(q[0]) if scalar else q

    with np.errstate(all="ignore"):  # a point at which F is not finite ends the descent, in words
        try:
            here = _finite(value, p, shown)
        except _NotFinite as problem:
            raise DomainError(str(problem), "start", "start where F is defined") from None
        run = Descent([shown(p)], [here], names=names)
        for k in range(1, steps + 1):
            try:
                g, eta_k = slope(p), eta(k - 1)
                new = p - eta_k * g
                if not np.isfinite(new).all():
                    raise _NotFinite(f"the gradient at {shown(p)} is {shown(g)}")
                here = _finite(value, new, shown)
            except _NotFinite as problem:
                run.stopped = f"diverged at step {k}: {problem}; try a smaller rate or another start"
                return run
            moved, p = float(np.linalg.norm(new - p)), new
            run.points.append(shown(p))
            run.values.append(here)
            run.gradients.append(shown(g))
            run.rates.append(eta_k)
            said = f"the last step was not longer than {precision:g}" if moved <= precision else first_said(stops, run)
            if said:
                run.stopped = f"{said}, after {k} step{'s' * (k != 1)}"
                return run
    run.stopped = f"{steps} step{'s' * (steps != 1)} done"
    return run


class _NotFinite(Exception):
    """F or its gradient has no finite value at a point; the message says which and where."""


def _finite(value: Callable[[Point], Any], p: Point, shown: Callable[[Point], Any]) -> float:
    try:
        result = value(p)
    except (ArithmeticError, ValueError) as error:
        raise _NotFinite(f"F cannot be computed at {shown(p)} ({error})") from None
    number = np.asarray(result)
    if number.size != 1 or number.dtype.kind not in "biufO":
        raise ShapeError(f"F gives {result!r}, and one real number is needed", f"at {shown(p)}")
    try:
        single = float(number.reshape(()))
    except TypeError:
        raise ShapeError(f"F gives {result!r}, and one real number is needed", f"at {shown(p)}") from None
    if not math.isfinite(single):
        raise _NotFinite(f"F is {single} at {shown(p)}")
    return single


def _stop(stop: Any) -> tuple[float, Sequence[Stop]]:
    """The precision (-1 for none) and the rules."""
    if isinstance(stop, (int, float)) and not isinstance(stop, bool):
        if not (math.isfinite(stop) and stop > 0):
            raise DeriveError(f"{stop!r} is not a precision above 0", "stop", "give a number such as 1e-4")
        return float(stop), ()
    return -1.0, rules(stop)


def _prepared(
    F: Any, start: Any, gradient: Callable[[Any], Any] | None, variables: Sequence[sympy.Symbol] | None
) -> tuple[Callable[[Point], Any], Gradient, Point, tuple[str, ...], bool]:
    """F and its gradient as functions of an array, the start as an array, the names, and whether points are numbers."""
    if isinstance(F, sympy.Expr):
        symbols = tuple(variables) if variables is not None else tuple(sorted(F.free_symbols, key=str))
        if isinstance(start, Mapping):
            start = [_of(start, s) for s in symbols] if len(symbols) != 1 else _of(start, symbols[0])
        p, scalar = _point(start)
        if len(p) != len(symbols) or not F.free_symbols <= set(symbols):
            known = ", ".join(map(str, symbols)) or "none"
            raise ShapeError(f"{len(p)} start value(s) for the variables {known} of {F}", "start", "give one number for each")
        # On real symbols |x| has the derivative sign(x); on SymPy's complex ones it has none that NumPy knows.
        real = [sympy.Dummy(s.name, real=True) for s in symbols]
        plain = Activation.written_out(F).xreplace(dict(zip(symbols, real, strict=True)))
        f = _compiled(real, plain)
        parts = [_compiled(real, plain.diff(s)) for s in real]
        return f, lambda q: np.array([part(q) for part in parts], dtype=float), p, tuple(map(str, symbols)), scalar
    if not callable(F):
        raise DeriveError(f"{F!r} is neither a function nor a SymPy expression", "descend", "give for example lambda x: (x - 2)**2")
    p, scalar = _point(start)

    def value(q: Point) -> Any:
        return F(float(q[0]) if scalar else q.copy())

    if gradient is None:
        return value, lambda q: _differences(value, q), p, (), scalar

    def slope(q: Point) -> Point:
        g = np.asarray(gradient(float(q[0]) if scalar else q.copy()), dtype=float)
        if g.size != q.size:
            raise ShapeError(f"the gradient has shape {g.shape}, the point {q.shape}", "gradient")
        return g.reshape(q.shape)

    return value, slope, p, (), scalar


def _of(start: Mapping[Any, Any], symbol: sympy.Symbol) -> Any:
    for key in (symbol, str(symbol)):
        if key in start:
            return start[key]
    raise ShapeError(f"there is no start for {symbol}", "start", "give one number for each variable")


def _compiled(symbols: Sequence[sympy.Symbol], e: Any) -> Callable[[Point], Any]:
    unknown = e.atoms(AppliedUndef, sympy.Derivative, sympy.Subs, sympy.Sum, sympy.Integral)
    if unknown:
        raise Unsupported(f"{unknown.pop()} has no numerical value", "descend", "write F out in functions that NumPy knows")
    f = sympy.lambdify(symbols, e, modules="numpy")
    return lambda q: f(*q)


def _point(start: Any) -> tuple[Point, bool]:
    try:
        p = np.array(start, dtype=float)
    except (TypeError, ValueError):
        raise DeriveError(f"{start!r} is not a number or a sequence of numbers", "start") from None
    if p.ndim > 1 or not p.size or not np.isfinite(p).all():
        raise DeriveError(f"{start!r} is not a finite number or a flat sequence of them", "start")
    return p.reshape(-1), p.ndim == 0


def _differences(value: Callable[[Point], Any], p: Point) -> Point:
    """(F(p + h e_i) - F(p - h e_i)) / 2h, with h = the cube root of the machine precision, times the size of p_i."""
    g = np.empty_like(p)
    for i in range(len(p)):
        h = np.finfo(float).eps ** (1 / 3) * max(1.0, abs(p[i]))
        up, down = p.copy(), p.copy()
        up[i] += h
        down[i] -= h
        g[i] = (_finite(value, up, list) - _finite(value, down, list)) / (up[i] - down[i])
    return g
