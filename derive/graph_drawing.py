"""A picture of a graph as SVG: boxes in layers, on every edge what stands above and below it. No program is needed to make it.

Text is given room by an estimate of its width, so that no two labels overlap. Colours follow the reader's light or dark setting.
"""

from __future__ import annotations

import html
import math
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import DeriveError
from .graph_layout import Layers, heights, layered
from .palette import THEMES

FONT, SMALL = 13.0, 11.0
RADIUS, PORT, MARGIN = 16.0, 15.0, 14.0


@dataclass(frozen=True)
class Box:
    """A node: the label in it, the name over it, and what stands above and below the edge that leaves it.

    `ordered`: its inputs cannot change places, the first is drawn uppermost.
    """

    label: str
    kind: str = "gate"
    name: str = ""
    above: str = ""
    below: str = ""
    current: bool = False
    ordered: bool = False
    tip: str = ""


@dataclass(frozen=True)
class Wire:
    """An edge; `below` is what stands under its end where the edges from one box differ."""

    source: int
    target: int
    below: str = ""
    current: bool = False


@dataclass(frozen=True)
class Picture:
    """Boxes, counted such that every wire goes from a lower to a higher number; a title, and all that is shown in words."""

    title: str
    description: str
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    legend: str = ""


def text_width(text: str, size: float = FONT) -> float:
    """An estimate on the safe side, for common sans-serif fonts."""
    return size * sum(_em(c) for c in text)


def _em(character: str) -> float:
    """The width of one character against the height of the font."""
    if unicodedata.combining(character):
        return 0.0
    known = next((em for characters, em in (("il.,:;|()[]/·′' ", 0.45), ("mMW@", 1.0), ("w−=+×÷⊙⊘", 0.86)) if character in characters), 0.0)
    return known or (0.8 if character.isupper() else 0.64)


class Plan:
    """Where everything stands: x by layer, y by item. Wires by their place in the picture."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.ins: dict[int, list[int]] = {n: [] for n in range(len(picture.boxes))}
        for n, wire in enumerate(picture.wires):
            self.ins[wire.target].append(n)
        self.extents = [self._extent(n) for n in range(len(picture.boxes))]
        edges = [(w.source, w.target) for w in picture.wires]
        self.layers: Layers = layered(len(picture.boxes), edges, lambda n: picture.boxes[n].ordered)
        self.ports: dict[int, float] = {}
        self.links: dict[tuple[int, int], list[float]] = {}
        # Twice, since in which order edges enter a box depends on the heights, and these on where the edges enter.
        for _ in range(2):
            self.y = heights(self.layers, self.extent, self._port_of_link)
            self.links = {}
            for node, wires in self.ins.items():
                self._set_ports(node, wires)
        self._set_columns()
        self.height = max(y + self.extent(item)[1] for item, y in self.y.items()) + 2 * MARGIN + (20 if picture.legend else 0)

    def half(self, node: int) -> tuple[float, float]:
        """Half the width and half the height of a box."""
        box = self.picture.boxes[node]
        tall = max(RADIUS, (len(self.ins[node]) - 1) * PORT / 2 + 8)
        return max(RADIUS, text_width(box.label) / 2 + 7), tall if box.kind != "variable" else 12

    def extent(self, item: int) -> tuple[float, float]:
        """How far an item reaches up and down from the height of its edge."""
        return self.extents[item] if item < len(self.extents) else (4.0, 4.0)

    def _extent(self, node: int) -> tuple[float, float]:
        box, tall = self.picture.boxes[node], self.half(node)[1]
        return max(tall + (SMALL + 3 if box.name else 1), FONT + 4), max(tall + 1, FONT + 5 if box.below else 0)

    def _port_of_link(self, source: int, target: int) -> float:
        ports = self.links.get((source, target), [0.0])
        return sum(ports) / len(ports)

    def _set_ports(self, node: int, wires: list[int]) -> None:
        """Edges enter a box in the order in which they come, from top to bottom; in that of the inputs where it matters."""
        before = [self.layers.path(self.picture.wires[w].source, node)[-2] for w in wires]
        order = list(range(len(wires)))
        if not self.picture.boxes[node].ordered:
            order.sort(key=lambda n: self.y[before[n]])
        for k, n in enumerate(order):
            self.ports[wires[n]] = (k - (len(wires) - 1) / 2) * PORT
            self.links.setdefault((before[n], node), []).append(self.ports[wires[n]])

    def _set_columns(self) -> None:
        boxes, wires, x = self.picture.boxes, self.picture.wires, MARGIN
        self.left: list[float] = []
        self.middle: list[float] = []
        self.right: list[float] = []
        for layer, row in enumerate(self.layers.rows):
            nodes = [n for n in row if n < len(boxes)]
            labels = [wires[w].below for n in nodes for w in self.ins[n]]
            into = max((text_width(label, SMALL) + 10 if label else 12 for label in labels), default=0)
            wide = max((self.half(n)[0] for n in nodes), default=0)
            over = max((text_width(boxes[n].name, SMALL) / 2 for n in nodes), default=0)
            out = max((max(text_width(boxes[n].above), text_width(boxes[n].below)) + 10 for n in nodes), default=0)
            self.left.append(x)
            self.middle.append(x + max(into + wide, over))
            self.right.append(self.middle[-1] + max(wide + max(out, 14), over))
            x = self.right[-1] + (self._channel(layer) if layer + 1 < len(self.layers.rows) else 0)
        self.width = x + MARGIN

    def _channel(self, layer: int) -> float:
        """The room between two layers: more where edges climb far."""
        place = {item: n for n, row in enumerate(self.layers.rows) for item in row}
        climbs = [abs(self.y[s] - self.y[t]) for s, t in self.layers.links if place[s] == layer]
        return min(26 + 0.16 * max(climbs, default=0), 90)


def drawing(picture: Picture, theme: str = "auto", plan: Plan | None = None) -> str:
    """The picture as SVG. `theme` is "light", "dark", "auto": as the reader's system is set, or "page": as the page's style sheet says.

    plan  where everything stands, made before of the same boxes and wires with labels that take more room: so that nothing moves from one
          picture to the next
    """
    if theme not in ("auto", *THEMES):
        raise DeriveError(f"the theme is {theme!r}, expected one of auto, {', '.join(THEMES)}", "svg")
    plan = plan or Plan(picture)
    inside = "\n".join([*_wires(plan, picture), *_boxes(plan, picture), *_legend(plan, picture)])
    key = f"g{zlib.crc32((inside + picture.title).encode()):08x}"
    # An accessible name by ids: they have to differ between drawings on one page.
    size = f'width="{plan.width:.0f}" height="{plan.height:.0f}" viewBox="0 0 {plan.width:.0f} {plan.height:.0f}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="{key}t {key}d" class="{key}">
<title id="{key}t">{html.escape(picture.title)}</title>
<desc id="{key}d">{html.escape(picture.description)}</desc>
<style>{_style(key, theme)}</style>
<rect class="paper" width="100%" height="100%" rx="6"/>
{inside}
</svg>"""


def _style(key: str, theme: str) -> str:
    if theme == "auto":
        return f"{_style(key, 'light')}\n@media (prefers-color-scheme: dark) {{\n{_style(key, 'dark')}\n}}"
    c = THEMES[theme]
    rules = {
        ".paper": f"fill: {c['paper']}; stroke: none",
        "text": f"fill: {c['ink']}; font: {FONT:g}px 'DejaVu Sans', Verdana, 'Segoe UI', sans-serif; text-anchor: middle; stroke: none",
        ".s": f"fill: {c['soft']}; font-size: {SMALL:g}px",
        ".a": f"fill: {c['above']}",
        ".b": f"fill: {c['below']}",
        ".i": f"fill: {c['below']}; font-size: {SMALL:g}px",
        ".l": f"fill: {c['soft']}; font-size: {SMALL:g}px; text-anchor: start",
        ".w": f"fill: none; stroke: {c['line']}; stroke-width: 1.3",
        ".t": f"fill: {c['line']}; stroke: none",
        ".g": f"fill: {c['box']}; stroke: {c['ink']}; stroke-width: 1.2",
        ".f": f"fill: {c['box']}; stroke: {c['ink']}; stroke-width: 1.2; stroke-dasharray: 5 2",
        ".v": f"fill: {c['variable']}; stroke: none",
        ".c": f"fill: {c['box']}; stroke: none",
        ".now": f"stroke: {c['current']}; stroke-width: 3",
        ".then": f"stroke: {c['current']}; stroke-width: 2.2",
    }
    return "\n".join(f".{key} {name} {{ {rule} }}" for name, rule in rules.items())


def _text(x: float, y: float, kind: str, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}"{f" class={kind!r}" if kind else ""}>{html.escape(text)}</text>'.replace("'", '"') if text else ""


def _wires(plan: Plan, picture: Picture) -> Iterator[str]:
    """Every edge as one curve: level where it leaves, along its lanes, and where it enters."""
    nodes, layers = len(picture.boxes), plan.layers
    for n, wire in sorted(enumerate(picture.wires), key=lambda pair: pair[1].current):
        path = layers.path(wire.source, wire.target)
        half = plan.half(wire.target)[0]
        x, y = plan.right[layers.of[wire.source]], plan.y[wire.source] + MARGIN
        line = f"M{plan.middle[layers.of[wire.source]] + plan.half(wire.source)[0]:.1f} {y:.1f}H{x:.1f}"
        for step, item in enumerate(path[1:], layers.of[wire.source] + 1):
            last = item < nodes
            to, level = plan.left[step], plan.y[item] + MARGIN + (plan.ports[n] if last else 0)
            bend = (to - x) / 2
            line += f"C{x + bend:.1f} {y:.1f} {to - bend:.1f} {level:.1f} {to:.1f} {level:.1f}"
            x, y = (plan.middle[step] - half if last else plan.right[step]), level
            inset = _inset(plan, wire.target, level) if last else 0.0
            line += f"H{x + inset:.1f}"
            x += inset
        yield f'<path class="w{" then" if wire.current else ""}" d="{line}"/>'
        yield f'<path class="t" d="M{x:.1f} {y:.1f}l-6 -3.2v6.4z"/>'
        yield _text(plan.middle[layers.of[wire.target]] - half - 4 - text_width(wire.below, SMALL) / 2, y + SMALL, "i", wire.below)


def _inset(plan: Plan, node: int, level: float) -> float:
    """How much further an edge runs that meets a circle above or below its middle."""
    half, tall = plan.half(node)
    away = abs(level - plan.y[node] - MARGIN)
    if plan.picture.boxes[node].kind == "variable" or half > RADIUS or tall > RADIUS or away >= RADIUS:
        return 0.0
    return RADIUS - math.sqrt(RADIUS**2 - away**2)


def _boxes(plan: Plan, picture: Picture) -> Iterator[str]:
    kinds = {"gate": "g", "folded": "f", "variable": "v", "constant": "c"}
    used = {wire.source for wire in picture.wires}
    for n, box in enumerate(picture.boxes):
        layer = plan.layers.of[n]
        x, y, (half, tall) = plan.middle[layer], plan.y[n] + MARGIN, plan.half(n)
        round_ = RADIUS if half == RADIUS and tall == RADIUS else 9
        kind = kinds[box.kind] + (" now" if box.current else "")
        yield f"<g><title>{html.escape(box.tip)}</title>"
        yield f'<rect class="{kind}" x="{x - half:.1f}" y="{y - tall:.1f}" width="{2 * half:.1f}" height="{2 * tall:.1f}" rx="{round_:g}"/>'
        yield _text(x, y + FONT * 0.35, "", box.label)
        yield _text(x, y - tall - 4, "s", box.name)
        start, end = x + half, plan.right[layer]
        if n not in used:
            yield f'<path class="w" d="M{start:.1f} {y:.1f}H{end:.1f}"/>'
        yield _text((start + end) / 2, y - 4, "a", box.above)
        yield _text((start + end) / 2, y + FONT + 1, "b", box.below)
        yield "</g>"


def _legend(plan: Plan, picture: Picture) -> Iterator[str]:
    yield _text(MARGIN, plan.height - 9, "l", picture.legend)
