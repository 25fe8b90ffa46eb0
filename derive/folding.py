"""Parts of a graph folded into one gate: a sub-expression, or an activation where its formula is written out.

What is folded away is used by nothing outside of the part; a node that is, stays, and becomes an input of the new gate. So the gradients of
all that remains are the same sums of the same products.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import Symbol

from .errors import DeriveError
from .exact import held
from .function_gates import activation_gate
from .gates import CONSTANT, VARIABLE, Gate, NoSlope, Value, Values
from .ops import Activation
from .passes import Backward, backward_operations, forward, forward_operations
from .printing import unicode
from .tally import Operations
from .wiring import Node, Wiring, as_written


@dataclass(frozen=True, eq=False)
class FoldedGate(Gate):
    """A gate that is a graph itself: `inside` begins with its inputs, as variables, and ends with its output."""

    inside: tuple[Node, ...] = ()

    def _run(self, inputs: Values) -> list[Value]:
        return forward(self.inside, dict(enumerate(inputs)))

    def slopes(self, wanted: Sequence[int], output: Value, inputs: Values) -> list[Value]:
        """The local derivatives by a backward pass inside."""
        passing = Backward(self.inside, len(self.inside) - 1, self._run(inputs), wanted)
        while not passing.finished:
            passing.advance()
        return [passing.gradients[i] for i in wanted]

    def formula(self, names: Sequence[str]) -> str:
        """s(w, x) where the part was given a name; else the part itself, since w*x(w, x) could be read as a product."""
        return super().formula(names) if self.label.isidentifier() else self.label

    def operations(self, inputs: int) -> Operations:
        """What one value costs: all that is inside."""
        return forward_operations(self.inside)

    def local_operations(self, wanted: Sequence[int], inputs: int) -> Operations:
        """The values inside are computed once more, then a backward pass."""
        return forward_operations(self.inside).plus(backward_operations(self.inside, len(self.inside) - 1, wanted))


@dataclass(frozen=True)
class Fold:
    """What was folded: the name of the node that is left, and those at which the part ends (none: it goes down to the variables).

    kind  the activation that the part is; None where it is a sub-expression, which then gets a gate called `label`
    """

    root: str
    ends: tuple[str, ...] = ()
    kind: Any = None
    label: str = ""


def folded(nodes: Sequence[Node], fold: Fold, output: int) -> tuple[Node, ...]:
    """The nodes with one part as one gate. Raises `DeriveError` where something inside an activation is used elsewhere."""
    places = {node.name: n for n, node in enumerate(nodes) if node.gate is not CONSTANT}
    root, ends = places[fold.root], {places[name] for name in fold.ends}
    part = _inside(nodes, root, ends, output)
    inputs = [n for n, node in enumerate(nodes) if n not in part and node.gate is not CONSTANT and any(n in nodes[p].inputs for p in part)]
    if fold.kind is not None:
        other = [nodes[n].name for n in inputs if n not in ends]
        if other:
            what = f"{other[0]}, which is inside of this {fold.kind.__name__}, is used elsewhere too"
            raise DeriveError(what, f"node {fold.root}", "fold what contains both")
        gate = activation_gate(fold.kind)
    elif len(part) < 2:
        raise DeriveError(f"{fold.root} is one gate already", "fold", "fold an expression of several gates")
    else:
        gate = _folded_gate(fold.label or fold.root, nodes, sorted(part), inputs)
    return _without(nodes, part - {root}, {root: replace(nodes[root], gate=gate, inputs=tuple(inputs))})


def place_of(nodes: Sequence[Node], name: str) -> int:
    """The place of a node; of a constant and a gate with one name, that of the later one."""
    return next(n for n in range(len(nodes) - 1, -1, -1) if nodes[n].name == name)


def _inside(nodes: Sequence[Node], root: int, ends: set[int], output: int) -> set[int]:
    """The gates between the root and the ends that serve nothing else."""
    users: dict[int, set[int]] = {}
    for n, node in enumerate(nodes):
        for i in node.inputs:
            users.setdefault(i, set()).add(n)
    part = {root}
    for n in range(root - 1, -1, -1):
        if nodes[n].is_gate and n not in ends and n != output and users.get(n, {-1}) <= part:
            part.add(n)
    return part


def _folded_gate(label: str, nodes: Sequence[Node], part: list[int], inputs: list[int]) -> FoldedGate:
    constants = sorted({i for n in part for i in nodes[n].inputs if nodes[i].gate is CONSTANT})
    place = {n: k for k, n in enumerate([*inputs, *constants, *part])}
    inside = [Node(nodes[n].name, VARIABLE, given=True) for n in inputs]
    inside += [replace(nodes[n], inputs=tuple(place[i] for i in nodes[n].inputs)) for n in (*constants, *part)]
    return FoldedGate(
        name="folded",
        label=label,
        value=lambda u: forward(inside, dict(enumerate(u)))[-1],
        slope=_no_single_slope,
        does="multiplies by the local derivative of all that is folded here",
        inside=tuple(inside),
    )


def _no_single_slope(*given: Any) -> Value:
    raise NoSlope("a folded gate computes all its derivatives at once")


def _without(nodes: Sequence[Node], gone: set[int], changed: dict[int, Node]) -> tuple[Node, ...]:
    """The nodes that are still used, in order, their inputs counted anew."""
    kept = [changed.get(n, node) for n, node in enumerate(nodes) if n not in gone]
    order = {n: k for k, n in enumerate(n for n in range(len(nodes)) if n not in gone)}
    used = {i for node in kept for i in node.inputs}
    dropped = {n for n, node in enumerate(nodes) if node.gate is CONSTANT and n not in used and n in order}
    if dropped:
        return _without(nodes, gone | dropped, changed)
    return tuple(replace(node, inputs=tuple(order[i] for i in node.inputs)) for node in kept)


# Finding an activation by its formula


def pattern(kind: type[Activation]) -> tuple[Node, ...]:
    """The formula of an activation as nodes; the first is its variable, the last its output."""
    u = Symbol("u", real=True)
    wiring = Wiring()
    wiring.variable(u)
    with held():
        wiring.expression(as_written(kind.formula(u)))
    return wiring.finished()


def matches(nodes: Sequence[Node], kind: type[Activation]) -> list[Fold]:
    """Every place at which an activation is written out as its formula says; the factors of a product and terms of a sum in any order."""
    wanted = pattern(kind)
    found = []
    if len(wanted) < 2:
        return []
    for n, node in enumerate(nodes):
        if node.gate is wanted[-1].gate:
            bound = next(_match(nodes, n, wanted, len(wanted) - 1, {}), None)
            if bound is not None:
                found.append(Fold(node.name, (nodes[bound[0]].name,), kind))
    return found


def _match(nodes: Sequence[Node], n: int, wanted: Sequence[Node], w: int, bound: dict[int, int]) -> Iterator[dict[int, int]]:
    """The ways in which node n is what node w of the pattern says; what is bound already stays."""
    if w in bound:
        if bound[w] == n:
            yield bound
        return
    node, model = nodes[n], wanted[w]
    if model.gate is VARIABLE:
        if node.gate is not CONSTANT:
            yield {**bound, w: n}
        return
    if node.gate is not model.gate or node.constant != model.constant or len(node.inputs) != len(model.inputs):
        return
    orders = [node.inputs, node.inputs[::-1]] if node.gate.commutes else [node.inputs]
    for order in dict.fromkeys(orders):
        yield from _all(nodes, order, wanted, model.inputs, {**bound, w: n})


Bound = dict[int, int]


def _all(nodes: Sequence[Node], places: Sequence[int], wanted: Sequence[Node], parts: Sequence[int], bound: Bound) -> Iterator[Bound]:
    if not places:
        yield bound
        return
    for now in _match(nodes, places[0], wanted, parts[0], bound):
        yield from _all(nodes, places[1:], wanted, parts[1:], now)


def foldable(nodes: Sequence[Node], kind: type[Activation], output: str) -> list[Fold]:
    """The places at which an activation can be folded; raises `DeriveError` if there is none."""
    found, refused = list[Fold](), list[DeriveError]()
    for fold in matches(nodes, kind):
        try:
            nodes = folded(nodes, fold, place_of(nodes, output))
            found.append(fold)
        except DeriveError as error:
            refused.append(error)
    if not found:
        formula = unicode(kind.formula(Symbol("u")))
        raise refused[0] if refused else DeriveError(f"there is no {formula} in the graph", f"fold({kind.__name__})")
    return found


# The other way round


def written_out(nodes: Sequence[Node], output: int, kinds: Collection[Any]) -> tuple[tuple[Node, ...], int]:
    """The nodes, and the output's place, with each gate of these activations as the gates of its formula; every name stays."""
    wiring = Wiring()
    moved: dict[int, int] = {}
    for n, node in enumerate(nodes):
        here = tuple(moved[i] for i in node.inputs)
        if node.gate.kind not in kinds or node.gate.kind is None:
            moved[n] = wiring.append(replace(node, inputs=here))
            continue
        _, *inner = pattern(node.gate.kind)
        own = [here[0]]
        for part in inner:
            last = part is inner[-1]
            part = replace(part, name=node.name if last else "", inputs=tuple(own[i] for i in part.inputs), given=last and node.given)
            own.append(wiring.append(part))
        moved[n] = own[-1]
    return wiring.finished(), moved[output]
