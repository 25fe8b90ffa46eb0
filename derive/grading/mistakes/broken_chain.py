"""Mistakes in the chain of factors: one is left out, or there twice; a path is lost; a product is taken apart wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...gates import CONSTANT
from .planting import Mistake, Plant, Work
from .sweeping import Array, Change, Edge, NoPoint, elementwise, slope

FACTORS = "Write down every link between {output} and {wrt}: how many factors does the product need?"
BRANCH = "Along how many ways does {wrt} act on {output}? Their gradients add."
PRODUCT = "In a product of two factors, which of them is differentiated first, and what happens to the other?"


def _missing(work: Work) -> Iterator[tuple[Edge, Array]]:
    for edge in work.edges():
        local = work.right.slopes[edge]
        if not np.allclose(np.abs(local), 1):
            yield edge, np.ones_like(local)


def _missing_at(keep: Callable[[Work, Edge], bool]) -> Callable[[Work], Iterator[Plant]]:
    def plants(work: Work) -> Iterator[Plant]:
        for edge, wrong in _missing(work):
            if keep(work, edge):
                yield Plant(work.link(edge), Change({edge: wrong}))

    return plants


def _is_activation(work: Work, edge: Edge) -> bool:
    return work.nodes[edge[0]].gate.kind is not None


def _is_factor(work: Work, edge: Edge) -> bool:
    return work.nodes[edge[0]].gate.name == "multiply"


def _is_other(work: Work, edge: Edge) -> bool:
    return not _is_activation(work, edge) and work.nodes[edge[0]].gate.name not in ("multiply", "divide")


def _twice_at(keep: Callable[[Work, Edge], bool]) -> Callable[[Work], Iterator[Plant]]:
    def plants(work: Work) -> Iterator[Plant]:
        for edge, _ in _missing(work):
            if keep(work, edge):
                yield Plant(work.link(edge), Change({edge: work.right.slopes[edge] ** 2}))

    return plants


def _loss_kept(work: Work) -> Iterator[Plant]:
    """The chain starts from L itself and not from its derivative."""
    loss = work.right.values[work.problem.end] * work.problem.share
    for place in work.landmarks:
        same = work.right.varies[place] == work.right.varies[work.problem.end]
        if same and place in work.problem.path and place not in (work.problem.end, work.problem.target):
            words = {"output": work.problem.output, "by": work.by(place), "wrt": work.problem.wrt}
            yield Plant(words, Change(starts={place: loss}))


def _at_inner_slope(work: Work) -> Iterator[Plant]:
    """f'(g'(x)) for f'(g(x)) g'(x), and f'(g'(x)) g'(x)."""
    target = work.problem.target
    for place, slot in work.edges():
        node = work.nodes[place]
        inner, tangent = node.inputs[slot], work.tangents.get(node.inputs[slot])
        alone = all(i == inner or work.nodes[i].gate is CONSTANT for i in node.inputs)
        if not alone or tangent is None or inner == target or np.ptp(work.right.slopes[place, slot]) == 0:
            continue
        inputs = [tangent if k == slot else work.right.values[i] for k, i in enumerate(node.inputs)]
        try:
            wrong = slope(node, slot, elementwise(lambda *u, node=node: node.gate.value(u), inputs), inputs)
        except NoPoint:
            continue
        yield Plant(work.link((place, slot)), Change({(place, slot): wrong}))
        whole = work.gradients[place] * wrong
        if work.right.varies[place] and not work.right.varies[target]:
            whole = whole.sum(axis=-1, keepdims=True)
        yield Plant(work.link((place, slot)), Change(starts={target: whole}))


def _divided(work: Work) -> Iterator[Plant]:
    for edge in work.edges("multiply"):
        other = work.right.slopes[edge]
        if not np.allclose(np.abs(other), 1) and (other != 0).all():
            yield Plant(work.link(edge), Change({edge: 1 / other}))


# Paths


def _lost_path(work: Work) -> Iterator[Plant]:
    used: dict[int, list[Edge]] = {}
    for edge in work.edges():
        used.setdefault(work.nodes[edge[0]].inputs[edge[1]], []).append(edge)
    for place, edges in used.items():
        for edge in edges if len(edges) > 1 else []:
            words = work.link(edge) | {"u": work.shown(place), "f": _named_above(work, edge[0])}
            yield Plant(words, Change({edge: np.zeros_like(work.right.slopes[edge])}))


def _named_above(work: Work, place: int) -> str:
    """Where a learner sees a node: itself if it has a name, else with its formula the named one in which it stands."""
    if work.nodes[place].given:
        return work.shown(place)
    above = next((n.name for n in work.nodes[place + 1 :] if n.given and place in n.inputs), "")
    return f"{work.formula(place)} in {above}" if above else work.formula(place)


def _lost_term(work: Work) -> Iterator[Plant]:
    """One term of the product or quotient rule: both inputs of a gate depend on wrt."""
    for edge in work.edges("multiply", "divide"):
        if all(i in work.problem.path for i in work.nodes[edge[0]].inputs):
            yield Plant(work.link(edge), Change({edge: np.zeros_like(work.right.slopes[edge])}))


def _minus_between(work: Work) -> Iterator[Plant]:
    for edge in work.edges("multiply"):
        if all(i in work.problem.path for i in work.nodes[edge[0]].inputs):
            yield Plant(work.link(edge), Change({edge: -work.right.slopes[edge]}))


def _of_derivatives(gate: str, wrong: Callable[[Array, Array], Array]) -> Callable[[Work], Iterator[Plant]]:
    """(f g)' = f' g' and its like: what arrives at the one input is the other's derivative, and nothing arrives at the other."""

    def plants(work: Work) -> Iterator[Plant]:
        for place, slot in work.edges(gate):
            f, g = work.nodes[place].inputs
            if slot == 0 and f in work.tangents and g in work.tangents and f != g:
                one, other = work.tangents[f], work.tangents[g]
                with np.errstate(all="ignore"):
                    local = wrong(one, other)
                if np.isfinite(local).all():
                    yield Plant(work.link((place, 0)), Change({(place, 0): local, (place, 1): np.zeros_like(local)}))

    return plants


def _constant_factor(work: Work, edge: Edge) -> bool:
    place, slot = edge
    node = work.nodes[place]
    return node.gate.name in ("multiply", "divide") and work.nodes[node.inputs[1 - slot]].gate is CONSTANT


CHAIN: tuple[Mistake, ...] = (
    Mistake("chain.slope_missing", "the slope of {g} at {u} is missing", FACTORS, _missing_at(_is_activation), spreads=True),
    Mistake("chain.constant_lost", "the constant factor of {f} is lost", "Which constants stand in the formula, and where did each go?",
            _missing_at(_constant_factor)),
    Mistake("chain.factor_missing", "the factor {v} is missing: it is the derivative of {f} by {u}", FACTORS,
            _missing_at(lambda work, edge: _is_factor(work, edge) and not _constant_factor(work, edge))),
    Mistake("chain.link_missing", "the derivative of {f} by {u} is missing", FACTORS, _missing_at(_is_other)),
    Mistake("chain.slope_twice", "the slope of {g} at {u} is there once too often", FACTORS, _twice_at(_is_activation)),
    Mistake("chain.twice", "the derivative of {f} by {u} is there once too often", FACTORS,
            _twice_at(lambda work, edge: not _is_activation(work, edge) and not _constant_factor(work, edge)), 2),
    Mistake("chain.at_inner_slope", "the derivative of {f} is taken at the derivative of {u}, and belongs at {u} itself",
            "In the chain rule, at which argument is the outer derivative taken?", _at_inner_slope, 2),
    Mistake("chain.loss_kept", "{output} itself stands where {by} belongs: it was not differentiated",
            "What is the derivative of {output} by what comes directly before it?", _loss_kept, 2),
    Mistake("chain.divided", "it was divided by {v}, and must be multiplied by it", PRODUCT, _divided, 2),
    Mistake("branch.path_lost", "a path is lost: {u} also acts through {f}", BRANCH, _lost_path),
    Mistake("product.term_lost", "one term of the rule for {f} is lost: both factors depend on {wrt}", PRODUCT, _lost_term),
    Mistake("product.minus", "the two terms of the product rule for {f} are added, not subtracted", PRODUCT, _minus_between),
    Mistake("product.of_derivatives", "the derivative of the product {f} is not the product of the derivatives", PRODUCT,
            _of_derivatives("multiply", lambda f, g: g)),
    Mistake("quotient.of_derivatives", "the derivative of the quotient {f} is not the quotient of the derivatives", PRODUCT,
            _of_derivatives("divide", lambda f, g: 1 / g)),
)  # fmt: skip
