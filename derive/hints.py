"""What a learner may ask for at one step of a derivation, a little at a time: which rule, how it is used here, and then the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from .errors import DeriveError
from .margins import rule_name
from .notation import LATEX, UNICODE, Notation, Style, Text
from .printing import Printer
from .steps import Step
from .styles import Note

STAGES = ("hint", "rule", "line")


class Explained(Protocol):
    """What hints are about: steps, and what prints them."""

    @property
    def steps(self) -> tuple[Step, ...]: ...

    def printer(self, style: Style, notation: Notation | None) -> Printer: ...


@dataclass(frozen=True, repr=False)
class Hint:
    """One step in three stages: "hint" names the rule, "rule" states it with the intermediate variable, "line" is the next line.

    number  the step, counted from 1, of `derivation.steps`
    """

    derivation: Explained
    number: int

    @property
    def step(self) -> Step:
        return self.derivation.steps[self.number - 1]

    def note(self, stage: str, style: Style = UNICODE, notation: Notation | None = None) -> Note:
        """A stage as words and formulas in a style; raises `DeriveError` for a stage that is none of "hint", "rule", "line"."""
        if stage not in STAGES:
            raise DeriveError(f"there is no stage {stage!r}", "hint", f"stages: {', '.join(map(repr, STAGES))}")
        printer = self.derivation.printer(style, notation)
        if stage == "line":
            return (printer.expression(self.step.after),)
        if stage == "hint":
            return rule_name(self.step, printer)
        return tuple(self._rule(style, notation))

    def _rule(self, style: Style, notation: Notation | None) -> Iterator[str | Text]:
        printer, step = self.derivation.printer(style, notation), self.step
        yield step.why or step.rule
        for n, i in enumerate(dict.fromkeys(step.inner)):
            yield "; here the outer function is " if n == 0 else ", and "
            yield printer.expression(i.outer)
            yield ", with the inner one "
            yield style.equal(printer.expression(i.letter), printer.expression(i.function))

    def text(self, stage: str) -> str:
        """A stage for a terminal."""
        return UNICODE.margin(self.note(stage))

    def latex(self, stage: str) -> str:
        """A stage as LaTeX: running text with formulas between dollar signs."""
        note = self.note(stage, LATEX)
        return LATEX.margin(note)

    def __str__(self) -> str:
        return "\n".join([f"step {self.number} of {len(self.derivation.steps)}", *(f"{stage}  {self.text(stage)}" for stage in STAGES)])

    __repr__ = __str__
