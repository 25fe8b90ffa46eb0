"""Worksheets: for each student a sheet with blanks, of his or her own variants, and apart from it the key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..blocks import Block, Heading, Paragraph
from ..errors import DeriveError
from ..progress import bar
from ..show import Document
from .judging import grade
from .library import load_task
from .roster import file_names
from .tasks import Task
from .verdicts import WRONG

SHEETS, KEYS = "sheets", "keys"
PDF, TEX = ".pdf", ".tex"


@dataclass(frozen=True)
class Written:
    """The files that were written, and why some were not."""

    files: tuple[Path, ...]
    notices: tuple[str, ...] = ()


def worksheet(tasks: Sequence[Task], student: str, variant: int, *, solved: bool) -> Document:
    """The sheet of one student, or the key to it. A task without variants is the same for all."""
    blocks: list[Block] = []
    for number, task in enumerate(tasks, 1):
        made = task.in_form(variant)
        marks = f"{made.points:g} point{'s' * (made.points != 1)}"
        blocks.append(Heading(f"{number}. {made.title} ({marks})"))
        if made.statement:
            blocks.append(Paragraph(made.statement))
        for part in made.parts:
            blocks += part.sheet(solved)
    title = f"Key: {student}, variant {variant}" if solved else f"Worksheet: {student}"
    return Document(title, tuple(blocks))


def write_worksheets(
    tasks: Iterable[str | Path],
    roster: Mapping[str, int],
    folder: str | Path,
    *,
    endings: Sequence[str] = (TEX, PDF),
    progress: bool | None = None,
) -> Written:
    """Writes FOLDER/sheets/STUDENT.pdf and FOLDER/keys/STUDENT.pdf, and the same as .tex, for each student of a roster.

    A PDF that cannot be made is left out, and said so: its .tex is there. Raises `DeriveError` for a task that cannot be used.
    """
    loaded = [load_task(task) for task in tasks]
    for task in loaded:
        _accepts_its_key(task)
    places = [Path(folder) / name for name in (SHEETS, KEYS)]
    try:
        for place in places:
            place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeriveError(f"the folder cannot be made: {error.strerror}", str(folder)) from None
    files: list[Path] = []
    notices: list[str] = []
    names = file_names(list(roster))
    show: Callable[[str | None], None] = bar(len(roster), progress, unit="student")
    try:
        for student, variant in roster.items():
            for place, solved in zip(places, (False, True), strict=True):
                document = worksheet(loaded, student, variant, solved=solved)
                files += _write(document, place / names[student], endings, notices)
            show("")
    finally:
        show(None)
    return Written(tuple(files), tuple(dict.fromkeys(notices)))


def _accepts_its_key(task: Task) -> None:
    """Raises `DeriveError` where what would be printed as the key is judged to be wrong: a code task's example is written by hand."""
    wrong = next((v for v in grade(task, task.solution()).verdicts if v.verdict == WRONG), None)
    if wrong is not None:
        told = wrong.diagnosis or wrong.detail or wrong.counterexample
        raise DeriveError(f"its own answer to {wrong.part} is wrong: {told}", f"task {task.title!r}", "correct the example or the key")


def _write(document: Document, stem: Path, endings: Sequence[str], notices: list[str]) -> list[Path]:
    """Writes a document in each format; one that cannot be typeset is there as .tex."""
    wanted = dict.fromkeys(endings)
    if PDF in wanted:
        try:
            document.write(f"{stem}{PDF}")
        except DeriveError as error:
            missing = "not installed" in error.what
            notices.append("no PDF: pdflatex is not installed; the .tex files are there" if missing else f"{stem.name}.pdf: {error.what}")
            del wanted[PDF]
            wanted[TEX] = None
    if TEX in wanted:
        document.write(f"{stem}{TEX}")
    return [Path(f"{stem}{ending}") for ending in wanted]
