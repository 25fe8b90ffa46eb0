"""Running a student's source in a process of its own, for what its functions return.

The process cannot be believed: the source may overwrite everything in it. So it never judges. It gives back values, each
of which is the student's answer to one call whoever wrote it, and the caller computes what is right and compares. There
are always as many answers as calls; what did not come is a failure.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from ...errors import DeriveError
from . import child
from .isolation import Isolation, candidates, command, lay_out, remove
from .outcome import Outcome, SandboxError, outcome_of
from .stream import Reader

CODE = Path(child.__file__)
PYTHON = ["-I", "-S", "-B", "-u", "-X", "utf8", "-c", child.BOOT, "{root}"]  # -I -S: no packages, nothing of the user's
MOMENT = 0.5  # seconds
LIBRARIES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    seconds   of wall time
    cpu       seconds of processor time
    memory    bytes, of address space; Python and NumPy need about 300 MB of it
    file      bytes of one file
    printed   bytes of output
    returned  bytes of all values together
    """

    seconds: float = 10.0
    cpu: float = 5.0
    memory: int = 1_000_000_000
    file: int = 1_000_000
    printed: int = 100_000
    returned: int = 50_000_000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise DeriveError(f"{name} is {value!r}, expected a number above 0", "Limits")

    def of_process(self) -> dict[str, int]:
        # One process and one thread; it ends a second after it was told that its processor time is up.
        return {"AS": int(self.memory), "CPU": ceil(self.cpu) + 1, "FSIZE": int(self.file), "NOFILE": 64, "CORE": 0, "NPROC": 1}


@dataclass(frozen=True)
class Call:
    """A call that the process makes: sigmoid(z), Layer(3, 2), net.run(x).

    name       a function or class of the source, or a thing kept and its method: "sigmoid", "Sigmoid.fn", "net.run"
    arguments  numbers, texts, arrays, lists, tuples and dicts of these, and `Name`s; None reads the name without a call
    keep       the name under which what it returns stays in the process, for later calls, and is not sent back
    """

    name: str
    arguments: tuple[Any, ...] | None = ()
    keep: str = ""

    def data(self) -> tuple[dict[str, Any], bytes]:
        """The call as JSON and raw numbers; raises `DeriveError` for an argument that cannot be sent."""
        try:
            tree, raw = child.packed(self.arguments)
        except child.Unfit as problem:
            raise DeriveError(f"an argument is {problem}", f"the call of {self.name}") from None
        return {"name": self.name, "arguments": tree, "keep": self.keep}, raw


def run(source: str, calls: Sequence[Call], limits: Limits | None = None, isolation: Isolation | None = None) -> Outcome:
    """Run a source, make the calls, and return what they return; by the best isolation that works here unless one is given.

    Raises `SandboxError` where the process could not be started; whatever the source does is a `Failure` in the outcome.
    """
    if not isinstance(source, str):
        raise DeriveError(f"the source is a {type(source).__name__}, expected text", "sandbox", "read the file first")
    limits, isolation = limits or Limits(), isolation or best()
    request = child.message({"limits": limits.of_process()}) + b"".join(child.message(*call.data()) for call in calls)
    uid = 1_000_000_000 + secrets.randbelow(1_000_000_000) if isolation.own_user else 0
    start = time.monotonic()
    root = Path(mkdtemp(prefix="derive-")).resolve()
    try:
        lay_out(root, CODE)
        (root / "task" / child.SOURCE).write_text(source, encoding="utf-8", errors="replace")
        (root / "task" / "request").write_bytes(request)
        if uid:
            for path in (root, *root.rglob("*")):
                os.chown(path, uid, uid, follow_symlinks=False)
        reader = _watched(isolation, root, uid, limits, len(calls))
    finally:
        remove(root)
    return outcome_of(reader, len(calls), limits.cpu, time.monotonic() - start, isolation)


def _watched(isolation: Isolation, root: Path, uid: int, limits: Limits, calls: int) -> Reader:
    """Start the process, read what it sends until it has answered, has ended or has to be ended; and end it."""
    reading, writing = os.pipe()
    environment = {"LANG": "C.UTF-8"} | dict.fromkeys(LIBRARIES, "1")
    try:
        process = subprocess.Popen(
            command(isolation, root, [*PYTHON, str(writing), str(uid)]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[writing],
            env=environment,
            cwd=root / "home",
            start_new_session=True,
        )
    except (OSError, ValueError) as problem:  # a system that cannot hand on a pipe says so by a ValueError
        os.close(reading)
        raise SandboxError(f"the process did not start: {problem}", str(isolation)) from None
    finally:
        os.close(writing)
    assert process.stdout is not None
    reader = Reader(process.stdout.fileno(), reading, limits.printed, limits.returned)
    try:
        reader.read(limits.seconds, calls)
    finally:
        reader.cpu = _end(process, reader.gone)
        reader.drain()
        process.stdout.close()
        os.close(reading)
    reader.status = process.returncode
    return reader


def _end(process: subprocess.Popen[bytes], gone: bool) -> float:
    """End the process with its group, and return its processor time.

    One that is gone has a moment to be counted by the process around it. What else there may be is ended with the
    namespace, or could not be started.
    """
    pid, end = 0, time.monotonic() + MOMENT
    while gone and not pid and time.monotonic() < end:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        time.sleep(0 if pid else MOMENT / 100)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if not pid:
        pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


# --- Which ways work here.

TRIAL = """
import os, threading
def start():
    started = 0
    try:
        if os.fork() == 0:
            os._exit(0)
        started += 1
    except OSError:
        pass
    try:
        threading.Thread(target=int).start()
        started += 1
    except RuntimeError:
        pass
    return started
"""


@cache
def tried() -> tuple[tuple[Isolation, str], ...]:
    """Every way that could work on this machine, best first, each tried once, and why it does not; "" where it does."""
    found: list[tuple[Isolation, str]] = []
    for way in candidates():
        if any(other.name == way.name and not reason for other, reason in found):
            continue  # it works with a user of its own, which is better
        try:
            outcome = run(TRIAL, [Call("start")], isolation=way)
        except SandboxError as problem:
            found.append((way, problem.what))
            continue
        failure = outcome.loading or outcome.answers[0].failure
        found.append((replace(way, single=outcome.answers[0].value == 0), str(failure) if failure else ""))
    return tuple(found)


def levels() -> tuple[Isolation, ...]:
    """The ways that work on this machine, best first."""
    return tuple(way for way, reason in tried() if not reason)


def best() -> Isolation:
    """The best way that works here; raises `SandboxError` where none does, with the reasons."""
    if not levels():
        reasons = "; ".join(f"{way}: {reason}" for way, reason in tried())
        raise SandboxError(f"no process could be started to run a source in: {reasons}", "sandbox")
    return levels()[0]
