"""A derivation: what is derived, and the steps that lead to its result. It prints, proves itself, and puts numbers in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from numbers import Integral
from typing import Any

from sympy import Expr, Float, Number, Rational, Symbol

from .detail import at_level
from .errors import DeriveError, DomainError
from .hints import Hint
from .indices import Quantity
from .inner import Inner, put_back
from .margins import margin
from .named import Named, closed, without_names
from .notation import LATEX, UNICODE, Notation, Row, Style, Text
from .partial import Braced, Partial
from .printing import Printer
from .shape import real_values
from .steps import Context, Proof, Step, verify
from .terminal import width
from .tex import displayed
from .values import IndexForm, all_equal, check_corners, in_line, is_indexed, nearest, number, without_corners


class Lines:
    """What shows itself as aligned lines, in Jupyter and in a terminal."""

    def rows(self, style: Style = LATEX, notation: Notation | None = None) -> list[Row]:
        """The lines, printed in a style."""
        raise NotImplementedError

    def latex(self, notation: Notation | None = None) -> str:
        """Aligned lines, as an `align*` environment."""
        return LATEX.aligned(self.rows(LATEX, notation))

    def unicode(self, notation: Notation | None = None) -> str:
        """Aligned lines, for a terminal."""
        return UNICODE.aligned(self.rows(UNICODE, notation))

    def __str__(self) -> str:
        return self.unicode()

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return displayed(self.latex())


@dataclass(frozen=True, repr=False)
class Derivation(Lines):
    """start = ... = result, one line a step, each with the rule that makes it.

    start        what is derived: `Partial(f, w)`, or the name of a derivative that a network's equations define
    steps        each begins where the one before ends; raises `DeriveError` where there is a gap
    context      what the names in the steps mean; quantities: how they print
    named        what the names in a derivation of scalars mean, each defined by those before it
    typed_order  whether terms and factors print in the order in which they stand, as a person wrote them
    """

    start: Expr
    steps: tuple[Step, ...]
    context: Context = Context()  # noqa: RUF009  # frozen and empty
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    named: Named = field(default_factory=dict)
    typed_order: bool = False

    def __post_init__(self) -> None:
        now = self.start
        for step in self.steps:
            if step.before != now:
                raise DeriveError(
                    f"the step begins with {step.before}, but the line before is {now}", f"step {step.rule!r}"
                )
            now = step.after

    @property
    def lines(self) -> tuple[Expr, ...]:
        """The start and what every step makes of it."""
        return (self.start, *(step.after for step in self.steps))

    def _closed(self, line: Expr, inner: Iterable[Inner] = ()) -> Expr:
        """A line of scalars with every intermediate variable, and every name, as what it stands for."""
        return closed(put_back(without_corners(line), inner), {s: without_corners(f) for s, f in self.named.items()})

    def _closed_lines(self) -> tuple[Expr, ...]:
        return (self._closed(self.start), *(self._closed(step.after, step.inner) for step in self.steps))

    @property
    def result(self) -> Expr:
        """The last line."""
        return self.lines[-1]

    def detail(self, level: str) -> Derivation:
        """The same derivation with "every rule" on a line of its own, as it is ("usual"), or the "result" alone."""
        return replace(self, steps=at_level(self.steps, level))

    @property
    def hints(self) -> tuple[Hint, ...]:
        """For every step what a learner may ask for: which rule, the rule as it is used here, the line."""
        return tuple(Hint(self, n) for n in range(1, len(self.steps) + 1))

    def verify(self) -> tuple[Proof, ...]:
        """The proof of every step, substeps included; raises `Disagreement` with a counter-example at the first that is wrong."""
        if is_indexed(self.lines, self.context):
            return verify(self.steps, self.context)
        proofs: list[Proof] = []
        for step in self.steps:
            proofs.append(self._proof(step))
            if step.substeps:
                proofs += replace(self, start=step.before, steps=step.substeps).verify()
        return tuple(proofs)

    def _proof(self, step: Step) -> Proof:
        try:
            with real_values(f"step {step.rule!r}"):
                before, after = self._closed(step.before, step.inner), self._closed(step.after, step.inner)
                named = [Step(step.rule, self._closed(b.label), self._closed(b.body)) for b in step.after.atoms(Braced)]
                judged = replace(step, before=before, after=after, substeps=(), inner=())
                return replace(verify([judged, *named], self.context)[0], step=step)
        except DomainError as error:
            return Proof(step, "undecided", "numeric", error.what)

    def at(self, values: Mapping[Symbol | str, Any], **indices: int) -> Worked:
        """Every line with numbers put in: `.at({w: 3, "x": 4})`; in index form `.at({"w2": array, "x": array}, j=1, k=2)`.

        Raises `DeriveError` for a name that is missing or not there, `DomainError` where a line has no value, and `Disagreement` where two
        lines differ: then a step is wrong.
        """
        if not isinstance(values, Mapping):
            raise DeriveError(f"expected a dict of values, not {type(values).__name__}", "at", "for example .at({'w': 3})")
        if is_indexed(self.lines, self.context):
            given = {_name(key): value for key, value in values.items()}
            with real_values("at"):
                numbers = IndexForm(self.lines, self.context, self.quantities, given).values(indices)
            return self._worked({}, numbers, _is_decimal(values.values()))
        if indices:
            raise DeriveError(f"{min(indices)} is not a free index here", "at")
        chosen = self._chosen(values)
        with real_values("at"):
            check_corners(self.start, chosen)
            if isinstance(self.start, Partial):  # ln(x) has no derivative at -1, although 1/x has a value there
                in_line(without_names(self.start.function, self.named), chosen, "what is derived")
            numbers = [in_line(line, chosen, f"line {n}") for n, line in enumerate(self._closed_lines())]
        named = {s: in_line(self._closed(s), chosen, f"the value of {s}") for s in self.named}
        return self._worked(chosen | named, numbers, _is_decimal(values.values()))

    def _worked(self, values: Mapping[Symbol, Number], numbers: list[Number], decimal: bool) -> Worked:
        all_equal(numbers, [step.rule for step in self.steps])
        return Worked(self, {s: rounded(n, decimal) for s, n in values.items()}, tuple(numbers), decimal)

    def _chosen(self, values: Mapping[Symbol | str, Any]) -> dict[Symbol, Number]:
        symbols = {s for line in self._closed_lines() for s in line.free_symbols}
        chosen: dict[Symbol, Number] = {}
        for key, value in values.items():
            found = [s for s in symbols if s == key or s.name == key]
            if not found:
                raise DeriveError(
                    f"{_name(key)} is not in the derivation", "at", nearest(_name(key), {s.name for s in symbols})
                )
            chosen |= dict.fromkeys(found, number(value, _name(key)))
        missing = sorted(s.name for s in symbols - set(chosen))
        if missing:
            raise DeriveError(f"there is no value for {', '.join(missing)}", "at", "give a number for each name")
        return chosen

    # Print

    def printer(self, style: Style = LATEX, notation: Notation | None = None) -> Printer:
        """What prints the lines of this derivation."""
        named = {s.name: Quantity(s.name) for s in self.named}
        return Printer(style, notation, {**named, **self.quantities}, typed_order=self.typed_order)

    def named_rows(self, style: Style = LATEX) -> list[Row]:
        """The equations that say what the names mean."""
        printer = self.printer(style)
        return [Row(printer.expression(name), printer.expression(rhs)) for name, rhs in self.named.items()]

    def rows(self, style: Style = LATEX, notation: Notation | None = None) -> list[Row]:
        """The lines as they are printed: start = first line, then = line, with the rule in the margin."""
        printer = self.printer(style, notation)
        lines = [printer.expression(line) for line in self.lines]
        return _rows(lines, lines, self, style, notation)


@dataclass(frozen=True, repr=False)
class Worked(Lines):
    """A derivation at given values: `numbers` has one number a line, all equal up to rounding."""

    derivation: Derivation
    values: Mapping[Symbol, Number]
    numbers: tuple[Number, ...]
    decimal: bool = False

    @property
    def value(self) -> Number:
        """The number that every line is."""
        return self.numbers[-1]

    def rows(self, style: Style = LATEX, notation: Notation | None = None) -> list[Row]:
        """The lines with the numbers in the place of the names, and what each line amounts to."""
        derivation = self.derivation
        plain = derivation.printer(style, notation)
        printer = _WithValues(plain, self.values) if self.values else plain
        shown = [style.number(rounded(n, self.decimal)) for n in self.numbers]
        texts = [printer.expression(line) for line in derivation.lines]
        ends = [text if text.string == n.string else style.equal(text, n) for text, n in zip(texts, shown, strict=True)]
        return _rows([plain.expression(line) for line in derivation.lines], ends, derivation, style, notation)


class _WithValues(Printer):
    """Prints numbers in the place of names, in the order that the names have; a derivative not yet carried out keeps its names."""

    def __init__(self, plain: Printer, values: Mapping[Symbol, Number]) -> None:
        super().__init__(plain.style, plain.notation, plain.quantities, typed_order=plain.typed_order)
        self.plain, self.values = plain, values

    def _signed(self, e: Expr) -> tuple[bool, Text]:
        if isinstance(e, Partial):
            return False, self.plain.expression(e)
        if e in self.values:
            return False, self.style.number(self.values[e])
        return super()._signed(e)


def rounded(n: Number, decimal: bool = False) -> Number:
    """A number as it is shown: exact where it is short, else with six digits."""
    if isinstance(n, Rational) and (n.is_Integer or not decimal) and len(str(n)) <= 12:
        return n
    return Float(f"{float(n):.6g}")


def _is_decimal(values: Iterable[Any]) -> bool:
    return not all(isinstance(v, (Integral, Fraction, Rational)) for v in values)


def _name(key: Symbol | str) -> str:
    return key if isinstance(key, str) else str(key)


WIDE = 24  # characters in a terminal: a longer left side would push every line to the right


def _rows(lines: list[Text], shown: list[Text], derivation: Derivation, style: Style, notation: Notation | None) -> list[Row]:
    """A line that prints as the one above it is left out: it names what is already written."""
    pairs = zip(lines, lines[1:], shown[1:], derivation.steps, strict=False)
    kept = [(text, step) for before, after, text, step in pairs if after.string != before.string]
    if not kept:
        return [Row(lines[0], shown[0])]
    alone = width(derivation.printer(UNICODE, notation).expression(derivation.start).string) > WIDE
    rows = [Row(None, lines[0], relation="")] if alone else []
    for text, step in kept:
        rows.append(Row(None if rows else lines[0], text, margin(step, derivation.printer(style, notation))))
    return rows
