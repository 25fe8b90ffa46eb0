"""The same gradient three ways: by its formula, by a graph, and by finite differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .derivation import Derivation
from .deriving import derive
from .errors import Disagreement
from .gates import Value
from .graph import Graph
from .numerals import short
from .printing import unicode
from .terminal import width

TOLERANCE = 1e-5  # finite differences have no more digits than this to be sure of


@dataclass(frozen=True)
class Way:
    """The derivative by one variable: the derivation with its formula, and the number that each way gives."""

    name: str
    derivation: Derivation
    formula: Value
    graph: Value
    differences: Value

    @property
    def apart(self) -> float:
        """The largest difference between two of the three, against the size of the numbers."""
        found = [float(self.formula), float(self.graph), float(self.differences)]
        return (max(found) - min(found)) / max(1.0, *map(abs, found))


@dataclass(frozen=True)
class ThreeWays:
    """One row a variable. Prints as a table; `verify` raises `Disagreement` where the three do not agree.

    remarks  why they may not: a kink, where a derivative is a convention and a difference takes both sides
    """

    value: Value
    rows: tuple[Way, ...]
    remarks: tuple[str, ...] = ()

    def __getitem__(self, name: Any) -> Way:
        return next(row for row in self.rows if row.name == str(name))

    @property
    def agree(self) -> bool:
        return all(row.apart <= TOLERANCE for row in self.rows)

    def verify(self) -> ThreeWays:
        """Itself, if the three agree for every variable; every derivation is proved too."""
        for row in self.rows:
            row.derivation.verify()
            if row.apart > TOLERANCE:
                found = f"formula {short(row.formula)}, graph {short(row.graph)}, finite differences {short(row.differences)}"
                raise Disagreement(found, f"the derivative by {row.name}", "; ".join(self.remarks))
        return self

    def __str__(self) -> str:
        rows = [("by", "formula", "its value", "graph", "finite differences")]
        for row in self.rows:
            formula = unicode(row.derivation.result, typed_order=row.derivation.typed_order)
            rows.append((row.name, formula, short(row.formula), short(row.graph), short(row.differences, 8)))
        widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
        lines = ["  ".join(c + " " * (w - width(c)) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([f"value {short(self.value)}", *lines, *self.remarks])


def three_ways(expr: Any, point: Mapping[Any, Any], wrt: Any = None) -> ThreeWays:
    """df/dx by formula, graph and finite differences, for every variable or those in `wrt`, side by side.

    The formula is that of `derive`, with the numbers put in; the differences are central. Raises `DeriveError` as `Graph.forward` and
    `derive` do.
    """
    graph = Graph(expr)
    value = graph.forward(point)
    remarks = tuple(f"{step.formula}: {step.remark}" for step in graph.backward_steps(wrt) if step.remark)
    gradients = graph.backward(wrt)
    at = {name: graph.value(name) for name in graph.variables}
    rows = []
    for name, gradient in gradients.items():
        derivation = derive(expr, name)
        present = {s.name for line in derivation.lines for s in line.free_symbols}
        formula = derivation.at({key: v for key, v in at.items() if key in present}).value
        rows.append(Way(name, derivation, formula, gradient, difference(graph, at, name)))
    return ThreeWays(value, tuple(rows), remarks)


def difference(graph: Graph, at: Mapping[str, Value], name: str) -> float:
    """(f(x + h) - f(x - h)) / 2h, with the h at which rounding and curvature cost about the same."""
    x = float(at[name])
    h = 6e-6 * max(1.0, abs(x))
    above, below = (graph.forward({**{k: float(v) for k, v in at.items()}, name: x + step}) for step in (h, -h))
    return float(above - below) / ((x + h) - (x - h))
