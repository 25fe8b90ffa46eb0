"""The chain rule over named equations: every path, every factor with its name, each line proved, wrong ones refuted."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from sympy import Eq, Integer, Rational, Symbol, floor, symbols

from derive.deriving import derive
from derive.errors import DeriveError, Disagreement, Unsupported
from derive.named import closed
from derive.ops import Activation, sigmoid
from derive.partial import Braced, Partial
from derive.printing import latex, unicode
from derive.shape import times

NEURON = ["a = w1*x1 + w2*x2 + b", "y = sigma(a)", "E = (y - d)^2/2"]
SHARED = ["a1 = sigma(w1*x + b1)", "a2 = sigma(w2*x + b2)", "z = w3*a1 + w3*a2 + b3", "yhat = sigma(z)", "C = (yhat - y)^2/2"]
SHARED_AT = dict(x=0.5, y=0.8, w1=0.2, w2=-0.3, b1=0.4, b2=-0.5, w3=0.1, b3=0.2)
RESIDUAL = ["a = tanh(w*x)", "r = a + w*x", "L = (r + w - y)^2"]


def shown(derivation) -> list[str]:
    return [unicode(line, typed_order=True) for line in derivation.lines]


def test_the_compound_product_of_one_neuron():
    derivation = derive(NEURON, "w1")
    assert shown(derivation) == ["∂E/∂w₁", "∂E/∂y ∂y/∂a ∂a/∂w₁", "(y - d) σ'(a) x₁", "(y - d) y (1 - y) x₁", "(y - d) y (1 - y) x₁"]
    assert shown(derive(NEURON, "a"))[-1] == "(y - d) y (1 - y)"  # delta
    assert shown(derive(NEURON, "b"))[-1] == "(y - d) y (1 - y)"
    assert {proof.verdict for proof in derivation.detail("every rule").verify()} == {"proved"}


def test_the_bias_is_the_weight_of_a_constant_1():
    with_weight = derive(["a = w1*x1 + w0*x0", *NEURON[1:]], "w0").result
    assert with_weight.xreplace({Symbol("x0"): Integer(1)}).doit() == derive(NEURON, "b").result.doit()


def test_every_factor_has_its_name_under_a_brace():
    tex = derive(NEURON, "w1").latex()
    for factor, name in (("(y - d)", "E}{\\partial y"), ("y (1 - y)", "y}{\\partial a"), ("x_{1}", "a}{\\partial w_{1}")):
        assert f"\\underbrace{{{factor}}}_{{\\frac{{\\partial {name}}}}}" in tex
    assert "\\underbrace" in derive(NEURON, "w1")._repr_latex_()


def test_a_brace_with_the_wrong_name_or_factor_is_refuted():
    derivation = derive(NEURON, "w1")
    step = derivation.steps[1]
    braces = sorted(step.after.atoms(Braced), key=str)
    assert len(braces) == 3
    y, d, a, x1, e = symbols("y d a x1 E")
    swapped_names = times(Braced(y - d, Partial(y, a)), Braced(sigmoid.prime(a), Partial(e, y)), x1)
    with pytest.raises(Disagreement):
        replace(derivation, steps=(*derivation.steps[:1], replace(step, after=swapped_names, substeps=()))).verify()


@pytest.mark.parametrize(
    ("equations", "wrt"), [(NEURON, "w1"), (SHARED, "w3"), (SHARED, "w1"), (SHARED, "x"), (RESIDUAL, "w"), (RESIDUAL, "x")]
)
def test_the_result_is_the_derivative_of_the_whole(equations, wrt):
    derivation = derive(equations, wrt)
    assert {proof.verdict for proof in derivation.verify()} <= {"proved"}
    whole = closed(derivation.start.args[0], derivation.named)
    ours = closed(derivation.result, derivation.named)
    chance = random.Random(1)
    at = {s: Rational(chance.randint(-99, 99), 50) for s in whole.free_symbols}
    difference = Activation.written_out(whole.diff(derivation.start.args[1]) - ours).xreplace(at).evalf(30)
    assert abs(difference) < 1e-25


def test_gradients_add_at_branches_and_the_step_says_so():
    derivation = derive(SHARED, "x")
    assert "on 2 paths, through a1, z, yhat; through a2, z, yhat: the gradients add" in derivation.steps[0].why
    assert shown(derive(RESIDUAL, "w"))[1] == "∂L/∂w + ∂L/∂r ∂r/∂w + ∂L/∂r ∂r/∂a ∂a/∂w"


def test_a_lost_path_is_refuted():
    derivation = derive(SHARED, "x")
    chain = derivation.steps[0]
    lost = replace(chain, after=chain.after.args[0])
    with pytest.raises(Disagreement, match="chain rule"):
        replace(derivation, steps=(lost,)).verify()


def test_figures_of_the_shared_weight():
    for wrt, value in (("w3", -0.05346101), ("b3", -0.05537425), ("w1", -0.00065066), ("w2", -0.00062392)):
        worked = derive(SHARED, wrt).at({n: v for n, v in SHARED_AT.items()})
        assert float(worked.value) == pytest.approx(value, abs=5e-9)
    assert "0.573598" in str(worked)  # the value of yhat stands in its place


def test_a_single_link_is_an_ordinary_derivation():
    assert shown(derive(NEURON, "y")) == ["∂E/∂y", "∂/∂y ((y - d)²/2)", "(y - d) ∂/∂y (y - d)", "y - d"]
    assert shown(derive(["E = (w*x - y)^2"], "w"))[-1] == "2(w x - y) x"


def test_equations_may_be_given_in_any_way():
    w, x, b, a, y, e = symbols("w x b a y E")
    wanted = derive(["a = w*x + b", "E = (a - y)^2"], "w").result
    texts = {"a": "w*x + b", "E": "(a-y)^2"}
    pairs = [(a, w * x + b), ("E", (a - y) ** 2)]
    for given in (texts, {"a": w * x + b, "E": (a - y) ** 2}, [Eq(a, w * x + b), Eq(e, (a - y) ** 2)], pairs):
        assert derive(given, w).result.doit() == wanted.doit()


@pytest.mark.parametrize(
    ("equations", "wrt", "message"),
    [
        ([], "w", "no equations were given"),
        (["a = w*x", "a = 2"], "w", "equation 2: a is defined twice"),
        (["E = a^2", "a = w*x"], "w", "equation 1: a is used before it is defined"),
        (["a = a + w"], "w", "a is used before it is defined"),
        (["a = w*x", "E = q^2"], "w", "E does not depend on w; a is never used"),
        (["A = w*x", "E = a^2"], "w", "A is never used"),
        (["a = w*x", "E = a^2"], "E", "E is what is derived"),
        ({"a = w*x", "E = a^2"}, "w", "a set of equations has no order"),
        (["a = w*x", "E = a^2"], "v", "v is not in the equations"),
        (["a = w*x", "E = a^2"], 3, "expected a symbol or its name"),
        (["a = w*", "E = a^2"], "w", "expected a number"),
        ([3], "w", "3 is not an equation"),
        (["e = w*x - y", "L = e^2"], "w", "equation 1: e is the number 2.718, it cannot be defined"),
    ],
)
def test_bad_equations(equations, wrt, message):
    with pytest.raises(DeriveError, match=message):
        derive(equations, wrt)


SKIP = ["a = w*x", "b = tanh(a)", "c = b + a", "E = c^2"]


@pytest.mark.parametrize(
    ("equations", "wrt"),
    [
        (["u = sigma(w*x)", "E = u^2"], "w"),
        (["h1 = tanh(w*x1 + u*h0)", "h2 = tanh(w*x2 + u*h1)", "E = (h2 - y)^2/2"], "u"),
        (["v = (w*u + t)^3", "t2 = exp(v)", "y = 1/(1 + t2)"], "u"),
        (SKIP, "w"),
        (["a = w*x + b", "y = sigma(a)", "E = (sigma(a) - d)^2/2 + y"], "w"),
        (["a = w*x", "b = tanh(a) + x", "c = sigma(b) + a", "L = (c - y)^2/2"], "x"),
        (["a = w*x + b", "y = sigma(w*x + b)", "E = (y - d)^2/2 + a"], "w"),
        (["a = w*x", "E = (a - w)^2"], "w"),
        (["a = w*x", "E = (a - y)^2 + lambda*w^2"], "w"),
    ],
)
def test_names_like_intermediate_variables_and_connections_past_a_link(equations, wrt):
    derivation = derive(equations, wrt)
    for level in ("every rule", "usual", "result"):
        assert {proof.verdict for proof in derivation.detail(level).verify()} == {"proved"}
    at = {s.name: 0.3 + 0.1 * n for n, s in enumerate(sorted(closed(derivation.start.args[0], derivation.named).free_symbols, key=str))}
    assert derivation.at(at).value == derivation.detail("result").at(at).value


def test_a_total_derivative_is_written_with_d_where_some_of_it_is_direct():
    derivation = derive(["a = w*x", "E = (a - w)^2"], "w")
    assert shown(derivation)[:2] == ["dE/dw", "∂E/∂w + ∂E/∂a ∂a/∂w"] and "directly; through a" in derivation.steps[0].why
    assert r"\frac{\mathrm{d} E}{\mathrm{d} w} &= \frac{\partial E}{\partial w}" in derivation.latex()
    assert shown(derive(NEURON, "w1"))[0] == "∂E/∂w₁"


def test_cross_entropy_cancels_between_names_too():
    equations = ["z = w*x + b", "a = sigma(z)", "C = -(y*ln(a) + (1-y)*ln(1-a))"]
    assert shown(derive(equations, "w"))[-2:] == ["-(y (1 - a) - (1 - y) a) x", "(a - y) x"]
    assert shown(derive(equations, "z"))[-1] == "a - y"


def test_one_name_in_two_spellings():
    assert shown(derive(["ŷ = sigma(w x)", "E = (yhat - y)^2/2"], "w"))[-1] == "(ŷ - y) ŷ (1 - ŷ) x"
    assert shown(derive(["a_1 = w*x", "E = a1^2"], "w"))[-1] == "2a₁ x"


def test_too_many_paths_are_refused_with_another_way():
    layers = [f"a{n} = u{n - 1} + v{n - 1}; u{n} = 2*a{n}; v{n} = 3*a{n}" for n in range(1, 7)]
    equations = ["u0 = x", "v0 = 2*x", *(e for line in layers for e in line.split("; ")), "L = u6 + v6"]
    with pytest.raises(Unsupported, match=r"more than 24 paths.*backprop"):
        derive(equations, "x")


def test_no_formula_for_a_part():
    with pytest.raises(DeriveError, match="no rule"):
        derive({"a": Symbol("w") * 2, "E": Symbol("a") * floor(Symbol("a"))}, "w")


def test_braces_print_in_every_style():
    a, y = symbols("a y")
    braced = times(Braced(a - y, Partial(Symbol("E"), a)), a)
    assert latex(braced, typed_order=True) == r"\underbrace{(a - y)}_{\frac{\partial E}{\partial a}} a"
    assert unicode(braced, typed_order=True) == "(a - y) a"


def test_a_name_on_no_path_costs_nothing():
    fibonacci = [f"f{n} = f{n - 1} + f{n - 2}" for n in range(2, 60)]
    derivation = derive(["f0 = x", "f1 = 2*x", *fibonacci, "L = w*f59"], "w")
    assert shown(derivation)[-1] == "f₅₉"
