"""The results of a class: a report for each student and task, what they amount to, and the commonest mistakes."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from .report import Report
from .verdicts import RIGHT, UNDECIDED, UNREADABLE, VERDICTS, WRONG, Verdict

UNKNOWN = ("no known mistake",)  # in the place of codes


@dataclass(frozen=True)
class TaskInfo:
    """What tables say of a task: `name` is that of its file."""

    name: str
    title: str
    points: float
    statement: str = ""


@dataclass(frozen=True)
class Mistake:
    """A mistake in one task: its code, or those that cannot be told apart, a diagnosis, who made it, and one answer of these."""

    task: str
    codes: tuple[str, ...]
    sentence: str
    students: tuple[str, ...]
    answer: str = ""
    reading: str = ""


@dataclass(frozen=True)
class Results:
    """Reports by student and task, and everybody and everything in the order in which tables show them.

    variants  the seed of each student's variants, where there are variants
    notices   what was left out, and why
    """

    tasks: tuple[TaskInfo, ...]
    students: tuple[str, ...]
    reports: Mapping[tuple[str, str], Report]
    variants: Mapping[str, int]
    notices: tuple[str, ...] = ()

    def report(self, student: str, task: str) -> Report | None:
        """The report, or None if nothing was handed in."""
        return self.reports.get((student, task))

    def points(self, student: str) -> float:
        return sum(report.points for task in self.tasks if (report := self.report(student, task.name)))

    @property
    def out_of(self) -> float:
        return sum(task.points for task in self.tasks)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many submissions are right, wrong, could not be judged, or are unreadable."""
        return counted(self.reports.values())

    @property
    def look(self) -> list[tuple[str, TaskInfo, Report]]:
        """What a person has to look at."""
        every = ((student, task, self.report(student, task.name)) for task in self.tasks for student in self.students)
        return [(student, task, report) for student, task, report in every if report is not None and report.needs_a_look]

    def of_task(self, task: TaskInfo) -> list[Report]:
        return [report for student in self.students if (report := self.report(student, task.name)) is not None]

    def mean(self, task: TaskInfo) -> float:
        """The mean share of the marks among those who handed in."""
        scores = [report.score for report in self.of_task(task)]
        return sum(scores) / len(scores) if scores else 0.0

    def mistakes(self, tasks: Iterable[TaskInfo] | None = None) -> list[Mistake]:
        """The mistakes of the class, the commonest first. A student counts once for each."""
        who: dict[tuple[str, tuple[str, ...]], dict[str, Verdict]] = {}
        for task in self.tasks if tasks is None else tasks:
            for student in self.students:
                report = self.report(student, task.name)
                for verdict in report.verdicts if report else ():
                    if verdict.verdict == WRONG:
                        # What has a diagnosis of its own, and is in no table, goes by that.
                        codes = tuple(sorted(set(verdict.codes))) or ((verdict.diagnosis,) if verdict.diagnosis else UNKNOWN)
                        who.setdefault((task.name, codes), {}).setdefault(student, verdict)
        found = [_mistake(task, codes, verdicts) for (task, codes), verdicts in who.items()]
        return sorted(found, key=lambda m: (-len(m.students), m.codes == UNKNOWN, m.task, m.codes))


def in_order(students: Iterable[str]) -> tuple[str, ...]:
    """Students by name as in a list: accents and capitals do not matter."""
    return tuple(sorted(set(students), key=lambda s: (unicodedata.normalize("NFKD", s).encode("ascii", "ignore").lower(), s)))


def _mistake(task: str, code: tuple[str, ...], verdicts: Mapping[str, Verdict]) -> Mistake:
    said = Counter(v.diagnosis for v in verdicts.values() if v.diagnosis)
    sentence = said.most_common(1)[0][0] if said else ""
    example = next((v for v in verdicts.values() if v.diagnosis == sentence), next(iter(verdicts.values())))
    return Mistake(task, code, sentence, tuple(verdicts), example.answer, example.reading)


def outcome(report: Report) -> str:
    """What became of a whole submission, in one of the four verdicts."""
    found = {verdict.verdict for verdict in report.verdicts}
    if UNDECIDED in found:
        return UNDECIDED
    if found == {RIGHT}:
        return RIGHT
    return WRONG if WRONG in found else UNREADABLE


def counted(reports: Iterable[Report]) -> dict[str, int]:
    found = Counter(map(outcome, reports))
    return {verdict: found[verdict] for verdict in VERDICTS}
