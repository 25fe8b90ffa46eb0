"""Mistakes in the computation itself: another unit's weights, a term or an activation left out, activation and loss the wrong way round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ...function_gates import activation_gate
from ...gates import GATES
from ...glyphs import parts
from ...ops import ACTIVATIONS, Activation
from ...wiring import Node
from .planting import Mistake, Plant, Work
from .problems import Problem
from .sweeping import Change, NoPoint, rerun

NAMES = "Read the equation of {v} again: which weights belong to this unit?"
ORDER = "What is done first with the weighted sum, and what last?"
VALUES = "Compute {v} alone, by hand, from what stands in its equation."


def _with(problem: Problem, changed: Mapping[int, Node]) -> Problem:
    return replace(problem, nodes=_changed(problem.nodes, changed))


def _changed(nodes: Sequence[Node], changed: Mapping[int, Node]) -> tuple[Node, ...]:
    return tuple(changed.get(place, node) for place, node in enumerate(nodes))


def _acting(work: Work) -> Iterator[int]:
    """The gates that act on L."""
    return (place for place in sorted(work.problem.acting) if work.nodes[place].is_gate)


def _own(work: Work, place: int) -> list[int]:
    """The nodes of one equation: a named node and all without a name that it is made of."""
    found = [place]
    for i in work.nodes[place].inputs:
        if work.nodes[i].is_gate and not work.nodes[i].given:
            found += _own(work, i)
    return found


def _other_unit(work: Work) -> Iterator[Plant]:
    """In one equation, every name with one subscript, or a single one, is taken for its sibling with another."""
    for place in _acting(work):
        if not work.nodes[place].given:
            continue
        own = _own(work, place)
        leaves = sorted({i for p in own for i in work.nodes[p].inputs if work.nodes[i].given})
        swaps: dict[tuple[object, object], dict[int, int]] = {}
        for leaf in leaves:
            for other in (k for k in work.siblings(leaf) if k < min(own)):
                pair = (parts(work.nodes[leaf].name).subscripts, parts(work.nodes[other].name).subscripts)
                swaps.setdefault(pair, {})[leaf] = other
        singles = [{leaf: other} for swap in swaps.values() if len(swap) > 1 for leaf, other in swap.items()]
        for swap in [*swaps.values(), *singles]:
            if not set(swap.values()) & set(leaves):
                changed = {p: _rewired(work.nodes[p], swap) for p in own}
                wrong, right = (" and ".join(work.nodes[p].name for p in side) for side in (swap.values(), swap))
                words = {"v": work.shown(place), "wrong": wrong, "right": right}
                yield Plant(words, problem=_with(work.problem, changed))


def _rewired(node: Node, swap: Mapping[int, int]) -> Node:
    return replace(node, inputs=tuple(swap.get(i, i) for i in node.inputs))


def _copied(node: Node, source: int) -> Node:
    return replace(node, gate=GATES["copy"], inputs=(source,))


def _no_activation(work: Work) -> Iterator[Plant]:
    for place in _acting(work):
        node = work.nodes[place]
        if node.gate.kind is not None:
            words = {"v": work.shown(place), "u": work.shown(node.inputs[0]), "f": work.formula(place)}
            yield Plant(words, problem=_with(work.problem, {place: _copied(node, node.inputs[0])}))


def _argument_after(work: Work) -> Iterator[Plant]:
    """The slope of the activation is right, but all that comes after it is differentiated at z and not at a."""
    for plant in _no_activation(work):
        assert plant.problem is not None
        place = next(p for p, node in enumerate(plant.problem.nodes) if node is not work.nodes[p])
        if place not in work.problem.path:
            continue
        try:
            other = rerun(work.right, plant.problem.nodes, plant.problem.varies, plant.problem.end)
        except NoPoint:
            continue
        edges = {edge: other.slopes[edge] for edge in work.edges() if edge[0] != place}
        yield Plant(plant.words, Change({e: s for e, s in edges.items() if (s != work.right.slopes[e]).any()}))


def _swapped(work: Work) -> Iterator[Plant]:
    """Loss and activation the wrong way round: sigma(C(z)) for C(sigma(z))."""
    end = work.problem.end
    for place in _acting(work):
        node = work.nodes[place]
        if node.gate.kind is not None and place != end:
            last = work.nodes[end]
            inner = {place: _copied(node, node.inputs[0]), end: replace(last, name=f"{last.name}'", given=False)}
            nodes = (*_changed(work.nodes, inner), Node(last.name, node.gate, (end,), given=True))
            words = {"v": work.shown(place), "f": node.gate.label, "output": work.problem.output}
            yield Plant(words, problem=replace(work.problem, nodes=nodes))


def _term_left_out(work: Work) -> Iterator[Plant]:
    for place in _acting(work):
        node = work.nodes[place]
        if node.gate.name in ("add", "subtract") and len(node.inputs) == 2:
            for kept, lost in ((0, 1), (1, 0)) if node.gate.name == "add" else ((0, 1),):
                words = {"v": _equation(work, place), "u": work.shown(node.inputs[lost])}
                yield Plant(words, problem=_with(work.problem, {place: _copied(node, node.inputs[kept])}))


def _equation(work: Work, place: int) -> str:
    """The named node in whose equation a node stands."""
    named = (p for p in range(place, len(work.nodes)) if work.nodes[p].given and work.nodes[p].is_gate and place in _own(work, p))
    found = next(named, None)
    return work.shown(place) if found is None else work.nodes[found].name


def _other_gate(gate: str, other: str) -> Callable[[Work], Iterator[Plant]]:
    def plants(work: Work) -> Iterator[Plant]:
        for place in _acting(work):
            node = work.nodes[place]
            if node.gate.name == gate:
                words = {"v": _equation(work, place), "f": work.formula(place)}
                yield Plant(words, problem=_with(work.problem, {place: replace(node, gate=GATES[other])}))

    return plants


def _doubled(work: Work) -> Iterator[Plant]:
    for place in _acting(work):
        node = work.nodes[place]
        if node.gate.name == "square":
            words = {"v": _equation(work, place), "f": work.formula(place), "u": work.shown(node.inputs[0])}
            yield Plant(words, problem=_with(work.problem, {place: replace(node, gate=GATES["add"], inputs=node.inputs * 2)}))


def _other_activation(work: Work) -> Iterator[Plant]:
    for place in _acting(work):
        node = work.nodes[place]
        for kind in ACTIVATIONS.values() if node.gate.kind is not None else ():
            if issubclass(kind, Activation) and kind is not node.gate.kind and kind.__name__ != "identity":
                words = {"v": work.shown(place), "f": work.formula(place), "other": kind.unicode or kind.__name__}
                gate = activation_gate(kind)  # type: ignore[arg-type]  # mypy looks at the hash of its instances
                yield Plant(words, problem=_with(work.problem, {place: replace(node, gate=gate)}))


FORWARD: tuple[Mistake, ...] = (
    Mistake("forward.other_unit", "wrong variable: {v} is computed with {wrong} in the place of {right}", NAMES, _other_unit),
    Mistake("forward.no_activation", "the activation is left out: {v} is {f}, and not {u}", ORDER, _no_activation),
    Mistake("forward.argument_after", "{u} stands where {v} belongs: what comes after the activation sees its output",
            ORDER, _argument_after),
    Mistake("forward.swapped", "loss and activation are swapped: {f} comes before {output}, not after it", ORDER, _swapped),
    Mistake("forward.term_left_out", "{u} is left out of {v}", VALUES, _term_left_out, 2),
    Mistake("forward.added", "in {v} it was added, and must be subtracted: {f}", VALUES, _other_gate("subtract", "add"), 2),
    Mistake("forward.subtracted", "in {v} it was subtracted, and must be added: {f}", VALUES, _other_gate("add", "subtract"), 2),
    Mistake("forward.not_squared", "the square is missing in {v}: {f}", VALUES, _other_gate("square", "copy"), 2),
    Mistake("forward.doubled", "{u} was doubled where {v} has its square: {f}", VALUES, _doubled, 2),
    Mistake("forward.root", "a root was taken where {v} has a square: {f}", VALUES, _other_gate("square", "sqrt"), 2),
    Mistake("forward.sum_for_product", "in {v} it was added, and must be multiplied: {f}", VALUES, _other_gate("multiply", "add"), 2),
    Mistake("forward.other_activation", "the activation is another: {v} is {f}, and {other} was used", ORDER, _other_activation, 2),
)  # fmt: skip
