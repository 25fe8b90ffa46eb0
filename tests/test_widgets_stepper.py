"""The derivation stepper: hint, rule and line in turn, folding that keeps what is open, numbers, formulas, state, what is refused."""

from __future__ import annotations

import json

import pytest

from derive import DeriveError, Network, derive, sigmoid
from derive.slopes import slope_derivation
from derive.widgets import Stepper
from derive.widgets.base.static import with_formulas

SQUARE = "(sigma(w*x+b)-y)^2/2"
B4 = ["a = w*x + b", "y = sigma(a)", "E = (y - d)^2/2"]
NET = Network.dense(2, 3, 1)
ALL = {
    "text": lambda: Stepper(SQUARE, "w", at={"w": 1, "x": 2, "b": 0, "y": 1}),
    "equations": lambda: Stepper(B4, "w", at={"w": 0.5, "x": 2, "b": 0.1, "d": 1}),
    "slope": lambda: Stepper(slope_derivation(sigmoid)),
    "weight": lambda: Stepper(NET.backprop().derivation("w1")),
    "error": lambda: Stepper(NET.backprop().derivation("delta1", "batch"), detail="result"),
    "unrolled": lambda: Stepper(NET.backprop().unrolled("w1")),
}


def seen(stepper):
    frame = stepper.frame()
    return len(frame.lines), len(frame.later), frame.text


def test_a_step_gives_its_hint_then_its_rule_then_its_line():
    s = Stepper(SQUARE, "w")
    assert seen(s) == (1, 5, "3 lines to come.") and not s.enabled("back") and not s.enabled("again")
    s.press("hint")
    assert s.frame().lines[-1] == "Hint: power rule, chain rule" and s.frame().text.endswith("Hint: power rule, chain rule.")
    s.press("hint")
    assert r"here the outer function is $u^{2}$, with the inner one $u = \sigma(w x + b) - y$" in s.frame().lines[-1]
    assert not s.enabled("hint")
    s.press("hint")  # nothing more to say
    s.press("next")
    assert r"= (\sigma(w x + b) - y) \, \frac{\partial}{\partial w}" in s.frame().lines[1] and s.frame().lines[1].endswith("- y$")
    assert s.frame().text == "Line 1 of 3: power rule, chain rule, u = σ(w x + b) - y." and s.stage == 0
    s.press("hint")
    s.press("back")
    assert (s.open, s.stage) == (1, 0)
    s.press("back")
    assert seen(s) == (1, 5, "3 lines to come.")
    s.press("all")
    assert s.finished and seen(s)[:2] == (4, 2) and s.frame().text.endswith("That was the last one.")
    assert not any(map(s.enabled, ("hint", "next", "all")))
    s.press("again")
    assert (s.open, s.stage) == (0, 0)


@pytest.mark.parametrize("name", ALL)
def test_lines_are_the_derivation_and_every_formula_is_typeset_without_a_kernel_too(name):
    s = ALL[name]()
    for level in s.controls[0].options:
        s.set("detail", level)
        s.press("again")
        counts = set()
        while True:
            for _ in range(3):
                frame = s.frame()
                counts.add(len(frame.lines) + len(frame.later))
                assert not [line for line in frame.lines if "<code" in with_formulas(line) or line.count("$") % 2]
                s.press("hint")
            if s.finished:
                break
            s.press("next")
        assert len(counts) == 1, "room is kept"
        last = s.derivation.detail(level).rows()[-1].right.string
        assert any(f"= {last}$" in line for line in s.frame().lines)
    assert s.frame().picture == ""


def test_numbers_stand_below_each_line():
    s = ALL["text"]()
    s.press("all")
    numbers = [line for line in s.frame().lines if "in numbers" in line]
    assert len(numbers) == 3 and all(line.endswith("= -0.0250311$") for line in numbers)
    assert r"(\sigma(1 \cdot 2 + 0) - 1) \sigma'(1 \cdot 2 + 0) \cdot 2" in numbers[-1]
    w = Stepper(NET.backprop().derivation("delta2"), at=values_of_net(), indices={"j": 1})
    w.press("all")
    ends = {line.rpartition("= ")[2] for line in w.frame().lines if "in numbers" in line}
    assert len(ends) == 1


def values_of_net():
    return {"w2": [[1.0, 2.0, -1.0]], "b2": [0.5], "a1": [0.2, 0.4, 0.6], "z2": [0.9], "a2": [0.7109495], "y": [1.0]}


def test_folding_keeps_what_is_open():
    s = Stepper(SQUARE, "w")
    s.press("next")
    s.set("detail", "every rule")
    assert s.open == 5 and s.frame().lines[-1].split("$")[1] == Stepper(SQUARE, "w").lines[0].formula.split("$")[1]
    s.press("next")
    s.set("detail", "usual")
    assert s.open == 1, "the second line is not whole"
    s.set("detail", "result")
    assert s.open == 0
    s.press("all")
    s.set("detail", "every rule")
    assert s.finished
    assert s.controls[0].options == ("every rule", "usual", "result")
    assert ALL["weight"]().controls[0].options == ("usual", "result"), "every rule has a line as it is"


def test_named_equations_stand_above_and_factors_have_names_below():
    s = ALL["equations"]()
    assert [line.count("=") for line in s.frame().lines] == [1, 1, 1, 0]
    s.press("all")
    assert any(r"\underbrace{y (1 - y)}_{\frac{\partial y}{\partial a}}" in line for line in s.frame().lines)


def test_state_goes_through_json_and_a_bad_one_changes_nothing():
    s = Stepper(SQUARE, "w")
    s.set("detail", "every rule")
    s.press("next")
    s.press("hint")
    other = Stepper(SQUARE, "w")
    other.restore(json.loads(json.dumps(s.state())))
    assert other.state() == s.state() and other.frame() == s.frame()
    for bad in ({"open": 99}, {"open": True}, {"stage": 3}, {"detail": "none"}, {"detail": "result", "open": 2}, {"speed": 1}):
        with pytest.raises(DeriveError):
            other.restore(bad)
        assert other.state() == s.state(), bad


def test_without_a_kernel_every_line_opens_by_itself():
    page = ALL["slope"]()._repr_mimebundle_()["text/html"]
    assert page.count("<details") == 6 and "Line 1 of 6: definition of σ" in page and "<code" not in page and page.count("<math") >= 7
    assert "$" not in page


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Stepper("x^2"), "it is not said what to derive by"),
        (lambda: Stepper(3, "x"), "not int"),
        (lambda: Stepper(derive("x^2", "x"), "x"), "leave wrt out"),
        (lambda: Stepper("x^2", "y"), "y is not in the expression"),
        (lambda: Stepper("x^2", "x", detail="much"), "there is no detail 'much'"),
        (lambda: Stepper("x^2", "x", at={"y": 1}), "y"),
        (lambda: Stepper("x^2", "x", indices={"j": 1}), "no numbers"),
    ],
)
def test_what_does_not_fit_is_said(make, said):
    with pytest.raises(DeriveError, match=said):
        make()
