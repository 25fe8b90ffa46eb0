"""Grading one submission: `grade(task, submission)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import DeriveError
from .report import Report
from .tasks import Part, Task
from .verdicts import UNDECIDED, UNREADABLE, Verdict


def grade(task: Task, submission: Any, *, seed: int = 0) -> Report:
    """The report on a submission: of one part its answer, of several a mapping from the names of the parts to answers.

    Whatever a student hands in ends in a verdict. Raises `DeriveError` only for a task that is none.
    """
    if not isinstance(task, Task):
        raise DeriveError(f"expected a task, not {type(task).__name__}", "grade", "for example Task.formula(...)")
    answers, notes = _by_part(task, submission)
    verdicts = [verdict for part in task.parts for verdict in _judged(part, answers.get(part.name), seed)]
    return Report(task.title, tuple(task.reveal.applied(v) for v in verdicts), notes)


def report_for(task: Task, submission: Any, *, seed: int = 0) -> Report:
    """The same as `grade`, for a teacher's tests: raises `AssertionError` where a result is missing, so that such a test fails.

    With pytest, where the report is the message of a failure:

        def test_chain_rule():
            report = report_for(task, Path("answer.txt").read_text())
            assert report.right, report

    With nbgrader, in a cell of tests: the same line gives all points or none, and `report_for(task, answer).points` as the last
    line of the cell gives partial credit, where the task has as many points as the cell.
    """
    report = grade(task, submission, seed=seed)
    missing = [part.name for part in task.parts if not any(v.part.startswith(part.name) or len(task.parts) == 1 for v in report.verdicts)]
    assert not missing, f"no verdict on {', '.join(missing)}"
    return report


def _by_part(task: Task, submission: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    names = [part.name for part in task.parts]
    if isinstance(submission, Mapping) and (len(names) > 1 or set(submission) & set(names)):
        unknown = [str(name) for name in submission if name not in names]
        return submission, (f"not asked for: {', '.join(unknown)}",) if unknown else ()
    return {names[0]: submission}, ()


def _judged(part: Part, answer: Any, seed: int) -> tuple[Verdict, ...]:
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        return (Verdict(part.name, UNREADABLE, 0, part.points, detail="there is no answer"),)
    try:
        return part.judge(answer, seed)
    except Exception as error:  # of the answer nothing is known then, and the next one has to be judged all the same
        told = f"judging stopped with {type(error).__name__}: {error}; a person has to look at it"
        return (Verdict(part.name, UNDECIDED, 0, part.points, str(answer), detail=told),)
