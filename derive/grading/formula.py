"""A formula to be found: judged by its value, and by its form where one is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Integer

from ..blocks import Block
from ..errors import DeriveError, ReadError
from ..ops import Activation
from ..printing import latex
from ..reading import read
from .equality import same
from .equality.outcome import DIFFERENT, EQUAL, Same
from .keys import Key, Names, key_of
from .mistakes.diagnosis import NONE, Diagnosis, diagnose
from .mistakes.problems import STEP
from .mistakes.table import MISTAKES, Mistake
from .typed_answers import FRACTION, as_derivative, asked, in_either, matching, right_side
from .verdicts import LOOK, NOT_DECIDED, RIGHT, UNDECIDED, UNREADABLE, WRONG, Verdict

DERIVATIVE = re.compile(r"\s*d\s*\w+\s*/\s*d\s*(\w+)\s*")
PROVED = {"same tree": "", "identity": "", "random points": "equal at many random points, to 50 digits"}
OTHER_FORM = 0.5  # the share of the marks for a right value in another form
SHOWN = {"exp": "e^x", "prime": "slopes such as σ′", "sigmoid": "σ"}


@dataclass(frozen=True)
class Form:
    """How an answer has to be written: with certain names, without others: a name, a function such as "exp", or "prime", a slope."""

    using: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def missed(self, e: Expr) -> str:
        """What of it an expression does not keep to, in words; or nothing."""
        used = {s.name for s in e.free_symbols} | {str(f.func) for f in e.atoms(Expr) if f.args}
        lacking = [name for name in self.using if name not in used]
        forbidden = [name for name in self.without if name in used]
        told = [f"use {_listed(lacking)}"] * bool(lacking) + [f"do without {_listed(forbidden)}"] * bool(forbidden)
        return " and ".join(told)


@dataclass(frozen=True)
class Formula:
    """One formula. `domain`, `where` are those of `same`; `mistakes` are a teacher's own; `example` is an answer in the form asked for."""

    name: str
    key: Key
    points: float = 1
    domain: Mapping[Any, Any] = field(default_factory=dict)
    where: Any = ()
    form: Form = Form()
    mistakes: tuple[Mistake, ...] = ()
    example: str = ""

    def __post_init__(self) -> None:
        if self.example and any(v.verdict != RIGHT for v in self.judge(self.example)):
            raise DeriveError("its own example is not accepted", f"task {self.name!r}", "correct the example or the key")

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        try:
            e = self.read(answer)
        except ReadError as error:
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail=str(error)),)
        return (self.judged(e, str(answer), seed),)

    def read(self, answer: Any) -> Expr:
        """The expression that was handed in, as text in either spelling; raises `ReadError`."""
        if isinstance(answer, Expr):
            return answer
        if isinstance(answer, int | float) and not isinstance(answer, bool):
            answer = str(answer)
        if not isinstance(answer, str):
            raise ReadError(f"expected a formula as text, not {type(answer).__name__}", str(answer), 0)
        self._asked(answer)
        typed = _without_arguments(right_side(answer, self.key.symbols), self.key.names)
        if FRACTION.search(typed) and not any("/" in name for name in self.key.symbols):
            what = "a derivative stands in it"
            raise ReadError(what, answer, answer.find("\\frac"), "write what it is, in the names of the task")
        return in_either(typed, lambda text, form: read(text, self.key.symbols, form=form))

    def _asked(self, answer: str) -> None:
        """Raises `ReadError` for an answer that says itself that it is the derivative by something else."""
        said = DERIVATIVE.fullmatch(as_derivative(answer.strip().strip("$")).partition("=")[0])
        problem = self.key.problem
        if said is None or "=" not in answer or problem is None or problem.asks == STEP:
            return
        by = matching(said[1], (*self.key.symbols, problem.wrt))
        if by not in (None, problem.wrt):
            what = f"this is called a derivative by {by}, and the one by {problem.wrt} is asked for"
            raise ReadError(what, answer, 0, "write the formula alone, or with the name of what is asked for")

    def compared(self, e: Expr, expected: Expr | None = None, seed: int = 0) -> Same:
        """Whether an expression is the key, or another expression."""
        return same(e, self.key.value if expected is None else expected, self.domain, self.where, seed, self.key.names)

    def judged(self, e: Expr, answer: str, seed: int = 0) -> Verdict:
        """The verdict on an expression that was read."""
        found, shown = self.compared(e, seed=seed), latex(e, typed_order=True)
        if found.verdict == EQUAL:
            missed = self.form.missed(e)
            if missed:
                told = f"equal to what is expected, but not in the form that is asked for: {missed}"
                return Verdict(self.name, WRONG, self.points * OTHER_FORM, self.points, answer, shown, told, codes=("form.other",))
            return Verdict(self.name, RIGHT, self.points, self.points, answer, shown, detail=PROVED[found.how])
        if found.verdict == DIFFERENT:
            why = self.explained(e, seed)
            example = str(found.counterexample) if found.counterexample else ""
            return Verdict(self.name, WRONG, 0, self.points, answer, shown, why.sentence, why.hint, example, codes=why.codes)
        return Verdict(self.name, UNDECIDED, 0, self.points, answer, shown, detail=f"{NOT_DECIDED[found.how]}: {LOOK}")

    def explained(self, e: Expr, seed: int = 0) -> Diagnosis:
        """The planted mistakes that give the same numbers; none where the key does not say how it was found."""
        if self.key.problem is None:
            return NONE
        others = {s: self.key.names[s.name] for s in e.free_symbols if s.name in self.key.names and s.name not in self.key.problem.places}
        try:
            return diagnose(e.xreplace(others), self.key.problem, self.domain, seed, mistakes=(*self.mistakes, *MISTAKES))
        except (DeriveError, RecursionError):  # a name that the computation does not know, or nested beyond what SymPy follows
            return NONE

    def solution(self) -> str:
        """An answer that is right."""
        return self.example or latex(self.key.value, typed_order=True)

    def unfit(self) -> str:
        return "its key is 0" if self.compared(self.key.value, Integer(0)).verdict == EQUAL else ""

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        return asked(self.name, self.key.value if solved else None)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(SHOWN.get(name, name) for name in names)


def _without_arguments(text: str, names: Mapping[str, Expr]) -> str:
    """S(x) as S, where S is the name of a value at x, and S(x) could be nothing else."""
    for name, e in names.items():
        if isinstance(e, Activation):
            text = re.sub(rf"(?<!\w){re.escape(name)}\(\s*{re.escape(str(e.args[0]))}\s*\)", name, text)
    return text


def formula(
    name: str,
    key: Any,
    *,
    names: Names | None = None,
    symbols: Any = "",
    domain: Mapping[Any, Any] | None = None,
    where: Any = (),
    using: str = "",
    without: str = "",
    mistakes: Iterable[Mistake] = (),
    rate: str = "",
    example: str = "",
    points: float = 1,
) -> Formula:
    """A formula to be found.

    key             a derivation: what it results in is expected, and the way to it explains wrong answers; or an expression, or a text
    names           parts that an answer may use: {"a": sigmoid(w*x + b)}
    symbols         more names that may be used, although the key does not have them
    domain, where   what values the symbols take, {"q": (0, 1)}, and equations that hold, [(p + q, 1)]
    using, without  names that the answer must or must not have
    mistakes        more mistakes to be recognised, of a teacher's own
    rate            with the name of a learning rate, the parameter after one step of descent is asked for, and not the derivative
    example         an answer in the form that is asked for, where the key as it is derived has another
    """
    found = key_of(key, names, symbols, name)
    unknown = [str(s) for s in domain or {} if str(s) not in found.symbols]
    if unknown:
        raise DeriveError(f"{unknown[0]!r} has a domain, and is no name of it", f"task {name!r}", f"names: {', '.join(found.symbols)}")
    form = Form(tuple(using.split()), tuple(without.split()))
    return Formula(name, found.stepped(rate) if rate else found, points, domain or {}, where, form, tuple(mistakes), example)
