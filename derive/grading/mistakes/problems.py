"""A question with one number as its answer at any point: a derivative, a value, or the parameter after a step of descent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sympy import Expr, Symbol

from ...errors import DeriveError
from ...gates import CONSTANT
from ...graph_sources import Source, of_equations, of_network
from ...reading import read
from ...scalars import names as names_in
from ...values import nearest
from ...wiring import Node

GRADIENT, VALUE, STEP = "gradient", "value", "step"


@dataclass(frozen=True)
class Problem:
    """dL/d(wrt) of named scalars, which are nodes of a graph: every operation that is one link of the chain is one node.

    output   the name of L; wrt by which name it is differentiated: a variable, or anything that an equation defines
    samples  with several, what depends on `data` is there once for each, as x_1, x_2, ..., and L is their sum, or their `mean`
    asks     "gradient"; "value", that of `output`; "step", which is wrt - rate dL/d(wrt)
    rate     the name of the learning rate, where there is one
    written  the equations, for words about them
    """

    nodes: tuple[Node, ...]
    output: str
    wrt: str = ""
    samples: int = 1
    data: tuple[str, ...] = ()
    mean: bool = False
    asks: str = GRADIENT
    rate: str = ""
    written: tuple[tuple[str, Expr], ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.samples, bool) or not isinstance(self.samples, int) or self.samples < 1:
            raise DeriveError(f"samples is {self.samples!r}, expected a whole number of at least 1", "Problem")
        for name in (self.output, *([self.wrt] if self.asks != VALUE else []), *(self.data if self.samples > 1 else ())):
            if name not in self.places:
                raise DeriveError(f"{name or 'nothing'} is no name in the problem", "Problem", nearest(name, self.places))
        if self.asks == STEP and (not self.rate or self.rate in self.places):
            raise DeriveError("a step needs the name of a learning rate that is no other name", "Problem", 'for example rate="eta"')

    @classmethod
    def of_expression(cls, expr: Any, wrt: Any, *, names: Mapping[str, Any] | None = None, output: str = "L", rate: str = "") -> Problem:
        """The derivative of one expression, or a text that `read` reads; `names` are those of its parts that an answer may use."""
        parts = [(name, read(part) if isinstance(part, str) else part) for name, part in (names or {}).items()]
        whole = read(expr) if isinstance(expr, str) else expr
        return cls.of_source(of_equations([*parts, (output, whole)], output, 1, ()), wrt, rate=rate)

    @classmethod
    def of_equations(
        cls, equations: Iterable[Any], *, output: str | None = None, wrt: Any = "", samples: int = 1, data: Any = "x y", over: str = "sum",
        asks: str = GRADIENT, rate: str = "",
    ) -> Problem:  # fmt: skip
        """Named equations, each using only what stands above it; see `Graph.from_equations`."""
        source = of_equations(equations, output, 1, ())
        if over not in ("sum", "mean"):
            raise DeriveError(f"over is {over!r}, expected 'sum' or 'mean'", "Problem")
        varying = names_in(data) if samples > 1 else ()
        return cls.of_source(source, wrt, samples=samples, data=varying, mean=over == "mean", asks=asks, rate=rate)

    @classmethod
    def of_network(cls, net: Any, wrt: str) -> Problem:
        """The derivative of a network's loss for one sample by one entry: "w2_1_3", from neuron 3 to neuron 1."""
        return cls.of_source(of_network(net, 1), wrt)

    @classmethod
    def of_source(cls, source: Source, wrt: Any, **more: Any) -> Problem:
        name = wrt.name if isinstance(wrt, Symbol) else str(wrt)
        return cls(_variables_first(source.nodes), source.output, name, written=source.written, **more)

    # The same computation, another question

    def by(self, wrt: str) -> Problem:
        """The derivative by another name."""
        return replace(self, wrt=wrt, asks=GRADIENT)

    def value(self, output: str) -> Problem:
        """The value of a name."""
        return replace(self, output=output, wrt="", asks=VALUE)

    def step(self, rate: str = "eta") -> Problem:
        """The parameter after one step of descent."""
        return replace(self, asks=STEP, rate=rate)

    # Looking up

    @cached_property
    def places(self) -> dict[str, int]:
        """The names that a learner knows, with their nodes."""
        return {node.name: place for place, node in enumerate(self.nodes) if node.given and node.gate is not CONSTANT}

    @cached_property
    def equations(self) -> dict[str, Expr]:
        """The right sides as they are written, by name."""
        return dict(self.written)

    @cached_property
    def varies(self) -> tuple[bool, ...]:
        """For every node whether it is there once for each sample."""
        found: list[bool] = []
        for node in self.nodes:
            found.append(self.samples > 1 and (node.name in self.data or any(found[i] for i in node.inputs)))
        return tuple(found)

    @cached_property
    def end(self) -> int:
        return self.places[self.output]

    @cached_property
    def target(self) -> int:
        """The node by which is differentiated; the output itself where its value is asked for."""
        return self.places[self.wrt or self.output]

    @cached_property
    def acting(self) -> frozenset[int]:
        """The nodes that act on the output, itself included."""
        found = {self.end}
        for place in range(self.end, -1, -1):
            if place in found:
                found.update(self.nodes[place].inputs)
        return frozenset(found)

    @cached_property
    def path(self) -> frozenset[int]:
        """The nodes between: those that depend on wrt and act on the output, both included."""
        depends = {self.target}
        for place, node in enumerate(self.nodes):
            if not depends.isdisjoint(node.inputs):
                depends.add(place)
        return self.acting & depends

    @property
    def share(self) -> float:
        return 1 / self.samples if self.mean and self.varies[self.end] else 1.0


def _variables_first(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The same graph in an order in which any gate may use any variable."""
    order = sorted(range(len(nodes)), key=lambda place: nodes[place].is_gate)
    new = {old: place for place, old in enumerate(order)}
    return tuple(replace(nodes[old], inputs=tuple(new[i] for i in nodes[old].inputs)) for old in order)
