r"""LaTeX -> the lexemes of the grammar in `reading`: \frac{a}{b} is ((a)/(b)), \sigma'(z^l_j) a call with one name in it.

A name is read together with all its marks and looked up as a whole, so that a declared w^2 is the weight and no square. Where
two readings of what was typed are usual, it is refused, and the message says how to write either.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import E

from .building import Limits
from .errors import ReadError
from .letters import Lexeme
from .names import Functions, Symbols
from .spellings import Glyph, Key, Vocabulary, Words, misspelled
from .tex_calls import Calls
from .tex_groups import ratio_of
from .tex_scripts import Marks, Name, glyph_of, marks_of, name_of, run_of
from .tex_signs import FRACTIONS
from .tex_tokens import LETTERS, Token, tokens


def lexemes(text: str, vocabulary: Vocabulary, limits: Limits) -> list[Lexeme]:
    """The lexemes of one expression, every name with its meaning. Raises ReadError, with the place in the text as typed."""
    found = _read(text, tokens(text, limits.depth), vocabulary, limits)
    if (sign := next((x for x in found if x.kind == "EQUALS"), None)) is not None:
        raise ReadError("there is an '=' in it", text, sign.start, "give one expression, without '='")
    return found


def equation(text: str, vocabulary: Vocabulary, limits: Limits) -> tuple[Glyph, Token, Lexeme, list[Lexeme]]:
    """The name on the left with its place, the '=', and the lexemes on the right."""
    row = tokens(text, limits.depth)
    signs = [k for k, token in enumerate(row) if token.text == "="]
    if len(signs) != 1:
        what = "an equation has one '='" if signs else "there is no '=' in it"
        raise ReadError(what, text, row[signs[-1]].start if signs else len(text), "give an equation: z = w x + b")
    left = glyph_of(text, row[: signs[0]])
    if left is None:
        raise ReadError("the left side of the equation is not one name", text, row[0].start, "give an equation: z = w x + b")
    sign = Lexeme("EQUALS", "=", row[signs[0]].start)
    return left, row[0], sign, _read(text, row[signs[0] + 1 :], vocabulary, limits)


def _read(text: str, row: Sequence[Token], vocabulary: Vocabulary, limits: Limits) -> list[Lexeme]:
    reader = Reader(text, vocabulary, limits)
    reader.within(row)
    return reader.out


def declared(name: str) -> Key | None:
    r"""A name declared in LaTeX, \delta^{l+1}_k or \partial C/\partial a, taken apart; None for anything else."""
    row = tokens(name, 5)
    if row and row[0].text in FRACTIONS and len(row) == 3:
        return ratio_of(name, row[1].inner, row[2].inner)
    slash = next((n for n, token in enumerate(row) if token.text == "/"), None)
    return glyph_of(name, row) if slash is None else ratio_of(name, row[:slash], row[slash + 1 :])


def words(symbols: Symbols, functions: Functions) -> Words:
    """The vocabulary of names that are declared one by one."""
    return Words(symbols, functions, declared)


class Reader(Calls):
    """Reads names and derivatives; `Calls` what is applied to something, `Groups` all that is made of signs."""

    def __init__(self, text: str, vocabulary: Vocabulary, limits: Limits) -> None:
        super().__init__(text, vocabulary, limits)
        self.table |= {r"\sum": self.total, r"\partial": self._derivative}

    def named(self, token: Token) -> bool:
        if token.text == "d" and not self.vocabulary.has_core("d") and self._inline(token, self.at + 1):
            return True
        name = name_of(self.text, self.row, self.at, self.vocabulary)
        if name is None:
            return False
        begins = not (token.start and self.text[token.start - 1].isalpha())
        if begins and len(name.run) > 1 and name.core != name.run:
            self._product_of_letters(token, name)
        self._name(token, name)
        return True

    def _product_of_letters(self, token: Token, name: Name) -> None:
        """Letters in a row: eta, lnx and a misspelled sigmoid must not become a product."""
        run = name.run
        after = self.row[self.at + len(run)] if self.at + len(run) < len(self.row) else None
        called = after is not None and after.text == "(" and len(run) > 2
        if self.vocabulary.open:
            hint = misspelled(run) or (f"a product is written {' '.join(run)} (...)" if called else "")
        elif all(letter == "e" or self.vocabulary.has_core(letter) for letter in run):
            hint = ""
        else:
            hint = misspelled(run) or self.vocabulary.suggestion(run)
        if hint:
            raise self.error(f"there is no name {run}", token, hint)

    def _name(self, token: Token, name: Name) -> None:
        marks = marks_of(self.text, self.row, name)
        stop = marks.end
        typed = Token("group", token.text, token.start, self.text[token.start : self.row[stop - 1].end])
        function = None if self.vocabulary.has_core(name.core) else self.vocabulary.function(name.core)
        glyph = Glyph(name.core, marks.sup, marks.sub, marks.primes)
        if function is not None:
            self.at = stop
            self.call(token, name, marks, function)
            return
        if name.core == "1" and self.vocabulary.arrays:
            self.at = name.end
            self.emit("ONES", typed)
            return
        turned = marks.without_transpose() if self.vocabulary.arrays else None
        found = None if turned is None else self.vocabulary.find(Glyph(name.core, turned.sup, marks.sub), token.start)
        if found is not None:
            self.at = stop
            self.emit("SYMBOL", typed, value=found.value)
            self.emit("TRANSPOSE", typed)
            return
        self._marked(typed, name, marks, glyph)

    def _marked(self, typed: Token, name: Name, marks: Marks, glyph: Glyph) -> None:
        """A symbol with its marks: the name as a whole where it is declared, else a name and its power."""
        find = self.vocabulary.find
        whole = find(glyph, typed.start) if marks.sup or not marks.raised else None
        sure = whole is not None and (whole.stated or marks.layer)
        power = find(Glyph(name.core, "", marks.sub, marks.primes), typed.start) if marks.raised is not None and not sure else None
        if whole and power and not marks.transposes(self.vocabulary.arrays):
            letter = f"{name.typed}_{{{marks.sub}}}" if marks.sub else name.typed
            hint = f"write {letter}^{{({marks.sup})}} for the name, or ({letter})^{{{marks.sup}}} for the power"
            raise self.error(f"'{typed.typed}' can be a name or a power", typed, hint)
        self._runs_on(typed, name, marks)
        self.at = marks.end
        if whole:
            self.emit("SYMBOL", typed, value=whole.value)
            return
        if power is None:
            raise self._unknown(typed, name, marks, glyph)
        if marks.layer and power.value != E:
            raise self.error(f"there is no name {typed.typed}", typed, "a power is written without brackets: a^{2}")
        assert marks.raised is not None
        self.emit("SYMBOL", typed, self.text[typed.start : self.row[marks.raised_at - 1].start].rstrip(), power.value)
        self.at = marks.raised_at
        self.raised(self.row[marks.raised_at - 1])
        self.at = max(self.at, marks.end)
        after = self.peek()
        runs_on = after is not None and (after.kind in ("letter", "number") or after.text in LETTERS)
        if runs_on and marks.raised.kind != "group" and name.core == "e" and not self.vocabulary.has_core("e"):
            raise self.error("TeX raises only one sign here", marks.raised, "write e^{2x}, or e^{2} x")

    def _unknown(self, typed: Token, name: Name, marks: Marks, glyph: Glyph) -> ReadError:
        if marks.primes and self.vocabulary.find(Glyph(name.core, marks.sup, marks.sub), typed.start):
            return self.error("a prime stands right after the name of an activation, for its slope", typed, "write \\sigma'(z)")
        if marks.transposes(not self.vocabulary.arrays):
            return self.error("a transpose is for arrays", typed, "this answer has numbers only")
        return self.vocabulary.unknown(self.text, glyph, typed.typed, typed.start)

    def _runs_on(self, typed: Token, name: Name, marks: Marks) -> None:
        """w_jk lowers only the j: refused where w_{jk} is a name too."""
        after = self.row[marks.end] if marks.end < len(self.row) else None
        if self.vocabulary.sums or self.vocabulary.open or marks.lowered is None or marks.lowered.kind == "group":
            return
        if after is None or after.start != marks.lowered.end or after.kind != "letter":
            return
        longer = [marks.sub + run_of(self.row, marks.end)[:n] for n in (1, 2)]
        if any(self.vocabulary.find(Glyph(name.core, marks.sup, sub), typed.start) for sub in longer):
            raise self.error("TeX lowers only one letter here", after, f"write {name.typed}_{{{marks.sub}{after.text}}}")

    def _derivative(self, token: Token) -> None:
        if not self._inline(token, self.at):
            raise self.error("this is no derivative of a name by a name", token, "write \\frac{\\partial C}{\\partial w}")

    def _inline(self, token: Token, at: int) -> bool:
        r"""\partial C/\partial w, the first sign read already; whether it is one."""
        above = name_of(self.text, self.row, at, self.vocabulary)
        middle = marks_of(self.text, self.row, above).end if above else len(self.row)
        signs = [t.text for t in self.row[middle : middle + 2]]
        below = name_of(self.text, self.row, middle + 2, self.vocabulary) if signs == ["/", token.text] else None
        if above is None or below is None:
            return False
        stop = marks_of(self.text, self.row, below).end
        ratio = ratio_of(self.text, (token, *self.row[at:middle]), self.row[middle + 1 : stop])
        if ratio is None:
            return False
        self.at = stop
        self.symbol(Token("group", token.text, token.start, self.text[token.start : self.row[stop - 1].end]), ratio)
        return True
