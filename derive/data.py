"""Data to learn from: made from a seed, scikit-learn's digits, or a CSV file; nothing is downloaded."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .csvfile import NUMBER, WHOLE, Table, read_table
from .errors import DataError, DeriveError, ShapeError
from .samples import Array, generator, numbers

Random = np.random.Generator | int | None


@dataclass(frozen=True, eq=False)
class Data:
    """X (samples, features) and Y (samples, outputs).

    names     of the features
    classes   the labels: two are 0 and 1 (or -1 and +1) in one column of Y, more are one-hot; empty for numbers
    held_out  (X, Y) of samples that are not for training, or None
    """

    X: Array
    Y: Array
    names: tuple[str, ...]
    classes: tuple[Any, ...] = ()
    held_out: tuple[Array, Array] | None = field(default=None)

    def split(self, held_out: float, rng: Random = None) -> Data:
        """The same samples in random order, the given share of them held out: at least one, and one is left."""
        if not 0 < held_out < 1 or len(self.X) < 2:
            raise DeriveError(
                f"{held_out!r} of {len(self.X)} samples cannot be held out", "split", "give a share such as 0.2"
            )
        order = generator(rng).permutation(len(self.X))
        count = min(max(round(held_out * len(order)), 1), len(order) - 1)
        learn, kept = order[count:], order[:count]
        return replace(self, X=self.X[learn], Y=self.Y[learn], held_out=(self.X[kept], self.Y[kept]))

    def with_targets(self, low: float, high: float) -> Data:
        """The two values of Y replaced by low and high, for example -1 and +1 for tanh outputs. Needs classes."""
        if not self.classes:
            raise DataError("the targets are numbers, not classes", "with_targets")
        middle = (self.Y.min() + self.Y.max()) / 2

        def exchanged(Y: Array) -> Array:
            return np.where(middle <= Y, float(high), float(low))

        held = None if self.held_out is None else (self.held_out[0], exchanged(self.held_out[1]))
        return replace(self, Y=exchanged(self.Y), held_out=held)

    def __repr__(self) -> str:
        held = f" and {len(self.held_out[0])} held out" if self.held_out else ""
        kind = (
            f"classes {', '.join(map(str, self.classes))}" if self.classes else f"{self.Y.shape[1]} number(s) as target"
        )
        return f"Data({len(self.X)} samples{held}; {self.X.shape[1]} features; {kind})"


def xor() -> Data:
    """y = 1 where exactly one of x1, x2 is 1: four points, no straight line between the classes."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Data(X, np.array([[0.0], [1.0], [1.0], [0.0]]), ("x1", "x2"), (0, 1))


def seven_points() -> Data:
    """Seven points of the plane that a line separates, in the order in which the perceptron rule is shown."""
    X = [[0.8, 0.4], [0.3, 0.1], [0.8, 0.8], [0.4, 0.6], [0.6, 0.8], [0.4, 0.2], [0.4, 0.5]]
    Y = [[0.0], [0.0], [1.0], [1.0], [1.0], [0.0], [1.0]]
    return Data(np.array(X), np.array(Y), ("x1", "x2"), (0, 1))


def clouds(rng: np.random.Generator | int = 0) -> Data:
    """N(0, 0.5^2) around (0, 0), class 0, and N(0, 1.5^2) around (0, 3), class 1: 100 points each, class 0 first.

    A seed is one of numpy.random.RandomState, the generator with which these data were first published.
    """
    draw = rng.standard_normal if isinstance(rng, np.random.Generator) else _legacy(rng).standard_normal
    inner = draw((100, 2)) * 0.5
    outer = draw((100, 2)) * 1.5 + np.array([0.0, 3.0])
    Y = np.repeat([0.0, 1.0], 100).reshape(-1, 1)
    return Data(np.concatenate([inner, outer]), Y, ("x1", "x2"), (0, 1))


def clouds_start(hidden: int = 16, rng: int = 0) -> dict[str, Array]:
    """Parameters of a network 2-hidden-1 for `clouds(rng)`: weights N(0, 1), drawn after the points; biases 0."""
    random = _legacy(rng)
    random.standard_normal(400)
    w1, w2 = random.standard_normal((2, hidden)).T, random.standard_normal((hidden, 1)).T
    return {"w1": w1, "b1": np.zeros(hidden), "w2": w2, "b2": np.zeros(1)}


def _legacy(rng: object) -> np.random.RandomState:
    if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)) or not 0 <= rng < 2**32:
        raise DeriveError(f"{rng!r} is neither a generator nor a seed", "rng", "give a whole number of at least 0")
    return np.random.RandomState(int(rng))


def circle(count: int = 500, rng: Random = None, *, radius: float = 5.0, held_out: float = 0.0) -> Data:
    """+1 in the disc |x| < R/2, -1 in the ring 0.7 R < |x| < R; half of the points each, radius and angle uniform."""
    random = generator(rng)
    disc = count // 2
    r = radius * np.concatenate([random.uniform(0, 0.5, disc), random.uniform(0.7, 1, count - disc)])
    angle = random.uniform(0, 2 * np.pi, count)
    X = np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)
    data = Data(X, np.where(np.arange(count) < disc, 1.0, -1.0).reshape(-1, 1), ("x1", "x2"), (-1, 1))
    return data.split(held_out, random) if held_out else data


def digits(held_out: float = 0.2, rng: Random = None) -> Data:
    """1,797 handwritten digits of 8 x 8 pixels, 0 white to 1 black, one-hot in ten classes; a share of them held out.

    Raises `DeriveError` if scikit-learn, which brings them, is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        what, hint = "scikit-learn, which brings them, is not installed", "run: pip install 'derive-nn[data]'"
        raise DeriveError(what, "digits", hint) from None
    pixels, labels = load_digits(return_X_y=True)
    names = tuple(f"pixel {row},{column}" for row in range(8) for column in range(8))
    return Data(pixels / 16.0, one_hot(labels, 10), names, tuple(range(10))).split(held_out, rng)


def one_hot(labels: Any, classes: int | Sequence[Any] | None = None) -> Array:
    """y_sj = [label_s = class_j], shape (samples, classes), for n classes 0 .. n-1 or for the labels given in order.

    None takes the labels that occur, sorted. Raises `DataError` for a label that is no class.
    """
    given = np.asarray(labels)
    if given.ndim != 1:
        raise ShapeError(
            f"labels of shape {given.shape} are not one label for each sample", "one_hot", "give shape (samples,)"
        )
    if isinstance(classes, (int, np.integer)):
        order = list(range(classes))
    else:
        order = sorted(set(given.tolist())) if classes is None else list(classes)
    place = {label: j for j, label in enumerate(order)}
    Y = np.zeros((len(given), len(order)))
    for row, label in enumerate(given.tolist()):
        if label not in place:
            raise DataError(f"the label {label!r} is not one of the classes {order}", f"labels[{row}]")
        Y[row, place[label]] = 1
    return Y


def standardise(X: Any, like: Any = None) -> Array:
    """(x - mean) / deviation, feature by feature, both taken from `like`, by default X; a constant feature becomes 0.

    For held-out data standardise(held_out, like=training), so that they do not leak into what they judge.
    """
    x, base = numbers(X, "X"), numbers(X if like is None else like, "X" if like is None else "like")
    if x.ndim != 2 or base.ndim != 2 or x.shape[1] != base.shape[1]:
        raise ShapeError(f"shapes {x.shape} and {base.shape} are not (samples, features) of equal width", "standardise")
    deviation = base.std(axis=0)
    return np.asarray((x - base.mean(axis=0)) / np.where(deviation > 0, deviation, 1))


def read_csv(
    path: str | os.PathLike[str],
    target: str | int | None = None,
    *,
    inputs: int | None = None,
    header: bool | None = None,
    labels: bool | None = None,
) -> Data:
    """A CSV file: one sample a line, features as numbers, the target in the last column or the one named.

    labels  True: the target names classes; False: it is a number; None: it names classes if it is text, or whole
            numbers of at most 20 different values
    inputs  the number of features that is needed, to be refused here rather than later
    header  whether the first row holds names; None looks
    Two classes become 0 and 1 in one column, more are one-hot, in sorted order. `DataError` names line and column.
    """
    table = read_table(path, header)
    at = table.column(target)
    features = [j for j in range(len(table.names)) if j != at]
    if not features or (inputs is not None and len(features) != inputs):
        what = f"{len(features)} columns beside the target {table.names[at]!r}, but {inputs or 'at least 1'} needed"
        raise DataError(what, table.path, f"the columns are {', '.join(table.names)}")
    X = np.array([table.numbers(j) for j in features]).T
    cells, classes = table.cells(at), _classes(table, at, labels)
    if len(set(classes or cells)) == 1:
        where = f"{table.path}, column {table.names[at]!r}"
        raise DataError(f"every row says {cells[0]!r}: one class only", where, "give samples of a second class")
    if classes:
        coded = one_hot([type(classes[0])(cell) for cell in cells], classes)
        Y = coded[:, 1:] if len(classes) == 2 else coded
    else:
        Y = np.array(table.numbers(at)).reshape(-1, 1)
    return Data(X, Y, tuple(table.names[j] for j in features), classes)


def _classes(table: Table, at: int, labels: bool | None) -> tuple[Any, ...]:
    """The classes that a target column names, sorted; none if it holds numbers."""
    cells = table.cells(at)
    numeric = [bool(NUMBER.fullmatch(cell)) for cell in cells]
    if labels is None and len(cells) > 2 and not numeric[0] and all(numeric[1:]):
        what = f"{cells[0]!r} is text, but the column below holds numbers"
        raise DataError(what, table.where(0, at), "say header=True if the line holds names")
    distinct: set[Any] = set(cells)
    if whole := all(WHOLE.fullmatch(cell) for cell in cells):
        distinct = {int(cell) for cell in cells}
    if labels is None:
        labels = not all(numeric) or (whole and len(distinct) <= 20)
    return tuple(sorted(distinct)) if labels else ()


DATASETS: dict[str, Callable[[int], Data]] = {
    "xor": lambda seed: xor(),
    "clouds": clouds,
    "circle": lambda seed: circle(rng=seed, held_out=0.5),
    "seven-points": lambda seed: seven_points(),
    "digits": lambda seed: digits(rng=seed),
}
