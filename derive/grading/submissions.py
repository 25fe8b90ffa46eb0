"""What a class handed in: a folder with a folder or a file for each student, or one CSV file; read as data, never run.

    FOLDER/STUDENT/TASK.txt   or .tex, .py, .json, .ipynb
    FOLDER/STUDENT.json       answers by task; FOLDER/STUDENT.ipynb: cells tagged answer:TASK
    FOLDER/STUDENT.py         or .txt, .tex, where there is one task
    FILE.csv                  columns student, task, answer; or student and a column for each task

Whatever is wrong with one of them is said of that one, and the others are read.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DataError, DeriveError
from .answer_files import READERS, Unreadable, content_of, read_bytes, text_of
from .roster import clean

LEFT_OUT = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}
LONGEST = 100_000  # characters of an answer in a table
LARGEST_TABLE = 100_000_000  # bytes


@dataclass(frozen=True)
class Submission:
    """One student's answer to one task: plain data, as from JSON; or the problem that nothing could be read for.

    several  whether there are answers that differ, of which a person has to choose one
    """

    student: str
    task: str
    answer: Any = None
    source: str = ""
    problem: str = ""
    several: bool = False

    @property
    def digest(self) -> str:
        """Changes when the answer does."""
        written = json.dumps([self.answer, self.problem, self.several], sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True)
class Submissions:
    """One submission at most for each student and task, in order; `notices` say what was left out, and why."""

    items: tuple[Submission, ...]
    notices: tuple[str, ...] = ()


def read_submissions(place: str | os.PathLike[str], tasks: Sequence[str], *, without: Path | None = None) -> Submissions:
    """The submissions in a folder or a CSV file. `without` is a folder in it that is not looked into: that of the results.

    Raises `DeriveError` where the place itself cannot be read.
    """
    path = Path(place)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:
        raise DeriveError(f"this is no name of a file: {error}", str(place)[:80]) from None
    if is_folder:
        reader: _Reader = _Folder(path, tuple(tasks), without)
    elif is_file and path.suffix.lower() == ".csv":
        reader = _Table(path, tuple(tasks), None)
    else:
        what = "there is no such file or folder" if not is_file else "this is no folder and no CSV file"
        raise DeriveError(what, str(place), "give the folder with the submissions, or a CSV file")
    found = list(reader.all())
    return Submissions(tuple(_one_each(found, tasks)), tuple(reader.notices))


def _one_each(found: Iterable[Submission], tasks: Sequence[str]) -> Iterator[Submission]:
    """One submission for each student and task: where there are several that differ, none is chosen."""
    by_key: dict[tuple[str, int], list[Submission]] = {}
    for s in found:
        by_key.setdefault((s.student, tasks.index(s.task)), []).append(s)
    for (student, number), several in sorted(by_key.items()):
        if len({s.digest for s in several}) == 1:
            yield several[0]
            continue
        sources = ", ".join(s.source for s in several)
        problem = f"there are {len(several)} answers that differ: {sources}"
        shown = [s.answer if not s.problem else s.problem for s in several]
        yield Submission(student, tasks[number], shown, sources, problem, several=True)


class _Reader:
    """Reads a place; what belongs to no submission goes into `notices`."""

    def __init__(self, path: Path, tasks: tuple[str, ...], without: Path | None) -> None:
        self.path, self.tasks = path, tasks
        self.without = without.resolve() if without is not None else None
        self.notices: list[str] = []

    def all(self) -> Iterator[Submission]:
        raise NotImplementedError

    def task_of(self, name: str) -> str | None:
        """The task that a file or a column is named for: letters have no case here, and blanks and hyphens are underscores."""
        return next((task for task in self.tasks if _plain(task) == _plain(name)), None)

    def answers(self, student: str, by_name: dict[str, Any], source: str, nameless_is_one: bool = True) -> Iterator[Submission]:
        """The answers to several tasks by name, TASK or TASK/PART. Of one task they may be the parts, or one answer without a name."""
        by_task: dict[str, Any] = {}
        unknown: list[str] = []
        for name, answer in by_name.items():
            head, sign, part = name.partition("/")
            if (task := self.task_of(name)) is not None:
                by_task[task] = answer
            elif sign and (task := self.task_of(head)) is not None and isinstance(by_task.setdefault(task, {}), dict):
                by_task[task][part.strip()] = answer
            else:
                unknown.append(name)
        if not by_task and len(self.tasks) == 1 and nameless_is_one:
            by_task, unknown = {self.tasks[0]: by_name[""] if list(by_name) == [""] else by_name}, []
        for task, answer in by_task.items():
            yield Submission(student, task, answer, source)
        if unknown:
            self.notices.append(f"{source}: {_clipped(', '.join(map(repr, unknown)))} is none of the tasks")


def _clipped(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


def _plain(name: str) -> str:
    return clean(name).casefold().replace("-", "_").replace(" ", "_")


class _Folder(_Reader):
    """A folder with a folder or a file for each student."""

    def all(self) -> Iterator[Submission]:
        for entry in self._entries(self.path):
            student = clean(entry.stem if entry.suffix.lower() in READERS and not entry.is_dir() else entry.name)
            if entry.is_symlink():
                yield from self._each(student, entry.name, "it is a link, which is not followed")
            elif entry.is_dir():
                yield from self._student(student, entry)
            elif entry.suffix.lower() in READERS:
                yield from self._alone(student, entry)
            else:
                self.notices.append(f"{clean(entry.name)}: left out; answers are in {', '.join(READERS)}")

    def _entries(self, folder: Path) -> list[Path]:
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            self.notices.append(f"{clean(folder.name)}: the folder cannot be read: {error.strerror}")
            return []
        paths = [folder / name for name in names if not name.startswith(".") and name not in LEFT_OUT]
        return [path for path in paths if self.without is None or path.is_symlink() or path.resolve() != self.without]

    def _student(self, student: str, folder: Path) -> Iterator[Submission]:
        for entry in self._entries(folder):
            source = clean(f"{folder.name}/{entry.name}")
            task = self.task_of(entry.stem)
            if entry.suffix.lower() not in READERS or task is None or (entry.is_dir() and not entry.is_symlink()):
                self.notices.append(f"{source}: left out; expected TASK.txt or {', '.join(list(READERS)[1:])} of {', '.join(self.tasks)}")
                continue
            try:
                yield Submission(student, task, self._content(entry, folder, source, single=True), source)
            except Unreadable as problem:
                yield Submission(student, task, None, source, str(problem))

    def _content(self, file: Path, inside: Path, source: str, *, single: bool) -> Any:
        """What a file holds; what is left out of it is said. Raises `Unreadable`."""
        found = content_of(file, inside, single=single)
        self.notices += [f"{source}, {what}" for what in found.left_out]
        return found.value

    def _alone(self, student: str, file: Path) -> Iterator[Submission]:
        """The one file of a student."""
        source = clean(file.name)
        by_task = file.suffix.lower() in (".json", ".ipynb")
        if not by_task and len(self.tasks) > 1:
            hint = "with several tasks, make a folder for the student with a file for each task"
            self.notices.append(f"{source}: left out; {hint}")
            return
        try:
            read = self._content(file, self.path, source, single=not by_task)
        except Unreadable as problem:
            yield from self._each(student, source, str(problem))
            return
        if by_task and not isinstance(read, dict):
            yield from self._each(student, source, "expected answers by task, as in {" + f'"{self.tasks[0]}": "..."' + "}")
            return
        yield from self.answers(student, read if by_task else {"": read}, source)

    def _each(self, student: str, source: str, problem: str) -> Iterator[Submission]:
        """The same problem for every task, since nobody knows which of them were answered."""
        for task in self.tasks:
            yield Submission(student, task, None, clean(source), problem)


class _Table(_Reader):
    """A CSV file with a line for each answer, or for each student."""

    def all(self) -> Iterator[Submission]:
        try:
            text = text_of(read_bytes(self.path, self.path.parent, LARGEST_TABLE))
        except Unreadable as problem:
            raise DataError(str(problem), str(self.path), "save it as CSV in UTF-8") from None
        rows = self._rows(text)
        header = [cell.strip() for cell in next(rows, (1, []))[1]]
        plain = [_plain(name) for name in header]
        if "student" not in plain:
            raise DataError("there is no column 'student'", str(self.path), "student, task, answer; or student and a column a task")
        tall = {"task", "answer"} <= set(plain)
        columns = [j for j, name in enumerate(header) if self.task_of(name) is not None]
        if not tall and not columns:
            wanted = f"student, task, answer; or student, {', '.join(self.tasks)}"
            raise DataError("no column is one of the tasks", str(self.path), f"columns: {wanted}")
        for line, cells in rows:
            place = f"{self.path.name}, line {line}"
            if len(cells) != len(header):
                self.notices.append(f"{place}: {len(cells)} cells, but the header has {len(header)}: left out")
                continue
            row = dict(zip(plain, cells, strict=True))
            student = clean(row["student"])
            if not student:
                self.notices.append(f"{place}: there is no student: left out")
            elif tall:
                yield from self._cell(student, row["task"], row["answer"], place)
            else:
                for j in columns:
                    if cells[j].strip():  # an empty cell: not handed in
                        yield from self._cell(student, header[j], cells[j], place)

    def _cell(self, student: str, name: str, answer: str, place: str) -> Iterator[Submission]:
        for s in self.answers(student, {name.strip(): answer}, place, not name.strip()):
            long = len(answer) > LONGEST
            problem = f"the answer has more than {LONGEST} characters" if long else ""
            yield Submission(s.student, s.task, None if long else s.answer, s.source, problem)

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Rows with the lines at which they begin; one that is not in CSV is left out."""
        first = text.lstrip().partition("\n")[0]
        reader = csv.reader(text.splitlines(keepends=True), delimiter=next((mark for mark in "\t;" if mark in first), ","))
        line = 1
        usual = csv.field_size_limit(LARGEST_TABLE)  # so that a long answer is that student's problem, and not a broken line
        try:
            while (cells := self._next(reader, line)) is not None:
                if any(cells):
                    yield line, cells
                line = reader.line_num + 1
        finally:
            csv.field_size_limit(usual)

    def _next(self, reader: Iterator[list[str]], line: int) -> list[str] | None:
        try:
            return next(reader, None)
        except csv.Error as error:
            self.notices.append(f"{self.path.name}, line {line}: left out: {error}")
            return []
