"""The graph stepper: the figures of the coverage rows, one gate at a time, nothing before its time, folding, sliders, state, refusals."""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import pytest

from derive import DeriveError, Graph, Network, sigmoid
from derive.widgets import GraphStepper
from derive.widgets.base.static import with_formulas
from derive.widgets.graphs import room as graph_room

C2 = "1/(1+exp(-(w0*x0+w1*x1+w2)))"
C2_AT = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
C7 = ["z1 = w1*x + b1", "y_blue = softplus(z1)*w3", "y_orange = softplus(w2*x + b2)*w4", "y_green = y_blue + y_orange + b3"]
C7 += ["SSR = (y - y_green)^2"]
W = np.random.RandomState(42).normal(size=4).tolist()
C7_AT = {"x": [0.1, 0.53, 0.82], "y": [1.2, 3.2, 1.1], **{f"w{n}": w for n, w in enumerate(W, 1)}, "b1": 0, "b2": 0, "b3": 0}
D1 = ["a1 = sigma(w1*x + b1)", "a2 = sigma(w2*x + b2)", "yhat = sigma(w3*(a1 + a2) + b3)", "L = (yhat - y)^2/2"]
D1_AT = {"x": 0.5, "y": 0.8, "w1": 0.2, "w2": -0.3, "b1": 0.4, "b2": -0.5, "w3": 0.1, "b3": 0.2}
A9 = ["prod = w*x", "yhat = prod + b", "error = yhat - y", "L = error^2"]
A9_AT = {"w": 3, "b": 2, "x": 4, "y": 5}
C5 = "max(x,y)*z + x*y + x/2"
ALL = {
    "A9": (lambda: GraphStepper(A9, A9_AT), "L", 81, {"w": 72, "b": 18}),
    "C2": (lambda: GraphStepper(C2, C2_AT), "v8", 0.7311, {"w0": -0.1966, "x0": 0.3932, "w1": -0.3932, "x1": -0.5898, "w2": 0.1966}),
    "C5": (lambda: GraphStepper(C5, {"x": 2, "y": 2, "z": -0.5}), "v6", 4, {"x": 2.25, "y": 1.75, "z": 2}),
    "C7": (
        lambda: GraphStepper(Graph.from_equations(C7, samples=3), C7_AT),
        "SSR",
        3.06678879,
        {
            "b3": -1.76581282,
            "w3": -1.46486113,
            "w4": -1.16021289,
            "b1": -0.64687994,
            "w1": -0.32634025,
            "b2": -1.29559559,
            "w2": -0.69439744,
        },
    ),
    "D1": (lambda: GraphStepper(D1, D1_AT), "L", 0.02562901, {"w3": -0.05346101, "b3": -0.05537425, "w1": -0.00065066, "w2": -0.00062392}),
}


def size(frame):
    return re.search(r'width="(\d+)" height="(\d+)"', frame.picture).groups()


def gradients(stepper):
    moment = stepper.moment()
    return {name: moment.passing.gradients[n] for name, n in stepper.walk.variables.items()}


def at_end(stepper):
    stepper.press("end")
    stepper.press("end")
    return stepper


@pytest.mark.parametrize("name", ALL)
def test_the_figures_of_the_coverage_rows(name):
    make, output, value, wanted = ALL[name]
    s = at_end(make())
    found = gradients(s)
    assert s.moment().state.values[s.walk.output] == pytest.approx(value, abs=6e-5)
    assert {k: found[k] for k in wanted} == pytest.approx(wanted, abs=6e-5 if name == "C2" else 6e-9)
    graph = Graph.from_equations(C7, samples=3) if name == "C7" else None
    if graph is not None:
        graph.forward(C7_AT)
        assert found == graph.backward()
    assert s.walk.graph.output.startswith(output)


@pytest.mark.parametrize("name", ALL)
def test_one_gate_a_step_in_a_frame_that_never_moves(name):
    """Forward one more value a step, then backward; the picture and the number of lines stay as they are."""
    s = ALL[name][0]()
    sizes, rows, known = set(), set(), []
    while True:
        frame = s.frame()
        sizes.add(size(frame))
        rows.add(len(frame.lines) + len(frame.later))
        assert not [line for line in frame.lines if "<code" in with_formulas(line) or line.count("$") % 2]
        assert "None" not in frame.picture + frame.text and len(re.findall(r" now\"", frame.picture)) <= 1
        state = s.moment().state
        known.append(
            (sum(v is not None for v in state.values), sum(g is not None for g in state.passing.gradients) if state.passing else 0)
        )
        if not s.enabled("next"):
            break
        s.press("next")
    gates = s.walk.seed - 1
    assert len(sizes) == 1 and len(rows) == 1
    start = len(s.walk.nodes) - gates
    assert known[: gates + 1] == [(start + n, 0) for n in range(gates + 1)]
    assert known[s.walk.seed][1] == 1 and [g for _, g in known] == sorted(g for _, g in known)
    for _ in range(s.walk.end):
        s.press("back")
    assert s.step == 0 and not s.enabled("back")


def test_what_is_not_computed_yet_is_empty_and_not_zero():
    s = GraphStepper(C2, C2_AT)
    labels = lambda kind: re.findall(rf'class="{kind}">([^<]*)<', s.frame().picture)
    assert sorted(labels("a")) == sorted(["2", "−1", "−3", "−2", "−3"]) and not labels("b")
    s.press("next")
    assert len(labels("a")) == 6 and not labels("b") and "value ." not in s.frame().picture
    s.press("end")
    assert len(labels("a")) == 13 and not labels("b")
    s.press("next")
    assert labels("b") == ["1"]


def test_upstream_local_and_product_stand_in_the_lines():
    s = GraphStepper(C2, C2_AT)
    s.press("next")
    assert r"v_{1} = w_{0} \cdot x_{0} = 2 \cdot (-1) = -2$" in s.frame().lines[0]
    assert s.frame().text == "Forward, gate 1 of 8: v₁ = w₀ · x₀ = −2."
    s.press("end")
    assert s.frame().text == "Forward, the last gate: v₈ = 1/v₇ = 0.7311."
    for _ in range(4):
        s.press("next")
    gate, upstream, sent = s.frame().lines
    assert r"v_{6} = \exp(v_{5})" in gate and "multiplies by the output" in gate
    assert r"\frac{\partial v_{8}}{\partial v_{6}} = -0.534447" in upstream
    assert r"\frac{\partial v_{8}}{\partial v_{6}} \cdot \frac{\partial v_{6}}{\partial v_{5}} = \text{upstream} \cdot \text{local}" in sent
    assert r"= (-0.534447) \cdot 0.367879 = -0.196612$" in sent


def test_ties_are_named_and_gradients_add_at_branches():
    lines = at_end(ALL["C5"][0]()).frame().lines
    assert any("tie: the inputs 1 and 2 are equal" in line for line in lines)
    assert any(r"\frac{\partial v_{6}}{\partial x} = \frac{1}{2} + 2 + (-0.25) = 2.25$" in line for line in lines)
    shared = ALL["D1"][0]()
    while "w_{3}" not in "".join(shared.frame().lines) or shared.step < shared.walk.seed:
        shared.press("next")
    assert "sends w₃ −0.05346" in shared.frame().text


def test_the_activation_is_folded_at_any_time_with_the_same_gradients():
    s = at_end(GraphStepper(C2, C2_AT))
    before, box = gradients(s), size(s.frame())
    s.set("fold", True)
    assert s.walk.seed - 1 == 5 and gradients(s) == pytest.approx(before) and size(s.frame()) == box and not s.enabled("next")
    for step in range(s.walk.end + 1):
        s.step = step
        s.set("fold", False)
        assert size(s.frame()) == box
        s.set("fold", True)
        assert s.step == step, "folded, unfolded and folded again"
    s.set("fold", False)
    s.step = s.walk.seed + 2  # inside of the activation: folded, it is not passed yet
    s.set("fold", True)
    assert s.step == s.walk.seed
    s.set("fold", False)
    s.step = 6
    s.set("fold", True)
    assert s.step == 4
    one = GraphStepper("sigma(w*x + b)", {"w": 1, "x": 2, "b": 0})
    assert one.values["fold"] is True and {len(walk.gates) for walk in one.walks.values()} == {3, 6}
    assert GraphStepper(C2, C2_AT, fold="w0*x0 + w1*x1 + w2").walks[True].seed - 1 == 5
    assert "fold" not in GraphStepper(C2, C2_AT, fold=False).values and "fold" not in ALL["A9"][0]().values
    assert GraphStepper(C2, C2_AT, fold=sigmoid).values["fold"] is False


def test_a_slider_computes_anew_to_the_same_step_in_the_same_frame():
    s = GraphStepper(C2, C2_AT, sliders={"w0": (-3, 3), "x1": (-3, 3)})
    for _ in range(11):
        s.press("next")
    box = size(s.frame())
    for value in np.linspace(-3, 3, 61):
        s.set("w0", float(value))
        assert s.step == 11 and size(s.frame()) == box
    s.set("w0", 1.0)
    at_end(s)
    graph = Graph(C2)
    graph.forward({**C2_AT, "w0": 1})
    assert gradients(s) == pytest.approx(graph.backward())


def test_a_gate_without_a_value_stops_the_walk_and_says_why():
    s = GraphStepper("ln(x) + sqrt(x)", {"x": 2}, sliders={"x": (-1, 3)})
    box, rows = size(s.frame()), len(s.frame().lines + s.frame().later)
    s.set("x", -1.0)
    assert "Only the variables" in s.frame().text
    s.press("end")
    frame = s.frame()
    assert "the logarithm of a negative number" in frame.text and s.step == 1 and not s.enabled("next")
    assert size(frame) == box and len(frame.lines + frame.later) == rows
    s.press("back")
    assert s.step == 0 and s.enabled("next")
    s.press("next")
    s.set("x", 2.0)
    assert "Forward, gate 1 of 3" in s.frame().text
    kink = GraphStepper("abs(x)*2", {"x": 0})
    at_end(kink)
    assert "kink" in kink.frame().text and not kink.enabled("next")


def test_a_picture_is_laid_out_once(monkeypatch):
    made = Counter()

    class Counted(graph_room.Plan):
        def __init__(self, picture):
            made["plans"] += 1
            super().__init__(picture)

    monkeypatch.setattr(graph_room, "Plan", Counted)
    s = GraphStepper(C2, C2_AT, fold=False)
    while s.enabled("next"):
        s.press("next")
        s.frame()
    assert made["plans"] == 1


def test_state_goes_through_json_and_a_bad_one_changes_nothing():
    make = lambda: GraphStepper(C2, C2_AT, sliders={"w0": (-3, 3)})
    s = make()
    s.set("fold", True)
    s.set("w0", 1.5)
    s.press("end")
    s.press("next")
    other = make()
    other.restore(json.loads(json.dumps(s.state())))
    assert other.state() == s.state() and other.frame() == s.frame()
    for bad in ({"step": 99}, {"step": True}, {"fold": True, "step": 15}, {"w0": 9}, {"w9": 1}):
        with pytest.raises(DeriveError):
            other.restore(bad)
        assert other.state() == s.state() and other.frame() == s.frame(), bad


def test_keys_and_starting_again():
    s = ALL["A9"][0]()
    assert s.keys == ["ArrowRight", "ArrowLeft"]
    s.key("ArrowRight")
    s.key("ArrowRight")
    s.key("ArrowLeft")
    assert s.step == 1
    s.press("again")
    assert s.step == 0 and not s.enabled("again")


def test_a_teachers_graph_stays_as_it_was_and_only_wanted_gradients_are_computed():
    graph = Graph.from_equations(A9)
    graph.forward(A9_AT)
    s = at_end(GraphStepper(graph, {**A9_AT, "w": 1}, wrt="w"))
    assert graph.value("L") == 81 and graph.gradients["w"] is None
    assert gradients(s) == {"w": 8, "x": None, "b": None, "y": None}
    assert at_end(GraphStepper(graph)).moment().state.values[s.walk.output] == 81


def test_without_a_kernel_the_whole_graph_and_every_step_are_there():
    page = ALL["C2"][0]()._repr_mimebundle_()["text/html"]
    assert page.count("<details") == 2 and "<code" not in page and "$" not in page and "−0.1966" in page
    assert "gradient −0.196612" in page


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: GraphStepper(C2), "there are no values yet"),
        (lambda: GraphStepper(C2, {"w0": 1}), "there is no value for x0"),
        (lambda: GraphStepper(Graph.of_network(Network.dense(2, 1)), {}), "not MatrixGraph"),
        (lambda: GraphStepper(3, {}), "not int"),
        (lambda: GraphStepper(C2, C2_AT, wrt="q"), "q is not a variable"),
        (lambda: GraphStepper(C2, C2_AT, sliders={"q": (0, 1)}), "q is not a variable"),
        (lambda: GraphStepper(C2, C2_AT, sliders={"w0": (1, 0)}), "is no range"),
        (lambda: GraphStepper(C2, C2_AT, sliders={"w0": (3, 4)}), "2 is not between 3 and 4"),
        (lambda: GraphStepper(C2, C2_AT, fold="w9"), "w9"),
        (lambda: GraphStepper(A9, A9_AT, fold=sigmoid), "nothing is folded"),
        (lambda: GraphStepper("+".join(f"x{n}" for n in range(99)), {}), "nodes"),
    ],
)
def test_what_does_not_fit_is_said(make, said):
    with pytest.raises(DeriveError, match=said):
        make()
