"""Three other ways to a loss and its gradient, each as independent of the generated code as it can be.

by hand              `reference.py`: the four equations in a loop over the layers
central differences  (C(p + h) - C(p - h)) / 2h, refined once: 4/3 of the slope at h/2 less 1/3 of the slope at h
symbolic             SymPy's derivative of the loss as one expression in scalar symbols, at small sizes

They work at a random point, away from the kinks of relu and its like: there a difference says nothing about the slope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from math import prod
from typing import Any

import numpy as np
from mpmath import mpf, workdps  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray
from sympy import Symbol, lambdify

from . import reference
from .compiling import Compiled
from .errors import DeriveError, Unsupported
from .expansion import expanded, sample_axes, work
from .indices import SAMPLES, Axis
from .layers import Dense, Layer, Residual
from .losses import Loss, categorical_cross_entropy, cross_entropy, half_sum_of_squares, squared_error, sum_of_squares
from .network import Network
from .ops import ACTIVATIONS, Activation, RowActivation, softmax

Array = NDArray[np.float64]
Parameters = dict[str, Array]
STEP = 1e-4  # of the differences: the rounding of C is then 1e-12 of C in a slope, and what the refinement leaves is less
ENTRIES = 40  # of one parameter at which differences are taken; where there are more, that many are drawn
MANY = 100_000  # numbers in all parameters, above which a quarter of those entries has to do
WORK = 50_000  # the longest expansion that is differentiated for a comparison: SymPy needs some three seconds
DRAWS = 20
DIGITS = 50


@dataclass(frozen=True)
class Point:
    """Where everything is computed: a number for every axis, parameters p, data X (samples, inputs), Y (samples, outputs)."""

    sizes: Mapping[Axis, int]
    p: Parameters
    X: Array
    Y: Array


# --- Sizes. Pairwise different ones, and more than one sample: a wrong transpose or a lost 1/m shows at once.


def own_sizes(net: Network) -> dict[Axis, int]:
    """The sizes of a network; small and pairwise different ones where a size is a symbol."""
    return {
        axis: size if isinstance(size, int) else small
        for (axis, size), small in zip(net.sizes.items(), _falling(net), strict=True)
    }


def _falling(net: Network) -> list[int]:
    return list(range(len(net.sizes) + 1, 1, -1))


def small_sizes(net: Network, samples: int = 2) -> dict[Axis, int]:
    """Sizes at which SymPy can differentiate the whole loss; raises `Unsupported` where there are none."""
    at = dict.fromkeys(sample_axes(net), samples)
    repeated = [[n for n, _ in zip(cycle(pattern), net.sizes, strict=False)] for pattern in ((3, 2), (2, 3), (2,))]
    for candidate in (list(own_sizes(net).values()), _falling(net), *repeated):
        # A width of 1 stays: arrays with one row are a case of their own.
        kept = [1 if own == 1 else small for own, small in zip(net.sizes.values(), candidate, strict=True)]
        sizes = dict(zip(net.sizes, kept, strict=True)) | at
        if work(net, sizes) <= WORK:
            return sizes
    raise Unsupported("not run: the loss as one expression is too long to differentiate, even at widths of 2")


def at_sizes(compiled: Compiled, net: Network, sizes: Mapping[Axis, int]) -> Compiled:
    """The same code for other sizes: it does not depend on them, only the check of what it is given does."""
    data = {q.role: q for q in net.equations.given if q.role in ("input", "target")}
    widths = [next((sizes[axis] for axis in data[role].axes if axis.letters != SAMPLES), None) for role in data]
    n_in, n_out = (compiled.n_in, compiled.n_out) if None in widths else widths
    return replace(compiled, shapes=shapes(net, sizes), n_in=n_in, n_out=n_out)


def shapes(net: Network, sizes: Mapping[Axis, int]) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter at these sizes."""
    return {q.name: tuple(sizes[axis] for axis in q.axes) for q in net.equations.parameters}


# --- Points.


def draw(net: Network, sizes: Mapping[Axis, int], rng: np.random.Generator, positive: bool = False) -> Point:
    """A random point: weights N(0, 1/n_in), biases N(0, 1/4), inputs N(0, 1), and targets that the loss accepts.

    With `positive` every number lies in (0.2, 0.9), for equations with logarithms or roots in them.
    """

    def some(shape: tuple[int, ...], scale: float = 1.0) -> Array:
        return np.asarray(rng.uniform(0.2, 0.9, shape) if positive else rng.normal(0.0, scale, shape))

    def scale(shape: tuple[int, ...]) -> float:
        return {0: 1.0, 1: 0.5}.get(len(shape), 1 / float(np.sqrt(prod(shape[1:]))))

    p = {name: some(shape, scale(shape)) for name, shape in shapes(net, sizes).items()}
    m = next(sizes[axis] for axis in sample_axes(net))
    widths = {"input": 0, "target": 0}
    for q in net.equations.given:
        if q.role in widths:
            widths[q.role] += prod(sizes[axis] for axis in q.axes if axis.letters != SAMPLES)
    X, Y = some((m, widths["input"])), some((m, widths["target"]))
    if net.loss.targets != "any":
        Y = rng.uniform(0.05, 0.95, Y.shape)
    if net.loss.targets == "distribution":
        Y /= Y.sum(axis=1, keepdims=True)
    return Point(sizes, p, X, Y)


def finite_points(net: Network, code: Compiled, sizes: Mapping[Axis, int], rng: np.random.Generator) -> Iterator[Point]:
    """Random points at which the loss is a number, `DRAWS` at most; raises `DeriveError` if there is none."""
    found = False
    for number in range(DRAWS):
        point = draw(net, sizes, rng, positive=number >= DRAWS // 2 and not net.layers)
        with np.errstate(all="ignore"):
            if np.isfinite(code.value_and_grad(point.p, point.X, point.Y)[0]):
                found = True
                yield point
    if not found:
        raise DeriveError(f"the loss is infinite or no number at each of {DRAWS} random points", "check")


def good_point(
    net: Network, code: Compiled, sizes: Mapping[Axis, int], rng: np.random.Generator
) -> tuple[Point, Parameters, list[str]]:
    """A point with no kink nearby, or with as few as can be; the differences there; and what is to be said of them."""
    best: tuple[Point, Parameters, int] | None = None
    for point in finite_points(net, code, sizes, rng):
        slopes, kinks = differences(partial(_loss_at, code, point), point.p, rng)
        if best is None or kinks < best[2]:
            best = point, slopes, kinks
        if kinks == 0:
            break
    assert best is not None  # finite_points gives a point or raises
    point, slopes, kinks = best
    notes = [f"central differences: left out at {kinks} entries, where a kink is near"] if kinks else []
    large = [name for name, value in point.p.items() if value.size > _entries(point.p)]
    if large:
        notes.append(f"central differences: at {_entries(point.p)} random entries of {', '.join(large)}")
    return point, slopes, notes


def _loss_at(code: Compiled, point: Point, p: Parameters) -> float:
    return code.value_and_grad(p, point.X, point.Y)[0]


# --- Central differences.


def differences(C: Callable[[Parameters], float], p: Parameters, rng: np.random.Generator) -> tuple[Parameters, int]:
    """dC/dp by differences, nan where none was taken; and the number of entries near a kink.

    A slope is accurate to about 1e-12 of C. Near a kink the slopes at h and at h/2 differ by far more than h^2.
    """
    slopes, kinks = {name: np.full(value.shape, np.nan) for name, value in p.items()}, 0
    for name, value in p.items():
        places = list(np.ndindex(value.shape))
        if len(places) > _entries(p):
            places = [places[n] for n in sorted(rng.choice(len(places), _entries(p), replace=False))]
        for place in places:
            wide, narrow = (_slope(C, p, name, place, h) for h in (STEP, STEP / 2))
            if abs(wide - narrow) > 1e-5 * max(1.0, abs(narrow)):
                kinks += 1
            else:
                slopes[name][place] = (4 * narrow - wide) / 3
    return slopes, kinks


def _entries(p: Parameters) -> int:
    return ENTRIES if sum(value.size for value in p.values()) <= MANY else ENTRIES // 4


def _slope(C: Callable[[Parameters], float], p: Parameters, name: str, place: tuple[int, ...], h: float) -> float:
    ends = []
    for step in (h, -h):
        moved = np.array(p[name])
        moved[place] += step
        ends.append(C({**p, name: moved}))
    return (ends[0] - ends[1]) / (2 * h)


# --- SymPy.


def symbolic(net: Network, point: Point) -> tuple[float, Parameters]:
    """C and dC/dp from the loss as one expression in scalars, differentiated by SymPy and made numbers by its `lambdify`."""
    expansion = expanded(net, point.sizes)
    data: dict[str, list[Any]] = {"input": [], "target": []}
    for q in net.equations.given:
        if q.role in data:
            symbols = expansion.symbols[q.name]
            data[q.role].append(symbols if symbols.ndim == 2 else symbols[:, None])
    arguments = [expansion.symbols[name] for name in point.p]
    arguments += [np.concatenate(columns, axis=1) for columns in data.values()]
    values = [*point.p.values(), point.X, point.Y]
    outputs = [expansion.loss, *(entry for name in point.p for entry in expansion.gradients[name].flat)]
    function = lambdify([s for a in arguments for s in a.flat], outputs, modules="numpy", cse=True)
    C, *entries = (float(v) for v in function(*(n for value in values for n in value.flat)))
    gradients, start = {}, 0
    for name, value in point.p.items():
        gradients[name] = np.array(entries[start : start + value.size]).reshape(value.shape)
        start += value.size
    return C, gradients


# --- By hand.

HAND_LOSSES: dict[type[Loss], str] = {
    squared_error: "squared_error",
    half_sum_of_squares: "half_sum_of_squares",
    sum_of_squares: "sum_of_squares",
}


def by_hand(net: Network, point: Point) -> tuple[float, Parameters, Parameters]:
    """C, dC/dp and every z, a and delta by `reference.py`; raises `Unsupported` for what it does not know, and says what.

    Of an activation or loss that is not the package's own it gets the values of the formula, and slopes by differences
    of the formula in 50 digits.
    """
    if not net.layers:
        raise Unsupported("not for written equations")
    layers = [_hand_layer(layer, number) for number, layer in enumerate(net.layers, 1)]
    kind, last = net.loss, net.layers[-1]
    loss: Any = HAND_LOSSES.get(kind)
    plain_softmax = last.activation is softmax and isinstance(last, Dense)
    if (kind is cross_entropy and last.activation is not softmax) or (kind is categorical_cross_entropy and plain_softmax):
        loss = "cross_entropy"
    return reference.value_and_grad(layers, loss or _loss_pair(kind), point.p, point.X, point.Y, net.l2)


def _hand_layer(layer: Layer, number: int) -> reference.Layer:
    inner = layer.inner if type(layer) is Residual else layer
    if type(inner) is not Dense:
        raise Unsupported(f"not for the layer {type(layer).__name__}")
    kind = inner.activation
    if ACTIVATIONS.get(kind.__name__) is kind:
        activation: str | reference.Elementwise = kind.__name__
    elif issubclass(kind, RowActivation):
        raise Unsupported(f"not for the row activation {kind.__name__}")
    else:
        activation = activation_pair(kind)
    bias = f"b{number}" if inner.bias else None
    return reference.Layer(activation, inner.tie or f"w{number}", bias, inner.transpose, inner is not layer)


def activation_pair(kind: type[Activation]) -> reference.Elementwise:
    """(value(z), slope(z)) of an activation, both from the values of its formula in 50 digits."""
    z = Symbol("z", real=True)
    function = lambdify([z], Activation.written_out(kind(z)), modules="mpmath")
    return _entrywise(function, 1), _entrywise(lambda t: _difference(function, t), 1)


def _loss_pair(kind: type[Loss]) -> reference.LossPair:
    a, y = Symbol("a", real=True), Symbol("y", real=True)
    function = lambdify([a, y], Activation.written_out(kind.entry(a, y)), modules="mpmath")
    value, slope = _entrywise(function, 2), _entrywise(lambda t, u: _difference(lambda v: function(v, u), t), 2)

    def scale(a: Array) -> float:
        return 1 / len(a) if kind.mean else 1.0

    return (lambda a, y: float(value(a, y).sum() * scale(a))), (lambda a, y: slope(a, y) * scale(a))


def _entrywise(function: Callable[..., Any], arguments: int) -> Callable[..., Array]:
    def number(*given: float) -> float:
        with workdps(DIGITS):
            return float(function(*map(mpf, given)))

    entries = np.frompyfunc(number, arguments, 1)
    return lambda *arrays: np.asarray(entries(*arrays), dtype=np.float64)


def _difference(function: Callable[[Any], Any], t: Any) -> Any:
    h = mpf(10) ** (-DIGITS // 3)
    return (function(t + h) - function(t - h)) / (2 * h)
