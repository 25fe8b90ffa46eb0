"""Which lessons there are: the notebooks NN_name.ipynb beside the package, each with its number and its title."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import DeriveError

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
NAME = re.compile(r"(\d\d)_\w+")
TITLE = re.compile(r"^#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """A notebook, and its first heading as its title."""

    path: Path
    title: str

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def number(self) -> str:
        return self.name[:2]


def lessons(folder: Path = LESSONS) -> list[Lesson]:
    """The lessons in a folder, in their order. Raises `DeriveError` if there are none, or one cannot be read."""
    found = sorted(path for path in folder.glob("*.ipynb") if NAME.fullmatch(path.stem))
    if not found:
        raise DeriveError("there are no lessons", str(folder), "install derive-nn again")
    return [Lesson(path, _title(path)) for path in found]


def chosen(every: Sequence[Lesson], numbers: str | None) -> list[Lesson]:
    """Those whose numbers are in a list such as 02,05; all for None. Raises `DeriveError` for a number that no lesson has."""
    if numbers is None:
        return list(every)
    by_number = {lesson.number: lesson for lesson in every}
    wanted = [part.zfill(2) for part in re.split(r"[,\s]+", numbers.strip(", "))]
    for number in wanted:
        if number not in by_number:
            raise DeriveError(f"there is no lesson {number!r}", hint=f"there are {', '.join(by_number)}")
    return [lesson for number, lesson in by_number.items() if number in wanted]


def _title(path: Path) -> str:
    """The first heading of a notebook, without the marks of Markdown."""
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except OSError as error:
        raise DeriveError(f"the lesson cannot be read: {error.strerror or error}", str(path)) from None
    except (ValueError, KeyError, TypeError):
        raise DeriveError("this is no notebook", str(path)) from None
    heading = next((found[1] for text in texts if (found := TITLE.search(text))), path.stem)
    return re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", heading)
