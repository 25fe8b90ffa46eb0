"""A step in three stages: which rule, the rule as it is used here, the line."""

from __future__ import annotations

import pytest

from derive.deriving import derive
from derive.errors import DeriveError
from derive.hints import STAGES
from derive.layers import Dense
from derive.network import Network
from derive.notation import LATEX, MATHML, UNICODE, Notation
from derive.ops import sigmoid, tanh
from derive.slopes import slope_derivation

SQUARE = derive("(sigma(w*x + b) - y)^2/2", "w")


def test_there_is_a_hint_for_every_step_and_it_says_more_at_each_stage():
    assert len(SQUARE.hints) == len(SQUARE.steps)
    first = SQUARE.hints[0]
    assert [first.text(stage) for stage in STAGES] == [
        "power rule, chain rule",
        "(f^n)' = n f^(n-1) f'; here the outer function is u², with the inner one u = σ(w x + b) - y",
        "(σ(w x + b) - y) ∂/∂w (σ(w x + b) - y)",
    ]
    assert str(first).splitlines()[0] == "step 1 of 3" and repr(first) == str(first)


def test_a_hint_does_not_give_the_line_away():
    for hint in (*SQUARE.hints, *slope_derivation(sigmoid).hints):
        line = hint.text("line")
        assert line not in hint.text("hint") and line not in hint.text("rule")


def test_several_inner_functions():
    (hint, *_) = derive("ln(a) - ln(1 - a)", "a").hints
    assert hint.text("rule").endswith("here the outer function is ln(u), with the inner one u = 1 - a")
    (hint, *_) = derive("sin(x^2) + sin(x^3)", "x").hints
    assert "u = x², and sin(v), with the inner one v = x³" in hint.text("rule")


def test_in_every_style_and_notation():
    bp = Network(3, Dense(4, tanh), Dense(2, sigmoid)).backprop()
    hint = next(h for h in bp.derivation("z1").hints if "definition" in h.step.rule)
    assert hint.text("hint") == "definition of a¹" and hint.latex("hint") == "definition of $a^{1}$"
    assert LATEX.margin(hint.note("hint", LATEX, Notation(layers_from=1))) == "definition of $a^{2}$"
    assert "<msup>" in MATHML.margin(hint.note("hint", MATHML))
    assert SQUARE.hints[1].latex("rule").endswith("the outer function is $\\sigma(u)$, with the inner one $u = w x + b$")


def test_an_unknown_stage():
    with pytest.raises(DeriveError, match="stages: 'hint', 'rule', 'line'"):
        SQUARE.hints[0].note("answer", UNICODE)
