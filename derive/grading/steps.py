"""A derivation in steps: lines, each judged against what is expected and against the line before; the first wrong one is named.

    dC/dz = (a - y)*sigma'(z)
          = (a - y)*a*(1 - a)

A line may define a name of the student's own, which later lines use. What follows from an earlier, wrong line gets its marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Expr, Symbol

from ..blocks import Block
from ..derivation import Derivation
from ..errors import DeriveError, ReadError
from ..letters import fold
from ..named import without_braces
from ..partial import Partial
from ..printing import latex
from ..reading import read
from .equality import same
from .equality.outcome import DIFFERENT, EQUAL, Same
from .formula import Form, Formula
from .keys import Key, Names, key_of
from .lines import NAME, Derivatives, lines
from .typed_answers import asked, in_either
from .verdicts import LOOK, RIGHT, UNDECIDED, UNREADABLE, WRONG, Verdict

FROM_LINE = "it follows from your line"
SIMPLER = 0.4  # a wrong line with less than this share of the operations makes what follows too easy


@dataclass(frozen=True)
class Line:
    """A line as it was read: the names on its left, if they are new, and the expression."""

    number: int
    typed: str
    lefts: tuple[str, ...]
    e: Expr


@dataclass(frozen=True)
class Steps:
    """A chain of lines that ends in the key.

    targets  intermediate results by name: each is judged where a line defines it
    left     names of what is derived, as they may stand on the left of the chain: "dC/dw"
    least    the number of lines that are wanted at least, so that a result alone is no derivation
    form     how the last line has to be written
    lines    the lines of the derivation that the key is, for the solution
    """

    name: str
    key: Key
    points: float = 1
    domain: Mapping[Any, Any] = field(default_factory=dict)
    targets: Mapping[str, Key] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    least: int = 1
    form: Form = field(default_factory=Form)
    lines: tuple[Expr, ...] = ()

    def __post_init__(self) -> None:
        if len(self.lines) < self.least:
            what = f"{self.least} lines are wanted, and the key has {len(self.lines)}"
            raise DeriveError(what, f"task {self.name!r}", "give a derivation as the key, or ask for fewer")

    def solution(self) -> str:
        return "\n= ".join(latex(line, typed_order=True) for line in self.lines)

    def unfit(self) -> str:
        return Formula(self.name, self.key, domain=self.domain).unfit()

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        return asked(self.name, self.key.value if solved else None)

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        typed = lines(answer)
        if not typed:
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail="there is no line"),)
        judged = _Judging(self, seed, typed)
        verdicts = tuple(judged.ended([judged.line(number, text) for number, text in enumerate(typed, 1)]))
        total, got = sum(v.out_of for v in verdicts), sum(v.points for v in verdicts)
        if not total:
            return (*verdicts[:-1], replace(verdicts[-1], out_of=self.points))
        # Who does not come to the result has at most half of it, however many lines there are.
        most = 1.0 if judged.arrived else 0.5 * total / max(got, 0.5 * total)
        share = self.points / total
        return tuple(replace(v, points=v.points * share * most, out_of=v.out_of * share) for v in verdicts)


def steps(
    name: str,
    key: Any,
    *,
    names: Names | None = None,
    symbols: Any = "",
    domain: Mapping[Any, Any] | None = None,
    targets: Names | None = None,
    left: str = "",
    least: int = 1,
    using: str = "",
    without: str = "",
    points: float = 1,
) -> Steps:
    """A derivation handed in line by line.

    key, names, symbols, domain  as for `formula`
    targets                      intermediate results that are judged where a line defines them: {"delta": derive(..., "z")}
    left                         what may stand on the left of the chain, "dC/dw"
    least                        how many lines are wanted at least
    using, without               names that the last line must or must not have
    """
    found = key_of(key, names, symbols, left or name)
    wanted = {n: key_of(e, names) for n, e in (targets or {}).items()}
    form = Form(tuple(using.split()), tuple(without.split()))
    return Steps(name, found, points, domain or {}, wanted, tuple(left.split()), least, form, _written(key, found))


def _written(key: Any, found: Key) -> tuple[Expr, ...]:
    """The lines of a derivation from the first in which nothing is left to be derived."""
    if not isinstance(key, Derivation):
        return (found.value,)
    lines = [without_braces(step.after) for step in key.steps]
    start = next((n for n in reversed(range(len(lines))) if lines[n].has(Partial)), -1) + 1
    return tuple(dict.fromkeys(lines[start:]))


class _Judging:
    """What all lines define, in whatever order, and the lines of the chain so far."""

    def __init__(self, task: Steps, seed: int, typed: Sequence[str]) -> None:
        self.task, self.seed = task, seed
        self.derivatives = Derivatives(task.key.problem, task.left)
        self.lefts = {left for text in typed for left in self._lefts(text) if NAME.fullmatch(left)}
        self.own: dict[str, Expr] = {}  # as the student has them
        self.before: Line | None = None
        self.wrong: list[int] = []
        self.arrived = False  # whether the last line of the chain is what is asked for
        for number, text in enumerate(typed, 1):
            with suppress(ReadError):  # which is said of the line itself
                line = self._read(number, text)
                for name in line.lefts:
                    self.own.setdefault(name, line.e)

    def line(self, number: int, text: str) -> Verdict:
        name = f"{self.task.name}, line {number}"
        try:
            line = self._read(number, text)
        except ReadError as error:
            return Verdict(name, UNREADABLE, 0, 0, text, detail=str(error))  # a remark costs nothing
        target = next((key for left in line.lefts if (key := self._target(left)) is not None), None)
        if target is not None:
            verdict = self._against(name, line, target, None)
        elif line.lefts:
            shown = latex(line.e, typed_order=True)
            told = f"{line.lefts[0]} is a name of your own; it is judged where it is used"
            return Verdict(name, RIGHT, 0, 0, text, shown, detail=told)  # marks for it would be marks for nothing
        elif self.before is not None and line.e == self.before.e:
            again = WRONG if self.before.number in self.wrong else RIGHT
            self.wrong += [number] if again == WRONG else []
            self.before = line
            return Verdict(name, again, 0, 0, text, latex(line.e, typed_order=True), detail="the same as the line before")
        else:
            verdict = self._against(name, line, self.task.key, self.before)
            self.before, self.arrived = line, verdict.verdict == RIGHT and not verdict.detail.startswith(FROM_LINE)
        if verdict.verdict == WRONG or verdict.follow_through:
            self.wrong.append(number)
        return verdict

    def _lefts(self, text: str) -> list[str]:
        """The names that a line defines; none for a line of the chain."""
        left, sign, _ = self.derivatives.replaced(text).rpartition("=")
        asked = {fold(name.replace(" ", "")) for name in self.task.left}
        names = [part.strip() for part in left.split("=") if part.strip()] if sign else []
        return [n for n in names if fold(n.replace(" ", "")) not in asked and not self.derivatives.is_asked(n) and not _is_derivative(n)]

    def _read(self, number: int, text: str) -> Line:
        lefts = tuple(self._lefts(text))
        symbols = {**self.task.key.symbols, **{n: Symbol(n) for n in (*self.task.targets, *self.lefts)}}
        for left in lefts:
            if not NAME.fullmatch(left) or left in self.task.key.symbols:
                raise ReadError("what stands on the left is no new name", text, 0, "for example dC/dw = ..., or delta = ...")
        right = self.derivatives.replaced(text).rpartition("=")[2]
        symbols |= {s.name: s for s in self.derivatives.symbols.values()}
        return Line(number, text, lefts, in_either(right, lambda typed, form: read(typed, symbols, form=form)))

    def _target(self, left: str) -> Key | None:
        """What a line that begins with this name has to be, where that is known."""
        if left in self.task.targets:
            return self.task.targets[left]
        value = self.derivatives.value(left)
        return None if value is None else Key(value, self.task.key.symbols, self.task.key.names)

    def _against(self, name: str, line: Line, key: Key, before: Line | None) -> Verdict:
        as_written, shown = self._in_full(line.e), latex(line.e, typed_order=True)
        found = self._same(as_written, key.value)
        if found.verdict == EQUAL:
            return Verdict(name, RIGHT, 1, 1, line.typed, shown)
        if found.verdict != DIFFERENT:
            told = f"this line could not be compared: {LOOK}"
            return Verdict(name, UNDECIDED, 0, 1, line.typed, shown, detail=told)
        follows = self._follows(line, key.value, before)
        if follows:
            return Verdict(name, RIGHT, 1, 1, line.typed, shown, detail=follows, follow_through=True)
        why = Formula(name, key, domain=self.task.domain).explained(as_written, self.seed)
        first = "the first wrong line" if not self.wrong else ""
        if before is not None and not self.wrong:
            first += f": line {before.number} is right, and this does not follow from it"
        example = str(found.counterexample) if found.counterexample else ""
        return Verdict(name, WRONG, 0, 1, line.typed, shown, why.sentence, why.hint, example, first, why.codes)

    def _follows(self, line: Line, expected: Expr, before: Line | None) -> str:
        """Why a line that is not what is expected gets its marks all the same; or nothing."""
        right = {n: target.value for n, target in self.task.targets.items()}
        wrong_names = [n for n in self.own if Symbol(n) in line.e.free_symbols and n in self.task.targets]
        if wrong_names and self._same(self._in_full(line.e, right), expected).verdict == EQUAL:
            if not any(self._too_easy(self.own[n], right[n]) for n in wrong_names):
                return f"it follows from {', '.join(wrong_names)} as you have it: full marks"
        if before is not None and self.wrong and self._same(self._in_full(line.e), self._in_full(before.e)).verdict == EQUAL:
            if not self._too_easy(before.e, expected):
                return f"{FROM_LINE} {before.number}: full marks"
        return ""

    def _in_full(self, e: Expr, instead: Mapping[str, Expr] | None = None) -> Expr:
        """The expression with the student's own names as what they were defined to be; one that is defined by itself stays."""
        given = {s.name: value for s in self.derivatives.symbols.values() if (value := self.derivatives.value(s.name)) is not None}
        known = {Symbol(name): rhs for name, rhs in {**given, **self.own, **(instead or {})}.items()}
        for _ in known:
            if not e.free_symbols & set(known):
                break
            e = e.xreplace(known)
        return e

    def _same(self, a: Expr, b: Expr) -> Same:
        return same(a, b, self.task.domain, (), self.seed, self.task.key.names)

    def _too_easy(self, e: Expr, expected: Expr) -> bool:
        return not e.free_symbols or e.count_ops() < SIMPLER * expected.count_ops()

    def ended(self, verdicts: list[Verdict]) -> Iterable[Verdict]:
        """The verdicts, and one more where the chain never came to the derivative."""
        yield from verdicts
        if self.before is None and any(v.verdict != UNREADABLE for v in verdicts):
            yield Verdict(f"{self.task.name}, result", WRONG, 0, 1, detail="no line says what the derivative is")
        elif self.before is not None and (missed := self.task.form.missed(self.before.e)):
            told = f"the last line is not in the form that is asked for: {missed}"
            yield Verdict(f"{self.task.name}, result", WRONG, 0, 1, self.before.typed, diagnosis=told, codes=("form.other",))
        # Lines that say nothing new are no steps: a result alone, written three times, is no derivation.
        done = sum(v.out_of > 0 for v in verdicts) + all(v.verdict == UNREADABLE for v in verdicts) * self.task.least
        for number in range(max(done, 1) + 1, self.task.least + 1):
            told = f"at least {self.task.least} lines are asked for, each with something new"
            yield Verdict(f"{self.task.name}, step {number} of {self.task.least}", WRONG, 0, 1, detail=told)


def _is_derivative(left: str) -> bool:
    return left.startswith(("d", "∂", r"\frac{\partial", r"\frac{d", r"\partial", r"\dfrac")) and ("/" in left or "frac" in left)
