"""Gates on whole arrays: sums, products over indices, and functions of every entry; each with what it sends back.

G stands for the gradient that reaches a gate. `said` tells what each input receives, as one writes it with matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .gates import Gate, Value, reason
from .numerals import short

Array = NDArray[Any]


@dataclass(frozen=True)
class ArrayGate:
    """One operation on arrays. Axes are letters: "jk" of a matrix, "j" of a vector, "" of a number."""

    label: str
    axes: tuple[str, ...]
    out: str
    said: tuple[str, ...]

    def value(self, inputs: Sequence[Array]) -> Array:
        raise NotImplementedError

    def back(self, slot: int, gradient: Array, output: Array, inputs: Sequence[Array]) -> Array:
        """d C / d input, from the gradient by the output."""
        raise NotImplementedError


@dataclass(frozen=True)
class Contraction(ArrayGate):
    """out = factor * sum over the letters not in `out` of the product of all inputs: every product of arrays, and every sum of one.

    What an input receives is the same kind of thing: the sum over the letters that it lacks of G times the other inputs.
    """

    factor: float = 1.0

    def value(self, inputs: Sequence[Array]) -> Array:
        return np.asarray(self.factor * np.einsum(f"{','.join(self.axes)}->{self.out}", *inputs))

    def back(self, slot: int, gradient: Array, output: Array, inputs: Sequence[Array]) -> Array:
        others = [n for n in range(len(inputs)) if n != slot]
        present = set(self.out).union(*(self.axes[n] for n in others))
        alone = [letter for letter in self.axes[slot] if letter not in present]  # summed in this input only: its entries share one gradient
        sizes = dict(zip(self.axes[slot], inputs[slot].shape, strict=True))
        letters = ",".join([self.out, *(self.axes[n] for n in others), *alone])
        ones = [np.ones(sizes[letter]) for letter in alone]
        return np.asarray(self.factor * np.einsum(f"{letters}->{self.axes[slot]}", gradient, *(inputs[n] for n in others), *ones))


@dataclass(frozen=True)
class Addition(ArrayGate):
    """The sum of arrays with their signs; one that lacks an axis is repeated along it, and receives the sum of G along it."""

    signs: tuple[int, ...] = ()

    def value(self, inputs: Sequence[Array]) -> Array:
        total: Any = 0
        for sign, axes, array in zip(self.signs, self.axes, inputs, strict=True):
            kept = [letter for letter in self.out if letter in axes]
            spread = np.einsum(f"{axes}->{''.join(kept)}", array)
            total = total + sign * spread[tuple(slice(None) if letter in kept else None for letter in self.out)]
        return np.asarray(total)

    def back(self, slot: int, gradient: Array, output: Array, inputs: Sequence[Array]) -> Array:
        return np.asarray(self.signs[slot] * np.einsum(f"{self.out}->{self.axes[slot]}", gradient))


@dataclass(frozen=True)
class Entrywise(ArrayGate):
    """A scalar gate on every entry. `constants` has a number where an input of the gate is one, and None where it is the array."""

    gate: Gate | None = None
    constants: tuple[Value, ...] = (None,)

    def _entry(self, x: float) -> list[Value]:
        return [x if c is None else c for c in self.constants]

    def value(self, inputs: Sequence[Array]) -> Array:
        gate = self.gate
        assert gate is not None
        return _each(lambda x, _: gate.value(self._entry(x)), inputs[0], inputs[0], "there is no value")

    def back(self, slot: int, gradient: Array, output: Array, inputs: Sequence[Array]) -> Array:
        gate, place = self.gate, [self.constants.index(None)]
        assert gate is not None
        slopes = _each(lambda x, y: gate.slopes(place, y, self._entry(x))[0], inputs[0], output, "there is no derivative")
        return np.asarray(gradient * slopes)


def _each(function: Callable[[float, float], Value], inputs: Array, outputs: Array, otherwise: str) -> Array:
    """A function of every entry of two arrays; raises `ArithmeticError` that names the entry where there is none."""
    found = np.empty(inputs.shape)
    for at, x in np.ndenumerate(inputs):
        try:
            found[at] = function(float(x), float(outputs[at]))
        except (ArithmeticError, ValueError) as error:
            entry = f"entry {', '.join(str(n + 1) for n in at)} = {short(x)}" if at else short(x)
            raise ArithmeticError(f"{reason(error, otherwise)}, at {entry}") from None
    return found
