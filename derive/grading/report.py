"""The report on one submission: its verdicts, the score, and feedback as text, JSON, or shown in a notebook."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import DeriveError
from .verdicts import RIGHT, UNDECIDED, Verdict

SIGNS = {"right": "✓", "wrong": "✗", "could not judge": "?", "unreadable": "…"}


@dataclass(frozen=True)
class Report:
    """What was judged of one submission to one task."""

    task: str
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.verdicts:
            raise DeriveError("there is no verdict", f"task {self.task!r}", "a report needs at least one")

    @property
    def points(self) -> float:
        return round(sum(v.points for v in self.verdicts), 9)

    @property
    def out_of(self) -> float:
        return round(sum(v.out_of for v in self.verdicts), 9)  # thirds of a point add up to it

    @property
    def score(self) -> float:
        """The share of the marks, from 0 to 1."""
        return self.points / self.out_of if self.out_of else 0.0

    @property
    def right(self) -> bool:
        """Whether every part is right."""
        return all(v.verdict == RIGHT for v in self.verdicts)

    @property
    def needs_a_look(self) -> bool:
        """Whether a person has to judge some of it."""
        return any(v.verdict == UNDECIDED for v in self.verdicts)

    @property
    def feedback(self) -> str:
        """All of it as text, for the student."""
        head = f"{self.task}: {self.points:.4g} of {self.out_of:.4g}"
        return "\n".join([head, *map(str, self.verdicts), *self.notes, *self.ran])

    @property
    def ran(self) -> tuple[str, ...]:
        """How code that was handed in was kept apart while it ran."""
        return tuple(dict.fromkeys(v.ran for v in self.verdicts if v.ran))

    def __str__(self) -> str:
        return self.feedback

    __repr__ = __str__

    def as_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        verdicts = [{**asdict(v), "codes": list(v.codes)} for v in self.verdicts]
        marks = {"points": self.points, "out_of": self.out_of, "score": self.score}
        return {"task": self.task, **marks, "verdicts": verdicts, "notes": list(self.notes)}

    def to_json(self) -> str:
        return json.dumps(self.as_data(), ensure_ascii=False)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Report:
        """The report that `as_data` wrote down; raises `DeriveError` for data that is none."""
        try:
            verdicts = tuple(Verdict(**{**v, "codes": tuple(v["codes"])}) for v in data["verdicts"])
            return cls(str(data["task"]), verdicts, tuple(map(str, data["notes"])))
        except (KeyError, TypeError) as error:
            raise DeriveError(f"this is no report: {error}", "Report.from_data") from None

    def _repr_html_(self) -> str:
        rows = "".join(map(_row, self.verdicts))
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in (*self.notes, *self.ran))
        head = f"<strong>{html.escape(self.task)}</strong>: {self.points:.4g} of {self.out_of:.4g}"
        return f'<div role="status"><p>{head}</p><ul>{rows}</ul>{notes}</div>'


def _row(verdict: Verdict) -> str:
    told = [("", verdict.diagnosis), ("", verdict.detail), ("", verdict.counterexample), ("Hint: ", verdict.hint)]
    lines = "".join(_told(start, text) for start, text in told if text)
    read = f"<br>read as ${html.escape(verdict.reading)}$" if verdict.reading else ""
    marks = f"{verdict.points:.3g} of {verdict.out_of:.3g}"
    return f"<li>{SIGNS[verdict.verdict]} {html.escape(verdict.part)}: <strong>{verdict.verdict}</strong> ({marks}){read}{lines}</li>"


def _told(start: str, text: str) -> str:
    """A text on a line of its own; one of several lines, such as an answer with a caret below it, keeps them."""
    if "\n" in text:
        return f'<pre style="white-space: pre-wrap">{start}{html.escape(text)}</pre>'
    return f"<br>{start}{html.escape(text)}"
