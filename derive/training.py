"""Gradient descent on a network: theta <- theta - eta_k dC/dtheta, batch by batch, all that happened on record."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from .epochs import Diverged, FastRunner, Parameters, ReadableRunner, Runner, norms_of
from .errors import DeriveError, ShapeError
from .progress import bar
from .samples import Array, Sized, checked_data, generator, numbers
from .schedules import as_schedule
from .stopping import Stop, first_said, reached, rules, small_change

__all__ = ["History", "accuracy", "gradient_norms", "names_classes", "reached", "small_change", "train"]


class Compiled(Protocol):
    """What `train` needs of compiled code."""

    def value_and_grad(self, p: Any, X: Any, Y: Any) -> tuple[float, Parameters]: ...

    def predict(self, p: Any, X: Any) -> Array: ...


class Trainable(Sized, Protocol):
    """What `train` needs of a network."""

    @property
    def shapes(self) -> Any: ...

    @property
    def equations(self) -> Any: ...

    def init(self, rng: np.random.Generator) -> Parameters: ...

    @property
    def compile(self) -> Callable[..., Any]: ...


@dataclass(eq=False, repr=False)
class History:
    """What a training did: the parameters it ended with, and one entry an epoch in every list.

    loss            mean over the epoch's batches, each computed before its own update
    accuracy        after the epoch, on the held-out data if there are any; None where the targets name no classes
    held_out_loss   after the epoch; empty without held-out data
    rates           eta of the epoch's last update
    gradient_norms  by parameter, of the epoch's last batch, before its update
    stopped         a sentence: why it ended
    """

    params: Parameters
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] | None = None
    held_out_loss: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    gradient_norms: dict[str, list[float]] = field(default_factory=dict)
    stopped: str = ""

    @property
    def epochs(self) -> int:
        """The epochs that were completed."""
        return len(self.loss)

    def __repr__(self) -> str:
        parts = [f"{self.epochs} epoch{'s' * (self.epochs != 1)}"]
        if self.loss:
            parts.append(f"loss {self.loss[0]:.4g} -> {self.loss[-1]:.4g}")
        if self.held_out_loss:
            parts.append(f"held-out loss {self.held_out_loss[-1]:.4g}")
        if self.accuracy:
            parts.append(f"{'held-out ' * bool(self.held_out_loss)}accuracy {self.accuracy[-1]:.4f}")
        return f"History({', '.join(parts)}; {self.stopped})"

    def _record(
        self, loss: float, accuracy: float | None, held_out: float | None, rate: float, norms: dict[str, float]
    ) -> None:
        self.loss.append(loss)
        self.rates.append(rate)
        if self.accuracy is not None and accuracy is not None:
            self.accuracy.append(accuracy)
        if held_out is not None:
            self.held_out_loss.append(held_out)
        for name, norm in norms.items():
            self.gradient_norms[name].append(norm)

    def _level(self, held_out: bool) -> None:
        """Cuts every list to the epochs that all lists have: an interruption may fall between two of them."""
        lists = [self.loss, self.rates, *self.gradient_norms.values()]
        lists += [self.held_out_loss] * held_out + ([] if self.accuracy is None else [self.accuracy])
        complete = min(len(entries) for entries in lists)
        for entries in lists:
            del entries[complete:]


def accuracy(outputs: Any, Y: Any) -> float:
    """The share of samples whose output names the class of the target.

    Several outputs: the largest one, against the largest target. One output: on the same side of 1/2, or of 0 where a
    target is -1; a value on the border is in the upper class. Shapes (samples, outputs), or (samples,) for one output.
    """
    a, y = (np.asarray(v).reshape(-1, 1) if np.ndim(v) == 1 else np.asarray(v) for v in (outputs, Y))
    if a.shape != y.shape or a.ndim != 2 or not len(a):
        raise ShapeError(
            f"outputs of shape {np.shape(outputs)} cannot be compared with targets of shape {np.shape(Y)}", "accuracy"
        )
    if a.shape[1] > 1:
        return float(np.mean(a.argmax(axis=1) == y.argmax(axis=1)))
    border = 0.0 if (y == -1).any() else 0.5
    return float(np.mean((a >= border) == (y >= border)))


def names_classes(Y: Array) -> bool:
    """Whether targets (samples, outputs) say a class: 0/1 or -1/+1, and in a row of several one 1."""
    two_valued = any(np.isin(Y, pair).all() for pair in ((0, 1), (-1, 1)))
    return bool(two_valued and (Y.shape[1] == 1 or ((Y == 1).sum(axis=1) == 1).all()))


def gradient_norms(
    net: Trainable, p: Parameters, X: Any, Y: Any, *, compiled: Compiled | None = None
) -> dict[str, float]:
    """||dC/dtheta|| for every parameter theta: how much of the error reaches each layer.

    X (samples, n_in), Y (samples, n_out); raises what `train` raises for them.
    """
    f: Compiled = net.compile() if compiled is None else _of(net, compiled)
    with np.errstate(all="ignore"):
        return norms_of(f.value_and_grad(_fitting(net, p), *checked_data(net, X, Y))[1])


def train(
    net: Trainable,
    X: Any,
    Y: Any,
    *,
    epochs: int = 30,
    batch_size: int | None = 10,
    rate: Any = 3.0,
    rng: np.random.Generator | int | None = None,
    params: Parameters | None = None,
    held_out: tuple[Any, Any] | None = None,
    stop: Stop | Iterable[Stop] | None = None,
    progress: bool | None = None,
    compiled: Compiled | None = None,
) -> History:
    """theta <- theta - eta_k dC/dtheta for every batch; an epoch goes through all samples, in a new random order.

    X (samples, n_in), Y (samples, n_out); with one output Y may be (samples,), likewise X with one input.
    batch_size  1: per sample; None: all samples at once; the last batch of an epoch is what is left
    rate        a number or a schedule, called with the number of the update, counted from 0 and across epochs
    rng         a Generator, or a seed for one; None is seed 0, so that a training without rng is reproducible
    params      where to start, copied; by default net.init(rng)
    held_out    (X, Y) to measure loss and accuracy on
    stop        rules asked after each epoch: history -> a sentence, or None to go on; `small_change`, `reached`. A rule may
                change `history.params` (to clip a weight, say): training goes on from there
    progress    True, False, or None: a bar in a terminal and in a notebook, none elsewhere
    compiled    code to use in place of net.compile(target="fast"); that of net.compile() computes the same, slower

    Ctrl-C and divergence end the training, not the program: the History keeps what was learned, `stopped` says what
    happened. After divergence `params` are the last finite ones. Raises `DataError`, `ShapeError` and `DeriveError`
    before it begins.
    """
    if isinstance(net, type) or not hasattr(net, "compile") or not hasattr(net, "init"):
        raise DeriveError(f"{net!r} is not a network", "train", "for example train(Network.dense(2, 3, 1), X, Y)")
    X, Y = checked_data(net, X, Y)
    held = None if held_out is None else checked_data(net, *_pair(held_out), where="held_out ")
    eta, stops = as_schedule(rate), rules(stop)
    epochs = _count("epochs", epochs, least=0)
    size = len(X) if batch_size is None else _count("batch_size", batch_size, least=1)
    rng = generator(rng)
    f: Any = net.compile(target="fast", batch_size=min(size, len(X))) if compiled is None else _of(net, compiled)
    fast = getattr(f, "fallback", "readable code was given") == ""
    kind = getattr(f, "dtype", np.dtype(np.float64))  # cast once here, not by the compiled code for every batch
    X, Y = X.astype(kind, copy=False), Y.astype(kind, copy=False)
    p = _fitting(net, net.init(rng) if params is None else params, kind)
    judged = held or (X, Y)
    history = History(p, accuracy=[] if names_classes(judged[1]) else None, gradient_norms={name: [] for name in p})
    show = bar(epochs, progress)
    runner: Runner = FastRunner(f, X, Y, p) if fast else ReadableRunner(f, X, Y, p)
    epoch = 0
    try:
        with np.errstate(all="ignore"):  # overflow is detected below, and reported once, in words
            for epoch in range(1, epochs + 1):
                order = rng.permutation(len(X)) if size < len(X) else np.arange(len(X))
                done = runner.epoch(order, size, eta)
                history.params = p = runner.p
                right = None if history.accuracy is None else accuracy(f.predict(p, judged[0]), judged[1])
                left = None if held is None else float(f.value_and_grad(p, *held)[0])
                history._record(done.loss, right, left, done.rate, done.norms)
                show(f"loss {history.loss[-1]:.4g}" + ("" if right is None else f", accuracy {right:.4f}"))
                said = first_said(stops, history)
                if stops:
                    history.params = _fitting(net, history.params, kind)
                    runner.resume(history.params)
                if said:
                    history.stopped = f"{said}, after epoch {epoch}"
                    return history
            history.stopped = f"{epochs} epoch{'s' * (epochs != 1)} done"
    except Diverged as end:
        history.params = runner.p
        history.stopped = _diverged(epoch, end.k, end.C, end.eta_k)
    except KeyboardInterrupt:
        history.params = runner.p
        history._level(held is not None)
        history.stopped = (
            f"interrupted in epoch {max(epoch, 1)}, after {runner.k} updates: what was learned until then is kept"
        )
    finally:
        show(None)
    return history


def _diverged(epoch: int, k: int, C: float, eta_k: float) -> str:
    what = "the parameters overflow" if math.isfinite(C) else f"the loss is {C:g}"
    return (
        f"diverged in epoch {epoch}, at update {k + 1}: {what} with a learning rate of {eta_k:g}. "
        f"The last finite parameters are kept. Try a smaller rate, for example {eta_k / 10:.2g}"
    )


def _fitting(net: Trainable, params: Parameters, kind: np.dtype[Any] | None = None) -> Parameters:
    """The parameters copied as arrays of floats; raises `ShapeError` unless names and shapes are the network's."""
    if not isinstance(params, dict) or set(params) != set(net.shapes):
        given = ", ".join(map(str, params)) if isinstance(params, dict) else type(params).__name__
        raise ShapeError(
            f"{given or 'nothing'} given, but the network has {', '.join(net.shapes)}",
            "params",
            "start from net.init(rng)",
        )
    arrays = {name: numbers(params[name], f"params[{name!r}]") for name in net.shapes}
    for name, shape in net.shapes.items():
        if arrays[name].shape != tuple(shape):
            raise ShapeError(
                f"the shape is {arrays[name].shape}, but the network has {tuple(shape)}", f"params[{name!r}]"
            )
    return {name: theta.astype(kind or theta.dtype) for name, theta in arrays.items()}


def _of(net: Trainable, code: Any) -> Any:
    """The code, if it is that of the network; raises `DeriveError` if it belongs to another one."""
    if not hasattr(code, "value_and_grad"):
        raise DeriveError(f"{type(code).__name__} is no compiled code", "compiled", "net.compile() makes it")
    written = getattr(code, "readable", code)
    if hasattr(written, "forward"):
        theirs, ours = _described(written, written.forward), _described(net, net.equations)
        for name in [*theirs, *ours]:
            there, here = theirs.get(name, "missing"), ours.get(name, "missing")
            if there != here and there is not None:
                what = f"the code is of another network: there {name} is {there}, and here it is {here}"
                raise DeriveError(what, "compiled", "net.compile() makes that of this network")
    return code


def _described(sized: Any, equations: Any) -> dict[str, Any]:
    """The shapes of arrays, where they are numbers, and the equations, by name."""
    shapes = {**sized.shapes, "X": ("samples", sized.n_in), "Y": ("samples", sized.n_out)}
    known = {name: shape if all(isinstance(n, (int, str)) for n in shape) else None for name, shape in shapes.items()}
    return {**known, **equations.constants, **{e.name: e.rhs for e in equations.items}}


def _pair(held_out: Any) -> tuple[Any, Any]:
    if not isinstance(held_out, (tuple, list)) or len(held_out) != 2:
        raise DeriveError(f"{type(held_out).__name__} is not a pair", "held_out", "give (X, Y)")
    return held_out[0], held_out[1]


def _count(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        hint = "None takes all samples" if name == "batch_size" else ""
        raise DeriveError(f"{value!r} is not a whole number of at least {least}", name, hint)
    return int(value)
