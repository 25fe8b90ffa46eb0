"""Three levels of detail: no line is lost, the result is one, and what is folded is proved as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.derivation import Derivation
from derive.deriving import derive
from derive.detail import LEVELS, ROUTINE, every_rule, usual
from derive.differentiation import differentiate
from derive.errors import DeriveError, Disagreement
from derive.layers import Dense
from derive.network import Network
from derive.ops import ACTIVATIONS, Activation, sigmoid, tanh
from derive.partial import Partial
from derive.printing import unicode
from derive.reading import read
from derive.slopes import slope_derivation

EXPRESSIONS = [
    ("(w*x + b - y)^2", "w"),
    ("(sigma(w*x + b) - y)^2/2", "w"),
    ("-(y*ln(sigma(z)) + (1 - y)*ln(1 - sigma(z)))", "z"),
    ("(x^2 + 1)^3*exp(-x)", "x"),
    ("ln(x/(1 - x))", "x"),
    ("max(0, w*x)", "w"),
    ("3x^2 + 2x + 1", "x"),
    ("w*x + b", "w"),
    ("7", "w"),
]


def made(text, wrt) -> Derivation:
    return derive(text, wrt) if wrt in {s.name for s in read(text).free_symbols} else derive(text, read(wrt))


@pytest.mark.parametrize(("text", "wrt"), EXPRESSIONS)
def test_levels_differ_in_the_lines_that_they_show_and_in_nothing_else(text, wrt):
    derivation = made(text, wrt)
    levels = {level: derivation.detail(level) for level in LEVELS}
    assert levels["usual"] == derivation and len(levels["result"].steps) == 1
    assert all(d.start == derivation.start and d.result == derivation.result for d in levels.values())
    shown = set(levels["every rule"].lines)
    assert set(derivation.lines) <= shown and set(levels["result"].lines) <= set(derivation.lines)
    assert not any(step.substeps for step in levels["every rule"].steps)
    for d in levels.values():
        assert {proof.verdict for proof in d.verify()} <= {"proved", "undecided"}


def test_each_level_of_a_network_and_of_a_slope():
    deltas = Network(3, Dense(4, tanh), Dense(2, sigmoid)).backprop().derivation("z1")
    for derivation in (deltas, *(slope_derivation(kind) for kind in ACTIVATIONS.values() if issubclass(kind, Activation))):
        assert len(derivation.detail("result").steps) == 1
        assert derivation.detail("every rule").result == derivation.result


def test_a_line_for_each_rule_that_is_more_than_routine():
    for text, wrt in EXPRESSIONS:
        own = [rule.strip() for step in made(text, wrt).steps for rule in step.rule.split(",")]
        folded = {s.rule for s in every_rule(made(text, wrt).steps)} - ROUTINE - {"chain rule", "put in u", "put in u, v"}
        assert folded <= set(own), text


def test_rules_used_side_by_side_are_one_line():
    rules = [step.rule for step in derive("w^2*sin(w)", "w").steps]
    assert rules == ["product rule", "power rule, sine"]
    assert [step.rule for step in derive("sin(w^2)", "w").steps] == ["sine, chain rule", "power rule"]


def test_one_inside_the_other_are_two_lines():
    lines = [unicode(step.after, typed_order=True) for step in derive("sigma(tanh(w*x))", "w").steps]
    assert lines == ["σ'(tanh(w x)) ∂/∂w (tanh(w x))", "σ'(tanh(w x)) tanh'(w x) x"]


def test_routine_alone_is_one_line():
    start = Partial(read("w*x + b - 3*w"), read("w"))
    (line,) = usual(differentiate(start))
    assert line.rule == "sum rule" and len(line.substeps) >= 2 and unicode(line.after) == "x - 3"


def test_a_planted_mistake_is_found_inside_of_what_is_folded():
    derivation = derive("(w*x + b - y)^2/2", "w")
    (fold, *rest) = derivation.steps
    first, second, *others = fold.substeps
    wrong = replace(fold, substeps=(replace(first, after=2 * first.after), replace(second, before=2 * first.after), *others))
    with pytest.raises(Disagreement, match="constant factor"):
        replace(derivation, steps=(wrong, *rest)).verify()


def test_an_unknown_level():
    with pytest.raises(DeriveError, match="levels: 'every rule', 'usual', 'result'"):
        derive("w^2", "w").detail("full")


def test_every_rule_gives_the_numbers_too():
    worked = derive("(sigma(w*x) - y)^2", "w").detail("every rule").at({"w": 1, "x": 2, "y": 0})
    assert len(set(map(str, worked.numbers))) == 1 and len(worked.numbers) > 8
