"""Tasks of every kind: right answers in other clothes, wrong ones with the reason, unreadable ones; marks, follow-through, reports."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from sympy import symbols

from derive.deriving import derive
from derive.errors import DeriveError
from derive.extend import Mistake
from derive.grading import (
    Report,
    Reveal,
    Task,
    Verdict,
    choice,
    formula,
    grade,
    gradient,
    load_task,
    pick,
    report_for,
    steps,
    table,
    varied,
)
from derive.grading.filling import Tolerance
from derive.grading.verdicts import RIGHT, UNDECIDED, UNREADABLE, WRONG
from derive.layers import Dense, Residual
from derive.losses import cross_entropy
from derive.network import Network
from derive.ops import sigmoid, softmax, tanh
from derive.slopes import slope_derivation

w, x, b, y, z = symbols("w x b y z")
NEURON = Task.formula("dC/dw of one neuron", key=derive((sigmoid(w * x + b) - y) ** 2 / 2, w), names={"a": sigmoid(w * x + b)})
SHARED = ["z1 = w1*x + b1", "a1 = sigma(z1)", "z = w3*a1 + b3", "yhat = sigma(z)", "L = (y - yhat)^2/2"]
SHARED_AT = dict(x=0.5, y=0.8, w1=0.2, b1=0.4, w3=0.1, b3=0.2)
CELLS = "z1 a1 z yhat L dL/dyhat dL/dz dL/dw3 dL/db3 dL/dz1 dL/dw1"
BY_HAND = Task.table("one path", SHARED, at=SHARED_AT, cells=CELLS, decimals=4)
CHAIN = Task.steps(
    "dC/dw",
    derive("(sigma(w*x+b)-y)^2/2", "w"),
    names={"z": "w*x + b", "a": "sigma(z)"},
    targets={"delta": derive("(sigma(z)-y)^2/2", "z")},
    left="dC/dw",
)
NET = Network(3, Dense(4, tanh), Dense(2, sigmoid))


def verdicts(task, answer) -> list[str]:
    return [v.verdict for v in grade(task, answer).verdicts]


def only(task, answer) -> Verdict:
    (verdict,) = grade(task, answer).verdicts
    return verdict


# Formulas


@pytest.mark.parametrize(
    "answer",
    [
        "(a-y)*a*(1-a)*x",
        "x*(a - a^2)*(a - y)",
        r"(a-y)\sigma'(wx+b)\,x",
        r"\left(\sigma(wx+b)-y\right) a (1-a) x",
        "(sigma(w*x+b)-y)*e^(-w*x-b)/(1+e^(-w*x-b))^2*x",
        "-(y-a)*a*(1-a)*x",
    ],
)
def test_a_right_formula_in_other_clothes(answer):
    verdict = only(NEURON, answer)
    assert (verdict.verdict, verdict.points, verdict.diagnosis) == (RIGHT, 1, "") and verdict.reading


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("2(a-y)*a*(1-a)*x", "the constant factor of 1/2"),
        ("(y-a)*a(1-a)x", "the sign is wrong"),
        ("(a-y)*x", "the slope of σ"),
        ("(a-y)*sigma'(a)*x", "the slope is taken at the output"),
        ("(a-y)*a*(1-a)", "this is dC/db"),
        ("17", ""),
    ],
)
def test_a_wrong_formula_with_the_reason_and_values_that_show_it(answer, told):
    verdict = only(NEURON, answer)
    assert verdict.verdict == WRONG and verdict.points == 0 and told in verdict.diagnosis
    assert bool(verdict.codes) == bool(told) == bool(verdict.hint)
    assert "yours is" in verdict.counterexample and "expected" in verdict.counterexample


@pytest.mark.parametrize("answer", ["(a-y", "q*x", "banana", "", "   ", None, ["x"], r"\frac{a}{", "a = 2", "x" * 5000])
def test_what_cannot_be_read_is_unreadable_and_says_why(answer):
    verdict = only(NEURON, answer)
    assert verdict.verdict == UNREADABLE and verdict.points == 0 and verdict.detail


def test_what_cannot_be_decided_is_for_a_person():
    task = Task.formula("never real", "sqrt(-1 - x^2)", symbols="x")
    verdict = only(task, "sqrt(-1 - x^2)*(x + 1)")
    assert verdict.verdict == UNDECIDED and verdict.points == 0 and "a person has to look at it" in verdict.detail
    assert grade(task, "sqrt(-1 - x^2)*(x + 1)").needs_a_look


def test_form_is_asked_for_only_where_the_task_says_so():
    task = Task.formula("by the output", slope_derivation(sigmoid), names={"a": sigmoid(z)}, using="a", without="exp")
    assert verdicts(task, "a(1-a)") == [RIGHT]
    other = only(task, "e^(-z)/(1+e^(-z))^2")
    assert other.verdict == WRONG and other.points == 0.5 and "use a and do without e^x" in other.diagnosis


def test_keys_of_every_kind():
    assert verdicts(Task.formula("t", "2x + 1"), "1 + x*2") == [RIGHT]
    assert verdicts(Task.formula("t", (x + 1) ** 2), "x^2 + 2x + 1") == [RIGHT]
    linked = derive(["a = w*x + b", "p = sigma(a)", "E = (p - d)^2/2"], "w")
    assert verdicts(Task.formula("t", linked), "(p - d)*p*(1-p)*x") == [RIGHT]
    assert "the slope" in only(Task.formula("t", linked), "(p - d)*x").diagnosis
    with pytest.raises(DeriveError, match="expected a derivation, an expression or a text"):
        Task.formula("t", [1, 2])
    with pytest.raises(DeriveError, match="expected a number, a name"):
        Task.formula("t", "2*")
    with pytest.raises(DeriveError, match="a stands for 3"):
        Task.formula("t", "2*a", names={"a": 3})


def test_domains_and_conditions():
    task = Task.formula("t", "|x|", domain={"x": "positive"})
    assert verdicts(task, "x") == [RIGHT] and verdicts(Task.formula("t", "|x|"), "x") == [WRONG]
    shares = Task.formula("t", "y1 + y2", symbols="y1 y2", where=[(symbols("y1") + symbols("y2"), 1)])
    assert verdicts(shares, "1") == [RIGHT]


# Numbers to fill in


def test_the_table_of_the_key_is_right_and_its_figures_are_computed():
    solution = BY_HAND.solution()
    assert solution["z1"] == "0.5000" and list(solution) == CELLS.split()
    report = grade(BY_HAND, solution)
    assert report.right and report.score == pytest.approx(1)
    as_text = "\n".join(f"{cell} = {number}" for cell, number in solution.items())
    assert grade(BY_HAND, as_text).right and grade(BY_HAND, {k: float(v) for k, v in solution.items()}).right


def test_a_wrong_number_costs_once():
    filled = BY_HAND.solution() | {"a1": "0.5", "z": "0.25"}
    found = {v.part.rpartition(" ")[2]: v for v in grade(BY_HAND, filled).verdicts}
    assert found["a1"].verdict == WRONG and "the activation is left out" in found["a1"].diagnosis
    assert found["z"].verdict == RIGHT and found["z"].follow_through and "follows from a1" in found["z"].detail
    assert found["yhat"].verdict == RIGHT and not found["yhat"].follow_through


def test_a_carried_number_that_makes_the_rest_trivial_is_refused():
    filled = BY_HAND.solution() | {"dL/dz": "0", "dL/dw3": "0", "dL/db3": "0", "dL/dz1": "0", "dL/dw1": "0"}
    found = {v.part.rpartition(" ")[2]: v for v in grade(BY_HAND, filled).verdicts}
    assert [found[c].verdict for c in ("dL/dz", "dL/dw3", "dL/dz1")] == [WRONG] * 3
    assert "makes it too easy" in found["dL/dw3"].detail


NEURON_BY_HAND = Task.table(
    "n", ["z = w*x + b", "a = sigma(z)", "C = (a-y)^2/2"], at={"w": 0.5, "x": 2.0, "b": -0.3, "y": 1.0}, cells="z, a, C, dC/dw"
)


@pytest.mark.parametrize(
    "answer",
    [
        "z=0.7 a=0.668 C=0.055 dC/dw=-0.147",
        "z = 0.7 and a = 0.668\nC: 0.055  dC/dw: -0.147",
        "z = 0,7\na = 0,668\nC=0,055\ndC/dw=-0,147",
        "z=0,7, a=0,668, C=0,055, dC/dw=-0,147",
        "z = 0.5*2 - 0.3 = 0.7,\na=0.668,\nC = (0.668 - 1)^2/2 = 0.055\n$\\frac{dC}{dw} = -0.147$",
    ],
)
def test_ways_to_write_a_table_down(answer):
    report = grade(NEURON_BY_HAND, answer)
    assert report.right, str(report)


def test_a_number_that_is_rounded_too_far_is_told_as_that_and_a_percentage_is_not_read():
    found = {v.part: v for v in grade(NEURON_BY_HAND, "z = 70%; a = 0.67; C = 0.055; dC/dw = -0.15").verdicts}
    assert [found[f"n: {c}"].verdict for c in ("z", "a", "C", "dC/dw")] == [UNREADABLE, WRONG, RIGHT, WRONG]
    assert found["n: a"].codes == found["n: dC/dw"].codes == ("number.rounded",)


@pytest.mark.parametrize("number", ["0", "1", "1e-12", "1.0000001", "1e308", "-1e308"])
def test_the_same_number_everywhere_earns_next_to_nothing(number):
    for task in (BY_HAND, load_task("toy_graph"), load_task("toy_damped_steps"), load_task("descent_by_hand")):
        (part,) = task.parts
        assert grade(task, "\n".join(f"{cell} = {number}" for cell in part.cells)).score < 0.3, task.name


def test_gradients_follow_from_wrong_gradients():
    right = BY_HAND.parts[0].right
    wrong = -right["dL/dz"]
    hidden = wrong * 0.1 * right["a1"] * (1 - right["a1"])
    filled = BY_HAND.solution() | {"dL/dz": wrong, "dL/dw3": wrong * right["a1"], "dL/db3": wrong, "dL/dz1": hidden}
    found = {v.part.rpartition(" ")[2]: v for v in grade(BY_HAND, filled).verdicts}
    assert found["dL/dz"].verdict == WRONG and "sign" in found["dL/dz"].diagnosis
    assert found["dL/dw3"].follow_through and found["dL/db3"].follow_through and found["dL/dz1"].follow_through


@pytest.mark.parametrize(
    ("typed", "verdict"), [("1/2", RIGHT), ("0.50004", RIGHT), ("0.5001", WRONG), ("a", UNREADABLE), ("", WRONG), ("1/0", UNREADABLE)]
)
def test_numbers_as_they_are_typed(typed, verdict):
    found = grade(BY_HAND, BY_HAND.solution() | {"z1": typed}).verdicts[0]
    assert found.verdict == verdict


def test_tolerances():
    assert Tolerance(2).allows(0.333, 1 / 3) and Tolerance(2).allows(0.33, 1 / 3) and not Tolerance(2).allows(0.34, 1 / 3)
    assert Tolerance(None, 0.01).allows(101, 100) and not Tolerance(None, 0.01).allows(102, 100)
    assert str(Tolerance(3)) == "to 3 decimals" and str(Tolerance(None, 0.01)) == "to 1 %"


def test_a_table_that_is_none():
    assert verdicts(BY_HAND, "z1 0.5") == [UNREADABLE]
    assert verdicts(BY_HAND, 12) == [UNREADABLE]
    with pytest.raises(DeriveError, match="there is no cell 'q'"):
        table("t", SHARED, at=SHARED_AT, cells="q")


# Steps


def test_a_chain_of_right_lines():
    report = grade(CHAIN, "dC/dw = (a-y)*sigma'(w*x+b)*x\n = (a-y)*a*(1-a)*x")
    assert report.right and report.score == 1
    latex = r"\frac{\partial C}{\partial w} &= (a-y)\,\sigma'(wx+b)\,x \\" + "\n" + r"&= (a-y)\,a(1-a)\,x"
    assert grade(CHAIN, latex).right


def test_the_first_wrong_line_is_named_and_later_ones_follow():
    report = grade(CHAIN, "dC/dw = (a-y)*sigma'(w*x+b)*x\n= (a-y)*a*(1+a)*x\n= (a+a^2)*(a-y)*x")
    first, second, third = report.verdicts
    assert first.verdict == RIGHT
    assert second.verdict == WRONG and "the first wrong line: line 1 is right" in second.detail and "a sign is wrong" in second.diagnosis
    assert third.verdict == RIGHT and third.follow_through and "follows from your line 2" in third.detail


def test_a_line_that_makes_the_rest_trivial_earns_nothing():
    assert verdicts(CHAIN, "dC/dw = 0\n= 0\n= 0") == [WRONG] * 3
    assert verdicts(CHAIN, "dC/dw = x\n= 1*x") == [WRONG] * 2


def test_intermediate_results_of_the_task_and_of_the_student():
    right = grade(CHAIN, "delta = (a-y)*a*(1-a)\ndC/dw = delta*x")
    assert right.right
    wrong = grade(CHAIN, "delta = (y-a)*a*(1-a)\ndC/dw = delta*x")
    assert [v.verdict for v in wrong.verdicts] == [WRONG, RIGHT] and wrong.verdicts[1].follow_through
    own = grade(CHAIN, "s = a*(1-a)\ndC/dw = (a-y)*s*x")
    assert own.right and "a name of your own" in own.verdicts[0].detail
    used = grade(CHAIN, "s = a*(1+a)\ndC/dw = (a-y)*s*x")
    assert used.verdicts[1].verdict == WRONG


NAMED = Task.steps(
    "The last neuron", derive(["a = w1*x1 + w2*x2 + b", "p = sigma(a)", "E = (p - d)^2/2"], "w1"), targets={"delta": "(p - d)*p*(1-p)"}
)


@pytest.mark.parametrize(
    "answer",
    [
        "delta = dE/da = (p-d)*p*(1-p)\ndE/dw1 = delta*x1",
        "dE/dp = p-d\ndp/da = p*(1-p)\nda/dw1 = x1\ndE/dw1 = (p-d)*p*(1-p)*x1",
        "dE/dw1 = dE/dp * dp/da * da/dw1\n= (p-d)*p*(1-p)*x1",
        "∂E/∂w_1 = ∂E/∂a ∂a/∂w_1\n= (p-d)*sigma'(a)*x1 = (p-d)*p*(1-p)*x1 (by the chain rule)\n# done",
        r"\begin{align*} \frac{\partial E}{\partial w_1} &= \frac{\partial E}{\partial p}\frac{\partial p}{\partial a}x_1 \\\\"
        r" &= (p-d)\,p(1-p)\,x_1 \end{align*}",
    ],
)
def test_derivatives_by_name_remarks_and_environments(answer):
    assert grade(NAMED, answer).score == pytest.approx(1), grade(NAMED, answer)


def test_a_derivative_by_name_is_judged_as_that_and_what_is_asked_for_is_no_answer():
    wrong = grade(NAMED, "dE/dp = d-p\ndE/dw1 = dE/dp*p*(1-p)*x1")
    assert [v.verdict for v in wrong.verdicts] == [WRONG, WRONG] or wrong.verdicts[1].follow_through
    assert grade(NAMED, "dE/dw1 = dE/dw1").points == 0
    assert grade(NAMED, "we use the chain rule\ndE/dw1 = (p-d)*p*(1-p)*x1").score == pytest.approx(1)


def test_rearranging_a_wrong_line_earns_at_most_half():
    padded = "dE/dw1 = (d-p)*p*(1-p)*x1\n" + "\n".join(f"= (d-p)*p*(1-p)*x1*{k}/{k}" for k in range(2, 10))
    assert grade(NAMED, padded).score <= 0.5


def test_parts_in_plain_text():
    task = Task.of("parts", formula("dz/dw", "x"), formula("dz/db", "1", symbols="x"))
    texts = ("dz/dw = x\ndz/db = 1", "dz/dw: x; dz/db: 1", "dz/dw = x, dz/db = 1", '{"dz/dw": "x", "dz/db": 1}')
    for text in (*texts, "∂z/∂w = x\n∂z/∂b = 1"):
        assert grade(task, text).right, text
    assert verdicts(task, "q") == [UNREADABLE, UNREADABLE]


@pytest.mark.parametrize("left", ["dC/db", r"\frac{\partial C}{\partial b}", "∂C/∂b"])
def test_a_formula_that_is_called_another_derivative_is_not_taken_for_this_one(left):
    verdict = only(NEURON, f"{left} = (a-y)*a*(1-a)*x")
    assert verdict.verdict == UNREADABLE and "a derivative by b, and the one by w is asked for" in verdict.detail


@pytest.mark.parametrize(
    "answer",
    ["$dC/dw = (a-y)a(1-a)x$", r"$$\frac{\partial C}{\partial w} = (a-y)a(1-a)x$$", "dC/dw = dC/da * da/dw = (a-y)a(1-a)x"],
)
def test_the_name_of_what_is_asked_for_may_stand_within_the_dollar_signs(answer):
    assert only(NEURON, answer).verdict == RIGHT


def test_a_formula_may_begin_with_its_name():
    named = ("dC/dw = (a-y)*a*(1-a)*x", r"\frac{\partial C}{\partial w} = (a-y)a(1-a)x", "C' = (a-y)*a*(1-a)*x")
    for text in (*named, "np.exp(0)*(a-y)*a*(1-a)*x"):
        assert verdicts(NEURON, text) == [RIGHT], text
    assert verdicts(NEURON, "x = (a-y)*a*(1-a)*x") == [UNREADABLE]
    called = Task.formula("S(-x)", "1 - sigma(x)", names={"S": "sigma(x)"})
    assert verdicts(called, "1 - S(x)") == [RIGHT]


@pytest.mark.parametrize(("typed", "verdict"), [("164 bytes", RIGHT), ("164.3", WRONG), ("163,5", WRONG), ("164,0", RIGHT)])
def test_a_count_is_a_count(typed, verdict):
    assert verdicts(Task.table("count", ["n = 4*m"], at={"m": 41}, cells="n", decimals=0), typed) == [verdict]


def test_lines_in_an_order_of_the_students_own():
    assert grade(CHAIN, "dC/dw = delta*x\ndelta = (a-y)*s\ns = a*(1-a)").right
    wrong = grade(CHAIN, "dC/dw = delta*x\ndelta = (y-a)*a*(1-a)")
    assert [v.verdict for v in wrong.verdicts] == [RIGHT, WRONG] and wrong.verdicts[0].follow_through
    for circular in ("s = t\nt = s\ndC/dw = s", "s = s\ndC/dw = s", "dC/dw = delta*x\ndelta = delta"):
        assert grade(CHAIN, circular).points == 0


def test_lines_without_a_result():
    report = grade(CHAIN, "s = a*(1-a)")
    assert report.verdicts[-1].verdict == WRONG and "no line says" in report.verdicts[-1].detail
    assert verdicts(CHAIN, "dC/dw = (a-y") == [UNREADABLE]
    assert grade(CHAIN, "s = 1\nt = 2\ndC/dw = 5").score < 1


# Arrays


@pytest.mark.parametrize("form", ["component", "matrix", "batch"])
@pytest.mark.parametrize("wanted", ["w1", "b1", "z1", "w2", "z2"])
def test_the_equation_itself_is_right_in_every_form(wanted, form):
    task = Task.matrix("t", NET, wanted, form=form)
    assert verdicts(task, task.solution()) == [RIGHT]


@pytest.mark.parametrize(
    ("wanted", "form", "answer", "told"),
    [
        ("z1", "matrix", r"(w^2)^T \delta^2", "the slope tanh'(z¹ⱼ) is missing"),
        ("z1", "matrix", r"w^2 \delta^2 \odot \tanh'(z^1)", "the shapes do not fit"),
        ("z1", "matrix", r"-(w^2)^T \delta^2 \odot \tanh'(z^1)", "the sign is wrong"),
        ("z1", "component", r"\sum_k w^2_{kj} \delta^2_k \tanh'(a^1_j)", "the slope is taken at the output"),
        ("w2", "batch", r"(\Delta^2)^T Z^1", "stands where"),
        ("w2", "batch", r"\frac1m (\Delta^2)^T A^1", "divided by the number of samples once too often"),
        ("b1", "batch", r"\Delta^1", "it is not summed over the samples: yours is 2 x 4, expected 4"),
        ("w1", "batch", r"X^T \Delta^1", "it is transposed"),
        ("z1", "batch", r"\Delta^2 w^2", "the slope tanh'(z¹ⱼₛ) is missing"),
        ("z1", "batch", r"(\Delta^2 w^2) \odot \tanh(Z^1)", "tanh(z¹ⱼₛ) stands where its slope tanh'(z¹ⱼₛ) belongs"),
        ("z2", "batch", r"(A^2 - Y) \odot \sigma'(Z^2)", "the division by the number of samples is missing"),
        ("z2", "batch", "A^2 - Y", "two mistakes: the slope σ'(z²ⱼₛ) is missing; and the division by the number of samples is missing"),
        ("z2", "batch", r"(Y - A^2) \odot \sigma'(Z^2)", "two mistakes: the division by the number of samples is missing; and the sign"),
        ("w2", "component", r"\delta^2_j", "the factor a¹ₖ is missing"),
    ],
)
def test_wrong_array_formulas_with_the_reason(wanted, form, answer, told):
    verdict = only(Task.matrix("t", NET, wanted, form=form), answer)
    assert verdict.verdict == WRONG and told in verdict.diagnosis


@pytest.mark.parametrize(
    ("wanted", "form", "answer"),
    [
        ("z1", "matrix", "w2.T @ delta2 * (1 - a1*a1)"),
        ("z1", "component", r"\sum_k w^2_{kj}(a^2_k-y_k)a^2_k(1-a^2_k)(1-(a^1_j)^2)"),
        ("w2", "batch", r"((A^2-Y)\odot\sigma'(Z^2))^T A^1/m"),
        ("w2", "component", "delta2[j]*tanh(z1[k])"),
    ],
)
def test_right_array_formulas_in_other_clothes(wanted, form, answer):
    assert verdicts(Task.matrix("t", NET, wanted, form=form), answer) == [RIGHT]


def test_array_formulas_that_cannot_be_read():
    task = Task.matrix("t", NET, "z1")
    assert verdicts(task, r"\delta^7") == [UNREADABLE] and verdicts(task, 3) == [UNREADABLE]
    with pytest.raises(DeriveError, match="there is no derivative by 'q'"):
        Task.matrix("t", NET, "q")
    with pytest.raises(DeriveError, match="the form is 'rows'"):
        Task.matrix("t", NET, "z1", form="rows")


# Free choice


def separates(values):
    at = [values["w"] @ point + values["b"] for point in ((0, 2), (1, 0))]
    return "" if at[0] * at[1] < 0 else "both points are on the same side"


@pytest.mark.parametrize("form", ["component", "matrix", "batch"])
def test_with_a_residual_layer_the_own_answer_is_right_and_a_missing_path_is_not(form):
    net = Network(4, Dense(4, tanh), Residual(Dense(4, tanh)), Dense(3, softmax), loss=cross_entropy)
    for wanted in ("z3", "z2", "a1", "z1", "w1", "b1", "w2"):
        task = Task.matrix("t", net, wanted, form=form)
        assert only(task, task.solution()).verdict == RIGHT, (wanted, form)
    branch = Task.matrix("t", net, "a1", form=form)
    right = branch.solution()
    first, second = right.split(" + ")
    assert "the term Σₖ w³ₖⱼ δ³ₖ" in only(branch, first).diagnosis and "the term Σₖ w²ₖⱼ δ²ₖ" in only(branch, second).diagnosis
    assert only(branch, f"{first} - {second}").diagnosis.startswith("the sign of Σₖ w³ₖⱼ δ³ₖ")
    assert only(branch, f"-({right})").codes == ("sign",)
    turned = {
        "component": right.replace("kj", "jk", 1),
        "matrix": r"w^{2} \delta^{2} + (w^{3})^{T} \delta^{3}",
        "batch": r"\Delta^{2} (w^{2})^{T} + \Delta^{3} w^{3}",
    }[form]
    assert only(branch, turned).codes == ("shape.transposed",)


@pytest.mark.parametrize("form", ["component", "matrix", "batch"])
def test_weight_decay_is_a_term_of_its_own(form):
    task = Task.matrix("t", Network(3, Dense(4, tanh), Dense(2, sigmoid), l2=0.01), "w1", form=form)
    right = task.solution()
    data, decay = right.split(" + ")
    assert only(task, right).verdict == RIGHT
    assert only(task, data).diagnosis == "the term λ w¹ⱼₖ is missing"
    assert only(task, f"{data} - {decay}").diagnosis == "the sign of λ w¹ⱼₖ is wrong"
    assert only(task, f"{data} + 0.01 {decay}").verdict == WRONG


@pytest.mark.parametrize("own", ["nonsense", r"\delta^{2} (a^{1})^{T} + w^{2}"])
def test_a_task_whose_own_answer_cannot_be_judged_is_refused_at_once(own, monkeypatch):
    monkeypatch.setattr("derive.grading.matrices.ArrayFormula.solution", lambda self: own)
    with pytest.raises(DeriveError, match="its own answer cannot be"):
        Task.matrix("t", NET, "w2")



def test_any_answer_with_the_property():
    task = Task.choice("a line between", {"w": (2,), "b": ()}, separates, example={"w": [2, -1], "b": 0})
    for answer in ("w = (2, -1); b = 1/2", "w = [-4, 2]\nb = 0", {"w": (1, -1), "b": 0.3}, task.solution()):
        assert verdicts(task, answer) == [RIGHT], answer
    assert only(task, "w = (1, 1); b = 5").diagnosis == "both points are on the same side"
    for answer in ("w = 1; b = 2", "w = (1", {"w": [1, 2]}, "hello", 7, "w = (nan, 1); b = 0", {"w": "x", "b": 0}):
        assert verdicts(task, answer) == [UNREADABLE], answer
    with pytest.raises(DeriveError, match="its own example is not accepted"):
        choice("t", {"w": (2,), "b": ()}, separates, example={"w": [1, 1], "b": 9})


# Code


def test_the_generated_code_is_a_right_answer_and_a_broken_one_is_not():
    task = Task.gradient("backprop", NET)
    report = grade(task, task.solution())
    assert report.right and report.score == pytest.approx(1) and any("ran under" in text for text in report.ran)
    broken = grade(task, task.solution().replace("*(1 - a1**2)", ""))
    found = {v.part: v for v in broken.verdicts}
    assert found["dw2"].verdict == RIGHT and found["dw1"].verdict == WRONG and "slope" in found["db1"].hint
    assert 0 < broken.score < 1


def test_an_argument_that_is_changed_is_told_as_that_alone():
    verdict = only(Task.function("relu", "relu", lambda z: np.maximum(z, 0)), "def relu(z):\n    z[z < 0] = 0\n    return z\n")
    assert verdict.verdict == WRONG and "it changes what it was given" in verdict.diagnosis
    assert verdict.hint == "" and "gives what is right, and is expected to leave" in verdict.counterexample


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ([(1.0,)], "the inputs are list, expected a function"),
        (lambda rng: [1.0, 2.0], "no tuple"),
        (lambda rng: [], "have no call"),
        (lambda rng: [("x",)], "the key for sq: it stops with TypeError"),
    ],
)
def test_inputs_that_are_none_are_refused_where_the_task_is_written(inputs, told):
    with pytest.raises(DeriveError, match=told):
        Task.function("sq", "sq", lambda x: x**2 + 1, inputs=inputs)


def test_a_domain_of_what_is_no_name_of_the_task():
    with pytest.raises(DeriveError, match="'q' has a domain, and is no name of it; names: x"):
        Task.formula("t", "x", domain={"q": (1, 2)})


def test_points_and_seeds_that_are_none():
    for points in (-1, 0, float("nan"), float("inf"), "2"):
        with pytest.raises(DeriveError, match="points; a number above 0"):
            Task.formula("t", "x", points=points)
    with pytest.raises(DeriveError, match="the seed is 'a', expected a whole number"):
        NEURON.variant("a")


def test_a_stub_earns_nothing():
    stub = "import numpy as np\ndef value_and_grad(p, X, Y):\n    return 0.0, {n: np.zeros_like(v) for n, v in p.items()}\n"
    report = grade(Task.gradient("backprop", NET), stub)
    assert report.points == 0 and report.verdicts[-1].verdict == RIGHT


def test_without_a_seed_the_inputs_are_new_each_time_and_the_seed_is_told():
    task = Task.gradient("backprop", NET)
    broken = task.solution().replace("*(1 - a1**2)", "")
    (one,), (two,) = grade(task, broken).ran, grade(task, broken).ran
    assert one != two and "with inputs of seed " in one
    assert grade(task, broken, seed=7).verdicts == grade(task, broken, seed=7).verdicts


def test_source_that_cannot_be_read_is_one_verdict():
    assert verdicts(Task.gradient("backprop", NET), "def f(:") == [UNREADABLE]
    assert verdicts(Task.gradient("backprop", NET), 5) == [UNREADABLE]


# Tasks and reports


def test_a_judge_that_fails_leaves_the_answer_to_a_person():
    class Broken:
        name, points = "broken", 1

        def judge(self, answer, seed=0):
            raise ZeroDivisionError("planted")

    report = grade(Task("t", (Broken(), NEURON.parts[0])), {"broken": "x", NEURON.parts[0].name: "(a-y)*a*(1-a)*x"})
    assert [v.verdict for v in report.verdicts] == [UNDECIDED, RIGHT] and "ZeroDivisionError: planted" in report.verdicts[0].detail


def test_several_parts():
    slope = formula("slope", slope_derivation(sigmoid), names={"a": sigmoid(z)})
    task = Task.of("both", slope, table("numbers", ["z = 2*x"], at={"x": 3}, cells="z"))
    assert grade(task, task.solution()).right
    report = grade(task, {"slope": "a", "numbers": {"z": 6}, "more": 1})
    assert [v.verdict for v in report.verdicts] == [WRONG, RIGHT] and report.notes == ("not asked for: more",)
    assert [v.verdict for v in grade(task, {"numbers": {"z": 6}}).verdicts] == [UNREADABLE, RIGHT]
    with pytest.raises(DeriveError, match="two parts are called"):
        Task.of("t", formula("a", "x"), formula("a", "y"))
    with pytest.raises(DeriveError, match="asks for nothing"):
        Task("t", ())
    with pytest.raises(DeriveError, match="expected a task"):
        grade("x", "y")


def test_what_feedback_reveals():
    task = replace(NEURON, reveal=Reveal(diagnosis=False, hint=False, counterexample=False))
    verdict = only(task, "(a-y)*x")
    assert (verdict.diagnosis, verdict.hint, verdict.counterexample) == ("", "", "") and verdict.codes and verdict.verdict == WRONG


def test_a_report_as_data_and_back():
    report = grade(NEURON, "(a-y)*x")
    assert Report.from_data(json.loads(report.to_json())) == report
    assert "wrong" in report.feedback and "hint:" in report.feedback and not report.needs_a_look
    html = grade(NEURON, "<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html
    pointed = grade(NEURON, "(a - y)*foo*x")
    assert "\n" in pointed.verdicts[0].detail
    assert f'<pre style="white-space: pre-wrap">{pointed.verdicts[0].detail}</pre>'.replace("'", "&#x27;") in pointed._repr_html_()
    assert "<pre" not in report._repr_html_()
    with pytest.raises(DeriveError, match="this is no report"):
        Report.from_data({"task": "t"})
    with pytest.raises(DeriveError, match="there is no verdict"):
        Report("t", ())


def test_a_missing_result_fails_a_test():
    class Silent:
        name, points = "silent", 1

        def judge(self, answer, seed=0):
            return ()

    assert report_for(NEURON, "(a-y)*a*(1-a)*x").right
    with pytest.raises(AssertionError, match="no verdict on silent"):
        report_for(Task("t", (Silent(), NEURON.parts[0])), {"silent": "x"})
    several = Task.of("several", gradient("backprop", NET), table("one", ["z = 2*x"], at={"x": 3}, cells="z"), NEURON.parts[0])
    assert report_for(several, several.solution()).right


def test_headings_take_a_text_apart():
    task = Task.of("two", formula("p", "2x"), formula("q", "3x"))
    assert grade(task, "[p]\n2x\n[q]\n3x").right and not grade(task, "2x").right


def test_numbers_that_are_none_and_names_that_were_not_asked_for():
    solution = BY_HAND.solution()
    for typed in (10**400, float("nan"), float("inf"), "10^400", "1e999", "nan", True):
        found = grade(BY_HAND, solution | {"z1": typed}).verdicts
        assert found[0].verdict == UNREADABLE and [v.verdict for v in found[1:]] == [RIGHT] * (len(found) - 1), typed
    spaced = {f" {cell} ": number for cell, number in solution.items()}
    assert grade(BY_HAND, spaced).right
    others = {c: n for c, n in solution.items() if c != "z1"}
    told = grade(BY_HAND, {"z7": 0.5} | others).verdicts[0]
    assert told.verdict == UNREADABLE and "not asked for: z7; did you mean z" in told.detail
    assert grade(BY_HAND, others).verdicts[0].verdict == WRONG
    for name in ("Z1", "z_1", "z₁", "$z_1$", "z_{1}"):
        assert grade(BY_HAND, {name: 0.5} | others).right, name
    huge = grade(BY_HAND, solution | {"z1": "1e308", "a1": "0"})
    assert huge.verdicts[0].verdict == WRONG


def test_brackets_beyond_measure():
    task = Task.choice("a line between", {"w": (2,), "b": ()}, separates, example={"w": [2, -1], "b": 0})
    deep = ["w = " + "(" * 5000 + "; b = 0", "w = " + "(" * 30 + "1" + ")" * 30 + "; b = 0"]
    for typed in (*deep, "w = (2, -1]; b = 0", {"w": [10**400, 1], "b": 0}):
        assert verdicts(task, typed) == [UNREADABLE]


def test_options_that_could_be_mistaken_for_each_other():
    assert verdicts(Task.of("t", pick("p", ["first", "second"], "second")), "B") == [RIGHT]
    for options in (["b", "w"], ["b", "a"], ["same", "Same"]):
        with pytest.raises(DeriveError, match="would name two options"):
            pick("p", options, options[1])
    with pytest.raises(DeriveError, match="there are 27 options"):
        pick("p", [f"option {n}" for n in range(27)], "option 1")


def test_a_result_alone_is_no_derivation():
    task = Task.steps("slope", slope_derivation(sigmoid), names={"a": sigmoid(z)}, least=3)
    assert grade(task, task.solution()).right
    for answer in ("a(1-a)\n= a(1-a)\n= a(1-a)", "q = 1\nr = 2\na(1-a)"):
        assert grade(task, answer).score == pytest.approx(1 / 3)


def test_codes_are_stable_names():
    wrong = [only(NEURON, "(a-y)*x"), *grade(Task.matrix("t", NET, "z1"), r"(w^2)^T \delta^2").verdicts]
    broken = Task.gradient("g", NET).solution().replace("*(1 - a1**2)", "")
    wrong += [v for v in grade(Task.gradient("g", NET), broken).verdicts if v.verdict == WRONG]
    codes = [code for v in wrong for code in v.codes]
    assert codes and all(re.fullmatch(r"[a-z_.+]+", code) for code in codes), codes
    assert "chain.slope_missing" in wrong[0].codes and wrong[1].codes == ("chain.slope_missing",)


def test_variants_are_other_tasks_of_the_same_kind():
    @varied
    def task(draw):
        numbers = {"w": draw.number(0.6, -2, 2), "x": draw.number(1.0, 0.5, 2), "b": draw.number(0.9, -1, 1)}
        return Task.table("neuron", ["z = w*x + b", "a = sigma(z)"], at=numbers, cells="z a da/dw da/db")

    assert task.solution()["z"] == "1.500"
    seen = [task.variant(seed).solution() for seed in range(12)]
    assert seen == [task.variant(seed).solution() for seed in range(12)]
    assert len({tuple(s.values()) for s in seen}) > 8
    for seed in range(12):
        variant = task.variant(seed)
        assert grade(variant, variant.solution()).right and not variant.parts[0].unfit()
    with pytest.raises(DeriveError, match="it has no variants"):
        NEURON.variant(1)

    @varied
    def hopeless(draw):
        return Task.table("t", ["z = 0*x"], at={"x": 1}, cells="z")

    with pytest.raises(DeriveError, match="none of 200 draws is fit: z is 0, nearly 0"):
        hopeless.variant(1)


def test_sheets_have_blanks_and_keys():
    for task in (NEURON, BY_HAND, CHAIN, Task.matrix("t", NET, "w1"), Task.gradient("g", NET)):
        for part in task.parts:
            assert part.sheet(False) and part.sheet(True) and part.sheet(False) != part.sheet(True)


def test_parts_by_themselves():
    assert steps("t", "x", left="y").left == ("y",) and steps("t", "x").solution() == "x"


def test_a_mistake_of_a_teacher_is_recognised():
    own = Mistake.of_rule("square.tripled", "square", lambda y, u: 3 * u[0], "the square was given a 3", "Which number comes down?")
    key = derive("(w*x - y)^2", "w")
    told = only(Task.formula("t", key, mistakes=[own]), "3*(w*x-y)*x")
    assert told.codes == ("square.tripled",) and told.diagnosis == "the square was given a 3"
    assert "square.tripled" not in only(Task.formula("t", key), "3*(w*x-y)*x").codes
