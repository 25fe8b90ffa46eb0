"""A derivation that opens step by step: at each step which rule, how it is used here, and then the line; folded and unfolded."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sympy import Expr

from ..derivation import Derivation
from ..deriving import derive
from ..detail import LEVELS, every_rule
from ..errors import DeriveError
from ..linked import is_equations
from ..margins import margin
from ..notation import LATEX, UNICODE
from ..steps import Step
from .base.controls import Button, Choice, Control
from .base.figure import Figure
from .base.interactive import Frame
from .base.words import words

USUAL = "usual"
STAGES = ("hint", "rule")  # what is asked for before the line itself; 0, 1 or 2 of them are open
WIDE = "\u2003"  # an em space


@dataclass(frozen=True)
class _Line:
    """One line after the start: what stands in it, what was asked for before, and how many single rules have been used up to it."""

    formula: str
    numbers: str
    rule: str
    notes: tuple[str, ...]
    told: tuple[str, ...]
    rules: int

    @property
    def shown(self) -> tuple[str, ...]:
        return (self.formula, self.numbers) if self.numbers else (self.formula,)


class Stepper(Figure):
    r"""start = ... = result, opened a line at a time.

    derivation  a derivation, such as `derive(...)` or `net.backprop().derivation("w1")` give; or an expression, a text or named equations,
                and then `wrt` says what is derived by
    detail      how much is shown first: "usual", "every rule" or "result"
    at          numbers for the names: each line then has itself with numbers below it; of arrays `indices` says which entry, {"j": 1}

    Raises `DeriveError` for what is no derivation, and for names and numbers that do not fit.
    """

    def __init__(
        self,
        derivation: Any,
        wrt: Any = None,
        *,
        detail: str = USUAL,
        at: Mapping[Any, Any] | None = None,
        indices: Mapping[str, int] | None = None,
        title: str = "",
        intro: str = "",
    ) -> None:
        self.derivation = _derivation(derivation, wrt)
        if detail not in LEVELS:
            raise DeriveError(f"there is no detail {detail!r}", "Stepper", f"there are {', '.join(map(repr, LEVELS))}")
        if indices and at is None:
            raise DeriveError("indices are given, but no numbers", "Stepper", "give the numbers with at={...}")
        folded = {level: self.derivation.detail(level) for level in LEVELS}
        self._lines = {level: _lines(d, at, dict(indices or {})) for level, d in folded.items()}
        self._head = _head(self.derivation)
        self.at = dict(at or {})
        self.open, self.stage = 0, 0
        # A level that shows what the usual one shows is not worth a choice.
        levels = tuple(level for level in LEVELS if level in (USUAL, detail) or len(self._lines[level]) != len(self._lines[USUAL]))
        controls: list[Control] = [Choice("detail", "detail", levels, detail)] if len(levels) > 1 else []
        self._detail = self._level = detail
        controls += [Button("hint", "Hint"), Button("next", "Next line"), Button("back", "Back"), Button("all", "All")]
        controls += [Button("again", "Start again")]
        start = self.derivation.printer(UNICODE).expression(self.derivation.start).string
        super().__init__(title or f"Derivation of {start}", controls, intro)

    @property
    def lines(self) -> tuple[_Line, ...]:
        """What there is to open, at the detail that is chosen."""
        return self._lines[self.values.get("detail", self._detail)]

    @property
    def finished(self) -> bool:
        """Whether every line is open."""
        return self.open == len(self.lines)

    # What is done to it

    def enabled(self, name: str) -> bool:
        return {
            "hint": not self.finished and self.stage < len(STAGES),
            "next": not self.finished,
            "back": self.open > 0 or self.stage > 0,
            "all": not self.finished,
            "again": self.open > 0 or self.stage > 0,
        }.get(name, True)

    def on_hint(self) -> None:
        self.stage += 1

    def on_next(self) -> None:
        self.open, self.stage = self.open + 1, 0

    def on_back(self) -> None:
        """Takes back what was opened last, the rule and the hint before the line."""
        if self.stage:
            self.stage -= 1
        else:
            self.open -= 1

    def on_all(self) -> None:
        self.open, self.stage = len(self.lines), 0

    def on_again(self) -> None:
        self.open, self.stage = 0, 0

    def changed(self, name: str) -> None:
        """Folded or unfolded: what was open stays open, as far as whole lines go."""
        before = self._lines[self._level]
        if before is self.lines:
            return
        used = before[self.open - 1].rules if self.open else 0
        whole = self.open == len(before)
        self.open = len(self.lines) if whole else sum(line.rules <= used for line in self.lines)
        self.stage, self._level = 0, self.values["detail"]

    # What is seen

    def frame(self) -> Frame:
        lines, at = self.lines, self.open
        opened = [text for line in lines[:at] for text in line.shown]
        rest = [text for line in lines[at:] for text in line.shown]
        notes = list(lines[at].notes) if at < len(lines) else ["", ""]
        return Frame(lines=(*self._head, *opened, *notes[: self.stage]), later=(*notes[self.stage :], *rest), text=self._told())

    def _told(self) -> str:
        lines, at = self.lines, self.open
        here = f"Line {at} of {len(lines)}: {lines[at - 1].rule}." if at else f"{_counted(len(lines))} to come."
        if at == len(lines):
            return f"{here} That was the last one." if at else "There is nothing to derive."
        return " ".join([here, *lines[at].told[: self.stage]])

    def still(self) -> Frame:
        """What is left without a kernel: every line, each behind its rule, to be opened one after the other."""
        made = []
        for n, line in enumerate(self.lines, 1):
            shown = "".join(f"<div>{html.escape(text)}</div>" for text in line.shown)
            summary = html.escape(f"Line {n} of {len(self.lines)}: {line.rule}")
            made.append(f'<details style="margin: 4px 0"><summary>{summary}</summary>{shown}</details>')
        opens = "a click opens each" if len(self.lines) > 1 else "a click opens it"
        return Frame(lines=self._head, html="".join(made), text=f"{_counted(len(self.lines))}; {opens}.")

    # State

    def state(self) -> dict[str, Any]:
        return {**self.values, "open": self.open, "stage": self.stage}

    def restore(self, state: Mapping[str, Any]) -> None:
        given = dict(state)
        at, stage = given.pop("open", 0), given.pop("stage", 0)
        ready = {name: self._valued(name).accepted(value) for name, value in given.items()}
        lines = self._lines[str(ready.get("detail", self._level))]
        whole = all(isinstance(n, int) and not isinstance(n, bool) for n in (at, stage))
        if not whole or not 0 <= at <= len(lines) or not 0 <= stage <= (len(STAGES) if at < len(lines) else 0):
            raise DeriveError(f"line {at!r} with {stage!r} hints is no place in it", self.title, f"it has {_counted(len(lines))}")
        self.values |= ready
        self._level = self.values.get("detail", self._detail)
        self.open, self.stage = at, stage


# From a derivation to lines


def _derivation(given: Any, wrt: Any) -> Derivation:
    if isinstance(given, Derivation):
        if wrt is not None:
            raise DeriveError("a derivation is given, and it says itself what is derived by", "wrt", "leave wrt out")
        return given
    if isinstance(given, str | Expr) or is_equations(given):
        if wrt is None:
            raise DeriveError("it is not said what to derive by", "wrt", 'for example Stepper("(w*x - y)^2", "w")')
        return derive(given, wrt)
    raise DeriveError(f"expected a derivation, an expression or a text, not {type(given).__name__}", "Stepper", "try derive(...)")


def _head(d: Derivation) -> tuple[str, ...]:
    """What is always there: what the names mean, and what is derived."""
    named = [_formula(f"{row.left.string} = {row.right.string}") for row in d.named_rows() if row.left is not None]
    return (*named, _formula(d.printer().expression(d.start).string))


def _lines(d: Derivation, at: Mapping[Any, Any] | None, indices: dict[str, int]) -> tuple[_Line, ...]:
    """A line that prints as the one above it is left out, as it is where a derivation is printed: it names what is already written."""
    printer, plain = d.printer(), d.printer(UNICODE)
    texts = [printer.expression(line).string for line in d.lines]
    kept = [n for n, (before, after) in enumerate(pairwise(texts)) if before != after]
    numbers = [""] * len(kept)
    if at is not None and kept:
        numbers = [f"{WIDE}in numbers: {_formula(f'= {row.right.string}')}" for row in d.at(at, **indices).rows()[-len(kept) :]]
    return tuple(
        _Line(
            f"{_formula(f'= {texts[n + 1]}')}{WIDE}{WIDE}{words(margin(d.steps[n], printer))}",
            number,
            UNICODE.margin(margin(d.steps[n], plain)),
            tuple(f"{stage.capitalize()}: {words(d.hints[n].note(stage, LATEX))}" for stage in STAGES),
            (f"Hint: {d.hints[n].text('hint')}.", f"Rule: {d.steps[n].why or d.steps[n].rule}."),
            _rules(d.steps[: n + 1]),
        )
        for n, number in zip(kept, numbers, strict=True)
    )


def _rules(steps: tuple[Step, ...]) -> int:
    return len(every_rule(steps))


def _formula(latex: str) -> str:
    return rf"$\displaystyle {latex}$"


def _counted(lines: int) -> str:
    return f"{lines} line{'s' * (lines != 1)}"
