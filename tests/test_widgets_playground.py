"""The playground: what it learns is what `train` learns, each control does what it says, and nothing it shows is blank or stale."""

import re

import numpy as np
import pytest

from derive.data import Data, circle, clouds, clouds_start, one_hot
from derive.errors import DeriveError
from derive.layers import Dense
from derive.losses import cross_entropy, half_sum_of_squares, squared_error
from derive.network import Network
from derive.ops import identity, relu, sigmoid, tanh
from derive.training import train
from derive.widgets.training import learning
from derive.widgets.training.curves import thinned
from derive.widgets.training.playground import SCHEMES, Playground

CIRCLE_NET = Network(2, Dense(4, sigmoid), Dense(2, sigmoid), Dense(1, tanh))
SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


def size(figure):
    return SIZE.search(figure.frame().picture).groups()


def learned(figure, epochs):
    while figure.run().epoch < epochs:
        figure.press("one")
    return figure


def three_classes(count=90):
    rng = np.random.default_rng(3)
    c = rng.integers(0, 3, count)
    return rng.normal(size=(count, 2)) + np.array([[0, 3], [3, -1], [-3, -1]])[c], one_hot(c, 3)


# What is learned.


@pytest.mark.parametrize(("batch", "given"), [(1, 1), (10, 10), (None, None), (400, 400)])
def test_it_learns_what_train_learns(batch, given):
    figure = learned(Playground("circle", 4, rate=0.2, batch_size=batch, seed=3), 4)
    run, data = figure.run(), figure.plane().data
    start = run.net.init(np.random.default_rng(3))
    rng = np.random.default_rng(3)
    run.net.init(rng)
    history = train(
        run.net, data.X, data.Y, epochs=4, batch_size=given, rate=0.2, rng=rng, params=start, held_out=data.held_out,
        compiled=run.code,  # not the fast code: at these rates a rounding of 1e-16 grows to 1e-1 within four epochs
    )
    assert run.loss == pytest.approx(history.loss, rel=1e-12)
    assert run.held_out_loss == pytest.approx(history.held_out_loss, rel=1e-12)
    assert all(run.params[n] == pytest.approx(v, rel=1e-10) for n, v in history.params.items())


def test_several_epochs_at_once_are_the_same_as_one_by_one():
    one, many = (Playground("clouds", 4, batch_size=None, seed=1) for _ in range(2))
    learned(one, 24)
    many.press("start")
    while many.run().epoch < 24:
        many.advance()
    assert many.run().loss == one.run().loss and many.running


def test_a_long_epoch_is_learned_in_pieces(monkeypatch):
    X, Y = three_classes(600)
    calls = []
    original = learning.train

    def counted(*given, **settings):
        calls.append(len(given[1]))
        return original(*given, **settings)

    monkeypatch.setattr(learning, "train", counted)
    figure = Playground((X, Y), 4, batch_size=1, held_out=0.1)
    calls.clear()
    figure.press("start")
    figure.advance()
    assert calls == [250] and figure.run().epoch == 0 and figure.run().within
    figure.press("stop")
    figure.set("batch", "all")  # what is left of the epoch is learned with the new size
    figure.press("one")
    assert calls == [250, 290] and figure.run().epoch == 1 and len(figure.run().held_out_loss) == 1
    figure.press("one")
    assert figure.run().epoch == 2 and figure.run().loss[1] < figure.run().loss[0] and calls[-1] == 540


@pytest.mark.parametrize(("rate", "low", "high"), [(0.03, 300, 900), (0.3, 1, 300)])
def test_row_a7_small_and_right_rate(rate, low, high):
    figure = _circle(rate)
    figure.press("start")
    while figure.run().reached is None and figure.running:
        figure.advance()
    assert low <= figure.run().reached <= high
    assert f"97 % first in epoch {figure.run().reached}" in figure.frame().lines[2]


def _circle(rate, epochs=1000):
    rng = np.random.default_rng(0)
    data = circle(500, rng, held_out=0.5)
    start = {n: rng.uniform(-0.5, 0.5, k) if len(k) == 2 else np.full(k, 0.1) for n, k in CIRCLE_NET.shapes.items()}
    return Playground(data, network=CIRCLE_NET, params=start, rate=rate, epochs=epochs)


def test_row_a7_too_large_a_rate():
    figure = _circle(10.0, epochs=100)
    figure.press("start")
    while figure.running:
        figure.advance()
    assert figure.run().epoch == 100 and figure.run().reached is None and "Stopped: epoch 100" in figure.frame().text
    figure.press("start")  # goes on to the next multiple
    while figure.running:
        figure.advance()
    assert figure.run().epoch == 200


@pytest.mark.parametrize(
    ("activation", "loss", "rate", "epochs", "share"),
    [(identity, half_sum_of_squares, 1e-4, 1_000, 0.91), (sigmoid, half_sum_of_squares, 0.01, 10_000, 0.975)],
)
def test_rows_d2_and_d3(activation, loss, rate, epochs, share):
    net = Network.dense(2, 16, 1, activation=activation, loss=loss)
    figure = Playground("clouds", network=net, params=clouds_start(), rate=rate, batch_size=None, epochs=epochs)
    figure.press("start")
    while figure.running:
        figure.advance()
    assert figure.run().epoch == epochs
    data = clouds()
    assert figure.run().right(data.X, data.Y) == pytest.approx(share, abs=0.006)
    lines = figure.plane().borders(figure.run().outputs(figure.plane().grid)).reshape(-1, 2)
    across = np.polyfit(lines[:, 0], lines[:, 1], 1)
    bend = np.abs(np.polyval(across, lines[:, 0]) - lines[:, 1]).max()
    assert (bend < 0.15) == (activation is identity), bend


def test_row_e2_xor_needs_a_hidden_layer():
    with_one, without = Playground("xor", 8, rate=3, batch_size=None), Playground("xor", (), rate=3, batch_size=None)
    for figure in (with_one, without):
        learned(figure, 500)
    assert with_one.frame().text.endswith("on their side of the border: 4 of 4 (100 %).")
    assert without.run().right(without.plane().data.X, without.plane().data.Y) <= 0.75
    assert not without.enabled("width") and with_one.enabled("width")


# Divergence, and what does not show in a curve.


def test_divergence_is_told_and_the_last_picture_stays():
    net = Network.dense(2, 8, 1, activation=relu, output=identity, loss=half_sum_of_squares)
    figure = Playground("clouds", network=net, rate=0.001, batch_size=10)
    learned(figure, 3)
    pixels = re.search(r"data:image[^\"]*", figure.frame().picture)[0]
    figure.set("rate", 90.0)
    figure.press("start")
    while figure.running:
        figure.advance()
    frame = figure.frame()
    assert frame.text.startswith("The training diverged in epoch ") and "learning rate of 90" in frame.text and "such as 9;" in frame.text
    assert pixels in frame.picture and "nan" not in frame.picture and "nan" not in "".join(frame.lines).replace("not a number", "")
    assert len(frame.lines) == 3 and not figure.running
    figure.set("rate", 0.001)
    figure.press("one")
    assert figure.run().epoch == 1 and "diverged" not in figure.frame().text  # begun anew
    assert all(np.isfinite(v).all() for v in figure.run().params.values())


def test_a_divergence_after_some_epochs_of_a_piece_keeps_the_picture():
    net = Network.dense(2, 8, 1, activation=relu, output=identity)
    figure = Playground("clouds", network=net, rate=30, batch_size=None)
    pixels = re.search(r"data:image[^\"]*", figure.frame().picture)[0]
    figure.press("start")
    figure.advance()
    assert figure.run().epoch > 0 and figure.run().diverged_at == 30 and pixels in figure.frame().picture


def test_a_rate_from_the_slider_has_two_digits():
    figure = Playground("clouds", rate=0.0123)
    assert r"\eta = 0.0123$" in figure.frame().lines[0]
    figure.set("rate", 10**-1.3)
    assert r"\eta = 0.05$" in figure.frame().lines[0]


def test_a_plateau_and_a_growing_loss_are_told():
    figure = learned(Playground("xor", (), rate=3, batch_size=None), 60)
    assert "a plateau" in figure.frame().text
    run = learned(Playground("clouds", 4), 6).run()
    assert run.remark(0.5) == ""
    run.loss[-1] = 3 * run.loss[0]
    assert "has grown" in run.remark(0.5)


def test_an_interruption_ends_it_without_a_story(monkeypatch):
    figure = Playground("clouds", 4)
    figure.press("start")
    monkeypatch.setattr(type(figure.run().code), "value_and_grad", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
    figure.advance()
    monkeypatch.undo()
    assert not figure.running and "diverged" not in figure.frame().text


# Controls.


def test_rate_and_batch_take_effect_while_training_the_rest_begins_anew():
    figure = Playground()
    figure.press("start")
    figure.advance()
    for name, value in (("rate", 0.01), ("batch", "32"), ("pace", "one epoch a picture")):
        before = figure.run()
        figure.set(name, value)
        assert figure.run() is before and figure.running and before.epoch
    for name, value in (
        ("layers", 2), ("width", 5), ("activation", "relu"), ("init", "nielsen"), ("seed", 7), ("data", "xor"), ("data", "clouds"),
        ("data", "seven-points"),
    ):  # fmt: skip
        figure.press("start")
        figure.advance()
        assert figure.run().epoch
        figure.set(name, value)
        assert figure.run().epoch == 0 and not figure.running and "Not trained yet" in figure.frame().text
    assert repr(figure.run().net) == "<Network 2-5-5-1, squared_error>"


def test_buttons():
    figure = Playground("circle", 4)
    assert [figure.enabled(n) for n in ("start", "stop", "one", "reset")] == [True, False, True, True]
    figure.press("stop")
    figure.key("ArrowRight")
    assert figure.run().epoch == 1
    figure.press("start")
    assert [figure.enabled(n) for n in ("start", "stop", "one", "reset")] == [False, True, False, True] and figure.running
    figure.key("ArrowRight")
    assert figure.run().epoch == 1
    figure.press("stop")
    assert not figure.running
    figure.press("reset")
    assert figure.run().epoch == 0


def test_one_epoch_a_picture():
    figure = Playground("circle", 4)
    figure.set("pace", "one epoch a picture")
    figure.press("start")
    for pictures in (1, 2):
        for _ in range(5):
            figure.advance()
        assert figure.run().epoch == pictures
        figure.frame()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_is_one_of_the_network(scheme):
    figure = Playground("xor", 4, init=scheme, seed=2)
    expected = figure.run().net.init(np.random.default_rng(2), scheme)
    assert all(np.array_equal(figure.run().params[n], v) for n, v in expected.items())


def test_the_state_is_that_of_the_controls():
    figure = Playground(seed=1)
    for name, value in (("data", "clouds"), ("layers", 2), ("width", 3), ("rate", 1.5), ("batch", "4"), ("seed", 9)):
        figure.set(name, value)
    kept, other = figure.state(), Playground()
    learned(other, 2)
    other.restore(kept)
    assert other.state() == kept and other.run().epoch == 0 and other.frame() == figure.frame()
    before = other.state()
    with pytest.raises(DeriveError, match="there is no 'seven'"):
        other.restore({**kept, "width": 7, "batch": "seven"})
    assert other.state() == before


def test_params_of_the_seed():
    def start(rng):
        return {n: rng.uniform(-0.5, 0.5, k) for n, k in CIRCLE_NET.shapes.items()}

    figure = Playground("circle", network=CIRCLE_NET, params=start)
    one = figure.run().params
    figure.set("seed", 5)
    assert not np.array_equal(one["w1"], figure.run().params["w1"]) and np.abs(figure.run().params["w1"]).max() <= 0.5
    assert "init" not in figure.values and "width" not in figure.values and "data" not in figure.values


# The picture.


def test_the_picture_keeps_its_size_and_its_lines():
    figure = Playground()
    sizes, lines = set(), set()
    for name, value in (("data", "clouds"), ("data", "xor"), ("layers", 0), ("layers", 3), ("rate", 100.0), ("batch", "1"), ("seed", 4)):
        figure.set(name, value)
        for _ in range(4):
            figure.press("one")
            sizes.add(size(figure))
            lines.add(len(figure.frame().lines))
    assert len(sizes) == 1 and lines == {3}


def test_classes_differ_by_shape_and_held_out_points_are_hollow():
    picture = Playground("circle", 4).frame().picture
    assert all(f'class="{kind}" style="stroke-width: 1.3"' in picture for kind in ("s1", "s2", "s1o", "s2o"))
    square, round_ = (re.search(rf'd="([^"]*)" class="{kind}" style', picture)[1] for kind in ("s1o", "s2o"))
    assert "h" in square and "a" not in square and "a" in round_
    assert "hollow: held out" in picture and "hollow" not in Playground("clouds").frame().picture


def test_colours_and_border_are_those_of_the_answers():
    plane = Playground("circle").plane()
    wave = plane.grid[:, :1] / 5
    colours = plane.colours(wave)
    assert colours.shape == (50, 50, 3) and colours[0, 0, 2] > colours[0, 0, 0] and colours[0, -1, 0] > colours[0, -1, 2]
    assert np.abs(plane.borders(wave)[..., 0]).max() < 1e-9
    up = plane.colours(plane.grid[:, 1:] / 5)
    assert up[0, 0, 0] > up[-1, 0, 0]  # the uppermost row first
    assert Playground("xor").plane().border == 0.5 and plane.border == 0


def test_several_outputs():
    figure = learned(Playground(three_classes(), 8, rate=2, held_out=0.3), 30)
    plane = figure.plane()
    assert figure.frame().lines[2].startswith("right: 63 of 63") and plane.classes() == ["0", "1", "2"]
    lines = plane.borders(figure.run().outputs(plane.grid)).reshape(-1, 2)
    answers = figure.run().outputs(lines)
    two = np.sort(answers, axis=1)[:, -2:]
    assert np.median(two[:, 1] - two[:, 0]) < 0.03


def test_the_update_shown_is_the_one_that_is_made():
    figure = Playground("clouds", 4, batch_size=None, rate=0.5)
    shown = figure.frame().lines[0]
    figure.press("one")
    assert f"{figure.run().params['w1'].flat[0]:.4g}$ by all samples" in shown and r"\eta = 0.5$, 1 update an epoch" in shown


def test_a_sum_is_drawn_by_the_sample():
    figure = learned(Playground("circle", 4, loss=half_sum_of_squares, rate=0.01), 2)
    assert "loss of a sample" in figure.frame().picture
    mean = learned(Playground("circle", 4, rate=0.1), 2)
    assert figure.run().loss == pytest.approx([10 * C for C in mean.run().loss])


def test_long_curves_are_thinned():
    at, values = thinned([float(n) for n in range(1, 10_008)])
    assert len(at) <= 410 and at[-1] == 10_007 and np.array_equal(at, values)
    assert thinned([])[0].size == 0


def test_a_frame_asks_the_network_once_for_the_surface_and_not_again_while_nothing_changes(monkeypatch):
    figure = Playground("circle", 4)
    asked = []
    original = learning.Run.outputs
    monkeypatch.setattr(learning.Run, "outputs", lambda run, X: (asked.append(len(X)), original(run, X))[1])
    figure.frame()
    assert asked == [2500, 250, 250]
    figure.frame()
    figure.set("rate", 2.0)
    figure.frame()
    assert len(asked) == 3


def test_a_width_is_not_derived_again(monkeypatch):
    Playground("circle", (7, 7)).frame()
    monkeypatch.setattr(Network, "compile", lambda *given: pytest.fail("compiled again"))
    figure = Playground("circle", (7, 7))
    figure.set("width", 11)
    figure.press("one")


# What is refused.

X4, Y4 = np.eye(4)[:, :2], np.array([0, 1, 1, 0])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"data": "spiral"}, "no data 'spiral'"),
        ({"data": 3}, "expected a name, Data or a pair"),
        ({"data": (np.eye(4), Y4)}, r"shape \(4, 4\).*choose two columns"),
        ({"data": (X4, Y4[:3])}, "expected \\(samples, 2\\)"),
        ({"data": (X4, Y4 / 2)}, "name no classes"),
        ({"data": (X4, [0, 1, 2, 1])}, "one_hot"),
        ({"data": ([["a", "b"]], [1])}, "text"),
        ({"hidden": (4, 2)}, "network=..."),
        ({"hidden": 64}, "64 is not between 1 and 32"),
        ({"hidden": 2.5}, "three whole numbers, all equal"),
        ({"activation": "softmax"}, "activation of Playground: there is no 'softmax'"),
        ({"init": "zero"}, "init of Playground: there is no 'zero'"),
        ({"rate": 0}, "rate of Playground"),
        ({"batch_size": 0}, "batch_size of Playground"),
        ({"epochs": 0}, "epochs of Playground"),
        ({"seed": -1}, "seed of Playground"),
        ({"network": "2-3-1"}, "not a network"),
        ({"params": {}}, "without the network"),
        ({"data": "xor", "network": Network.dense(3, 1)}, "3 inputs"),
        ({"data": "xor", "network": Network.dense(2, 1), "params": {"w1": np.ones((1, 2))}}, "the network has w1, b1"),
        ({"data": (X4, 2 * Y4 - 1), "loss": cross_entropy}, "cross_entropy needs"),
    ],
)
def test_what_does_not_fit_is_refused(settings, said):
    with pytest.raises(DeriveError, match=said):
        Playground(**settings)


def test_own_batch_sizes_rates_and_data():
    figure = Playground(Data(X4, Y4.reshape(-1, 1), ("height", "weight"), ("cat", "dog")), rate=1e-5, batch_size=3, loss=cross_entropy)
    control = {c.name: c for c in figure.controls}
    assert control["batch"].options == ("1", "3", "4", "10", "32", "all") and control["rate"].low == pytest.approx(1e-5)
    picture = figure.frame().picture
    assert all(word in picture for word in ("height", "weight", "class cat", "class dog"))
    assert Playground(loss=cross_entropy).run().net.loss is cross_entropy and Playground(loss=squared_error).plane().low == -1
