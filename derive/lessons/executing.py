"""A lesson is executed from its first cell to its last, in a new kernel and an empty folder."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import DeriveError
from .library import Lesson

Cell = dict[str, Any]
SECONDS = 300  # for one cell


def installed() -> None:
    """Raises `DeriveError` that says what to install, if a library is not there that executes lessons or shows them."""
    for name in ("nbformat", "nbclient", "nbconvert", "ipykernel"):
        if importlib.util.find_spec(name) is None:
            raise DeriveError(f"{name} is not installed", hint="pip install 'derive-nn[lessons]'")


def executed(lesson: Lesson, seconds: float = SECONDS) -> list[Cell]:
    """The cells of a lesson with their outputs. Raises `DeriveError` naming lesson and cell if one fails, or takes too long."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    notebook = nbformat.reads(lesson.path.read_text("utf-8"), as_version=4)
    begun = [0]  # places of cells
    with TemporaryDirectory(prefix="derive-") as folder:
        client = NotebookClient(
            notebook, timeout=int(seconds), kernel_name="python3", resources={"metadata": {"path": folder}}, record_timing=False,
            force_raise_errors=True, on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
        )  # fmt: skip
        try:
            # What cells print comes as messages; the rest is the kernel's talk about itself.
            _run(lambda: client.async_execute(stdout=DEVNULL, stderr=DEVNULL))
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:  # the last: the kernel does not start, or ends
            raise _failure(lesson, notebook.cells, begun[-1], error) from None
    return list(notebook.cells)


def _failure(lesson: Lesson, cells: list[Cell], begun: int, error: Exception) -> DeriveError:
    """What went wrong, and in which cell: the one that was begun last."""
    name, value = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", "it took too long, or its kernel ended")
    said = " ".join(f"{name}: {value}".split())
    line = next((line.strip() for line in cells[begun]["source"].splitlines() if line.strip()), "") if cells else ""
    return DeriveError(said[:500], f"lesson {lesson.name}, cell {begun + 1} ({line[:60]})")


def _run(work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    """Runs in a loop in a thread of its own: here Ctrl-C stays Ctrl-C, cancels the work, and waits for its kernel to end."""
    with _loop() as loop:
        future = asyncio.run_coroutine_threadsafe(work(), loop)
        try:
            future.result()
        except (KeyboardInterrupt, CancelledError):
            future.cancel()
            raise KeyboardInterrupt from None


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_rest(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _rest() -> None:
    """Waits for what still runs in the loop."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 25)
