"""A task: its statement, and parts that are judged against keys that are derived, never copied."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..blocks import Block
from ..errors import DeriveError
from .choice import choice, free_formula
from .code import function, gradient, interface
from .drawing import Draw, Unfit
from .filling import table
from .formula import formula
from .matrices import matrix
from .numbers import numbers
from .picking import pick
from .stepping import descent
from .steps import steps
from .verdicts import SHOW_ALL, Reveal, Verdict

TRIES = 200  # draws for a variant before its task is said to be impossible


class Part(Protocol):
    """One thing that is asked for. A part may give several verdicts: one a line, one a number, one a parameter."""

    @property
    def name(self) -> str: ...

    @property
    def points(self) -> float: ...

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        """The verdicts on an answer; whatever was handed in, it does not raise."""
        ...

    def solution(self) -> Any:
        """An answer that is right, made from the key."""
        ...

    def unfit(self) -> str:
        """Why a drawn variant of it would be easier or harder than others (a zero gradient, a saturated unit), or nothing."""
        ...

    def sheet(self, solved: bool) -> Sequence[Block]:
        """What stands on a worksheet: blanks, or what belongs into them."""
        ...


@dataclass(frozen=True, repr=False)
class Task:
    """An exercise. `title` names it in reports, `statement` tells the student what to do, `make` draws its variants."""

    title: str
    parts: tuple[Part, ...]
    statement: str = ""
    reveal: Reveal = SHOW_ALL
    make: Callable[[Draw], Task] | None = None

    def __post_init__(self) -> None:
        if not self.parts:
            raise DeriveError("it asks for nothing", f"task {self.title!r}", "give it at least one part")
        names = [part.name for part in self.parts]
        twice = next((name for name in names if names.count(name) > 1), None)
        poor = next((p for p in self.parts if not (isinstance(p.points, int | float) and 0 < p.points < math.inf)), None)
        if poor is not None:
            raise DeriveError(f"{poor.name!r} is worth {poor.points!r} points", f"task {self.title!r}", "a number above 0")
        if twice is not None:
            raise DeriveError(f"two parts are called {twice!r}", f"task {self.title!r}", "give every part a name of its own")

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    def solution(self) -> Any:
        """An answer that is right: of one part itself, of several by their names."""
        if len(self.parts) == 1:
            return self.parts[0].solution()
        return {part.name: part.solution() for part in self.parts}

    def variant(self, seed: int) -> Task:
        """The task with other numbers, sizes or networks, the key derived anew; the same seed gives the same task.

        A draw that would be easier or harder than others is drawn again. Raises `DeriveError` for a task that has no variants, and for one
        of which no draw is fit.
        """
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise DeriveError(f"the seed is {seed!r}, expected a whole number", f"task {self.title!r}", "task.variant(1)")
        if self.make is None:
            raise DeriveError("it has no variants", f"task {self.title!r}", "write it as a function of a draw: @varied def task(draw): ...")
        why = ""
        for attempt in range(TRIES):
            try:
                made = self.make(Draw.seeded(seed, attempt))
            except Unfit as refused:
                why = str(refused)
                continue
            why = next((reason for part in made.parts if (reason := part.unfit())), "")
            if not why:
                return replace(made, make=self.make)
        raise DeriveError(f"none of {TRIES} draws is fit: {why}", f"task {self.title!r}", "widen the ranges of its numbers")

    def in_form(self, variant: int | None) -> Task:
        """The task as a student has it: a variant, or the one form in which it is given to all."""
        return self if variant is None or self.make is None else self.variant(variant)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{part.name} ({type(part).__name__})" for part in self.parts)
        return f"Task({self.title!r}: {kinds})"

    # One part

    @classmethod
    def of(cls, title: str, *parts: Part, statement: str = "", reveal: Reveal = SHOW_ALL) -> Task:
        """A task of several parts, each made by `formula`, `table`, `steps`, `matrix`, `choice`, `function`, `interface` or
        `gradient`."""
        return cls(title, parts, statement, reveal)

    @classmethod
    def formula(cls, title: str, key: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """A formula to be found; see `derive.grading.formula` for the options."""
        return cls(title, (formula(title, key, **options),), statement, reveal)

    @classmethod
    def table(cls, title: str, equations: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """Numbers to fill in; see `derive.grading.table` for the options."""
        return cls(title, (table(title, equations, **options),), statement, reveal)

    @classmethod
    def steps(cls, title: str, key: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """A derivation line by line; see `derive.grading.steps` for the options."""
        return cls(title, (steps(title, key, **options),), statement, reveal)

    @classmethod
    def matrix(cls, title: str, net: Any, wanted: str, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """A gradient in index form or with matrices; see `derive.grading.matrix` for the options."""
        return cls(title, (matrix(title, net, wanted, **options),), statement, reveal)

    @classmethod
    def choice(cls, title: str, shapes: Any, check: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """Any numbers that have a property; see `derive.grading.choice` for the options."""
        return cls(title, (choice(title, shapes, check, **options),), statement, reveal)

    @classmethod
    def free_formula(cls, title: str, check: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """Any formula that has a property; see `derive.grading.free_formula` for the options."""
        return cls(title, (free_formula(title, check, **options),), statement, reveal)

    @classmethod
    def numbers(cls, title: str, values: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """Numbers that some code of the toolkit computes; see `derive.grading.numbers` for the options."""
        return cls(title, (numbers(title, values, **options),), statement, reveal)

    @classmethod
    def descent(cls, title: str, function: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """Gradient descent by hand; see `derive.grading.descent` for the options."""
        return cls(title, (descent(title, function, **options),), statement, reveal)

    @classmethod
    def pick(cls, title: str, options: Any, right: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **more: Any) -> Task:
        """One of several; see `derive.grading.pick` for the options."""
        return cls(title, (pick(title, options, right, **more),), statement, reveal)

    @classmethod
    def function(cls, title: str, name: str, key: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """A NumPy function of this name; see `derive.grading.function` for the options."""
        return cls(title, (function(name, key, **options),), statement, reveal)

    @classmethod
    def interface(cls, title: str, calls: Any, key: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """Classes with a stated interface; see `derive.grading.interface` for the options."""
        return cls(title, (interface(title, calls, key, **options),), statement, reveal)

    @classmethod
    def gradient(cls, title: str, net: Any, *, statement: str = "", reveal: Reveal = SHOW_ALL, **options: Any) -> Task:
        """The gradient of a network in NumPy; see `derive.grading.gradient` for the options."""
        return cls(title, (gradient(title, net, **options),), statement, reveal)


def varied(make: Callable[[Draw], Task]) -> Task:
    """The task that a function of a draw makes: in its standard form, with `variant(seed)` for others.

    @varied
    def task(draw):
        w = draw.number(0.6, low=-2, high=2)
    """
    return replace(make(Draw.standard()), make=make)
