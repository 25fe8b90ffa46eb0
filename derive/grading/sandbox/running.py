"""Judging a student's functions and classes: fresh inputs to the student's process, and the comparison here.

A question makes calls and judges their answers against a key that is computed in this process. There is a row for every
part of every question, whatever the source does: what did not come is wrong.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...errors import DeriveError
from ...samples import generator
from ..verdicts import RIGHT, UNDECIDED, UNREADABLE, WRONG
from .isolation import Isolation
from .outcome import ENDED, IMPORT, OUTPUT, SYNTAX, Answer, Failure, Outcome, SandboxError
from .process import Call, Limits, run

ENDED_BY_ITSELF = {ENDED, OUTPUT}  # after which the calls of other questions still get their chance


@dataclass(frozen=True)
class Row:
    """The verdict on one part of a submission.

    part            "sigmoid", "Perceptron.run", "dw1"
    verdict         "right", "wrong", "could not judge" or "unreadable"; the last two cost no mark
    diagnosis       what is wrong, or why there is no verdict
    hint            what was likely done, or what to look at
    counterexample  a call at which anybody can see it, what it gives and what it should give
    counts          whether there are marks for it
    """

    part: str
    verdict: str
    diagnosis: str = ""
    hint: str = ""
    counterexample: str = ""
    counts: bool = True


@dataclass(frozen=True)
class Posed:
    """A question with its inputs drawn: the calls, and what makes rows of their answers, one for each of the parts."""

    parts: tuple[str, ...]
    calls: tuple[Call, ...]
    judged: Callable[[Sequence[Answer]], list[Row]]


class Question(Protocol):
    """Anything that draws inputs and can judge what comes back: `Script`, `Property`, `Gradients`."""

    def posed(self, rng: np.random.Generator) -> Posed: ...


@dataclass(frozen=True)
class Judged:
    """The rows of a submission, how it was kept apart, and the seed that draws the same inputs again."""

    rows: tuple[Row, ...]
    isolation: Isolation | None
    seed: int

    @property
    def right(self) -> bool:
        """Whether there is something, and all of it is right."""
        return bool(self.rows) and all(row.verdict == RIGHT for row in self.rows)

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.isolation.warnings if self.isolation else ()


def judge(
    source: str,
    questions: Sequence[Question],
    *,
    seed: int | None = None,
    limits: Limits | None = None,
    isolation: Isolation | None = None,
) -> Judged:
    """Run a student's source and judge what its functions and classes return.

    The inputs are drawn anew each time unless a seed is given. All questions share one process; where a call ends it, the
    questions after it get another one, unless the time was up. Raises `DeriveError` for a question that cannot be judged
    by its own key, before anything runs.
    """
    chosen = secrets.randbits(32) if seed is None else seed
    rng = generator(chosen)
    posed = [question.posed(rng) for question in questions]
    parts = [part for one in posed for part in one.parts]
    if not parts or any(not one.parts or not one.calls for one in posed):
        raise DeriveError("there is nothing to judge", "judge", "give questions that make calls")
    rows: list[Row] = []
    outcome: Outcome | None = None
    try:
        while len(rows) < len(parts):
            waiting = _waiting(posed, len(rows))
            outcome = run(source, [call for one in waiting for call in one.calls], limits, isolation)
            rows += _rows(waiting, outcome)
    except SandboxError as problem:
        rows += [Row(part, UNDECIDED, f"the source could not be run: {problem}") for part in parts[len(rows) :]]
    return Judged(tuple(rows), outcome.isolation if outcome else isolation, chosen)


def _waiting(posed: Sequence[Posed], done: int) -> list[Posed]:
    """The questions whose rows are not among the first ones."""
    waiting = list(posed)
    while done:
        done -= len(waiting.pop(0).parts)
    return waiting


def _rows(waiting: Sequence[Posed], outcome: Outcome) -> list[Row]:
    """Rows of the questions that had their chance in this process: all of them, or those up to the call that ended it."""
    rows: list[Row] = []
    start = 0
    for one in waiting:
        answers = outcome.answers[start : start + len(one.calls)]
        start += len(one.calls)
        if outcome.loading is not None:
            rows += [_not_loaded(part, outcome.loading) for part in one.parts]
            continue
        rows += _judged(one, answers)
        if any(answer.failure and answer.failure.kind in ENDED_BY_ITSELF for answer in answers):
            break
    return rows


def _judged(one: Posed, answers: Sequence[Answer]) -> list[Row]:
    try:
        rows = one.judged(answers)
    except Exception as problem:  # whatever the judge of an answer does, nothing is known of the answer then
        return [Row(part, UNDECIDED, f"judging stopped with {type(problem).__name__}: {problem}") for part in one.parts]
    if [row.part for row in rows] != list(one.parts):
        return [Row(part, UNDECIDED, "judging gave other rows than it should") for part in one.parts]
    return rows


def _not_loaded(part: str, failure: Failure) -> Row:
    if failure.kind in (SYNTAX, IMPORT):
        return Row(part, UNREADABLE, f"the source could not be read: {failure}", "mend it and hand it in again")
    return Row(part, WRONG, f"the source stops before anything is called: {failure}")
