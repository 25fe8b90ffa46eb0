"""The table of mistakes: every row can be made somewhere, is found when it is made, and says what it has to say in words."""

from __future__ import annotations

import string

import numpy as np
import pytest
from diagnosis_answers import DEEP, PROBLEMS, problem
from sympy import Symbol, atan, symbols

from derive.errors import DeriveError
from derive.grading.mistakes.answers import draw
from derive.grading.mistakes.broken_slopes import variants
from derive.grading.mistakes.diagnosis import diagnose, explained
from derive.grading.mistakes.problems import Problem
from derive.grading.mistakes.search import planted
from derive.grading.mistakes.sweeping import close
from derive.grading.mistakes.table import MISTAKES, Change, Mistake, Plant, Work
from derive.ops import Activation, sigmoid, tanh

MORE = {
    "sqrt ratio": Problem.of_expression("sqrt(x)/(y + x)", "x"),
    "power": Problem.of_expression("2^x + x^3", "x"),
    "trigonometry": Problem.of_expression("tan(x)*sin(x) + cos(x)", "x"),
    "largest": Problem.of_expression("max(x, y)^2", "y"),
    "square of what is positive": Problem.of_expression("(exp(x) + 1)^2", "x"),
    "reciprocal": Problem.of_expression("1/(x^2 + y) - x", "x"),
    "logarithm": Problem.of_expression("x*ln(x)", "x"),
    "deep mean": Problem.of_equations(DEEP, wrt="w1", samples=3, over="mean"),
    "deep sum": Problem.of_equations(DEEP, wrt="b1", samples=3),
    "gradient with rate": Problem.of_equations(DEEP, wrt="w1", rate="eta"),
    "d1 by z1": problem("d1", "z1"),
    "d1 by w3": problem("d1", "w3"),
    "neuron step": problem("neuron step", "w"),
    "line by yhat": Problem.of_equations(["yhat = w*x + b", "L = (yhat - y)^2"], wrt="yhat"),
    "value of L": problem("d1 L", ""),
    "value of SSR": Problem.of_equations(["s = x1*w1 - x2*w2", "L = s^2"], asks="value"),
}
ALL = {**PROBLEMS, **MORE}
# What these rows say is read off from the answer: they are planted as answers below.
FROM_THE_ANSWER = {"integrated", "factor.constant", "factor.extra", "factor.missing"}


def work_of(asked: Problem) -> Work:
    right = draw(asked)
    rate = np.random.default_rng(5).uniform(0.2, 0.9, (len(right.values[asked.end]), 1))
    empty = Work(asked, right, rate, np.zeros((12, 1)))
    return Work(asked, right, rate, np.zeros(empty.truth.shape))


@pytest.fixture(scope="module")
def works():
    return {name: work_of(asked) for name, asked in ALL.items()}


def made(mistake: Mistake, work: Work):
    """What the mistake gives in a problem, without what makes no difference there."""
    rows = [(mistake, plant) for plant in mistake.plants(work)]
    return [p for p in planted(work, rows) if not p.found.everywhere and not close(p.result, work.truth).all()]


def diagnosed(work: Work, result: np.ndarray):
    """The diagnosis of an answer with these numbers."""
    given = np.array(np.broadcast_to(result, np.broadcast_shapes(result.shape, work.truth.shape)))
    if work.problem.asks == "step":
        given = work.right.values[work.problem.target] - work.rate * given
    return explained(Work(work.problem, work.right, work.rate, given), MISTAKES)


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=lambda n: f"{n}-{MISTAKES[n].code}")
def test_every_mistake_is_found_where_it_is_made(number, works):
    mistake = MISTAKES[number]
    if mistake.code in FROM_THE_ANSWER:
        return
    attempts = [(work, p) for work in works.values() for p in made(mistake, work)[:2]]
    assert attempts, "it can be made in none of the problems"
    for work, p in attempts[:12]:
        if any(mistake.code in code.split("+") for code in diagnosed(work, p.result).codes):
            return
    pytest.fail(f"made in {len(attempts)} ways, and found in none")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("x^3/3 + 3*x^2/2 + 7", "integrated"),
        ("3.25*(2*x + 3)", "factor.constant"),
        ("(2*x + 3)*x^2", "factor.extra"),
        ("-(2*x + 3)*x^2", "factor.extra"),
        ("(2*x + 3)/x^2", "factor.missing"),
        ("-(2*x + 3)/x^2", "factor.missing"),
    ],
)
def test_what_is_read_off_from_the_answer(answer, code):
    assert code in diagnose(answer, problem("polynomial", "x")).codes


def test_every_code_that_is_read_off_is_planted_above():
    assert {m.code for m in MISTAKES} >= FROM_THE_ANSWER


def test_sentences_and_hints_use_words_that_the_plants_have(works):
    base = {"wrt", "output", "rate"}
    for mistake in MISTAKES:
        for text in (mistake.sentence, mistake.hint):
            wanted = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for work in works.values():
                for plant in mistake.plants(work):
                    assert wanted <= base | set(plant.words), (mistake.code, wanted - set(plant.words))


def test_a_hint_is_a_question_or_says_what_to_try():
    for mistake in MISTAKES:
        assert mistake.hint.endswith(("?", ".")) and len(mistake.hint) > 20, mistake.code
        assert mistake.hint != mistake.sentence and mistake.sentence[-1] not in ".?!", mistake.code


def test_codes_are_stable_names():
    for mistake in MISTAKES:
        assert mistake.code and set(mistake.code) <= set(string.ascii_lowercase + "._"), mistake.code
        assert mistake.cost in (0, 1, 2, 3, 5)


def test_wrong_slopes_are_made_from_the_record_of_an_activation():
    def shown(kind: type[Activation]) -> set[tuple[str, str]]:
        return {(code, str(e)) for code, e in variants(kind.by_output(Symbol("a"))) if e.free_symbols}

    assert shown(sigmoid) == {("factor_lost", "a"), ("factor_lost", "1 - a"), ("sign_inside", "a*(a + 1)")}
    assert shown(tanh) == {("power_lost", "1 - a"), ("sign_inside", "a**2 + 1")}


def test_an_activation_of_a_teacher_has_its_mistakes_too():
    class arctangent(Activation):
        r"""$\arctan z$."""

        latex = r"\arctan"
        formula = lambda z: atan(z)

    w, x, y = symbols("w x y")
    asked = Problem.of_expression((arctangent(w * x) - y) ** 2, w, names={"z": w * x, "a": arctangent(w * x)})
    assert diagnose("2*(a - y)*x", asked).codes[0] == "chain.slope_missing"
    assert diagnose("2*(a - y)*a*x", asked).codes == ("activation.itself",)
    assert diagnose("2*(a - y)/(1 + a^2)*x", asked).codes == ("activation.slope_at_output",)
    assert not diagnose("2*(a - y)/(1 + z^2)*x", asked)


# A teacher's own rows.


def test_a_rule_of_a_teacher():
    wrong = lambda y, u: 3 * u[0] + y * u[0]
    tripled = Mistake.of_rule("square.odd", "square", wrong, "{u} was taken to the cube", "How many factors are there?")
    asked = Problem.of_expression("(w*x + b)^2", "w", names={"u": "w*x + b"})
    found = diagnose("(3*u + u^3)*x", asked, mistakes=(*MISTAKES, tripled))
    assert found.codes == ("square.odd",) and found.sentence == "u was taken to the cube" and found.hint == "How many factors are there?"
    assert not diagnose("(3*u + u^3)*x", asked)


def test_a_mistake_of_a_teacher_anywhere_in_the_sweep():
    def plants(work: Work):
        for place in work.landmarks:
            if place in work.problem.path and work.nodes[place].is_gate and place != work.problem.end:
                yield Plant({"u": work.shown(place)}, Change(starts={place: work.gradients[place] * work.right.values[place] ** 2}))

    squared = Mistake("start.squared", "dL/d{u} was multiplied by {u}^2", "Where does that come from?", plants)
    found = diagnose("(a - y)*a*(1 - a)*x*z^2", problem("neuron", "w"), mistakes=(*MISTAKES, squared))
    assert found.sentence == "dL/dz was multiplied by z^2"


def test_a_sentence_that_cannot_be_filled_in_is_refused():
    bad = Mistake.of_rule("bad", "square", lambda y, u: 17 * u[0], "the {colour} is wrong", "Which?")
    with pytest.raises(DeriveError, match="colour"):
        diagnose("17*(w*x + b)*x", Problem.of_expression("(w*x + b)^2", "w"), mistakes=(bad,))


def test_a_wrong_rule_without_a_value_is_left_out():
    odd = Mistake.of_rule("odd", "square", lambda y, u: np.log(-np.abs(u[0])), "{u}", "Which?")
    assert made(odd, work_of(problem("toy", "w"))) == []
