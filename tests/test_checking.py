"""The check of all ways against each other: what agrees is said to, and every planted fault is found and named."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from sympy import Indexed, IndexedBase, Integer, Symbol, cosh, exp, log, symbols

from derive.checking import BY_HAND, DIFFERENCES, SYMBOLIC, TOLERANCE, YOURS, check
from derive.comparing import Agreement, error, worst_entry
from derive.errors import DeriveError, Disagreement
from derive.indices import name_of, summed
from derive.judges import differences, draw, good_point, own_sizes, small_sizes
from derive.layers import Dense, Layer, Residual
from derive.losses import Loss, cross_entropy, half_sum_of_squares, sum_of_squares
from derive.network import Network
from derive.ops import Activation, RowActivation, Slope, identity, relu, sigmoid, softmax, softplus, tanh

WAYS = (BY_HAND, DIFFERENCES, SYMBOLIC)
n0, n1 = symbols("n0 n1")


class swish(Activation):
    latex = r"\operatorname{swish}"
    formula = lambda z: z * sigmoid(z)


class log_cosh(Loss):
    entry = lambda a, y: log(cosh(a - y))


class Scale(Layer):
    """a_j = g_j a_j: one gain a neuron."""

    same_width = True

    def equations(self, b, a):
        g = b.parameter("g", (b.axis,))
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), g[j] * b.entry(a, j))


def written(*equations, **options):
    return Network.from_equations(equations, **options)


NEURON = ("z = w*x + b", "a = sigma(z)", "C = (a - y)**2")

# network, and what the table has to say of a column that was not run
AGREEING = {
    "one layer": (Network(3, Dense(2, tanh)), ()),
    "mixed": (Network(3, Dense(2, tanh), Dense(1, sigmoid), loss=cross_entropy, l2=0.1), ()),
    "softmax": (Network(3, Dense(1, relu), Dense(2, softmax), loss=cross_entropy), ()),
    "softmax in the middle": (Network(3, Dense(2, softmax), Dense(3, identity), loss=sum_of_squares), ()),
    "tied": (Network(3, Dense(2, tanh), Dense(3, tanh, tie="w1", transpose=True)), ()),
    "tied twice": (Network(2, Dense(2, tanh), Dense(2, sigmoid, tie="w1", bias=False), l2=0.2), ()),
    "residual": (Network(3, Dense(2, softplus), Residual(Dense(2, tanh)), loss=half_sum_of_squares), ()),
    "symbols": (Network(n0, Dense(n1, tanh), Dense(1, sigmoid)), ()),
    "own activation and loss": (Network(3, Dense(2, swish), Dense(1, tanh), loss=log_cosh), ()),
    "own layer": (Network(3, Dense(2, tanh), Scale(), Dense(1)), ("by hand: not for the layer Scale",)),
    "written": (written(*NEURON), ("by hand: not for written equations",)),
    "written, logarithm": (written("a = ln(w*x)", "C = (a - y)**2", over="sum"), ("by hand: not for written equations",)),
    "deep": (Network.dense(*[3] * 13, activation=tanh), ("symbolic: not run: the loss as one expression is too long",)),
    "wide": (Network.dense(64, 30, 10), ("central differences: at 40 random entries of w1, w2", "symbolic: at widths 4-3-2")),
}


@pytest.mark.parametrize("name", AGREEING)
def test_all_ways_agree(name):
    net, said = AGREEING[name]
    agreement = check(net, rng=3)
    assert [row.name for row in agreement.rows] == ["C", *net.parameters]
    for text in said:
        assert any(note.startswith(text) for note in agreement.notes), agreement.notes
    for way in WAYS:
        run = not any(text.startswith((f"{way}: not", f"{way}: not run")) for text in said)
        assert (agreement.largest(way) is not None) == run
        if run:
            assert agreement.largest(way) <= TOLERANCE[way]


def test_the_table():
    agreement = check(Network(4, Dense(3, relu), Dense(2, sigmoid), loss=cross_entropy))
    text, html = str(agreement), agreement._repr_html_()
    lines = text.splitlines()
    assert lines[0] == "<Network 4-3-2, cross_entropy>: error of the generated code against other ways, at widths 4-3-2, 3 samples"
    assert lines[1].split() == ["shape", "by", "hand", "central", "differences", "symbolic"]
    assert [line.split("  ")[0] for line in lines[3:8]] == ["C", "w1", "b1", "w2", "b2"]
    assert "(3, 4)" in lines[4]
    assert lines[9].startswith("largest")
    assert len({line.find("(") for line in lines[4:8]}) == 1, "the columns are aligned"
    assert html.count("<tr>") == 7 and "&lt;Network 4-3-2" in html and "(3, 4)" in html


def test_a_cell_without_a_number_is_a_dash_and_its_reason_stands_below():
    text = str(check(written(*NEURON)))
    assert "by hand: not for written equations" in text.splitlines()
    assert next(line for line in text.splitlines() if line.startswith("w ")).split()[1] == "-"


def test_the_same_seed_gives_the_same_table_and_a_generator_is_used_up():
    net = Network(2, Dense(1, tanh))
    assert str(check(net, rng=5)) == str(check(net, rng=np.random.default_rng(5)))
    chance = np.random.default_rng(5)
    assert str(check(net, rng=chance)) != str(check(net, rng=chance))


@pytest.mark.parametrize("samples", [0, -1, 2.5, True, "3"])
def test_the_number_of_samples_is_a_positive_whole_number(samples):
    with pytest.raises(DeriveError, match=r"samples is .*, expected a whole number of at least 1"):
        check(Network(3, Dense(2)), samples=samples)


def test_what_is_no_network_and_no_seed_is_refused():
    with pytest.raises(DeriveError, match="3 is not a network"):
        check(3)
    with pytest.raises(DeriveError, match="rng is 'a', expected a whole number or a NumPy generator"):
        check(Network(2, Dense(1)), rng="a")


class sharp(RowActivation):
    """a_j = e^2z_j / sum_p e^2z_p."""

    name, latex = "sharp", r"\operatorname{sharp}"
    numpy = "e = np.exp(2*(z - z.max(axis=-1, keepdims=True))); e / e.sum(axis=-1, keepdims=True)"

    @staticmethod
    def formula(z, j):
        p = j.axis.index("p" if j.name != "p" else "r")
        return exp(2 * z(j)) / summed(exp(2 * z(p)), [p])

    @staticmethod
    def jacobian(a, indicator, j, p):
        return 2 * a(j) * (indicator - a(p))


def test_a_row_activation_of_ones_own_is_checked_and_one_with_a_wrong_jacobian_is_found():
    assert "by hand: not for the row activation sharp" in check(Network(2, Dense(3, sharp))).notes

    class blunt(sharp):
        jacobian = staticmethod(lambda a, indicator, j, p: a(j) * (indicator - a(p)))

    with pytest.raises(Disagreement, match="generated and central differences differ"):
        check(Network(2, Dense(3, blunt)))
    with pytest.raises(Disagreement, match="step 'slope by the output'"):
        Network(2, Dense(3, blunt)).backprop().verify()


# --- Every fault that is planted in the generator is found.


def terms_without_first(e):
    return e.func(*e.args[1:])


def with_rhs(name, change):
    """The backward equations with one right side changed."""

    def planted(net):
        assert any(e.name == name for e in net.backprop().equations)
        return [replace(e, rhs=change(e.rhs)) if e.name == name else e for e in net.backprop().equations]

    return planted


def without_slope(e):
    return e.replace(lambda f: isinstance(f, Slope), lambda f: Integer(1))


def turned(weight):
    def change(e):
        return e.replace(lambda f: isinstance(f, Indexed) and name_of(f) == weight, lambda f: f.func(f.base, *f.indices[::-1]))

    return change


def at_other_z(other):
    def change(e):
        z = next(iter(e.atoms(Slope))).args[0]
        return e.replace(lambda f: isinstance(f, Slope), lambda f: f.func(IndexedBase(other, real=True)[z.indices]))

    return change


m = Symbol("m", integer=True, positive=True)


def not_summed(net):
    """db2 with an entry for every sample."""
    (samples,) = [axis for axis in net.equations.axes if axis.name == "m"]

    def change(e):
        (j,), s = e.indices, samples.index("s")
        delta = net.backprop()["delta2"].lhs
        return replace(e, lhs=replace(e.lhs, axes=(*e.lhs.axes, samples)), indices=(j, s), rhs=delta[j, s])

    return [change(e) if e.name == "db2" else e for e in net.backprop().equations]


RECTANGULAR = Network(4, Dense(3, softplus), Dense(2, tanh))
SQUARE = Network(2, Dense(2, softplus), Dense(2, tanh))
SHARED = Network(2, Dense(2, softplus), Dense(2, tanh, tie="w1"))

# fault: the network, the faulty backward equations, and what the message has to name
PLANTED = {
    "slope dropped": (RECTANGULAR, with_rhs("delta1", without_slope), ("db1", "most likely delta1")),
    "transpose missing, rectangular": (RECTANGULAR, with_rhs("delta1", turned("w2")), ("delta1", "stops with: matmul")),
    "transpose missing, square": (SQUARE, with_rhs("delta1", turned("w2")), ("db1", "most likely delta1")),
    "1/m lost": (RECTANGULAR, with_rhs("delta2", lambda e: m * e), ("db2", "most likely delta2")),
    "1/m twice": (RECTANGULAR, with_rhs("delta1", lambda e: e / m), ("db1", "most likely delta1")),
    "wrong layer's z": (SQUARE, with_rhs("delta1", at_other_z("z2")), ("db1", "most likely delta1")),
    "bias not summed": (RECTANGULAR, not_summed, ("db2", "shapes (3, 2) and (2,)")),
    "bias averaged": (RECTANGULAR, with_rhs("db1", lambda e: e / m), ("db1", "most likely db1")),
    "shared weight counted once": (SHARED, with_rhs("dw1", terms_without_first), ("dw1", "most likely dw1")),
    "sign": (RECTANGULAR, with_rhs("dw2", lambda e: -e), ("dw2", "most likely dw2")),
}


def test_without_a_fault_they_agree():
    for net in (RECTANGULAR, SQUARE, SHARED):
        check(net, compiled=net.compile(backward=net.backprop().equations))


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_planted_in_the_generator_is_found_and_named(fault):
    net, plant, named = PLANTED[fault]
    with pytest.raises(Disagreement) as caught:
        check(net, compiled=net.compile(backward=plant(net)))
    for text in named:
        assert text in str(caught.value)


@pytest.mark.parametrize("fault", [name for name in PLANTED if name not in ("bias not summed", "transpose missing, rectangular")])
@pytest.mark.parametrize("way", WAYS)
def test_each_way_finds_it_alone(fault, way, monkeypatch):
    net, plant, _ = PLANTED[fault]
    tolerance = {other: TOLERANCE[other] if other == way else np.inf for other in TOLERANCE}
    monkeypatch.setattr("derive.checking.TOLERANCE", tolerance)
    with pytest.raises(Disagreement, match=f"generated and {way} differ"):
        check(net, compiled=net.compile(backward=plant(net)))


def test_both_numbers_and_the_pair_stand_in_the_message():
    net, plant, _ = PLANTED["bias averaged"]
    with pytest.raises(Disagreement) as caught:
        check(net, compiled=net.compile(backward=plant(net)))
    place = re_find(r"db1: generated and by hand differ at \[\d\]: (\S+) and (\S+); most likely db1 is wrong", str(caught.value))
    generated, by_hand = map(float, place)
    assert generated * 3 == pytest.approx(by_hand)


def re_find(pattern, text):
    found = re.fullmatch(pattern, text)
    assert found, text
    return found.groups()


def test_code_that_stops_is_a_disagreement_that_shows_the_line():
    net, plant, _ = PLANTED["transpose missing, rectangular"]
    with pytest.raises(Disagreement, match=r"^delta1 = .*w2.*: the generated code stops with: matmul"):
        check(net, compiled=net.compile(backward=plant(net)))


def test_a_fault_in_the_forward_pass_is_found():
    net, wrong = Network(4, Dense(3, tanh), Dense(2)), Network(4, Dense(3, sigmoid), Dense(2))
    with pytest.raises(Disagreement, match=r"^C: generated and by hand differ: .*; most likely a1 is wrong"):
        check(net, compiled=wrong.compile())


def test_a_fault_in_a_written_network_is_found():
    net = written(*NEURON)
    with pytest.raises(Disagreement, match=r"dw: generated and central differences differ: .*; most likely dw is wrong"):
        check(net, compiled=net.compile(backward=with_rhs("dw", lambda e: 2 * e)(net)))


# --- Somebody's own function.

LEARNER = """
def value_and_grad(p, X, Y):
    m = len(X)
    z1 = X @ p["w1"].T + p["b1"]
    a1 = np.tanh(z1)
    z2 = a1 @ p["w2"].T + p["b2"]
    a2 = np.tanh(z2)
    z3 = a2 @ p["w3"].T + p["b3"]
    a3 = sigmoid(z3)
    C = np.sum((a3 - Y)**2) / (2*m)
    delta3 = (a3 - Y)/m * a3*(1 - a3)
    delta2 = (delta3 @ p["w3"]) * (1 - a2**2)
    delta1 = (delta2 @ p["w2"]) * (1 - np.tanh(z1)**2)
    dw1, db1 = delta1.T @ X, delta1.sum(axis=0)
    dw2, db2 = delta2.T @ a1, delta2.sum(axis=0)
    dw3, db3 = delta3.T @ a2, delta3.sum(axis=0)
    return C, {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2, "w3": dw3, "b3": db3}
"""
LEARNED = Network(4, Dense(3, tanh), Dense(3, tanh), Dense(2, sigmoid))


def learner(*edits):
    """The function above with parts of its text replaced."""
    text = LEARNER
    for old, new in edits:
        assert old in text, f"{old!r} is not there to be replaced"
        text = text.replace(old, new, 1)
    space = {"np": np, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
    exec(compile(text, "learner", "exec"), space)
    return space["value_and_grad"]


# what a learner wrote instead, and what the message says
MISTAKES = [
    # the loss
    ("/ (2*m)", "/ 2", ("the loss C", "m = 3 times too large: the division by m is missing")),
    ("/ (2*m)", "/ m", ("the loss C", "twice as large", "a lost 1/2")),
    ("a1 = np.tanh(z1)", "a1 = z1", ("the loss C", "compare your z1, a1")),
    ("C = np.sum", "C = np.nan*np.sum", ("C: it is nan",)),
    ("C = np.sum((a3 - Y)**2)", "C = (a3 - Y)**2", ("C: its shape is (3, 2), expected one number",)),
    # every gradient
    ("(a3 - Y)/m", "(a3 - Y)", ("layer 3", "every gradient", "the division by m is missing")),
    ("(a3 - Y)/m", "(Y - a3)/m", ("layer 3", "every gradient", "the sign is wrong")),
    ("(a3 - Y)/m", "2*(a3 - Y)/m", ("layer 3", "every gradient", "twice as large")),
    # a delta: both gradients of its layer follow from it, and so do those below
    ("* a3*(1 - a3)", "", ("layer 3: delta3 is wrong", "db3 and dw3", "the slope sigmoid'(z3) is missing")),
    ("* (1 - a2**2)", "", ("layer 2: delta2 is wrong", "db2 and dw2", "the slope tanh'(z2) is missing")),
    ("* (1 - a2**2)", "* (1 - a2**2)**2", ("layer 2: delta2 is wrong", "once too often")),
    ("* (1 - a2**2)", "* (1 - a1**2)", ("layer 2: delta2 is wrong", "the slope is taken at z1, and should be at z2")),
    ("np.tanh(z1)**2)", "np.tanh(a1)**2)", ("layer 1: delta1 is wrong", "the slope is taken at a1, and should be at z1")),
    ('delta2 @ p["w2"])', 'delta2 @ p["w2"].T)', ("layer 1: delta1 is wrong", "a weight matrix is transposed")),
    ('delta2 @ p["w2"])', '-delta2 @ p["w2"])', ("layer 1: delta1 is wrong", "the sign is wrong")),
    # the way from a right delta to a gradient
    ("delta2.T @ a1", "delta2.T @ z1", ("layer 2: dw2 is wrong, while delta2 is right, since db2 is", "z1 stands in it where a1 should")),
    ("delta2.T @ a1", "delta2.T @ a2", ("dw2 is wrong, while delta2 is right", "a2 stands in it where a1 should")),
    ("delta2.T @ a1", "a1.T @ delta2", ("dw2 is wrong, while delta2 is right", "it is transposed")),
    ("delta1.T @ X", "delta2.T @ X", ("dw1 is wrong, while delta1 is right", "delta2 stands in it where delta1 should")),
    ("delta1.T @ X", "delta1.T @ X / m", ("dw1 is wrong, while delta1 is right", "divided by m = 3 once too often")),
    ("delta1.T @ X", "0.7*delta1.T @ X", ("dw1 is wrong, while delta1 is right", "0.7 times")),
    ("delta1.T @ X", "delta1.T @ X + 1", ("dw1 is wrong, while delta1 is right", "look at how dw1 is made from delta1")),
    ("delta2.sum(axis=0)", "delta2.mean(axis=0)", ("layer 2: db2 is wrong, while delta2 is right, since dw2 is", "the mean over the")),
    # shapes and numbers that are none
    ("delta3.T @ a2", "a2.T @ delta3", ("layer 3: dw3 has shape (3, 2), expected (2, 3)", "it is transposed")),
    ("delta3.sum(axis=0)", "delta3", ("layer 3: db3 has shape (3, 2), expected (2,)", "not summed over the samples")),
    ("delta3.sum(axis=0)", "delta3.sum(axis=0, keepdims=True)", ("db3 has shape (1, 2), expected (2,)", "leave out keepdims")),
    ("delta3.sum(axis=0)", "delta3.sum()", ("db3 has shape (), expected (2,)", "the shape of its parameter")),
    ("delta2.T @ a1", "delta2.T @ a1 / 0", ("layer 2: dw2[", "should be", "a division by 0 or an overflow")),
    ('"w3": dw3', '"w3": "?"', ("dw3: it is '?', expected numbers",)),
    # what it gives back
    ('"w2": dw2, ', "", ("your function: there is no gradient for w2; the keys are w1, b1, b2, w3, b3",)),
    ("return C,", "return", ("your function: it returns a dict, expected (C, gradients)",)),
    ("return C,", "return 1, C,", ("your function: it returns a tuple of 3, expected (C, gradients)",)),
    # what it does
    ("return C,", 'p["w1"] -= dw1; X *= 2; return C,', ("your function: it changes w1, X",)),
    ("dw1, db1 =", "raise KeyError('w9')\n    dw1, db1 =", ("your function, line 14: it stops with KeyError: 'w9'",)),
    ('delta3 @ p["w3"]', 'delta3 @ p["w3"].T', ("your function, line 12: it stops with ValueError: matmul",)),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[f"{old} -> {new}" for old, new, _ in MISTAKES])
def test_a_learners_mistake_is_named(old, new, said):
    with pytest.raises(Disagreement) as caught:
        check(LEARNED, against=learner((old, new)))
    for text in said:
        assert text in str(caught.value)
    assert caught.value.__cause__ is None and (caught.value.__suppress_context__ or caught.value.__context__ is None)


def test_of_several_mistakes_the_one_nearest_to_the_loss_is_named():
    several = [("* (1 - a2**2)", ""), ("delta3.T @ a2", "-delta3.T @ a2"), ("delta1.T @ X", "delta2.T @ X")]
    named = ["layer 2: delta2 is wrong", "layer 3: dw3 is wrong", "layer 1: dw1 is wrong"]
    for nearest in (1, 0, 0):
        with pytest.raises(Disagreement) as caught:
            check(LEARNED, against=learner(*several))
        assert named.pop(nearest) in str(caught.value)
        several.pop(nearest)
    check(LEARNED, against=learner(*several))


def test_a_right_function_agrees():
    agreement = check(LEARNED, against=learner())
    assert isinstance(agreement, Agreement)
    assert agreement.largest(YOURS) < 1e-15
    assert "your function agrees" in str(agreement)
    check(LEARNED, against=lambda p, X, Y: [np.float32(v) if not isinstance(v, dict) else v for v in learner()(p, X, Y)])
    check(LEARNED, against=LEARNED.compile(dtype="float32"))


DECAYING = Network(3, Dense(4, tanh), Dense(2), l2=0.5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda C, g, p: (C - 0.25 * sum((p[n] ** 2).sum() for n in ("w1", "w2")), g), "the weight decay is missing"),
        (lambda C, g, p: (C, {**g, "w1": g["w1"] - 0.5 * p["w1"]}), "dw1 is wrong, while delta1 is right.*; the weight decay is missing"),
        (lambda C, g, p: (C, {**g, "b2": g["b2"] + 0.5 * p["b2"]}), "db2 is wrong, while delta2 is right.*; only weights decay"),
    ],
)
def test_a_weight_decay_that_is_missing_or_too_much_is_named(change, said):
    right = DECAYING.compile().value_and_grad
    with pytest.raises(Disagreement, match=said):
        check(DECAYING, against=lambda p, X, Y: change(*right(p, X, Y), p))


def test_a_shared_weight_that_is_counted_once_is_named():
    code = SHARED.compile()

    def once(p, X, Y):
        C, g = code.value_and_grad(p, X, Y)
        trace = code.trace(p, X, Y)
        return C, {**g, "w1": trace["delta2"].T @ trace["a1"]}

    with pytest.raises(Disagreement, match="w1 is used in z1 and z2, and only z2 was counted: the gradients add"):
        check(SHARED, against=once)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda g: {**g, "w": 2 * g["w"]}, "the equation of z: dw is wrong, while dz is right, since db is; .*twice as large"),
        (lambda g: {**g, "w": 2 * g["w"], "b": 3 * g["b"]}, "the equation of z: dz is wrong, and with it db and dw"),
        (lambda g: {k: -v for k, v in g.items()}, "every gradient is wrong by the same factor.*the sign is wrong"),
    ],
)
def test_a_mistake_in_a_written_network_is_named(change, said):
    net = written(*NEURON)

    def f(p, X, Y):
        C, g = net.compile().value_and_grad(p, X, Y)
        return C, change(g)

    with pytest.raises(Disagreement, match=said):
        check(net, against=f)


def test_layers_without_bias_and_with_symbolic_sizes():
    net = Network(n0, Dense(n1, tanh, bias=False), Dense(2, identity, bias=False))
    right = net.compile().value_and_grad
    check(net, against=right)

    def wrong(p, X, Y):
        C, g = right(p, X, Y)
        return C, {**g, "w2": g["w2"] + 1}

    with pytest.raises(Disagreement, match="layer 2: dw2 is wrong, and so is delta2 or what was made of it"):
        check(net, against=wrong)


def test_what_is_no_function_is_refused():
    with pytest.raises(DeriveError, match="'mine' is not a function"):
        check(LEARNED, against="mine")


# --- The parts.


def test_errors_are_relative_and_nan_is_never_small():
    assert error([1.0, 2.0], [1.0, 2.0]) == 0
    assert error([1.0, 2.0], [1.0, -2.0]) == 1
    assert error([0.0], [0.0]) == 0
    assert error([1e-9], [-1e-9]) == pytest.approx(0.2)
    assert error([np.nan], [1.0]) == np.inf
    assert error([1.0, 5.0], [1.0, np.nan]) == 0, "what was not computed does not count"
    assert error(np.ones((2, 1)), np.ones(2)) == np.inf
    assert worst_entry([[1.0, 2.0], [3.0, 9.0]], [[1.0, 2.0], [3.0, 4.0]]) == ("[1, 1]", 9.0, 4.0)
    assert worst_entry([1.0, np.nan, 3.0], [9.0, 2.0, 3.0])[0] == "[1]"


def test_differences_are_accurate_and_see_kinks():
    rng = np.random.default_rng(0)
    slopes, kinks = differences(lambda p: float(np.exp(p["w"]).sum()), {"w": np.array([0.3, -1.2])}, rng)
    np.testing.assert_allclose(slopes["w"], np.exp([0.3, -1.2]), rtol=1e-10)
    assert kinks == 0
    slopes, kinks = differences(lambda p: float(np.abs(p["w"]).sum()), {"w": np.array([0.3, 2e-5])}, rng)
    assert kinks == 1
    assert slopes["w"][0] == pytest.approx(1) and np.isnan(slopes["w"][1])


class Jagged:
    """A loss with a kink at every multiple of 0.0005 of every parameter, so that one is near more often than not."""

    def value_and_grad(self, p, X, Y):
        return sum(float(np.abs(1000*v - np.round(1000*v)).sum()) / 1000 for v in p.values()), {}


def test_points_keep_away_from_kinks():
    def run(net, seed):
        sizes = own_sizes(net) | {axis: 3 for axis in net.equations.axes if axis.name == "m"}
        first = draw(net, sizes, np.random.default_rng(seed))
        near = differences(lambda p: Jagged().value_and_grad(p, None, None)[0], first.p, np.random.default_rng(0))[1]
        _, slopes, notes = good_point(net, Jagged(), sizes, np.random.default_rng(seed))
        return near, sum(int(np.isnan(v).sum()) for v in slopes.values()), notes

    few = [run(Network(1, Dense(1)), seed) for seed in range(10)]
    assert sum(near > 0 for near, _, _ in few) > 2, "a point drawn without care often has a kink nearby"
    assert all(left_out == 0 and not notes for _, left_out, notes in few)
    _, left_out, notes = run(Network(9, Dense(3)), 0)
    assert notes == [f"central differences: left out at {left_out} entries, where a kink is near"] and left_out > 0


def test_targets_fit_the_loss():
    rng = np.random.default_rng(0)

    def targets(net):
        return draw(net, own_sizes(net) | {axis: 5 for axis in net.equations.axes if axis.name == "m"}, rng).Y

    unit = targets(Network(2, Dense(3), loss=cross_entropy))
    assert ((0 < unit) & (unit < 1)).all() and not np.allclose(unit.sum(axis=1), 1)
    np.testing.assert_allclose(targets(Network(2, Dense(3, softmax), loss=cross_entropy)).sum(axis=1), 1)
    assert (targets(Network(2, Dense(3))) < 0).any()


def test_small_sizes_are_pairwise_different_and_keep_a_width_of_one():
    small = small_sizes(Network.dense(64, 30, 10))
    assert len(set(small.values())) == 3 and 1 not in small.values()
    assert 1 in small_sizes(Network.dense(64, 30, 1)).values()
    own = own_sizes(Network(n0, Dense(n1), Dense(7)))
    assert len(set(own.values())) == 3 and 7 in own.values()
