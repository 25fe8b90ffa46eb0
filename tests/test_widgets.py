"""The framework of figures: controls, plots, pages without a kernel, saved work, exercises. Every figure of the gallery is tried."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from gallery import GALLERY

import derive.widgets
from derive.errors import DeriveError
from derive.grading import Task
from derive.grading.library import task_names
from derive.palette import PALETTE
from derive.widgets import Curve, Exercise, MyWork, restore, save
from derive.widgets.base.controls import Button, Choice, Field, Slider, Switch
from derive.widgets.base.figure import Figure
from derive.widgets.base.interactive import Frame
from derive.widgets.base.panel import Panel
from derive.widgets.base.plot import Plot, draw
from derive.widgets.base.scales import around, clipped, decades, ticks
from derive.widgets.base.static import as_html, with_formulas
from derive.widgets.base.svg import png


def made(name: str) -> Figure:
    """The figure that a cell of the gallery shows: the text is from this folder, and run as a cell is."""
    return eval(GALLERY[name].code, vars(derive.widgets).copy())


class Counter(Figure):
    """A figure that counts; its picture is as wide as it has counted."""

    def __init__(self) -> None:
        super().__init__("Counter", [Slider("by", "by", 1, 5, 1, 2), Button("add", "Add", "ArrowRight"), Button("less", "Less")])
        self.count = 0

    def on_add(self) -> None:
        self.count += int(self.values["by"])

    def enabled(self, name: str) -> bool:
        return name != "less"

    def frame(self) -> Frame:
        return Frame(lines=(f"$n = {self.count}$",), text=f"{self.count} & <more>")


# Controls


@pytest.mark.parametrize(
    ("control", "good", "bad"),
    [
        (Slider("a", "a", 0, 1, 0.1, 0), 0.5, [2, -1, "x", None, True, float("nan")]),
        (Choice("a", "a", ("x", "y"), "x"), "y", ["z", 1, None]),
        (Switch("a", "a"), True, [1, "yes", None]),
        (Field("a", "a"), "text", [1, None, "x" * 20_001]),
    ],
)
def test_a_control_takes_what_fits_and_says_what_does_not(control, good, bad):
    assert control.accepted(good) == good
    for value in bad:
        with pytest.raises(DeriveError, match=r"^a: "):
            control.accepted(value)


def test_buttons_keys_and_names():
    figure = Counter()
    figure.set("by", 3)
    figure.press("add")
    figure.key("ArrowRight")
    figure.key("Escape")  # stands for nothing
    assert (figure.count, figure.keys) == (6, ["ArrowRight"])
    with pytest.raises(DeriveError, match="no button 'by'; buttons: add"):
        figure.press("by")
    with pytest.raises(DeriveError, match="no control 'add'; controls: by"):
        figure.set("add", 1)


def test_a_state_that_does_not_fit_changes_nothing():
    figure = made("Curve")
    figure.set("w", 2.0)
    before = figure.state()
    for bad in ({"w": 1.0, "b": 99.0}, {"w": 1.0, "nothing": 0}):
        with pytest.raises(DeriveError):
            figure.restore(bad)
        assert figure.state() == before


# Plots


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, 3), (0.1, 0.3), (-1e-7, 2e-7), (12, 12_000), (0, 0.30000000000000004)])
def test_ticks_are_round_and_within(low, high):
    found = ticks(low, high)
    assert 2 <= len(found) <= 8
    assert all(low - 1e-12 <= t <= high + 1e-12 and len(f"{t:.12g}") <= 8 for t in found)


def test_decades():
    assert decades(0.02, 300) == [0.1, 1, 10, 100]
    assert len(decades(1e-30, 1e30)) <= 8


def test_a_plot_is_well_formed_whatever_it_is_given():
    plot = Plot(400, 300, around([0, 1]), (1e-3, 10), x_label="x & y", y_label="<C>", title="t", log_y=True)
    xs = np.linspace(0, 1, 7)
    plot.line(xs, [1, np.nan, np.inf, 1e300, -1, 0, 2], name="a < b")
    plot.points([0.5, np.nan], [1, 1], name="points")
    plot.points(0.2, 0.5, shape="cross", kind="s2")
    plot.points(0.2, 0.5, shape="square")
    plot.ring(0.3, np.nan)
    plot.bar(0.5, 0.1, 3)
    plot.arrow((0, 0.1), (1, 5))
    plot.label(0.99, 5, "a long label that would leave the area")
    plot.label(0.5, -1, "nowhere")
    plot.pixels(np.zeros((4, 6, 3)))
    root = Xml.fromstring(draw([plot, plot], "two & two"))
    assert root.attrib["width"] == "800"
    assert "nan" not in Xml.tostring(root, encoding="unicode").lower().replace("nano", "")
    assert "nowhere" not in Xml.tostring(root, encoding="unicode")


@pytest.mark.parametrize("far", [3.0, 1e3, 1e9, 1e200])
def test_a_line_that_leaves_the_area_keeps_its_slope(far):
    plot = Plot(300, 300, (0, 1), (0, 1))
    plot.line([0, far], [0, 2 * far])
    path = Xml.fromstring(draw([plot], "")).find(".//*[@class='s1']").attrib["d"]
    (x0, y0), (x1, y1) = (map(float, pair.split()) for pair in path.removeprefix("M").split("L"))
    w, h = plot.inner
    assert (y0 - y1) / h / ((x1 - x0) / w) == pytest.approx(2, rel=1e-2) and x1 <= 5 * w


def test_clipped():
    assert clipped((0, 0), (10, 0), 4, 4) == ((0, 0), (4, 0))
    assert clipped((-8, -8), (8, 8), 4, 4) == ((-4, -4), (4, 4))
    assert clipped((5, 0), (5, 1), 4, 4) is None and clipped((-9, 0), (0, 9), 4, 4) is None
    assert clipped((0, 0), (1, 1), 4, 4) == ((0, 0), (1, 1)) and clipped((0, 0), (np.inf, 1), 4, 4) is None


def test_a_slider_over_powers_of_ten_stands_on_round_numbers():
    stops = Slider("rate", "rate", 0.001, 10, 0.05, 1 / 18, log=True).stops
    assert (stops[0], stops[-1]) == (0.001, 10) and {0.01, 0.03, 0.5, 1 / 18, 1.2, 2} <= set(stops)
    assert list(stops) == sorted(stops) and len(stops) < 50


def test_names_in_the_legend_take_room_from_the_area_and_not_from_the_picture():
    def height(names):
        plot = Plot(300, 200, (0, 1), (0, 1))
        for name in names:
            plot.line([0, 1], [0, 1], name=name)
        return plot.inner[1], Xml.fromstring(draw([plot], "")).attrib["height"]

    assert height([])[0] > height(["a"])[0] > height(["a long name " * 2, "another long name " * 2])[0]
    assert height([])[1] == height(["a"])[1]


def test_png():
    from base64 import b64decode
    from io import BytesIO

    matplotlib = pytest.importorskip("matplotlib.image")
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    read = matplotlib.imread(BytesIO(b64decode(png(pixels).partition(",")[2])), format="png")
    assert np.allclose(read[..., :3] * 255, pixels)


def test_lines_and_words_can_be_told_from_the_paper():
    """3 to 1 for lines, 4.5 to 1 for text."""

    def luminance(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for dark in (False, True):
        paper = luminance(PALETTE["paper"][dark])
        for name, pair in PALETTE.items():
            if name in ("paper", "grid", "box", "variable", "line"):
                continue
            one, other = sorted((luminance(pair[dark]), paper), reverse=True)
            assert (one + 0.05) / (other + 0.05) >= (4.5 if name in ("ink", "soft", "above", "below") else 3), (name, dark)


# Pages


class Open(HTMLParser):
    """Tags that are open at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("br", "img", "input", "hr", "meta"):
            self.tags.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.tags.pop() == tag


@pytest.mark.parametrize("name", GALLERY)
def test_a_figure_without_a_kernel_is_a_picture_and_words(name):
    figure = made(name)
    frame, page = figure.still(), as_html(figure)
    Open().feed(page)
    assert frame.picture in page and (frame.text or frame.html)
    assert "<script" not in page and "http://" not in page.replace("http://www.w3.org/", "")
    assert "0.30000000000000004" not in page and "nan" not in frame.text.split()
    if frame.picture:
        Xml.fromstring(frame.picture)
    assert figure.title in str(figure)
    if frame.lines:
        assert "<math" in page and "<code>" not in with_formulas("".join(frame.lines)), frame.lines


@pytest.mark.parametrize("name", GALLERY)
def test_the_picture_keeps_its_size(name):
    figure = made(name)
    first = figure.frame().picture.partition("viewBox")[0]
    for _ in range(3):
        for control in figure.controls:
            if isinstance(control, Button) and control.name not in ("start", "train", "save", "restore", "answer"):
                figure.press(control.name)
            elif isinstance(control, Slider):
                figure.set(control.name, control.high)
            assert figure.frame().picture.partition("viewBox")[0] == first, control.name


@pytest.mark.parametrize("name", GALLERY)
def test_the_state_of_a_figure_goes_through_json_and_back(name):
    figure, other = made(name), made(name)
    for control in figure.controls:
        if isinstance(control, Slider):
            figure.set(control.name, control.high if not control.log else control.low)
    for control in figure.controls:
        if isinstance(control, Button) and control.key == "ArrowRight":
            figure.press(control.name)
    state = json.loads(json.dumps(figure.state()))
    other.restore(state)
    assert other.state() == state
    if name == "MyWork":  # the state of others is not its own
        return
    with pytest.raises(DeriveError):
        other.restore({"no such": 1})
    assert other.state() == state


@pytest.mark.parametrize("name", GALLERY)
def test_a_live_view_is_made_of_it(name):
    figure = made(name)
    bundle = figure._repr_mimebundle_()
    assert {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert figure.view.picture.svg == figure.frame().picture
    assert (
        figure.view is not None
        and figure._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"] == (bundle["application/vnd.jupyter.widget-view+json"])
    )


def test_without_the_extra_there_is_the_picture():
    code = (
        "import sys\nfor name in ('ipywidgets', 'anywidget', 'traitlets'): sys.modules[name] = None\n"
        "from derive.widgets import Curve\nprint(sorted(Curve('x^2')._repr_mimebundle_()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['text/html', 'text/plain']"


def test_the_view_follows_the_figure_and_the_figure_the_view():
    view = Panel(Counter())
    view.views["by"].value = 4
    view.views["add"].click()
    assert view.figure.count == 4 and "n = 4" in view.lines.value
    assert "4 &amp; &lt;more&gt;" in view.told.value and "4 & <more>" in view.picture.alt
    assert view.views["less"].disabled and not view.views["add"].disabled
    view.figure.set("by", 2.0)
    view.refresh()
    assert view.views["by"].value == 2


def test_what_goes_wrong_in_a_view_is_shown():
    class Broken(Counter):
        def on_add(self) -> None:
            raise DeriveError("no <more>", "Counter")

    class Wrong(Counter):
        def on_add(self) -> None:
            raise ZeroDivisionError("by nothing")

    for kind, told in ((Broken, "Counter: no &lt;more&gt;"), (Wrong, "ZeroDivisionError: by nothing")):
        view = Panel(kind())
        view.views["add"].click()
        assert told in view.told.value
        view.views["by"].value = 5
        assert told not in view.told.value


# Curve


def test_the_curve_tells_value_and_slope():
    curve = Curve("x^3 - 3*x", x=(-3, 3), at=2)
    assert "value is 2 and the slope is 9" in curve.frame().text
    curve.set("x", 1.0)
    assert "value is −2 and the slope is 0" in curve.frame().text
    assert "not defined" in Curve("ln(x)", x=(-1, 1), at=-0.5).frame().text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sigma(w*x)",), "w has no slider"),
        (("y^2",), "x is not in"),
        (("x^2", "x"), None),
        ((3,), "expected an expression"),
    ],
)
def test_a_curve_says_what_is_missing(arguments, told):
    if told is None:
        assert Curve(*arguments)
        return
    with pytest.raises(DeriveError, match=told):
        Curve(*arguments)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"x": (1, 1)}, "the smaller end first"),
        ({"x": 5}, "x of Curve: 5 is not 2 numbers"),
        ({"x": None}, "None is not 2 numbers"),
        ({"x": (0, float("inf"))}, "not a finite real number"),
        ({"y": "auto"}, "'auto' is not 2 numbers"),
        ({"y": (3, 3)}, "y of Curve: the range goes from 3 to 3"),
        ({"at": 99}, "99 is no first value from -4 to 4"),
        ({"at": "a"}, "'a' is not a finite real number"),
        ({"parameters": ["a"]}, "gives no names"),
        ({"parameters": {"a": (1, 2)}}, "the slider of a: .* is not 3 numbers"),
        ({"parameters": {"a": 1}}, "the slider of a: 1 is not 3 numbers"),
        ({"parameters": {"a": (0, 1, 5)}}, "5 is no first value from 0 to 1"),
        ({"beside": ["x"]}, "gives no names"),
        ({"beside": dict.fromkeys("pqrst", "x")}, "at most 4"),
        ({"points": 3}, "3 is no list of pairs"),
        ({"points": [1, 2]}, "1 is not 2 numbers"),
    ],
)
def test_what_a_teacher_gives_is_refused_in_one_sentence(settings, told):
    with pytest.raises(DeriveError, match=told) as refused:
        Curve("a*x" if "parameters" in settings else "x", **settings)
    assert "\n" not in str(refused.value)


def test_a_formula_of_the_slope_has_no_value_where_the_curve_has_none():
    assert "the slope is not defined" in Curve("ln(x)", x=(-3, -1)).frame().text


# Exercises


@pytest.mark.parametrize("name", task_names())
def test_every_task_is_solved_in_its_box_with_its_own_answer(name):
    box = Exercise(name)
    assert box.status == "open"
    box.fill(box.task.solution())
    box.press("check")
    assert box.report is not None and box.report.right and box.solved, box.report
    assert "Solved" in box.frame().text


def test_what_is_wrong_is_said_and_what_is_empty_is_not_wrong():
    box = Exercise("final_layer_product")
    box.press("check")
    assert (box.tries, "Nothing is filled in yet" in box.frame().html) == (0, True)
    box.set("part0", "(y - d)*y")
    box.press("check")
    assert box.tries == 1 and "extra factor" in box.frame().html and "3 more to answer" in box.frame().html
    assert "unreadable" not in box.frame().html


def test_hints_come_one_at_a_time_and_then_the_answer():
    box = Exercise("descent_by_hand", hints=["think of $F'$", "the rule", "the line"])
    assert not box.enabled("answer")
    for shown in (1, 2, 3):
        box.press("hint")
        assert box.frame().html.count("derive-hint") == shown
    assert "<em>Hint</em>: think of $F&#x27;$" in box.frame().html and "<em>Line</em>: the line" in box.frame().html
    assert box.enabled("answer") and not box.enabled("hint")
    box.press("answer")
    assert box.report is not None and box.report.right and not box.solved and box.status == "looked up"


def test_hints_of_a_derivation_are_made_of_its_steps():
    kinds = [kind for kind, _ in Exercise("final_layer_steps").hints]
    assert kinds[:3] == ["hint, step 1", "rule, step 1", "line, step 1"] and len(kinds) % 3 == 0
    with pytest.raises(DeriveError, match="the hints are one text"):
        Exercise("final_layer_steps", hints="one")


def test_a_choice_is_made_from_a_list():
    box = Exercise(Task.pick("colour", ["red", "green"], "green", why={"red": "it is not"}))
    box.set("part0", "A: red")
    box.press("check")
    assert "it is not" in box.frame().html and not box.solved
    box.fill("green")
    box.press("check")
    assert box.solved


# Work


def test_work_is_saved_and_restored(tmp_path, monkeypatch):
    monkeypatch.setattr("derive.widgets.base.figure._SHOWN", {})
    curve, box = made("Curve"), Exercise("descent_by_hand")
    for figure in (curve, box):
        figure._repr_mimebundle_()
    curve.set("w", -3.0)
    box.fill(box.task.solution())
    box.press("check")
    path = tmp_path / "work.json"
    work = MyWork(path)
    work.press("save")
    assert "1 of 1 exercises solved. 2 figures and exercises saved" in work.frame().text
    curve.set("w", 1.0)
    box.set("part0", "")
    box.solved = False
    box.press("check")
    assert "Nothing is filled in" in box.frame().html
    # A page that was opened anew does not replace earlier work unasked.
    anew, before = MyWork(path), path.read_text()
    anew.press("save")
    assert "Not saved yet" in anew.frame().text and path.read_text() == before
    work.press("restore")
    assert (curve.values["w"], box.solved, "3.96" in box.values["part0"]) == (-3.0, True, True)
    # A notebook that is run again has new figures with the same names; one that was not shown yet keeps its place in the file.
    monkeypatch.setattr("derive.widgets.base.figure._SHOWN", {})
    again = made("Curve")
    again._repr_mimebundle_()
    assert restore(path) == 1 and again.values["w"] == -3.0
    assert save(path) == 1 and len(json.loads(path.read_text())["figures"]) == 2


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"derive": 99, "figures": {}}', '{"derive": 1, "figures": []}', "\x00"])
def test_a_file_that_is_no_work_is_refused(tmp_path, content):
    path = Path(tmp_path, "work.json")
    path.write_text(content)
    for act in (save, restore):
        with pytest.raises(DeriveError, match="give the file that `save` wrote"):
            act(path)
    assert path.read_text() == content
    with pytest.raises(DeriveError, match="cannot be read"):
        restore(tmp_path / "nothing.json")


def test_a_state_that_no_longer_fits_is_left_out_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr("derive.widgets.base.figure._SHOWN", {})
    curve = made("Curve")
    curve._repr_mimebundle_()
    path = tmp_path / "work.json"
    save(path)
    data = json.loads(path.read_text())
    data["figures"]["Curve: " + curve.title]["w"] = 1000
    path.write_text(json.dumps(data))
    with pytest.raises(DeriveError, match=r"0 restored; left as it is: .*1000 is not between"):
        restore(path)
    assert curve.values["w"] == 1
