"""The exercises: every key is accepted, also of its variants; what is wrong is refused, and told; figures are those of the definitions."""

from __future__ import annotations

import ast
import importlib.util
from functools import cache
from pathlib import Path

import pytest
from task_answers import ACTIVATIONS, LAYERS, NETWORK, PERCEPTRON, PUBLISHED, WRONG, changed

from derive import descend, sigmoid, squared_error
from derive.blocks import Block
from derive.errors import DeriveError
from derive.grading import Task, choice, descent, formula, free_formula, grade, matrix, numbers, pick, steps, table, varied
from derive.grading.drawing import Draw
from derive.grading.mistakes.damping import diagnose_damping
from derive.grading.verdicts import RIGHT, UNREADABLE
from derive.grading.verdicts import WRONG as IS_WRONG
from derive.network import Network

FOLDER = Path(__file__).resolve().parents[1] / "lessons" / "tasks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
SEEDS = range(20)
NONSENSE = [None, "", "   ", "banana", "((", "0 = 0 = 0", 17, [], {}, {"banana": 1}, object(), "1; 2; 3", "\\frac", "x" * 300, float("nan")]
CODE = {name for name in NAMES if name.startswith("write_") or name == "mend_layers"}
FIXED = CODE - {"write_backpropagation"} | set(
    "a_gate_written_wrong damping_factor sigmoid_slope sigmoid_two_forms tanh_by_sigma toy_gradient wrong_gradient_descent".split()
)


@cache
def task(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.task


def part(name, which=0):
    return task(name).parts[which]


# --- All of them.


def test_there_are_enough_and_none_is_forgotten():
    assert len(NAMES) >= 60
    assert set(WRONG) == set(NAMES)
    assert {name for name in NAMES if task(name).make is None} == FIXED


@pytest.mark.parametrize("name", NAMES)
def test_a_task_says_what_to_do(name):
    made = task(name)
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    doc = ast.get_docstring(ast.parse(source))
    assert doc and "\n" not in doc
    assert made.title and len(made.statement) > 40 and ("  " not in made.statement or name in CODE)
    assert source.count("\n") <= (90 if name in CODE else 60)
    for p in made.parts if len(made.parts) > 1 else ():
        assert p.name in made.statement or p.name.replace("_jk", "").replace("_j", "") in made.statement, p.name
    assert all(isinstance(block, Block) for p in made.parts for solved in (True, False) for block in p.sheet(solved))


@pytest.mark.parametrize("name", NAMES)
def test_the_key_is_accepted(name):
    report = grade(task(name), task(name).solution())
    assert report.score == 1.0 and report.right, report


@pytest.mark.parametrize("name", ["upstream_and_local", "size_table", "linear_in_what", "perceptron_run"])
def test_options_stand_in_the_statement_in_the_order_of_their_letters(name):
    for made in [task(name), *(task(name).variant(seed) for seed in SEEDS)]:
        for p in made.parts:
            assert not hasattr(p, "options") or "; ".join(p.options.values()) in made.statement


@pytest.mark.parametrize("name", sorted(set(NAMES) - FIXED))
def test_variants(name):
    made, seen = task(name), set()
    for seed in SEEDS:
        variant = made.variant(seed)
        solution = variant.solution()
        report = grade(variant, solution)
        assert report.score == 1.0 and report.right, (seed, report)
        assert [p.unfit() for p in variant.parts] == [""] * len(variant.parts)
        assert len(variant.parts) == len(made.parts) and variant.points == made.points
        seen.add((variant.statement, str(solution)))
    again = made.variant(SEEDS[-1])
    assert (again.statement, str(again.solution())) == (variant.statement, str(solution))
    assert len({statement for statement, _ in seen}) >= 3


@pytest.mark.parametrize(("name", "row"), [(name, row) for name, rows in WRONG.items() for row in rows])
def test_wrong_answers(name, row):
    where, wrong, words = row
    made = task(name)
    report = grade(made, changed(made.solution(), where, wrong))
    refused = [v for v in report.verdicts if v.verdict == IS_WRONG]
    assert refused and report.score < 1, report
    told = " ".join(f"{v.diagnosis} {v.detail}" for v in refused)
    assert words in told, told
    if words:
        assert any(v.points < v.out_of for v in refused)


def test_every_published_mistake_is_among_them():
    assert list(PUBLISHED) == [f"X{n}" for n in range(1, 16)]
    for rows in PUBLISHED.values():
        for name, where, wrong in rows:
            words = [said for place, answer, said in WRONG[name] if (place, answer) == (where, wrong)]
            assert words and words[0], (name, where)


@pytest.mark.parametrize("name", NAMES)
def test_nonsense_gets_no_marks(name):
    for answer in NONSENSE[:9] if name in CODE else NONSENSE:
        report = grade(task(name), answer)
        assert report.points == 0, (answer, report)
        assert not any(v.verdict == RIGHT for v in report.verdicts)


@pytest.mark.parametrize("name", NAMES)
def test_a_part_that_is_missing_costs_its_marks_only(name):
    made = task(name)
    if len(made.parts) < 2:
        return
    solution = made.solution()
    first = made.parts[0].name
    report = grade(made, {n: answer for n, answer in solution.items() if n != first})
    assert report.points == pytest.approx(made.points - made.parts[0].points)


# --- The figures of the sources, computed from the definitions.

TABLES = [
    ("toy_graph", {"prod": 12, "yhat": 14, "error": 9, "L": 81, "dL/dw": 72, "dL/db": 18}, 0),
    ("toy_damped_steps", {"w_1": 2.6, "b_1": 1.9, "w_2": 2.2756, "b_2": 1.8189, "w_3": 2.0124, "b_3": 1.7531, "w_4": 1.7989, "b_4": 1.6997,
                          "w_5": 1.6258, "b_5": 1.6565, "w_6": 1.4854, "b_6": 1.6213, "L_1": 53.29, "L_2": 35.0596, "L_3": 23.0657,
                          "L_4": 15.175, "L_5": 9.9836, "L_6": 6.5682}, 5e-5),
    ("toy_undamped_steps", {"w_1": -1, "b_1": 1, "L_1": 64, "L_2": 50.5679, "L_3": 39.9549, "L_4": 31.5693, "L_5": 24.9436,
                            "L_6": 19.7086}, 5e-5),
    ("sigmoid_graph", {"s": 1, "f": 0.7311, "df/du": -0.5344, "df/ds": 0.1966, "df/dw0": -0.1966, "df/dx0": 0.3932, "df/dw1": -0.3932,
                       "df/dx1": -0.5898, "df/dw2": 0.1966}, 6e-5),
    ("softplus_forward", {"green_1": 1.51042023, "green_2": 1.5406952, "green_3": 1.56597816, "SSR": 3.06678879}, 1e-8),
    ("softplus_backward", {"dSSR/db3": -1.76581282, "dSSR/dw3": -1.46486113, "dSSR/dw4": -1.16021289, "dSSR/db1": -0.64687994,
                           "dSSR/dw1": -0.32634025, "dSSR/db2": -1.29559559, "dSSR/dw2": -0.69439744}, 3e-8),
    ("shared_weight", {"yhat": 0.57359767, "L": 0.02562901, "dL/dw3": -0.05346101, "dL/db3": -0.05537425, "dL/dw1": -0.00065066,
                       "dL/dw2": -0.00062392}, 6e-9),
    ("descent_by_hand", {"x_1": 3.96, "x_2": 3.9208, "x_3": 3.882384}, 1e-9),
    ("descent_from_zero", {"x_1": 0.04, "x_2": 0.0792, "x_3": 0.117616}, 1e-9),
    ("when_to_stop", {"steps": 298}, 0),
    ("decision_values", {"wu": 2, "wu+b": 1, "class of u": 1, "wv": 0, "wv+b": -1, "class of v": 0}, 0),
    ("cross_entropy_least", {"at a = y": 0.693}, 5e-4),
    ("where_the_minimum_is", {"x": 2}, 0),
    ("layer_shapes", {"rows": 4, "columns": 3}, 0),
    ("parameter_count", {"rows": 5, "columns": 4, "parameters": 41, "bytes": 164}, 0),
    ("cost_of_a_gradient", {"forward": 9, "weight gradients": 9, "deltas": 3, "nudging": 14}, 0),
    ("wrong_gradient_descent", {"before": 2.858, "after": 2.884}, 5e-4),
    ("perceptron_run", {"epochs": 8, "w1": -1.2, "w2": 3.2, "b": -1}, 1e-9),
    ("sum_or_mean", {"times": 200, "eta": 2.0}, 1e-9),
]  # fmt: skip


@pytest.mark.parametrize(("name", "figures", "near"), TABLES)
def test_figures(name, figures, near):
    right = part(name).right
    assert {cell: right[cell] for cell in figures} == pytest.approx(figures, abs=near or 1e-12)


def test_figures_of_free_choices_and_errata():
    assert part("size_table").options[part("size_table").right].startswith("human") and part("size_table", 1).right["terabytes"] == 4000
    assert part("damping_factor").right == pytest.approx({"at 72": 0.1, "at 5": 1, "at 0.05": 10})
    assert part("perceptron_run").mistaken["epochs"] == {"a point with w·x + b = 0 was taken for class 0": 5}
    assert list(part("perceptron_run").mistaken["w2"].values()) == pytest.approx([2.2])
    assert grade(task("separating_line"), "w = (0, 1); b = -1").right, "the published line is one of many"
    assert grade(task("separating_line"), "w = (-3, 0.1); b = 1").right
    assert grade(task("xor_network"), "w = ((20, 20), (-20, -20)); b = (-10, 30); v = (20, 20); c = -30").right
    hidden = grade(task("shared_weight"), {**task("shared_weight").solution(), "dL/dz1": "-0.001256", "dL/dw1": "-0.000628"})
    assert [v.part for v in hidden.verdicts if v.verdict != RIGHT] == ["A shared weight: dL/dz1"]
    assert [v.part for v in hidden.verdicts if v.follow_through] == ["A shared weight: dL/dw1"]
    orange = grade(task("softplus_forward"), {**task("softplus_forward").solution(), "orange_1": 0.718, "green_1": 1.559})
    assert [v.part for v in orange.verdicts if v.follow_through] == ["Forward with softplus: green_1"]


def test_right_answers_in_other_clothes():
    for name, where, answer in [
        ("toy_gradient", ("dL/dw",), r"2(\hat y - y)x"),
        ("toy_gradient", ("dL/db",), "2*error"),
        ("final_layer_delta", ("dE/dw",), "delta*x"),
        ("sigmoid_slope", (), "dS/dz = e^(-z)*S^2\n= (1 - S)/S*S^2\n= S - S^2"),
        ("norm_of_a_product", ("df/dW",), "2*outer(q, x)"),
        ("bp1_output_error", ("delta2",), r"(a^2 - y)\odot a^2\odot(1 - a^2)"),
        ("bp2_hidden_error", ("delta1_j",), r"\sum_k \delta^2_k w^2_{kj} a^1_j(1 - a^1_j)"),
        ("cross_entropy_steps", ("dC/dz",), "= -(y/a - (1-y)/(1-a))*a*(1-a)\n= a - y"),
        ("update_rule", (), r"b - 2\alpha(wx + b - y)"),
        ("toy_graph", ("dL/dw",), "144/2"),
        ("size_table", ("row",), "f"),
        ("damping_factor", ("undefined",), "-72"),
        ("damping_factor", ("better",), "min(1, 5/abs(d_w))"),
        ("damping_factor", ("better",), "exp(-abs(d_w))"),
        ("damping_factor", ("better",), "exp(-d_w^2)"),
        ("norm_of_a_product", ("df/dx",), "2*W^T@q"),
        ("norm_of_a_product", ("df/dx",), "2*W^{T}@q"),
        ("norm_of_a_product", ("df/dW",), "2*q@x^T"),
        ("norm_of_a_product", ("df/dW",), "2 q x^T"),
        ("bp2_hidden_error", ("delta1",), "(w2^T @ delta2)*sigma'(z1)"),
        ("bp2_hidden_error", ("delta1",), "w2^{T} delta2 * sigma'(z1)"),
        ("bp2_hidden_error", ("delta1_j",), "sum(delta2_k*w2_kj, k)*a1_j*(1-a1_j)"),
        ("bp3_bp4_parameters", ("dC/dw2",), "delta2 a1^T"),
        ("upstream_and_local", ("chain rule",), "dL/dx = dL/dz · dz/dx"),
    ]:
        report = grade(task(name), changed(task(name).solution(), where, answer))
        assert report.right, (name, report)


def told(name, where, wrong):
    return next(v for v in grade(task(name), changed(task(name).solution(), where, wrong)).verdicts if v.verdict != RIGHT)


def test_the_example_in_a_message_is_no_answer():
    for name in ("norm_of_a_product", "bp2_hidden_error"):
        where = (next(p.name for p in task(name).parts if p.form == "component"),)
        detail = told(name, where, "sum(x_k)").detail
        assert "write sum(k, u[j,k]*v[k])" in detail and not {"u", "v"} & set(task(name).parts[-1].quantities)


def test_a_slope_by_the_output_has_the_name_of_the_output():
    verdict = told("final_layer_product", ("dE/dw1",), "(y-d)*a*(1-a)*x1")
    assert verdict.diagnosis == "a stands in the slope where its output y belongs: σ′ = y (1 - y)"


def test_of_two_names_with_one_gradient_the_one_on_the_path_is_named():
    diagnosis = told("hidden_error", ("dL/dz1",), "-(y - yhat)*yhat*(1 - yhat)*w3").diagnosis
    assert diagnosis == "the slope of σ at z1 is missing"
    assert "dL/da2" not in told("hidden_error", ("dL/dz1",), "dL_dw3*w3").diagnosis


@pytest.mark.parametrize(
    ("factor", "sentence"),
    [
        ("1/d_w", "for a negative derivative, such as −72, the factor is −0.0138889: it has to be positive"),
        ("ln(d_w)", "for a negative derivative, such as −72, the factor is undefined: a logarithm needs a positive number"),
        ("1/sqrt(d_w)", "for a negative derivative, such as −72, the factor is undefined; and"),
        ("1/(1+ln(1+abs(d_w)))", "not damped enough, since factor times slope is 13.6094, beyond 10"),
        ("1/(1+abs(d_w/100))", "not damped enough, since factor times slope is 41.8605, beyond 10"),
        ("1/(1+max(0, d_w))", "at a slope as steep as −72 the factor is 1"),
        ("0*d_w", "the factor is 0: it has to be positive"),
    ],
)
def test_what_a_damping_factor_lacks(factor, sentence):
    diagnosis = told("damping_factor", ("better",), factor).diagnosis
    assert sentence in diagnosis and ("logarithm" in diagnosis) == ("a logarithm" in sentence)


def test_statements_say_what_the_check_wants():
    assert "stays between -10 and 10" in task("damping_factor").statement and "positive" in task("damping_factor").statement
    assert "the least number of layers" in task("vanishing_product").statement
    assert "True and False count as 1 and 0" in task("write_perceptron").statement


def test_numbers_of_another_shape_are_counted():
    p = choice("c", {"w": (2,), "b": ()}, lambda v: "", example={"w": [1, 2], "b": 0})
    for answer, words in (
        ("w = 2; b = 0", "it is one number, expected 2 finite numbers"),
        ("w = (1, 2, 3); b = 0", "it is 3 numbers, expected 2 finite numbers"),
        ("w = (1, 2); b = (1, 2)", "it is 2 numbers, expected one finite number"),
        ("w = (1, 2); b = [1]", "it is a list of one number, expected one finite number"),
        ("w = [[1, 2], [3, 4]]; b = 0", "it is 2 x 2 numbers, expected 2 finite numbers"),
    ):
        assert words in p.judge(answer)[0].detail


def test_code_in_other_clothes():
    sources = {"write_activations": ACTIVATIONS, "mend_layers": LAYERS, "write_network": NETWORK, "write_perceptron": PERCEPTRON}
    for name, text in sources.items():
        assert grade(task(name), text).right, name


# --- The kinds that these exercises brought with them.


def test_numbers_are_marked_once():
    p = numbers("n", {"a": 2, "b": 6}, follows=lambda cell, v: 3 * v["a"] if cell == "b" else v[cell], mistaken={"a": {"turned": -2}})
    wrong, follows = p.judge("a = -2; b = -6")
    assert (wrong.verdict, wrong.diagnosis, follows.verdict, follows.follow_through) == (IS_WRONG, "turned", RIGHT, True)
    trivial = p.judge({"a": 0, "b": 0})[1]
    assert trivial.verdict == IS_WRONG and "too easy" in trivial.detail
    assert numbers("n", {"a": 1}, decimals=1).judge("1.04")[0].verdict == RIGHT
    with pytest.raises(DeriveError, match="no cell 'c'"):
        numbers("n", {"a": 1}, mistaken={"c": {"": 0}})


def test_a_known_mistake_that_gives_the_right_number_makes_a_variant_unfit():
    assert "a wrong way gives the right a" in numbers("n", {"a": 2.0}, mistaken={"a": {"told": 2.0}}).unfit()
    assert numbers("n", {"a": 2.0}, mistaken={"a": {"told": 3.0}}).unfit() == ""


def test_a_table_over_samples_adds_up():
    network = ["z = w*x", "L = (z - y)^2"]
    p = table("t", network, at={"x": [1.0, 2.0], "y": [0.0, 1.0], "w": 3.0}, cells="z_1 z_2 L dL/dz_2 dL/dw")
    assert [p.right[c] for c in p.cells] == [3, 6, 34, 10, 26]
    assert "only the first sample" in p.judge({**p.solution(), "dL/dw": "6"})[4].diagnosis
    carried = p.judge({**p.solution(), "z_2": "5", "L": "25", "dL/dz_2": "8", "dL/dw": "22"})
    assert [v.follow_through for v in carried] == [False, False, True, True, True]
    with pytest.raises(DeriveError, match="different lengths"):
        table("t", network, at={"x": [1.0], "y": [0.0, 1.0], "w": 3.0})


def test_a_saturated_unit_makes_a_table_unfit():
    for w, told in ((1.0, ""), (9.0, "a is saturated")):
        assert table("t", ["z = w*x", "a = sigma(z)", "L = a^2"], at={"w": w, "x": 1.1}, cells="z L").unfit() == told


def test_descent_is_that_of_descend_and_follows_the_students_own_numbers():
    p = descent("d", "(x - 2)^2", start={"x": 4}, rate=0.01, steps=3)
    assert [p.right[f"x_{k}"] for k in (1, 2, 3)] == pytest.approx(descend(lambda x: (x - 2) ** 2, 4.0, 0.01, 3).points[1:], abs=1e-6)
    first, second, third = p.judge({"x_1": 4.04, "x_2": "4.04 - 0.02*2.04", "x_3": "3.9992 - 0.02*1.9992"})
    assert "ascends" in first.diagnosis and second.follow_through and third.follow_through
    with pytest.raises(DeriveError, match="no value for y"):
        descent("d", "(x - y)^2", start={"x": 1}, rate=1, steps=1)


def test_a_step_of_descent_is_a_formula():
    from derive import derive

    p = formula("w", derive("(w*x - y)^2", "w"), rate="eta")
    assert p.judge("w - 2*eta*(w*x - y)*x")[0].verdict == RIGHT
    assert "ascends" in p.judge("w + 2*eta*(w*x - y)*x")[0].diagnosis
    with pytest.raises(DeriveError, match="no derivative"):
        formula("w", "2*x", rate="eta")


def test_one_of_several():
    p = pick("line", {1: "first", 2: "second"}, 2, why={1: "it is right"})
    assert p.judge("2")[0].verdict == p.judge(" (2.) ")[0].verdict == p.judge("Second")[0].verdict == p.judge(2)[0].verdict == RIGHT
    assert p.judge(1)[0].diagnosis == "it is right" and p.judge("third")[0].verdict == UNREADABLE
    assert pick("l", ["u", "v"], "v").solution() == "B"
    for options, right in ((["u", "v"], "w"), (["u"], "u")):
        with pytest.raises(DeriveError):
            pick("l", options, right)


def test_any_formula_with_a_property():
    p = free_formula("f", diagnose_damping, symbols="d_w", example="1/(1 + abs(d_w))")
    assert p.judge("1/(1 + d_w^2)")[0].verdict == RIGHT
    assert "damping.none" in p.judge("1")[0].codes and p.judge("q")[0].verdict == UNREADABLE
    with pytest.raises(DeriveError, match="example is not accepted"):
        free_formula("f", diagnose_damping, symbols="d_w", example="1")


def test_examples_are_judged_like_answers():
    with pytest.raises(DeriveError, match="example is not accepted"):
        formula("f", "sigma(x)", example="1 - sigma(x)")
    with pytest.raises(DeriveError, match="own example"):
        choice("c", {"w": ()}, lambda v: "" if v["w"] > 0 else "too small", example={"w": -1})


def test_a_result_alone_is_no_derivation():
    from derive import derive

    p = steps("s", derive(["a = sigma(z)", "L = a^2"], "z"), least=2, without="prime")
    right, missing = p.judge("= 2*a*a*(1-a)")
    assert (right.verdict, missing.verdict) == (RIGHT, IS_WRONG) and right.out_of == 0.5
    padded = p.judge("s = 2\nt = 3\nu = 4\n= 2*a\n= 2*a")
    assert sum(v.points for v in padded) == 0 and [v.out_of for v in padded] == [0, 0, 0, 0.5, 0, 0.5], "names and repetitions earn nothing"
    assert sum(v.points for v in p.judge("0 = 0")) == 0
    with pytest.raises(DeriveError, match="lines are wanted"):
        steps("s", "2*a", least=2)


def test_shapes_that_do_not_fit_are_wrong_and_names_that_are_not_known_are_unreadable():
    p = matrix("delta1", Network.dense(3, 4, 2, activation=sigmoid, loss=squared_error), "z1")
    assert p.judge("w2 @ delta2")[0].verdict == IS_WRONG and "does not fit" in p.judge("w2 @ delta2")[0].diagnosis
    assert p.judge("v2 @ delta2")[0].verdict == UNREADABLE


def test_draws_that_are_not_fit_are_drawn_again():
    def made(draw):
        n = draw.whole(1, 1, 3)
        draw.require(n != 2, "two")
        return Task.numbers("t", {"n": n}, decimals=0, distinct=False)

    assert {varied(made).variant(seed).parts[0].right["n"] for seed in range(30)} == {1, 3}
    with pytest.raises(DeriveError, match="standard form is not fit"):
        Draw.standard().require(False, "why")
    never = varied(lambda draw: made(draw) if draw.chance is None else draw.require(False, "never"))
    with pytest.raises(DeriveError, match="never"):
        never.variant(1)
