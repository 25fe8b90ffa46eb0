"""Drawings: every value and gradient is there, no two labels meet, light and dark, a text alternative, files; and the layout beneath."""

from __future__ import annotations

import re
import sys
import types
import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.graph import DRAWN, Graph
from derive.graph_drawing import FONT, SMALL, Box, Picture, Wire, drawing, text_width
from derive.graph_layout import increasing, layered
from derive.network import Network
from derive.numerals import short
from derive.ops import sigmoid
from derive.palette import THEMES

SVG = "{http://www.w3.org/2000/svg}"
C2 = "1/(1+exp(-(w0*x0+w1*x1+w2)))"
C2_AT = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
HIDDEN = ["z1 = w1*x + b1", "y_blue = softplus(z1)*w3", "y_orange = softplus(w2*x + b2)*w4", "y_green = y_blue + y_orange + b3"]
C7 = [*HIDDEN, "SSR = (y - y_green)^2"]
FORTY = [
    *("h1 = tanh(w11*x1 + w12*x2 + b1)", "h2 = tanh(w21*x1 + w22*x2 + b2)", "h3 = relu(w31*x1 + w32*x2 + b3)"),
    *("p = sigma(v1*h1 + v2*h2 + v3*h3 + c)", "L = -(y*ln(p) + (1-y)*ln(1-p))"),
]
MIXED = "max(x,y,z)*exp(-|x-y|/(2*z)) + x^3/y^z - 2^x + 3*x*y*z/sqrt(z) + min(x,2) + 1 - x - (x+1)^2 + x^-2"


def with_values(g, seed=0):
    values = np.random.default_rng(seed).uniform(0.05, 0.9, len(g.variables)).tolist()
    g.forward(dict(zip(g.variables, values, strict=True)))
    g.backward()
    return g


def halfway():
    g = Graph(C2)
    g.forward(C2_AT)
    g.backward(steps=4)
    return g


DRAWINGS = {
    "C2 halfway": halfway,
    "C2 folded": lambda: with_values(Graph(C2)).fold("w0*x0 + w1*x1 + w2", label="z").fold(sigmoid),
    "C7": lambda: with_values(Graph.from_equations(C7)),
    "C7, three samples": lambda: with_values(Graph.from_equations(C7, samples=3)),
    "forty nodes": lambda: with_values(Graph.from_equations(FORTY)),
    "mixed": lambda: with_values(Graph(MIXED)),
    "without values": lambda: Graph(MIXED),
    "one variable": lambda: Graph("x"),
    "one number": lambda: Graph("5"),
    "matrices": lambda: Graph.of_network(Network.dense(3, 2, 1)),
    "batch": lambda: Graph.of_network(Network.dense(3, 2, 1), "batch"),
}


def parsed(svg):
    return ET.fromstring(svg)


def texts(svg):
    """(text, class, left, right, top, bottom) of every label."""
    found = []
    for e in parsed(svg).iter(f"{SVG}text"):
        kind = e.get("class", "")
        size = SMALL if kind in ("s", "i", "l") else FONT
        x, y, half = float(e.get("x")), float(e.get("y")), text_width(e.text, size) / 2
        left = x if kind == "l" else x - half
        found.append((e.text, kind, left, left + 2 * half, y - 0.74 * size, y + 0.1 * size))
    return found


def boxes(svg):
    """(kind, left, right, top, bottom) of every box."""
    found = []
    for e in parsed(svg).iter(f"{SVG}rect"):
        if e.get("class") != "paper":
            x, y, w, h = (float(e.get(k)) for k in ("x", "y", "width", "height"))
            found.append((e.get("class"), x, x + w, y, y + h))
    return found


def meets(one, other):
    (a, b, c, d), (e, f, g, h) = one[-4:], other[-4:]
    return a < f and e < b and c < h and g < d


def overlaps(svg):
    """Pairs of labels that meet, of boxes that meet, and of labels that meet a box of another node."""
    labels, drawn = texts(svg), boxes(svg)
    outside = [t for t in labels if t[1] in ("a", "b", "i", "s", "l")]
    pairs = [*combinations(labels, 2), *combinations(drawn, 2), *((t, box) for t in outside for box in drawn)]
    return [(one[0], other[0]) for one, other in pairs if meets(one, other)]


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_two_labels_meet(name):
    svg = DRAWINGS[name]().svg()
    assert not overlaps(svg)
    root = parsed(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    drawn = [*texts(svg), *boxes(svg)]
    assert all(0 <= left and right <= width and 0 <= top and bottom <= height for *_, left, right, top, bottom in drawn)


@pytest.mark.parametrize("name", DRAWINGS)
def test_values_stand_above_the_edges_and_gradients_below(name):
    """Every box has its edge at the height of its middle."""
    for group in parsed(DRAWINGS[name]().svg()).iter(f"{SVG}g"):
        box = group.find(f"{SVG}rect")
        middle = float(box.get("y")) + float(box.get("height")) / 2
        labels = {e.get("class"): float(e.get("y")) for e in group.iter(f"{SVG}text")}
        assert labels.get("a", 0) < middle < labels.get("b", np.inf) - 0.7 * FONT


def curve(path):
    """Points along a wire."""
    place, points = (0.0, 0.0), []
    for kind, numbers in re.findall(r"([MHC])([-0-9. ]+)", path.get("d")):
        given = [float(n) for n in numbers.split()]
        if kind == "C":
            (x0, y0), (x1, y1, x2, y2, x3, y3) = place, given
            for t in np.linspace(0, 1, 21):
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
                points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
            place = (x3, y3)
        else:
            end = (given[0], place[1] if kind == "H" else given[1])
            points += [(float(x), end[1]) for x in np.linspace(end[0] if kind == "M" else place[0], end[0], 9)]
            place = end
    return points


def stray_wires(g):
    """Wires that do not lead from their own box to their own box, or that run through another one."""
    picture, svg = g.picture(), g.svg()
    drawn = boxes(svg)
    wires = [e for e in parsed(svg) if e.tag == f"{SVG}path" and e.get("class").split()[0] == "w"]
    assert len(wires) == len(picture.wires) and len(drawn) == len(picture.boxes)
    order = sorted(picture.wires, key=lambda wire: wire.current)
    found = []
    for wire, points in zip(order, map(curve, wires), strict=True):
        (_, _, right, top, bottom), (_, left, _, upper, lower) = drawn[wire.source], drawn[wire.target]
        begins = abs(points[0][0] - right) < 0.2 and abs(points[0][1] - (top + bottom) / 2) < 0.2
        ends = left - 0.2 <= points[-1][0] <= left + 16 and upper <= points[-1][1] <= lower
        others = [box for n, box in enumerate(drawn) if n not in (wire.source, wire.target)]
        through = any(a < x < b and c < y < d for x, y in points for _, a, b, c, d in others)
        found += [(wire, begins, ends, through)] if not (begins and ends) or through else []
    return found


@pytest.mark.parametrize("name", DRAWINGS)
def test_wires_lead_from_box_to_box_around_all_others(name):
    assert not stray_wires(DRAWINGS[name]())


def test_planted_stray_wires_are_found():
    g = DRAWINGS["mixed"]()
    whole = g.picture()
    g.picture = lambda title="": replace(whole, wires=whole.wires[::-1])
    g.svg = lambda theme="auto": drawing(whole)
    assert stray_wires(g)


def test_planted_overlaps_are_found():
    svg = halfway().svg()
    assert not overlaps(svg) and overlaps(svg.replace(">0.3679<", ">0.36787944117144233<"))
    place = re.search(r'<text x="([0-9.]+)" y="([0-9.]+)" class="a">1.368<', svg)
    assert overlaps(re.sub(r'x="[0-9.]+" y="[0-9.]+"( class="a">0.7311<)', rf'x="{place[1]}" y="{place[2]}"\1', svg))
    wide = Picture("t", "d", (Box("a", above="1"), Box("b")), (Wire(0, 1),))
    assert not overlaps(drawing(wide)) and overlaps(drawing(wide).replace(">1<", f">{'1' * 30}<"))


def test_every_value_and_gradient_is_drawn():
    svg = with_values(Graph(C2)).fold(sigmoid).svg()
    g = with_values(Graph(C2))
    shown = [t[0] for t in texts(g.svg())]
    for name, v in g.values.items():
        assert shown.count(short(v, 4)) >= 1, name
        assert short(g.gradients[name], 4) in shown, name
    assert "σ" in [t[0] for t in texts(svg)]


def test_halfway_through_the_backward_pass():
    """What is computed has a gradient below its edge, what is not has none, and the gate that was passed last is marked."""
    svg = halfway().svg()
    shown = [(t[0], t[1]) for t in texts(svg)]
    assert [text for text, kind in shown if kind == "b"] == ["0.1966", "−0.1966", "−0.5344", "−0.5344", "1"]
    marked = [e for e in parsed(svg).iter(f"{SVG}rect") if "now" in e.get("class").split()]
    taken = [e for e in parsed(svg).iter(f"{SVG}path") if "then" in e.get("class").split()]
    assert len(marked) == len(taken) == 1 and curve(taken[0])[-1][0] == pytest.approx(float(marked[0].get("x")), abs=0.2)
    group = next(g for g in parsed(svg).iter(f"{SVG}g") if any(e is not None and "now" in e.get("class", "") for e in g))
    assert group.find(f"{SVG}text").text == "·(−1)" and "v5" not in svg.split("<desc")[0]
    assert not [e for e in parsed(with_values(Graph(C2)).svg()).iter() if {"now", "then"} & set(e.get("class", "").split())]


def test_gates_say_what_they_do():
    shown = {t[0] for t in texts(Graph(MIXED).svg())}
    assert {"max", "exp", "·(−1)", "|x|", "x³", "xʸ", "2ˣ", "√", "÷", "×", "+", "−", "+1", "·2", "·3", "min(2, x)", "x²", "1/x"} <= shown


def test_parts_of_a_gradient_stand_where_a_value_branches():
    g = Graph("x*y + x")
    g.forward(x=2, y=5)
    g.backward()
    shown = [(t[0], t[1]) for t in texts(g.svg())]
    assert sorted(t for t, kind in shown if kind == "i") == ["1", "5"] and ("6", "b") in shown


def test_order_of_inputs_where_it_matters():
    """The first input of a difference is drawn above the second."""
    for text, first in (("x - y", "x"), ("y - x", "y")):
        g = Graph(text)
        place = {t[0]: t[4] for t in texts(g.svg())}
        assert place[first] == min(place["x"], place["y"])


def test_numbers_are_short():
    g = Graph("x + y")
    g.forward(x=0.1, y=0.2)
    g.backward()
    assert "0.3" in [t[0] for t in texts(g.svg())] and "0000" not in g.svg()
    cases = {0.1 + 0.2: "0.3", -1.2e-5: "−1.2·10⁻⁵", 81: "81", Fraction(-1, 18): "−1/18", 123456.7: "123457", 1e9: "1·10⁹", -0.0: "0"}
    for value, expected in cases.items():
        assert short(value, 4) == expected
    assert short(None) == "" and short(Fraction(10**12, 7), 4) == "1.429·10¹¹" and short(0.73105857863, 4) == "0.7311"
    for name, made in DRAWINGS.items():
        assert all(len(t[0]) <= 12 for t in texts(made().svg()) if t[1] in ("a", "b", "i") and "G" not in t[0]), name


def test_colours():
    auto, light, dark = (Graph("x + y").svg(theme) for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme: dark" in auto and "prefers-color-scheme" not in light + dark
    assert "#ffffff" in light and "#ffffff" not in dark and "#ffffff" in auto and "#16181b" in auto
    with pytest.raises(DeriveError, match="theme"):
        Graph("x").svg("blue")


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme):
    """4.5 to 1 for text, 3 to 1 for the mark of the current gate."""
    names = "paper ink soft box variable above below current".split()
    paper, ink, soft, box, variable, above, below, current = (THEMES[theme][name] for name in names)
    for colour, ground in ((ink, paper), (ink, box), (ink, variable), (soft, paper), (above, paper), (below, paper)):
        assert contrast(colour, ground) >= 4.5, (colour, ground)
    assert contrast(current, paper) >= 3
    assert contrast("#777777", "#ffffff") < 4.5


def test_text_alternative():
    root = parsed(halfway().svg())
    assert root.get("role") == "img"
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]
    assert "8 gates" in title.text and "v₆ = exp(v₅); value 0.367879; gradient −0.534447" in desc.text and "w₀; value 2." in desc.text
    assert Graph("x").svg(title="A title").count("A title") == 1
    tips = [g.find(f"{SVG}title").text for g in root.iter(f"{SVG}g")]
    assert any("distributes" in tip for tip in tips)


def test_upstream_local_and_product_are_at_every_gate_that_was_passed():
    g = halfway()
    tips = [e.find(f"{SVG}title").text for e in parsed(g.svg()).iter(f"{SVG}g")]
    told = {tip.partition(" = ")[0]: re.findall(r"to (\S+): (.*?) · (.*?) = ([^;]*)", tip) for tip in tips}
    assert told["v₅"] == [("v₄", "(−0.196612)", "(−1)", "0.196612")] and told["v₇"] == [("v₆", "(−0.534447)", "1", "−0.534447")]
    assert {name for name, products in told.items() if products} == {"v₅", "v₆", "v₇", "v₈"}
    g.backward()
    tips = [e.find(f"{SVG}title").text for e in parsed(g.svg()).iter(f"{SVG}g")]
    assert sum(" · " in tip.partition("; value")[2] for tip in tips) == 8


def test_two_drawings_on_a_page_keep_apart():
    one, other = (parsed(Graph(text).svg()) for text in ("x + y", "x*y"))
    assert one.get("class") != other.get("class")
    assert not {e.get("id") for e in one.iter() if e.get("id")} & {e.get("id") for e in other.iter() if e.get("id")}
    assert all(rule.startswith((f".{one.get('class')} ", "@", "}")) for rule in one.find(f"{SVG}style").text.splitlines())


def test_names_are_escaped():
    picture = Picture("a < b & c", "d", (Box("<x>", name="&", above="1<2", tip='"q"'),), ())
    assert parsed(drawing(picture)).find(f"{SVG}title").text == "a < b & c"


def test_drawings_do_not_change_from_run_to_run():
    assert with_values(Graph(MIXED)).svg() == with_values(Graph(MIXED)).svg()


def test_notebooks():
    assert halfway()._repr_svg_() == halfway().svg()
    assert Graph.of_network(Network.dense(2, 2))._repr_svg_().startswith("<svg")
    page = halfway()._repr_html_()
    assert page.count("<svg ") == 1 and page.replace(' style="max-width: none"', "").count(halfway().svg("page")) == 1
    # A notebook in the dark theme need not be on a dark system: the page's own colours are used.
    assert "#ffffff" not in halfway().svg("page").replace("var(--d-paper, #ffffff)", "") and '[data-jp-theme-light="false"]' in page
    large = Graph.from_equations(["h0 = w*x", *(f"h{k} = h{k - 1} + w" for k in range(1, DRAWN + 1))])
    assert large._repr_svg_() is None and large._repr_html_() is None and "more" in repr(large)


# Files


def test_svg_file(tmp_path):
    g = halfway()
    g.save(tmp_path / "g.svg")
    assert (tmp_path / "g.svg").read_text("utf-8") == g.svg()
    g.save(tmp_path / "dark.svg", theme="dark")
    assert (tmp_path / "dark.svg").read_text("utf-8") == g.svg("dark")


@pytest.mark.parametrize("name", ["g.gif", "g", "missing/g.svg"])
def test_files_that_cannot_be_written(tmp_path, name):
    with pytest.raises(DeriveError):
        halfway().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_png_without_its_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(DeriveError, match="pip install cairosvg"):
        halfway().save(tmp_path / "g.png")
    assert not list(tmp_path.iterdir())


def test_png_with_its_package(tmp_path, monkeypatch):
    """What is handed on is the light drawing, which needs no reader's setting."""
    given = {}
    fake = types.ModuleType("cairosvg")
    fake.svg2png = lambda **options: given.update(options) or b"\x89PNG"
    monkeypatch.setitem(sys.modules, "cairosvg", fake)
    halfway().save(tmp_path / "g.png")
    assert (tmp_path / "g.png").read_bytes() == b"\x89PNG" and given["bytestring"].decode() == halfway().svg("light")


def pixels(path):
    """The picture as an array of blue, green, red and alpha."""
    surface = cairo().ImageSurface.create_from_png(str(path))
    return np.frombuffer(bytes(surface.get_data()), np.uint8).reshape(surface.get_height(), -1, 4)


def cairo():
    try:
        import cairocffi
        import cairosvg  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(f"cairosvg or its library is not installed (Debian: libcairo2): {error}")
    return cairocffi


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_png_file_shows_what_the_svg_does(tmp_path, theme):
    """Twice the size, the paper of the theme, and the mark of the current gate in its colour."""
    cairo()
    halfway().save(tmp_path / "g.png", theme="" if theme == "light" else theme)
    found, root = pixels(tmp_path / "g.png"), parsed(halfway().svg())
    assert found.shape[:2] == (2 * int(root.get("height")), 2 * int(root.get("width")))

    def share(colour):
        return float((found[..., 2::-1] == [int(colour[n : n + 2], 16) for n in (1, 3, 5)]).all(axis=-1).mean())

    paper, current = THEMES[theme]["paper"], THEMES[theme]["current"]
    other = THEMES["dark" if theme == "light" else "light"]["paper"]
    assert share(paper) > 0.8 and share(current) > 0.001 and share(other) < 0.001


# Layout


def random_graph(seed, nodes=30):
    rng = np.random.default_rng(seed)
    return nodes, [(int(s), t) for t in range(4, nodes) for s in rng.choice(t, 2, replace=False)]


@pytest.mark.parametrize("seed", range(5))
def test_layers(seed):
    nodes, edges = random_graph(seed)
    found = layered(nodes, edges)
    assert all(found.of[s] < found.of[t] for s, t in edges)
    assert sorted(i for row in found.rows for i in row if i < nodes) == list(range(nodes))
    assert len({i for row in found.rows for i in row}) == sum(map(len, found.rows))
    for s, t in edges:
        path = found.path(s, t)
        assert [path[0], path[-1]] == [s, t] and all(link in found.links for link in pairwise(path))


def test_few_crossings():
    """A ladder of two chains that are listed crosswise can be drawn without any crossing."""
    edges = [(0, 3), (1, 2), (2, 5), (3, 4), (4, 6), (5, 6)]
    found = layered(7, edges)
    order = {item: n for row in found.rows for n, item in enumerate(row)}
    pairs = [(one, other) for one, other in combinations(found.links, 2) if found.of[one[0]] == found.of[other[0]]]
    assert pairs and not any((order[a] - order[c]) * (order[b] - order[d]) < 0 for (a, b), (c, d) in pairs)


def crossings(picture):
    """How many pairs of edges between neighbouring layers change places, whatever the code that orders them counts."""
    found = layered(len(picture.boxes), [(w.source, w.target) for w in picture.wires], lambda n: picture.boxes[n].ordered)
    order = {item: (layer, n) for layer, row in enumerate(found.rows) for n, item in enumerate(row)}
    ends = [(*order[s], order[t][1]) for s, t in found.links]
    return sum(one[0] == other[0] and (one[1] - other[1]) * (one[2] - other[2]) < 0 for one, other in combinations(ends, 2))


@pytest.mark.parametrize(
    ("name", "most"), [("C2 halfway", 0), ("C7", 0), ("C7, three samples", 18), ("forty nodes", 6), ("mixed", 12), ("batch", 0)]
)
def test_drawings_have_few_crossings(name, most):
    """As few as the best of the libraries finds, which may let the two inputs of a difference change places."""
    assert crossings(DRAWINGS[name]().picture()) <= most


def test_what_is_written_first_is_drawn_above():
    place = {t[0]: t[4] for t in texts(Graph.from_equations(FORTY).svg())}
    assert place["h₁"] < place["h₂"] < place["h₃"] and place["w₁₁"] < place["w₂₁"] < place["w₃₁"]
    place = {t[0]: t[4] for t in texts(Graph("w1*x1 + w2*x2 + b").svg())}
    assert place["w₁"] < place["x₁"] < place["w₂"] < place["x₂"] and place["v₃"] < place["b"]


def test_variables_stand_before_their_first_use():
    found = layered(5, [(0, 1), (1, 2), (2, 4), (3, 4)])
    assert found.of == [0, 1, 2, 2, 3]


def test_increasing_is_the_nearest():
    assert increasing([1, 3, 2, 4], [1, 1, 1, 1]) == [1, 2.5, 2.5, 4]
    assert increasing([3, 0], [1, 3]) == [0.75, 0.75] and increasing([], []) == []
    rng = np.random.default_rng(0)
    for _ in range(20):
        values, weights = rng.normal(size=6), rng.uniform(0.5, 2, 6)
        best = increasing(values.tolist(), weights.tolist())
        assert all(p <= q for p, q in pairwise(best))
        cost = (weights * (np.array(best) - values) ** 2).sum()
        for _ in range(30):
            other = np.sort(np.array(best) + rng.normal(size=6) * 0.1)
            assert (weights * (other - values) ** 2).sum() >= cost - 1e-12
