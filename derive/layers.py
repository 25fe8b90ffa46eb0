"""Layers: each writes its forward equations; the backward equations are derived, so a new layer needs no backward code.

@dataclass(frozen=True)
class Scale(Layer):
    "a_j = g_j a_j: one gain a neuron."
    same_width = True
    def equations(self, b, a):
        g = b.parameter("g", (b.axis,))
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), g[j] * b.entry(a, j))
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sympy import Expr

from .equations import Equation
from .errors import DeriveError
from .indices import Axis, Index, Quantity, summed
from .ops import ACTIVATIONS, Activation, RowActivation, identity, sigmoid

AnyActivation = type[Activation] | type[RowActivation]


@dataclass
class Builder:
    """What a layer needs to write its equations: its number, the axes around it, and where the equations go.

    With `samples` empty the equations are those of one sample; otherwise every data quantity has the sample axis last.
    """

    layer: int
    below: Axis
    axis: Axis
    samples: tuple[Axis, ...]
    known: dict[str, Quantity]
    equations: list[Equation] = field(default_factory=list)
    given: list[Quantity] = field(default_factory=list)

    def indices(self, *letters: str, below: bool = False) -> tuple[Index, ...]:
        """Indices over this layer's neurons (or those below)."""
        return tuple((self.below if below else self.axis).index(letter) for letter in letters)

    @property
    def sample(self) -> tuple[Index, ...]:
        return tuple(axis.index(axis.letters[0]) for axis in self.samples)

    def entry(self, quantity: Quantity, *indices: Index) -> Expr:
        """An entry of a data quantity, for the current sample."""
        return quantity[(*indices, *self.sample)]

    def parameter(self, name: str, axes: tuple[Axis, ...], role: str = "parameter") -> Quantity:
        """A trained array of this layer, called `name` followed by the layer's number."""
        quantity = Quantity(f"{name}{self.layer}", axes, role, self.layer)
        self.given.append(quantity)
        self.known[quantity.name] = quantity
        return quantity

    def tied(self, name: str) -> Quantity:
        """A weight matrix of a layer below."""
        if name not in self.known:
            raise DeriveError(
                f"there is no weight {name!r} below it to be tied to",
                f"layer {self.layer}",
                f"there are {', '.join(self.known)}",
            )
        return self.known[name]

    def define(
        self, name: str, role: str, indices: tuple[Index, ...], rhs: Expr, rowwise: type[RowActivation] | None = None
    ) -> Quantity:
        """Write down an equation; its left side gets the layer's number and the sample axis."""
        quantity = Quantity(f"{name}{self.layer}", (*(i.axis for i in indices), *self.samples), role, self.layer)
        self.equations.append(Equation(quantity, (*indices, *self.sample), rhs, rowwise=rowwise))
        return quantity


class Layer:
    """One layer of a network.

    size        an integer or a SymPy symbol; None where `same_width` says that it has as many neurons as the layer below
    activation  says where the outputs lie, so that the loss can check them; `identity` stands for anywhere
    """

    size: Any = None
    same_width: ClassVar[bool] = False
    activation: AnyActivation = identity

    @property
    def outputs_like(self) -> AnyActivation:
        """An activation whose range holds this layer's outputs."""
        return self.activation

    def equations(self, b: Builder, a: Quantity) -> Quantity:
        """Write the layer's equations for the activations `a` below; returns its own activations."""
        raise NotImplementedError

    def shared_axes(self, layer: int) -> list[tuple[int, int]]:
        """Pairs of layers that must have the same axis, by number."""
        return [(layer, layer - 1)] if self.same_width else []


def applied(activation: type[Activation], z: Expr) -> Expr:
    """sigma(z) as an expression."""
    return activation(z)


@dataclass(frozen=True)
class Dense(Layer):
    r"""$z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$, $a^l_j = \sigma(z^l_j)$.

    size        the number of neurons
    activation  a class of `derive.ops`, or a teacher's own
    bias        whether there is a bias
    tie         the name of a weight matrix below that is used again ("w1"); with transpose=True, its transpose
    """

    size: Any
    activation: AnyActivation = sigmoid
    bias: bool = True
    tie: str | None = None
    transpose: bool = False

    def __post_init__(self) -> None:
        if not (isinstance(self.activation, type) and issubclass(self.activation, (Activation, RowActivation))):
            hint = "give the class itself, for example Dense(3, tanh) after `from derive import tanh`"
            raise DeriveError(f"the activation is {self.activation!r}, expected a class of activations", "Dense", hint)
        if issubclass(self.activation, Activation) and ACTIVATIONS.get(self.activation.__name__) is not self.activation:
            self.activation.proved_slope()
        if self.tie is not None and not isinstance(self.tie, str):
            raise DeriveError(f"it is tied to {self.tie!r}, expected the name of a weight", "Dense", 'for example tie="w1"')
        if self.transpose and self.tie is None:
            raise DeriveError("there is nothing to transpose", "Dense", 'transpose=True goes with a tie, for example tie="w1"')

    def shared_axes(self, layer: int) -> list[tuple[int, int]]:
        if self.tie is None:
            return []
        if not (self.tie[:1] == "w" and self.tie[1:].isdecimal() and 1 <= int(self.tie[1:]) < layer):
            raise DeriveError(
                f"it is tied to {self.tie!r}, which is no weight of a layer below",
                f"layer {layer}",
                'for example tie="w1"',
            )
        other = int(self.tie[1:])
        return [(layer, other - 1), (layer - 1, other)] if self.transpose else [(layer, other), (layer - 1, other - 1)]

    def weighted_input(self, b: Builder, a: Quantity) -> Quantity:
        """z, without the activation."""
        (j,), (k,) = b.indices("j"), b.indices("k", below=True)
        w = b.parameter("w", (b.axis, b.below), "weight") if self.tie is None else b.tied(self.tie)
        entry = w[k, j] if self.transpose else w[j, k]
        z = summed(entry * b.entry(a, k), [k])
        return b.define("z", "weighted_input", (j,), z + b.parameter("b", (b.axis,), "bias")[j] if self.bias else z)

    def equations(self, b: Builder, a: Quantity) -> Quantity:
        z = self.weighted_input(b, a)
        (j,) = b.indices("j")
        kind = self.activation
        if issubclass(kind, RowActivation):
            row: type[RowActivation] = kind
            return b.define("a", "activation", (j,), row.formula(lambda i: b.entry(z, i), j), row)
        return b.define("a", "activation", (j,), applied(kind, b.entry(z, j)))


@dataclass(frozen=True)
class Residual(Layer):
    r"""$a^l_j = a^{l-1}_j + \sigma(z^l_j)$: a dense layer with a connection past it. As wide as the layer below."""

    inner: Dense
    same_width: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Dense):
            raise DeriveError(f"{self.inner!r} is not a dense layer", "Residual", "for example Residual(Dense(4, tanh))")

    @property
    def size(self) -> Any:
        return self.inner.size

    @property
    def activation(self) -> AnyActivation:  # type: ignore[override]  # read-only here
        return self.inner.activation

    @property
    def outputs_like(self) -> AnyActivation:
        return identity  # what is added may be any number

    def shared_axes(self, layer: int) -> list[tuple[int, int]]:
        return [*super().shared_axes(layer), *self.inner.shared_axes(layer)]

    def equations(self, b: Builder, a: Quantity) -> Quantity:
        if issubclass(self.inner.activation, RowActivation):
            raise DeriveError(
                "a residual connection around a softmax is not supported",
                f"layer {b.layer}",
                "use an elementwise activation",
            )
        z = self.inner.weighted_input(b, a)
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), b.entry(a, j) + applied(self.inner.activation, b.entry(z, j)))
