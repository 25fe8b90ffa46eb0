"""Places for the nodes of a directed graph without cycles, drawn from left to right in layers.

The method of Sugiyama: layers by the longest path, long edges through places of their own in every layer that they cross, the order
within a layer by the mean of the neighbours, then heights by least squares with distances kept.

An own module, for want of a library: igraph is under the GPL, grandalf no longer kept, and fast-sugiyama, which finds as few crossings as
this, knows neither the heights of boxes nor in which order edges enter them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 24
Edge = tuple[int, int]


@dataclass(frozen=True)
class Layers:
    """`of[node]` is its layer; `rows[layer]` the items of a layer from top to bottom; `lanes[(node, layer)]` the item of a long edge there.

    Items below the number of nodes are nodes; those from there on are lanes, which all edges from one node share.
    """

    of: list[int]
    rows: list[list[int]]
    lanes: dict[tuple[int, int], int]
    links: list[Edge]

    def path(self, source: int, target: int) -> list[int]:
        """The items that the edge runs through, both ends included."""
        between = range(self.of[source] + 1, self.of[target])
        return [source, *(self.lanes[source, layer] for layer in between), target]


def layered(nodes: int, edges: Sequence[Edge], ordered: Callable[[int], bool] = lambda node: False) -> Layers:
    """Layers and the order within them. `nodes` are counted such that every edge goes from a lower to a higher number.

    `ordered` says of a node whether its edges enter from top to bottom as they are listed here, or in any order.
    """
    layer = _layers(nodes, edges)
    lanes: dict[tuple[int, int], int] = {}
    links: dict[Edge, float] = {}  # with how far down the target, as a part of one place, the link enters
    entered = dict.fromkeys(range(nodes), 0)
    rows: list[list[int]] = [[] for _ in range(max(layer, default=0) + 1)]
    for node in _from_the_end(nodes, edges):
        rows[layer[node]].append(node)
    for source, target in edges:
        before = source
        for at in range(layer[source] + 1, layer[target]):
            if (source, at) not in lanes:
                lanes[source, at] = nodes + len(lanes)
                rows[at].append(lanes[source, at])
            links[before, lanes[source, at]] = 0.0
            before = lanes[source, at]
        entered[target] += 1
        links[before, target] = 0.05 * min(entered[target], 16) if ordered(target) else 0.0
    tried = [_ordered(start, links) for start in (rows, [sorted(row) for row in rows])]
    tried += [[row[::-1] for row in found] for found in tried]
    best = min(tried, key=lambda found: (_crossings(found, links), _upside_down(found, links)))
    return Layers(layer, best, lanes, list(links))


def _layers(nodes: int, edges: Sequence[Edge]) -> list[int]:
    """As far left as the inputs allow; further right where that makes the edges shorter; and a source right before its first use."""
    inputs: list[list[int]] = [[] for _ in range(nodes)]
    uses: list[list[int]] = [[] for _ in range(nodes)]
    for source, target in edges:
        inputs[target].append(source)
        uses[source].append(target)
    layer = [0] * nodes
    for node in range(nodes):
        layer[node] = max((layer[i] + 1 for i in inputs[node]), default=0)
    for node in range(nodes - 1, -1, -1):
        slack = min((layer[t] for t in uses[node]), default=0) - 1 - layer[node]
        if slack > 0 and inputs[node]:
            group = _moving(node, inputs, uses)
            into = [(i, layer[g] + slack) for g in group for i in inputs[g] if i not in group]
            held = [i for i, at in into if inputs[i] or any(t not in group and layer[t] < at for t in uses[i])]
            if len(held) < len(uses[node]):
                for g in group:
                    layer[g] += slack
    for node in range(nodes):
        if not inputs[node] and uses[node]:
            layer[node] = min(layer[t] for t in uses[node]) - 1
    return layer


def _moving(node: int, inputs: list[list[int]], uses: list[list[int]]) -> set[int]:
    """A node and those before it that serve nothing else."""
    group, stack = {node}, [node]
    while stack:
        for i in inputs[stack.pop()]:
            if inputs[i] and set(uses[i]) <= group and i not in group:
                group.add(i)
                stack.append(i)
    return group


def _from_the_end(nodes: int, edges: Sequence[Edge]) -> list[int]:
    """The nodes as one meets them going back from the last, first inputs first: so the first order has few crossings."""
    inputs: list[list[int]] = [[] for _ in range(nodes)]
    for source, target in edges:
        inputs[target].append(source)
    found: dict[int, None] = {}
    for last in range(nodes - 1, -1, -1):
        stack = [last]
        while stack:
            node = stack.pop()
            if node not in found:
                found[node] = None
                stack += reversed(inputs[node])
    return list(found)


def _ordered(rows: list[list[int]], links: Mapping[Edge, float]) -> list[list[int]]:
    """The best order found in a number of sweeps to the left and to the right, neighbours changing places after each."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for s, t in links:
        after.setdefault(s, []).append(t)
        before.setdefault(t, []).append(s)
    best, least = rows, _crossings(rows, links)
    for sweep in range(SWEEPS):
        if not least:
            break
        rightwards, upside_down = sweep % 2 == 1, sweep % 4 > 1
        place = {item: n for row in rows for n, item in enumerate(row)}

        def mean(item: int, place: dict[int, int] = place, rightwards: bool = rightwards) -> float:
            beside = before.get(item) if rightwards else after.get(item)
            if not beside:
                return place[item]
            return sum(place[i] + (0.0 if rightwards else links[item, i]) for i in beside) / len(beside)

        rows = [row[::-1] if upside_down else list(row) for row in rows]  # so that equal means do not always keep their order
        for row in rows if rightwards else reversed(rows):
            row.sort(key=mean)
            place |= {item: n for n, item in enumerate(row)}
        _swap(rows, links)
        found = _crossings(rows, links)
        if found < least:
            best, least = rows, found
    return best


def _swap(rows: list[list[int]], links: Mapping[Edge, float]) -> None:
    """Neighbours change places where that takes crossings away, until none does."""
    beside: dict[int, list[tuple[int, float]]] = {}
    for (s, t), lean in links.items():
        beside.setdefault(s, []).append((t, lean))
        beside.setdefault(t, []).append((s, 0.0))
    place = {item: n for row in rows for n, item in enumerate(row)}
    layer = {item: k for k, row in enumerate(rows) for item in row}
    for _ in range(SWEEPS):
        changed = False
        for row in rows:
            for n in range(len(row) - 1):
                a, b = row[n], row[n + 1]
                ends = [[(layer[i], place[i] + lean) for i, lean in beside.get(item, ())] for item in (a, b)]
                pairs = [(p, q) for k, p in ends[0] for m, q in ends[1] if k == m]
                if sum(p > q for p, q in pairs) > sum(p < q for p, q in pairs):
                    row[n], row[n + 1] = b, a
                    place[a], place[b] = n + 1, n
                    changed = True
        if not changed:
            break


def _crossings(rows: list[list[int]], links: Mapping[Edge, float]) -> int:
    """How many pairs of links between neighbouring layers cross."""
    place = {item: n for row in rows for n, item in enumerate(row)}
    layer = {item: k for k, row in enumerate(rows) for item in row}
    ends: list[list[tuple[int, float]]] = [[] for _ in rows]
    for (s, t), lean in links.items():
        ends[layer[s]].append((place[s], place[t] + lean))
    count = 0
    for pairs in ends:
        levels = [level for _, level in sorted(pairs)]
        count += sum(a > b for n, a in enumerate(levels) for b in levels[n + 1 :])
    return count


def _upside_down(rows: list[list[int]], links: Mapping[Edge, float]) -> int:
    """How many inputs come from above the one before them, where what was written first is to be on top."""
    place = {item: n for row in rows for n, item in enumerate(row)}
    before: dict[int, int] = {}
    count = 0
    for s, t in links:
        count += place[before.get(t, s)] > place[s]
        before[t] = s
    return count


def heights(
    layers: Layers, extent: Callable[[int], tuple[float, float]], port: Callable[[int, int], float], gap: float = 10.0
) -> dict[int, float]:
    """The height of every item, counted downwards: near to its neighbours, and no two of a layer closer than they are high.

    extent  how far an item reaches up and down; port  how far below the middle of an item an edge from another enters it
    """
    y = {}
    for row in layers.rows:
        at = 0.0
        for item in row:
            up, down = extent(item)
            y[item] = at + up
            at += up + down + gap
    nodes = len(layers.of)
    pulls: dict[int, list[tuple[int, float, float, bool]]] = {}
    for s, t in layers.links:
        weight = (1.0, 2.0, 32.0)[(s >= nodes) + (t >= nodes)]  # long edges are to be straight
        pulls.setdefault(t, []).append((s, -port(s, t), weight, True))
        pulls.setdefault(s, []).append((t, port(s, t), weight, False))
    for sweep in range(2 * SWEEPS):
        both = sweep >= SWEEPS
        leftwards = sweep % 2 == 0
        for row in reversed(layers.rows) if leftwards else layers.rows:
            _settle(row, y, pulls, extent, gap, None if both else leftwards)
    top = min(y[item] - extent(item)[0] for row in layers.rows for item in row)
    return {item: at - top for item, at in y.items()}


def _settle(
    row: list[int],
    y: dict[int, float],
    pulls: dict[int, list[tuple[int, float, float, bool]]],
    extent: Callable[[int], tuple[float, float]],
    gap: float,
    leftwards: bool | None,
) -> None:
    """One layer by least squares: every item to the mean of its neighbours, as far as the order and the distances allow."""
    offset, wanted, weights = [0.0], [], []
    for n, item in enumerate(row):
        if n:
            offset.append(offset[-1] + extent(row[n - 1])[1] + gap + extent(item)[0])
        near = [p for p in pulls.get(item, []) if leftwards is None or p[3] != leftwards]
        pull = [(y[other] + shift, weight) for other, shift, weight, _ in near]
        total = sum(weight for _, weight in pull)
        wanted.append((sum(at * weight for at, weight in pull) / total if total else y[item]) - offset[n])
        weights.append(total or 0.01)
    for item, at, shift in zip(row, increasing(wanted, weights), offset, strict=True):
        y[item] = at + shift


def increasing(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The numbers nearest to these, by weighted squares, of which none is less than the one before."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, mass, size = value, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, more, many = blocks.pop()
            mean, mass, size = (mean * mass + other * more) / (mass + more), mass + more, size + many
        blocks.append((mean, mass, size))
    return [mean for mean, _, size in blocks for _ in range(size)]
