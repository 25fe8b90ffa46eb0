"""Right and wrong students, for every kind of question: no right one is said to be wrong, no wrong one to be right."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import symbols

from derive.errors import DeriveError
from derive.grading.sandbox import questions, running
from derive.grading.sandbox.agreement import guessed, mismatch, shown
from derive.grading.sandbox.child import Name
from derive.grading.sandbox.gradients import Gradients, outputs, points
from derive.grading.sandbox.process import Call, Isolation, Limits
from derive.grading.sandbox.questions import Property, Script, function, numbers
from derive.grading.sandbox.running import Posed, Row, judge
from derive.grading.verdicts import RIGHT, UNDECIDED, UNREADABLE, WRONG
from derive.layers import Residual
from derive.losses import cross_entropy
from derive.network import Dense, Network
from derive.ops import identity, relu, sigmoid, softmax, softplus, tanh
from derive.perceptron import separates


def s(z):
    return 1 / (1 + np.exp(-z))


def verdicts(source, *asked, **options):
    return {row.part: row.verdict for row in judge(source, asked, seed=1, **options).rows}


def only(source, *asked, **options) -> Row:
    (row,) = judge(source, asked, seed=1, **options).rows
    return row


# --- Functions.

SIGMOID = function("sigmoid", s)
SLOPE = function("slope", lambda z: s(z) * (1 - s(z)), slope_of=s)
RIGHT_FUNCTIONS = """
import numpy as np
def sigmoid(z): return 1 / (1 + np.exp(-z))
def slope(z): return sigmoid(z) * (1 - sigmoid(z))
"""


@pytest.mark.parametrize(
    "sigmoid",
    ["1 / (1 + np.exp(-z))", "0.5 * (1 + np.tanh(z / 2))", "np.array([1 / (1 + np.exp(-v)) for v in z.ravel()]).reshape(z.shape)",
     "(1 / (1 + np.exp(-z.astype(np.float32))))", "(1 / (1 + np.exp(-z))).tolist()"],
)  # fmt: skip
def test_right_functions(sigmoid):
    source = f"import numpy as np\ndef sigmoid(z): return {sigmoid}\ndef slope(z): return np.exp(-abs(z)) / (1 + np.exp(-abs(z)))**2"
    judged = judge(source, [SIGMOID, SLOPE], seed=1)
    assert judged.right and [row.part for row in judged.rows] == ["sigmoid", "slope"]
    assert all((row.verdict, row.diagnosis, row.counterexample) == (RIGHT, "", "") for row in judged.rows)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("return -1 / (1 + np.exp(-z))", "the sign is wrong"),
        ("return 2 / (1 + np.exp(-z))", "twice as large"),
        ("return 3.5 / (1 + np.exp(-z))", "3.5 times what it should be"),
        ("return 1 / (1 + np.exp(z))", ""),
        ("return np.exp(z) / (1 + np.exp(z))", ""),  # nan at 1000
        ("return (1 / (1 + np.exp(-z)))[:1]", "first sample only"),
        ("return (1 / (1 + np.exp(-z))).T", "transposed"),
        ("return (1 / (1 + np.exp(-z))).ravel()", "the shape is not"),
        ("return float(1 / (1 + np.exp(-z.flat[0])))", ""),
        ("z *= -1; return 1 / (1 + np.exp(z))", ""),
        ("return np.zeros_like(z)", ""),
        ("return np.ones_like(z) / 2", ""),
        ("return np.full_like(z, np.nan)", ""),
        ("return None", ""),
        ("return [1 / (1 + np.exp(-z))]", "the shape is not"),
        ("return 'right'", ""),
        ("return {'verdict': 'right'}", ""),
        ("return []", ""),
        ("return z / 0", ""),
        ("pass", ""),
        ("raise ValueError('no')", ""),
        ("os._exit(0)", ""),
        ("\n    while True: pass", ""),
        ("return np.round(1 / (1 + np.exp(-z)), 3)", ""),
    ],
)
def test_wrong_functions(body, hint):
    row = only(f"import numpy as np, os\ndef sigmoid(z): {body}", SIGMOID, limits=Limits(seconds=2, cpu=1))
    assert row.part == "sigmoid" and row.verdict == WRONG and row.diagnosis
    assert hint in row.hint and bool(hint) == bool(row.hint), row
    assert row.counterexample.startswith("sigmoid(array(") and "expected" in row.counterexample


def test_a_counterexample_can_be_recomputed():
    row = only("def sigmoid(z): return z", SIGMOID)
    call, _, rest = row.counterexample.partition(" gives ")
    given, _, right = rest.partition(", expected ")
    names = {"array": np.array, "sigmoid": lambda z: z}
    assert np.array_equal(eval(call, names), eval(given, names))
    names["sigmoid"] = s
    assert np.allclose(eval(call, names), eval(right, names), rtol=1e-15)


def test_inputs_are_drawn_anew_and_again_with_the_seed():
    source = "def sigmoid(z): return z"
    one, two = (judge(source, [SIGMOID]) for _ in range(2))
    assert one.seed != two.seed and one.rows[0].counterexample != two.rows[0].counterexample
    assert judge(source, [SIGMOID], seed=one.seed).rows == one.rows


def test_an_answer_learnt_by_heart_is_wrong():
    row = only("def sigmoid(z): return z", SIGMOID)
    learnt = row.counterexample.rpartition("expected ")[2]
    source = f"from numpy import array\ndef sigmoid(z): return {learnt}"
    assert judge(source, [SIGMOID]).rows[0].verdict == WRONG


def test_a_wrong_key_is_the_teachers_fault():
    wrong = function("slope", lambda z: s(z) * (1 + s(z)), slope_of=s)
    with pytest.raises(DeriveError, match=r"the key for slope: .* the key is not the slope of this function"):
        judge(RIGHT_FUNCTIONS, [wrong])
    for key, said in ((lambda z: 1 / 0, "it stops with ZeroDivisionError"), (lambda z: np.inf * z, "which is not finite"),
                      (lambda z: z * np.nan, "which is not finite"), (lambda z: object(), "it stops with Unfit")):  # fmt: skip
        with pytest.raises(DeriveError, match=said):
            judge(RIGHT_FUNCTIONS, [function("sigmoid", key)])
    with pytest.raises(DeriveError, match="there is nothing to judge"):
        judge(RIGHT_FUNCTIONS, [])
    with pytest.raises(DeriveError, match="there is nothing to judge"):
        judge(RIGHT_FUNCTIONS, [function("sigmoid", s, lambda rng: [])])


# --- Sources.


@pytest.mark.parametrize(
    ("source", "verdict", "said"),
    [
        ("", WRONG, "there is no sigmoid"),
        ("def sigmoid(z):\n    return (", UNREADABLE, "line 2: SyntaxError"),
        ("import numpy as np\nimport matplotlib.pyplot", UNREADABLE, "line 2: the module matplotlib is not there"),
        ("x = 1\nraise ValueError('no')", WRONG, "stops before anything is called: line 2: ValueError: no"),
        ("import os; os._exit(0)", WRONG, "ended without an answer"),
        ("from derive import sigmoid", UNREADABLE, "the module derive is not there"),
        ("sigmoid = 3", WRONG, "'int' object is not callable"),
    ],
)
def test_sources(source, verdict, said):
    rows = judge(source, [SIGMOID, SLOPE], seed=1).rows
    assert [row.part for row in rows] == ["sigmoid", "slope"]
    assert rows[0].verdict == verdict and said in rows[0].diagnosis
    assert rows[1].verdict == verdict


def test_what_ends_one_question_does_not_end_the_next():
    source = RIGHT_FUNCTIONS.replace("def sigmoid(z): return", "import os\ndef sigmoid(z): os._exit(0)\ndef right(z): return")
    source = source.replace("sigmoid(z) *", "right(z) *").replace("- sigmoid", "- right")
    assert verdicts(source, SIGMOID, SLOPE, SIGMOID) == {"sigmoid": WRONG, "slope": RIGHT}
    # An endless loop costs its time once: what comes after it is not run.
    source = source.replace("os._exit(0)", "\n    while True: pass")
    judged = judge(source, [SIGMOID, SLOPE], limits=Limits(seconds=2, cpu=1))
    assert [row.verdict for row in judged.rows] == [WRONG, WRONG]
    assert "did not end in time" in judged.rows[0].diagnosis and "not run" in judged.rows[1].diagnosis


def test_a_machine_that_cannot_run_anything_judges_nothing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    judged = judge(RIGHT_FUNCTIONS, [SIGMOID, SLOPE], isolation=Isolation("bubblewrap"))
    assert [row.verdict for row in judged.rows] == [UNDECIDED, UNDECIDED] and not judged.right


class Broken:
    """A question whose judge is at fault."""

    def __init__(self, judged):
        self.judged = judged

    def posed(self, rng):
        return Posed(("a", "b"), (Call("sigmoid", (0.0,)),), self.judged)


@pytest.mark.parametrize("judged", [lambda answers: [], lambda answers: [Row("a", RIGHT)], lambda answers: 1 / 0])
def test_missing_rows_are_never_right(judged):
    assert verdicts(RIGHT_FUNCTIONS, Broken(judged)) == {"a": UNDECIDED, "b": UNDECIDED}


# --- Classes.


class Perceptron:
    def __init__(self, w, b):
        self.w, self.b = np.array(w), b

    def run(self, x):
        return int(self.w @ x + self.b >= 0)


def perceptron(rng):
    for n in (2, 5):
        w, b = numbers(rng, n), float(numbers(rng))
        yield Call("Perceptron", (w, b), keep="p")
        for x in numbers(rng, 8, n):
            yield Call("p.run", (x,))
    yield Call("Perceptron", (np.array([1.0, -1.0]), 0.0), keep="p")
    yield Call("p.run", (np.array([2.0, 2.0]),))  # on the line


PERCEPTRON = Script(perceptron, {"Perceptron": Perceptron})
RIGHT_PERCEPTRON = """
import numpy as np
class Perceptron:
    def __init__(self, w, b):
        self.w, self.b = w, b
    def run(self, x):
        return 1 if np.dot(self.w, x) + self.b >= 0 else 0
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ""),
        ("1 if", "True if", ""),
        ("return 1 if", "return np.float32(1) if", ""),
        (">= 0", "> 0", "it is 0 and should be 1"),
        (" + self.b", "", "should be"),
        (">= 0", "< 0", "should be"),
        ("else 0", "else -1", "it is -1 and should be 0"),
        ("return 1 if np.dot(self.w, x) + self.b >= 0 else 0", "return np.dot(self.w, x) + self.b", "should be"),
        ("return 1 if np.dot(self.w, x) + self.b >= 0 else 0", "return np.array([np.dot(self.w, x) + self.b >= 0])", "shape (1,)"),
        ("self.w, self.b = w, b", "self.w = w", "it stops at line 7 with AttributeError"),
        ("def __init__(self, w, b):", "def __init__(self, b):", "Perceptron: TypeError"),
        ("def run", "def predict", "p has no run"),
        ("class Perceptron", "class perceptron", "there is no Perceptron"),
        ("np.dot(self.w, x)", "self.w.__imul__(x).sum()", "should be"),
        ("np.dot(self.w, x)", "x.__imul__(self.w).sum()", "it changes what it was given"),
    ],
)  # fmt: skip
def test_perceptron(old, new, said):
    assert old in RIGHT_PERCEPTRON
    row = only(RIGHT_PERCEPTRON.replace(old, new), PERCEPTRON)
    assert row.part == "Perceptron.run"
    assert (row.verdict == WRONG) == bool(said) and said in row.diagnosis, row


class Sigmoid:
    fn = staticmethod(s)
    df = staticmethod(lambda z: s(z) * (1 - s(z)))


class Linear:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, x):
        return self.w @ x + self.b

    def df(self, x):
        return np.array(x)


class NeuralNetwork:
    def __init__(self, layers, activation):
        self.layers, self.activation = layers, activation

    def run(self, x):
        for layer in self.layers:
            x = self.activation.fn(layer.forward(x))
        return x


def layers(rng):
    for z in (numbers(rng, 1), numbers(rng, 3, 2)):
        yield Call("Sigmoid.fn", (z,))
        yield Call("Sigmoid.df", (z,))
    yield Call("Linear", (numbers(rng, 4, 3), numbers(rng, 4)), keep="one")
    yield Call("Linear", (numbers(rng, 2, 4), numbers(rng, 2)), keep="two")
    yield Call("one.forward", (numbers(rng, 3),))
    yield Call("one.df", (numbers(rng, 3),))
    yield Call("NeuralNetwork", ([Name("one"), Name("two")], Name("Sigmoid")), keep="net")
    yield Call("net.run", (numbers(rng, 3),))


LAYERS = Script(layers, {"Sigmoid": Sigmoid, "Linear": Linear, "NeuralNetwork": NeuralNetwork})
ALL_LAYERS = ["Sigmoid.fn", "Sigmoid.df", "Linear.forward", "Linear.df", "NeuralNetwork.run"]
RIGHT_LAYERS = """
import numpy as np
class Sigmoid:
    @staticmethod
    def fn(z): return 1 / (1 + np.exp(-z))
    @staticmethod
    def df(z): return Sigmoid.fn(z) * (1 - Sigmoid.fn(z))
class Linear:
    def __init__(self, w, b):
        self.w, self.b = w, b
    def forward(self, x):
        return self.w @ x + self.b
    def df(self, x):
        return x
class NeuralNetwork:
    def __init__(self, layers, activation):
        self.layers, self.activation = layers, activation
    def run(self, x):
        for layer in self.layers:
            x = self.activation.fn(layer.forward(x))
        return x
"""


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("", "", []),
        ("(1 - Sigmoid.fn(z))", "(1 - z)", ["Sigmoid.df"]),
        ("self.w, self.b = w, b", "pass", ["Linear.forward", "NeuralNetwork.run"]),  # the weights are never passed in
        ("def __init__(self, w, b)", "def __init__(self)", ["Linear.forward", "Linear.df", "NeuralNetwork.run"]),
        ("self.activation.fn(layer.forward(x))", "layer.forward(x)", ["NeuralNetwork.run"]),
        ("    def df(self, x):\n        return x\n", "", ["Linear.df"]),
        ("        return x\nclass NeuralNetwork", "        return self.w\nclass NeuralNetwork", ["Linear.df"]),
    ],
)
def test_layers(old, new, wrong):
    assert old in RIGHT_LAYERS
    found = verdicts(RIGHT_LAYERS.replace(old, new), LAYERS)
    assert list(found) == ALL_LAYERS
    assert [part for part, verdict in found.items() if verdict != RIGHT] == wrong


def test_a_class_that_cannot_be_made_is_named_where_it_is_missed():
    rows = judge(RIGHT_LAYERS.replace("def __init__(self, w, b)", "def __init__(self)"), [LAYERS]).rows
    said = next(row.diagnosis for row in rows if row.part == "Linear.forward")
    assert "Linear: TypeError" in said and "takes 1 positional argument but 3 were given" in said


# --- Properties.

X, Y = np.array([[0.0, 2.0], [1.0, 0.0], [3.0, 3.0]]), np.array([0, 1, 1])


def boundary(values):
    (w, b) = values[0]
    return None if separates(w, b, X, Y) else f"w = {w}, b = {b} does not separate the points"


LINE = Property("a separating line", lambda rng: [Call("line", (X, Y))], boundary, like=[(np.zeros(2), 0.0)])


@pytest.mark.parametrize(
    ("line", "verdict", "said"),
    [
        ("(np.array([1.0, -0.5]), 0.5)", RIGHT, ""),
        ("([20, -10.0], 1)", RIGHT, ""),
        ("(np.array([1.0, 0.0]), -0.5)", RIGHT, ""),
        ("(np.array([1.0, 0.0]), 0.0)", WRONG, "does not separate"),
        ("(np.zeros(2), 0.0)", WRONG, "does not separate"),
        ("(np.zeros(3), 0.0)", WRONG, "of [0]: it returns an array of shape (3,), expected an array of shape (2,)"),
        ("np.zeros(2)", WRONG, "it returns an array of shape (2,), expected a tuple of 2"),
        ("()", WRONG, "it returns a tuple of 0"),
        ("None", WRONG, "it returns nothing"),
        ("1 / 0", WRONG, "it stops at line 3 with ZeroDivisionError"),
    ],
)
def test_any_separating_line(line, verdict, said):
    row = only(f"import numpy as np\ndef line(X, Y):\n    return {line}", LINE)
    assert (row.part, row.verdict) == ("a separating line", verdict) and said in row.diagnosis, row


def test_a_network_that_solves_xor():
    inputs = [(a, b) for a in (0, 1) for b in (0, 1)]

    def solves(values):
        wrong = [x for x, v in zip(inputs, values, strict=True) if (v > 0.5) != (x[0] != x[1])]
        return f"wrong at {wrong}" if wrong else None

    xor = Property("XOR", lambda rng: [Call("net", (np.array(x, float),)) for x in inputs], solves, like=[0.0] * 4)
    right = "def net(x):\n    h = (x.sum() > 0.5, x.sum() > 1.5)\n    return float(h[0]) - float(h[1])"
    assert only(right, xor) == Row("XOR", RIGHT)
    row = only(right.replace("- float", "+ float"), xor)
    assert row.verdict == WRONG and row.diagnosis == "wrong at [(1, 1)]" and "gives 2.0" in row.counterexample


def test_a_property_that_fails_itself_knows_nothing():
    broken = Property("line", LINE.calls, lambda values: 1 / 0)
    row = only("def line(X, Y): return 1", broken)
    assert row.verdict == UNDECIDED and "ZeroDivisionError" in row.diagnosis
    with pytest.raises(DeriveError, match="there are 1 values and 2 in `like`"):
        judge("", [Property("line", LINE.calls, boundary, like=[1, 2])])
    nothing = Property("line", lambda rng: [Call("line", (X, Y), keep="x")], lambda values: None)
    assert only("def line(X, Y): return 1", nothing).verdict == WRONG


# --- Networks.

NET = Network.dense(3, 4, 2)
RIGHT_NET = """
import numpy as np
def sigmoid(z): return 1 / (1 + np.exp(-z))
def forward(p, X):
    a1 = sigmoid(X @ p["w1"].T + p["b1"])
    return sigmoid(a1 @ p["w2"].T + p["b2"])
def value_and_grad(p, X, Y):
    m = len(X)
    z1 = X @ p["w1"].T + p["b1"]
    a1 = sigmoid(z1)
    z2 = a1 @ p["w2"].T + p["b2"]
    a2 = sigmoid(z2)
    C = ((a2 - Y) ** 2).sum() / (2 * m)
    d2 = (a2 - Y) / m * a2 * (1 - a2)
    d1 = d2 @ p["w2"] * a1 * (1 - a1)
    g = {"w2": d2.T @ a1, "b2": d2.sum(axis=0), "w1": d1.T @ X, "b1": d1.sum(axis=0)}
    return C, g
"""
UNTOUCHED = "value_and_grad leaves p, X, Y as they are"
PARTS = ["C", "db2", "dw2", "db1", "dw1", UNTOUCHED]


def replaced(old: str, new: str) -> str:
    assert old in RIGHT_NET
    return RIGHT_NET.replace(old, new)


@pytest.mark.parametrize("net", [NET, Network.dense(2, 2, 2), Network.dense(1, 1, 1), Network.dense(*symbols("n0 n1 n2"))], ids=repr)
def test_a_right_network(net):
    judged = judge(RIGHT_NET, [Gradients(net), outputs(net)], seed=1)
    assert [row.part for row in judged.rows] == [*PARTS, "forward"]
    assert judged.right, judged.rows
    assert all((row.verdict, row.diagnosis, row.counterexample) == (RIGHT, "", "") for row in judged.rows)
    assert [row.part for row in judged.rows if not row.counts] == [PARTS[-1]]


def test_the_points():
    drawn = points(Network.dense(2, 2, 2), Network.dense(2, 2, 2).compile(), np.random.default_rng(0))
    shapes = [(len(point.X), point.p["w1"].shape, point.p["w2"].shape) for point in drawn]
    assert shapes[:4] == [(7, (3, 4), (2, 3)), (1, (3, 4), (2, 3)), (7, (2, 2), (2, 2)), (1, (2, 2), (2, 2))]
    assert len(drawn) == 6 and all(abs(point.p["w1"]).max() > 100 for point in drawn[4:])


@pytest.mark.parametrize(
    ("old", "new", "wrong", "part", "said"),
    [
        ("d2.T @ a1,", "d2.T @ a1 * 2,", ["dw2"], "dw2", "twice as large"),  # as in a well-known exercise on gradient checking
        ("d1.sum(axis=0)}", "4 / m * d1.sum(axis=0)}", ["db1"], "db1", ""),
        ("(a2 - Y) / m *", "(a2 - Y) *", ["db2", "dw2", "db1", "dw1"], "db2", "the division by m is missing"),
        ("/ m * a2", "/ m**2 * a2", ["db2", "dw2", "db1", "dw1"], "db2", "once too often"),
        ("(a2 - Y) / m", "(Y - a2) / m", ["db2", "dw2", "db1", "dw1"], "db2", "the sign is wrong"),
        ("* a2 * (1 - a2)", "", ["db2", "dw2", "db1", "dw1"], "db2", "the slope sigmoid'(z2) is missing"),
        ("* a1 * (1 - a1)", "", ["db1", "dw1"], "db1", "the slope sigmoid'(z1) is missing"),
        ("a1 * (1 - a1)", "sigmoid(a1) * (1 - sigmoid(a1))", ["db1", "dw1"], "db1", "the slope is taken at a1"),
        ("d2.T @ a1,", "(d2.T @ a1).T,", ["dw2"], "dw2", "transposed"),
        ("d2.T @ a1,", "d2.T @ z1,", ["dw2"], "dw2", "z1 stands in it where a1 should"),
        ("d1.T @ X", "d1[:1].T @ X[:1]", ["dw1"], "dw1", ""),
        ("d2.sum(axis=0)", "d2", ["db2"], "db2", "not summed over the samples"),
        ("d2.sum(axis=0)", "d2.mean(axis=0)", ["db2"], "db2", "the mean over the samples"),
        ("d2.sum(axis=0)", "d2.sum(axis=0, keepdims=True)", ["db2"], "db2", "leave out keepdims"),
        ('"b1": d1.sum(axis=0)', '"bias1": d1.sum(axis=0)', ["db1"], "db1", ""),
        ("(2 * m)", "m", ["C"], "C", "twice as large"),
        ("return C, g", "p['w1'] -= 0.1 * g['w1']\n    return C, g", [UNTOUCHED], UNTOUCHED, "work on a copy"),
        ("m = len(X)", "X -= X.mean(axis=0)\n    m = len(X)", [*PARTS], "C", ""),
        ("return C, g", "return g", PARTS[:-1], "C", "return C"),
        ("return C, g", "return C, list(g)", PARTS[:-1], "C", "return C"),
        ("return C, g", "return C, {}", PARTS[1:-1], "db2", ""),
        ("return C, g", "return 0.0, {k: v * 0 for k, v in g.items()}", PARTS[:-1], "C", ""),
        ("return C, g", "return np.nan, {k: v * np.nan for k, v in g.items()}", PARTS[:-1], "C", ""),
        ("return C, g", "import os; os._exit(0)", PARTS, "C", ""),
        ("return C, g", "return 1 / 0", PARTS, "C", ""),
        ("def value_and_grad", "def backprop", PARTS, "C", ""),
        ("m = len(X)", "m = 7", PARTS[:-1], "C", ""),  # right for one batch, wrong for the other
        ("@ p[\"w2\"] *", "@ p[\"w2\"].T *", PARTS, "C", ""),  # does not even run where the sizes differ
    ],
)  # fmt: skip
def test_wrong_networks(old, new, wrong, part, said):
    rows = {row.part: row for row in judge(replaced(old, new), [Gradients(NET)], seed=1).rows}
    assert list(rows) == PARTS
    assert [name for name, row in rows.items() if row.verdict == WRONG] == wrong
    assert {row.verdict for row in rows.values()} <= {RIGHT, WRONG}
    row = rows[part]
    assert row.diagnosis and said in row.hint, row
    if part != UNTOUCHED and "return" not in new:
        assert row.counterexample.startswith("value_and_grad({'w1': array(["), row


def test_a_wrong_transpose_does_not_pass_on_equal_sizes():
    square, source = Network.dense(2, 2, 2), replaced('@ p["w2"] *', '@ p["w2"].T *')
    assert set(verdicts(source, Gradients(square)).values()) == {WRONG}
    found = verdicts(source, Gradients(square, any_sizes=False))
    assert [part for part, verdict in found.items() if verdict == WRONG] == ["db1", "dw1"]
    (row,) = (r for r in judge(source, [Gradients(square, any_sizes=False)], seed=1).rows if r.part == "db1")
    assert "transposed" in row.hint


def test_other_losses_and_activations():
    net = Network(3, Dense(4, tanh), Dense(2, softmax), loss=cross_entropy)
    source = """
import numpy as np
def value_and_grad(p, X, Y):
    a1 = np.tanh(X @ p["w1"].T + p["b1"])
    z2 = a1 @ p["w2"].T + p["b2"]
    z2 = z2 - z2.max(axis=1, keepdims=True)
    C = -(Y * (z2 - np.log(np.exp(z2).sum(axis=1, keepdims=True)))).sum() / len(X)
    d2 = (np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True) - Y) / len(X)
    d1 = d2 @ p["w2"] * (1 - a1**2)
    return C, {"w1": d1.T @ X, "b1": d1.sum(axis=0), "w2": d2.T @ a1, "b2": d2.sum(axis=0)}
"""
    assert judge(source, [Gradients(net)], seed=1).right
    found = verdicts(source.replace("a1**2", "a1"), Gradients(net))
    assert [part for part, verdict in found.items() if verdict == WRONG] == ["db1", "dw1"]


def test_careless_logarithms():
    net = Network(3, Dense(4), Dense(2), loss=cross_entropy)
    careful = replaced("((a2 - Y) ** 2).sum() / (2 * m)", "(np.logaddexp(0, z2) - Y * z2).sum() / m").replace("/ m * a2 * (1 - a2)", "/ m")
    careless = careful.replace("np.logaddexp(0, z2) - Y * z2", "-Y * np.log(a2) - (1 - Y) * np.log(1 - a2)")
    assert judge(careful, [Gradients(net)], seed=1).right
    assert judge(careless, [Gradients(net, large=False)], seed=1).right
    assert verdicts(careless, Gradients(net)) == dict.fromkeys(PARTS, RIGHT) | {"C": WRONG}


def test_a_key_that_is_not_finite_is_not_used(monkeypatch):
    monkeypatch.setattr("derive.grading.sandbox.gradients._known", lambda net, code, point: False)
    with pytest.raises(DeriveError, match="the key is not finite"):
        judge(RIGHT_NET, [Gradients(NET)], seed=1)


def test_a_wrong_generated_key_is_not_used(monkeypatch):
    monkeypatch.setattr("derive.grading.sandbox.gradients.differences", lambda C, p, rng: ({n: v + 1 for n, v in p.items()}, 0))
    with pytest.raises(DeriveError, match="central differences are"):
        judge(RIGHT_NET, [Gradients(NET)], seed=1)


def test_outputs_that_are_wrong():
    row = only(replaced("return sigmoid(a1", "return (a1"), outputs(NET))
    assert row.part == "forward" and row.verdict == WRONG


# --- Values.


def test_mismatch():
    right = (1.0, {"w": np.zeros((2, 3)), "n": [1, 2]}, "text", None)
    assert mismatch((1, {"w": np.zeros((2, 3)), "n": np.array([1.0, 2]), "more": 1}, "text", None), right, 1e-9) == ""
    for given in (1.0, (), [1.0], (1.0, 2, "text", None), (1.0, {"w": 0}, "text", None), (2.0, *right[1:]), (*right[:2], "Text", None),
                  (*right[:3], 0), (1.0, {"w": np.zeros((3, 2)), "n": [1, 2]}, "text", None)):  # fmt: skip
        assert mismatch(given, right, 1e-9)
    assert mismatch(np.array([0.5]), 0.5, 1e-9) and not mismatch(np.array(0.5), 0.5, 1e-9)
    assert mismatch([np.nan], [1.0], 1e9) and mismatch([np.inf], [1.0], 1e9)


def test_guesses_never_speak_of_a_right_value():
    for value in (np.arange(1.0, 7).reshape(2, 3), 2.0, np.ones(4)):
        assert guessed(value, value, 7, 1e-6) in ("", "it is 1 times what it should be")
        assert guessed(3.3 * np.asarray(value), np.asarray(value), 7, 1e-6) == (
            "it is 3.3 times what it should be" if np.size(value) > 1 else ""
        )
    assert guessed("x", 1.0, 7, 1e-6) == guessed([1, "x"], [1.0, 2], 7, 1e-6) == ""
    assert "division by m" in guessed(7.0, 1.0, 7, 1e-6)


def test_numbers_are_shown_without_the_digits_of_rounding():
    assert shown(2.2460000000000004) == shown(np.float64(2.2460000000000004)) == "2.246"
    assert shown({"a": [1.3920000000000001, 2], "b": (True, None)}) == "{'a': [1.392, 2], 'b': (True, None)}"
    assert shown(3.0) == "3.0" and shown(1e-300) == "1e-300" and shown(float("nan")) == "nan"
    assert shown(np.array([1.3920000000000001])) == "array([1.392])"
    assert len(shown(np.random.default_rng(0).normal(size=300))) < 200


def test_long_values_are_cut():
    assert len(shown(np.random.default_rng(0).normal(size=300))) < 1600 and shown(np.arange(2.0)) == "array([0., 1.])"
    assert questions.TOLERANCE == Gradients(NET).tolerance and running.RIGHT == "right" and sigmoid


GENERATED = [
    Network(3, Dense(4, relu), Dense(2, softplus)),
    Network(2, Dense(2, tanh), Dense(2, identity), l2=0.1),
    Network(3, Dense(3, tanh), Residual(Dense(3, sigmoid)), Dense(2, softmax), loss=cross_entropy),
    Network(3, Dense(2, tanh, bias=False), Dense(3, sigmoid, tie="w1", transpose=True, bias=False)),
    Network.dense(2, 3, 4, 1, loss=cross_entropy),
]


@pytest.mark.parametrize("net", GENERATED, ids=repr)
def test_generated_code_of_every_kind_is_right(net):
    source = net.compile().source
    asked = [Gradients(net), outputs(net, "predict")]
    for seed in range(3):
        judged = judge(source, asked, seed=seed)
        assert judged.right, [row for row in judged.rows if row.verdict != RIGHT]
