"""A graph passed one gate at a time: first the values, in order, then the gradients, in reverse order. What is not known yet is None.

step 0: the variables have their values        steps 1 ... F: one gate forward each
step F + 1: the gradient of the output, 1      steps F + 2 ... end: one gate backward each
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import DomainError
from ...folding import place_of
from ...gates import CONSTANT, VARIABLE, Value
from ...graph import Graph
from ...graph_picture import State
from ...passes import Backward, forward, needed


@dataclass(frozen=True)
class Moment:
    """A graph as far as it has been passed.

    reached  how many steps have been made
    gate     the one that was passed last, none at the beginning of a pass
    problem  why it could not be passed, or nothing
    """

    state: State
    reached: int
    gate: int | None = None
    problem: str = ""

    @property
    def passing(self) -> Backward | None:
        return self.state.passing


class Walk:
    """The steps through a graph. `wrt`: the variables whose gradients are wanted."""

    def __init__(self, graph: Graph, wrt: Any = None) -> None:
        self.graph, self.nodes = graph, graph.nodes
        self.output = place_of(self.nodes, graph.output)
        self.variables = {node.name: n for n, node in enumerate(self.nodes) if node.gate is VARIABLE}
        self.wanted = [self.variables[name] for name in graph.names_of(wrt)]
        self.gates = [n for n, node in enumerate(self.nodes) if node.is_gate]
        self.needed = needed(self.nodes, self.output, self.wanted)
        self.back = [n for n in reversed(self.gates) if self.needed[n]]

    @property
    def seed(self) -> int:
        """The step at which the backward pass begins."""
        return len(self.gates) + 1

    @property
    def end(self) -> int:
        """The last step."""
        return self.seed + len(self.back)

    def at(self, step: int, given: Mapping[str, Value]) -> Moment:
        """The graph after so many steps. At a gate that has no value or no derivative the walk stands still, and says why."""
        places = {self.variables[name]: value for name, value in given.items()}
        done = min(step, len(self.gates))
        values, problem = self._forward(done, places)
        if problem:
            done = bisect_left(range(done), True, key=lambda k: bool(self._forward(k + 1, places)[1]))
            values = self._forward(done, places)[0]
        current = self.gates[done - 1] if done else None
        if problem or step < self.seed:
            return Moment(State(self.nodes, self.output, values, None, current), done, current, problem)
        passing = Backward(self.nodes, self.output, values, self.wanted)
        reached = self.seed
        try:
            while reached < step:
                passing.advance()
                reached += 1
        except DomainError as error:
            problem = str(error)
        return Moment(State(self.nodes, self.output, values, passing), reached, passing.current, problem)

    def _forward(self, gates: int, places: Mapping[int, Value]) -> tuple[list[Value | None], str]:
        """The values of the variables and of the first gates, or why there are none."""
        upto = self.gates[gates - 1] + 1 if gates else 0
        try:
            values = forward(self.nodes[:upto], places)
        except DomainError as error:
            return [], str(error)
        rest = self.nodes[upto:]
        return [*values, *(node.constant if node.gate is CONSTANT else places.get(n) for n, node in enumerate(rest, upto))], ""

    def step_of(self, other: Walk, step: int) -> int:
        """The step of this walk at which it is as far as another, of the same graph folded differently, is after `step`."""
        if step >= other.seed:
            return self.seed if step == other.seed else self.seed + _as_far(self, self.back, other, other.back, step - other.seed)
        common = [n for n in other.gates[:step] if other.nodes[n].name in self._names(self.gates)]
        if step == len(other.gates) or not common:
            return len(self.gates) if step and step == len(other.gates) else 0
        return self._names(self.gates).index(other.nodes[common[-1]].name) + 1

    def _names(self, gates: list[int]) -> list[str]:
        return [self.nodes[n].name for n in gates]


def _as_far(walk: Walk, gates: list[int], other: Walk, others: list[int], passed: int) -> int:
    """How many gates are passed backward where `passed` of the others are: a folded one only with all that is inside."""
    mine, theirs = walk._names(gates), other._names(others)
    count = sum(name in mine for name in theirs[:passed])
    if passed < len(theirs) and theirs[passed] not in mine:
        count = max(count - 1, 0)
    common = [n for n, name in enumerate(mine) if name in theirs]
    return common[count] if count < len(common) else len(gates)
