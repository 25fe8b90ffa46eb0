"""Backpropagation by hand: Nielsen's four equations in a loop over the layers, in NumPy and nothing else.

This module is the judge of the code that `derive` generates. It is written from the four equations on paper and shares
no line with the generator, not even the error classes: an import here, and the two could be wrong together.

Samples are rows. With a_0 = X, layer i with matrix w (n_out, n_in) and bias b (n_out,) computes

    z_i = a_{i-1} w^T + b,    a_i = act(z_i)    (a residual layer: a_i = a_{i-1} + act(z_i))

and, going back,

    BP1   delta_L = dC/da_L * act'(z_L)
    BP2   delta_i = (delta_{i+1} w_{i+1}) * act'(z_i)
    BP3   dC/db_i = sum of delta_i over the samples
    BP4   dC/dw_i = delta_i^T a_{i-1}

Source: M. Nielsen, "Neural Networks and Deep Learning", chapter 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Elementwise = tuple[Callable[[Array], Array], Callable[[Array], Array]]  # value(z), slope(z)
LossPair = tuple[Callable[[Array, Array], float], Callable[[Array, Array], Array]]  # value(a, y), slope(a, y) = dC/da


@dataclass(frozen=True)
class Layer:
    """a_i = act(a_{i-1} w^T + b), with w and b named by their keys in the parameters.

    `activation` is a name in `ACTIVATIONS`, "softmax", or a pair of elementwise functions (value(z), slope(z)).
    `transpose` uses p[weight].T as this layer's matrix; `residual` adds a_{i-1} to the activation; `bias` None is no
    bias. Two layers with the same `weight` or `bias` share that parameter.
    """

    activation: str | Elementwise
    weight: str
    bias: str | None
    transpose: bool = False
    residual: bool = False


# --- Activations: value and slope, entry by entry. exp is only ever taken of -|z| or less, so it cannot overflow.


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), which is also e^z / (1 + e^z): each z takes the form whose exponential is small."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def softplus(z: Array) -> Array:
    """ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|)."""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


ACTIVATIONS: dict[str, Elementwise] = {
    # sigma' as sigma(z) (1 - sigma(z)) would lose its digits at large z
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "tanh": (np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
    # at its kink, z = 0, the slope of relu is 0 by convention
    "relu": (lambda z: np.where(z > 0, z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "softplus": (softplus, sigmoid),
    "identity": (lambda z: z, lambda z: np.ones_like(z)),
}


# --- Softmax is not elementwise: every output of a row depends on every z of that row.


def log_softmax(z: Array) -> Array:
    """ln softmax(z) = z - ln(sum_k e^z_k) for each row; subtracting the row's largest z first changes nothing."""
    shifted: Array = z - z.max(axis=1, keepdims=True)
    total: Array = np.exp(shifted).sum(axis=1, keepdims=True)
    return shifted - np.log(total)


def softmax(z: Array) -> Array:
    """a_j = e^z_j / sum_k e^z_k for each row."""
    e: Array = np.exp(z - z.max(axis=1, keepdims=True))
    total: Array = e.sum(axis=1, keepdims=True)
    return e / total


def softmax_jacobian(a: Array) -> Array:
    """da_j/dz_k = a_j ([j=k] - a_k), the (n, n) Jacobian of one row with outputs a (n,)."""
    return np.diag(a) - np.outer(a, a)


# --- Losses: value and dC/da. m = len(a) is the number of samples.


def times_log(y: Array, a: Array) -> Array:
    """y ln a, with 0 ln 0 = 0."""
    return y * np.log(_positive_where(y, a))


def times_log_slope(y: Array, a: Array) -> Array:
    """y / a, with 0 / 0 = 0."""
    return y / _positive_where(y, a)


def _positive_where(y: Array, a: Array) -> Array:
    """a where y counts and 1 where y = 0, so that neither ln nor division meets a 0 that does not matter."""
    if np.any((y != 0) & (a <= 0)):
        raise ValueError("cross entropy: an output is not strictly between 0 and 1; end with sigmoid or softmax")
    return np.where(y == 0, 1.0, a)


LOSSES: dict[str, LossPair] = {
    "sum_of_squares": (lambda a, y: float(np.sum((a - y) ** 2)), lambda a, y: 2.0 * (a - y)),
    "half_sum_of_squares": (lambda a, y: float(np.sum((a - y) ** 2)) / 2, lambda a, y: a - y),
    # 1/(2m): the mean over samples, but the sum over outputs
    "squared_error": (lambda a, y: float(np.sum((a - y) ** 2)) / (2 * len(a)), lambda a, y: (a - y) / len(a)),
    # -1/m sum [y ln a + (1 - y) ln(1 - a)]
    "cross_entropy": (
        lambda a, y: -float(np.sum(times_log(y, a) + times_log(1.0 - y, 1.0 - a))) / len(a),
        lambda a, y: (times_log_slope(1.0 - y, 1.0 - a) - times_log_slope(y, a)) / len(a),
    ),
}


# --- Two outputs whose act' cancels under cross entropy: value(z, y) and delta(z, y) = dC/dz straight from the last z.
#     By way of a, the value would be ln 0 at large |z| and delta 0/0.

CROSS_ENTROPY_FROM_Z: dict[str, LossPair] = {
    # -1/m sum [y ln sigma(z) + (1 - y) ln sigma(-z)] with -ln sigma(z) = softplus(-z);  delta = (a - y) / m
    "sigmoid": (
        lambda z, y: float(np.sum(y * softplus(-z) + (1.0 - y) * softplus(z))) / len(z),
        lambda z, y: (sigmoid(z) - y) / len(z),
    ),
    # -1/m sum y ln a;  delta = (a - y) / m where the rows of y sum to 1, and this where they do not
    "softmax": (
        lambda z, y: -float(np.sum(y * log_softmax(z))) / len(z),
        lambda z, y: (softmax(z) * y.sum(axis=1, keepdims=True) - y) / len(z),
    ),
}


def value_and_grad(
    layers: Sequence[Layer],
    loss: str | LossPair,
    p: Mapping[str, ArrayLike],
    X: ArrayLike,
    Y: ArrayLike,
    l2: float = 0.0,
    decayed: Sequence[str] = (),
) -> tuple[float, dict[str, Array], dict[str, Array]]:
    """C and dC/dp for every parameter p by BP1-BP4, and every number met on the way.

    X is (m, n_0), Y (m, n_L), a weight (n_out, n_in), a bias (n_out,). `loss` is a name in `LOSSES` or a pair of
    functions (value(a, y), slope(a, y)). "cross_entropy" is categorical after softmax and binary after anything else,
    both means over the samples. `l2` adds l2/2 sum w^2 over the weights named in `decayed` (none named: over all
    weights), each once however often it is used.

    Returns (C, gradients, trace). The gradients have the keys and shapes of the parameters that the layers use; the
    trace has "z1", "a1", "delta1", ... of every layer, and "dw1", ... the gradient of every parameter.
    Raises ValueError for an unknown name, for shapes that do not fit, and for cross entropy outside its domain;
    KeyError for a parameter that is not in p.
    """
    w = {name: np.asarray(array, dtype=np.float64) for name, array in p.items()}
    x, y = np.asarray(X, dtype=np.float64), np.asarray(Y, dtype=np.float64)
    if not layers or x.ndim != 2 or len(x) == 0:
        raise ValueError(f"expected layers and X (samples, features), got {len(layers)} layers and X {x.shape}")

    # Forward: keep every z and every a, for the way back. a[i] is the a of layer i, a[0] the input; z[0] is a filler.
    a, z = [x], [x]
    for i, layer in enumerate(layers, start=1):
        matrix = w[layer.weight].T if layer.transpose else w[layer.weight]
        _expect(f"the input of layer {i}", a[i - 1].shape[1:], matrix.shape[1:])
        z_i = a[i - 1] @ matrix.T
        if layer.bias is not None:
            _expect(f"bias {layer.bias!r} of layer {i}", w[layer.bias].shape, z_i.shape[1:])
            z_i = z_i + w[layer.bias]
        a_i = softmax(z_i) if layer.activation == "softmax" else _elementwise(layer)[0](z_i)
        if layer.residual:
            _expect(f"the activation of residual layer {i}", a_i.shape, a[i - 1].shape)
            a_i = a[i - 1] + a_i
        z.append(z_i)
        a.append(a_i)

    # The loss, its slope dC/da at the output, and BP1: delta of the last layer.
    last = layers[-1]
    _expect("Y", y.shape, a[-1].shape)
    direct = loss == "cross_entropy" and not last.residual
    from_z = CROSS_ENTROPY_FROM_Z.get(str(last.activation)) if direct else None
    if from_z is not None:
        value, output_delta = from_z
        C, delta = float(value(z[-1], y)), output_delta(z[-1], y)
        dC_da = np.zeros_like(a[-1])  # read by a residual layer only, which this one is not
    else:
        value, slope = _loss(loss, last)
        C, dC_da = float(value(a[-1], y)), slope(a[-1], y)
        delta = _through_activation(last, z[-1], dC_da)

    # Back, one layer at a time. A parameter used in several places gets the sum of its gradients: each starts from 0.
    used = [name for layer in layers for name in (layer.weight, layer.bias) if name is not None]
    gradients = {name: np.zeros_like(w[name]) for name in used}
    trace: dict[str, Array] = {}
    for i in range(len(layers), 0, -1):
        layer = layers[i - 1]
        matrix = w[layer.weight].T if layer.transpose else w[layer.weight]
        trace |= {f"z{i}": z[i], f"a{i}": a[i], f"delta{i}": delta}

        if layer.bias is not None:
            gradients[layer.bias] += delta.sum(axis=0)  # BP3
        dC_dmatrix = delta.T @ a[i - 1]  # BP4
        gradients[layer.weight] += dC_dmatrix.T if layer.transpose else dC_dmatrix

        if i > 1:  # BP2; a residual layer also hands its dC/da back unchanged
            dC_da = delta @ matrix + (dC_da if layer.residual else 0.0)
            delta = _through_activation(layers[i - 2], z[i - 1], dC_da)

    # Weight decay. dict.fromkeys drops repetitions: a weight used twice decays once.
    for name in dict.fromkeys(decayed or [layer.weight for layer in layers]):
        C += l2 / 2 * float(np.sum(w[name] ** 2))
        gradients[name] += l2 * w[name]

    trace |= {f"d{name}": gradient for name, gradient in gradients.items()}
    return C, gradients, trace


def _through_activation(layer: Layer, z: Array, dC_da: Array) -> Array:
    """delta = dC/dz from dC/da: times act'(z) entry by entry, or for softmax each row by its Jacobian."""
    if layer.activation == "softmax":
        return np.array([softmax_jacobian(a).T @ row for a, row in zip(softmax(z), dC_da, strict=True)])
    return dC_da * _elementwise(layer)[1](z)


def _elementwise(layer: Layer) -> Elementwise:
    """The pair (value, slope) of an elementwise activation."""
    if not isinstance(layer.activation, str):
        return layer.activation
    if layer.activation not in ACTIVATIONS:
        known = ", ".join([*ACTIVATIONS, "softmax"])
        raise ValueError(f"unknown activation {layer.activation!r}; known: {known}; or give a pair of functions")
    return ACTIVATIONS[layer.activation]


def _loss(loss: str | LossPair, last: Layer) -> LossPair:
    """The pair (value, slope) of a loss in terms of the outputs a."""
    if not isinstance(loss, str):
        return loss
    if loss not in LOSSES:
        raise ValueError(f"unknown loss {loss!r}; known: {', '.join(LOSSES)}; or give a pair of functions")
    if loss == "cross_entropy" and last.activation == "softmax":
        raise ValueError("cross entropy after a residual softmax layer: its outputs do not sum to 1")
    return LOSSES[loss]


def _expect(what: str, given: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """Shapes must be equal: NumPy would stretch (n,) against (n, 1) without a word."""
    if given != expected:
        raise ValueError(f"{what} has shape {given}, expected {expected}")
