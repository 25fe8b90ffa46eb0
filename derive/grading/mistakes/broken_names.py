"""Mistakes in what is named: another weight or input, a value that was overwritten, the gradient by something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from sympy import Symbol

from ...exact import held
from ...gates import VARIABLE
from ...glyphs import parts
from ...wiring import Wiring, as_written
from .broken_chain import FACTORS
from .planting import Mistake, Plant, Work, shown
from .problems import VALUE
from .sweeping import Change, close, elementwise, slope

UPSTREAM = "Which quantity comes directly after this one, on the way to {output}?"
NAMES = "Read the equation again: which names stand in it?"
QUESTION = "By what is to be differentiated?"


def _other_name(work: Work, same_matrix: bool) -> Iterator[Plant]:
    for edge in work.edges("multiply"):
        place, slot = edge
        factor = work.nodes[place].inputs[1 - slot]
        if not work.nodes[factor].given or factor in work.problem.path:
            continue
        for other in work.siblings(factor):
            own, kin = _indices(work.nodes[factor].name), _indices(work.nodes[other].name)
            turned = len(own) > 1 and kin == (*own[:-2], own[-1], own[-2])
            if turned == same_matrix:
                words = work.link(edge) | {"other": work.shown(other)}
                yield Plant(words, Change({edge: work.right.values[other] + np.zeros_like(work.right.slopes[edge])}))


def _indices(name: str) -> tuple[str, ...]:
    """1, 2 and 3 for w1_2_3; 1 and 2 for w12."""
    found = parts(name).subscripts
    return tuple(found[0]) if len(found) == 1 else found


def _other_input(work: Work) -> Iterator[Plant]:
    """What a weight is multiplied by is that of another weight, a1 for x, or not yet activated, z1 for a1."""
    factors = {i for node in work.nodes if node.gate.name == "multiply" for i in node.inputs if work.nodes[i].given}
    for edge in work.edges("multiply"):
        u, v = work.nodes[edge[0]].inputs[edge[1]], work.nodes[edge[0]].inputs[1 - edge[1]]
        argument = {i for i in work.nodes[v].inputs if work.nodes[v].gate.kind is not None}
        for other in sorted((factors | argument) - {u, v, *work.siblings(v)}) if work.nodes[v].given else ():
            if work.right.varies[other] == work.right.varies[v]:
                wrong = work.right.values[other] + np.zeros_like(work.right.slopes[edge])
                yield Plant(work.link(edge) | {"other": work.shown(other)}, Change({edge: wrong}))


def _overwritten(work: Work) -> Iterator[Plant]:
    """Every factor that is a parameter is taken after its own step of descent."""
    if not work.problem.rate:
        return
    for name, place in work.problem.places.items():
        gradient = work.gradients.get(place)
        if work.nodes[place].gate is not VARIABLE or gradient is None or place == work.problem.target or work.problem.varies[place]:
            continue
        moved = work.right.values[place] - work.rate * gradient
        edges = {}
        for edge in work.edges():
            if place in work.nodes[edge[0]].inputs and work.nodes[edge[0]].inputs[edge[1]] != place:
                inputs = [moved if i == place else work.right.values[i] for i in work.nodes[edge[0]].inputs]
                node = work.nodes[edge[0]]
                edges[edge] = slope(node, edge[1], elementwise(lambda *u, node=node: node.gate.value(u), inputs), inputs)
        if edges:
            yield Plant({"u": name, "wrt": work.problem.wrt}, Change(edges))


# Starts and ends


def _wrong_start(near: bool) -> Callable[[Work], Iterator[Plant]]:
    """dL/dv is taken for dL/dz: by a neighbour (one is in the equation of the other), or by the same in another layer."""

    def plants(work: Work) -> Iterator[Plant]:
        for place in work.landmarks:
            if place not in work.problem.path or place in (work.problem.end, work.problem.target) or work.nodes[place].gate is VARIABLE:
                continue
            for other in work.landmarks:
                if other == place or other not in work.gradients or other == work.problem.end:
                    continue
                if work.right.varies[other] != work.right.varies[place] and work.problem.samples > 1:
                    continue
                if close(abs(work.gradients[other]), abs(work.gradients[place])).all():  # that would be no more than a sign
                    continue
                if near == (_neighbours(work, place, other)) and (near or other in work.siblings(place)):
                    words = {"right": work.by(place), "wrong": work.by(other), "wrt": work.problem.wrt, "output": work.problem.output}
                    extra = partial(_extra, work, place, other)
                    yield Plant({**words, "extra": extra}, Change(starts={place: work.gradients[other]}))

    return plants


def _neighbours(work: Work, one: int, other: int) -> bool:
    return _stands_in(work, one, other) or _stands_in(work, other, one)


def _stands_in(work: Work, inner: int, outer: int) -> bool:
    """Whether one is in the equation of the other, through nodes without a name."""
    inside = [i for i in work.nodes[outer].inputs if not work.nodes[i].given and i not in work.landmarks]
    return inner in work.nodes[outer].inputs or any(_stands_in(work, inner, i) for i in inside)


def _extra(work: Work, place: int, other: int) -> str:
    """", an extra factor dz3/dw3 = a1 + a2": what a start below its right place brings with it."""
    factor = partial_words(work, place, other)
    return f": an extra factor {factor}" if factor else ""


def in_equation(work: Work, above: int, below: int) -> bool:
    """Whether u stands in the equation of v as it is written."""
    rhs = work.problem.equations.get(work.nodes[above].name)
    return rhs is not None and work.nodes[below].name in {s.name for s in rhs.free_symbols}


def partial_words(work: Work, above: int, below: int) -> str:
    """dv/du = its formula, where u stands in the equation of v."""
    v, u = work.nodes[above].name, work.nodes[below].name
    if not in_equation(work, above, below):
        return ""
    rhs = work.problem.equations[v]
    real = rhs.doit().xreplace({s: Symbol(s.name, real=True) for s in rhs.free_symbols})
    wiring = Wiring(work.nodes)
    with held():
        place = wiring.expression(as_written(real.diff(Symbol(u, real=True))))
    return f"d{v}/d{u} = {shown(wiring.finished(), place)}"


def _stopped(work: Work) -> Iterator[Plant]:
    places = work.problem.path - {work.problem.target, work.problem.end}
    for place in sorted(places, key=lambda p: (p not in work.landmarks, p)):
        if place not in work.landmarks and np.ptp(work.gradients[place]) == 0:  # nobody stops at a constant such as 1/2
            continue
        words = {"u": work.shown(place), "wrt": work.problem.wrt, "by": work.by(place)}
        yield Plant(words, result=work.gradients[place], target=place if place in work.landmarks else None)


def _other_variable(work: Work) -> Iterator[Plant]:
    for place in sorted(work.landmarks, key=lambda p: work.nodes[p].gate is VARIABLE):
        if place in work.gradients and place not in work.problem.path and work.problem.asks != VALUE and not _as_on_path(work, place):
            yield Plant({"by": work.by(place)}, result=work.gradients[place], target=place)


def _as_on_path(work: Work, place: int) -> bool:
    """Whether a name of the same kind on the path has the same gradient, as a1 and a2 have with one weight: then that one is meant."""
    kin = [other for other in work.siblings(place) if other in work.problem.path and other in work.gradients]
    return any(close(work.gradients[place], work.gradients[other]).all() for other in kin)


NAMED: tuple[Mistake, ...] = (
    Mistake("name.other", "{other} stands where {v} belongs", NAMES, lambda work: _other_name(work, False)),
    Mistake("name.other_input", "{other} stands where {v} belongs, in the derivative of {f} by {u}", NAMES, _other_input, 2),
    Mistake("weight.transposed", "the weight matrix is transposed: {other} stands where {v} belongs",
            "Which index of a weight is the neuron that it leads to, and which is summed over?",
             lambda work: _other_name(work, True), spreads=True),
    Mistake("value.overwritten", "{u} was already updated when its value was used for {wrt}: all gradients come before all steps",
            "In which order are gradients computed and parameters changed?", _overwritten, spreads=True),
    Mistake("variable.other", "this is {by}, the derivative by another variable, and not by {wrt}", QUESTION, _other_variable),
    Mistake("upstream.neighbour", "it starts from {wrong}, and must start from {right}{extra}", UPSTREAM, _wrong_start(True)),
    Mistake("upstream.other_layer", "it starts from {wrong}, and must start from {right}", UPSTREAM, _wrong_start(False), 2),
    Mistake("chain.stopped", "the chain stops at {u}: this is {by}, and the derivative of {u} by {wrt} is missing", FACTORS, _stopped, 2),
)  # fmt: skip
