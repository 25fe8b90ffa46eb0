"""The perceptron rule: w <- w + eta (y - f) x and b <- b + eta (y - f) where f = [w.x + b >= 0] is not y; exactly.

A number such as 0.8 is taken as the decimal it is written as, 4/5. So a point on the boundary is on it exactly, and a
state that comes back is the same state, which proves that the rule never ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from .errors import DataError, DeriveError, ShapeError
from .samples import generator, numbers
from .schedules import positive_rate

Exact = tuple[Fraction, ...]


@dataclass(frozen=True)
class Update:
    """One mistake and its repair: a sample was given the class f instead of y. Samples count from 0, epochs from 1."""

    epoch: int
    sample: int
    y: int
    f: int
    w_before: tuple[float, ...]
    b_before: float
    w: tuple[float, ...]
    b: float


@dataclass(frozen=True, repr=False)
class PerceptronHistory:
    """A run of the rule: its end (w, b), the updates in order, the mistakes of each epoch, and how it ended.

    converged  the last epoch had no mistake
    cycle      the two epochs after which (w, b) was the same: with the same samples in the same order it never ends
    """

    w: tuple[float, ...]
    b: float
    updates: tuple[Update, ...]
    mistakes: tuple[int, ...]
    converged: bool
    cycle: tuple[int, int] | None
    stopped: str

    @property
    def epochs(self) -> int:
        """The epochs that were run; after convergence the last one is the first without a mistake."""
        return len(self.mistakes)

    def __repr__(self) -> str:
        return f"PerceptronHistory(w = {self.w}, b = {self.b:g}, {len(self.updates)} updates; {self.stopped})"


def perceptron(
    X: Any,
    y: Any,
    *,
    rate: Any = 1,
    epochs: int = 100,
    start: tuple[Any, Any] | None = None,
    order: Sequence[int] | None = None,
    at_zero: int = 1,
    bias: bool = True,
) -> PerceptronHistory:
    """w <- w + eta (y - f) x and b <- b + eta (y - f) for every sample with f != y, until none is wrong.

    X (samples, features); y (samples,) of classes 0 and 1, or -1 and +1, which count as 0 and 1
    start    (w, b), by default zero
    order    in which the samples are taken, by default as given
    at_zero  the class f of a point with w.x + b = 0 exactly
    bias     False: b stays what it is; append a constant 1 to x, and its weight is the bias
    Stops at the first epoch without a mistake, when a state comes back, or after `epochs`. Raises `DataError`,
    `ShapeError` and `DeriveError` for data and settings.
    """
    points, classes = _samples(X, y)
    if at_zero not in (0, 1):
        raise DeriveError(f"{at_zero!r} is neither class 0 nor class 1", "at_zero")
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise DeriveError(f"{epochs!r} is not a whole number of at least 1", "epochs")
    positive_rate(rate)
    eta, taken = _exact(rate), _order(order, len(points))
    w, b = _start(start, len(points[0]))
    updates: list[Update] = []
    mistakes: list[int] = []
    seen = {(w, b): 0}
    cycle = None
    while len(mistakes) < epochs:
        before = len(updates)
        for s in taken:
            x, target = points[s], classes[s]
            z = sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)
            f = at_zero if z == 0 else int(z > 0)
            if f != target:
                change = eta * (target - f)
                new_w = tuple(wi + change * xi for wi, xi in zip(w, x, strict=True))
                new_b = b + change if bias else b
                updates.append(
                    Update(len(mistakes) + 1, s, target, f, _floats(w), float(b), _floats(new_w), float(new_b))
                )
                w, b = new_w, new_b
        mistakes.append(len(updates) - before)
        if not mistakes[-1]:
            break
        if (w, b) in seen:
            cycle = (seen[w, b], len(mistakes))
            break
        seen[w, b] = len(mistakes)
    return PerceptronHistory(
        _floats(w), float(b), tuple(updates), tuple(mistakes), not mistakes[-1], cycle, _stopped(mistakes, cycle)
    )


def over_orders(
    X: Any,
    y: Any,
    orders: Iterable[Sequence[int]] | np.random.Generator | int | None = None,
    count: int = 10,
    **settings: Any,
) -> list[PerceptronHistory]:
    """The rule over several orders of the same samples: the boundary and the number of updates depend on the order.

    `orders` as given, or `count` random ones drawn with a generator or a seed. `settings` as in `perceptron`.
    """
    if orders is None or isinstance(orders, (int, np.random.Generator)):
        rng = generator(orders)
        orders = [[int(s) for s in rng.permutation(len(X))] for _ in range(count)]
    return [perceptron(X, y, order=order, **settings) for order in orders]


@dataclass(frozen=True)
class Decision:
    """A sample, w.x, w.x + b and its sign: +1 on the side of class 1, -1 on the side of class 0, 0 on the boundary."""

    x: tuple[float, ...]
    wx: float
    value: float
    sign: int


def decision_table(w: Any, b: Any, X: Any) -> tuple[Decision, ...]:
    """w.x, w.x + b and sign(w.x + b), exactly, for every row x of X (samples, features)."""
    points = _points(X)
    exact_w, exact_b = _start((w, b), len(points[0]))
    rows = []
    for x in points:
        wx = sum((wi * xi for wi, xi in zip(exact_w, x, strict=True)), Fraction(0))
        z = wx + exact_b
        rows.append(Decision(_floats(x), float(wx), float(z), (z > 0) - (z < 0)))
    return tuple(rows)


def separates(w: Any, b: Any, X: Any, y: Any) -> bool:
    """Whether w.x + b > 0 for every sample of class 1 and < 0 for every one of class 0: any such (w, b) is right."""
    points, classes = _samples(X, y)
    return all(row.sign == (1 if c else -1) for row, c in zip(decision_table(w, b, points), classes, strict=True))


def _stopped(mistakes: Sequence[int], cycle: tuple[int, int] | None) -> str:
    if not mistakes[-1]:
        return f"epoch {len(mistakes)} is the first without a mistake"
    if cycle is None:
        return f"{len(mistakes)} epochs done, {mistakes[-1]} mistakes in the last one"
    first = f"after epoch {cycle[0]}" if cycle[0] else "at the start"
    return f"w and b after epoch {cycle[1]} are those {first}: the rule goes round in a circle and never ends"


def _exact(value: Any) -> Fraction:
    """The decimal that a number is written as: 0.1 is 1/10."""
    if isinstance(value, Fraction):
        return value
    try:
        return Fraction(str(value))  # of floats the shortest decimal; also of integers and SymPy's rationals
    except ValueError:
        return Fraction(float(value))


def _floats(values: Iterable[Fraction]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)


def _points(X: Any) -> list[Exact]:
    """The rows of X, exactly; raises `DataError` and `ShapeError` unless they are finite numbers, a row a sample."""
    rows = X.tolist() if isinstance(X, np.ndarray) else X
    try:
        listed = [list(row) for row in rows]
        shape = numbers([[float(v) for v in row] for row in listed], "X").shape
    except TypeError:
        raise ShapeError("it is not a table of numbers", "X", "give shape (samples, features)") from None
    except ValueError as error:
        if isinstance(error, DeriveError):
            raise
        raise DataError(f"it holds something that is not a number: {error}", "X") from None
    if len(shape) != 2 or 0 in shape:
        raise ShapeError(f"the shape {shape} is not (samples, features)", "X")
    return [tuple(_exact(v) for v in row) for row in listed]


def _samples(X: Any, y: Any) -> tuple[list[Exact], list[int]]:
    points, labels = _points(X), np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape != (len(points),):
        raise ShapeError(
            f"{len(points)} samples, but labels of shape {labels.shape}", "y", "give one label for each sample"
        )
    for low in (0, -1):
        if set(labels.tolist()) <= {low, 1}:
            return points, [int(label == 1) for label in labels.tolist()]
    row = next(s for s, label in enumerate(labels.tolist()) if label not in (0, 1))
    raise DataError(
        f"the label {labels[row]!r} is not one of two classes",
        f"y, row {row} (counted from 0)",
        "use 0 and 1, or -1 and +1",
    )


def _start(start: tuple[Any, Any] | None, n: int) -> tuple[Exact, Fraction]:
    w, b = start if start is not None else ([0] * n, 0)
    values = numbers([float(v) for v in w] + [float(b)], "(w, b)")
    if len(values) != n + 1:
        raise ShapeError(f"w has {len(values) - 1} entries, but the samples have {n} features", "w")
    return tuple(_exact(v) for v in (w.tolist() if isinstance(w, np.ndarray) else w)), _exact(b)


def _order(order: Sequence[int] | None, m: int) -> list[int]:
    taken = list(range(m)) if order is None else [int(s) for s in order]
    if sorted(taken) != list(range(m)):
        raise DeriveError(f"{taken} is not an order of the samples 0 to {m - 1}", "order", "name every sample once")
    return taken
