r"""A network of dense layers with numbers in it: $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ of one sample, from the generated code.

Neurons are counted from 0 in here, and from 1 in what a learner reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from sympy import Dummy, Expr, cancel

from ...errors import DeriveError, ShapeError
from ...layers import Dense
from ...network import Network
from ...ops import Activation, RowActivation
from ...samples import Array, checked_data, numbers
from ..base.functions import numeric

WHERE = "NetworkFigure"
WIDEST = 1000  # neurons in a layer


class Wired:
    """One sample (x, y) and parameters p of a network; `trace()` gives all arrays of both passes, each without its sample axis."""

    def __init__(self, given: Any, params: Mapping[str, Any] | None, x: Any, y: Any) -> None:
        self.net = given if isinstance(given, Network) else _dense(given)
        self.layers = _layers(self.net)
        self.sizes: list[int] = [self.net.n_in, *(layer.size for layer in self.layers)]
        if not all(isinstance(n, int) and n <= WIDEST for n in self.sizes):
            what = f"the sizes are {', '.join(map(str, self.sizes))}, expected numbers up to {WIDEST}"
            raise DeriveError(what, WHERE, "for example NetworkFigure((3, 4, 5))")
        self.code = self.net.compile()
        if params is not None and not isinstance(params, Mapping):
            raise DeriveError(f"params is a {type(params).__name__}, expected arrays by name", WHERE, "for example params=net.init(0)")
        chosen = {name: np.round(v, 1) for name, v in self.net.init(0, "nielsen").items()} if params is None else params
        self.p = {name: numbers(chosen[name], name).astype(float) for name in self.net.parameters if name in chosen}
        self.x = _vector(x, self.net.n_in, "x", np.resize([1.0, 0.5, -1.0], self.net.n_in))
        self.y = _vector(y, self.net.n_out, "y", np.eye(1, self.net.n_out)[0])
        checked_data(self.net, self.x[None], self.y[None])
        self.trace()  # says which parameter does not fit
        self.slopes = [_slope(layer.activation) for layer in self.layers]
        a, y_ = Dummy("a", real=True), Dummy("y", real=True)
        self.by_output: Expr = self.net.loss.entry(a, y_).diff(a)
        self._by_output = numeric(self.by_output, (a, y_))
        ratio = cancel(self.by_output / (a - y_))
        self.times_difference = int(ratio) if ratio.is_Integer else None  # dC/da is so many times a - y
        known, error = self.net.forward(samples=False).quantities, self.net.backprop().single.of(f"z{self.depth}")
        index = error.equation.indices if error is not None else ()
        plain = known[f"a{self.depth}"][index] - known["y"][index] if index else None
        self.difference_only = bool(error is not None and error.equation.rhs == plain)  # delta of the last layer is a - y

    @property
    def depth(self) -> int:
        return len(self.layers)

    # Parameters

    def entry(self, layer: int, j: int, k: int | None) -> tuple[str, tuple[int, ...]]:
        """Name and indices of the weight from neuron k below to neuron j of a layer; of the bias for k = None."""
        kind = self.layers[layer - 1]
        if k is None:
            return f"b{layer}", (j,)
        return kind.tie or f"w{layer}", (k, j) if kind.transpose else (j, k)

    def matrix(self, layer: int) -> Array:
        """w of a layer, (its neurons, neurons below)."""
        kind = self.layers[layer - 1]
        w = self.p[kind.tie or f"w{layer}"]
        return w.T if kind.transpose else w

    def bias(self, layer: int) -> Array | None:
        return self.p[f"b{layer}"] if self.layers[layer - 1].bias else None

    def uses(self, name: str, place: tuple[int, ...]) -> list[tuple[int, int, int | None]]:
        """(layer, j, k) wherever a parameter is used: a tied weight has more than one place."""
        if name[0] == "b":
            return [(int(name[1:]), place[0], None)]
        found: list[tuple[int, int, int | None]] = []
        for number, kind in enumerate(self.layers, 1):
            if (kind.tie or f"w{number}") == name:
                j, k = place[::-1] if kind.transpose else place
                found.append((number, j, k))
        return found

    # Values

    def trace(self) -> dict[str, Any]:
        """z1, a1, ..., C, delta1, dw1, ...; and a0, which is x."""
        with np.errstate(all="ignore"):
            made = self.code.trace(self.p, self.x[None], self.y[None])
        return {"a0": self.x} | {n: v if n[0] in "dC" and not n.startswith("delta") else v[0] for n, v in made.items()}

    def slope(self, layer: int, trace: Mapping[str, Any], j: int) -> float:
        """sigma'(z) of an elementwise activation."""
        chosen = self.slopes[layer - 1]
        return float(chosen(trace[f"z{layer}"][j], trace[f"a{layer}"][j])) if chosen else float("nan")

    def upstream(self, layer: int, trace: Mapping[str, Any]) -> Array:
        """dC/da of a layer: of the loss, or what comes back from the layer above."""
        if layer == self.depth:
            return self._by_output(trace[f"a{layer}"], self.y)
        return np.asarray(trace[f"delta{layer + 1}"] @ self.matrix(layer + 1))


def _dense(given: Any) -> Network:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise DeriveError(f"it is given {given!r}, expected a network or sizes", WHERE, "for example NetworkFigure((2, 3, 1))")
    return Network.dense(*given)


def _layers(net: Network) -> list[Dense]:
    if not net.layers:
        raise DeriveError("a network of written equations has no layers to draw", WHERE, "give Network.dense(2, 3, 1)")
    for number, layer in enumerate(net.layers, 1):
        if type(layer) is not Dense:
            raise DeriveError(f"it is a {type(layer).__name__}; only dense layers are drawn", f"{WHERE}, layer {number}")
    return cast("list[Dense]", list(net.layers))


def _vector(given: Any, size: int, name: str, default: Array) -> Array:
    if given is None:
        return default
    array = numbers(given, name)
    if array.shape != (size,):
        raise ShapeError(f"{name} has shape {array.shape}, expected ({size},)", WHERE, "one sample: a number for each neuron")
    return array


def _slope(kind: type[Activation] | type[RowActivation]) -> Callable[..., Any] | None:
    """sigma' as a function of (z, a): by the output where there is such a form, since a sigmoid's loses no digits."""
    if issubclass(kind, RowActivation):
        return None
    z, a = Dummy("z", real=True), Dummy("a", real=True)
    return numeric(kind.by_output(a) if kind.by_output is not None else kind.slope_formula(z), (z, a))
