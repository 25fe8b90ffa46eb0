"""Counts of operations against counts made by hand, by numbers that count themselves, and by the shapes of networks."""

from __future__ import annotations

import re

import pytest

from derive.counting import count_operations, count_parameters
from derive.errors import DeriveError
from derive.graph import Graph
from derive.network import Network
from derive.operations import cost_table, count, tree_operations, weight_products
from derive.ops import sigmoid, tanh
from derive.passes import Backward
from derive.tally import Operations

FAMILY = [(2, 3, 1), (3, 4, 2), (2, 2, 2, 1), (5, 4, 3, 2)]


@pytest.mark.parametrize(
    ("text", "wrt", "forward", "backward"),
    [
        # Written out on paper. The gradient of the output is 1 and multiplied by nothing.
        ("w*x + b", "w b", (1, 1, 0), (0, 1, 0)),
        ("w*x + b", None, (1, 1, 0), (0, 2, 0)),
        ("(w*x + b - y)^2", "w b", (2, 2, 0), (0, 2, 0)),
        ("sigma(w*x + b)", "w b", (1, 1, 1), (1, 2, 0)),
        ("1/(1+exp(-z))", None, (1, 1, 1), (0, 2, 0)),
        ("x*y + x", None, (1, 1, 0), (1, 2, 0)),
        ("max(x, y)*2", None, (0, 1, 1), (0, 0, 0)),
        ("x", None, (0, 0, 0), (0, 0, 0)),
    ],
)
def test_small_graphs(text, wrt, forward, backward):
    cost = count(Graph(text), wrt)
    assert cost.forward == forward and cost.backward == backward and cost.both == Operations(*forward).plus(Operations(*backward))


class Counting(float):
    """A float that counts its sums and products."""

    made = {"sums": 0, "products": 0}  # noqa: RUF012  # one counter for all

    def __add__(self, other):
        self.made["sums"] += 1
        return Counting(float(self) + float(other))

    __radd__ = __add__

    def __mul__(self, other):
        self.made["products"] += 1
        return Counting(float(self) * float(other))

    __rmul__ = __mul__

    def __sub__(self, other):
        self.made["sums"] += 1
        return Counting(float(self) - float(other))


@pytest.mark.parametrize("text", ["x*y + z*x", "(x*y + z)*(x*y - z)*x", "(x + y)*(y + z) + x*z"])
def test_forward_as_it_runs(text):
    """The sums and products that really happen. Python's sum and prod begin with 0 and 1, which is one more each."""
    g = Graph(text)
    for key in Counting.made:
        Counting.made[key] = 0
    values = {}
    for n, node in enumerate(g.nodes):
        inputs = [values[i] for i in node.inputs]
        values[n] = node.gate.value(inputs) if node.is_gate else Counting(0.5)
    gates = [n.gate.name for n in g.nodes if n.is_gate]
    cost = count(g)
    assert cost.forward.additions == Counting.made["sums"] - gates.count("add")
    assert cost.forward.multiplications == Counting.made["products"] - gates.count("multiply")


@pytest.mark.parametrize("sizes", FAMILY)
def test_products_of_a_network_are_those_of_its_shapes(sizes):
    net = Network.dense(*sizes, activation=tanh, output=sigmoid)
    by_shape = count_operations(net)
    graph = Graph.of_network(net, "scalar")
    assert weight_products(graph, graph.names_of(net.parameters)) == (by_shape.forward, by_shape.weight_gradients, by_shape.deltas)
    cost = count(graph, net.parameters, symbolic=False)
    # All else is done once a neuron: slopes, the loss.
    more = cost.both.multiplications - by_shape.total
    assert 0 < more <= 6 * sum(sizes[1:]) + 4
    assert cost.variables == count_parameters(net)


@pytest.mark.parametrize("sizes", FAMILY)
def test_backpropagation_against_its_alternatives(sizes):
    net = Network.dense(*sizes)
    cost = count(Graph.of_network(net, "scalar"), net.parameters)
    n = cost.variables
    assert cost.finite_differences.multiplications == (n + 1) * cost.forward.multiplications + n
    assert cost.pass_per_variable == cost.forward.times(n)
    assert cost.both.total < cost.pass_per_variable.total < cost.finite_differences.total
    assert 1 < cost.ratio < 4
    assert cost.symbolic is None or cost.symbolic.total > cost.both.total
    # Two numbers for each parameter and gate: below 3N only where neurons are few against weights.
    g = Graph.of_network(net, "scalar")
    assert cost.kept == sum(v.is_gate for v in g.nodes) + len(g.variables) + sum(_reached(g, net.parameters))


def _reached(g, names):
    place = {node.name: n for n, node in enumerate(g.nodes)}
    g.forward(dict.fromkeys(g.variables, 0.5))
    return Backward(g.nodes, place[g.output], list(g._values), [place[n] for n in g.names_of(names)]).needed


def test_ratio_does_not_grow_with_the_network():
    """The backward pass costs a small multiple of the forward pass, whatever N is; finite differences cost N times as much."""
    costs = [count(Graph.of_network(Network.dense(n, n, n), "scalar"), ["w1", "b1", "w2", "b2"], symbolic=False) for n in (2, 4, 8)]
    assert max(c.ratio for c in costs) < 1.5 * min(c.ratio for c in costs)
    growth = [c.finite_differences.total / c.both.total for c in costs]
    assert growth[0] * 2 < growth[1] and growth[1] * 2 < growth[2]


def test_formulas_that_share_nothing_grow_with_every_layer():
    nets = [Network.dense(*[2] * depth) for depth in (2, 3, 4)]
    costs = [count(Graph.of_network(net, "scalar"), net.parameters) for net in nets]
    found = [c.symbolic.total / c.both.total for c in costs]
    assert found[0] < found[1] / 2 < found[2] / 4
    deep = Network.dense(*[6] * 5)
    assert count(Graph.of_network(deep, "scalar"), deep.parameters).symbolic is None


def test_sharing():
    """x^8 by squaring three times; as a tree it is a product of eight."""
    g = Graph.from_equations(["p = x*x", "q = p*p", "r = q*q"])
    assert count(g).forward == (0, 3, 0) and tree_operations(g.nodes)["r"] == (0, 7, 0)
    g.forward(x=2)
    assert g.backward()["x"] == 8 * 2**7


def test_a_folded_gate_costs_what_is_in_it():
    g = Graph("exp(x*y + z)*x")
    part = g.fold("exp(x*y + z)")
    assert count(part).forward == count(g).forward and count(part).backward.calls == count(g).backward.calls + 1


def test_several_samples_have_no_formula():
    g = Graph.from_equations(["z = w*x", "L = (z - y)^2"], samples=2)
    assert count(g).symbolic is None and count(g, "w").forward == (3, 4, 0)


def test_tables():
    text = str(count(Graph("sigma(w*x + b)"), "w b"))
    lines = text.splitlines()
    assert lines[0].split() == ["additions", "multiplications", "calls"] and lines[1].split() == ["forward", "1", "1", "1"]
    assert "2 + 1 passes" in text and "N = 2 variables, 2N = 4, 3N = 6" in text


def test_the_rule_of_thumb_over_a_family():
    """Quoted are 2N steps and 3N numbers. The weights of 2-3-1 take part in 1.6 N products; the larger, the nearer to 2.5 N."""
    table = cost_table([Network.dense(*sizes) for sizes in ((2, 3, 1), (6, 6, 6), (12, 12, 12))])
    head, *rows = [re.split(r" {2,}", line.strip()) for line in str(table).splitlines()[:4]]
    assert [row[0] for row in rows] == ["2-3-1", "6-6-6", "12-12-12"]
    small = dict(zip(head[:8], rows[0][:8], strict=True))
    assert small == {"network": "2-3-1", "N": "13", "W a": "9", "δ aᵀ": "9", "Wᵀ δ": "3", "sum": "21", "/ N": "1.6", "2N": "26"}
    assert [row[6] for row in rows] == ["1.6", "2.1", "2.3"] and rows[2][-1] == "too long"
    for row in table.rows:
        n, weights = row.parameters, row.products.forward
        assert row.products.gradients == weights < n and row.products.deltas < weights
        assert n * row.cost.forward.multiplications == row.cost.pass_per_variable.multiplications > row.cost.both.multiplications
        assert row.cost.kept > 3 * n  # a number for every gate, where the rule counts one for every weight
    assert len({len(line) for line in str(table).splitlines()[:4]}) == 1
    with pytest.raises(DeriveError, match="no networks"):
        cost_table([])
