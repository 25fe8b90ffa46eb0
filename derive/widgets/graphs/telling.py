"""A step through a graph in formulas and in words: forward a gate with its numbers, backward upstream, local and their product."""

from __future__ import annotations

from ...graph_picture import DRAWN, pretty
from ...numerals import short
from ...passes import Backward
from .gate_formulas import bracketed, in_names, in_numbers, name, number
from .walk import Moment, Walk

BLANK = r"$\displaystyle \phantom{\frac{|}{|_1}}$"  # ends every line, so that all are as high as one with a fraction


def step_lines(walk: Walk, moment: Moment, step: int) -> list[str]:
    """What happened in a step: forward the gate with its numbers, backward what arrives and what is passed on."""
    return [f"{line} {BLANK}" for line in _lines(walk, moment, step)]


def _lines(walk: Walk, moment: Moment, step: int) -> list[str]:
    values, output = moment.state.values or (), name(walk.graph.output)
    if step == 0:
        return [_formula(r",\quad ".join(f"{name(n)} = {number(values[i])}" for n, i in walk.variables.items()))]
    if step < walk.seed and moment.gate is not None:
        return [_formula(in_numbers(walk.nodes, moment.gate, values))]
    if moment.gate is None or moment.passing is None:
        return [f"the gradient of the output by itself: {_formula(f'{_partial(output, output)} = 1')}"]
    return _backward(walk, moment.passing, moment.gate, output)


def _backward(walk: Walk, passing: Backward, gate: int, output: str) -> list[str]:
    record = passing.record(gate)
    if record is None:
        return []
    node, here, upstream = walk.nodes[gate], name(walk.nodes[gate].name), number(record.upstream)
    sums = _sum([number(value) for _, value in record.addends])
    lines = [f"gate {_formula(in_names(walk.nodes, gate))}\u2003{record.does}"]
    lines.append(f"upstream: {_formula(f'{_partial(output, here)} = {sums}{upstream}')}")
    for sent in passing.sent[gate]:
        i = node.inputs[sent.slot]
        to = name(walk.nodes[i].name)
        product = rf"{bracketed(upstream)} \cdot {bracketed(number(sent.local))} = {number(sent.product)}"
        line = rf"{_partial(output, here)} \cdot {_partial(here, to)} = \text{{upstream}} \cdot \text{{local}} = {product}"
        if sum(walk.nodes[n].inputs.count(i) for n in walk.back) == 1:
            lines.append(f"to ${to}$: {_formula(f'{_partial(output, to)} = {line}')}")
            continue
        lines.append(f"to ${to}$, one part of several: {_formula(line)}")
        if sent is passing.arrived[i][-1] and passing.gradients[i] is not None:
            parts = [number(part.product) for part in passing.arrived[i]]
            lines.append(f"all parts: {_formula(f'{_partial(output, to)} = {_sum(parts)}{number(passing.gradients[i])}')}")
    return [*lines, *([record.remark] if record.remark else [])]


def _formula(latex: str) -> str:
    return rf"$\displaystyle {latex}$"


def _sum(parts: list[str]) -> str:
    """a + b = , where there is something to add up."""
    return " + ".join([parts[0], *map(bracketed, parts[1:])]) + " = " if len(parts) > 1 else ""


def _partial(f: str, x: str) -> str:
    return rf"\frac{{\partial {f}}}{{\partial {x}}}"


def step_told(walk: Walk, moment: Moment, step: int) -> str:
    """The step in words, with the numbers that are new."""
    values, gates = moment.state.values or (), walk.seed - 1
    if step == 0:
        return f"Only the variables have values; {gates} gate{'s' * (gates != 1)} to compute."
    if step < walk.seed and moment.gate is not None:
        node = walk.nodes[moment.gate]
        formula = node.gate.formula([pretty(walk.nodes[i].name) for i in node.inputs])
        return f"Forward, {_place(step, gates)}: {pretty(node.name)} = {formula} = {short(values[moment.gate], DRAWN)}."
    passing = moment.passing
    if passing is None or moment.gate is None:
        return f"Backward: the gradient of {pretty(walk.graph.output)} by itself is 1."
    node = walk.nodes[moment.gate]
    sent = [f"{pretty(walk.nodes[node.inputs[s.slot]].name)} {short(s.product, DRAWN)}" for s in passing.sent[moment.gate]]
    upstream = short(passing.gradients[moment.gate], DRAWN)
    return f"Backward, {_place(step - walk.seed, len(walk.back))}: {pretty(node.name)} has {upstream}, sends {', '.join(sent)}."


def _place(gate: int, gates: int) -> str:
    return f"gate {gate} of {gates}" if gate < gates else "the last gate"
