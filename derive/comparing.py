"""How far two arrays are apart, and the table of such numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

FLOOR = 1e-8  # below this size two numbers are compared as they are, and not in proportion


def error(one: Any, other: Any, floor: float = FLOOR) -> float:
    """max |x - y| / (max |x| + max |y|) over the entries of two arrays; infinite for other shapes, and for nan in `one`.

    In proportion to the whole array and not to each entry, since rounding is: a gradient's small entries are sums of
    large ones. Entries at which `other` is nan were not computed and do not count.
    """
    x, y = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    known = ~np.isnan(y)
    if x.shape != y.shape or not np.isfinite(x[known]).all():
        return np.inf
    if not known.any():
        return 0.0
    scale = np.abs(x[known]).max() + np.abs(y[known]).max()
    return float(np.abs(x - y)[known].max() / max(scale, floor))


def worst_entry(one: Any, other: Any) -> tuple[str, float, float]:
    """Where two arrays of one shape differ most, as "[1, 0]", and both numbers there."""
    x, y = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    gap = np.where(np.isnan(y), -1.0, np.where(np.isfinite(x), np.abs(x - y), np.inf))
    place = np.unravel_index(int(np.argmax(gap)), gap.shape)
    return str([int(n) for n in place]) if place else "", float(x[place]), float(y[place])


@dataclass(frozen=True)
class Row:
    """One quantity: its shape, and its error by every way that was compared; None where there is nothing to compare."""

    name: str
    shape: tuple[int, ...]
    errors: Mapping[str, float | None]


@dataclass(frozen=True)
class Agreement:
    """What `check` found: everything agrees. `rows` has the largest error of each pair, for the loss and every parameter.

    title   what was compared
    ways    the columns
    notes   what was not run, and why; what was run at other sizes
    """

    title: str
    ways: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def largest(self, way: str) -> float | None:
        """The largest error in a column, None if the way was not run."""
        return max((e for row in self.rows if (e := row.errors.get(way)) is not None), default=None)

    @property
    def table(self) -> list[list[str]]:
        """The cells, with a line of headings first and a line of largest errors last."""
        lines = [["", "shape", *self.ways]]
        for row in self.rows:
            lines.append([row.name, str(row.shape) if row.shape else "", *(_cell(row.errors.get(w)) for w in self.ways)])
        return [*lines, ["largest", "", *(_cell(self.largest(way)) for way in self.ways)]]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.table, strict=True)]
        lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in self.table]
        rule = "-" * max(map(len, lines))
        return "\n".join([self.title, lines[0], rule, *lines[1:-1], rule, lines[-1], *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *body = [[escape(cell) for cell in line] for line in self.table]
        rows = "".join(f"<tr><th>{name}</th>{''.join(f'<td>{c}</td>' for c in cells)}</tr>" for name, *cells in body)
        heading = "".join(f"<th>{cell}</th>" for cell in head)
        notes = "<br>".join(map(escape, self.notes))
        return f"<table><caption>{escape(self.title)}</caption><tr>{heading}</tr>{rows}</table><p>{notes}</p>"


def _cell(error: float | None) -> str:
    return "-" if error is None else "0" if error == 0 else f"{error:.1e}"
