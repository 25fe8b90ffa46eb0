"""The decision surface of a network while it trains: what each control changes is seen at once."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...data import Data
from ...errors import DeriveError
from ...layers import AnyActivation
from ...losses import Loss, squared_error
from ...network import Network
from ...numerals import short
from ...ops import identity, relu, sigmoid, tanh
from ...samples import Array
from ...schedules import positive_rate
from ..base.controls import Button, Choice, Control, Slider
from ..base.figure import Figure
from ..base.interactive import Frame
from ..base.plot import draw
from ..base.plugged import equals, factor, tex
from ..plane.surface import HEIGHT, Plane
from .curves import curves
from .learning import PLANE, Run, Start, dense, plane

KINDS: dict[str, Any] = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu, "none": identity}
SCHEMES = ("scaled", "nielsen")  # of `Network.init`
BUTTONS = (Button("start", "Start"), Button("stop", "Stop"), Button("one", "One epoch", key="ArrowRight"), Button("reset", "Reset"))
BATCHES = ("1", "4", "10", "32", "all")
ANEW = ("data", "width", "layers", "activation", "init", "seed")  # a change of these begins anew; one of rate or batch does not


@dataclass(frozen=True)
class Seen:
    """What the picture was made of; while nothing was learned, and after a divergence, it stays."""

    epoch: int
    colours: Array
    borders: Array
    right: float
    held_out: float | None


class Playground(Figure):
    r"""$w \leftarrow w - \eta\, \partial C/\partial w$, again and again, and what the network answers meanwhile in the plane.

    data        "circle", "clouds", "xor", "seven-points", a `Data` or a pair (X, Y) with two inputs and targets 0/1, -1/+1 or one-hot;
                None: a choice
    hidden      widths of hidden layers, all equal, as the sliders have one width: (8,), (4, 4), () for none
    activation  of hidden layers: "sigmoid", "tanh", "relu" or "none"; the output has tanh for targets -1/+1, else sigmoid
    loss        a class of losses
    network     a network of one's own in place of all this; width, layers and activation are then given
    params      its start: a dictionary, or a function of a generator, so that the seed decides; without it there is a choice of schemes
    rate, batch_size, init, seed     where these controls stand first; batch_size None is all samples
    held_out    a share of the samples that is held out, where the data have no such samples themselves
    epochs      Start goes on until their next multiple
    goal        the share of right answers whose first epoch is told

    Its state are the values of its controls; what was learned is not kept: Start begins anew. Raises `DeriveError` for what does not fit.
    """

    def __init__(
        self,
        data: Any = None,
        hidden: Iterable[int] | int = (8,),
        *,
        activation: str | AnyActivation = "tanh",
        loss: type[Loss] = squared_error,
        network: Network | None = None,
        params: Start | None = None,
        rate: float = 0.3,
        batch_size: int | None = 10,
        init: str = "scaled",
        seed: int = 0,
        held_out: float = 0.0,
        epochs: int = 20_000,
        goal: float = 0.97,
        title: str = "Playground",
        intro: str = "",
    ) -> None:
        if network is not None and not isinstance(network, Network):
            raise DeriveError(f"{network!r} is not a network", "Playground", "for example network=Network.dense(2, 4, 1)")
        if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
            raise DeriveError(f"{epochs!r} is not a whole number of at least 1", "epochs of Playground")
        if params is not None and network is None:
            raise DeriveError("params were given without the network that they belong to", "Playground", "write network=... as well")
        self.given = None if data is None else plane(data, held_out)
        self.share, self.network, self.start, self.goal, self.epochs = held_out, network, params, goal, epochs
        self.loss: Any = loss if network is None else network.loss
        controls: list[Control] = [] if self.given is not None else [Choice("data", "data", PLANE, PLANE[0])]
        controls += [_rate(rate), _batch(batch_size)]
        if network is None:
            controls += _sizes(hidden, activation)
        if params is None:
            controls.append(Choice("init", "start", SCHEMES, Choice("init", "init of Playground", SCHEMES, "").accepted(init)))
        controls += [
            Slider("seed", "seed", 0, 20, 1, Slider("seed", "seed of Playground", 0, 20, 1, 0).accepted(seed)),
            Choice("pace", "pace", ("fast", "one epoch a picture"), "fast"),
            *BUTTONS,
        ]
        super().__init__(title, controls, intro)
        self._until, self._given_rate = epochs, float(rate)
        self.code = None if network is None else network.compile()
        self._planes: dict[Any, Plane] = {}
        self._run: Run | None = None
        self._seen: Seen | None = None
        self._rested = True  # whether there was a picture since the last epoch
        self.run()

    # What is trained

    def run(self) -> Run:
        """The training as it is: begun when it is first needed."""
        if self._run is None:
            data, v = self.plane().data, self.values
            net, code = (self.network, self.code) if self.network is not None else self._dense(data)
            self._run = Run(net, code, data, int(v["seed"]), v.get("init", "scaled"), self.start, self.goal)
            self._seen = None
        return self._run

    def plane(self) -> Plane:
        """The data, with the grid around them."""
        name = self.values.get("data")
        if name not in self._planes:
            data = self.given if self.given is not None else plane(name, self.share if name == "clouds" else 0)
            if self.given is None and self.loss.targets != "any":
                data = data.with_targets(0, 1)
            self._planes[name] = Plane(data)
        return self._planes[name]

    def _dense(self, data: Data) -> tuple[Network, Any]:
        output = tanh if (data.Y == -1).any() else sigmoid
        v = self.values
        return dense(int(v["width"]), int(v["layers"]), KINDS[v["activation"]], output, data.Y.shape[1], self.loss)

    @property
    def rate(self) -> float:
        """As it was given, else with two digits: a slider stands at powers of ten such as 0.0501."""
        value: float = self.values["rate"]
        return value if value == self._given_rate else float(f"{value:.2g}")

    @property
    def size(self) -> int | None:
        """The samples of a batch; None is all."""
        return None if self.values["batch"] == "all" else int(self.values["batch"])

    # What is done

    def changed(self, name: str) -> None:
        if name in ANEW:
            self.on_reset()

    def enabled(self, name: str) -> bool:
        if name in ("width", "activation"):
            return bool(self.values["layers"])
        return {"start": not self.running, "one": not self.running, "stop": self.running}.get(name, True)

    def on_start(self) -> None:
        self._again()
        self._until = (self.run().epoch // self.epochs + 1) * self.epochs
        self.running = True

    def on_stop(self) -> None:
        self.running = False

    def on_one(self) -> None:
        self._again()
        self._learn(1)
        while self.run().within:
            self._learn(1)

    def on_reset(self) -> None:
        self.running = False
        self._run = self._seen = None

    def _again(self) -> None:
        if self._run is not None and self._run.diverged_at is not None:
            self._run = self._seen = None

    def advance(self) -> None:
        if self.values["pace"] == "fast":
            return self._learn(self._until - self.run().epoch)
        if not self._rested:
            return time.sleep(0.002)
        self._learn(1)
        self._rested = self.run().within

    def _learn(self, epochs: int) -> None:
        run = self.run()
        run.advance(self.rate, self.size, epochs)
        if run.diverged_at is not None or run.interrupted or run.epoch >= self._until:
            self.running = run.interrupted = False

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.on_reset()

    # What is seen

    def frame(self) -> Frame:
        self._rested = True
        run, plane = self.run(), self.plane()
        seen = self._look(run, plane)
        picture = draw(
            [plane.plot(seen.colours, seen.borders, "what the network answers"), curves(run, self.size, 350, HEIGHT)], self.title
        )
        return Frame(picture, self._lines(run, seen), text=self._told(run, seen))

    def _look(self, run: Run, plane: Plane) -> Seen:
        kept = self._seen
        if kept is not None and (kept.epoch == run.epoch or run.diverged_at is not None) and not run.within:
            return kept
        answers = run.outputs(plane.grid)
        held = run.data.held_out
        right, others = run.right(run.data.X, run.data.Y), None if held is None else run.right(*held)
        self._seen = Seen(run.epoch, plane.colours(answers), plane.borders(answers), right, others)
        return self._seen

    def _lines(self, run: Run, seen: Seen) -> tuple[str, ...]:
        rate, size, count = self.rate, self.size, len(run.data.X)
        updates = math.ceil(count / (size or count))
        rule = rf"$w \leftarrow w - \eta\,\partial C/\partial w$ with $\eta = {tex(rate)}$, {updates} update{'s' * (updates != 1)} an epoch"
        if run.diverged_at is None:
            name, first = next(iter(run.params.items()))
            w, slope = float(first.flat[0]), float(run.gradient(size)[name].flat[0])
            if math.isfinite(slope):
                of = "all samples" if size is None or size >= count else f"the first {size} samples" if size > 1 else "the first sample"
                new = w - rate * slope
                step = rf"{tex(w)} - {factor(rate)} \cdot {factor(slope)} {equals((w, rate, slope, new))} {tex(new)}"
                rule += rf"; now ${_entry(name, first)} \leftarrow {step}$ by {of}"
        C = run.loss[-1] if run.loss else run.cost(run.data.X, run.data.Y)
        loss = rf"epoch ${run.epoch}$: loss $C = {tex(C)}$"
        if run.held_out_loss:
            loss += rf", held out ${tex(run.held_out_loss[-1])}$"
        elif run.data.held_out is not None:
            loss += rf", held out ${tex(run.cost(*run.data.held_out))}$"
        right = f"right: {_share(seen.right, count)} of the training points"
        if seen.held_out is not None and run.data.held_out is not None:
            right += f", {_share(seen.held_out, len(run.data.held_out[0]))} of the held-out points"
        if run.reached is not None:
            right += f"; {100 * run.goal:g} % first in epoch {run.reached}"
        return rule, loss, right

    def _told(self, run: Run, seen: Seen) -> str:
        if run.diverged_at is not None:
            rate = short(run.diverged_at, 3)
            return (
                f"The training diverged in epoch {run.epoch + 1}: with a learning rate of {rate} every step overshoots, until numbers are "
                f"too large to compute with (nan: not a number). The last good picture stays. Try a smaller rate, such as "
                f"{short(run.diverged_at / 10, 2)}; Start begins anew."
            )
        loss = short(run.loss[-1] if run.loss else run.cost(run.data.X, run.data.Y), 3)
        right = _share(seen.right, len(run.data.X))
        if seen.held_out is not None and run.data.held_out is not None:
            right += f", held out {_share(seen.held_out, len(run.data.held_out[0]))}"
        state = "Training" if self.running else "Not trained yet" if not run.epoch else "Stopped"
        return f"{state}: epoch {run.epoch}, loss {loss}, on their side of the border: {right}.{run.remark(seen.right)}"


def _rate(rate: float) -> Slider:
    rate = positive_rate(rate, "rate of Playground")
    low, high = min(1e-3, 10.0 ** math.floor(math.log10(rate))), max(100.0, 10.0 ** math.ceil(math.log10(rate)))
    return Slider("rate", "learning rate η", low, high, 0.02, rate, log=True)


def _batch(size: int | None) -> Choice:
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        raise DeriveError(f"{size!r} is neither a whole number of at least 1 nor None", "batch_size of Playground")
    own = "all" if size is None else str(size)
    options = BATCHES if own in BATCHES else (*sorted((*BATCHES[:-1], own), key=int), "all")
    return Choice("batch", "batch", options, own)


def _sizes(hidden: Iterable[int] | int, activation: str | AnyActivation) -> list[Control]:
    widths = tuple(hidden) if isinstance(hidden, Iterable) else (hidden,)
    if len(widths) > 3 or len(set(widths)) > 1 or not all(isinstance(n, int) for n in widths):
        raise DeriveError(f"hidden is {widths}", "Playground", "at most three whole numbers, all equal, or give a network: network=...")
    width = Slider("width", "width", 1, 32, 1, 8)
    if widths:
        width = replace(width, value=replace(width, label="hidden of Playground").accepted(widths[0]))
    name = next((name for name, kind in KINDS.items() if activation is kind or activation == name), activation)
    kind = Choice("activation", "activation", tuple(KINDS), "tanh")
    chosen = replace(kind, label="activation of Playground").accepted(name)
    return [Slider("layers", "hidden layers", 0, 3, 1, len(widths)), width, replace(kind, value=chosen)]


def _entry(name: str, values: Array) -> str:
    """The first entry of a parameter, as it is written in formulas."""
    letter, number = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    if values.ndim == 2 and number:
        return f"{letter}^{{{number}}}_{{11}}"
    return f"{letter}_{{{number}}}" if number else letter


def _share(right: float, count: int) -> str:
    return f"{round(right * count)} of {count} ({short(100 * right, 3)} %)"
