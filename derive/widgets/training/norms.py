"""How much of the error reaches each layer: gradient norms by layer and by depth, with what the slopes on the way make of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from ... import reference
from ...errors import DeriveError
from ...numerals import short
from ...samples import Array
from ..base.controls import Choice, Slider
from ..base.figure import Figure
from ..base.interactive import Frame
from ..base.plot import Plot, draw
from ..base.plugged import factor, tex

DEEPEST = 12
INPUTS, SAMPLES = 8, 50
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}  # the largest slope
SLOPES = {
    "sigmoid": r"$\sigma'(z) \le \tfrac14$",
    "tanh": r"$\tanh'(z) \le 1$, and 1 only at $z = 0$",
    "relu": "relu has the slopes 0 and 1",
}
SCHEMES = {"scaled": r"w ~ N(0, 1/n), b = 0", "nielsen": r"w, b ~ N(0, 1)"}
HUGE = 100.0  # a norm beyond which no usual learning rate makes a small step
LEAST = 1e-300  # below, there is nothing to draw on a logarithmic axis


@dataclass(frozen=True)
class Flow:
    """What went back through a network of L layers; lists are by layer, from 1.

    norms      of dC/dw^l
    slopes     the mean of sigma'(z^l) over neurons and samples, l < L
    weights    the largest singular value of w^l
    deltas     the norm of delta^l over all samples
    """

    norms: tuple[float, ...]
    slopes: tuple[float, ...]
    weights: tuple[float, ...]
    deltas: tuple[float, ...]

    @property
    def depth(self) -> int:
        return len(self.norms)

    @property
    def ratio(self) -> float:
        """||dC/dw^1|| / ||dC/dw^L||."""
        return self.norms[0] / self.norms[-1] if self.norms[-1] else math.nan

    @property
    def guide(self) -> list[float]:
        """What the norms would be if only the mean slopes lay between a layer and the last one."""
        return [self.norms[-1] * math.prod(self.slopes[layer:]) for layer in range(self.depth)]


def start(sizes: tuple[int, ...], scheme: str, scale: float, seed: int) -> dict[str, Array]:
    """The parameters of `Network.init` for these sizes, weights times `scale`: drawn here, as no equations are needed for it."""
    chance, made = np.random.default_rng(seed), {}
    for layer, (below, here) in enumerate(pairwise(sizes), 1):
        divisor = 1.0 if scheme == "nielsen" else math.sqrt(below)
        made[f"w{layer}"] = scale * (chance.standard_normal((here, below)) / divisor)
        made[f"b{layer}"] = chance.standard_normal(here) if scheme == "nielsen" else np.zeros(here)
    return made


@lru_cache(maxsize=1)
def samples() -> tuple[Array, Array]:
    """Random inputs N(0, 1) and targets 0 or 1, always the same."""
    chance = np.random.default_rng(0)
    return chance.standard_normal((SAMPLES, INPUTS)), chance.integers(0, 2, (SAMPLES, 1)).astype(float)


@lru_cache(maxsize=2_000)
def flow(depth: int, width: int, activation: str, scheme: str, scale: float, seed: int) -> Flow:
    """Backwards through L = depth layers, the last one without an activation.

    By the four equations written by hand: deriving and compiling a network of twelve layers takes half a second, too long for a key press;
    a test compares the two.
    """
    sizes = (INPUTS, *[width] * (depth - 1), 1)
    p = start(sizes, scheme, scale, seed)
    layers = [reference.Layer(activation if layer < depth else "identity", f"w{layer}", f"b{layer}") for layer in range(1, depth + 1)]
    with np.errstate(all="ignore"):
        _, gradients, trace = reference.value_and_grad(layers, "squared_error", p, *samples())
        slope = reference.ACTIVATIONS[activation][1]
        every = range(1, depth + 1)
        return Flow(
            tuple(float(np.linalg.norm(gradients[f"w{layer}"])) for layer in every),
            tuple(float(np.mean(slope(trace[f"z{layer}"]))) for layer in every[:-1]),
            tuple(float(np.linalg.norm(p[f"w{layer}"], 2)) for layer in every),
            tuple(float(np.linalg.norm(trace[f"delta{layer}"])) for layer in every),
        )


class GradientNorms(Figure):
    r"""$\|\partial C/\partial w^l\|$ by layer, and $\|\partial C/\partial w^1\| / \|\partial C/\partial w^L\|$ by depth.

    depth       layers with weights, at first
    width       neurons of a hidden layer
    activation  of hidden layers: "sigmoid", "tanh" or "relu"; the output has none
    init        "scaled" or "nielsen", as `Network.init` has them; `scale` multiplies the weights
    """

    def __init__(
        self,
        *,
        depth: int = 8,
        width: int = 16,
        activation: str = "sigmoid",
        init: str = "scaled",
        scale: float = 1.0,
        seed: int = 0,
        title: str = "Gradient norms by layer",
        intro: str = "",
    ) -> None:
        controls = (
            Slider("depth", "layers L", 1, DEEPEST, 1, depth),
            Slider("width", "width", 1, 32, 1, width),
            Choice("activation", "activation", tuple(STEEPEST), activation),
            Choice("init", "start", tuple(SCHEMES), init),
            Slider("scale", "weights times", 0.1, 10, 0.05, scale, log=True),
            Slider("seed", "seed", 0, 20, 1, seed),
        )
        super().__init__(title, controls, intro)
        for control in controls:
            try:
                control.accepted(control.value)
            except DeriveError as error:
                raise DeriveError(error.what, f"{control.name} of GradientNorms", error.hint) from None

    def _flow(self, depth: int) -> Flow:
        v = self.values
        return flow(depth, int(v["width"]), v["activation"], v["init"], float(v["scale"]), int(v["seed"]))

    def frame(self) -> Frame:
        now = self._flow(int(self.values["depth"]))
        every = [self._flow(depth) for depth in range(1, DEEPEST + 1)]
        picture = draw([self._layers(now), self._depths(every, now.depth)], self.title)
        return Frame(picture, self._lines(now), text=self._told(now))

    def _layers(self, now: Flow) -> Plot:
        guide = now.guide
        plot = Plot(430, 320, (0.4, now.depth + 0.6), _decades([*now.norms, *guide]), log_y=True, x_label="layer l", title="‖∂C/∂wˡ‖")
        plot.x_ticks = list(map(float, range(1, now.depth + 1)))
        for layer, norm in enumerate(now.norms, 1):
            if norm > LEAST:
                plot.bar(layer, 0.6, norm, "s1f")
        plot.line(range(1, now.depth + 1), guide, "s2", "the last norm times the mean slopes between", dash=True)
        plot.points(range(1, now.depth + 1), guide, "s2o")
        return plot

    def _depths(self, every: list[Flow], depth: int) -> Plot:
        ratios = [each.ratio for each in every]
        most = STEEPEST[self.values["activation"]]
        bound = [most ** (each.depth - 1) for each in every]
        plot = Plot(
            430, 320, (0.4, DEEPEST + 0.6), _decades([*ratios, *bound]), log_y=True, x_label="layers L", title="‖∂C/∂w¹‖ / ‖∂C/∂wᴸ‖"
        )
        plot.x_ticks = list(map(float, range(1, DEEPEST + 1)))
        plot.line([each.depth for each in every], bound, "s2", f"largest slopes: {'(1/4)' if most < 1 else '1'}ᴸ⁻¹", dash=True)
        plot.line([each.depth for each in every], ratios, "s1", "ratio")
        plot.points([each.depth for each in every], ratios, "s1o")
        if every[depth - 1].ratio > LEAST:
            plot.ring(depth, every[depth - 1].ratio)
        return plot

    def _lines(self, now: Flow) -> tuple[str, ...]:
        L, kind = now.depth, self.values["activation"]
        norms = rf"\|\partial C/\partial w^1\| \,/\, \|\partial C/\partial w^{{{L}}}\|"
        ratio = rf"${norms} = {factor(now.norms[0])} \,/\, {factor(now.norms[-1])} = {tex(now.ratio)}$"
        most = STEEPEST[kind]
        bound = rf"$\left(\tfrac14\right)^{{{L - 1}}} = {tex(most ** (L - 1))}$" if most < 1 else rf"$1^{{{L - 1}}} = 1$"
        slopes = (
            rf"slopes on the way: {SLOPES[kind]}; {L - 1} of them make at most {bound}, their means here ${tex(math.prod(now.slopes))}$"
        )
        weights = math.prod(now.weights[1:])
        rule = r"$\|\delta^1\| \le (\max\sigma')^{L-1} \prod_{l=2}^{L}\|w^l\| \, \|\delta^L\|$"
        limit = most ** (L - 1) * weights * now.deltas[-1]
        numbers = (
            rf"${tex(now.deltas[0])} \le {factor(most ** (L - 1))} \cdot {factor(weights)} \cdot {factor(now.deltas[-1])} = {tex(limit)}$"
        )
        return ratio, slopes, f"BP2 with weights and slopes: {rule}, here {numbers}"

    def _told(self, now: Flow) -> str:
        v, L = self.values, now.depth
        net = f"{L} layer{'s' * (L != 1)} with {v['activation']}, {SCHEMES[v['init']]}"
        net += f", weights times {short(v['scale'], 3)}" if v["scale"] != 1 else ""
        if not all(map(math.isfinite, now.norms)):
            return f"{net}: the gradient explodes until it is too large to compute with."
        if not now.norms[-1] > 0:
            return f"{net}: no gradient at all, as every neuron of a layer is at slope 0."
        if L == 1:
            return f"{net}: one layer, so nothing comes between it and the error. Its gradient norm is {short(now.norms[0], 3)}."
        ratio = now.ratio
        gets = f"the first layer gets {short(ratio, 3)} times the norm of the last one"
        if not ratio > 0:
            what = "nothing of the error reaches the first layer"
        elif ratio < 0.1:
            what = f"the gradient vanishes: {gets}, and learns that much more slowly"
        elif min(now.norms) > HUGE:
            what = f"the gradient is huge in every layer, {short(min(now.norms), 3)} at least, and any usual rate overshoots: {gets}"
        else:
            what = f"the gradient {'explodes' if ratio > 10 else 'keeps about its size'}: {gets}"
        return f"{net}: {what}. The slopes alone would make it {short(math.prod(now.slopes), 3)}; the rest is made by the weights."


def _decades(values: list[Any]) -> tuple[float, float]:
    """A range of whole powers of ten around all that can be drawn."""
    drawn = [v for v in values if math.isfinite(v) and v > LEAST]
    low, high = (min(drawn), max(drawn)) if drawn else (0.1, 1.0)
    first, last = math.floor(math.log10(low) - 0.3), math.ceil(math.log10(high) + 0.05)
    return 10.0**first, 10.0 ** max(last, first + 1)
