"""A derivation prints, proves itself, and puts numbers in; what is wrong with it is found."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from fractions import Fraction

import numpy as np
import pytest
from sympy import Float, Integer, Max, Rational, Symbol, exp, log, symbols

from derive.derivation import Derivation, rounded
from derive.deriving import derive, differentiate
from derive.errors import DeriveError, Disagreement, DomainError, ShapeError
from derive.layers import Dense
from derive.losses import cross_entropy
from derive.network import Network
from derive.notation import LATEX, UNICODE, Notation
from derive.ops import sigmoid, softmax, tanh
from derive.partial import Partial
from derive.reading import read
from derive.steps import Step

w, x, b, y = symbols("w x b y")
TOY = {w: 3, b: 2, x: 4, y: 5}


def toy(wrt="w"):
    """With a line for each rule, chains in one line."""
    start = Partial(read("(w*x + b - y)^2"), Symbol(wrt))
    return Derivation(start, tuple(differentiate(start)), typed_order=True)


# What it is


def test_the_lines_hang_together():
    derivation = toy()
    assert derivation.lines[0] == derivation.start and derivation.lines[-1] == derivation.result
    for before, step in zip(derivation.lines, derivation.steps, strict=False):
        assert step.before == before
    with pytest.raises(FrozenInstanceError):
        derivation.start = x


def test_a_gap_is_refused():
    derivation = toy()
    with pytest.raises(DeriveError, match="the line before is"):
        replace(derivation, steps=derivation.steps[:1] + derivation.steps[2:])
    with pytest.raises(DeriveError, match="step 'power rule, chain rule'"):
        replace(derivation, start=Partial(x, w))


def test_a_wrong_step_is_refuted_and_a_wrong_substep_too():
    derivation = toy()
    *others, last = derivation.steps
    wrong = replace(derivation, steps=(*others, replace(last, after=2 * x)))
    with pytest.raises(Disagreement, match="arithmetic"):
        wrong.verify()
    parts = derivation.steps[2]
    first, *rest = parts.substeps
    hidden = replace(parts, substeps=(replace(first, after=rest[-1].after * 2), Step("back", rest[-1].after * 2, parts.after)))
    with pytest.raises(Disagreement, match="derivative of a constant"):
        replace(derivation, steps=(*derivation.steps[:2], hidden, last)).verify()


def test_a_proof_names_the_step_itself():
    derivation = derive("|w - 3|", "w")
    assert [proof.step for proof in derivation.verify() if proof.step in derivation.steps] == list(derivation.steps)
    assert all(proof.verdict == "proved" for proof in derivation.verify())


# Numbers put in


@pytest.mark.parametrize(("wrt", "value"), [("w", 72), ("b", 18), ("y", -18), ("x", 54)])
def test_every_line_is_the_same_number(wrt, value):
    worked = toy(wrt).at(TOY)
    assert set(worked.numbers) == {value} and worked.value == value
    assert len(worked.numbers) == len(toy(wrt).lines)


def test_the_numbers_stand_in_the_place_of_the_names():
    lines = str(toy().at({"w": 3, "b": 2, "x": 4, "y": 5})).splitlines()
    assert lines[0].startswith("∂/∂w ((w x + b - y)²) = 2(3·4 + 2 - 5) ∂/∂w (w x + b - y) = 72")
    assert "2(3·4 + 2 - 5)·4 = 72" in lines[-1] and lines[-1].endswith("arithmetic")
    assert r"2(3 \cdot 4 + 2 - 5) \cdot 4 = 72" in toy().at(TOY).latex()


def test_numbers_are_shown_as_they_were_given():
    half = derive("w^2*x", "w").at({"w": 0.5, "x": -3})
    assert "0.5" in str(half) and "(-3)" in str(half) and half.value == -3
    exact = derive("w^2*x", "w").at({"w": Rational(1, 2), "x": Fraction(1, 3)})
    assert exact.value == Rational(1, 3) and str(exact).splitlines()[-1].count("1/3") >= 1
    assert "= 0.666667" in str(derive("w/x", "w").at({"w": 0.1, "x": 1.5}))
    assert derive("3w", "w").at({"w": np.float64(2)}).value == 3
    assert str(derive("x", w).at({"x": 2, "w": 1})).startswith("∂x/∂w = 0 ")
    assert str(derive("e^w", "w").at({"w": np.int64(1)})).startswith("∂/∂w (e^w) = e¹ = 2.71828")


def test_rounding():
    assert rounded(Integer(10) ** 9) == 10**9
    assert rounded(Rational(1, 3)) == Rational(1, 3) and rounded(Rational(1, 3), decimal=True) == Float("0.333333")
    assert rounded(Rational(10**12 + 1, 3)) == Float("3.33333e11")
    assert rounded(Float("0.123456789")) == Float("0.123457")


def test_an_activation_far_from_zero():
    assert 0 < derive("sigma(w)", "w").at({"w": -1000}).value < Float("1e-400")
    assert abs(derive("sigma(w)", "w").at({"w": 2}).value - np.exp(-2) / (1 + np.exp(-2)) ** 2) < 1e-12


@pytest.mark.parametrize(
    ("text", "values", "kind", "message"),
    [
        ("w*x", {"w": 1}, DeriveError, "no value for x"),
        ("w*x", {}, DeriveError, "no value for w, x"),
        ("weight*x", {"weigth": 1, "x": 1}, DeriveError, "did you mean weight"),
        ("w*x", {"w": "3", "x": 1}, DeriveError, "'3' is not a finite real number"),
        ("w*x", {"w": float("nan"), "x": 1}, DeriveError, "not a finite real number"),
        ("w*x", {"w": 1j, "x": 1}, DeriveError, "not a finite real number"),
        ("w*x", {"w": True, "x": 1}, DeriveError, "not a finite real number"),
        ("w*x", {"w": [1, 2], "x": 1}, DeriveError, "not a finite real number"),
        ("1/w", {"w": 0}, DomainError, "division by zero"),
        ("ln(w)", {"w": 0}, DomainError, "division by zero"),
        ("sqrt(w)", {"w": -1}, DomainError, "no real number"),
        ("ln(w)", {"w": -1}, DomainError, "what is derived: .* no real number"),
        ("ln(w*x)", {"w": -1, "x": 2}, DomainError, "what is derived"),
        ("w*x/w", {"w": 0, "x": 2}, DomainError, "division by zero"),
        ("w^2/w + x", {"w": 0, "x": 2}, DomainError, "division by zero"),
        ("w*x", [1, 2], DeriveError, "expected a dict of values, not list"),
        ("exp(exp(w))", {"w": 10}, DomainError, "too large"),
        ("exp(exp(exp(exp(w))))", {"w": 10}, DomainError, "too large to be computed"),
        ("|w|*x", {"w": 0, "x": 1}, DomainError, "kink at w = 0"),
        ("max(w, x)", {"w": 2, "x": 2}, DomainError, "kink at"),
        ("min(w, x)", {"w": 2, "x": 2}, DomainError, "kink at"),
    ],
)
def test_values_that_cannot_be_put_in(text, values, kind, message):
    with pytest.raises(kind, match=message):
        derive(text, w if "weight" not in text else "weight").at(values)


def test_indices_of_a_scalar_derivation_are_refused():
    with pytest.raises(DeriveError, match="j is not a free index"):
        toy().at(TOY, j=1)


def test_beside_a_kink_there_is_a_value():
    assert derive("max(0, w*x)", "w").at({"w": 2, "x": 3}).value == 3
    assert derive("max(0, w*x)", "w").at({"w": -2, "x": 3}).value == 0
    assert derive("|w|", "w").at({"w": -2}).value == -1
    assert derive(Max(w, x, y), w).at({"w": 2, "x": 1, "y": 1}).value == 1


def test_a_wrong_line_is_found_by_its_number():
    derivation = toy()
    wrong = replace(derivation, steps=(*derivation.steps[:-1], replace(derivation.steps[-1], after=3 * x)))
    with pytest.raises(Disagreement, match=r"step 'arithmetic': the line before is 72, and this line is 12"):
        wrong.at(TOY)


# Index form


def network():
    return Network(3, Dense(4, tanh), Dense(2, softmax), loss=cross_entropy)


def given(samples=None, seed=1):
    rng = np.random.default_rng(seed)
    shape = () if samples is None else (samples,)
    values = {"w1": rng.normal(size=(4, 3)), "b1": rng.normal(size=4), "w2": rng.normal(size=(2, 4)), "b2": rng.normal(size=2)}
    targets = np.eye(2)[rng.integers(2, size=samples)]
    return {**values, "x": rng.normal(size=(*shape, 3)), "y": targets}


def of_sweep(name, batch):
    sweep = network().backprop().batch if batch else network().backprop().single
    adjoint = sweep.of(name)
    quantities = {**sweep.forward.quantities, **{a.equation.name: a.equation.lhs for a in sweep.adjoints}}
    return Derivation(adjoint.equation.reference, adjoint.steps, sweep.context, quantities)


@pytest.mark.parametrize("name", ["w1", "b1", "w2", "b2"])
def test_a_gradient_at_given_values_is_what_the_generated_code_computes(name):
    values = given(samples=3)
    parameters = {key: values[key] for key in ("w1", "b1", "w2", "b2")}
    _, gradient = network().compile().value_and_grad(parameters, values["x"], values["y"])
    derivation = of_sweep(name, batch=True)
    for at in ((1, 1), (2, 3)) if name.startswith("w") else ((1,), (2,)):
        worked = derivation.at(values, **dict(zip("jk", at, strict=False)))
        assert len(worked.numbers) == len(derivation.lines)
        assert abs(float(worked.value) - gradient[name][tuple(n - 1 for n in at)]) < 1e-12


def test_every_adjoint_of_one_sample_has_numbers():
    values = given()
    for name in ("a2", "z2", "a1", "z1", "w1"):
        derivation = of_sweep(name, batch=False)
        worked = derivation.at(values, **{str(i): 1 for i in derivation.start.free_symbols if str(i) in "jk"})
        assert len(worked.numbers) == len(derivation.lines) > 2
        assert " = " in str(worked) and str(worked).count("assuming") == (name == "z2")


@pytest.mark.parametrize(
    ("change", "at", "kind", "message"),
    [
        ({"w2": None}, {"j": 1, "k": 1}, DeriveError, "no value for w2"),
        ({}, {"j": 1}, DeriveError, "the index k is missing"),
        ({}, {"j": 5, "k": 1}, DeriveError, "the index j is 5, expected a whole number from 1 to 4"),
        ({}, {"j": 0, "k": 1}, DeriveError, "the index j is 0"),
        ({}, {"j": 1, "k": 1, "s": 1}, DeriveError, "s is not a free index here"),
        ({"w1": np.ones((3, 4))}, {"j": 1, "k": 1}, ShapeError, "here and"),
        ({"b1": np.ones((4, 1))}, {"j": 1, "k": 1}, ShapeError, "expected n1"),
        ({"b1": 1.0}, {"j": 1, "k": 1}, ShapeError, r"the shape \(\), expected n1"),
        ({"q": 1.0}, {"j": 1, "k": 1}, DeriveError, "q is not in the derivation"),
        ({"x": np.array([1, np.nan, 2])}, {"j": 1, "k": 1}, DeriveError, "not a finite real number"),
    ],
)
def test_values_that_do_not_fit(change, at, kind, message):
    values = {key: value for key, value in {**given(), **change}.items() if value is not None}
    with pytest.raises(kind, match=message):
        of_sweep("w1", batch=False).at(values, **at)


def test_values_that_contradict_each_other_are_found():
    with pytest.raises(Disagreement, match="do not fit each other"):
        of_sweep("z2", batch=False).at({**given(), "a2": np.array([0.1, 0.7])}, j=1)


def test_targets_that_break_the_assumption_are_found():
    with pytest.raises(Disagreement):
        of_sweep("z2", batch=False).at({**given(), "y": np.array([1, 1])}, j=1)


def test_scalar_networks():
    net = Network.from_equations(["z = w*x + b", "a = sigma(z)", "C = (a - y)^2/2"])
    sweep = net.backprop().single
    adjoint = sweep.of("w")
    derivation = Derivation(adjoint.equation.reference, adjoint.steps, sweep.context, sweep.forward.quantities)
    worked = derivation.at({"w": 0.5, "x": 2, "b": 0, "y": 1})
    a = 1 / (1 + np.exp(-1))
    assert abs(float(worked.value) - (a - 1) * a * (1 - a) * 2) < 1e-12


# Print


def test_latex_is_aligned_and_names_the_rules():
    latex = toy().latex()
    assert latex.startswith("\\begin{align*}") and latex.rstrip().endswith("\\end{align*}")
    assert latex.count("&=") == len(toy().steps)
    for step in toy().steps:
        assert rf"\text{{{step.rule}" in latex
    assert r"\text{power rule, chain rule, $u = w x + b - y$}" in latex
    shown = toy()._repr_latex_()
    assert shown.startswith("$$") and shown.endswith("$$") and "align*" not in shown and r"\begin{aligned}" in shown
    assert toy().at(TOY)._repr_latex_().count("= 72") == 4


def test_an_assumption_stands_in_the_margin():
    assert "assuming the targets of a sample add up to 1" in of_sweep("z2", batch=False).unicode()
    assert r"assuming the targets" in of_sweep("z2", batch=False).latex()


def test_the_notation_counts_layers():
    derivation = of_sweep("w1", batch=False)
    assert r"\partial w^{1}_{jk}" in derivation.latex() and r"\partial w^{2}_{jk}" in derivation.latex(Notation(layers_from=1))
    assert "w²ⱼₖ" in derivation.unicode(Notation(layers_from=1))
    assert "w^{2}" in derivation.at(given(), j=1, k=1).latex(Notation(layers_from=1))


def test_a_line_that_says_nothing_new_is_left_out():
    derivation = of_sweep("a2", batch=False)
    assert derivation.steps[0].rule == "chain rule" and isinstance(derivation.steps[0].after, Partial)
    rows = derivation.rows(UNICODE)
    assert len(rows) == len(derivation.steps) - 1 and UNICODE.margin(rows[0].note) == "definition of C"
    assert str(derivation).startswith("∂C/∂a²ⱼ = ∂/∂a²ⱼ")


def test_a_derivation_without_steps_is_its_start():
    derivation = Derivation(w * x, ())
    assert derivation.result == w * x and derivation.verify() == ()
    assert "w x" in str(derivation) and "w x" in derivation.latex()
    assert derivation.at({w: 2, x: 3}).value == 6 and "= 6" in str(derivation.at({w: 2, x: 3}))


def test_it_shows_itself():
    assert repr(toy()) == str(toy()) == toy().unicode()
    assert repr(toy().at(TOY)) == toy().at(TOY).unicode()
    assert toy().printer(LATEX).expression(w * x).string == "w x"


def test_symbols_with_assumptions():
    t = Symbol("t", positive=True)
    derivation = derive(log(t) * abs(t) + exp(-t) * sigmoid(t), t)
    assert all(proof.verdict == "proved" for proof in derivation.verify())
    assert abs(float(derivation.at({"t": 1}).value) - (1 - np.exp(-1) / (1 + np.exp(-1)) + np.exp(-2) / (1 + np.exp(-1)) ** 2)) < 1e-12
