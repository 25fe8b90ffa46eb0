"""Task files: a task is a small Python file that defines `task`, a teacher's own or one of the library.

A task file is run, so it is trusted as any program is; what students hand in is never loaded this way.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from ..errors import DeriveError
from .tasks import Task

LIBRARY = Path(__file__).resolve().parents[2] / "lessons" / "tasks"
HINT = "for example: task = Task.formula(...)"


@dataclass(frozen=True)
class TaskFile:
    """Where a task is. `name` is that of its file, by which submissions name it; `digest` changes when the file does."""

    name: str
    path: str
    digest: str

    def load(self) -> Task:
        """The task; raises `DeriveError` with file and line for a file that defines none, or that fails."""
        return _run(Path(self.path))


def load_task(path_or_name: str | Path) -> Task:
    """The task in a file, or the one of the library that has this name. Raises `DeriveError` that names the file, and the line."""
    return find_task(path_or_name).load()


def find_task(path_or_name: str | Path, library: Path = LIBRARY) -> TaskFile:
    """The file of a task, without running it: a path that ends in .py, or a name from the library."""
    shown = str(path_or_name)
    path = Path(shown) if shown.endswith(".py") else library / f"{shown.replace('-', '_')}.py"
    if not shown.endswith(".py") and (not shown.replace("-", "_").isidentifier() or not path.is_file()):
        raise DeriveError("there is no such task", shown, _near(shown, library))
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise DeriveError(f"the task file cannot be read: {getattr(error, 'strerror', None) or error}", shown) from None
    return TaskFile(path.stem, str(path.resolve()), hashlib.sha256(content).hexdigest())


def task_names(library: Path = LIBRARY) -> list[str]:
    """The names of the tasks in the library."""
    return sorted(path.stem for path in library.glob("*.py") if not path.stem.startswith("_"))


def _near(name: str, library: Path) -> str:
    near = difflib.get_close_matches(name.replace("-", "_"), task_names(library), n=3, cutoff=0.5)
    return f"is it {' or '.join(near)}?" if near else "give a file that ends in .py, or a name from lessons/tasks"


def _run(path: Path) -> Task:
    """Runs a task file under a name of its own, so that two files of one name do not meet."""
    name = f"derive_task_{hashlib.sha256(str(path).encode()).hexdigest()[:16]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DeriveError("this is no Python file", str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise DeriveError(f"this is no Python: {error.msg}", f"{path}, line {error.lineno}") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a file may also call sys.exit
        said = " ".join(str(error).split()) or type(error).__name__
        what = said if isinstance(error, DeriveError) else f"{type(error).__name__}: {said}"
        raise DeriveError(what, _where(error, path)) from None
    finally:
        sys.dont_write_bytecode = before
        sys.modules.pop(name, None)
    task = getattr(module, "task", None)
    if not isinstance(task, Task):
        what = f"its `task` is {type(task).__name__}" if hasattr(module, "task") else "it does not define `task`"
        raise DeriveError(what, str(path), HINT)
    return task


def _where(error: BaseException, path: Path) -> str:
    """The file and the last of its lines that was running."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}, line {lines[-1]}" if lines else str(path)
