"""A box for an exercise: what is asked, fields to answer, a grader that says what is wrong, and hints a little at a time."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..derivation import Derivation
from ..errors import DeriveError
from ..grading.cells import NOT_FILLED
from ..grading.code import Source
from ..grading.judging import grade
from ..grading.library import load_task
from ..grading.picking import Pick
from ..grading.report import Report
from ..grading.steps import Steps
from ..grading.tasks import Part, Task
from ..grading.verdicts import RIGHT, Verdict
from ..hints import STAGES
from ..notation import LATEX
from .base.controls import Button, Choice, Control, Field
from .base.figure import Figure
from .base.interactive import Frame
from .base.words import words

ASK = "choose one"
START = "import numpy as np\n\n"  # of code that is asked for
TRIES = 2  # wrong answers after which the answer may be shown; all hints do as well


class Exercise(Figure):
    """A task to be solved here and now.

    task     a `Task`, the path of a task file, or the name of one of the library
    variant  the number of a variant, for a task that has some
    hints    words with formulas between dollar signs, from a nudge to the answer; or a derivation, of which each step is given in three
             stages. By default the derivation that is the key
    """

    def __init__(self, task: Task | str | Path, *, variant: int | None = None, hints: Sequence[str] | Derivation | None = None) -> None:
        found = task if isinstance(task, Task) else load_task(task)
        self.task = found.in_form(variant)
        self.hints = _hints(self.task, hints)
        self.report: Report | None = None
        self.tries = self.shown = 0
        self.solved = self.revealed = False
        self.names = {f"part{n}": part for n, part in enumerate(self.task.parts)}
        buttons = [Button("check", "Check"), Button("hint", "Hint"), Button("answer", "Show an answer")]
        controls = [_control(name, part, len(self.task.parts)) for name, part in self.names.items()]
        self.heading = self.task.title
        super().__init__(f"Exercise: {self.task.title}", [*controls, *buttons], self.task.statement.replace("$", r"\$"))

    # What is done

    def answer(self) -> Any:
        """What is in the fields, as it is handed in."""
        given = {part.name: self._given(name, part) for name, part in self.names.items()}
        return given if len(given) > 1 else next(iter(given.values()))

    def _given(self, name: str, part: Part) -> Any:
        text = self.values[name]
        if isinstance(part, Pick):
            return "" if text == ASK else next(key for key, option in part.options.items() if _option(key, option) == text)
        if isinstance(part, Source) and text.strip() == START.strip():
            return ""
        return _filled(text) if isinstance(part.solution(), Mapping) else text

    def fill(self, answer: Any) -> None:
        """Puts an answer into the fields: of one part itself, of several by their names."""
        for name, part in self.names.items():
            one = answer if len(self.names) == 1 else answer.get(part.name, "")
            if isinstance(part, Pick):
                one = next((_option(key, option) for key, option in part.options.items() if str(one) in (key, option)), ASK)
            elif isinstance(one, Mapping):
                one = "\n".join(f"{cell} = {_written(value)}" for cell, value in one.items())
            self.set(name, str(one))

    def on_check(self) -> None:
        """Grades what is in the fields."""
        self.report = grade(self.task, self.answer())
        self.tries += any(v.verdict != RIGHT for v in self._answered())
        self.solved = self.solved or (self.report.right and not self.revealed)

    def on_hint(self) -> None:
        """One more hint."""
        self.shown = min(self.shown + 1, len(self.hints))

    def on_answer(self) -> None:
        """Fills in an answer that is right; the exercise then counts as looked up."""
        self.revealed = not self.solved
        self.fill(self.task.solution())
        self.report = grade(self.task, self.answer())

    def enabled(self, name: str) -> bool:
        """The answer is to be had after some tries, or when all hints were read."""
        if name == "hint":
            return self.shown < len(self.hints)
        return name != "answer" or self.solved or self.tries >= TRIES or (self.shown == len(self.hints) > 0)

    @property
    def status(self) -> str:
        """How far a learner is with it."""
        if self.solved:
            return "solved" + (f", with {self.shown} hint{'s' * (self.shown != 1)}" if self.shown else "")
        return "looked up" if self.revealed else f"tried {self.tries} times" if self.tries > 1 else "tried once" if self.tries else "open"

    # What is seen

    def _answered(self) -> list[Verdict]:
        """The verdicts on what was answered; an empty field is no mistake."""
        empty = {part.name for name, part in self.names.items() if not str(self._given(name, part)).strip()}
        return [v for v in self.report.verdicts if v.part not in empty and v.detail != NOT_FILLED] if self.report else []

    def _told(self) -> str:
        answered = self._answered()
        if self.report is None:
            return ""
        if not answered:
            return "<p>Nothing is filled in yet.</p>"
        judged = replace(self.report, verdicts=tuple(answered))
        left = len(self.report.verdicts) - len(answered)
        return judged._repr_html_() + (f"<p>{left} more to answer.</p>" if left else "")

    def frame(self) -> Frame:
        told = self._told()
        seen = "".join(
            f'<p class="derive-hint"><em>{html.escape(kind[:1].upper() + kind[1:])}</em>: {html.escape(hint)}</p>'
            for kind, hint in self.hints[: self.shown]
        )
        left = len(self.hints) - self.shown
        some = f"{left} hint{'s' * (left != 1)} left." if left <= len(STAGES) else "There are hints, a little at a time."
        rest = some if left else "No hint is left." if self.hints else ""
        missed = self.solved and self.report is not None and not self.report.right
        so_far = "Solved before; what is filled in now is not right" if missed else self.status.capitalize()
        return Frame(html=told + seen, text=f"{so_far}. {rest}".strip())

    def still(self) -> Frame:
        """The options that there are to choose from stand in the picture of a page; what was answered as well."""
        frame = self.frame()
        listed = [part.options for part in self.task.parts if isinstance(part, Pick)]
        options = "".join(f"<li>{html.escape(_option(key, text))}</li>" for one in listed for key, text in one.items())
        listing = f"<ul>{options}</ul>" if options else ""
        return replace(frame, html=listing + frame.html, text=f"To be answered in the notebook. {frame.text}")

    # State

    def state(self) -> dict[str, Any]:
        """The answers, and how far the learner is; a report is made again by checking."""
        kept = {"tries": self.tries, "shown": self.shown, "solved": self.solved, "revealed": self.revealed}
        return {"answers": dict(self.values), **kept}

    def restore(self, state: Mapping[str, Any]) -> None:
        answers, tries, shown = state.get("answers"), state.get("tries"), state.get("shown")
        whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in (tries, shown))
        flags = [state.get("solved"), state.get("revealed")]
        if not isinstance(answers, Mapping) or not whole or not all(isinstance(flag, bool) for flag in flags):
            raise DeriveError("this is no state of an exercise", self.title)
        super().restore(answers)
        self.tries, self.shown = int(tries or 0), min(int(shown or 0), len(self.hints))
        self.solved, self.revealed, self.report = bool(flags[0]), bool(flags[1]), None


def _control(name: str, part: Part, parts: int) -> Control:
    label = part.name if parts > 1 else ""
    if isinstance(part, Pick):
        return Choice(name, label, (ASK, *(_option(key, text) for key, text in part.options.items())), ASK)
    solution = part.solution()
    if isinstance(solution, Mapping):
        cells = list(solution)
        return Field(name, label, "\n".join(f"{cell} = " for cell in cells), lines=max(2, min(len(cells), 14)))
    if isinstance(part, Source):
        return Field(name, label, START, lines=12)
    if isinstance(part, Steps):
        return Field(name, label, lines=5, example="one line for each step")
    return Field(name, label, example="a formula")


def _option(key: str, text: str) -> str:
    return text if key == text else f"{key}: {text}"


def _filled(text: str) -> str:
    """The lines that were filled in."""
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.rstrip().endswith("="))


def _written(value: Any) -> str:
    """A number, a vector or a matrix as it is typed."""
    if isinstance(value, list | tuple):
        return "(" + ", ".join(map(_written, value)) + ")"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _hints(task: Task, given: Sequence[str] | Derivation | None) -> tuple[tuple[str, str], ...]:
    """Kind and words of every hint, in the order in which they are given."""
    if isinstance(given, str) or not isinstance(given, Sequence | Derivation | None):
        what = "one text" if isinstance(given, str) else repr(given)
        raise DeriveError(f"the hints are {what}", "Exercise", 'a list: hints=["...", "..."]')
    if given is None:
        derived = {part.name: getattr(getattr(part, "key", None), "derived", None) for part in task.parts}
        several = len(task.parts) > 1
        return tuple(h for name, d in derived.items() if d is not None for h in _of_steps(d, f" for {name}" if several else ""))
    if isinstance(given, Derivation):
        return _of_steps(given, "")
    return tuple(zip([*STAGES, *(STAGES[-1] for _ in given)], map(str, given), strict=False))


def _of_steps(derivation: Derivation, what: str) -> tuple[tuple[str, str], ...]:
    several = len(derivation.hints) > 1
    return tuple(
        (f"{stage}{what}{f', step {number}' if several else ''}", words(hint.note(stage, LATEX)))
        for number, hint in enumerate(derivation.hints, 1)
        for stage in STAGES
    )
