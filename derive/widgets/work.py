"""What a learner has done in a notebook, kept in a JSON file: answers, tries, sliders; and a box that shows, saves and restores it."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import DeriveError
from ..saving import save as write
from .base.controls import Button
from .base.figure import Figure, shown_figures
from .base.interactive import Frame
from .exercise import Exercise

FORM = 1  # of the file: a later one is refused by this version


def save(path: str | os.PathLike[str]) -> int:
    """Writes the state of every figure that was shown in this notebook; the number of figures.

    What the file says of figures that were not shown this time is kept. Raises `DeriveError` for a file that is something else.
    """
    kept = _read(path) if Path(path).exists() else {}
    states = {_key(figure): figure.state() for figure in shown_figures()}
    text = json.dumps({"derive": FORM, "figures": {**kept, **states}}, ensure_ascii=False, indent=1)
    write(path, text.encode("utf-8"))
    return len(states)


def restore(path: str | os.PathLike[str]) -> int:
    """Gives every figure that was shown in this notebook its state in the file; the number of figures.

    Raises `DeriveError` for a file that cannot be read; a state that no longer fits its figure is left out, and said.
    """
    states, done, strange = _read(path), 0, []
    for figure in shown_figures():
        state = states.get(_key(figure))
        if state is None:
            continue
        try:
            if not isinstance(state, Mapping):
                raise DeriveError("this is no state", figure.title)
            figure.restore(state)
            done += 1
        except DeriveError as error:
            strange.append(f"{figure.title}: {error.what}")
        if figure.view is not None:
            figure.view.refresh()
    if strange:
        raise DeriveError(f"{done} restored; left as it is: {'; '.join(strange)}", os.fspath(path))
    return done


def _key(figure: Figure) -> str:
    return f"{type(figure).__name__}: {figure.title}"


def _read(path: str | os.PathLike[str]) -> dict[str, Any]:
    hint = "give the file that `save` wrote"
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise DeriveError(f"it cannot be read: {error.strerror or error}", os.fspath(path), hint) from None
    except ValueError as error:
        raise DeriveError(f"it is no JSON: {error}", os.fspath(path), hint) from None
    if not isinstance(found, dict) or found.get("derive") != FORM or not isinstance(found.get("figures"), dict):
        raise DeriveError("it is no saved work of this version", os.fspath(path), hint)
    return dict(found["figures"])


class MyWork(Figure):
    """The exercises above and how far a learner is with each; buttons to save all figures of the notebook, and to restore them.

    path  a JSON file beside the notebook
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not isinstance(path, str | os.PathLike):
            raise DeriveError(f"expected the name of a file, not {path!r}", "MyWork", 'for example MyWork("my_work.json")')
        self.path, self.said, self.known = os.fspath(path), "", not Path(path).exists()
        super().__init__(f"My work in {Path(path).stem}", [Button("restore", "Restore"), Button("save", "Save"), Button("look", "Update")])

    def on_save(self) -> None:
        """Writes the file; work that was saved earlier and is not on this page is replaced only when asked twice."""
        if not self.known and Path(self.path).exists():
            self.known = True
            self.said = f"Not saved yet: {self.path} holds earlier work. Restore puts it on this page, Save once more replaces it."
            return
        count = save(self.path)
        self.known = True
        self.said = f"{count} figures and exercises saved in {self.path}."

    def on_restore(self) -> None:
        """Reads the file."""
        count = restore(self.path)
        self.known = True
        self.said = f"{count} figures and exercises as they were saved in {self.path}."

    def on_look(self) -> None:
        """Counts again."""
        self.said = ""

    def frame(self) -> Frame:
        boxes = [figure for figure in shown_figures() if isinstance(figure, Exercise)]
        rows = "".join(f"<tr><td>{html.escape(box.task.title)}</td><td>{html.escape(box.status)}</td></tr>" for box in boxes)
        table = f"<table><tr><th>exercise</th><th>so far</th></tr>{rows}</table>" if rows else ""
        solved = sum(box.solved for box in boxes)
        told = f"{solved} of {len(boxes)} exercises solved." if boxes else "No exercise was shown yet."
        return Frame(html=table, text=f"{told} {self.said}".strip())

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Nothing: what it shows is the state of others."""
