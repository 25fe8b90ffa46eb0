"""Diagnoses: published mistakes, answers with a known mistake, right answers, nonsense, numbers, steps, and a damping factor."""

from __future__ import annotations

import math
import random

import pytest
from diagnosis_answers import C7, D1, ERRATA, HELD_OUT, KNOWN, NONSENSE, PROBLEMS, RIGHT, SECOND, THIRD, problem, summed
from sympy import IndexedBase, Integer, Sum, Symbol, floor, log, symbols

from derive.errors import DeriveError
from derive.grading.mistakes.damping import PROPERTIES, diagnose_damping
from derive.grading.mistakes.diagnosis import diagnose, diagnose_numbers, diagnose_update
from derive.grading.mistakes.problems import Problem
from derive.graph import Graph
from derive.ops import sigmoid
from derive.partial import Partial

D1_AT = {"x": 0.5, "y": 0.8, "w1": 0.2, "w2": -0.3, "b1": 0.4, "b2": -0.5, "w3": 0.1, "b3": 0.2}
A9 = ["prod = w*x", "yhat = prod + b", "error = yhat - y", "L = error^2"]
A9_AT = {"w": 3, "x": 4, "b": 2, "y": 5}


@pytest.mark.parametrize("name", ERRATA)
def test_the_first_diagnosis_of_a_published_mistake_says_what_is_wrong_with_it(name):
    (where, wrt, answer, codes), words = ERRATA[name]
    found = diagnose(answer, problem(where, wrt))
    assert found.codes[0] in codes.split() and words in found.causes[0].sentence


@pytest.mark.parametrize("row", [*KNOWN, *HELD_OUT, *SECOND, *THIRD], ids=lambda row: f"{row[0]} {row[1]}: {row[2]}"[:60])
def test_the_mistake_in_an_answer_is_named(row):
    where, wrt, answer, codes = row
    found = diagnose(answer, problem(where, wrt))
    assert set(found.codes) & set(codes.split()), found


@pytest.mark.parametrize(("where", "wrt", "answer"), RIGHT)
def test_a_right_answer_has_no_diagnosis(where, wrt, answer):
    for seed in range(3):
        found = diagnose(answer, problem(where, wrt), seed=seed)
        assert not found and found.sentence == found.hint == "" and found.codes == ()


@pytest.mark.parametrize(("where", "wrt", "answer"), NONSENSE)
def test_nonsense_has_no_diagnosis(where, wrt, answer):
    assert not diagnose(answer, problem(where, wrt))


def random_answer(rng: random.Random, names: list[str], depth: int) -> str:
    if depth == 0:
        return rng.choice([*names, "2", "3"])
    one, other = (random_answer(rng, names, depth - 1) for _ in range(2))
    forms = ["({0})*({1})", "{0} + {1}", "{0} - ({1})", "({0})^2", "exp({0})", "sin({0})", "({0})/(1 + ({1})^2)"]
    return rng.choice(forms).format(one, other)


@pytest.mark.parametrize("name", ["d1", "deep", "three", "two"])
def test_random_answers_have_no_diagnosis(name):
    rng, asked = random.Random(3), PROBLEMS[name]
    names = [n for n in asked.places if n != asked.output]
    for _ in range(25):
        answer = random_answer(rng, names, 3)
        assert not diagnose(answer, asked), answer


@pytest.mark.parametrize("row", KNOWN[::4], ids=lambda row: row[2][:40])
def test_a_diagnosis_does_not_depend_on_the_points(row):
    where, wrt, answer, _ = row
    assert len({diagnose(answer, problem(where, wrt), seed=seed).codes for seed in range(4)}) == 1


@pytest.mark.parametrize("name", [name for name, p in PROBLEMS.items() if p.samples == 1])
def test_the_derivative_of_sympy_has_no_diagnosis(name):
    asked = PROBLEMS[name]
    known = {}
    for left, rhs in asked.written:
        known[left] = rhs.xreplace({s: known[s.name] for s in rhs.free_symbols if s.name in known}).doit()
    real = {s: Symbol(s.name, real=True) for s in known[asked.output].free_symbols}
    whole = known[asked.output].xreplace(real)
    for wrt in real.values():
        assert not diagnose(whole.diff(wrt), asked.by(wrt.name)), wrt
        assert not diagnose(whole.diff(wrt).expand(), asked.by(wrt.name)), wrt


def test_causes_that_cannot_be_told_apart_are_all_named():
    found = diagnose("(a - y)*x", problem("neuron", "w"))
    assert found.codes == ("chain.slope_missing", "upstream.neighbour")
    assert found.sentence == "either the slope of σ at z is missing, or it starts from dL/da, and must start from dL/dz"
    code, sentence, hint = found.causes[0]
    assert code in found.codes and sentence in found.sentence and hint == found.hint


def test_the_same_mistake_everywhere_comes_before_two_mistakes():
    found = diagnose("(a2 - y)*w2*x", problem("deep", "w1"))
    assert found.codes == ("chain.slope_missing",) and found.sentence.startswith("the same mistake at every such place")


# What an answer may be written with.


def test_sums_over_the_samples_and_derivatives_as_names():
    n, k = Symbol("n"), Symbol("k", integer=True)
    y, yhat = IndexedBase("y"), IndexedBase("yhat")
    right = -2 * Sum(y[k] - yhat[k], (k, 1, n))
    assert not diagnose(right, problem("c7", "b3"))
    assert diagnose(-2 * Sum((y[k] - yhat[k]) ** 2, (k, 1, 3)), problem("c7", "b3")).codes[0] == "power.not_lowered"
    L, z3, w3, z1 = symbols("L z3 w3 z1")
    slope = sigmoid.prime(z1)
    assert not diagnose(Partial(L, z3) * w3 * slope, problem("d1", "z1"))
    assert diagnose(Partial(L, w3) * w3 * slope, problem("d1", "z1")).codes == ("upstream.neighbour",)
    for text in ("dL_dz3*w3*sigma'(z1)", "dL/dz3*w3*sigma'(z1)", "dL/dyhat*dyhat/dz3*dz3/da1*da1/dz1"):
        assert not diagnose(text, problem("d1", "z1")), text


@pytest.mark.parametrize("answer", ["q*x", "x_4", "dL/dq", "w*x + unknown"])
def test_a_name_that_is_not_in_the_problem_is_refused(answer):
    with pytest.raises(DeriveError, match="not in the problem"):
        diagnose(answer, problem("neuron", "w"))


@pytest.mark.parametrize("answer", [None, "", "x +", [1]])
def test_what_is_no_expression_is_refused(answer):
    with pytest.raises(DeriveError):
        diagnose(answer, problem("neuron", "w"))


WITHOUT_VALUE = ["ln(-x^2)", "sqrt(-1 - x^2)", "1/(x - x)", "exp(exp(exp(exp(9 + x^2))))", Integer(10**400)]


@pytest.mark.parametrize("answer", [*WITHOUT_VALUE, 3, 2.5, Integer(0)])
def test_an_answer_that_has_no_value_or_is_a_number_has_no_diagnosis(answer):
    assert not diagnose(answer, problem("quotient", "x"))


def test_points_lie_in_the_domain():
    asked = Problem.of_expression("ln(x) + ln(y)", "x")
    assert not diagnose("1/x", asked)
    assert diagnose("ln(x)", asked).codes == ("logarithm.kept",)
    assert not diagnose("1/sqrt(x^2)", asked, domain={"x": "positive"})
    assert not diagnose("1/x", asked, domain={Symbol("x"): (2, 3), "y": "unit"})
    with pytest.raises(DeriveError, match="domain 'large'"):
        diagnose("1/x", asked, domain={"x": "large"})
    with pytest.raises(DeriveError, match="no values were found"):
        diagnose("1/x", Problem.of_expression("ln(-1 - x^2)*x", "x"))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Problem.of_expression("w*x", "q"), "q is no name"),
        (lambda: Problem.of_equations(["L = x*w"]), "no name"),
        (lambda: Problem.of_equations(["L = x*w"], wrt="w", samples=0), "samples"),
        (lambda: Problem.of_equations(["L = x*w"], wrt="w", samples=2, data="q"), "q is no name"),
        (lambda: Problem.of_equations(["L = x*w"], wrt="w", over="all"), "sum"),
        (lambda: Problem.of_equations(["L = x*w"], wrt="w", asks="step"), "learning rate"),
        (lambda: problem("neuron", "w").step("w"), "learning rate"),
    ],
)
def test_a_problem_that_cannot_be_posed_is_refused(make, match):
    with pytest.raises(DeriveError, match=match):
        make()


def test_a_problem_agrees_with_the_graph():
    """The right gradients here are those of `Graph`, which shares none of the arithmetic of the sweep over points."""
    data = {"x": (0.1, 0.53, 0.82), "y": (1.2, 3.2, 1.1)}
    weights = {"w1": 0.5, "w2": -0.14, "w3": 0.65, "w4": 1.5, "b1": 0.1, "b2": -0.2, "b3": 0.3}
    g = Graph.from_equations(C7, samples=3)
    g.forward({**data, **weights})
    expected = g.backward(list(weights))
    for name, value in expected.items():
        asked = Problem.of_equations(C7, wrt=name, samples=3)
        assert not diagnose_numbers(value, asked, {**data, **weights}, 1e-9)
        assert diagnose_numbers(-value, asked, {**data, **weights}, 1e-9)


# One step of descent.


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ("w - eta*2*(yhat - y)*x", ()),
        ("w + eta*2*(yhat - y)*x", ("step.ascends",)),
        ("w - 2*(yhat - y)*x", ("step.rate_missing",)),
        ("w + 2*(yhat - y)*x", ("step.ascends_without_rate",)),
        ("eta*2*(yhat - y)*x", ("step.change_negated",)),
        ("-eta*2*(yhat - y)*x", ("step.not_added",)),
        ("2*(yhat - y)*x", ("step.gradient_only",)),
        ("w - eta", ("step.gradient_missing",)),
        ("w - 2*(yhat - y)*x/eta", ("step.divided_by_rate",)),
        ("w - eta*(yhat - y)*x", ("power.not_brought_down",)),
    ],
)
def test_a_step_of_descent(answer, codes):
    assert diagnose_update(answer, PROBLEMS["toy"]).codes == codes


def test_a_step_with_a_rate_of_another_name():
    found = diagnose_update("w + alpha*2*(yhat - y)*x", PROBLEMS["toy"], rate="alpha")
    assert found.sentence.startswith("the step ascends: w + alpha·dL/dw")


# Numbers at one point, as in a table that was filled in.


def test_a_table_of_forward_and_backward_values():
    asked = Problem.of_equations(A9, wrt="w")
    given = {"prod": 12, "yhat": 14, "error": 9, "L": 81, "dL/derror": 18, "dL/dyhat": 18, "dL/dw": 72, "dL/db": 18}
    assert not any(diagnose_numbers(given, asked, A9_AT).values())
    found = diagnose_numbers({**given, "error": -9, "dL/dw": 54, "L": 18, "dL/db": 9}, asked, A9_AT)
    assert {name for name, d in found.items() if d} == {"error", "dL/dw", "L", "dL/db"}
    assert found["dL/dw"].sentence == "this is dL/dx, the derivative by another variable, and not by w" and not found["dL/dw"].weak
    assert "power.not_brought_down" in found["dL/db"].codes
    assert found["error"].codes == ("sign",) and found["L"].codes == ("forward.doubled",) and not found["L"].weak


def test_the_numbers_of_the_published_hidden_layer():
    """The published chain starts from dL/dw3; its numbers look right to 3.5 %."""
    asked = Problem.of_equations(D1, wrt="z1")
    g = Graph.from_equations(D1)
    g.forward(D1_AT)
    g.backward()
    published = g.gradient("w3") * D1_AT["w3"] * g.value("a1") * (1 - g.value("a1"))
    assert published == pytest.approx(g.gradient("z1"), rel=0.04)
    found = diagnose_numbers(published, asked, D1_AT)
    assert "upstream.neighbour" in found.codes and "dz3/dw3 = a1 + a2" in found.sentence
    assert not diagnose_numbers(g.gradient("z1"), asked, D1_AT)


def test_a_number_is_read_within_its_rounding():
    asked = Problem.of_equations(D1, wrt="w3")
    assert not diagnose_numbers(-0.0535, asked, D1_AT)
    assert diagnose_numbers(-0.0535, asked, D1_AT, tolerance=1e-5) == diagnose_numbers(0.1234, asked, D1_AT)
    found = diagnose_numbers(0.05346101, asked, D1_AT)
    assert set(found.codes) == {"difference.swapped", "power.sign_lost"} and found.weak


@pytest.mark.parametrize("given", [math.nan, math.inf])
def test_no_number_is_refused(given):
    with pytest.raises(DeriveError, match="finite"):
        diagnose_numbers(given, Problem.of_equations(D1, wrt="w3"), D1_AT)


def test_a_variable_that_does_not_act():
    asked = Problem.of_equations(["u = v*q", "L = x*w"], wrt="v")
    assert not diagnose("0", asked) and not diagnose("v + 7", asked)
    assert diagnose("w", asked).codes == ("variable.other",) and diagnose("x*w", asked).codes == ("not_differentiated",)


def test_a_missing_value_is_refused():
    with pytest.raises(DeriveError, match="no value for w3"):
        diagnose_numbers(1, Problem.of_equations(D1, wrt="w3"), {k: v for k, v in D1_AT.items() if k != "w3"})


# The damped learning rate.


def published(d_w: float) -> float:
    return 10 ** (-int(math.log10(d_w)))


def test_the_published_damping_fails_for_flat_and_for_negative_slopes():
    found = diagnose_damping(published)
    assert found.codes == ("damping.undefined", "damping.multiplies")
    assert "for a negative derivative, such as −72, the factor is undefined" in found.sentence
    assert "at the derivative 5 the factor is 1, and for one below 1, such as 0.05, it is 10: it multiplies the rate" in found.sentence
    assert "either" not in found.sentence
    d_w = Symbol("d_w")
    assert diagnose_damping(10 ** (-floor(log(d_w, 10)))).codes == found.codes


@pytest.mark.parametrize("factor", [lambda g: 1 / (1 + abs(g)), lambda g: min(1, 10 / abs(g)), lambda g: published(max(1, abs(g)))])
def test_any_damping_with_the_properties_is_right(factor):
    assert not diagnose_damping(factor)


WRONG = {
    "damping.undefined": lambda g: g**-0.5,
    "damping.undefined_for_positive": lambda g: -1 / (1 + abs(g)),
    "damping.multiplies": lambda g: 1 / abs(g),
    "damping.none": lambda g: 1,
}


def test_every_property_is_seen_to_fail():
    assert {row.code for row in PROPERTIES} == set(WRONG)
    for code, factor in WRONG.items():
        assert code in diagnose_damping(factor).codes


@pytest.mark.parametrize("factor", ["10", 3, None])
def test_what_is_no_damping_is_refused(factor):
    with pytest.raises(DeriveError, match="function or an expression"):
        diagnose_damping(factor)
    with pytest.raises(DeriveError, match="more in it"):
        diagnose_damping(Symbol("q") + 1)


def test_a_mean_and_a_sum_over_the_samples():
    found = diagnose(f"2*({summed('(yhat - y)*x')})", problem("line", "w"))
    assert found.sentence.startswith("the division by the number of samples, n = 3")
    total = Problem.of_equations(["yhat = w*x + b", "L = (yhat - y)^2"], wrt="w", samples=3)
    assert diagnose(f"2*({summed('(yhat - y)*x')})/3", total).codes == ("batch.mean_for_sum",)
    assert diagnose("2*(yhat_3 - y_3)*x_3", total).sentence.startswith("only the last sample")


def test_a_derivative_by_what_is_there_once_for_each_sample():
    asked = problem("c7", "yhat")
    assert not diagnose("-2*(y - yhat)", asked)
    assert diagnose("-2*(y - yhat)^2", asked).codes == ("power.not_lowered",)
    assert diagnose("2*(y - yhat)", asked).codes[0] == "difference.sign"
