"""Computational graphs: known figures, every part of the record, folding, errors, and agreement with SymPy on random expressions."""

from __future__ import annotations

import math
import re
import sys
from fractions import Fraction

import numpy as np
import pytest
from sympy import Dummy, E, Eq, Float, Function, I, Integer, Rational, Sum, Symbol, exp, log, oo, pi, sin, sqrt, symbols

from derive.errors import DeriveError, DomainError, Unsupported
from derive.exact import held
from derive.graph import Graph
from derive.network import Network
from derive.ops import Activation, relu, sigmoid, softmax, softplus, tanh
from derive.reading import read
from derive.shape import evaluated

w, x, b, y, a, z = symbols("w x b y a z")

A9 = "(w*x + b - y)^2"
A9_AT = {"w": 3, "b": 2, "x": 4, "y": 5}
C2 = "1/(1+exp(-(w0*x0+w1*x1+w2)))"
C2_AT = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
C7 = [
    "y_blue = softplus(w1*x + b1)",
    "y_orange = softplus(w2*x + b2)",
    "y_green = w3*y_blue + w4*y_orange + b3",
    "SSR = (y - y_green)^2",
]
WEIGHTS = np.random.RandomState(42).normal(size=4).tolist()
C7_AT = {**dict(zip(("w1", "w2", "w3", "w4"), WEIGHTS, strict=True)), "b1": 0, "b2": 0, "b3": 0}
C7_DATA = {"x": (0.1, 0.53, 0.82), "y": (1.2, 3.2, 1.1)}
D1 = ["a1 = sigma(w1*x + b1)", "a2 = sigma(w2*x + b2)", "yhat = sigma(w3*a1 + w3*a2 + b3)", "L = (yhat - y)^2/2"]
D1_AT = {"x": 0.5, "y": 0.8, "w1": 0.2, "w2": -0.3, "b1": 0.4, "b2": -0.5, "w3": 0.1, "b3": 0.2}


def computed(g, at):
    g.forward(at)
    g.backward()
    return g


def formulas(g):
    """name -> what it computes, of every gate."""
    return {n.name: n.gate.formula([g.nodes[i].name for i in n.inputs]) for n in g.nodes if n.is_gate}


def near(found, expected, digits=8):
    assert {k: round(float(v), digits) for k, v in found.items() if k in expected} == expected


# The documents' figures


@pytest.mark.parametrize("given", [A9, (w * x + b - y) ** 2])
def test_toy_graph(given):
    g = Graph(given)
    assert g.forward(A9_AT) == 81
    assert formulas(g) == {"v1": "w · x", "v2": "v1 + b", "v3": "v2 − y", "v4": "v3²"}
    assert [g.values[v] for v in ("v1", "v2", "v3", "v4")] == [12, 14, 9, 81]
    assert g.backward() == {"w": 72, "x": 54, "b": 18, "y": -18}
    eta = Fraction(1, 18)
    assert g.forward({**A9_AT, "w": 3 - eta * 72, "b": 2 - eta * 18}) == 64
    assert (g.values["w"], g.values["b"]) == (-1, 1) and all(isinstance(v, (int, Fraction)) for v in g.values.values())


def descent(steps, eta):
    """(w, b, loss) after each step; `eta` is a function of dL/dw."""
    g, w_now, b_now, found = Graph(A9), 3.0, 2.0, []
    for _ in range(steps):
        computed(g, {**A9_AT, "w": w_now, "b": b_now})
        rate = eta(g.gradient("w"))
        w_now, b_now = w_now - rate * g.gradient("w"), b_now - rate * g.gradient("b")
        found.append((w_now, b_now, g.forward({**A9_AT, "w": w_now, "b": b_now})))
    return found


def test_damped_updates():
    found = descent(6, lambda slope: 1 / 18 / 10 ** int(math.log10(slope)))
    assert [(round(p, 4), round(q, 4), round(loss, 4)) for p, q, loss in found] == [
        (2.6, 1.9, 53.29),
        (2.2756, 1.8189, 35.0596),
        (2.0124, 1.7531, 23.0657),
        (1.7989, 1.6997, 15.175),
        (1.6258, 1.6565, 9.9836),
        (1.4854, 1.6213, 6.5682),
    ]


def test_updates_that_are_not_damped():
    losses = [loss for _, _, loss in descent(6, lambda slope: 1 / 18)]
    assert [round(v, 4) for v in losses] == [64, 50.5679, 39.9549, 31.5693, 24.9436, 19.7086]


def test_neuron_gate_by_gate():
    g = Graph(C2)
    assert round(g.forward(C2_AT), 4) == 0.7311
    assert formulas(g) == {
        **{"v1": "w0 · x0", "v2": "w1 · x1", "v3": "v1 + v2", "v4": "v3 + w2"},
        **{"v5": "−v4", "v6": "exp(v5)", "v7": "1 + v6", "v8": "1/v7"},
    }
    assert g.value("v4") == 1
    near(g.backward(), {"w0": -0.1966, "x0": 0.3932, "w1": -0.3932, "x1": -0.5898, "w2": 0.1966}, 4)
    assert [round(g.gradients[v], 2) for v in ("v7", "v6", "v5", "v4")] == [-0.53, -0.53, -0.2, 0.2]


def test_steps_of_the_backward_pass():
    g = Graph(C2)
    g.forward(C2_AT)
    steps = list(g.backward_steps())
    assert [s.node for s in steps] == ["v8", "v7", "v6", "v5", "v4", "v3", "v2", "v1"]
    assert steps[0].upstream == 1 and steps[0].addends == ()
    for step in steps:
        assert all(math.isclose(f.product, step.upstream * f.local) for f in step.flows)
    assert [(f.to, f.local) for f in steps[6].flows] == [("w1", -2), ("x1", -3)]
    assert "switches" in steps[6].does and "distributes" in steps[4].does
    assert str(steps[3]).splitlines() == ["v5 = −v4   upstream −0.196612   changes the sign", "  to v4: (−0.196612) · (−1) = 0.196612"]
    whole = g.gradients
    g.backward()
    assert whole == g.gradients


def test_what_is_not_computed_is_none():
    g = Graph(C2)
    assert set(g.values.values()) == {None} == set(g.gradients.values())
    g.forward(C2_AT)
    assert None not in g.values.values() and set(g.gradients.values()) == {None}
    assert g.backward(steps=3) == dict.fromkeys(g.variables)
    assert [name for name, v in g.gradients.items() if v is not None] == ["v5", "v6", "v7", "v8"]
    stepping = g.backward_steps()
    next(stepping)
    assert g.gradients["v7"] is not None and g.gradients["v6"] is None
    g.forward(C2_AT)
    assert set(g.gradients.values()) == {None}


def test_two_neurons_over_three_samples():
    g = Graph.from_equations(C7, samples=3)
    assert round(g.forward({**C7_AT, **C7_DATA}), 8) == 3.06678879
    assert [round(v, 8) for v in g.value("y_green")] == [1.51042023, 1.5406952, 1.56597816]
    assert [round(C7_AT[name], 8) for name in ("w1", "w2", "w3", "w4")] == [0.49671415, -0.1382643, 0.64768854, 1.52302986]
    output = {"b3": -1.76581282, "w3": -1.46486113, "w4": -1.16021289}
    hidden = {"b1": -0.64687994, "w1": -0.32634025, "b2": -1.29559559, "w2": -0.69439744}
    near(g.backward([*output, *hidden]), output | hidden)
    assert len(g.gradient("x")) == 3 and g.gradient("x")[0] is None


def test_two_neurons_sample_by_sample():
    """The gradient of a sum over samples is the sum of the gradients of one sample."""
    one, three = Graph.from_equations(C7), Graph.from_equations(C7, samples=3)
    computed(three, {**C7_AT, **C7_DATA})
    total = dict.fromkeys(C7_AT, 0.0)
    for xs, ys in zip(*C7_DATA.values(), strict=True):
        computed(one, {**C7_AT, "x": xs, "y": ys})
        total = {name: v + one.gradient(name) for name, v in total.items()}
    assert all(math.isclose(total[name], three.gradient(name)) for name in total)
    assert {n.name for n in one.nodes if n.given and n.is_gate} == {"y_blue", "y_orange", "y_green", "SSR"}


def test_a_shared_weight_adds_over_its_uses():
    g = computed(Graph.from_equations(D1), D1_AT)
    near(g.values, {"yhat": 0.57359767, "L": 0.02562901})
    near(g.gradients, {"w3": -0.05346101, "b3": -0.05537425, "w1": -0.00065066, "w2": -0.00062392})
    step = next(s for s in g.backward_steps() if s.node == "a1")
    uses = {s.node: f.product for s in g.backward_steps() for f in s.flows if f.to == "w3"}
    assert len(uses) == 2 and math.isclose(sum(uses.values()), g.gradient("w3")) and step.upstream == g.gradient("a1")


def test_gradients_add_at_branches_and_the_record_shows_it():
    g = Graph.from_equations(["p = x + 1", "q = p*p + 3*p"])
    g.forward(x=2)
    steps = {s.node: s for s in g.backward_steps()}
    assert steps["p"].upstream == 9 and sorted(v for _, v in steps["p"].addends) == [3, 3, 3]
    assert "upstream 9 = 3 + 3 + 3" in str(steps["p"]) and g.gradient("x") == 9


def test_the_plain_patterns():
    """Add distributes, multiply switches, max routes."""
    g = computed(Graph("max(x*y, x+z)*2"), {"x": 3, "y": -4, "z": 2})
    assert g.gradients == {"x": 2, "y": 0, "v1": 0, "z": 2, "v2": 2, "v3": 2, "v4": 1}
    g = computed(Graph("x*y"), {"x": 3, "y": -4})
    assert g.gradients["x"] == -4 and g.gradients["y"] == 3


def test_a_tie_of_a_maximum_is_named():
    g = Graph("3*max(x, y)")
    g.forward(x=2, y=2)
    step = list(g.backward_steps())[1]
    assert "tie" in step.remark and [f.local for f in step.flows] == [Fraction(1, 2)] * 2
    assert g.gradients["x"] == Fraction(3, 2) and "tie" in str(g)
    g.forward(x=2, y=1)
    assert [s.remark for s in g.backward_steps()] == ["", ""] and "tie" not in str(g)


# What a graph is made of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*(a-y)", ["a − y", "2 · v1"]),
        ("a*b*x", ["a · b", "v1 · x"]),
        ("a*(b*x)", ["b · x", "a · v1"]),
        ("a - 2*x", ["2 · x", "a − v1"]),
        ("-a*b", ["a · b", "−v1"]),
        ("-2a + b", ["−2 · a", "v1 + b"]),
        ("x^(1/3) - (-2)*y", ["x^(1/3)", "−2 · y", "v1 − v2"]),
        ("a*(-2) + x^-2.5", ["a · (−2)", "x^(5/2)", "1/v2", "v1 + v3"]),
        ("a/b", ["a/b"]),
        ("1/b", ["1/b"]),
        ("a/2", ["a/2"]),
        ("1/x^2", ["x²", "1/v1"]),
        ("x^3 + 2^x", ["x^3", "2^x", "v1 + v2"]),
        ("sqrt(x) + |x| + e^x", ["√(x)", "|x|", "v1 + v2", "exp(x)", "v3 + v4"]),
        ("sigma(z) + sigma'(z)", ["σ(z)", "σ′(z)", "v1 + v2"]),
        ("(x+y)*z", ["x + y", "v1 · z"]),
        ("x + y + 0*z", ["x + y", "0 · z", "v1 + v2"]),
    ],
)
def test_gates_are_those_that_were_typed(text, expected):
    found = [n.gate.formula([g.nodes[i].name for i in n.inputs]) for g in [Graph(text)] for n in g.nodes if n.is_gate]
    assert sorted(_unnumbered(f) for f in found) == sorted(_unnumbered(f) for f in expected) and len(found) == len(expected)


def _unnumbered(formula):
    return re.sub(r"v\d+", "v", formula)


def test_what_occurs_twice_is_one_node():
    assert len(formulas(Graph("(x+y)^2 + (x+y)"))) == 3
    assert len(formulas(Graph("x*y + y*x"))) == 2
    assert len(formulas(Graph("x - y + (y - x)"))) == 3
    assert len(formulas(Graph(sin(x * y) + exp(x * y)))) == 4
    assert computed(Graph("x*x"), {"x": 3}).gradient("x") == 6


def test_expressions_of_sympy():
    with held():
        kept = 2 * (w * x + b - y)
    assert list(formulas(Graph(kept)).values()) == ["w · x", "v1 + b", "v2 − y", "2 · v3"]
    assert list(formulas(Graph((a - y) ** 2 / 2)).values()) == ["a − y", "v1²", "1/2 · v2"]
    assert list(formulas(Graph(b + w * x, typed_order=True)).values()) == ["w · x", "b + v1"]
    assert list(formulas(Graph(1 / x**2)).values()) == ["x²", "1/v1"]
    assert math.isclose(Graph(pi * sqrt(2) + E).forward(), math.pi * math.sqrt(2) + math.e)
    assert computed(Graph(3), {}).values == {"3": 3} and computed(Graph("5"), {}).gradients == {"5": 1}


def test_letters_of_the_nodes_do_not_clash():
    assert list(formulas(Graph("v1*v2 + v3"))) == ["u1", "u2"]
    assert list(formulas(Graph("v1*u1*t1*s1*g1"))) == ["node1", "node2", "node3", "node4"]


def test_named_equations():
    g = Graph.from_equations([("p", x + 1), Eq(z, Symbol("p") * x), "f = z^2"])
    assert formulas(g) == {"p": "x + 1", "z": "p · x", "f": "z²"} and g.output == "f"
    assert Graph.from_equations({"p": x + 1, "q": 2 * Symbol("p")}).forward(x=1) == 4
    assert formulas(Graph.from_equations({"p": "x + 1", "q": "2*(p - x)"})) == {"p": "x + 1", "v1": "p − x", "q": "2 · v1"}
    assert formulas(Graph.from_equations(["p = x", "q = p + 3", "r = q"])) == {"p": "x", "q": "p + 3", "r": "q"}
    # Two names are two nodes, also where they are defined alike.
    assert set(formulas(Graph.from_equations(["p = x*y", "q = x*y", "r = p + q"]))) == {"p", "q", "r"}
    early = Graph.from_equations(["p = x*y", "q = p + 1"], output="p")
    assert computed(early, {"x": 2, "y": 3}).gradients == {"x": 3, "y": 2, "p": 1, "q": 0}


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        ([], "no equations"),
        (3, "no list of equations"),
        (["p = q + 1", "q = x"], "q is used before it is defined"),
        (["p = x", "p = x + 1"], "p is defined twice"),
        (["p + q"], "no '='"),
        ([3], "not an equation"),
    ],
)
def test_equations_that_define_no_graph(equations, message):
    with pytest.raises(DeriveError, match=message):
        Graph.from_equations(equations)


def test_samples_are_checked():
    with pytest.raises(DeriveError, match="samples is 0"):
        Graph.from_equations(C7, samples=0)
    with pytest.raises(DeriveError, match="no equation has t in it"):
        Graph.from_equations(C7, samples=2, data="t")
    with pytest.raises(DeriveError, match="output"):
        Graph.from_equations(C7, output="nothing")
    g = Graph.from_equations(C7, samples=3)
    with pytest.raises(DeriveError, match=r"x: the value has the shape \(2,\), expected \(3,\)"):
        g.forward({**C7_AT, "x": (1, 2), "y": (1, 2, 3)})
    assert Graph.from_equations(C7, samples=2, output="y_green_2").output == "y_green_2"


@pytest.mark.parametrize(
    ("e", "error"),
    [
        (Sum(x, (y, 1, 3)), Unsupported),
        (Function("f")(x), Unsupported),
        (I * x, DomainError),
        (x + oo, DomainError),
        (x * Dummy("x"), DeriveError),
        ("x + ", DeriveError),
        ([1], DeriveError),
        (True, DeriveError),
    ],
)
def test_what_has_no_graph(e, error):
    with pytest.raises(error):
        Graph(e)


# Values


def test_values_by_symbol_or_name_and_of_every_kind():
    g = Graph("(w*x + b)/3")
    kinds = [7, 7.0, Fraction(7), Integer(7), Rational(7), Float(7), np.float32(7), np.int64(7), np.array(7.0)]
    assert {round(float(g.forward({w: v, "x": 1, "b": 0})), 12) for v in kinds} == {round(7 / 3, 12)}
    assert g.forward({w: Rational(1, 3), "x": 1, "b": 0}) == Fraction(1, 9)
    assert g.forward(w=1, x=1, b=0) == Fraction(1, 3) and isinstance(g.forward(w=1, x=1.0, b=0), float)
    assert math.isclose(g.forward({w: sqrt(2), "x": 1, "b": 0}), math.sqrt(2) / 3)
    assert Graph("yhat + 1").forward({"ŷ": 2}) == 3


def test_looking_up_nodes():
    g = computed(Graph(C2), C2_AT)
    assert g.value("w0*x0 + w1*x1 + w2") == 1 == g.value("v4") and g.find("w1*x1") == "v2"
    assert g.find(Symbol("w0") * Symbol("x0")) == "v1" and g.gradient(Symbol("w2")) == g.gradient("w2")
    for missing in ("w0*w1", "nothing", Symbol("q"), 3.5, None):
        with pytest.raises(DeriveError, match="no node"):
            g.value(missing)


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ({"w": 1, "x": 1}, "no value for b"),
        ({"w": 1, "x": 1, "b": 1, "q": 1}, "q is not in the graph"),
        ({"w": 1, "x": 1, "b": 1, "v1": 1}, "v1 is computed"),
        ({"w": "1", "x": 1, "b": 1}, "not a finite real number"),
        ({"w": float("nan"), "x": 1, "b": 1}, "not a finite real number"),
        ({"w": oo, "x": 1, "b": 1}, "not a finite real number"),
        ({"w": I, "x": 1, "b": 1}, "not a finite real number"),
        ({"w": True, "x": 1, "b": 1}, "not a finite real number"),
        ({"w": x, "x": 1, "b": 1}, "not a finite real number"),
    ],
)
def test_values_that_do_not_fit(at, message):
    g = Graph("w*x + b")
    g.forward(w=1, x=2, b=3)
    with pytest.raises(DeriveError, match=message):
        g.forward(at)
    with pytest.raises(DeriveError, match="expected a dict"):
        g.forward([1, 2, 3])
    assert g.value("v2") == 5


BAD_POINTS = [
    ("1/(x - y)", {"x": 2, "y": 2}, "division by zero, at v1 = 0", "v2 = 1/v1"),
    ("x/y", {"x": 2, "y": 0}, "division by zero, at x = 2, y = 0", "v1 = x/y"),
    ("ln(x - 3)", {"x": 1}, "logarithm of a negative number is complex, at v1 = −2", "v2 = ln"),
    ("ln(x)", {"x": 0}, "logarithm of 0", "v1 = ln"),
    ("sqrt(x)", {"x": -1}, "square root of a negative number is complex, at x = −1", "v1 = √"),
    ("x^0.5", {"x": -1.0}, "complex", "v1"),
    ("exp(x)", {"x": 1000}, "overflow: .*, at x = 1000", "v1 = exp"),
    ("x*x", {"x": 1e200}, "overflow", "v1"),
    ("x^1000", {"x": 10}, "overflow", "v1"),
]


@pytest.mark.parametrize(("text", "at", "what", "node"), BAD_POINTS)
def test_points_without_a_value(text, at, what, node):
    """Each error names the node and its inputs, and the graph stays as it was."""
    g = Graph(text)
    good = {"x": 3.5, "y": 0.5} if len(at) > 1 else {"x": 3.5}
    if "1000" not in text:
        computed(g, good)
    before = (g.values, g.gradients)
    with pytest.raises(DomainError, match=what) as caught:
        g.forward(at)
    assert caught.value.where.startswith("node ") and node in caught.value.where
    assert (g.values, g.gradients) == before


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("2*|x - 1|", {"x": 1}, r"node v2 = \|v1\|: it has a kink .*, at v1 = 0"),
        ("3*sqrt(x)", {"x": 0}, "slope is infinite"),
        ("x^y", {"x": -2, "y": 3}, "a negative number to a power has no derivative by the exponent"),
        ("x^y", {"x": 0, "y": 0}, "0 to a power that is not positive has no derivative by the exponent"),
        ("exp(1000*x)", {"x": 0.709}, "overflow"),
    ],
)
def test_points_without_a_derivative(text, at, what):
    g = Graph(text)
    g.forward(at)
    values = g.values
    with pytest.raises(DomainError, match=what):
        g.backward()
    assert g.values == values and set(g.gradient(v) for v in g.variables) == {None}
    at = {"x": 2, "y": 3} if "y" in text else {"x": 0.5}
    g.forward(at)
    assert all(v is not None for v in g.backward().values())


def test_backward_needs_a_forward_pass():
    for start in (Graph.backward, Graph.backward_steps):
        with pytest.raises(DeriveError, match="no values yet"):
            start(Graph("x + y"))
    g = Graph("x + y")
    g.forward(x=1, y=2)
    for steps in (-1, 1.5, "2", True):
        with pytest.raises(DeriveError, match="expected a whole number of at least 0"):
            g.backward(steps=steps)


def test_gradients_by_some_variables():
    g = Graph(C2)
    g.forward(C2_AT)
    assert set(g.backward("w0 w1")) == {"w0", "w1"} and g.gradient("x0") is None and g.gradient("v2") is not None
    assert set(g.backward([Symbol("w2")])) == {"w2"} and g.gradient("v1") is None
    assert set(g.backward(Symbol("x0"))) == {"x0"}
    for wrong, message in (("q", "q is not a variable"), (5, "names no variables")):
        with pytest.raises(DeriveError, match=message):
            g.backward(wrong)


# Folding


def test_a_sigmoid_is_folded_and_unfolded():
    g = computed(Graph(C2), C2_AT)
    one = g.fold(sigmoid)
    assert formulas(one) == {"v1": "w0 · x0", "v2": "w1 · x1", "v3": "v1 + v2", "v4": "v3 + w2", "v8": "σ(v4)"}
    assert all(math.isclose(v, g.gradients[name]) for name, v in one.gradients.items())
    assert formulas(one.unfold()) == formulas(g) == formulas(one.unfold("v8")) == formulas(one.unfold(sigmoid))
    assert one.unfold().gradients == g.gradients and len(g.nodes) == len(one.unfold().nodes)
    step = next(iter(one.backward_steps()))
    assert math.isclose(step.flows[0].local, 0.19661193324148185)


@pytest.mark.parametrize("kind", [sigmoid, tanh, softplus, relu])
def test_every_activation_is_found_by_its_formula(kind):
    formula = kind.formula(Symbol("u"))
    g = Graph.from_equations([("u", 3 * w - x), ("f", formula), ("C", Symbol("f") ** 2 + w)])
    computed(g, {"w": 0.3, "x": 0.2})
    one = g.fold(kind)
    assert formulas(one)["f"] == f"{kind.unicode or kind.__name__}(u)"
    for name, gradient in one.gradients.items():
        assert math.isclose(gradient, g.gradients[name], rel_tol=1e-12), name
    whole = [("u", 3 * w - x), ("f", kind(Symbol("u"))), ("C", Symbol("f") ** 2 + w)]
    other = computed(Graph.from_equations(whole), {"w": 0.3, "x": 0.2})
    assert len(other.unfold(kind).nodes) == len(g.nodes) and len(other.nodes) == len(one.nodes)
    assert all(math.isclose(other.unfold().gradients[n], g.gradients[n], rel_tol=1e-12) for n in ("u", "f", "C", "w", "x"))


def test_terms_and_factors_in_any_order_are_found():
    for text in ("1/(exp(-z)+1)", "1/(1+exp(-z))", "1/(1 + e^(-(z)))"):
        assert len(formulas(Graph(text).fold(sigmoid))) == 1
    two = Graph("1/(1+exp(-x)) + 1/(1+exp(-y))").fold(sigmoid)
    assert sorted(formulas(two).values()) == ["v4 + v8", "σ(x)", "σ(y)"]
    nested = Graph("1/(1+exp(-(1/(1+exp(-x)))))").fold(sigmoid)
    assert len(formulas(nested)) == 2


@pytest.mark.parametrize(
    ("text", "part", "message"),
    [
        ("x + y", sigmoid, "no 1/"),
        ("1/(2+exp(-x))", sigmoid, "no 1/"),
        ("1/(1+exp(-x)) + exp(-x)", sigmoid, "used elsewhere"),
        ("x*y + z", "x*y", "one gate already"),
        ("x*y + z", "x + z", "no node"),
        ("x*y + z", "x", "one gate already"),
        ("x*y + z", softmax, "softmax is no activation of a single number"),
    ],
)
def test_what_cannot_be_folded(text, part, message):
    with pytest.raises(DeriveError, match=message):
        Graph(text).fold(part)
    with pytest.raises(DeriveError, match="nothing is folded"):
        Graph(text).unfold()


def test_a_part_is_folded():
    g = computed(Graph(C2), C2_AT)
    part = g.fold("w0*x0 + w1*x1 + w2", label="s")
    assert formulas(part)["v4"] == "s(w0, x0, w1, x1, w2)" and len(formulas(part)) == 5
    assert all(math.isclose(v, g.gradients[name]) for name, v in part.gradients.items())
    both = part.fold(sigmoid)
    assert formulas(both) == {"v4": "s(w0, x0, w1, x1, w2)", "v8": "σ(v4)"}
    assert formulas(both.unfold("s"))["v8"] == "σ(v4)" and len(formulas(both.unfold("s"))) == 5
    assert formulas(both.unfold(sigmoid)) == formulas(part) and formulas(both.unfold()) == formulas(g)
    assert both.gradients["w1"] == pytest.approx(g.gradients["w1"], rel=1e-14)


def test_a_part_without_a_name_is_shown_as_it_was_typed():
    g = Graph("exp(w*x + b)*w")
    assert formulas(g.fold("w*x + b"))["v2"] == "w*x + b" and "w*x + b(" not in str(g.fold("w*x + b"))
    assert formulas(g.fold("exp(w*x + b)*w"))["v4"] == "exp(w*x + b)*w"
    assert formulas(g.fold("w*x + b", label="z"))["v2"] == "z(w, x, b)"


def test_what_is_used_elsewhere_stays_outside_of_a_fold():
    g = computed(Graph("(x*y + z)^2 + x*y"), {"x": 2, "y": 3, "z": 1})
    part = g.fold("(x*y + z)^2")
    assert set(formulas(part)) == {"v1", "v3", "v4"} and part.gradients["v1"] == g.gradients["v1"] == 15
    assert all(part.gradients[name] == g.gradients[name] for name in part.gradients)


def test_an_error_inside_of_a_fold_names_both_nodes():
    g = Graph("3*ln(x - 2)").fold("ln(x-2)", label="q")
    with pytest.raises(DomainError, match=r"node v2 = q\(x\): .*complex, at v1 = −1 \(node v2 = ln"):
        g.forward(x=1)
    g = Graph("3*|x - 2|").fold("|x-2|")
    g.forward(x=2)
    with pytest.raises(DomainError, match="kink"):
        g.backward()


# Against SymPy

UNARY = ["exp({})", "sigma({})", "tanh({})", "softplus({})", "sin({})", "cos({})", "({})^2", "({})^3", "-({})"]
UNARY += ["sqrt(({})^2+1)", "ln(({})^2+2)", "1/(({})^2+1)"]
BINARY = ["({}) + ({})", "({}) - ({})", "({})*({})", "({})/(({})^2+1)", "2*({}) - 3*({})"]
BINARY += ["(({})^2+1)^(tanh({}))", "max({}, {})", "min({}, {})"]


def random_text(rng, depth):
    """An expression of x, y and z that is defined everywhere."""
    if depth == 0 or rng.random() < 0.1:
        return str(rng.choice(["x", "y", "z", "x", "y", "2", "0.5"]))
    if rng.random() < 0.4:
        return str(rng.choice(UNARY)).format(random_text(rng, depth - 1))
    return str(rng.choice(BINARY)).format(random_text(rng, depth - 1), random_text(rng, depth - 1))


def by_sympy(e, at):
    """SymPy's derivatives at a point, in 30 digits; None where it finds no number."""
    plain = Activation.written_out(e)
    values = {Symbol(k): v for k, v in at.items()}
    return {name: plain.diff(Symbol(name)).xreplace(values).evalf(30) for name in at}


def agreed(text, e, at):
    """Whether the graph of what was typed, and that of SymPy's own tree, have SymPy's gradients; None at a point that has none."""
    expected = by_sympy(e, at)
    if not all(v.is_Float or v.is_Rational for v in expected.values()) or any(abs(v) > 1e12 for v in expected.values()):
        return None
    for given in (text, e):
        g = Graph(given)
        known = {k: float(v) for k, v in at.items() if k in g.variables}
        try:
            g.forward(known)
            found = g.backward()
        except DomainError:
            return None
        if not all(math.isclose(float(v), float(expected[k]), rel_tol=1e-8, abs_tol=1e-8) for k, v in found.items()):
            return False
    return True


def random_cases(seed, number):
    rng = np.random.default_rng(seed)
    for _ in range(number):
        text = random_text(rng, 3)
        yield text, {k: Rational(int(v), 16) for k, v in zip("xyz", rng.integers(-24, 25, 3), strict=True)}


def test_random_expressions_have_sympys_gradients():
    verdicts = [agreed(text, evaluated(read(text)), at) for text, at in random_cases(1, 60)]
    assert False not in verdicts and verdicts.count(True) > 42


def test_a_wrong_gradient_would_be_seen():
    text, at = "tanh(x)*y + x", {"x": Rational(1, 2), "y": Rational(2), "z": Rational(1)}
    e = evaluated(read(text))
    assert agreed(text, e, at) is True and agreed("tanh(x)*y + 1.0001*x", e, at) is False


def test_folding_random_parts_changes_no_gradient():
    rng = np.random.default_rng(2)
    folded_parts = 0
    for text, at in random_cases(3, 120):
        g = Graph(text)
        try:
            g.forward({k: float(v) for k, v in at.items() if k in g.variables})
            g.backward()
        except DomainError:
            continue
        inner = [n.name for n in g.nodes if n.is_gate]
        if not inner:
            continue
        try:
            one = g.fold(str(rng.choice(inner)))
        except DeriveError:
            continue
        folded_parts += 1
        for name, v in one.gradients.items():
            assert math.isclose(v, g.gradients[name], rel_tol=1e-9, abs_tol=1e-12), (text, name)
        assert one.unfold().gradients == g.gradients
    assert folded_parts > 60


# Size


def test_depth_is_no_limit():
    e = x
    for _ in range(5000):
        e = sin(e, evaluate=False)
    g = Graph(e)
    assert len(formulas(g)) == 5000
    inner, product = 1.0, 1.0
    for _ in range(5000):
        product *= math.cos(inner)
        inner = math.sin(inner)
    assert math.isclose(g.forward(x=1.0), inner) and math.isclose(g.backward()["x"], product)
    assert len(str(g).splitlines()) == 5002 and "more" in repr(g)
    assert math.isclose(g.fold("v3000").gradient("x"), product) and g._repr_svg_() is None


def calls(run):
    """How many functions a run calls: a measure of its time that is the same on every machine."""
    seen = [0]

    def count(frame, event, what):
        seen[0] += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return seen[0]


def test_forward_and_backward_take_time_in_proportion_to_the_gates():
    def both(g):
        g.forward(w=0.5, x=0.1, b=0.2)
        g.backward()

    chains = [["h0 = w*x + b", *(f"h{k} = tanh(w*h{k - 1} + b) - x" for k in range(1, n))] for n in (100, 200, 400)]
    graphs = [Graph.from_equations(chain) for chain in chains]
    one, two, four = (calls(lambda g=g: both(g)) for g in graphs)
    assert two < 2.1 * one and four < 2.1 * two


def test_a_chain_of_equations():
    g = Graph.from_equations(["h0 = w*x", *(f"h{k} = h{k - 1} + w" for k in range(1, 5001))])
    assert g.forward(w=1, x=3) == 5003 and g.backward() == {"w": 5003, "x": 1}


def test_a_formula_that_doubles_is_shared():
    """As a tree it would have 2^60 parts."""
    e = x
    for _ in range(60):
        e = e * e + 1
    g = Graph(e)
    assert len(formulas(g)) == 120
    with pytest.raises(DomainError, match="overflow"):
        g.forward(x=1)


# Networks


def test_the_scalars_of_a_network():
    net = Network.dense(3, 2, 1, activation=tanh, output=sigmoid, l2=0.1)
    rng = np.random.default_rng(0)
    p, xs, ys = net.init(rng), rng.normal(size=3), rng.random(1)
    g = Graph.of_network(net, "scalar")
    value, gradients = net.compile().value_and_grad(p, xs[None], ys[None])
    assert math.isclose(g.forward({**p, "x": xs, "y": ys}), value)
    g.backward(net.parameters)
    for name, expected in gradients.items():
        np.testing.assert_allclose(g.gradient(name).astype(float), expected, rtol=1e-12)
    assert g.gradient("x").tolist() == [None] * 3 and g.value("w1_2_3") == p["w1"][1, 2]


def test_the_scalars_of_a_batch():
    net = Network.dense(2, 3, 1)
    rng = np.random.default_rng(1)
    p, xs, ys = net.init(rng), rng.normal(size=(4, 2)), rng.random((4, 1))
    g = Graph.of_network(net, "scalar", samples=4)
    value, gradients = net.compile().value_and_grad(p, xs, ys)
    assert math.isclose(g.forward({**p, "x": xs, "y": ys}), value)
    g.backward()
    for name, expected in gradients.items():
        np.testing.assert_allclose(g.gradient(name).astype(float), expected, rtol=1e-12)
    assert g.gradient("x").shape == (4, 2)


def test_networks_without_a_graph():
    with pytest.raises(DeriveError, match="no network"):
        Graph.of_network(3)
    with pytest.raises(DeriveError, match="symbol"):
        Graph.of_network(Network.dense(Symbol("n", integer=True, positive=True), 2), "scalar")


def test_the_formula_of_a_graph():
    assert evaluated(Graph(A9).formula) == (w * x + b - y) ** 2
    assert evaluated(Graph.from_equations(["p = x + 1", "q = ln(p)"]).formula) == log(x + 1)
    assert Graph.from_equations(C7, samples=2).formula is None


def test_the_table():
    g = Graph(A9)
    assert str(g).splitlines()[0].split() == ["node", "gate", "value", "gradient"]
    assert str(g).splitlines()[3].split() == ["v1", "w", "·", "x"]
    computed(g, A9_AT)
    assert str(g).splitlines()[-1].split() == ["v4", "v3²", "81", "1"] and repr(g) == str(g)
    text = str(computed(Graph("x + y"), {"x": 0.1, "y": 0.2}))
    assert "0.3" in text and "0000" not in text
