"""The notebooks of the lessons, made from their sources: `python tests/lesson_notebooks.py` writes lessons/NN_name.ipynb from NN_name.py.

The same source gives the same bytes on every machine: cells are numbered, and nothing of Jupytext or of a kernel is kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LESSONS = Path(__file__).resolve().parents[1] / "lessons"
SOURCES = "[0-9][0-9]_*.py"
BOXES = ("Exercise(", "MyWork(")  # their code, with hints and answers in it, is folded away until a reader asks for it
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(text: str, name: str) -> str:
    """The notebook of a source in py:percent, for a lesson of that name."""
    import jupytext

    cells = [_cell(cell, f"{name[:2]}-{count}") for count, cell in enumerate(jupytext.reads(text, fmt="py:percent").cells, 1)]
    made = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cell(cell: Any, name: str) -> dict[str, Any]:
    metadata = {key: value for key, value in cell.metadata.items() if not key.startswith("lines_to_")}  # Jupytext's own
    if cell.source.startswith(BOXES) or (cell.cell_type == "code" and "Task.pick(" in cell.source):
        metadata["jupyter"] = {"source_hidden": True}
    made = {"cell_type": cell.cell_type, "id": name, "metadata": metadata, "source": cell.source.splitlines(keepends=True)}
    return {**made, "execution_count": None, "outputs": []} if cell.cell_type == "code" else made


def notebooks(folder: Path = LESSONS) -> dict[Path, str]:
    """For each source in a folder where its notebook is, and what it has to hold."""
    return {path.with_suffix(".ipynb"): notebook(path.read_text("utf-8"), path.stem) for path in sorted(folder.glob(SOURCES))}


def stale(folder: Path = LESSONS) -> list[str]:
    """The names of notebooks that are missing, that are not what their source gives, or that have no source."""
    made = notebooks(folder)
    wrong = {path.name for path, text in made.items() if not path.is_file() or path.read_bytes() != text.encode("utf-8")}
    return sorted(wrong | {path.name for path in folder.glob("*.ipynb") if path not in made})


def main() -> None:
    changed = stale()
    for path, text in notebooks().items():
        if path.name in changed:
            path.write_bytes(text.encode("utf-8"))
            print(f"wrote {path.name}")
    for name in stale():
        print(f"{name} has no source")


if __name__ == "__main__":
    main()
