"""A CSV file as columns of numbers and labels, or a `DataError` that names line and column."""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import DataError

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
MISSING = {"", "na", "n/a", "nan", "null", "?"}


@dataclass(frozen=True)
class Table:
    """Rows of cells, each with the line of the file it began in (counted from 1), and a name for every column."""

    path: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def where(self, row: int, column: int) -> str:
        return f"{self.path}, line {self.lines[row]}, column {self.names[column]!r}"

    def cells(self, column: int) -> list[str]:
        """A column's cells; raises `DataError` where one is missing."""
        cells = [row[column] for row in self.rows]
        for row, cell in enumerate(cells):
            if cell.lower() in MISSING:
                shown = f"the value is missing ({cell!r})" if cell else "the value is missing"
                raise DataError(shown, self.where(row, column), "fill the gap, or remove the row")
        return cells

    def numbers(self, column: int) -> list[float]:
        """A column of finite numbers; raises `DataError` at the first cell that is none."""
        values = []
        for row, cell in enumerate(self.cells(column)):
            if not NUMBER.fullmatch(cell):
                hint = "write numbers with a decimal point; remove a column of text, or write it as columns of 0 and 1"
                raise DataError(f"{cell!r} is not a number", self.where(row, column), hint)
            values.append(float(cell))
            if not math.isfinite(values[-1]):
                raise DataError(f"{cell} is too large", self.where(row, column), "rescale the column")
        return values

    def column(self, which: str | int | None) -> int:
        """The number of a column given by name or number; None is the last. `DataError` names the columns there are."""
        if which is None:
            return len(self.names) - 1
        if isinstance(which, str) and which in self.names:
            return self.names.index(which)
        if isinstance(which, int) and -len(self.names) <= which < len(self.names):
            return which % len(self.names)
        raise DataError(f"there is no column {which!r}", self.path, f"the columns are {', '.join(self.names)}")


def read_table(path: str | os.PathLike[str], header: bool | None = None) -> Table:
    """The cells of a CSV file: UTF-8, separated by comma, semicolon or tab; blank lines are skipped.

    `header` None: the first row is one if none of its cells, the last left aside, is a number. Raises `DataError` for a
    file that cannot be read, is empty, or has rows of different lengths.
    """
    shown = os.fspath(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise DataError(f"byte {error.start} is not UTF-8 text", shown, "save it as CSV in UTF-8") from None
    except (OSError, ValueError) as error:
        raise DataError(f"the file cannot be read: {getattr(error, 'strerror', None) or error}", shown) from None
    rows, lines = _rows(text, shown)
    if not rows:
        raise DataError("the file is empty", shown, "give it a line for each row")
    width = len(rows[0])
    for row, line in zip(rows, lines, strict=True):
        if len(row) != width:
            what = f"{len(row)} cells, but line {lines[0]} has {width}"
            raise DataError(what, f"{shown}, line {line}", "give every row a cell for every column")
    headed = _is_header(rows[0]) if header is None else header
    names = _names(rows[0], shown, lines[0]) if headed else tuple(f"column {j}" for j in range(1, width + 1))
    if headed and len(rows) == 1:
        raise DataError("there is a header, but no rows of data", shown)
    return Table(shown, names, tuple(rows[headed:]), tuple(lines[headed:]))


def _rows(text: str, path: str) -> tuple[list[tuple[str, ...]], list[int]]:
    first = text.lstrip().partition("\n")[0]
    delimiter = next((mark for mark in "\t;" if mark in first), ",")
    rows, lines, line = [], [], 1
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            if any(cells):
                rows.append(tuple(cell.strip() for cell in cells))
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"not in CSV: {error}", f"{path}, line {line}", "check the quotes") from None
    return rows, lines


def _is_header(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and not any(NUMBER.fullmatch(cell) or cell.lower() in MISSING for cell in cells[:-1])


def _names(cells: Sequence[str], path: str, line: int) -> tuple[str, ...]:
    names = tuple(cell or f"column {j}" for j, cell in enumerate(cells, 1))
    twice = next((name for j, name in enumerate(names) if name in names[:j]), None)
    if twice is not None:
        raise DataError(f"two columns are named {twice!r}", f"{path}, line {line}", "give each column its own name")
    return names
