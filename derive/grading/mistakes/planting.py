"""What a mistake is: a sentence, a hint, and every way in which it can be made in a given computation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from ...gates import CONSTANT, VARIABLE
from ...glyphs import parts
from ...wiring import Node
from .problems import VALUE, Problem
from .sweeping import Array, Change, Edge, NoPoint, Run, elementwise

BINDING = {"add": 1, "subtract": 1, "multiply": 2, "divide": 2, "negate": 2, "square": 3, "power": 3}
FIRST_MAY_EQUAL = {"add", "subtract", "multiply", "divide"}  # a - b - c needs no brackets, a - (b - c) does
Words: TypeAlias = Mapping[str, str | Callable[[], str]]
Broken: TypeAlias = Callable[[Array, Sequence[Array]], Any]  # an array, or a number


@dataclass(frozen=True)
class Plant:
    """One way to make a mistake. `words` fill its sentence, one that costs time only when it is said; the others say what is done.

    change   in the backward pass
    problem  in the computation itself, which is then differentiated rightly
    result   what comes out; target says so where it is the gradient by another node
    """

    words: Words = field(default_factory=dict)
    change: Change | None = None
    problem: Problem | None = None
    result: Array | None = None
    target: int | None = None


@dataclass(frozen=True, eq=False)
class Work:
    """A computation at several points, its right gradients, and the answer that is to be explained.

    answer        as the gradient that it claims; answer_slope is its own derivative by wrt, if it has one
    rate          the learning rate
    """

    problem: Problem
    right: Run
    rate: Array
    answer: Array
    answer_slope: Array | None = None

    @cached_property
    def gradients(self) -> dict[int, Array]:
        """dL/d(node), for every node that acts on L."""
        return {place: array[0] for place, array in self.right.gradients().items()}

    @cached_property
    def tangents(self) -> dict[int, Array]:
        """d(node)/d(wrt), for every node that depends on it."""
        return self.right.tangents(self.problem.target)

    @property
    def truth(self) -> Array:
        """The right answer, as a gradient, or as the value that is asked for."""
        if self.problem.asks == VALUE:
            return self.right.values[self.problem.end]
        return self.gradients[self.problem.target] if self.problem.target in self.gradients else np.zeros_like(self.answer)

    @property
    def points(self) -> int:
        return len(self.answer)

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.problem.nodes

    def edges(self, *gates: str) -> Iterator[Edge]:
        """The links of the chain between wrt and L: all, or those through some gates."""
        for place in sorted(self.problem.path, reverse=True):
            node = self.nodes[place]
            if not gates or node.gate.name in gates:
                yield from ((place, slot) for slot, i in enumerate(node.inputs) if i in self.problem.path and place != i)

    def inputs(self, place: int) -> list[Array]:
        return [self.right.values[i] for i in self.nodes[place].inputs]

    @cached_property
    def landmarks(self) -> tuple[int, ...]:
        """The nodes that a learner writes a derivative by: what has a name, and the argument of every activation."""
        arguments = {node.inputs[0] for node in self.nodes if node.gate.kind is not None}
        return tuple(p for p, node in enumerate(self.nodes) if p in arguments or (node.given and node.gate is not CONSTANT))

    def siblings(self, place: int) -> Iterator[int]:
        """The other named nodes of the same kind: w2 and w3 for w1, y_blue for y_orange."""
        own = parts(self.nodes[place].name)
        for name, other in self.problem.places.items() if self.nodes[place].given and own.subscripts else ():
            kin = parts(name)
            if other != place and kin.subscripts and kin[:2] == own[:2] and self._like(other) == self._like(place):
                yield other

    def _like(self, place: int) -> tuple[bool, bool]:
        """Whether a node is a variable, and whether samples differ in it."""
        return self.nodes[place].gate is VARIABLE, self.problem.varies[place]

    # Words

    def shown(self, place: int) -> str:
        """A node as a learner has written it: its name, or its formula."""
        return shown(self.nodes, place)

    def formula(self, place: int) -> str:
        """What a node is computed from."""
        return formula(self.nodes, place)

    def link(self, edge: Edge) -> dict[str, str]:
        """Words about one link: {f} with input {u} and other input {v}, by the gate {g}."""
        place, slot = edge
        node = self.nodes[place]
        names = [self.shown(i) for i in node.inputs]
        others = [n for k, n in enumerate(names) if k != slot]
        return {
            "f": self.formula(place),
            "u": names[slot],
            "v": others[0] if others else "",
            "g": node.gate.label or node.gate.name,
            "wrt": self.problem.wrt,
            "output": self.problem.output,
        }

    def by(self, place: int) -> str:
        """dL/dz1; for what has no name, "the derivative by w·x + b"."""
        name = self.shown(place)
        return f"d{self.problem.output}/d{name}" if self.nodes[place].given else f"the derivative by {name}"


def shown(nodes: Sequence[Node], place: int) -> str:
    node = nodes[place]
    return node.name if node.given or not node.is_gate else formula(nodes, place)


def formula(nodes: Sequence[Node], place: int) -> str:
    """A gate with the names of its inputs, or with their formulas where they have none."""
    node = nodes[place]
    outer = BINDING.get(node.gate.name, 0)
    texts = []
    for slot, i in enumerate(node.inputs):
        inner = BINDING.get(nodes[i].gate.name, 9) if nodes[i].is_gate and not nodes[i].given else 9
        fits = inner > outer or (inner == outer and slot == 0 and node.gate.name in FIRST_MAY_EQUAL)
        texts.append(shown(nodes, i) if fits or not outer else f"({shown(nodes, i)})")
    return node.gate.formula(texts)


@dataclass(frozen=True)
class Mistake:
    """A misconception, by which the same computation gives other numbers.

    code      a stable name, for statistics
    sentence  what was done, with the words of a plant in it: {u} is what is differentiated by
    hint      a question that leads to the right answer without saying it
    plants    every way in which it can be made in a computation
    cost      1 for what is common, 0 for what the question itself is about, 2 or more for what is believed only where nothing else fits
    spreads   whether one who makes it once may make it everywhere
    """

    code: str
    sentence: str
    hint: str
    plants: Callable[[Work], Iterable[Plant]]
    cost: int = 1
    spreads: bool = False

    @classmethod
    def of_rule(
        cls, code: str, gate: str, broken: Broken, sentence: str, hint: str, *, cost: int = 1, slot: int | None = None
    ) -> Mistake:
        """A wrong rule: the local derivative of a gate as a function of its output and its inputs.

            Mistake.of_rule("cosine.sign", "cos", lambda y, u: np.sin(u[0]), "(cos u)' is -sin u, with u = {u}", "Does cos rise at 1?")

        gate is the name of a gate in `derive.gates`, or of an activation; slot the input by which is differentiated, any unless said.
        """

        def plants(work: Work) -> Iterator[Plant]:
            for place, own in work.edges(gate):
                if slot is None or own == slot:
                    made = broken_slope(broken, work.right.values[place], work.inputs(place))
                    if made is not None:
                        yield Plant(work.link((place, own)), Change({(place, own): made}))

        return cls(code, sentence, hint, plants, cost, spreads=True)


def broken_slope(broken: Broken, output: Array, inputs: Sequence[Array]) -> Array | None:
    """A wrong local derivative at all points; None where it has no value."""
    with np.errstate(all="ignore"):
        made = np.asarray(broken(output, inputs), dtype=float)
    return made + np.zeros(output.shape) if np.isfinite(made).all() else None


def at_all_points(f: Callable[[float], float], array: Array) -> Array | None:
    """A function of one number at all points; None where it has no value."""
    try:
        return elementwise(f, [array])
    except NoPoint:
        return None
