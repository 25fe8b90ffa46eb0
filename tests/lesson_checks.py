"""What is tried in the kernel of a lesson that has run: every exercise with its right answer and with wrong ones."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

from derive.grading.library import load_task, task_names
from derive.grading.picking import Pick
from derive.grading.verdicts import WRONG as IS_WRONG
from derive.widgets import Exercise, MyWork, Stepper
from derive.widgets.base.controls import Slider
from derive.widgets.base.figure import shown_figures

sys.path.insert(0, str(Path(__file__).parent))
from task_answers import WRONG, changed  # found beside this file, in the kernel of a lesson too

HINTS = 3


def filled(box: Exercise, answer: Any) -> Exercise:
    """A box of the same exercise with this answer checked."""
    other = copy.copy(box)
    other.values, other.report, other.view = dict(box.values), None, None
    other.fill(answer)
    other.press("check")
    return other


def of_the_library() -> dict[str, str]:
    """The name of every task by its title."""
    return {load_task(name).title: name for name in task_names()}


def problems(box: Exercise, name: str | None) -> list[str]:
    """What is wrong with an exercise: a right answer refused, a wrong one accepted or not explained, hints that are missing."""
    found = []
    done = filled(box, box.task.solution())
    if not done.solved:
        found.append(f"the right answer is refused: {done.report}")
    if name is None:
        for part in box.task.parts:
            assert isinstance(part, Pick), "an exercise that is no choice has its task in lessons/tasks"
            told = {key: filled(box, key) for key in part.options if key != part.right}
            found += [f"option {key} is accepted" for key, other in told.items() if other.solved]
            found += [f"option {key} is not explained" for key, other in told.items() if part.why.get(key, "-") not in str(other.report)]
        return found
    if len(box.hints) < HINTS:
        found.append(f"{len(box.hints)} hints")
    plain = Exercise(name, hints=[words for _, words in box.hints])
    explained = 0
    for where, wrong, words in WRONG[name]:
        other = filled(plain, changed(plain.task.solution(), where, wrong))
        refused = [v for v in other.report.verdicts if v.verdict == IS_WRONG] if other.report else []
        told = " ".join(f"{v.diagnosis} {v.detail}" for v in refused)
        if other.solved or not refused or words not in told:
            found.append(f"{wrong!r} at {where}: {other.report}")
        explained += any(v.diagnosis or v.detail or v.hint or v.counterexample for v in refused)
        if not other.enabled("hint") or not filled_hint(other):
            found.append("no hint comes after a wrong answer")
    return found if explained else [*found, "no wrong answer of it is explained"]


def filled_hint(box: Exercise) -> bool:
    """Whether the hint button shows the first hint."""
    box.press("hint")
    return "derive-hint" in box.frame().html


def report() -> str:
    """All of it as JSON, for the test that runs the lesson."""
    names = of_the_library()
    figures = shown_figures()
    boxes = [figure for figure in figures if isinstance(figure, Exercise)]
    graded = [names[box.task.title] for box in boxes if box.task.title in names]
    found = {box.task.title: problems(box, names.get(box.task.title)) for box in boxes}
    sliders = [f for f in figures if any(isinstance(c, Slider) for c in f.controls)]
    return json.dumps(
        {
            "problems": {title: said for title, said in found.items() if said},
            "graded": graded,
            "predictions": len(boxes) - len(graded),
            "steppers": sum(isinstance(f, Stepper) for f in figures),
            "sliders": len(sliders),
            "work": sum(isinstance(f, MyWork) for f in figures),
            "figures": [type(f).__name__ for f in figures],
        }
    )
