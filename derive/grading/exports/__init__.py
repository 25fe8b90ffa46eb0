"""The results of a class as files: a table of writers, to which another is added as a row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...saving import save
from ..results import Results
from .gradescope import gradescope
from .junit import junit
from .page import page
from .tables import csv_table, json_text

# The name of each file, and what makes its text. Every one is UTF-8; what is no text is replaced.
FILES: dict[str, Callable[[Results], str]] = {
    "results.csv": csv_table,
    "results.json": json_text,
    "junit.xml": junit,
    "index.html": page,
}


def export(results: Results, folder: Path) -> None:
    """Writes every file of the table into the folder, and gradescope/STUDENT.json for each student."""
    for name, written in FILES.items():
        save(folder / name, written(results).encode("utf-8", "replace"))
    inner = folder / "gradescope"
    inner.mkdir(exist_ok=True)
    for name, text in gradescope(results).items():
        save(inner / name, text.encode("utf-8", "replace"))
