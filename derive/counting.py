"""What a network costs: parameters, bytes, and the multiplications of a gradient, by backpropagation or without."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from .errors import DeriveError, Unsupported

# Animals and networks by the number of their synapses, as orders of magnitude.
SPECIES: dict[str, int] = {
    "roundworm": 10**5,
    "fruit fly": 10**7,
    "bee": 10**9,
    "mouse": 10**12,
    "cat": 10**13,
    "human": 10**15,
}

PREFIXES = ("", "k", "M", "G", "T", "P", "E")


class Shaped(Protocol):
    """A network with the shapes of its parameters: {"w1": (n1, n0), "b1": (n1,), ...}."""

    @property
    def shapes(self) -> Mapping[str, tuple[Any, ...]]: ...


def count_parameters(net: Shaped) -> int:
    """N: all weights and biases. A shared parameter counts once."""
    return sum(math.prod(int(n) for n in shape) for shape in net.shapes.values())


def memory(net: Shaped | int, dtype: str = "float32") -> int:
    """Bytes for the parameters of a network, or for a number of them: 4 each in float32, 8 in float64."""
    number = net if isinstance(net, int) else count_parameters(net)
    if isinstance(net, bool) or number < 0:
        raise DeriveError(f"{net!r} is neither a network nor a number of parameters", "memory")
    try:
        return number * np.dtype(dtype).itemsize
    except TypeError:
        raise DeriveError(f"{dtype!r} is no type of NumPy", "memory", "give float32 or float64") from None


def readable_bytes(count: int) -> str:
    """A number of bytes with a decimal prefix, 1 kB = 1000 B."""
    power = min(max(len(str(count)) - 1, 0) // 3, len(PREFIXES) - 1)
    return f"{count / 1000**power:.4g} {PREFIXES[power]}B"


def species_table(dtype: str = "float32") -> tuple[tuple[str, int, str], ...]:
    """Name, synapses, and the memory for one number a synapse."""
    return tuple((name, synapses, readable_bytes(memory(synapses, dtype))) for name, synapses in SPECIES.items())


@dataclass(frozen=True)
class LayerCost:
    """Multiplications of one dense layer n0 -> n1 for one sample: the n0 n1 products of a matrix with a vector."""

    inputs: int
    neurons: int
    forward: int
    weight_gradient: int
    deltas: int


@dataclass(frozen=True)
class Cost:
    """The multiplications of a dense network for one sample, layer by layer, against N, its number of parameters.

    Counted are the products that weights take part in: W a forward, delta a^T for the weight gradients, W^T delta for
    the deltas, which the inputs do not need. Not counted: additions, activations, slopes and the one product with each.
    """

    parameters: int
    layers: tuple[LayerCost, ...]

    @property
    def forward(self) -> int:
        """Sum of n_l n_(l-1): the number of weights."""
        return sum(layer.forward for layer in self.layers)

    @property
    def weight_gradients(self) -> int:
        """Sum of n_l n_(l-1), once more."""
        return sum(layer.weight_gradient for layer in self.layers)

    @property
    def deltas(self) -> int:
        """Sum of n_l n_(l-1) without the first layer."""
        return sum(layer.deltas for layer in self.layers)

    @property
    def total(self) -> int:
        """One gradient: forward + weight gradients + deltas."""
        return self.forward + self.weight_gradients + self.deltas

    @property
    def ratio(self) -> float:
        """total / N: below 3, where 2 is the rule of thumb (N forward, N backward)."""
        return self.total / self.parameters

    @property
    def finite_differences(self) -> int:
        """One gradient by forward differences: N + 1 forward passes."""
        return (self.parameters + 1) * self.forward

    def stored(self, samples: int = 1) -> int:
        """Numbers kept for one gradient: 2N, and for every sample and neuron an output and a delta.

        2N are parameters and gradients. The rule of thumb, 3N, counts the parameters, and an output and a delta for
        each; but these belong to neurons, which are far fewer.
        """
        return 2 * self.parameters + 2 * samples * sum(layer.neurons for layer in self.layers)

    def __str__(self) -> str:
        rows = [("layer", "forward", "weight gradients", "deltas")]
        for c in self.layers:
            rows.append((f"{c.inputs} -> {c.neurons}", str(c.forward), str(c.weight_gradient), str(c.deltas)))
        rows.append(("all", str(self.forward), str(self.weight_gradients), str(self.deltas)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        times_n = f"{self.ratio:.2g} N, where N = {self.parameters} parameters"
        gradient = f"{self.total} multiplications for a gradient: {times_n}"
        without = f"{self.finite_differences} by finite differences: N + 1 = {self.parameters + 1} forward passes"
        return "\n".join([*lines, gradient, without])


def count_operations(net: Shaped) -> Cost:
    """The multiplications of a dense network, from the shapes of its weights: see `Cost` for what is counted.

    Raises `Unsupported` where the weights are not one chain, one matrix a layer: a tied one works in two layers.
    """
    shapes = {name: shape for name, shape in net.shapes.items() if len(shape) == 2}
    named = [f"w{layer}" for layer in range(1, len(getattr(net, "layers", shapes)) + 1)]
    if not named or list(shapes) != named or any(a[0] != b[1] for a, b in pairwise(shapes.values())):
        raise Unsupported(
            "its weights are not one chain of dense layers", "count_operations", "count each layer by itself"
        )
    layers = tuple(
        LayerCost(int(n0), int(n1), int(n0 * n1), int(n0 * n1), int(n0 * n1) if layer else 0)
        for layer, (n1, n0) in enumerate(shapes.values())
    )
    return Cost(count_parameters(net), layers)
