"""A network of one hidden layer that learns f from its values: the same size as one made by hand, by gradient descent in small pieces."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import DeriveError
from ...network import Network
from ...ops import identity
from ...training import train
from ..base.functions import Values

SAMPLES = 100
BATCH = 10
MOST = 20_000  # epochs
PIECE = 2  # epochs at a time


@lru_cache(8)
def _network(hidden: int) -> tuple[Network, Any]:
    net = Network.dense(1, hidden, 1, output=identity)
    return net, net.compile()


class Learner:
    """1-n-1 with sigmoids and a linear output, on samples of f at equal distances over the range.

    At the beginning the hidden units switch at places spread over the range, with random slopes; the output weights are small.
    """

    def __init__(self, x: tuple[float, float], hidden: int) -> None:
        self.net, self.compiled = _network(hidden)
        self.middle, self.half = (x[0] + x[1]) / 2, (x[1] - x[0]) / 2
        self.epochs, self.stopped = 0, ""
        chance = np.random.default_rng(hidden)
        w1 = chance.choice([-1.0, 1.0], (hidden, 1)) * chance.uniform(2.0, 2.0 + hidden, (hidden, 1))
        b1 = -w1[:, 0] * chance.uniform(-1.0, 1.0, hidden)
        w2 = chance.standard_normal((1, hidden)) / hidden
        self.params: dict[str, Values] = {"w1": w1, "b1": b1, "w2": w2, "b2": np.zeros(1)}

    def _inputs(self, x: Values) -> Values:
        """x moved to [-1, 1]: descent is slow for inputs far from 0."""
        return ((np.asarray(x) - self.middle) / self.half)[:, None]

    def learn(self, x: Values, y: Values, rate: float) -> None:
        """A few epochs more; `stopped` says when there is no going on."""
        history = train(
            self.net,
            self._inputs(x),
            y,
            epochs=PIECE,
            batch_size=BATCH,
            rate=rate,
            rng=self.epochs,
            params=self.params,
            compiled=self.compiled,
            progress=False,
        )
        self.params, self.epochs = history.params, self.epochs + history.epochs
        if history.stopped.startswith("diverged"):
            self.stopped = f"It diverged in epoch {self.epochs + 1}: the learning rate {rate:.3g} is too large"
        elif self.epochs >= MOST:
            self.stopped = f"It has learned for {MOST:,} epochs"

    def __call__(self, x: Values) -> Values:
        return np.asarray(self.compiled.predict(self.params, self._inputs(x)))[:, 0]

    def state(self) -> dict[str, Any]:
        """What it has learned, as plain data."""
        return {"epochs": self.epochs, "stopped": self.stopped, "params": {n: v.tolist() for n, v in self.params.items()}}

    def restore(self, state: Any) -> None:
        """Goes on from `state`; raises `DeriveError` if it is that of another network."""
        try:
            params = {name: np.array(state["params"][name], dtype=float) for name in self.params}
            epochs, stopped = int(state["epochs"]), str(state["stopped"])
            fits = all(params[n].shape == v.shape and np.isfinite(params[n]).all() for n, v in self.params.items())
        except (KeyError, TypeError, ValueError):
            fits = False
        if not fits or epochs < 0:
            raise DeriveError("what was learned is not of this network", "Bumps")
        self.params, self.epochs, self.stopped = params, epochs, stopped
