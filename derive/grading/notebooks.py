"""The answers in a Jupyter notebook, as source: what a student typed into the cells that a task names.

A cell is an answer if it has the tag `answer` or `answer:NAME`, or begins with the line `# answer` or `# answer: NAME`.
Outputs are never read. Lines for Jupyter, such as `%matplotlib inline` and `!ls`, are left out of a cell that is no Python
with them.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DataError

TAG = re.compile(r"answer(?::\s*(?P<name>.+))?")
LINE = re.compile(r"#\s*answer(?:\s*:\s*(?P<name>.*\S))?\s*", re.IGNORECASE)
MAGIC = re.compile(r"\s*[%!?].*|\s*[\w.]+\?\??\s*")
RUNS_ITS_CELL = {"%%time", "%%capture"}  # as Python, among the magics of whole cells
LARGEST = 20_000_000  # bytes of a notebook, with its pictures


@dataclass(frozen=True)
class Answers:
    """The sources of a notebook by name, "" for cells without one; cells of one name follow each other, in their order.

    cells  for each source its cells: their number in the notebook, from 1, and the line of the source at which they begin
    notes  what was left out, and where
    """

    sources: dict[str, str]
    cells: dict[str, tuple[tuple[int, int], ...]]
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        if name not in self.sources:
            have = ", ".join(repr(n) for n in self.sources) or "none"
            raise DataError(f"there is no answer {name!r}", "notebook", f"the answers are {have}; tag a cell answer:{name}")
        return self.sources[name]

    def place(self, name: str, line: int) -> str:
        """Where a line of a source is in the notebook."""
        cell, first = max((c for c in self.cells[name] if c[1] <= line), key=lambda c: c[1])
        return f"cell {cell}, line {line - first + 1}"


def read_notebook(path: str | Path) -> Answers:
    """The answers in an .ipynb file. Raises `DataError` naming the file, and the cell, for what is no notebook."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"it has more than {LARGEST // 10**6} MB", path.name, "clear the outputs and save it")
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise DataError(f"it cannot be read: {problem.strerror}", path.name) from None
    except UnicodeDecodeError:
        raise DataError("it is no text in UTF-8", path.name, "save it as a notebook, .ipynb") from None
    return read_cells(text, path.name)


def read_cells(text: str, file: str = "notebook") -> Answers:
    """The answers in the text of a notebook; see `read_notebook`."""
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as problem:
        raise DataError(f"it is no JSON: {problem.msg}", f"{file}, line {problem.lineno}", "save it as a notebook, .ipynb") from None
    except (RecursionError, ValueError):
        raise DataError("it is nested too deeply, or has a number that is too long", file) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        hint = "save it with a Jupyter of this decade: version 4 of the format" if isinstance(notebook, dict) else ""
        raise DataError("it has no list of cells", file, hint)
    sources: dict[str, str] = {}
    starts: dict[str, list[tuple[int, int]]] = {}
    notes: list[str] = []
    for number, cell in enumerate(cells, 1):
        place = f"{file}, cell {number}"
        if not isinstance(cell, dict):
            raise DataError("the cell is not an object", place)
        if cell.get("cell_type") != "code":
            continue
        lines = _lines(cell, place)
        name = _name(cell, lines, place)
        if name is None:
            continue
        before = sources.get(name, "")
        starts.setdefault(name, []).append((number, before.count("\n") + 1))
        sources[name] = before + _without_magic(lines, place, notes) + "\n"
    return Answers(sources, {name: tuple(begin) for name, begin in starts.items()}, tuple(notes))


def _lines(cell: dict[str, Any], place: str) -> list[str]:
    """The source of a cell: a text, or a list of texts."""
    source = cell.get("source")
    parts: list[Any] = source if isinstance(source, list) else [source]
    if not all(isinstance(part, str) for part in parts):
        raise DataError("its source is not text", place)
    return "".join(parts).splitlines()


def _name(cell: dict[str, Any], lines: list[str], place: str) -> str | None:
    """The name of the answer in a cell, "" if it has none; None if it is no answer."""
    metadata = cell.get("metadata", {})
    tags = metadata.get("tags", []) if isinstance(metadata, dict) else None
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise DataError("its tags are not a list of texts", place)
    found = [match for tag in tags if (match := TAG.fullmatch(tag.strip()))]
    found += [match for line in lines[:1] if (match := LINE.fullmatch(line.strip()))]
    names = list(dict.fromkeys((match["name"] or "").strip() for match in found))
    if len(names) > 1 and "" in names:
        names.remove("")  # a tag with a name and a line without one
    if len(names) > 1:
        raise DataError(f"it is the answer to {' and to '.join(names)}", place, "give it one name")
    return names[0] if names else None


def _without_magic(lines: list[str], place: str, notes: list[str]) -> str:
    """The lines with those for Jupyter left empty, so that the numbers of the others stay."""
    if _is_python("\n".join(lines)):
        return "\n".join(lines)
    first = next((line.split()[0] for line in lines if line.strip() and not line.startswith("#")), "")
    if first.startswith("%%") and first not in RUNS_ITS_CELL:
        notes.append(f"{place}: left out, since with {first} it is not run as Python")
        return "\n" * (len(lines) - 1)
    kept = []
    for number, line in enumerate(lines, 1):
        if MAGIC.fullmatch(line):
            notes.append(f"{place}, line {number}: left out, since it is for Jupyter: {line.strip()[:60]}")
            line = ""
        kept.append(line)
    return "\n".join(kept)


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a doubtful escape in a student's string
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
