"""A network with the numbers of one sample in it: every neuron's formula, a weight to nudge, and the backward pass."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...counting import count_parameters, memory, readable_bytes
from ...errors import DeriveError
from ...numerals import short
from ..base.controls import Button, Control, Slider, Switch
from ..base.figure import Figure
from ..base.interactive import Frame
from ..base.plugged import equals, factor, tex
from . import formulas
from .formulas import Looked
from .network_picture import Scene, changed, draw, parameter, subscripted
from .wired import Wired

ENDS = 4.0  # of the slider for a weight, at least


class NetworkFigure(Figure):
    """A network of dense layers, one sample going through it, and the formula of the neuron that is looked at.

    net_or_sizes  a Network of Dense layers, or sizes: (2, 3, 1) is Network.dense(2, 3, 1)
    params        arrays by name as from `net.init(0)`; by default N(0, 1), rounded to one decimal
    x, y          one sample: a number for each input, and one for each output

    Raises `DeriveError` for other networks, and for arrays that do not fit.
    """

    def __init__(
        self, net_or_sizes: Any, params: Mapping[str, Any] | None = None, x: Any = None, y: Any = None, *, title: str = "", intro: str = ""
    ) -> None:
        self.wired = Wired(net_or_sizes, params, x, y)
        self.given = {name: array.copy() for name, array in self.wired.p.items()}
        weights = [np.abs(self.wired.matrix(n)).max() for n in range(1, self.wired.depth + 1)]
        self.heaviest = max(max(float(w) for w in weights), 1e-9)
        end = max(ENDS, float(math.ceil(max(np.abs(array).max() for array in self.given.values()))))
        sizes, biased = self.wired.sizes, any(layer.bias for layer in self.wired.layers)
        names = (("layer", "layer", 1, self.wired.depth), ("j", "neuron j", 1, max(sizes[1:])))
        controls: list[Control] = [Slider(n, label, low, high, 1, 1) for n, label, low, high in names if high > low]
        below = max(sizes[:-1])
        if biased or below > 1:
            controls.append(Slider("k", "weight k (0: the bias)" if biased else "weight k", 0 if biased else 1, below, 1, 1))
        self.moving = Slider("value", "its value", -end, end, 0.05, 0.0)
        controls += [
            self.moving,
            Switch("backward", "backward"),
            Button("previous", "Previous weight", key="ArrowLeft"),
            Button("next", "Next weight", key="ArrowRight"),
            Button("up", "Previous neuron", key="ArrowUp"),
            Button("down", "Next neuron", key="ArrowDown"),
            Button("reset", "Original weights"),
        ]
        super().__init__(title or f"Network {'-'.join(map(str, sizes))}", controls, intro)
        self.at = Looked(1, 0, 0)
        self._look(self.at)

    # What is looked at

    def _look(self, at: Looked) -> None:
        """Looks at a weight; what it is now is what later changes are measured by."""
        self.at = at
        chosen = {"layer": at.layer, "j": at.j + 1, "k": 0 if at.k is None else at.k + 1}
        self.values |= {name: float(value) for name, value in chosen.items() if name in self.values}
        self.values["value"] = float(self._weight())
        self.trace = self.before = self.wired.trace()
        self.was = self.values["value"]

    def _weight(self) -> float:
        called, place = self.wired.entry(self.at.layer, self.at.j, self.at.k)
        return float(self.wired.p[called][place])

    def _put(self, value: float) -> None:
        called, place = self.wired.entry(self.at.layer, self.at.j, self.at.k)
        self.wired.p[called][place] = value
        self.trace = self.wired.trace()

    def changed(self, name: str) -> None:
        if name == "value":
            self._put(round(self.values["value"], 10))
        elif name in ("layer", "j", "k"):
            layer = int(self.values.get("layer", 1))
            self._look(self._nearest(layer, int(self.values.get("j", 1)) - 1, int(self.values.get("k", 1)) - 1))

    def _nearest(self, layer: int, j: int, k: int) -> Looked:
        """The sliders go as far as the widest layer: beyond its end the last neuron is meant, and without a bias the first weight."""
        sizes, bias = self.wired.sizes, self.wired.layers[layer - 1].bias
        none = k < 0 and bias
        return Looked(layer, min(j, sizes[layer] - 1), None if none else min(max(k, 0), sizes[layer - 1] - 1))

    def _neighbour(self, step: int) -> Looked | None:
        """The next weight in order (the bias last), or the one before; then those of the next neuron, then of the next layer."""
        at, sizes = self.at, self.wired.sizes
        last = sizes[at.layer - 1] - (not self.wired.layers[at.layer - 1].bias)
        k = (sizes[at.layer - 1] if at.k is None else at.k) + step
        if 0 <= k <= last:
            return Looked(at.layer, at.j, None if k == sizes[at.layer - 1] else k)
        return self._neuron(step, end=step < 0)

    def _neuron(self, step: int, end: bool = False) -> Looked | None:
        """The next neuron or the one before, at its first weight or at its end."""
        layer, j, sizes = self.at.layer, self.at.j + step, self.wired.sizes
        if not 0 <= j < sizes[layer]:
            layer += step
            if not 1 <= layer <= self.wired.depth:
                return None
            j = 0 if step > 0 else sizes[layer] - 1
        bias = self.wired.layers[layer - 1].bias
        return Looked(layer, j, (None if bias else sizes[layer - 1] - 1) if end else 0)

    def enabled(self, name: str) -> bool:
        if name in ("previous", "next"):
            return self._neighbour(1 if name == "next" else -1) is not None
        if name in ("up", "down"):
            return self._neuron(1 if name == "down" else -1) is not None
        return name != "reset" or any((self.wired.p[n] != array).any() for n, array in self.given.items())

    def on_next(self) -> None:
        self._look(self._neighbour(1) or self.at)

    def on_previous(self) -> None:
        self._look(self._neighbour(-1) or self.at)

    def on_down(self) -> None:
        self._look(self._neuron(1) or self.at)

    def on_up(self) -> None:
        self._look(self._neuron(-1) or self.at)

    def on_reset(self) -> None:
        self.wired.p = {name: array.copy() for name, array in self.given.items()}
        self._look(self.at)

    # What is seen

    def frame(self) -> Frame:
        scene = Scene(self.wired, self.trace, self.before, self.at, self.values["backward"], self.heaviest)
        with np.errstate(all="ignore"):
            lines = (*formulas.forward(self.wired, self.trace, self.at), self._cost())
            back = (*formulas.error(self.wired, self.trace, self.at), formulas.gradient(self.wired, self.trace, self.at))
            picture = draw(scene, self.title)
        shown, later = ((*lines, *back), ()) if self.values["backward"] else (lines, back)
        return Frame(picture, shown, later, text=self._words(scene))

    def _cost(self) -> str:
        """C, and how it changed; beside it what the gradient foretold, which is right for small steps."""
        now, was, step = float(self.trace["C"]), float(self.before["C"]), self._weight() - self.was
        head = rf"C {equals([now])} {tex(now)}"
        if not step:
            return rf"$\displaystyle {head} \phantom{{\frac{{\partial C}}{{\partial w^1_1}}}}$"
        called, place = self.wired.entry(self.at.layer, self.at.j, self.at.k)
        slope, own = float(self.before[f"d{called}"][place]), formulas.weight(self.wired, self.at.layer, self.at.j, self.at.k)
        change = rf"\Delta C {equals([now - was])} {tex(now - was)}"
        product = rf"{tex(slope)} \cdot {factor(step)} {equals([slope, step, slope * step])}"
        told = rf"\frac{{\partial C}}{{\partial {own}}} \Delta {own} {equals([slope, step])} {product} {tex(slope * step)}"
        return rf"$\displaystyle {head}, \qquad {change}, \qquad {told}$"

    def _words(self, scene: Scene) -> str:
        at, trace = self.at, self.trace
        z, a = (short(trace[f"{letter}{at.layer}"][at.j], 4) for letter in "za")
        where = "Output layer" if at.layer == self.wired.depth else f"Layer {at.layer}"
        own, value = parameter(self.wired, at), short(self._weight(), 4)
        told = [f"{where}, neuron {at.j + 1}: z = {z}, a = {a}. Looked at: {own} = {value}. C = {short(trace['C'], 4)}."]
        if self._weight() != self.was:
            moved = [subscripted("a", *pair) for pair in changed(scene)]
            more = f" and {len(moved) - 6} more" if len(moved) > 6 else ""
            told.append(f"{own} was {short(self.was, 4)}; changed: {', '.join(moved[:6]) or 'no activation'}{more}.")
        if self.values["backward"]:
            called, place = self.wired.entry(at.layer, at.j, at.k)
            delta, slope = short(trace[f"delta{at.layer}"][at.j], 4), short(trace[f"d{called}"][place], 4)
            told.append(f"Backward: δ = {delta} at this neuron, ∂C/∂{own} = {slope}.")
        count = count_parameters(self.wired.net)
        told.append(f"{count:,} parameters, {readable_bytes(memory(count))} in float32.")
        return " ".join(told)

    # State

    def state(self) -> dict[str, Any]:
        moved = {n: np.flatnonzero(self.wired.p[n] != array) for n, array in self.given.items()}
        changes = [[n, int(i), float(self.wired.p[n].flat[i])] for n, places in moved.items() for i in places]
        return {**super().state(), "changes": changes, "was": self.was}

    def restore(self, state: Mapping[str, Any]) -> None:
        values = {name: self._valued(name).accepted(v) for name, v in state.items() if name not in ("changes", "was")}
        p = {name: array.copy() for name, array in self.given.items()}
        try:
            for name, i, value in state.get("changes", []):
                p[name].flat[_whole(i)] = self.moving.accepted(value)
        except (TypeError, ValueError, KeyError, IndexError) as error:
            raise DeriveError("the changed weights do not fit this network", self.title) from error
        was = self.moving.accepted(state.get("was", self.was))
        self.wired.p = p
        self.values |= values
        now = {**{"layer": 1.0, "j": 1.0, "k": 1.0}, **self.values}
        self._look(self._nearest(int(now["layer"]), int(now["j"]) - 1, int(now["k"]) - 1))
        value = self._weight()
        self._put(was)
        self.before, self.was = self.trace, was
        self.values["value"] = value
        self._put(value)


def _whole(i: Any) -> int:
    if isinstance(i, bool) or not isinstance(i, int) or i < 0:
        raise TypeError
    return i
