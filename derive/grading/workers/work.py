"""One unit of work: a task file, an answer, and seeds; JSON text in, JSON text out, so that it can be done in any process."""

from __future__ import annotations

import json
import traceback
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...errors import DeriveError
from ..judging import report_of
from ..library import TaskFile, find_task
from ..tasks import Task


def unit(file: TaskFile, answer: Any, seed: int, variant: int | None, source: str = "") -> str:
    """A unit of work as text. `source`: that of the task file, for machines on which the file is not."""
    found = {"name": file.name, "path": file.path, "digest": file.digest, "source": source}
    return json.dumps({"task": found, "answer": answer, "seed": seed, "variant": variant})


def judged(text: str) -> str:
    """What became of a unit: {"report": ...}, or {"failed": why}; whatever happens in judging, it does not raise."""
    try:
        given = json.loads(text)
        task = _task(given["task"]["name"], given["task"]["path"], given["task"]["digest"], given["task"]["source"], given["variant"])
        return json.dumps({"report": report_of(task, given["answer"], seed=given["seed"]).as_data()})
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return json.dumps({"failed": _told(error)})


def _told(error: BaseException) -> str:
    """An exception in one line, with the place from which it came."""
    said = " ".join(str(error).split())[:500]
    if isinstance(error, DeriveError):
        return said
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{': ' if said else ''}{said}{place}"


@lru_cache(maxsize=256)
def _task(name: str, path: str, digest: str, source: str, variant: int | None) -> Task:
    """The task, or its variant. A variant is made once, however many answers to it are judged."""
    if variant is None:
        return _loaded(name, path, digest, source)
    return _task(name, path, digest, source, None).in_form(variant)


def _loaded(name: str, path: str, digest: str, source: str) -> Task:
    if source and not Path(path).is_file():
        with TemporaryDirectory() as folder:
            copy = Path(folder).resolve() / f"{name}.py"
            copy.write_bytes(source.encode())
            return find_task(copy).load()
    file = find_task(path)
    if file.digest != digest:
        raise DeriveError("the task file was changed during the run", path, "run again")
    return file.load()
