"""The templates of a printed formula, and where brackets are needed.

What LaTeX, a terminal and MathML do not share is in the subclasses. A template takes and returns `Text`: a string, and
how tightly it binds. Brackets are added here and nowhere else.
"""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sympy import Float, Number

from .glyphs import parts
from .texts import Level, Note, Row, Text

__all__ = ["Level", "Note", "Row", "Style", "Text"]

_RATIO = re.compile(r"d([^/]+)/d([^/]+)")  # dC/dw, a derivative by name
# A name with a superscript of its own: w^2_jk, delta^(l+1)_k.
_RAISED = re.compile(r"([^\W_\d]+)\^(?:([^\W_]+)|(\([^()]*\)))((?:_[^\W_]+)*)")


class Style(ABC):
    """Templates: mathematics in, marked-up text out. `LATEX`, `UNICODE` and `MATHML` are the three instances."""

    bare_calls = True  # whether \ln a may stand without brackets
    fraction_level = Level.FRACTION
    key = ""

    # Names and numbers

    def name(self, base: str) -> Text:
        """A name set nicely: w1 as w with subscript 1, delta as the Greek letter, yhat with a hat, w^2_jk with both indices."""
        ratio = _RATIO.fullmatch(base)
        if ratio:
            return self.partial(self.name(ratio[1]), self.name(ratio[2]))
        return self.scripted(base)

    def scripted(self, base: str, sup: str = "", sub: Iterable[str] = ()) -> Text:
        """delta^{2}_{j}: a name with a layer and indices. `sub` is any run of index names: "jk" is j and k."""
        raised = None if sup else _RAISED.fullmatch(base)
        if raised is not None:
            base, sup = f"{raised[1]}{raised[4]}", raised[2] or raised[3]
        core, accent, own = parts(base)
        return Text(self._scripts(self._core(core, accent), sup, [*own, *(str(s) for s in sub)]), taken=bool(sup))

    def number(self, value: Number) -> Text:
        """An integer, a fraction, or a decimal number in its shortest form."""
        if value.is_Rational and not value.is_Integer:
            parted = self.fraction(self.number(Number(abs(value.p))), self.number(Number(value.q)))
            return parted if value.p > 0 else self.sum([(-1, parted)])
        written = repr(float(value)) if isinstance(value, Float) else str(value)
        mantissa, _, exponent = written.lstrip("-").partition("e")
        shown = self._number(mantissa, str(int(exponent)) if exponent else "")
        level = Level.PRODUCT if exponent else Level.ATOM
        return self.sum([(-1, Text(shown, level, numeric=True))]) if written.startswith("-") else Text(shown, level, numeric=True)

    # Algebra

    def needs(self, text: Text, level: Level, last: bool = True) -> Text:
        """The text, in brackets if it binds less tightly than its place asks for, or would take in what follows."""
        return text if text.level >= level and (last or not text.open) else self.bracket(text)

    def bracket(self, text: Text) -> Text:
        """(text), growing with what is inside."""
        return Text(self._fence("(", text.string, ")", text.tall), tall=text.tall)

    def sum(self, terms: Sequence[tuple[int, Text]]) -> Text:
        """a + b - c, of (sign, term) pairs; a lone positive term is itself."""
        if len(terms) == 1 and terms[0][0] > 0:
            return terms[0][1]
        inside = [t if n == 0 and sign > 0 else self.needs(t, Level.LOOSE) for n, (sign, t) in enumerate(terms)]
        string = self._sum([(sign, t.string) for (sign, _), t in zip(terms, inside, strict=True)])
        return Text(
            string,
            Level.SUM,
            any(t.tall for t in inside),
            inside[-1].open,
            numeric=terms[0][0] > 0 and inside[0].numeric,
        )

    def product(self, factors: Sequence[Text], operator: str = "juxtaposition") -> Text:
        """a b. `operator`: juxtaposition, odot, cdot or matmul; a dot stands before a digit."""
        if len(factors) == 1:
            return factors[0]
        level = Level.FRACTION if operator == "odot" else Level.PRODUCT
        inside = [self.needs(f, level, f is factors[-1]) for f in factors]
        string = inside[0].string
        for before, factor in itertools.pairwise(inside):
            dotted = operator == "juxtaposition" and factor.numeric
            string = self._joined(string, "cdot" if dotted else operator, factor.string, before.numeric)
        whole = Level.LOOSE if operator == "odot" else Level.PRODUCT
        return Text(string, whole, any(f.tall for f in inside), inside[-1].open, numeric=inside[0].numeric)

    def fraction(self, above: Text, below: Text) -> Text:
        """above / below."""
        return Text(self._fraction(above, below), self.fraction_level, True, numeric=above.numeric)

    def power(self, base: Text, exponent: Text) -> Text:
        """base^exponent; a base whose superscript is taken stands in brackets."""
        bare = base.level == Level.ATOM and not base.taken
        inner = base if bare else self.bracket(base)
        return Text(self._power(inner.string, exponent), Level.POWER, inner.tall or not bare, taken=True, numeric=base.numeric)

    def transpose(self, text: Text) -> Text:
        """x^T, (w^2)^T."""
        turned = self.power(text, self._transposed())
        return replace(turned, level=Level.POWER)

    def root(self, text: Text) -> Text:
        """The square root."""
        return Text(self._root(text), tall=True)

    def absolute(self, text: Text) -> Text:
        """|a|."""
        return Text(self._fence("|", text.string, "|", text.tall), tall=text.tall)

    def norm_squared(self, text: Text) -> Text:
        """||a - y||^2."""
        normed = Text(self._fence("‖", text.string, "‖", text.tall), tall=text.tall)
        return self.power(normed, Text(self._number("2", ""), numeric=True))

    def braced(self, body: Text, label: Text) -> Text:
        """A factor with its name under a brace; where a line has no room below, the factor alone."""
        inside = body if body.level > Level.SUM else self.bracket(body)
        return Text(self._braced(inside.string, label.string), tall=True)

    # Functions, sums, derivatives

    def call(self, function: Text, argument: Text, bare: bool = False) -> Text:
        """sigma(z); with `bare`, ln a without brackets where the argument is one symbol."""
        if bare and self.bare_calls and argument.level == Level.ATOM:
            return Text(self._applied(function.string, argument.string, True, False), Level.PRODUCT, argument.tall, True)
        return Text(self._applied(function.string, argument.string, False, argument.tall), tall=argument.tall)

    def big_sum(self, letters: Sequence[str], body: Text) -> Text:
        """sum over index letters of the body."""
        return Text(self._big_sum(list(letters), self.needs(body, Level.LOOSE).string), Level.PRODUCT, True, True)

    def indicator(self, left: Text, right: Text, relation: str = "=") -> Text:
        """[j = p]: 1 where it holds, else 0."""
        return Text(self._fence("[", self._related(left.string, relation, right.string), "]", False))

    def equal(self, left: Text, right: Text) -> Text:
        """left = right."""
        return Text(self._related(left.string, "=", right.string), Level.SUM, left.tall or right.tall)

    def comma(self, items: Sequence[Text]) -> Text:
        """a, b, c: the arguments of a call."""
        if len(items) == 1:
            return items[0]
        return Text(self._listed([t.string for t in items]), Level.SUM, any(t.tall for t in items))

    def partial_of(self, inside: Text, x: Text) -> Text:
        """The derivative by x of a bracketed expression."""
        return Text(self._partial("", x.string, "∂") + self._gap + self.bracket(inside).string, Level.PRODUCT, True, open=True)

    def direct(self, derivative: Text) -> Text:
        """A derivative with all else held fixed, where the same sign without it is the whole derivative."""
        return Text(self._direct(derivative.string), Level.FRACTION, True)

    def partial(self, f: Text, x: Text, sign: str = "∂") -> Text:
        """df/dx with the partial sign, or another, of a named quantity."""
        return Text(self._partial(f.string, x.string, sign), Level.FRACTION, True)

    _gap = " "

    # What a style says in its own words

    @abstractmethod
    def function(self, latex: str, unicode: str) -> Text:
        """The name of a function: each style takes the spelling that is its own."""

    @abstractmethod
    def prime(self, function: Text) -> Text:
        """sigma'."""

    @abstractmethod
    def ones(self) -> Text:
        """The vector of ones."""

    @abstractmethod
    def foreign(self, latex: str, text: str) -> Text:
        """What only SymPy can print: always in brackets where it is a part of something."""

    @abstractmethod
    def aligned(self, rows: Sequence[Row]) -> str:
        """Lines of a derivation, aligned at the sign of equality, the rule in the margin, the label last."""

    def margin(self, note: Note) -> str:
        """A note in the margin, marked up: words are escaped, formulas stand as they are."""
        return self._margin([part for part in ((note,) if isinstance(note, str) else note) if part])

    @abstractmethod
    def _margin(self, parts: Sequence[str | Text]) -> str:
        """Words and formulas in a row."""

    @abstractmethod
    def inline(self, text: Text) -> str:
        """The formula as it stands within running text."""

    @abstractmethod
    def display(self, text: Text) -> str:
        """The formula on a line of its own."""

    @abstractmethod
    def _core(self, core: str, accent: str) -> str: ...

    @abstractmethod
    def _scripts(self, core: str, sup: str, sub: list[str]) -> str: ...

    @abstractmethod
    def _number(self, mantissa: str, exponent: str) -> str: ...

    @abstractmethod
    def _fence(self, left: str, inside: str, right: str, tall: bool) -> str: ...

    @abstractmethod
    def _sum(self, terms: list[tuple[int, str]]) -> str: ...

    @abstractmethod
    def _joined(self, left: str, operator: str, right: str, after_number: bool) -> str: ...

    @abstractmethod
    def _fraction(self, above: Text, below: Text) -> str: ...

    @abstractmethod
    def _power(self, base: str, exponent: Text) -> str: ...

    @abstractmethod
    def _braced(self, body: str, label: str) -> str: ...

    @abstractmethod
    def _direct(self, derivative: str) -> str: ...

    @abstractmethod
    def _transposed(self) -> Text: ...

    @abstractmethod
    def _root(self, text: Text) -> str: ...

    @abstractmethod
    def _applied(self, function: str, argument: str, bare: bool, tall: bool) -> str: ...

    @abstractmethod
    def _big_sum(self, letters: list[str], body: str) -> str: ...

    @abstractmethod
    def _listed(self, items: list[str]) -> str: ...

    @abstractmethod
    def _related(self, left: str, relation: str, right: str) -> str: ...

    @abstractmethod
    def _partial(self, f: str, x: str, sign: str) -> str: ...
