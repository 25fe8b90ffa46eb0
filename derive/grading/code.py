"""Code to be written: functions, classes with an interface, the gradient of a network. It runs apart, and is judged here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..blocks import Block, Code, Paragraph
from ..errors import DeriveError
from .sandbox.gradients import Gradients
from .sandbox.process import Call, Limits
from .sandbox.questions import Draw, Script, entrywise
from .sandbox.questions import function as function_question
from .sandbox.running import Judged, Question, Row, judge
from .verdicts import RIGHT, UNREADABLE, Verdict

DRAWING = "a function of a generator gives a tuple for each call: inputs=lambda rng: [(rng.normal(size=3),)]"
LONGEST = 1000  # characters of what is said of one row


@dataclass(frozen=True)
class Source:
    """Source text whose functions and classes are called with fresh inputs; a verdict for each part of each question.

    example  source that is right
    """

    name: str
    questions: tuple[Question, ...]
    example: str = ""
    points: float = 1
    limits: Limits = Limits()  # noqa: RUF009  # frozen

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        if not isinstance(answer, str):
            told = f"expected source text, not {type(answer).__name__}"
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail=told),)
        # Without a seed the inputs are new each time: what feedback shows of them is of no use to who hands in again.
        found = judge(answer, self.questions, seed=seed or None, limits=self.limits)
        ran = _ran(found)
        if {row.verdict for row in found.rows} == {UNREADABLE}:
            first = found.rows[0]
            return (Verdict(self.name, UNREADABLE, 0, self.points, answer, hint=first.hint, detail=first.diagnosis, ran=ran),)
        each = self.points / sum(row.counts for row in found.rows)
        shown = next((row.part for row in found.rows if row.counterexample), "")
        # One example is enough: those of later rows have the same arrays in them.
        rows = [row if row.part == shown else replace(row, counterexample="") for row in found.rows]
        return tuple(_verdict(row, each * row.counts, answer if n == 0 else "", ran) for n, row in enumerate(rows))

    def solution(self) -> str:
        return self.example

    def unfit(self) -> str:
        return ""

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        if solved and self.example:
            return (Paragraph(self.name), Code(self.example))
        return (Paragraph(f"{self.name}: write the code, and hand it in as a file."),)


def _verdict(row: Row, points: float, answer: str, ran: str) -> Verdict:
    right, unread = row.verdict == RIGHT, row.verdict == UNREADABLE
    return Verdict(
        row.part,
        row.verdict,
        points if right else 0,
        points,
        answer,
        diagnosis="" if unread else row.diagnosis[:LONGEST],
        hint=row.hint[:LONGEST],
        counterexample=row.counterexample[: 3 * LONGEST],
        detail=row.diagnosis[:LONGEST] if unread else "",
        codes=(_code(row.hint),) if row.hint and not right else (),
        ran=ran,
    )


def _code(hint: str) -> str:
    """A name for what was likely done, the same for every student: the words of the hint without its numbers."""
    return "code." + "_".join(re.findall("[a-z]+", hint.lower())[:6])


def _ran(found: Judged) -> str:
    if found.isolation is None:
        return "the code did not run"
    warnings = f"; warning: {', '.join(found.warnings)}" if found.warnings else ""
    return f"the code ran under {found.isolation.name}, with inputs of seed {found.seed}{warnings}"


def function(
    name: str,
    key: Callable[..., Any],
    inputs: Draw = entrywise,
    *,
    slope_of: Callable[..., Any] | None = None,
    example: str = "",
    points: float = 1,
) -> Source:
    """A NumPy function that has to return what the key returns.

    inputs    draws arguments with a generator, a tuple for each call: lambda rng: [(rng.normal(size=3),), (rng.normal(size=7),)];
              unless said, arrays for a function that works entry by entry, large entries too
    slope_of  the function whose slope the key is: then the key itself is compared with finite differences
    """
    if not callable(inputs):
        raise DeriveError(f"the inputs are {type(inputs).__name__}, expected a function", f"task {name!r}", DRAWING)
    question = function_question(name, key, inputs, slope_of=slope_of)
    drawn = list(inputs(np.random.default_rng(0)))
    if not drawn or not all(isinstance(arguments, tuple) for arguments in drawn):
        what = "the inputs have no call" if not drawn else "the arguments of a call are no tuple"
        raise DeriveError(what, f"task {name!r}", DRAWING)
    question.posed(np.random.default_rng(0))  # with a key that stops, every answer would be left to a person
    return Source(name, (question,), example, points)


def interface(
    name: str, calls: Callable[[np.random.Generator], Iterable[Call]], key: Mapping[str, Any], *, example: str = "", points: float = 1
) -> Source:  # fmt: skip
    """Classes and functions with a stated interface: the same calls have to return what they return with the key.

    calls  draws the calls: Call("Perceptron", (w, b), keep="p"), Call("p.run", (x,))
    key    what the names in the calls stand for: {"Perceptron": Perceptron}
    """
    return Source(name, (Script(calls, key),), example, points)


def gradient(name: str, net: Any, *, function: str = "value_and_grad", example: str = "", points: float = 1, **options: Any) -> Source:
    """value_and_grad(p, X, Y) of a network, judged quantity by quantity; the key is generated from its equations.

    options  of `Gradients`: samples, any_sizes, large, tolerance
    """
    return Source(name, (Gradients(net, function, **options),), example or net.compile().source, points)


def source(name: str, questions: Sequence[Question], *, example: str = "", points: float = 1) -> Source:
    """Any questions about one source text: `Script`, `Property`, `Gradients`."""
    if not questions:
        raise DeriveError("it asks nothing", f"task {name!r}", "give at least one question")
    return Source(name, tuple(questions), example, points)
