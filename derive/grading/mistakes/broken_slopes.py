"""The slope of an activation, got wrong: generated from what the activation's record says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from sympy import Add, Expr, Mul, Number, Pow, Symbol

from ...function_gates import T, numeric
from ...ops import ACTIVATIONS, Activation
from ...printing import unicode
from .planting import Mistake, Plant, Work, at_all_points
from .sweeping import Array, Change, Edge

SLOPE = "Which function is the slope of the activation, and at which argument is it taken?"
BY_OUTPUT = "How is the slope written with the output a of the activation?"


def _places(work: Work) -> Iterator[tuple[Edge, Any]]:
    for edge in work.edges():
        kind = work.nodes[edge[0]].gate.kind
        if kind is not None:
            yield edge, kind


def _words(work: Work, edge: Edge, kind: Any, **more: str) -> dict[str, str]:
    name = kind.unicode or kind.__name__
    return {**work.link(edge), "slope": f"{name}′", "name": name, "a": work.shown(edge[0]), **more}


@cache
def _slope(kind: Any) -> Callable[[Any], Any]:
    return _function(kind.slope_formula(T))


@cache
def _second(kind: Any) -> Expr:
    return Activation.written_out(kind.slope_formula(T)).diff(T)


@cache
def _function(e: Expr) -> Callable[[Any], Any]:
    return numeric(Activation.written_out(e), T)


def _plant(edge: Edge, wrong: Array | None, words: dict[str, str]) -> Iterator[Plant]:
    if wrong is not None:
        yield Plant(words, Change({edge: wrong}))


def variants(e: Expr) -> Iterator[tuple[str, Expr]]:
    """A formula with one thing wrong: a minus turned into a plus, a power or a factor left out."""
    if isinstance(e, Pow) and isinstance(e.args[1], Number):
        yield "power_lost", e.args[0]
    if isinstance(e, Mul):
        for f in e.args:
            if not isinstance(f, Number):
                yield "factor_lost", Mul(*(g for g in e.args if g is not f))
    if isinstance(e, Add):
        for t in e.args:
            if not isinstance(t, Number):
                yield "sign_inside", Add(*(-s if s is t else s for s in e.args))
    for n, part in enumerate(e.args):
        for code, wrong in variants(part):
            yield code, e.func(*e.args[:n], wrong, *e.args[n + 1 :])


def _variant(code: str) -> Callable[[Work], Iterator[Plant]]:
    def plants(work: Work) -> Iterator[Plant]:
        for edge, kind in _places(work):
            if kind.by_output is not None:
                right = kind.by_output(T)
                for own, wrong in variants(right):
                    if own == code and wrong.has(T) and wrong != T:
                        words = _words(work, edge, kind, right=_of_output(right, work, edge), wrong=_of_output(wrong, work, edge))
                        yield from _plant(edge, at_all_points(_function(wrong), work.right.values[edge[0]]), words)

    return plants


def _of_output(e: Expr, work: Work, edge: Edge) -> str:
    """A slope as a formula of the output, by its own name; else by a letter, and what that stands for."""
    return unicode(e.subs(T, Symbol(work.shown(edge[0]))))


def _itself(work: Work) -> Iterator[Plant]:
    for edge, kind in _places(work):
        yield from _plant(edge, work.right.values[edge[0]], _words(work, edge, kind))


def _argument_for_output(work: Work) -> Iterator[Plant]:
    for edge, kind in _places(work):
        if kind.by_output is not None:
            right = kind.by_output(T)
            words = _words(work, edge, kind, right=_of_output(right, work, edge))
            yield from _plant(edge, at_all_points(_function(right), work.inputs(edge[0])[0]), words)


def _at_output(work: Work) -> Iterator[Plant]:
    for edge, kind in _places(work):
        yield from _plant(edge, at_all_points(_slope(kind), work.right.values[edge[0]]), _words(work, edge, kind))


def _at_argument_of_another(work: Work) -> Iterator[Plant]:
    for edge, kind in _places(work):
        own = work.nodes[edge[0]].inputs[0]
        others = [n.inputs[0] for n in work.nodes if n.gate.kind is kind and n.inputs[0] != own]
        for other in dict.fromkeys([*others, *(p for p in work.problem.path if work.nodes[p].given)]):
            if other not in (own, edge[0], work.problem.end) and work.problem.varies[other] == work.problem.varies[own]:
                words = _words(work, edge, kind, other=work.shown(other))
                yield from _plant(edge, at_all_points(_slope(kind), work.right.values[other]), words)


def _of_another(work: Work) -> Iterator[Plant]:
    for edge, kind in _places(work):
        for other in ACTIVATIONS.values():
            if issubclass(other, Activation) and other.by_output is not None and other is not kind:
                wrong = at_all_points(_function(other.by_output(T)), work.right.values[edge[0]])
                yield from _plant(edge, wrong, _words(work, edge, kind, other=other.unicode or other.__name__))


def _slope_of_slope(work: Work) -> Iterator[Plant]:
    for edge, kind in _places(work):
        second = _second(kind)
        if not second.is_number and not kind.kinks:
            yield from _plant(edge, at_all_points(_function(second), work.inputs(edge[0])[0]), _words(work, edge, kind))


def _reciprocal(work: Work) -> Iterator[Plant]:
    for edge, kind in _places(work):
        with np.errstate(all="ignore"):
            inverse = 1 / work.right.slopes[edge]
        yield from _plant(edge, inverse if np.isfinite(inverse).all() else None, _words(work, edge, kind))


SLOPES: tuple[Mistake, ...] = (
    Mistake("activation.itself", "{slope} is not {name} itself, at {u}", SLOPE, _itself, spreads=True),
    Mistake("activation.sign_inside", "the slope {slope} = {right} was written {wrong}: a sign is wrong", BY_OUTPUT,
            _variant("sign_inside"), spreads=True),
    Mistake("activation.factor_lost", "the slope {slope} = {right} was written {wrong}: a factor is missing", BY_OUTPUT,
            _variant("factor_lost"), spreads=True),
    Mistake("activation.power_lost", "the slope {slope} = {right} was written {wrong}: a square is missing", BY_OUTPUT,
            _variant("power_lost"), spreads=True),
    Mistake("activation.argument_for_output", "{u} stands in the slope where its output {a} belongs: {slope} = {right}",
            BY_OUTPUT,
            _argument_for_output, spreads=True),
    Mistake("activation.slope_at_output", "the slope is taken at the output, {slope}({a}), and belongs at the argument {u}", SLOPE,
            _at_output, spreads=True),
    Mistake("activation.slope_elsewhere", "the slope is taken at {other}, {slope}({other}), and belongs at {u}",
            SLOPE, _at_argument_of_another),
    Mistake("activation.slope_of_another", "the slope of {other} was used for {name}, at {u}", SLOPE, _of_another, spreads=True),
    Mistake("activation.differentiated_twice", "{name} was differentiated twice, at {u}", SLOPE, _slope_of_slope, 2, spreads=True),
    Mistake("activation.divided_by_slope", "it was divided by the slope {slope}({u}), and must be multiplied by it", SLOPE, _reciprocal, 2),
)  # fmt: skip
