"""Training steps as an expert writes them in plain NumPy: buffers made once, `out=` everywhere, no temporaries, bound functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

Step = Callable[[], object]


def start(sizes, rng, dtype=np.float64):
    """Weights (n_in, n_out), as they are mostly written, and biases."""
    pairs = list(pairwise(sizes))
    return [(rng.standard_normal(pair) / np.sqrt(pair[0])).astype(dtype) for pair in pairs], [np.zeros(n, dtype) for n in sizes[1:]]


class ByHand:
    """One network by hand. `x` and `y` are the buffers of a batch; `step` is one update, `products` its matrix products alone."""

    def __init__(self, sizes: Sequence[int], m: int, kind: str = "sigmoid", eta: float = 0.1) -> None:
        self.sizes, self.m, self.kind = sizes, m, kind
        rng = np.random.default_rng(0)
        self.w, self.b = start(sizes, rng)
        self.x, self.y = rng.random((m, sizes[0])), rng.random((m, sizes[-1]))
        self.y /= self.y.sum(axis=1, keepdims=True)
        self.a = [self.x, *(np.empty((m, n)) for n in sizes[1:])]
        self.delta = [np.empty((m, n)) for n in sizes[1:]]
        self.t = [np.empty((m, n)) for n in sizes[1:]]
        self.dw, self.db = [np.empty_like(v) for v in self.w], [np.empty_like(v) for v in self.b]
        self.rate = np.array(eta / m)
        self.step = self._step()

    def _activate(self) -> tuple[Callable[[np.ndarray], None], Callable[[np.ndarray, np.ndarray], None]]:
        """In place: z -> a, and slope from a into t."""
        one, zero = np.array(1.0), np.array(0.0)
        exp, add, negative, reciprocal = np.exp, np.add, np.negative, np.reciprocal
        subtract, multiply, tanh, maximum, greater = np.subtract, np.multiply, np.tanh, np.maximum, np.greater

        def sigmoid(a):
            negative(a, a)
            exp(a, a)
            add(a, one, a)
            reciprocal(a, a)

        def sigmoid_slope(a, t):
            subtract(one, a, t)
            multiply(t, a, t)

        def tanh_slope(a, t):
            multiply(a, a, t)
            subtract(one, t, t)

        return {
            "sigmoid": (sigmoid, sigmoid_slope),
            "tanh": (lambda a: tanh(a, a), tanh_slope),
            "relu": (lambda a: maximum(a, zero, out=a), lambda a, t: greater(a, zero, t)),
        }["relu" if self.kind == "softmax" else self.kind]

    def _step(self) -> Step:
        last, w, b, a, delta, t, dw, db = len(self.w) - 1, self.w, self.b, self.a, self.delta, self.t, self.dw, self.db
        dot, add, subtract, multiply, total, exp, log = np.dot, np.add, np.subtract, np.multiply, np.add.reduce, np.exp, np.log
        highest, divide, rate, y, m, softmax = np.maximum.reduce, np.divide, self.rate, self.y, self.m, self.kind == "softmax"
        activate, slope = self._activate()
        wt, at = [v.T for v in w], [v.T for v in a]
        error, error_flat, row = delta[-1], delta[-1].reshape(-1), np.empty((m, 1))
        logs, y_flat = t[-1], y.reshape(-1)
        logs_flat = logs.reshape(-1)

        def step():
            for layer in range(last + 1):
                out = a[layer + 1]
                dot(a[layer], w[layer], out)
                add(out, b[layer], out)
                if softmax and layer == last:
                    highest(out, 1, None, row, True)
                    subtract(out, row, out)
                    logs[...] = out
                    exp(out, out)
                    total(out, 1, None, row, True)
                    divide(out, row, out)
                    log(row, row)
                    subtract(logs, row, logs)
                else:
                    activate(out)
            subtract(a[-1], y, error)
            if softmax:
                loss = -dot(y_flat, logs_flat) / m
            else:
                loss = dot(error_flat, error_flat) / (2 * m)
                slope(a[-1], t[-1])
                multiply(error, t[-1], error)
            for layer in range(last - 1, -1, -1):
                dot(delta[layer + 1], wt[layer + 1], delta[layer])
                slope(a[layer + 1], t[layer])
                multiply(delta[layer], t[layer], delta[layer])
            for layer in range(last + 1):
                dot(at[layer], delta[layer], dw[layer])
                multiply(dw[layer], rate, dw[layer])
                subtract(w[layer], dw[layer], w[layer])
                total(delta[layer], 0, None, db[layer])
                multiply(db[layer], rate, db[layer])
                subtract(b[layer], db[layer], b[layer])
            return loss

        return step

    def products(self) -> None:
        dot, last = np.dot, len(self.w) - 1
        for layer in range(last + 1):
            dot(self.a[layer], self.w[layer], self.t[layer])
        for layer in range(last - 1, -1, -1):
            dot(self.delta[layer + 1], self.w[layer + 1].T, self.t[layer])
        for layer in range(last + 1):
            dot(self.a[layer].T, self.delta[layer], self.dw[layer])

    def epoch(self, X: np.ndarray, Y: np.ndarray, rng: np.random.Generator) -> float:
        """Shuffle, gather, step: the mean loss."""
        order, losses, m = rng.permutation(len(X)), [], self.m
        for first in range(0, len(X) - m + 1, m):
            batch = order[first : first + m]
            X.take(batch, 0, self.x, "clip")
            Y.take(batch, 0, self.y, "clip")
            losses.append(self.step())
        return sum(losses) / len(losses)


def torch_step(sizes: Sequence[int], m: int, kind: str, eta: float = 0.1) -> Step | None:
    """PyTorch as its own tutorials use it, one thread, float64; None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    torch.manual_seed(0)
    act = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "softmax": torch.nn.ReLU}[kind]
    layers = [part for n, k in pairwise(sizes) for part in (torch.nn.Linear(n, k), act())]
    net = torch.nn.Sequential(*(layers[:-1] if kind == "softmax" else layers)).double()
    sgd = torch.optim.SGD(net.parameters(), lr=eta)
    x, y = torch.rand(m, sizes[0], dtype=torch.float64), torch.rand(m, sizes[-1], dtype=torch.float64)
    if kind == "softmax":
        loss_of, y = torch.nn.CrossEntropyLoss(), y / y.sum(1, keepdim=True)
    else:
        loss_of = lambda a, b: ((a - b) ** 2).sum() / (2 * m)

    def step():
        sgd.zero_grad()
        loss = loss_of(net(x), y)
        loss.backward()
        sgd.step()

    return step
