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
from typing import Any

from ..errors import DataError

TAG = re.compile(r"answer(?::\s*(?P<name>.+))?")
LINE = re.compile(r"#\s*answer(?:\s*:\s*(?P<name>.*\S)?)?\s*", re.IGNORECASE)
MAGIC = re.compile(r"\s*[%!?].*|\s*[\w.]+\?\??\s*")
RUNS_ITS_CELL = {"%%time", "%%capture"}  # as Python, among the magics of whole cells
LARGEST = 20_000_000  # bytes of a notebook, with its pictures
TOO_MUCH = "it is nested too deeply, or has a number that is too long"  # of JSON


@dataclass(frozen=True)
class Answers:
    """The sources of a notebook by name, "" for cells without one; cells of one name follow each other, in their order.

    notes  what was left out, and where: "cell 3, line 2: ..."
    """

    sources: dict[str, str]
    notes: tuple[str, ...] = ()


def read_cells(text: str, file: str = "notebook") -> Answers:
    """The answers in the text of a notebook. Raises `DataError` naming the file, and the cell, for what is none."""
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as problem:
        raise DataError(f"it is no JSON: {problem.msg}", f"{file}, line {problem.lineno}", "save it as a notebook, .ipynb") from None
    except (RecursionError, ValueError):
        raise DataError(TOO_MUCH, file) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        hint = "save it with a Jupyter of this decade: version 4 of the format" if isinstance(notebook, dict) else ""
        raise DataError("it has no list of cells", file, hint)
    sources: dict[str, str] = {}
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
        sources[name] = sources.get(name, "") + _without_magic(lines, f"cell {number}", notes) + "\n"
    return Answers(sources, tuple(notes))


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


def without_mark(source: str) -> str:
    """The source with the line by which a cell is marked left empty, so that the others keep their numbers."""
    first, end, rest = source.partition("\n")
    return end + rest if LINE.fullmatch(first.strip()) else source


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
