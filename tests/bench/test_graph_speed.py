"""What a graph costs: forward and backward in proportion to its gates, how long it takes to build, to fold and to draw."""

from __future__ import annotations

from derive.graph import Graph
from derive.network import Network

from .conftest import best_times

AT = {"w": 0.5, "x": 0.1, "b": 0.2}


def chain(gates: int) -> list[str]:
    """Equations of four gates each: a product, two sums and an activation."""
    return ["h0 = w*x + b", *(f"h{k} = tanh(w*h{k - 1} + b) - x" for k in range(1, gates // 4 + 1))]


def both(g: Graph) -> None:
    g.forward(AT)
    g.backward()


def test_forward_and_backward(benchmark, report):
    graphs = {f"{n} gates": Graph.from_equations(chain(n)) for n in (1000, 2000, 4000, 8000)}
    best = best_times({name: lambda g=g: both(g) for name, g in graphs.items()}, rounds=7)
    report("forward and backward (goal: 2000 gates at most 50 ms, in proportion)", best, "1000 gates")
    benchmark(both, graphs["2000 gates"])


def test_building(benchmark, report):
    best = best_times({f"{n} gates": lambda n=n: Graph.from_equations(chain(n)) for n in (500, 1000, 2000)}, rounds=3)
    report("building from named equations, as text (goal: in proportion)", best, "500 gates")
    benchmark.pedantic(Graph.from_equations, args=(chain(500),), rounds=3)


def test_network_of_scalars(benchmark, report):
    sizes = {"8-8-4": (8, 8, 4), "16-16-8": (16, 16, 8)}
    best = best_times({name: lambda s=s: Graph.of_network(Network.dense(*s), "scalar") for name, s in sizes.items()}, rounds=3)
    report("the scalars of a network (four times the weights)", best, "8-8-4")
    benchmark.pedantic(Graph.of_network, args=(Network.dense(8, 8, 4), "scalar"), rounds=3)


def test_drawing(benchmark, report):
    graphs = {f"{n} gates": Graph.from_equations(chain(n)) for n in (40, 80, 160)}
    for g in graphs.values():
        both(g)
    report("drawing", best_times({name: g.svg for name, g in graphs.items()}, rounds=3), "40 gates")
    benchmark.pedantic(graphs["40 gates"].svg, rounds=3)
