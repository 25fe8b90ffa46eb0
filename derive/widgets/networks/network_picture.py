"""A network as layers of circles: the activation in each, edges coloured by the sign and as thick as the size of their weight."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...layers import Dense
from ...numerals import short
from ...terminal import lowered, raised
from ..base.svg import element, figure, text, text_width
from .formulas import Looked
from .wired import Wired

MOST = 6  # circles in a layer
RADIUS = 24.0
PITCH = 90.0
LEFT, TOP, BELOW = 64.0, 58.0, 66.0


@dataclass(frozen=True)
class Scene:
    """What is drawn: the arrays now and before the chosen weight was moved, what is looked at, whether the backward pass is shown.

    heaviest  the size of a weight that is drawn thick
    """

    net: Wired
    trace: Mapping[str, Any]
    before: Mapping[str, Any]
    at: Looked
    backward: bool
    heaviest: float

    def slots(self, layer: int) -> list[int | None]:
        """The neurons of a layer from top to bottom, None for dots. What is looked at is always among them."""
        n = self.net.sizes[layer]
        if n <= MOST:
            return list(range(n))
        wanted = {self.at.layer: self.at.j, self.at.layer - 1: self.at.k}.get(layer)
        return [0, 1, 2, None, wanted if wanted is not None and 2 < wanted < n - 1 else n - 2, n - 1]

    def places(self, layer: int) -> dict[int, tuple[float, float]]:
        """Where the circles of a layer stand."""
        slots = self.slots(layer)
        top = TOP + (self.rows - len(slots)) * PITCH / 2 + PITCH / 2
        return {n: (self.x(layer), top + PITCH * row) for row, n in enumerate(slots) if n is not None}

    @property
    def rows(self) -> int:
        return min(MOST, max(2, *self.net.sizes))

    @property
    def apart(self) -> float:
        return 200.0 if self.net.depth <= 3 else 150.0

    def x(self, layer: int) -> float:
        return LEFT + self.apart * layer


def subscripted(letter: str, layer: int, *indices: int) -> str:
    """a¹₂, without LaTeX; indices count from 0 here and from 1 there."""
    numbers = [lowered([str(n + 1)]) for n in indices]
    return letter + (raised(str(layer)) if layer else "") + ("," if any(n > 8 for n in indices) else "").join(numbers)


def parameter(net: Wired, at: Looked) -> str:
    """The chosen weight or bias, without LaTeX."""
    called, place = net.entry(at.layer, at.j, at.k)
    return subscripted(called[0], int(called[1:]), *place)


def changed(scene: Scene) -> list[tuple[int, int]]:
    """(layer, neuron) wherever the activation is not what it was."""
    pairs = ((n, scene.trace[f"a{n}"], scene.before[f"a{n}"]) for n in range(1, scene.net.depth + 1))
    return [(n, j) for n, now, was in pairs for j in range(len(now)) if abs(now[j] - was[j]) > 1e-12]


def draw(scene: Scene, title: str) -> str:
    """The whole picture; its size depends on the network only."""
    moved = set(changed(scene))
    parts = [_edges(scene, layer) for layer in range(1, scene.net.depth + 1)]
    for layer in range(scene.net.depth + 1):
        parts += [_neuron(scene, layer, j, place, (layer, j) in moved) for j, place in scene.places(layer).items()]
        parts += [_words_of(scene, layer)]
    parts.append(_chosen(scene))
    width, height = scene.x(scene.net.depth) + LEFT + 42, TOP + scene.rows * PITCH + BELOW
    parts.append(_legend(height - 12))
    return figure(max(width, 470), height, "".join(parts), title)


def _edges(scene: Scene, layer: int) -> str:
    below, above, w = scene.places(layer - 1), scene.places(layer), scene.net.matrix(layer)
    called, place = scene.net.entry(scene.at.layer, scene.at.j, scene.at.k)
    marked = {(j, k) for n, j, k in scene.net.uses(called, place) if n == layer}
    parts, halo = [], []
    for j, (x1, y1) in above.items():
        for k, (x0, y0) in below.items():
            path, size = f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}", min(0.8 + 4.2 * abs(w[j, k]) / scene.heaviest, 8.0)
            if (j, k) in marked:
                halo.append(element("path", d=path, class_="current", style=f"stroke-width: {size + 6:.1f}px", opacity="0.55"))
            parts.append(element("path", d=path, class_="s1" if w[j, k] >= 0 else "s2", style=f"stroke-width: {size:.1f}px"))
    return "".join(halo + parts)


def _neuron(scene: Scene, layer: int, j: int, place: tuple[float, float], moved: bool) -> str:
    x, y = place
    at, value = scene.at, scene.trace[f"a{layer}"][j]
    circle = element("circle", cx=x, cy=y, r=RADIUS, class_="box")
    if moved:
        circle += element("circle", cx=x, cy=y, r=RADIUS, class_="s3")
    if (layer, j) == (at.layer, at.j):
        circle += element("circle", cx=x, cy=y, r=RADIUS + 4, class_="ring")
    written = next((w for w in (short(value, 3), short(value, 2)) if text_width(w, 12) < 2 * RADIUS), short(value, 1))
    size = min(12.0, 12.0 * (2 * RADIUS - 4) / text_width(written, 12))
    parts = [circle, text(x, y + 4, written, "", "middle", size)]
    bias = scene.net.bias(layer) if layer else None
    own = subscripted("a" if layer else "x", layer, j)
    parts.append(_clear(x, y - RADIUS - 7, own if bias is None else f"{own}\u2002b = {short(bias[j], 3)}", "soft"))
    if layer and scene.backward:
        parts.append(_clear(x, y + RADIUS + 14, f"δ = {short(scene.trace[f'delta{layer}'][j], 3)}", "s4f"))
    elif moved:
        change = value - scene.before[f"a{layer}"][j]
        parts.append(_clear(x, y + RADIUS + 14, f"{'+' if change > 0 else ''}{short(change, 2)}", "s3f"))
    if layer == scene.net.depth:
        parts.append(_clear(x + RADIUS + 10, y + 4, f"y = {short(scene.net.y[j], 3)}", "soft", "start"))
    return "".join(parts)


def _clear(x: float, y: float, content: str, kind: str, anchor: str = "middle") -> str:
    """Text that stays legible over edges."""
    style = "font-size: 11px; paint-order: stroke; stroke: var(--d-paper); stroke-width: 5px; stroke-linejoin: round"
    return element("text", html.escape(content), x=x, y=y, class_=kind, text_anchor=anchor, style=style)


def _words_of(scene: Scene, layer: int) -> str:
    """What the layer is, above; its shapes and how many parameters it has, below; dots for the neurons that are not drawn."""
    net, x = scene.net, scene.x(layer)
    foot = TOP + scene.rows * PITCH + 16
    slots, places = scene.slots(layer), scene.places(layer)
    parts = []
    if None in slots:
        top = places[2][1] + PITCH
        parts += [element("circle", cx=x, cy=top + d, r=2.5, class_="inkf") for d in (-9.0, 0.0, 9.0)]
    if not layer:
        lines = ["input", f"{net.sizes[0]} numbers" if net.sizes[0] > 1 else "1 number"]
    else:
        kind, own = net.layers[layer - 1], net.net.shapes
        lines = ["output" if layer == net.depth else f"layer {layer}", kind.activation.unicode or kind.activation.__name__]
        weights = f"{_tied(kind, layer)}{net.sizes[layer]} × {net.sizes[layer - 1]}"
        count = sum(_size(own[name]) for name in (f"w{layer}", f"b{layer}") if name in own)
        shapes = f"{weights}, b{raised(str(layer))} {net.sizes[layer]}" if kind.bias else weights
        parts.append(text(x, foot, shapes, "", "middle", 11))
        parts.append(text(x, foot + 15, f"{count} parameter{'' if count == 1 else 's'}", "soft", "middle", 11))
    parts += [text(x, 20, lines[0], "bold", "middle"), text(x, 36, lines[1], "soft", "middle", 11)]
    return "".join(parts)


def _tied(kind: Dense, layer: int) -> str:
    if kind.tie is None:
        return f"W{raised(str(layer))} "
    return f"W{raised(kind.tie[1:])}{'ᵀ' if kind.transpose else ''} again, "


def _size(shape: tuple[int, ...]) -> int:
    return shape[0] * (shape[1] if len(shape) > 1 else 1)


def _chosen(scene: Scene) -> str:
    """The chosen weight with its value, on its edge; a bias as an edge from nowhere."""
    net, at = scene.net, scene.at
    (x1, y1), called = scene.places(at.layer)[at.j], net.entry(at.layer, at.j, at.k)
    parts = []
    if at.k is None:
        x, y = x1 - scene.apart / 2, y1 - 40
        parts.append(element("path", d=f"M{x:.1f} {y:.1f}L{x1 - RADIUS:.1f} {y1 - 8:.1f}", class_="current"))
    else:
        x0, y0 = scene.places(at.layer - 1)[at.k]
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
    lines = [f"{parameter(net, at)} = {short(net.p[called[0]][called[1]], 4)}"]
    if scene.backward:
        lines.append(f"∂C/∂{called[0][0]} = {short(scene.trace[f'd{called[0]}'][called[1]], 3)}")
    wide, high = max(text_width(line, 11) for line in lines) + 8, 15.0 * len(lines) + 4
    parts.append(element("rect", x=x - wide / 2, y=y - high / 2, width=wide, height=high, rx=4.0, class_="paper"))
    parts.append(element("rect", x=x - wide / 2, y=y - high / 2, width=wide, height=high, rx=4.0, class_="current"))
    kinds = ("bold", "s4f")
    parts += [text(x, y - high / 2 + 14 + 15 * n, line, kinds[n], "middle", 11) for n, line in enumerate(lines)]
    return "".join(parts)


def _legend(y: float) -> str:
    parts, x = [], 16.0
    for kind, words in (("s1", "weight above 0"), ("s2", "weight below 0"), ("ring", "looked at"), ("s3", "changed")):
        if kind in ("s1", "s2"):
            parts.append(element("path", d=f"M{x:.1f} {y:.1f}h18", class_=kind))
        else:
            parts.append(element("circle", cx=x + 9, cy=y, r=6.0, class_=kind))
        parts.append(text(x + 24, y + 4, words, "", "start", 11))
        x += text_width(words, 11) + 38
    return "".join(parts)
