"""Lessons as web pages to read: executed, with their formulas and pictures, without script and without a request to anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import DeriveError
from ..saving import save
from .cells import body
from .executing import SECONDS, executed, installed
from .library import Lesson
from .mathematics import formulas_of

TEMPLATE = Path(__file__).with_name("page.html")
CONTENTS = "index.html"


def write_pages(
    lessons: Sequence[Lesson], folder: Path, every: Sequence[Lesson] = (), seconds: float = SECONDS, say: Callable[[str], None] = print
) -> list[DeriveError]:
    """Executes lessons and writes NN_name.html for each, and index.html; the failures, each of which leaves its page unwritten.

    `every`: all lessons there are; pages of others that are in the folder already are in the contents as well.
    """
    installed()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeriveError(f"the folder cannot be made: {error.strerror or error}", str(folder)) from None
    bodies: dict[str, str] = {}
    failures = []
    for count, lesson in enumerate(lessons, 1):
        say(f"{count}/{len(lessons)} {lesson.name}")
        try:
            bodies[lesson.name] = body(executed(lesson, seconds))
        except DeriveError as failure:
            failures.append(failure)
            say(f"failed: {failure}")
            continue
        _write(bodies, every or lessons, folder)
    return failures


def _write(bodies: dict[str, str], every: Sequence[Lesson], folder: Path) -> None:
    """The pages made so far, each with links to those that there are."""
    there = [lesson for lesson in every if lesson.name in bodies or (folder / f"{lesson.name}.html").is_file()]
    for place, lesson in enumerate(there):
        if lesson.name in bodies:
            before, after = there[place - 1] if place else None, there[place + 1] if place + 1 < len(there) else None
            content = page(title=lesson.title, body=bodies[lesson.name], before=before, after=after)
            save(folder / f"{lesson.name}.html", content.encode("utf-8"))
    save(folder / CONTENTS, page(title="Lessons", lessons=there).encode("utf-8"))


def page(**content: Any) -> str:
    """The page of a lesson, or that of the contents if `lessons` are given."""
    from jinja2 import Environment
    from markupsafe import Markup

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["formulas"] = lambda text: Markup(formulas_of(text))
    return environment.from_string(TEMPLATE.read_text("utf-8")).render(**content)
