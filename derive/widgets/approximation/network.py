r"""One hidden layer made by hand: the sum of h_i (s(k(x - a_i)) - s(k(x - b_i))), a bump of two hidden units for every part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.functions import Values

GRID = 401  # points on which the largest error is looked for
ROUNDS = 60


def sigma(z: Values) -> Values:
    """1/(1 + e^-z), without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def step(z: Values) -> Values:
    """1 from 0 on, else 0: what the sigmoid becomes with growing steepness."""
    return np.where(z >= 0, 1.0, 0.0)


UNITS: dict[str, Callable[[Values], Values]] = {"sigmoid": sigma, "step": step, "z²": lambda z: z**2, "z³": lambda z: z**3}
DEGREES = {"z²": 2, "z³": 3}


@dataclass(frozen=True, eq=False)
class Bumps:
    """N bumps on [low, high]: edges a_1 .. a_N, b_N (b_i is a_{i+1}), and heights h_1 .. h_N.

    The first begins and the last ends one part outside of the range, so that both ends of the range lie within a bump.
    """

    edges: Values
    heights: Values
    steepness: float
    unit: Callable[[Values], Values]

    def sigmoids(self, x: Values) -> Values:
        """The output of a hidden unit for every edge, an array (points, N + 1)."""
        return self.unit(self.steepness * (np.asarray(x)[:, None] - self.edges))

    def each(self, x: Values) -> Values:
        """Every bump, an array (points, N)."""
        s = self.sigmoids(x)
        return (s[:, :-1] - s[:, 1:]) * self.heights

    def __call__(self, x: Values) -> Values:
        return np.asarray(self.each(x).sum(axis=1))


def bumps(f: Callable[[Values], Values], x: tuple[float, float], count: int, steepness: float, unit: Callable[[Values], Values]) -> Bumps:
    """Bumps on equal parts, as high as f in the middle of each."""
    inner = np.linspace(*x, count + 1)
    part = (x[1] - x[0]) / count
    edges = inner.copy()
    edges[0], edges[-1] = x[0] - part, x[1] + part
    return Bumps(edges, f((inner[:-1] + inner[1:]) / 2), steepness, unit)


def best_output(hidden: Values, y: Values) -> Values:
    """The network's output with those output weights and that output bias that make the mean square error least, at the same points."""
    columns = np.column_stack([hidden, np.ones(len(hidden))])
    size = np.abs(columns).max(axis=0)
    columns = columns / np.where(size > 0, size, 1.0)
    return np.asarray(columns @ np.linalg.lstsq(columns, y, rcond=None)[0])


def sup(y: Values, output: Values) -> float:
    """max |f - a| over the points."""
    return float(np.max(np.abs(y - output)))


def least_error(x: Values, y: Values, degree: int) -> float:
    """A number that max |f - p| over these points does not go below for any polynomial p of this degree.

    For degree + 2 points in order, the polynomial that misses f there by the same amount E with alternating signs gives it: no other misses
    by less at all of them (de la Vallee Poussin). Points are exchanged, as Remez does, until E is the error of that polynomial itself.
    """
    t = (x - x[0]) / (x[-1] - x[0]) * 2 - 1
    columns = np.vander(t, degree + 1, increasing=True)
    chosen = np.unique(np.round((1 - np.cos(np.linspace(0, np.pi, degree + 2))) / 2 * (len(t) - 1)).astype(int))
    best = 0.0
    for _ in range(ROUNDS):
        signs = (-1.0) ** np.arange(len(chosen))
        *p, level = np.linalg.solve(np.column_stack([columns[chosen], signs]), y[chosen])
        best = max(best, abs(float(level)))
        missed = y - columns @ np.array(p)
        worst = int(np.argmax(np.abs(missed)))
        if abs(missed[worst]) <= abs(level) * (1 + 1e-9) + 1e-15 or worst in chosen:
            break
        chosen = _exchanged(chosen, missed, worst)
    return best


def _exchanged(chosen: Any, missed: Values, worst: int) -> Any:
    """The points with the worst one put in for a neighbour, so that the signs still alternate."""
    points, n = chosen.tolist(), int(np.searchsorted(chosen, worst))
    sign = missed[worst] > 0
    if n == 0:
        points = [worst, *points[1:]] if (missed[points[0]] > 0) == sign else [worst, *points[:-1]]
    elif n == len(points):
        points = [*points[:-1], worst] if (missed[points[-1]] > 0) == sign else [*points[1:], worst]
    else:
        points[n if (missed[points[n]] > 0) == sign else n - 1] = worst
    return np.array(points)
