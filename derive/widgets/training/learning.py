"""A training that can be watched: `train` called again and again, with the same generator, so that it goes on where it was."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Symbol

from ...compiling import Compiled
from ...data import DATASETS, Data
from ...errors import DataError, DeriveError, ShapeError
from ...network import Network
from ...samples import Array, numbers
from ...training import History, accuracy, names_classes, train

Start = dict[str, Array] | Callable[[np.random.Generator], dict[str, Array]]

PLANE = ("circle", "clouds", "xor", "seven-points")  # of `DATASETS`: those with two inputs
UPDATES = 250  # at most so many before the page is answered: about 10 ms
SAMPLES = 2_500  # likewise, where an epoch is a single update


def plane(given: Any, held_out: float = 0.0) -> Data:
    """Data with two inputs whose targets name classes: by name, as `Data`, or as a pair (X, Y); else an error in words."""
    where = "data of Playground"
    if isinstance(given, str):
        if given not in PLANE:
            raise DeriveError(f"there are no data {given!r} with two inputs", where, f"there are {', '.join(PLANE)}")
        made = DATASETS[given](0)
    elif isinstance(given, Data):
        made = given
    elif isinstance(given, tuple | list) and len(given) == 2:
        X, Y = numbers(given[0], "X"), numbers(given[1], "Y")
        made = Data(X, Y.reshape(-1, 1) if Y.ndim == 1 else Y, ("x1", "x2"))
    else:
        raise DeriveError(f"expected a name, Data or a pair (X, Y), not {type(given).__name__}", where, 'for example data="circle"')
    if made.X.ndim != 2 or made.X.shape[1] != 2 or len(made.X) != len(made.Y) or not len(made.X):
        shapes = f"X has shape {made.X.shape} and Y has shape {made.Y.shape}"
        raise ShapeError(f"{shapes}, expected (samples, 2) and (samples, outputs)", where, "two features can be drawn: choose two columns")
    if not names_classes(made.Y) or made.Y.shape[1] > 6:
        hint = "0 and 1, -1 and +1, or one_hot(labels) of at most six classes"
        raise DataError("the targets name no classes that can be drawn", where, hint)
    return made.split(held_out, 0) if held_out and made.held_out is None else made


@lru_cache(maxsize=64)
def _generated(layers: int, activation: Any, output: Any, outputs: int, loss: Any) -> Compiled:
    """The code for every width: it is the derivation that takes time, and widths do not change it."""
    return Network.dense(2, *[Symbol("h")] * layers, outputs, activation=activation, output=output, loss=loss).compile()


@lru_cache(maxsize=256)
def dense(width: int, layers: int, activation: Any, output: Any, outputs: int, loss: Any) -> tuple[Network, Compiled]:
    """A network 2-width-...-outputs and its code."""
    net = Network.dense(2, *[width] * layers, outputs, activation=activation, output=output, loss=loss)
    code = _generated(layers, activation, output, outputs, loss)
    return net, Compiled(code.source, code.dtype, net.shapes, net.n_in, net.n_out, code.functions, net.equations)


class Run:
    """What one network has learned until now.

    With epochs of at most 250 updates it is step by step what `train` does with the same seed. Longer ones are learned in pieces, each a
    random part of the samples, so that the page is answered in between: again a random order, but another one.
    """

    def __init__(self, net: Network, code: Any, data: Data, seed: int, scheme: str, start: Start | None, goal: float) -> None:
        self.net, self.code, self.data, self.goal = net, code, data, goal
        self.chance = np.random.default_rng(seed)
        given = start(self.chance) if callable(start) else start
        self.params: dict[str, Array] = net.init(self.chance, scheme) if given is None else given
        self.params = self._trained(0.1, None, 0).params  # checked, and a copy
        self.loss: list[float] = []
        self.held_out_loss: list[float] = []
        self.reached: int | None = None  # the epoch in which `goal` was first reached
        self.diverged_at: float | None = None  # the learning rate
        self.interrupted = False
        self._rest = np.arange(0)
        self._pieces: list[tuple[float, int]] = []

    @property
    def epoch(self) -> int:
        return len(self.loss)

    @property
    def within(self) -> bool:
        """Whether an epoch is only learned in part."""
        return bool(len(self._rest))

    def _trained(self, rate: float, size: int | None, epochs: int, part: Any = None) -> History:
        X, Y = (self.data.X, self.data.Y) if part is None else (self.data.X[part], self.data.Y[part])
        return train(
            self.net, X, Y, epochs=epochs, batch_size=size, rate=rate, rng=self.chance, params=self.params, compiled=self.code,
            progress=False, held_out=self.data.held_out if part is None else None,
        )  # fmt: skip

    def advance(self, rate: float, size: int | None, epochs: int = 1) -> None:
        """Learns a little: at most so many epochs, fewer if they would take long, or a piece of one."""
        count = len(self.data.X)
        updates = 1 if size is None else math.ceil(count / size)
        if updates > UPDATES or self.within:
            return self._piece(rate, size or count)
        fitting = min(UPDATES // (2 * updates), SAMPLES // count)
        asked = max(1, min(epochs, fitting))
        h = self._trained(rate, size, asked)
        self._taken(h, rate, asked)
        for n, right in enumerate(h.accuracy or [], self.epoch + 1):
            if self.reached is None and right >= self.goal:
                self.reached = n
        self.loss += h.loss
        self.held_out_loss += h.held_out_loss

    def _piece(self, rate: float, size: int) -> None:
        if not self.within:
            self._rest, self._pieces = self.chance.permutation(len(self.data.X)), []
        part, self._rest = self._rest[: UPDATES * size], self._rest[UPDATES * size :]
        h = self._trained(rate, size, 1, part)
        self._taken(h, rate, 1)
        if h.epochs:
            self._pieces.append((h.loss[0], math.ceil(len(part) / size)))
        if self.within or not h.epochs:
            return
        self.loss.append(sum(C * n for C, n in self._pieces) / sum(n for _, n in self._pieces))
        X, Y = self.data.held_out or (self.data.X, self.data.Y)
        if self.data.held_out:
            self.held_out_loss.append(self.cost(X, Y))
        if self.reached is None and self.right(X, Y) >= self.goal:
            self.reached = self.epoch

    def _taken(self, h: History, rate: float, asked: int) -> None:
        """The parameters of a piece; after a divergence within the first epoch of it those before, as the last finite ones may be huge."""
        self.params = h.params if h.epochs or not h.stopped.startswith("diverged") else self.params
        if h.epochs < asked:
            self._rest = np.arange(0)
            self.interrupted = h.stopped.startswith("interrupted")
            self.diverged_at = None if self.interrupted else rate

    def cost(self, X: Array, Y: Array) -> float:
        """C, for all of these samples."""
        with np.errstate(all="ignore"):
            return float(self.code.value_and_grad(self.params, X, Y)[0])

    def gradient(self, size: int | None) -> dict[str, Array]:
        """dC/dtheta of the first `size` samples."""
        with np.errstate(all="ignore"):
            found: dict[str, Array] = self.code.value_and_grad(self.params, self.data.X[:size], self.data.Y[:size])[1]
        return found

    def outputs(self, X: Array) -> Array:
        """What the network answers, made finite."""
        with np.errstate(all="ignore"):
            answers: Array = np.nan_to_num(np.asarray(self.code.predict(self.params, X), dtype=float), nan=0.0, posinf=1e300, neginf=-1e300)
        return answers

    def right(self, X: Array, Y: Array) -> float:
        """The share of samples on their side."""
        return accuracy(self.outputs(X), Y)

    def remark(self, right: float) -> str:
        """What a learner might not see in the curve: that it grows, or stands still; `right` is the share of right answers."""
        n = self.epoch
        if n >= 5 and self.loss[-1] > 2 * self.loss[0]:
            return " The loss has grown: the learning rate is too large."
        if n >= 40 and abs(self.loss[-1] - self.loss[n // 2]) < 0.02 * self.loss[n // 2] and right < 0.9:
            return f" The loss has hardly changed since epoch {n // 2}: a plateau. Another learning rate or another seed may help."
        return ""
