"""What a gradient costs: forward and backward pass, finite differences, and formulas that share nothing; counted from the graph itself.

    count(Graph("sigma(w*x + b)"), "w b")
    cost_table([Network.dense(2, 3, 1), Network.dense(2, 6, 6, 1)])

`counting` has the products of a dense network by its shapes alone; here every addition, product and call of every gate is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sympy import Integer

from .counting import count_parameters
from .errors import DeriveError
from .gates import CONSTANT, GATES
from .graph import Graph
from .ops import Activation
from .passes import backward_operations, forward_operations, needed
from .shape import evaluated
from .tally import ADDITION, MULTIPLICATION, NONE, Operations, of_expression
from .wiring import Node

HEAD = tuple("network|N|W a|δ aᵀ|Wᵀ δ|sum|/ N|2N|all|/ N|kept|3N|a pass a weight|differences|formulas".split("|"))
LEGEND = """\
multiplications of one gradient by all N parameters, for one sample: those with weights, and all;
numbers kept; and what a forward pass for each weight, finite differences, and formulas that share nothing would multiply"""
LIMIT = 60_000  # operations of the formula, put into one, times the number of variables: SymPy needs some seconds


@dataclass(frozen=True)
class GraphCost:
    """Operations for one gradient by N variables.

    kept      numbers that forward and backward pass keep: a value and a gradient for every variable and gate on the way
    symbolic  a formula for each derivative, by SymPy, in which nothing is shared; None where that would be too long
    """

    variables: int
    forward: Operations
    backward: Operations
    kept: int
    symbolic: Operations | None

    @property
    def both(self) -> Operations:
        """Forward and backward pass together."""
        return self.forward.plus(self.backward)

    @property
    def finite_differences(self) -> Operations:
        """N + 1 forward passes; for each variable a step, a difference and a division."""
        return self.forward.times(self.variables + 1).plus(ADDITION.times(2).plus(MULTIPLICATION).times(self.variables))

    @property
    def pass_per_variable(self) -> Operations:
        """One forward pass for each variable, and nothing else."""
        return self.forward.times(self.variables)

    @property
    def ratio(self) -> float:
        """Backward against forward, in operations of any kind: a small number, whatever N is."""
        return self.backward.total / max(self.forward.total, 1)

    def __str__(self) -> str:
        ways = {
            "forward": self.forward,
            "backward": self.backward,
            "both": self.both,
            f"finite differences: {self.variables} + 1 passes": self.finite_differences,
            "formulas that share nothing": self.symbolic,
        }
        rows = [("", "additions", "multiplications", "calls")]
        rows += [(name, *(("",) * 3 if found is None else map(str, found))) for name, found in ways.items()]
        kept = f"{self.kept} numbers kept; N = {self.variables} variables, 2N = {2 * self.variables}, 3N = {3 * self.variables}"
        return f"{columns(rows)}\n{kept}"


def count(graph: Graph, wrt: Any = None, *, symbolic: bool = True) -> GraphCost:
    """The operations of a gradient by all variables of a graph, or by those in `wrt`."""
    nodes, names = graph.nodes, graph.names_of(wrt)
    place = {node.name: n for n, node in enumerate(nodes) if node.gate is not CONSTANT}
    output, wanted = place[graph.output], [place[name] for name in names]
    kept = len(place) + sum(needed(nodes, output, wanted))
    backward = backward_operations(nodes, output, wanted)
    return GraphCost(len(names), forward_operations(nodes), backward, kept, unshared(graph, names) if symbolic else None)


def unshared(graph: Graph, names: Sequence[str]) -> Operations | None:
    """The formulas of all derivatives, each a tree of its own, as SymPy differentiates; None where they would be too long."""
    if tree_operations(graph.nodes)[graph.output].total * len(names) > LIMIT:
        return None
    if graph.formula is None:
        return None
    formula = evaluated(graph.formula)
    symbols = {s.name: s for s in formula.free_symbols}
    counted = NONE
    for name in names:
        slope = formula.diff(symbols[name]) if name in symbols else Integer(0)
        counted = counted.plus(of_expression(Activation.written_out(slope)))
    return counted


def tree_operations(nodes: Sequence[Node]) -> dict[str, Operations]:
    """What every node costs if nothing is shared: a value that is used twice is computed twice."""
    found: list[Operations] = []
    for node in nodes:
        counted = node.gate.operations(len(node.inputs)) if node.is_gate else NONE
        for i in node.inputs:
            counted = counted.plus(found[i])
        found.append(counted)
    return {node.name: counted for node, counted in zip(nodes, found, strict=True)}


class WeightProducts(NamedTuple):
    """Multiplications that weights take part in: W a forward, delta a^T for their gradients, W^T delta back through the layer."""

    forward: int
    gradients: int
    deltas: int


def weight_products(graph: Graph, names: Iterable[str]) -> WeightProducts:
    """The products of weights among `names`, gate by gate; deltas only where the gradient runs on."""
    place = {node.name: n for n, node in enumerate(graph.nodes) if node.gate is not CONSTANT}
    weights = {place[name] for name in names}
    reached = needed(graph.nodes, place[graph.output], weights)
    products = [node for node in graph.nodes if node.gate is GATES["multiply"] and weights.intersection(node.inputs)]
    inputs = [i for node in products for i in node.inputs]
    return WeightProducts(len(products), sum(i in weights for i in inputs), sum(reached[i] and i not in weights for i in inputs))


class CostRow(NamedTuple):
    """One network: its sizes, N, the products of its weights, and all operations."""

    network: str
    parameters: int
    products: WeightProducts
    cost: GraphCost


@dataclass(frozen=True)
class CostTable:
    """A family of networks, one row each."""

    rows: tuple[CostRow, ...]

    def __str__(self) -> str:
        lines = [HEAD]
        for name, n, products, cost in self.rows:
            count, every = sum(products), cost.both.multiplications
            without = [cost.pass_per_variable, cost.finite_differences, cost.symbolic]
            told = [str(c.multiplications) if c is not None else "too long" for c in without]
            ratios = [str(count), f"{count / n:.1f}", str(2 * n), str(every), f"{every / n:.1f}"]
            lines.append((name, str(n), *map(str, products), *ratios, str(cost.kept), str(3 * n), *told))
        return f"{columns(lines)}\n{LEGEND}"


def cost_table(nets: Iterable[Any]) -> CostTable:
    """Networks with sizes in numbers, each as the graph of its scalars: products of a gradient against 2N, numbers kept against 3N."""
    if not isinstance(nets, Iterable):
        raise DeriveError(f"{nets!r} is no list of networks", "cost_table", "for example [Network.dense(2, 3, 1)]")
    rows = []
    for net in nets:
        graph = Graph.of_network(net, "scalar")
        sizes = repr(net).strip("<>").removeprefix("Network ").partition(",")[0]
        products = weight_products(graph, graph.names_of(net.parameters))
        rows.append(CostRow(sizes, count_parameters(net), products, count(graph, net.parameters)))
    if not rows:
        raise DeriveError("no networks were given", "cost_table", "for example [Network.dense(2, 3, 1)]")
    return CostTable(tuple(rows))


def columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows with the first column on the left and all others on the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [[row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))] for row in rows]
    return "\n".join("  ".join(line).rstrip() for line in lines)
