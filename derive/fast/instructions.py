"""What the lowering makes of equations: arrays in a workspace, and instructions that each are one call writing into one of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

ELEMENTWISE = frozenset(
    "add subtract multiply divide power negative reciprocal square sqrt exp log tanh abs sin cos tan sinh cosh sign heaviside "
    "maximum minimum logaddexp greater greater_equal less less_equal log1p expm1 expit".split()
)


@dataclass(eq=False)
class Value:
    """An array. Values are told apart by identity: two buffers of one shape are two.

    name   what the source calls it, if that is free; a result without an equation of its own has none
    kind   "buffer", "parameter", "data" (a batch is gathered into it), "ones" or "number" (then `number` is set)
    unit   rows (data: columns) behind the last: the constant unit or room for what belongs to it, and what fills up the width
    inside the array of which this one is a part, `part` how it is cut out in the source, `cut` the same as an index
    """

    name: str
    shape: tuple[int, ...]
    kind: str = "buffer"
    number: float = 0.0
    unit: int = 0
    inside: Value | None = None
    part: str = ""
    cut: Any = ...

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def whole(self) -> tuple[int, ...]:
        """The shape with the unit; samples are the rows of data, and the columns of everything else."""
        if not self.unit:
            return self.shape
        rows, columns = self.shape
        return (rows, columns + self.unit) if self.kind == "data" else (rows + self.unit, columns)

    def around(self) -> list[Value]:
        """The arrays of which this one is a part."""
        return [] if self.inside is None else [self.inside, *self.inside.around()]

    def shares(self, other: Value) -> bool:
        """Whether one is the other, or a part of it."""
        return self is other or self in other.around() or other in self.around()

    @property
    def home(self) -> Value:
        """The array that owns the memory."""
        return self if self.inside is None else self.inside.home


@dataclass(frozen=True)
class Ref:
    """An array as an instruction reads it: `view` is "", ".T" or slots such as "[:, None]"; `whole` counts the constant unit in."""

    value: Value
    view: str = ""
    whole: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape as it is seen, without the constant unit."""
        if self.view in ("", ".T"):
            return self.value.shape[::-1] if self.view else self.value.shape
        sizes = iter(self.value.shape)
        return tuple(next(sizes) if part.strip() == ":" else 1 for part in self.view.strip("[]").split(","))

    @property
    def turned(self) -> Ref:
        return replace(self, view="" if self.view == ".T" else ".T")


@dataclass(eq=False)
class Instruction:
    """out = operation(args). `why` is the equation it belongs to, `formula` what it completes; `note` says something else."""

    operation: str
    args: tuple[Ref, ...]
    out: Ref
    settings: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    note: str = ""
    formula: str = ""

    @property
    def comment(self) -> str:
        """What the source says behind the call: the equation, if this is its result, or what it is for."""
        label = self.why if self.out.value.name == self.why.partition("  ")[0] else f"for {self.why}"
        return self.note or label + (f": {self.formula}" if self.formula else "")

    @property
    def elementwise(self) -> bool:
        return self.operation in ELEMENTWISE


@dataclass(frozen=True)
class Update:
    """parameter <- (1 - eta * decay) parameter - eta * scale * gradient; inside the product that makes the gradient, where one is given."""

    parameter: Value
    gradient: Ref
    scale: float
    product: Instruction | None = None
    decay: float = 0.0


@dataclass
class Step:
    """One step of gradient descent on a batch of a fixed size.

    loss       the array of the loss, and the number it is still to be multiplied by
    updates    one for each parameter, or for each array in which several lie
    data       where the batch of X and of Y is gathered
    used       the passes that did something
    """

    instructions: list[Instruction]
    loss: tuple[Ref, float]
    updates: list[Update]
    parameters: dict[str, Value]
    data: dict[str, Value]
    used: set[str]

    @property
    def homes(self) -> dict[Value, dict[str, Any]]:
        """The arrays in which parameters lie, each with the index of every parameter in it."""
        found: dict[Value, dict[str, Any]] = {}
        for name, value in self.parameters.items():
            found.setdefault(value.home, {})[name] = value.cut
        return found

    def reading(self, value: Value) -> Iterator[Instruction]:
        """The instructions that read (a part of) an array."""
        return (i for i in self.instructions if any(r.value is value for r in i.args))

    def writing(self, value: Value) -> Instruction | None:
        return next((i for i in self.instructions if i.out.value is value), None)

    def updating(self, value: Value) -> list[Update]:
        """The updates whose gradient is an array."""
        return [u for u in self.updates if u.gradient.value is value]

    def passing(self, value: Value) -> bool:
        """Whether one instruction reads an array, and nothing after it."""
        return len(list(self.reading(value))) == 1 and value not in self.kept()

    def kept(self) -> set[Value]:
        """Arrays that are read after the last instruction."""
        return {self.loss[0].value, *(u.gradient.value for u in self.updates)}
