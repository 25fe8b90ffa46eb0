"""The perceptron rule step by step: rows A0 and E2."""

from __future__ import annotations

import json
import re

import pytest

from derive.data import seven_points, xor
from derive.errors import DeriveError
from derive.perceptron import over_orders, perceptron
from derive.widgets import PerceptronFigure

STRICT = "w·x + b > 0"


def size(picture):
    return re.match(r'<svg [^>]*width="(\d+)" height="(\d+)"', picture).groups()


def to_the_end(f):
    while f.enabled("epoch"):
        f.press("epoch")
    return f.frame()


def test_row_e2():
    f = PerceptronFigure()
    frame = to_the_end(f)
    assert "Epoch 8 is the first without a mistake: w = (−1.2, 3.2), b = −1" in frame.text
    assert f.mistakes() == list(perceptron(seven_points().X, seven_points().Y).mistakes)
    f.set("ties", STRICT)
    assert f.done == 0
    assert "Epoch 5 is the first without a mistake: w = (0, 2.2)" in to_the_end(f).text


def test_the_first_steps_with_their_numbers():
    f = PerceptronFigure()
    start = f.frame()
    assert r"w \cdot x + b \geq 0" in start.lines[0] and "There is no line yet" in start.text
    f.key("ArrowRight")
    lines = f.frame().lines
    assert lines[0].endswith(r"= 0 \cdot 0.8 + 0 \cdot 0.4 + 0 = 0$, so $\hat y = 1$; and $y = 0$: a mistake.")
    assert lines[1] == r"$w \leftarrow w + (y - \hat y)\,x = (0, 0) + (0 - 1) \cdot (0.8, 0.4) = (-0.8, -0.4)$"
    assert lines[2] == r"$b \leftarrow b + (y - \hat y) = 0 + (0 - 1) = -1$"
    assert "1 update so far" in f.frame().text and f.mistakes() == [1]
    f.key("ArrowRight")
    assert "right" in f.frame().lines[0] and "stays" in f.frame().lines[1]
    f.key("ArrowLeft")
    assert f.frame().lines == lines


def test_every_moment_is_that_of_the_rule():
    f = PerceptronFigure(order=[3, 1, 0, 2, 6, 5, 4], start=((0.5, -0.5), 0.25), rate=0.5)
    history = f.history
    updates, sizes, counts, w = [], set(), set(), (0.5, -0.5)
    while f.enabled("step"):
        f.press("step")
        moment, frame = f.moment(), f.frame()
        assert moment.before.w == w
        updates += [moment.update] if moment.update else []
        w = moment.after.w
        sizes.add(size(frame.picture))
        counts.add(len(frame.lines) + len(frame.later))
        assert moment.sample == f.order[(f.done - 1) % 7]
    assert tuple(updates) == history.updates and w == history.w
    assert len(sizes) == 1 and counts == {3}
    assert f.mistakes() == list(history.mistakes)


def test_xor_goes_round_in_a_circle():
    data = xor()
    f = PerceptronFigure(data.X, data.Y)
    assert "w and b after epoch 3 are those after epoch 2: the rule goes round in a circle and never ends" in to_the_end(f).text
    assert not f.enabled("step") and f.enabled("back")


def test_row_a0_orders_differ():
    data = seven_points()
    f = PerceptronFigure(order={"backwards": [6, 5, 4, 3, 2, 1, 0]})
    assert f.values["order"] == "backwards" and not f.enabled("seed")
    ends = {to_the_end(f).text}
    f.set("order", "as in the data")
    ends.add(to_the_end(f).text)
    f.set("order", "shuffled by a seed")
    assert f.enabled("seed")
    for seed in range(3):
        f.set("seed", seed)
        run = over_orders(data.X, data.Y, seed, 1)[0]
        assert f.history == run
        ends.add(to_the_end(f).text)
    assert len(ends) >= 3


def test_buttons():
    f = PerceptronFigure()
    assert not f.enabled("back") and not f.enabled("restart")
    f.press("step")
    f.press("epoch")
    assert f.done == 7
    f.press("epoch")
    assert f.done == 14
    f.press("restart")
    assert f.done == 0 and f.frame() == PerceptronFigure().frame()


def test_eta_is_shown_where_it_is_not_one():
    f = PerceptronFigure(rate=0.5)
    assert r"\eta\,(y - \hat y)\,x" in f.frame().lines[1]
    f.press("step")
    assert r"+ 0.5 \cdot (0 - 1) \cdot (0.8, 0.4) = (-0.4, -0.2)" in f.frame().lines[1]


def test_a_limit_of_epochs_is_told():
    f = PerceptronFigure(epochs=2)
    assert "2 epochs done, " in to_the_end(f).text and "mistakes in the last one" in f.frame().text


def test_labels_of_minus_one_and_one():
    data = seven_points()
    f = PerceptronFigure(data.X, 2 * data.Y - 1)
    assert "w = (−1.2, 3.2)" in to_the_end(f).text


def test_state_comes_back():
    f = PerceptronFigure()
    f.set("order", "shuffled by a seed")
    f.set("seed", 4)
    f.set("ties", STRICT)
    f.press("epoch")
    f.press("step")
    g = PerceptronFigure()
    g.restore(json.loads(json.dumps(f.state())))
    assert g.frame() == f.frame() and g.state() == f.state()


@pytest.mark.parametrize(
    "bad", [{"done": -1}, {"done": 10**6}, {"done": "1"}, {"done": True}, {"order": "x"}, {"x": 1}, {"seed": 3, "done": 999}]
)
def test_a_bad_state_changes_nothing(bad):
    f = PerceptronFigure()
    f.press("step")
    before, frame = f.state(), f.frame()
    with pytest.raises(DeriveError):
        f.restore(bad)
    assert f.state() == before and f.frame() == frame


def test_the_rule_runs_once_for_all_its_steps(monkeypatch):
    import derive.widgets.plane.perceptron_figure as module

    f = PerceptronFigure()
    monkeypatch.setattr(module, "perceptron", lambda *a, **k: pytest.fail("run again"))
    for _ in range(5):
        f.press("step")
        f.frame()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: PerceptronFigure([[1, 2]]), "X goes with y"),
        (lambda: PerceptronFigure([[1], [2]], [0, 1]), "1 columns, and a plane needs 2"),
        (lambda: PerceptronFigure(order=[0, 1]), "is not an order of the samples"),
        (lambda: PerceptronFigure(order=3), "expected an order of the samples"),
        (lambda: PerceptronFigure(order={"a": [0, 0, 1, 2, 3, 4, 5]}), "is not an order"),
        (lambda: PerceptronFigure(start=((1, 2, 3), 0)), "w has 3 entries"),
        (lambda: PerceptronFigure(rate=-1), "-1"),
        (lambda: PerceptronFigure(epochs=0), "not a whole number of at least 1"),
    ],
)
def test_bad_input_is_told_in_a_sentence(make, said):
    with pytest.raises(DeriveError, match=said) as info:
        make()
    assert "\n" not in str(info.value)
