"""A whole class: every submission is judged once, recorded as soon as it is, and shown in tables and on a page."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DeriveError
from ..progress import bar
from .exports import export
from .library import TaskFile, find_task
from .records import Records, records
from .report import Report
from .results import Results, TaskInfo, in_order, outcome
from .roster import read_roster
from .submissions import Submission, Submissions, read_submissions
from .tasks import Task
from .verdicts import LOOK, UNDECIDED, UNREADABLE, Verdict
from .workers.cluster import judged_on
from .workers.processes import judged_here
from .workers.work import unit

LIMIT = 60.0  # seconds a submission
NOT_IN_ROSTER = -1
Judge = Callable[[Sequence[str]], Iterator[tuple[int, str]]]


@dataclass(frozen=True)
class _Job:
    """A submission that is to be judged. `work` is the same for all that would be judged alike."""

    submission: Submission
    file: TaskFile
    variant: int | None
    seed: int

    @property
    def key(self) -> str:
        return _hash(self.submission.student, self.work)

    @property
    def work(self) -> str:
        return _hash(self.file.name, self.file.digest, self.submission.digest, self.variant, self.seed)


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def grade_class(
    tasks: Sequence[str | Path],
    submissions: str | os.PathLike[str] | Submissions,
    folder: str | os.PathLike[str],
    *,
    jobs: int = 1,
    seed: int = 0,
    variants: str | os.PathLike[str] | Mapping[str, int] | None = None,
    dask: str | None = None,
    limit: float = LIMIT,
    retry: bool = False,
    progress: bool | None = None,
) -> Results:
    """Judges what a class handed in, and writes the results into a folder. Stopped at any point, it goes on when it is called again.

    tasks        task files, or names from the library
    submissions  see `read_submissions`
    jobs, dask   so many processes of this machine, or the address of a Dask cluster
    variants     a roster, as a file or as seeds by student: each has variants of his or her own
    limit        seconds that one submission may take
    retry        judges again what failed because a process was lost or took too long
    Raises `DeriveError` for a task, a roster or a place that cannot be used; a broken submission is a verdict.
    """
    out = Path(folder)
    files = _files(tasks)
    loaded = {file.name: file.load() for file in files}
    roster = variants if isinstance(variants, Mapping) or variants is None else read_roster(variants)
    names = [file.name for file in files]
    handed_in = submissions if isinstance(submissions, Submissions) else read_submissions(submissions, names, without=out)
    todo = [
        _Job(s, file, _variant(loaded[file.name], s.student, roster), seed)
        for s in handed_in.items
        for file in files
        if file.name == s.task
    ]
    judge: Judge = (lambda u: judged_here(u, jobs, limit)) if dask is None else (lambda u: judged_on(dask, u, limit))
    with records(out / "records.jsonl") as kept:
        fresh = [job for job in todo if job.key not in kept.by_key or not _usable(kept.by_key[job.key], retry)]
        _judge_all(fresh, loaded, kept, judge, len(todo), progress, dask is not None)
        reports = {(job.submission.student, job.file.name): Report.from_data(kept.by_key[job.key]["report"]) for job in todo}
        notices = (*handed_in.notices, *kept.notices)
        students = in_order([*(s.student for s in handed_in.items), *(roster or ())])
        infos = tuple(TaskInfo(name, task.title, task.points, task.statement) for name, task in loaded.items())
        results = Results(infos, students, reports, roster or {}, notices)
        export(results, out)
    return results


def _files(tasks: Iterable[str | Path]) -> list[TaskFile]:
    files = [find_task(task) for task in tasks]
    if not files:
        raise DeriveError("there is no task", "grade_class", "give task files, or names from the library")
    names = [file.name for file in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DeriveError(f"two tasks are called {twice!r}", "tasks", "submissions name a task by its file: give each another name")
    return files


def _variant(task: Task, student: str, roster: Mapping[str, int] | None) -> int | None:
    return None if roster is None or task.make is None else roster.get(student, NOT_IN_ROSTER)


def _usable(record: Mapping[str, Any], retry: bool) -> bool:
    """Whether a record need not be made anew: it may come from another version, or tell of a failure."""
    try:
        Report.from_data(record["report"])
    except (KeyError, TypeError, DeriveError):
        return False
    return not (retry and record.get("failed"))


def _judge_all(
    jobs: Sequence[_Job], loaded: Mapping[str, Task], kept: Records, judge: Judge,
    total: int, progress: bool | None, send_source: bool,
) -> None:  # fmt: skip
    """Judges and records. What would be judged alike is judged once, and recorded for each."""
    show = bar(total, progress, unit="submission")
    for _ in range(total - len(jobs)):
        show("")
    alike: dict[str, list[_Job]] = {}
    for job in jobs:
        alike.setdefault(job.work, []).append(job)
    groups = list(alike.values())
    known = {record.get("work"): record for record in kept.by_key.values() if _usable(record, retry=True)}

    def keep(group: Sequence[_Job], report: Mapping[str, Any], failed: str = "") -> None:
        kept.add(_record(job, report, failed) for job in group)
        for _ in group:
            show(outcome(Report.from_data(report)))

    try:
        ready = [_without_judging(loaded[group[0].file.name], group[0], known) for group in groups]
        for group, report in zip(groups, ready, strict=True):
            if report is not None:
                keep(group, report)
        groups = [group for group, report in zip(groups, ready, strict=True) if report is None]
        units = [_unit(group[0], send_source) for group in groups]
        for number, text in judge(units) if units else ():
            data, first = json.loads(text), groups[number][0]
            failed = str(data.get("failed", ""))
            told = f"it could not be judged: {failed}: {LOOK}"
            keep(groups[number], _failed(loaded[first.file.name], first.submission, told) if failed else data["report"], failed)
    finally:
        show(None)


def _record(job: _Job, report: Mapping[str, Any], failed: str) -> dict[str, Any]:
    s = job.submission
    place = {"student": s.student, "task": s.task, "source": s.source, "variant": job.variant, "seed": job.seed}
    return {"key": job.key, "work": job.work, **place, "failed": failed, "report": report}


def _unit(job: _Job, send_source: bool) -> str:
    source = Path(job.file.path).read_text("utf-8") if send_source else ""
    return unit(job.file, job.submission.answer, job.seed, job.variant, source)


def _without_judging(task: Task, job: _Job, known: Mapping[str | None, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The report where none has to judge: on what cannot be read, and on what was judged before for another student."""
    s = job.submission
    if job.variant == NOT_IN_ROSTER:
        return _failed(task, s, f"the roster does not name this student, so the variant is not known: {LOOK}")
    if s.several:
        return _failed(task, s, f"{s.problem}: {LOOK}")
    if s.problem:
        return Report(task.title, (Verdict(task.title, UNREADABLE, 0, task.points, detail=s.problem),)).as_data()
    return known[job.work]["report"] if job.work in known else None


def _failed(task: Task, s: Submission, told: str) -> dict[str, Any]:
    answer = s.answer if isinstance(s.answer, str) else json.dumps(s.answer, ensure_ascii=False)
    return Report(task.title, (Verdict(task.title, UNDECIDED, 0, task.points, answer, detail=told),)).as_data()
