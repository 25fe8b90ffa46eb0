"""One epoch of gradient descent, by the code to read or by the fast code: the same updates, in the same order, to rounding."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from typing import Any, Protocol

import numpy as np

from .interrupts import deliver, kept_waiting
from .samples import Array, finite
from .schedules import constant

Parameters = dict[str, Array]
Rate = Callable[[int], float]  # eta_k, a schedule


class Diverged(Exception):
    """An update gave numbers that are not finite: its number k (from 0), the loss before it, its learning rate."""

    def __init__(self, k: int, C: float, eta_k: float) -> None:
        super().__init__(k, C, eta_k)
        self.k, self.C, self.eta_k = k, C, eta_k


@dataclass(frozen=True)
class Epoch:
    """loss: mean over the batches, each before its update; rate and norms: of the last update."""

    loss: float
    rate: float
    norms: dict[str, float]


class Runner(Protocol):
    """Something that goes through all samples once. `p` are the parameters and `k` the updates, at any time."""

    @property
    def k(self) -> int: ...

    @property
    def p(self) -> Parameters: ...

    def resume(self, p: Parameters) -> None: ...

    def epoch(self, order: Array, size: int, eta: Rate) -> Epoch: ...


def norms_of(g: Parameters) -> dict[str, float]:
    """||dC/dtheta|| for every parameter theta."""
    return {name: float(np.linalg.norm(v)) for name, v in g.items()}


def rates(eta: Rate, k: int, count: int) -> Iterable[float]:
    """eta_k for `count` updates from k on."""
    if type(eta) is constant and not eta.warmup:
        return repeat(eta.rate, count)
    return (eta(k + n) for n in range(count))


@dataclass
class ReadableRunner:
    """The update as it is written: theta <- theta - eta dC/dtheta, new arrays each time."""

    f: Any
    X: Array
    Y: Array
    p: Parameters
    k: int = 0

    def resume(self, p: Parameters) -> None:
        self.p = p

    def epoch(self, order: Array, size: int, eta: Rate) -> Epoch:
        losses = []
        for start in range(0, len(order), size):
            batch, eta_k = order[start : start + size], eta(self.k)
            C, g = self.f.value_and_grad(self.p, self.X[batch], self.Y[batch])
            new = {name: theta - eta_k * g[name] for name, theta in self.p.items()}
            if not (math.isfinite(C) and finite(new.values())):
                raise Diverged(self.k, float(C), eta_k)
            losses.append(float(C))
            self.p = new
            self.k += 1
        return Epoch(sum(losses) / len(losses), eta_k, norms_of(g))


@dataclass
class FastRunner:
    """The same in place, in a workspace of the fast code.

    Where an epoch ends in numbers that are not finite, it is repeated by the readable code from where it began: that one looks after
    every update, and so finds the update at which it happened, and the last finite parameters.
    """

    f: Any
    X: Array
    Y: Array
    start: Parameters
    began: int = 0
    running: bool = False
    _losses: list[float] = field(default_factory=list, repr=False)
    _prepared: dict[int, tuple[Array, Array]] = field(default_factory=dict, repr=False)
    _workspace: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._workspace = self.f.begin(self.start)

    @property
    def k(self) -> int:
        return self.began + len(self._losses)

    @property
    def p(self) -> Parameters:
        found: Parameters = self._workspace.params() if self.running else self.start
        return found

    def resume(self, p: Parameters) -> None:
        self.start = p

    def epoch(self, order: Array, size: int, eta: Rate) -> Epoch:
        self._workspace.load(self.start)
        self.began, self._losses, self.running = self.k, [], True
        # Asked once for every k: a schedule may count its calls, or draw a number, and the epoch may be repeated.
        eta = eta if type(eta) is constant else cache(eta)
        with kept_waiting() as interrupt:
            eta_k, norms = self._run(order, size, eta, interrupt)
        losses = self._losses
        if math.isfinite(sum(losses)) and self._workspace.finite():
            self.start, self.running = self._workspace.params(), False
            return Epoch(sum(losses) / len(losses), eta_k, norms)
        self.running = False
        careful = ReadableRunner(self.f, self.X, self.Y, self.start, self.began)
        try:
            return careful.epoch(order, size, eta)
        finally:
            self.start, self.began, self._losses = careful.p, careful.k, []

    def _data(self, samples: int) -> tuple[Array, Array, int]:
        """Inputs and targets as batches of so many samples want them, copied once, and the axis of the samples in the targets."""
        code = self.f.at(samples)
        if code.units["X"] not in self._prepared:  # nearly always the same for all sizes of batch
            self._prepared[code.units["X"]] = self.f.prepared(self.X, self.Y, samples)
        return *self._prepared[code.units["X"]], int(code.turned)

    def _run(self, order: Array, size: int, eta: Rate, interrupt: list[Any]) -> tuple[float, dict[str, float]]:
        batches = math.ceil(len(order) / size)
        chosen = rates(eta, self.k, batches - 1)
        if batches > 1:
            (X, Y, axis), code = self._data(size), self._workspace.at(size)
            take_x, take_y, x, y, step, append = X.take, Y.take, code.data["X"], code.data["Y"], code.step, self._losses.append
            # "clip" is for speed: with it, NumPy writes to the buffer at once, and every row is there anyway.
            for batch, eta_k in zip(order[: (batches - 1) * size].reshape(-1, size), chosen, strict=False):
                take_x(batch, 0, x, "clip")
                take_y(batch, axis, y, "clip")
                append(step(eta_k))
                if interrupt:
                    deliver(interrupt)
        # The last batch may be a short one, and its gradients are wanted for the history.
        rest, eta_k = order[(batches - 1) * size :], eta(self.k)
        (X, Y, axis), code = self._data(len(rest)), self._workspace.at(len(rest))
        X.take(rest, 0, code.data["X"], "clip")
        Y.take(rest, axis, code.data["Y"], "clip")
        C, g = code.gradients()
        norms = norms_of(g)
        self._workspace.move(g, -eta_k)
        self._losses.append(C)
        return eta_k, norms
