"""Pictures of one graph at different moments in one frame: laid out once, for the longest label that each place may have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...graph_drawing import SMALL, Box, Picture, Plan, Wire, drawing, text_width

SMALLEST = 0.75  # of its size: a wider picture is scrolled and not made smaller still


class Room:
    """Room for every picture of a graph that was seen: it grows if it has to, and never shrinks."""

    def __init__(self, pictures: Iterable[Picture]) -> None:
        first, *others = pictures
        self._widest = first
        for picture in others:
            self._widest = _wider(self._widest, picture)
        self.plan = Plan(self._widest)

    @property
    def size(self) -> tuple[float, float]:
        return self.plan.width, self.plan.height

    def drawn(self, picture: Picture, size: tuple[float, float] = (0.0, 0.0)) -> str:
        """The picture as SVG, of a size or larger, coloured as the page's style sheet says."""
        widest = _wider(self._widest, picture)
        if widest != self._widest:
            self._widest, self.plan = widest, Plan(widest)
        self.plan.width, self.plan.height = (max(pair) for pair in zip(self.size, size, strict=True))
        least = SMALLEST * self.plan.width
        return drawing(picture, "page", self.plan).replace("<svg ", f'<svg style="min-width: {least:.0f}px" ', 1)


def _wider(one: Picture, other: Picture) -> Picture:
    """A picture with the longer of every two labels."""
    boxes = tuple(_box(a, b) for a, b in zip(one.boxes, other.boxes, strict=True))
    wires = tuple(_wire(a, b) for a, b in zip(one.wires, other.wires, strict=True))
    return replace(one, boxes=boxes, wires=wires, legend=one.legend or other.legend)


def _box(a: Box, b: Box) -> Box:
    above, below = _longer(a.above, b.above), _longer(a.below, b.below)
    return a if (above, below) == (a.above, a.below) else replace(a, above=above, below=below)


def _wire(a: Wire, b: Wire) -> Wire:
    below = _longer(a.below, b.below, SMALL)
    return a if below == a.below else replace(a, below=below)


def _longer(one: str, other: str, size: float = 1.0) -> str:
    return other if text_width(other, size) > text_width(one, size) else one
