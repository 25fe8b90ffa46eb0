"""Workers: processes that judge, each watched by a thread. One that dies or takes too long costs its own submission and no other."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from ...errors import DeriveError

SOURCES = Path(__file__).resolve().parents[3]
READY = 120.0  # seconds for a process to start
COMMAND = (sys.executable, "-P", "-m", "derive.grading.workers.serving")


class Worker:
    """A process that judges one unit after the other; a new one is started when it was lost."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._process: subprocess.Popen[str] | None = None
        self._late = self._closed = False

    def judge(self, unit: str) -> str:
        """What became of a unit of work; see `work.judged`."""
        process = self._process
        if process is None or process.poll() is not None:
            process = self._process = self._started()
            if not self._line(process, READY) and not self._closed:
                self.close()
                raise DeriveError("the process that judges does not start", "grading", "is there enough memory?")
        answer = self._line(process, self.limit, unit + "\n")
        if answer:
            return answer
        late = self._late
        self._end()
        why = f"it took more than {self.limit:g} s" if late else f"the process that judged it ended{_how(process.returncode)}"
        return json.dumps({"failed": why})

    def _line(self, process: subprocess.Popen[str], seconds: float, sent: str = "") -> str:
        """A line from the process, or nothing if there is none in time."""
        assert process.stdin is not None and process.stdout is not None
        self._late = False
        watch = threading.Timer(seconds, self._too_late)
        watch.daemon = True
        watch.start()
        try:
            if sent:
                process.stdin.write(sent)
                process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, ValueError):  # it is gone
            line = ""
        finally:
            watch.cancel()
        return line if line.endswith("\n") else ""

    def _started(self) -> subprocess.Popen[str]:
        paths = [str(SOURCES), *filter(None, [os.environ.get("PYTHONPATH")])]
        threads = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
        settings = {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)}
        try:
            return subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, encoding="ascii", env=settings, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise DeriveError(f"no process can be started: {error.strerror}", "grading") from None

    def _too_late(self) -> None:
        self._late = True
        self._kill()

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(OSError):
                # With what it started: it leads a group of its own.
                os.killpg(self._process.pid, signal.SIGKILL) if os.name == "posix" else self._process.kill()

    def close(self) -> None:
        """Ends the process for good."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        process = self._process
        if process is None:
            return
        self._kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process = None


def _how(status: int | None) -> str:
    if status is None or status == 0:
        return ""
    return f" with signal {-status}" if status < 0 else f" with status {status}"


def judged_here(units: Sequence[str], jobs: int, limit: float) -> Iterator[tuple[int, str]]:
    """What became of each unit, as it comes, with its number: by so many processes on this machine."""
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    workers = [Worker(limit) for _ in range(max(1, min(jobs, len(units))))]
    for worker in workers:
        free.put(worker)

    def judge(number: int) -> tuple[int, str]:
        worker = free.get()
        try:
            return number, worker.judge(units[number])
        finally:
            free.put(worker)

    threads = ThreadPoolExecutor(len(workers), thread_name_prefix="grading")
    try:
        for done in as_completed([threads.submit(judge, number) for number in range(len(units))]):
            yield done.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.close()
        threads.shutdown()
