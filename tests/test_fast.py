"""The fast code against the readable code: the same numbers to rounding, in a counted number of calls, without growth."""

import ast
import copy
import signal
import sys
import threading
import tracemalloc
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from random_networks import (
    Again,
    AtOnce,
    Branches,
    Diagonal,
    Factors,
    Gate,
    Gated,
    MeanInput,
    Mirrored,
    Shift,
    Squashed,
    Twofold,
    TwoWeights,
    layered,
    tangled,
    written,
)
from sympy import Piecewise, sin

from derive.compiling import built
from derive.errors import DeriveError
from derive.fast import passes as passes_of_code
from derive.fast import stepping
from derive.fast.passes import PASSES, reason
from derive.layers import Dense, Residual
from derive.losses import LOSSES, categorical_cross_entropy, cross_entropy
from derive.network import Network
from derive.ops import ACTIVATIONS, Activation, relu, sigmoid, softmax, softplus, tanh
from derive.schedules import exponential, inverse_time
from derive.training import train

LIMIT = 1e-12
STEPS = 10


def batches(net, samples, dtype="float64"):
    rng = np.random.default_rng(1)
    p = {name: (v + 0.1 * rng.standard_normal(v.shape)).astype(dtype) for name, v in net.init(rng).items()}
    X, Y = rng.normal(size=(STEPS, samples, net.n_in)), rng.random((STEPS, samples, net.n_out))
    return p, X.astype(dtype), (Y / Y.sum(axis=2, keepdims=True)).astype(dtype)


def distance(one, other):
    return np.linalg.norm(one - other) / max(np.linalg.norm(other), 1e-300)


def assert_same_steps(net, code, samples=5, limit=LIMIT, rate=0.01, lost=0.0):
    """Ten updates by both: every loss, every gradient and at the end every parameter agree.

    `lost` is how far a gradient may be off whatever its size: where neurons saturate, 1 - a loses the digits that a has.
    """
    assert code.fallback == ""
    p, X, Y = batches(net, samples, code.dtype)
    trained, beside = code.begin(p), code.begin(p)  # two, so that a step finds nothing of what `gradients` wrote
    own, other = trained.at(samples), beside.at(samples)
    for x, y in zip(X, Y, strict=True):
        for bound in (own, other):
            bound.data["X"][...], bound.data["Y"][...] = code.prepared(x, y, samples)
        beside.load(p)
        C, g = code.readable.value_and_grad(p, x, y)
        D, h = other.gradients()
        assert D == pytest.approx(C, rel=limit)
        for name in p:
            assert np.linalg.norm(h[name] - g[name]) <= limit * 10 * np.linalg.norm(g[name]) + lost, name
        assert own.step(rate) == pytest.approx(C, rel=limit)
        p = {name: (theta - rate * g[name]).astype(code.dtype) for name, theta in p.items()}
    assert all(np.isfinite(v).all() for v in p.values())
    for name, theta in trained.params().items():
        assert distance(theta, p[name]) < limit, name


# Right: every activation, every loss that fits, with and without decay; every kind of layer; every pass left out.


@pytest.mark.parametrize("loss", [*LOSSES.values(), categorical_cross_entropy], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("output", ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize("hidden", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_every_activation_and_loss(hidden, output, loss):
    if not output.range.is_subset(loss.after.get(output, loss).domain):
        return  # refused; see the test of losses
    single = [((4, 3), 0.1)] if hidden is sigmoid else []  # which has no hidden layer
    for sizes, l2 in [*single, ((4, 5, 2, 3), 0.0), ((4, 5, 2, 3), 0.1)]:
        net = Network.dense(*sizes, activation=hidden, output=output, loss=loss, l2=l2)
        assert_same_steps(net, net.compile(target="fast", batch_size=5))


class bent(Activation):
    r"""z/2 + tanh(z)/2, with SymPy's slope."""

    latex = r"\beta"
    formula = lambda z: z / 2 + tanh(z) / 2


class sinsin(Activation):
    r"""sin(sin(z)): a function of itself."""

    latex = r"s"
    formula = lambda z: sin(sin(z))


SHAPES = {
    "a function of itself": Network(3, Dense(2, sinsin)),
    "an activation twice": Network(3, Dense(2, tanh), Again(tanh), Again(tanh)),
    "an activation on the inputs": Network(3, Again(relu), Dense(2, tanh)),
    "one equation a layer": Network(3, AtOnce(4, relu), AtOnce(4, softplus), AtOnce(2, sigmoid)),
    "a gate": Network(3, Dense(4, tanh), Gate(sigmoid), Dense(2, sigmoid)),
    "two branches and their activations": Network(3, Branches(4, tanh)),
    "softplus below sigmoid": Network(3, Dense(4, softplus), Dense(4, sigmoid), Dense(2, relu)),
    "residual": Network(3, Dense(4, tanh), Residual(Dense(4, sigmoid)), Residual(Dense(4, relu)), Dense(2, sigmoid)),
    "residual first": Network(3, Residual(Dense(3, sigmoid)), Dense(2, sigmoid)),
    "tied": Network(4, Dense(4, tanh), Dense(4, sigmoid, tie="w1"), Dense(2, sigmoid)),
    "tied, transposed": Network(3, Dense(4, tanh), Dense(3, sigmoid, tie="w1", transpose=True)),
    "no bias": Network(3, Dense(4, tanh, bias=False), Dense(2, sigmoid)),
    "scalars": Network.from_equations(["z1 = w1*x + b1", "a1 = sigma(z1)", "a2 = softplus(w2*a1)", "C = (a2 - y)**2/2"]),
    "two inputs": Network.from_equations(["z = w*x + v*t + b", "a = tanh(z)", "C = (a - y)**4"], inputs="x t"),
    "own activation": Network(3, Dense(4, bent), Dense(2, bent)),
    "names that the code uses itself": Network.from_equations(
        ["z = multiply*x + w_T", "eta = sigma(z)", "all_z = tanh(number*eta + rate)", "step = w*all_z*w_T", "C = (step - y)**2"]
    ),
    "narrow": Network.dense(1, 1, 1),
    "deep": Network.dense(3, 4, 4, 4, 2),
    "two branches, wide": Network(70, Gated(4), Dense(2, sigmoid)),
    "two branches behind a layer": Network(3, Dense(4, tanh), Gated(4), Dense(2, sigmoid)),
    "one gradient of two weights": Network(3, TwoWeights(4), Dense(2, sigmoid)),
    "one gradient of two biases": Network(3, Dense(4, ACTIVATIONS["identity"]), Shift(), Dense(2, sigmoid)),
    "one gradient and its transpose": Network(3, Dense(4, tanh), Mirrored(), Dense(2, sigmoid)),
    "errors for a product and for a sum": Network(3, Dense(4, tanh), Diagonal(), Dense(2, sigmoid)),
    "one gradient with decay and without": Network(3, Twofold(4), Twofold(2), l2=0.1),
    "a decay that the layer computes anyway": Network(3, TwoWeights(4), Dense(2, sigmoid), l2=2.0),
    "one gradient in another, and a product in a pack": Network(3, Factors(2), TwoWeights(5), l2=0.1, loss=LOSSES["sum_of_squares"]),
    "one gradient in another": Network(70, Dense(3, tanh), TwoWeights(4), Dense(2, sigmoid), l2=0.1),
    "a matrix of parameters alone": Network(3, Squashed(4), Factors(4), Dense(2, sigmoid)),
    "wide": Network.dense(70, 30, 10, activation=relu, output=softmax, loss=cross_entropy),
}


@pytest.mark.parametrize("tiny", [1, passes_of_code.TINY])
@pytest.mark.parametrize("samples", [1, 5, 40])
@pytest.mark.parametrize("name", SHAPES)
def test_every_kind_of_network(name, samples, tiny, monkeypatch):
    monkeypatch.setattr(passes_of_code, "TINY", tiny)
    assert_same_steps(SHAPES[name], SHAPES[name].compile(target="fast", batch_size=samples), samples, rate=1e-3)


@pytest.mark.parametrize("off", [("carry scales",), ("carry scales", "scale in product"), ("constant unit",), ("blas", "constant unit")])
@pytest.mark.parametrize("name", SHAPES)
def test_every_kind_of_network_with_some_passes(name, off):
    code = SHAPES[name].compile(target="fast", batch_size=5, passes=set(PASSES) - set(off))
    assert_same_steps(SHAPES[name], code)


@pytest.mark.parametrize("off", PASSES)
@pytest.mark.parametrize("sizes", [(2, 3, 1), (70, 5, 3, 2)])
def test_every_pass_can_be_switched_off(off, sizes):
    net = Network.dense(*sizes)
    code = net.compile(target="fast", batch_size=4, passes=set(PASSES) - {off})
    assert reason(off) not in code.source
    assert_same_steps(net, code, 4)


@pytest.mark.parametrize("sizes", [(2, 3, 1), (4, 5, 3, 2)])
def test_without_any_pass_it_is_the_same(sizes):
    net = Network.dense(*sizes)
    assert_same_steps(net, net.compile(target="fast", batch_size=4, passes=()), 4)


def test_single_precision():
    net = Network.dense(4, 5, 3, 2)
    assert_same_steps(net, net.compile("float32", target="fast", batch_size=4), 4, limit=2e-6)


def test_without_scipy(monkeypatch):
    monkeypatch.setattr(stepping, "find_spec", lambda name: None)
    net = Network.dense(4, 5, 3, 2)
    code = net.compile(target="fast", batch_size=4)
    assert "scipy" not in code.source
    assert_same_steps(net, code, 4)


@pytest.mark.parametrize(("right", "wrong"), [("0.25*-eta", "0.3*-eta"), ("subtract(a2, y", "multiply(a2, y"), ("0.125*", "0.25*")])
def test_a_planted_mistake_is_found(right, wrong):
    net = Network.dense(2, 3, 1)
    code = net.compile(target="fast", batch_size=4)
    source = code.source
    assert right in source
    code._code[4] = replace(code.at(4), build=built(source.replace(right, wrong)))
    with pytest.raises(AssertionError):
        assert_same_steps(net, code, 4)


DRAWN = [(kind, seed) for kind, count in ((written, 150), (layered, 60), (tangled, 40)) for seed in range(count)]


@pytest.mark.parametrize(("kind", "seed"), DRAWN, ids=lambda value: str(getattr(value, "__name__", value)))
def test_networks_drawn_at_random(kind, seed, monkeypatch):
    """With all passes or with some of them, and half of them with the tricks for large arrays too."""
    rng = np.random.default_rng(seed)
    if rng.random() < 0.5:
        monkeypatch.setattr(passes_of_code, "TINY", 1)
        monkeypatch.setattr(passes_of_code, "WIDE", 2)
    net, samples = kind(rng), int(rng.integers(1, 13))
    passes = None if rng.random() < 0.5 else [name for name in PASSES if rng.random() < 0.7]
    assert_same_steps(net, net.compile(target="fast", batch_size=samples, passes=passes), samples, rate=1e-4, lost=1e-14)
    code = net.compile()
    p, X, Y = batches(net, samples)
    predicted = code.trace(p, X[0], Y[0])[net.equations.output]
    assert np.array_equal(code.predict(p, X[0]).ravel(), np.broadcast_to(predicted, (samples, *np.shape(predicted)[1:])).ravel())


# The same history.


@pytest.mark.parametrize("rate", [0.5, inverse_time(0.5, decay=0.1, warmup=3)])
@pytest.mark.parametrize("batch_size", [1, 5, 10, 23, 50, None])
def test_the_same_seed_gives_the_same_history(batch_size, rate):
    net, rng = Network(3, Dense(4, relu), Dense(2, softmax), loss=cross_entropy, l2=0.01), np.random.default_rng(3)
    X = rng.normal(size=(23, 3))
    Y = np.eye(2)[(X[:, 0] > 0).astype(int)]
    settings = {"epochs": 3, "batch_size": batch_size, "rate": rate, "rng": 5, "held_out": (X[:4], Y[:4])}
    slow = train(net, X, Y, compiled=net.compile(), **settings)
    fast = train(net, X, Y, compiled=net.compile(target="fast"), **settings)
    for one, other in ((fast.loss, slow.loss), (fast.held_out_loss, slow.held_out_loss)):
        assert one == pytest.approx(other, rel=LIMIT)
    assert fast.rates == slow.rates and fast.accuracy == slow.accuracy and fast.stopped == slow.stopped
    for name, theta in slow.params.items():
        assert distance(fast.params[name], theta) < LIMIT
        assert fast.gradient_norms[name] == pytest.approx(slow.gradient_norms[name], rel=1e-9)


def test_divergence_is_reported_alike_and_keeps_the_last_finite_parameters():
    net, rng = Network.dense(3, 4, 1, output=ACTIVATIONS["identity"]), np.random.default_rng(3)
    X = rng.normal(size=(23, 3))
    settings = {"epochs": 50, "rate": 1e3, "rng": 5}
    slow = train(net, X, X[:, 0], compiled=net.compile(), **settings)
    fast = train(net, X, X[:, 0], compiled=net.compile(target="fast"), **settings)
    assert "diverged" in slow.stopped and fast.stopped == slow.stopped and len(fast.loss) == len(slow.loss)
    assert all(np.isfinite(theta).all() for theta in fast.params.values())


def compare_ends(ends):
    for name, theta in ends[0].params.items():
        assert distance(ends[1].params[name], theta) < LIMIT


def stop_at_seven(k):
    if k == 7:
        raise KeyboardInterrupt
    return 0.1


def test_an_interruption_keeps_what_was_learned():
    net, rng = Network.dense(3, 4, 1), np.random.default_rng(3)
    X = rng.normal(size=(23, 3))

    ends = [train(net, X, X[:, 0] > 0, rate=stop_at_seven, batch_size=5, compiled=net.compile(target=t)) for t in ("readable", "fast")]
    assert "after 7 updates" in ends[1].stopped and ends[0].stopped == ends[1].stopped
    compare_ends(ends)


def interrupted_in_an_update(times=1):
    """A network, and its code with Ctrl-C in the seventh update: when w1 has changed, and w2 has not."""
    net = Network.dense(3, 4, 1)
    code = net.compile(target="fast", batch_size=5)
    head, update = code.source.split("    def step(eta):\n")
    before, after = update.split("        gemm(rate, a1_with_1", 1)
    assert "w1_b1 <-" in before and "w2_b2 <-" in after
    planted = "".join(f"        if len(COUNT) == 7: signal.raise_signal(2)  # {n}\n" for n in range(times))
    text = f"import signal\nCOUNT = []\n{head}    def step(eta):\n        COUNT.append(0)\n{before}{planted}"
    text += f"        gemm(rate, a1_with_1{after}"
    code._code[5] = replace(code.at(5), build=built(text))
    return net, code


def test_ctrl_c_in_the_middle_of_an_update_waits_for_its_end():
    X = np.random.default_rng(3).normal(size=(50, 3))
    net, code = interrupted_in_an_update()
    usual = signal.getsignal(signal.SIGINT)
    end = train(net, X, X[:, 0] > 0, rate=0.1, batch_size=5, compiled=code)
    assert "interrupted in epoch 1, after 7 updates" in end.stopped and signal.getsignal(signal.SIGINT) is usual

    compare_ends([train(net, X, X[:, 0] > 0, rate=stop_at_seven, batch_size=5, compiled=net.compile()), end])


def test_a_second_ctrl_c_does_not_wait():
    X = np.random.default_rng(3).normal(size=(50, 3))
    net, code = interrupted_in_an_update(times=2)
    assert "interrupted in epoch 1, after 6 updates" in train(net, X, X[:, 0] > 0, rate=0.1, batch_size=5, compiled=code).stopped


def test_who_handles_ctrl_c_otherwise_is_asked_and_training_goes_on():
    X = np.random.default_rng(3).normal(size=(50, 3))
    net, code = interrupted_in_an_update()
    seen = []
    usual = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        assert train(net, X, X[:, 0] > 0, epochs=1, batch_size=5, compiled=code).stopped == "1 epoch done"
    finally:
        signal.signal(signal.SIGINT, usual)
    assert seen == [signal.SIGINT]


def test_training_in_a_thread():
    net, X = Network.dense(3, 4, 1), np.random.default_rng(3).normal(size=(50, 3))
    code, ends = net.compile(target="fast"), {}
    threads = [threading.Thread(target=lambda n=n: ends.update({n: train(net, X, X[:, 0] > 0, rng=n, compiled=code)})) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(ends[n].loss == train(net, X, X[:, 0] > 0, rng=n, compiled=code).loss for n in range(3))


def test_parameters_may_lie_elsewhere_for_a_single_sample():
    net, X = Network(3, MeanInput(4), Dense(2, sigmoid)), np.random.default_rng(3).normal(size=(11, 3))
    code = net.compile(target="fast", batch_size=5)
    assert code.at(1).homes != code.at(5).homes
    Y = X[:, :2] > 0
    compare_ends([train(net, X, Y, epochs=3, batch_size=5, compiled=c) for c in (net.compile(), code)])


CALLS = [("stop rule", lambda do: {"stop": lambda history: do()}), ("schedule", lambda do: {"rate": lambda k: do() or 0.5})]


@pytest.mark.parametrize(("where", "settings"), CALLS, ids=[where for where, _ in CALLS])
def test_a_training_inside_another_with_the_same_code(where, settings):
    net, X = Network.dense(3, 4, 1), np.random.default_rng(3).normal(size=(23, 3))
    code = net.compile(target="fast")
    learn = lambda **more: train(net, X, X[:, 0] > 0, epochs=2, compiled=code, **{"rate": 0.5, **more})
    alone = learn()
    around = learn(**settings(lambda: learn(rng=9) and None))
    assert around.loss == alone.loss
    assert all(np.array_equal(around.params[name], theta) for name, theta in alone.params.items())


def test_a_copy_of_the_code_trains_the_same():
    net, X = Network.dense(3, 4, 1), np.random.default_rng(3).normal(size=(23, 3))
    code = net.compile(target="fast")
    one, other = (train(net, X, X[:, 0] > 0, epochs=2, compiled=c) for c in (code, copy.deepcopy(code)))
    assert one.loss == other.loss and all(np.array_equal(one.params[name], other.params[name]) for name in one.params)


def test_who_changes_the_parameters_between_epochs_changes_what_is_learned_from_then_on():
    net, X = Network.dense(3, 4, 1), np.random.default_rng(3).normal(size=(23, 3))

    def clip(history):
        np.clip(history.params["w1"], -0.1, 0.1, out=history.params["w1"])

    slow, fast, free = (
        train(net, X, X[:, 0] > 0, epochs=4, stop=stop, compiled=net.compile(target=target))
        for target, stop in (("readable", clip), ("fast", clip), ("fast", None))
    )
    assert fast.loss == pytest.approx(slow.loss, rel=LIMIT) and abs(fast.loss[-1] - free.loss[-1]) > 1e-3
    assert all(distance(fast.params[name], theta) < LIMIT for name, theta in slow.params.items())


@pytest.mark.parametrize("target", ["readable", "fast"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.update(w1=0.0), r"params\['w1'\]: the shape is \(\), but the network has \(4, 3\)"),
        (lambda p: p.update(w1=np.ones((1, 3))), r"the shape is \(1, 3\)"),
        (lambda p: p.update(w1="x"), "params"),
        (lambda p: p.pop("w1"), "b1, w2, b2 given, but the network has w1, b1, w2, b2"),
        (lambda p: p.update(zz=1.0), "zz given, but"),
    ],
)
def test_parameters_that_a_rule_has_spoilt_are_named(change, message, target):
    net, X = Network.dense(3, 4, 1), np.random.default_rng(3).normal(size=(23, 3))

    def spoil(history):
        change(history.params)

    with pytest.raises(DeriveError, match=message):
        train(net, X, X[:, 0] > 0, epochs=1, stop=spoil, compiled=net.compile(target=target))


def test_a_rule_may_give_other_parameters():
    net, X = Network.dense(3, 4, 1), np.random.default_rng(3).normal(size=(23, 3))

    def halve(history):
        history.params = {name: theta / 2 for name, theta in history.params.items()}

    slow, fast = (train(net, X, X[:, 0] > 0, epochs=4, stop=halve, compiled=net.compile(target=t)) for t in ("readable", "fast"))
    compare_ends([slow, fast])
    once = train(net, X, X[:, 0] > 0, epochs=1, stop=halve)
    assert np.array_equal(once.params["w1"], train(net, X, X[:, 0] > 0, epochs=1).params["w1"] / 2)


@pytest.mark.parametrize("target", ["readable", "fast"])
def test_a_schedule_is_asked_once_for_every_update_also_where_training_diverges(target):
    net, X = Network.dense(3, 4, 1, output=ACTIVATIONS["identity"]), np.random.default_rng(3).normal(size=(23, 3))
    asked = []
    end = train(net, X, X[:, 0], epochs=50, rate=lambda k: asked.append(k) or 1e3, compiled=net.compile(target=target))
    assert "diverged" in end.stopped and asked == list(range(len(asked)))


def test_two_trainings_with_one_code_do_not_disturb_each_other():
    net, X = Network.dense(3, 4, 1), np.random.default_rng(3).normal(size=(23, 3))
    code = net.compile(target="fast")
    first = train(net, X, X[:, 0] > 0, epochs=2, compiled=code)
    kept = {name: theta.copy() for name, theta in first.params.items()}
    train(net, X, X[:, 1] > 0, epochs=2, compiled=code, rate=exponential(1.0))
    assert all(np.array_equal(first.params[name], kept[name]) for name in kept)


# What cannot be lowered, and what is refused.


class jumpy(Activation):
    r"""A ramp in pieces, which NumPy text cannot say as arithmetic."""

    latex = r"\rho"
    formula = lambda z: Piecewise((z, z > 0), (z / 10, True))


def test_what_has_no_fast_form_is_trained_by_the_readable_code_and_says_so():
    net, X = Network(3, Dense(4, jumpy), Dense(1, sigmoid)), np.random.default_rng(3).normal(size=(23, 3))
    code = net.compile(target="fast")
    for asked in ("calls", "workspace"):
        with pytest.raises(DeriveError, match=r"there is no fast code: .*select"):
            getattr(code, asked)
    assert "select" in code.fallback and code.fallback in code.source and "value_and_grad" in code.source
    slow, fast = (train(net, X, X[:, 0] > 0, epochs=2, compiled=c) for c in (net.compile(), code))
    assert all(np.array_equal(slow.params[name], fast.params[name]) for name in slow.params)


MEETING = [
    ["z = w*x + b + c", "a = sigma(z)", "C = (a - y)**2/2"],
    ["z = w*x + b - c", "a = sigma(z)", "C = (a - y)**2/2"],
    ["z = (w + v)*x", "a = sigma(z)", "C = (a - y)**2/2"],
    ["z = w*x", "C = (z - y)**2/2 + v**2/2"],
    ["z = w*x", "C = (z - y)**2/2 + w**2/2 + v*w"],
    ["z = w*x", "C = (z - y)**2/2 + v"],
    ["z = w*x", "C = (z - y)**2/2 + v - w + c"],
    ["z = w*x", "C = exp(v) + (z - z)*y"],
    ["z = w*x", "C = 2 + (z - z)*y"],
]


@pytest.mark.parametrize("passes", [None, ()])
@pytest.mark.parametrize("equations", MEETING, ids="; ".join)
def test_gradients_that_are_one_array_or_a_parameter_or_a_number(equations, passes):
    """An update in place must change neither the gradient of another parameter nor a parameter that is a gradient."""
    net = Network.from_equations(equations)
    assert_same_steps(net, net.compile(target="fast", batch_size=3, passes=passes), 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"target": "quick"}, "the target is 'quick', expected 'readable' or 'fast'"),
        ({"target": "fast", "passes": ["magic"]}, "there is no pass 'magic'"),
        ({"target": "fast", "passes": 3}, "there is no pass 3"),
        ({"passes": ["blas"]}, "only the fast code has passes"),
        ({"target": "fast", "batch_size": 0}, "0 is not a whole number of at least 1"),
        ({"target": "fast", "batch_size": None}, "None is not a whole number .* give their number"),
        ({"batch_size": -4}, "-4 is not a whole number of at least 1"),
        ({"target": "fast", "dtype": "int8"}, "dtype is 'int8'"),
    ],
)
def test_what_is_refused(settings, message):
    with pytest.raises(DeriveError, match=message):
        Network.dense(2, 3, 1).compile(**settings)


# How many calls, and how much memory.


def called(source):
    """How often the function `step` of a source calls something, the reading of the loss aside."""
    step = next(n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef) and n.name == "step")
    calls = [n for n in ast.walk(step) if isinstance(n, ast.Call)]
    return len([n for n in calls if not (isinstance(n.func, ast.Attribute) and n.func.attr == "item")])


COUNTS = [
    (Network.dense(2, 3, 1), 4, 14),
    (Network.dense(2, 16, 1), 200, 17),
    (Network.dense(784, 30, 10), 10, 17),
    (Network.dense(784, 512, 512, 10), 256, 28),
    (Network.dense(64, 30, 10, activation=tanh, output=tanh), 10, 13),
    (Network.dense(64, 30, 10, activation=relu, output=softmax, loss=cross_entropy), 10, 17),
    (Network.dense(64, 30, 10, l2=0.01), 10, 36),
]


@pytest.mark.parametrize(("net", "samples", "most"), COUNTS, ids=lambda value: repr(value))
def test_number_of_calls_a_step(net, samples, most):
    code = net.compile(target="fast", batch_size=samples)
    assert code.calls == called(code.source) <= most


def test_the_source_says_why_it_is_fast():
    code = Network.dense(2, 3, 1).compile(target="fast", batch_size=4)
    wide = Network.dense(2, 16, 1).compile(target="fast", batch_size=200)
    for name in ("share results", "carry scales", "expit", "constant unit", "pack slopes", "blas", "update in product"):
        assert f"# {name}: {reason(name)}" in code.source
    for name in ("in place", "scale in product"):
        assert f"# {name}: {reason(name)}" in wide.source and reason(name) not in code.source
    decayed = Network.dense(70, 3, 2, activation=relu, output=softmax, loss=cross_entropy, l2=0.1).compile(target="fast", batch_size=4)
    for name in ("turn targets", "sign", "weight decay", "inner product", "sum by ones"):
        assert f"# {name}: {reason(name)}" in decayed.source
    assert all(label in code.source for label in ("BP1", "BP2", "BP3", "BP4"))
    assert not [name for name in PASSES if reason(name) in Network.dense(2, 3, 1).compile(target="fast", passes=()).source]
    other = Network(2, Dense(1, tanh, bias=False)).compile(target="fast", batch_size=4).source
    assert not any(reason(name) in other for name in ("expit", "constant unit", "turn targets", "pack slopes", "weight decay", "sign"))


def test_without_any_pass_nothing_is_computed_that_nothing_reads():
    for net in (Network.dense(2, 3, 1), Network.dense(3, 4, 2, activation=tanh, output=softmax, loss=cross_entropy)):
        step = net.compile(target="fast", batch_size=4)._step(4, frozenset())
        read = {r.value for i in step.instructions for r in i.args} | step.kept()
        assert all(i.out.value in read for i in step.instructions)


def test_the_workspace_is_reported_and_does_not_grow():
    net = Network.dense(64, 30, 10)
    code = net.compile(target="fast", batch_size=10)
    p, X, Y = batches(net, 10)
    own = code.begin(p).at(10)
    own.data["X"][...], own.data["Y"][...] = code.prepared(X[0], Y[0], 10)
    before = code.workspace
    assert before > 8 * 10 * (64 + 30 + 10)
    own.step(0.1)
    tracemalloc.start()
    try:
        own.step(0.1)
        start, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in range(10_000):
            own.step(0.1)
        end, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert end - start < 1000 and peak - start < 8 * 10 * 30  # not even one array of the hidden layer
    assert code.workspace == before


# What `train` does besides.


def events(run):
    """How many functions a run calls, as the interpreter counts them."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def test_a_batch_costs_one_call_besides_its_gather_and_its_step():
    net, rng = Network.dense(64, 30, 10), np.random.default_rng(0)
    X, Y = rng.random((600, 64)), rng.random((600, 10))
    code, start = net.compile(target="fast", batch_size=10), net.init(0)
    own, (inputs, targets) = code.begin(start).at(10), code.prepared(X, Y, 10)
    own.step(0.1)
    train(net, X, Y, epochs=1, params=start, compiled=code)

    def bare(batches):
        for batch in np.arange(10 * batches).reshape(-1, 10):
            inputs.take(batch, 0, own.data["X"], "clip")
            targets.take(batch, 1, own.data["Y"], "clip")
            own.step(0.1)

    def whole(batches):
        train(net, X[: 10 * batches], Y[: 10 * batches], epochs=1, params=start, compiled=code)

    one, other = (events(partial(run, 50)) - events(partial(run, 20)) for run in (whole, bare))
    assert other >= 90 and one - other == 30  # appending the loss


def test_a_batch_copies_nothing_but_its_gather():
    net, rng = Network.dense(784, 30, 10), np.random.default_rng(0)
    X, Y = rng.random((200, 784)), rng.random((200, 10))
    peaks = []

    def rate(k):
        now, peak = tracemalloc.get_traced_memory()
        peaks.append(peak - now)
        tracemalloc.reset_peak()
        return 0.1

    code = net.compile(target="fast", batch_size=10)
    tracemalloc.start()
    try:
        train(net, X, Y, epochs=3, rate=rate, compiled=code)
    finally:
        tracemalloc.stop()
    between = [peak for k, peak in enumerate(peaks) if 1 <= k % 20 < 19]
    assert len(peaks) == 60 and max(between) < 8 * 784 < max(peaks)  # not even one row
