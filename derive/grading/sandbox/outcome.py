"""What came of a source: what its process sent, as one answer for each call."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

from ...errors import DeriveError
from . import child
from .isolation import Isolation
from .stream import Reader

# Kinds of failure.
SYNTAX, IMPORT, ERROR, MISSING, VALUE = "syntax", "import", "error", "missing", "value"
TIME, MEMORY, OUTPUT, ENDED, NOT_RUN = "time", "memory", "output", "ended", "not run"

KINDS = {"SyntaxError": SYNTAX, "IndentationError": SYNTAX, "TabError": SYNTAX, "MemoryError": MEMORY, "Missing": MISSING, "Unfit": VALUE}
ENDINGS = {
    "output": "it printed too much",
    "returned": "it returned too much",
    "malformed": "what it sent is no answer",
}


class SandboxError(DeriveError):
    """The machine could not run the source: nothing is known of it, neither good nor bad."""


@dataclass(frozen=True)
class Failure:
    """Why there is no value. `kind` is one of the names above; `line` counts in the source from 1, 0 where there is none."""

    kind: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message

    @property
    def sentence(self) -> str:
        """The failure of a call, said of what was called."""
        raised = self.kind in (ERROR, MEMORY, SYNTAX, IMPORT)
        return f"it stops{f' at line {self.line}' if self.line else ''} with {self.message}" if raised else self.message


@dataclass(frozen=True)
class Answer:
    """What came of a call: a value or a failure; and the positions of the arguments that it changed in place."""

    value: Any = None
    failure: Failure | None = None
    changed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a source: an answer for each call, in their order.

    answers    as many as there were calls
    loading    why the source did not run to its end, before any call; None where it did
    printed    what it printed, in the end or until it was ended
    seconds    from start to end
    isolation  how it was kept apart, and so what was guaranteed
    """

    answers: tuple[Answer, ...]
    loading: Failure | None
    printed: str
    seconds: float
    isolation: Isolation


# --- What was sent.


def outcome_of(reader: Reader, calls: int, cpu: float, seconds: float, isolation: Isolation) -> Outcome:
    printed = reader.printed.decode("utf-8", "replace")
    if not reader.sent or reader.sent[0][0] != "ready":
        # Nothing of the source has run before this message.
        last = next(iter(printed.strip().splitlines()[-1:]), "") or reader.ended or f"exit status {reader.status}"
        raise SandboxError(f"the process ended before it ran the source: {last}", str(isolation))
    why, loading = _why(reader, cpu), None
    if len(reader.sent) < 2:
        loading = why
    elif not (isinstance(reader.sent[1][0], dict) and reader.sent[1][0].get("loaded") is True):
        loading = _failure(reader.sent[1][0])
    came = [] if loading else [_answer(content, raw) for content, raw in reader.sent[2:]]
    left = calls - len(came)
    answers = [*came, *([Answer(failure=why)] if left and not loading else [])]
    rest = Answer(failure=Failure(NOT_RUN, f"not run, since this came before: {loading or why}"))
    return Outcome((*answers, *[rest] * (calls - len(answers))), loading, printed, seconds, isolation)


def _answer(content: Any, raw: bytes) -> Answer:
    if not isinstance(content, dict) or "value" not in content:
        return Answer(failure=_failure(content))
    try:
        value = child.unpacked(content["value"], raw)
    except (ValueError, OverflowError, MemoryError) as problem:
        return Answer(failure=Failure(VALUE, f"what it sent is no value: {problem}"))
    changed = content.get("changed")
    positions = [n for n in changed if type(n) is int] if isinstance(changed, list) else []
    return Answer(value, None, tuple(positions))


def _failure(content: Any) -> Failure:
    """An exception, from its account; every part of the account may be anything."""
    told = content.get("failed") if isinstance(content, dict) else None
    if not isinstance(told, dict):
        return Failure(ENDED, "what it sent is no answer")
    kind, text, line, module = (told.get(key) for key in ("type", "message", "line", "module"))
    message = f"{_clean(kind)}: {_clean(text)}".removesuffix(": ")
    number = line if type(line) is int and 0 < line < 10**6 else 0
    if kind == "ModuleNotFoundError" and module:
        return Failure(IMPORT, f"the module {_clean(module)} is not there: only NumPy and Python's own library are", number)
    if kind == "Unfit":
        return Failure(VALUE, f"it returns {_clean(text)}")
    return Failure(KINDS.get(str(kind), ERROR), _clean(text) if kind == "Missing" else message, number)


def _clean(text: Any) -> str:
    """A short text of one line, whatever it was."""
    line = " ".join(str(text).split()) if isinstance(text, str) else ""
    return "".join(c for c in line if c.isprintable())[:300]


def _why(reader: Reader, cpu: float) -> Failure:
    """Why no more answers came. Processor time is known from its use or, where another process is between, by the signal."""
    if reader.ended == "time" or reader.cpu >= 0.95 * cpu or reader.status in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
        return Failure(TIME, "it did not end in time")
    if reader.ended in ENDINGS:
        return Failure(OUTPUT, ENDINGS[reader.ended])
    return Failure(ENDED, "its process ended without an answer")
