"""Grading one submission: `grade(task, submission)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from json import loads
from typing import Any

from ..errors import DeriveError, ReadError
from .report import Report
from .tasks import Part, Task
from .typed_answers import assignments
from .verdicts import LOOK, UNDECIDED, UNREADABLE, Verdict

Judge = Callable[[Part, Any, int], tuple[Verdict, ...]]


def grade(task: Task, submission: Any, *, seed: int = 0) -> Report:
    """The report on a submission: of one part its answer, of several a mapping from the names of the parts to answers.

    Whatever a student hands in ends in a verdict. Raises `DeriveError` only for a task that is none.
    """
    if not isinstance(task, Task):
        raise DeriveError(f"expected a task, not {type(task).__name__}", "grade", "for example Task.formula(...)")
    return _report(task, *_judged_parts(task, submission, seed, _carefully))


def report_of(task: Task, submission: Any, *, seed: int = 0) -> Report:
    """The same as `grade`; but what goes wrong in judging is raised, for those who keep a record of it and can try again."""
    return _report(task, *_judged_parts(task, submission, seed, _judged))


def report_for(task: Task, submission: Any, *, seed: int = 0) -> Report:
    """The same as `grade`, for a teacher's tests: raises `AssertionError` where a result is missing, so that such a test fails.

    With pytest, where the report is the message of a failure:

        def test_chain_rule():
            report = report_for(task, Path("answer.txt").read_text())
            assert report.right, report

    With nbgrader, in a cell of tests: the same line gives all points or none, and `report_for(task, answer).points` as the last
    line of the cell gives partial credit, where the task has as many points as the cell.
    """
    judged, notes = _judged_parts(task, submission, seed, _carefully)
    missing = [name for name, found in judged.items() if not found]
    if missing:
        raise AssertionError(f"no verdict on {', '.join(missing)}")
    return _report(task, judged, notes)


def _report(task: Task, judged: Mapping[str, tuple[Verdict, ...]], notes: tuple[str, ...]) -> Report:
    return Report(task.title, tuple(task.reveal.applied(v) for found in judged.values() for v in found), notes)


def _judged_parts(task: Task, submission: Any, seed: int, judge: Judge) -> tuple[dict[str, tuple[Verdict, ...]], tuple[str, ...]]:
    answers, notes = _by_part(task, taken_apart(task, submission))
    return {part.name: judge(part, answers.get(part.name), seed) for part in task.parts}, notes


def taken_apart(task: Task, answer: Any) -> Any:
    """The answer by part: a text with headings such as [dC/dw], with a line "dC/dw = ..." for each, or in JSON."""
    names = {f"[{part.name}]".casefold(): part.name for part in task.parts}
    if not isinstance(answer, str) or len(names) < 2:
        return answer
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in answer.splitlines():
        heading = line.strip().casefold()
        if heading in names:
            lines = found.setdefault(names[heading], [])
        else:
            lines.append(line)
    if found:
        return {name: "\n".join(typed) for name, typed in found.items()}
    if answer.lstrip().startswith("{"):
        with suppress(ValueError):
            return loads(answer)
    with suppress(ReadError):
        parts = assignments(answer, [part.name for part in task.parts])
        return parts if set(parts) & set(names.values()) else answer
    return answer


def _by_part(task: Task, submission: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    names = [part.name for part in task.parts]
    if isinstance(submission, Mapping) and (len(names) > 1 or set(submission) & set(names)):
        unknown = [str(name) for name in submission if name not in names]
        return submission, (f"not asked for: {', '.join(unknown)}",) if unknown else ()
    return {names[0]: submission}, ()


def _judged(part: Part, answer: Any, seed: int) -> tuple[Verdict, ...]:
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        return (Verdict(part.name, UNREADABLE, 0, part.points, detail="there is no answer"),)
    return part.judge(answer, seed)


def _carefully(part: Part, answer: Any, seed: int) -> tuple[Verdict, ...]:
    try:
        return _judged(part, answer, seed)
    except Exception as error:  # of the answer nothing is known then, and the next one has to be judged all the same
        told = f"judging stopped with {type(error).__name__}: {error}; {LOOK}"
        return (Verdict(part.name, UNDECIDED, 0, part.points, str(answer)[:200], detail=told),)
