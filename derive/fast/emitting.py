"""The list of instructions as it grows: each result gets a buffer, and is found again where it is asked for again."""

from __future__ import annotations

from typing import Any

from .instructions import Instruction, Ref, Value

WORDS = {0.0: "zero", 0.5: "half", 1.0: "one", 2.0: "two", 3.0: "three", 4.0: "four"}
Scaled = tuple[Ref, float]  # an array, and the number that it is still to be multiplied by


class Emitter:
    """Makes instructions. `why` is the equation at hand."""

    def __init__(self, passes: frozenset[str]) -> None:
        self.passes, self.why = passes, ""
        self.used: set[str] = set()
        self.instructions: list[Instruction] = []
        self.known: dict[Any, Value] = {}
        self.numbers: dict[float, Value] = {}

    def number(self, number: float) -> Ref:
        if number not in self.numbers:
            self.numbers[number] = Value(WORDS.get(number, "number"), (), "number", number)
        return Ref(self.numbers[number])

    def emit(self, operation: str, args: tuple[Ref, ...], shape: tuple[int, ...], **settings: Any) -> Ref:
        """The result of an operation: a new buffer, or the one that holds it already."""
        key = (operation, args, shape, tuple(sorted(settings.items())))
        if "share results" in self.passes and key in self.known:
            self.used.add("share results")
            return Ref(self.known[key])
        out = Value("", shape)
        self.instructions.append(Instruction(operation, args, Ref(out), dict(settings), self.why))
        self.known[key] = out
        return Ref(out)

    def plain(self, scaled: Scaled, shape: tuple[int, ...]) -> Ref:
        """The array with its number multiplied in."""
        ref, scale = scaled
        return ref if scale == 1 else self.emit("multiply", (ref, self.number(scale)), shape)

    def result(self, ref: Ref, scale: float, shape: tuple[int, ...]) -> Scaled:
        if "carry scales" not in self.passes:
            return self.plain((ref, scale), shape), 1.0
        if scale != 1:
            self.used.add("carry scales")
        return ref, scale
