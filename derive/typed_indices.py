"""Index form without LaTeX: `sum(k, w2[k,j]*delta2[k])` or `sum(w2_kj*delta2_k, k)` as lexemes of the grammar in `reading`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sympy import Expr

from .errors import ReadError
from .indices import Quantity
from .letters import Lexeme
from .names import Function
from .typed_reading import TypedReader, TypedWords

EXAMPLES = (("u", "v"), ("p", "q"), ("r", "s"))


class Entries(TypedWords, Protocol):
    """A vocabulary of index form."""

    def entry(self, q: Quantity, letters: Sequence[str], typed: str, start: int) -> Expr: ...


def index_lexemes(text: str, entries: Entries) -> list[Lexeme]:
    """The lexemes of the text, every entry and every sum with its meaning. Raises ReadError as `read_component` says."""
    return _Reader(text, entries).read()


class _Reader(TypedReader[Entries]):
    def __init__(self, text: str, entries: Entries) -> None:
        super().__init__(text, entries)
        self.sums: list[int] = []  # how many brackets are open where each sum began
        self.depth = 0
        self.signs |= {"[": self._indicator, "_LPAR": self._bracket, "_RPAR": self._bracket}

    def read(self) -> list[Lexeme]:
        super().read()
        if self.sums:
            raise ReadError("a sum is never closed", self.text, len(self.text), "write sum(k, ...)")
        return self.out

    def _indicator(self, lexeme: Lexeme) -> None:
        letters, end = self._letters(lexeme, "EQUALS")
        if len(letters) != 2:
            raise ReadError("a '[' stands right after the name of an array", self.text, lexeme.start, "write u[j,k], or [j=k]")
        value = self.words.indicator(letters[0], letters[1], lexeme.start)
        self.out.append(Lexeme("SYMBOL", self.text[lexeme.start : end], lexeme.start, value))

    def _bracket(self, lexeme: Lexeme) -> None:
        self.out.append(lexeme)
        if lexeme.kind == "_LPAR":
            self.depth += 1
        elif lexeme.kind == "_RPAR":
            self.depth -= 1
            if self.sums and self.sums[-1] == self.depth:
                self.sums.pop()
                self.words.end_sum()

    def special(self, lexeme: Lexeme, quantity: Quantity | None) -> bool:
        """sum( and an entry with its letters."""
        if lexeme.text == "sum" and self.next("_LPAR") and quantity is None:
            self._sum(lexeme)
            return True
        if quantity is not None and (opening := self.next("[")) is not None:
            self.at += 1
            letters, end = self._letters(opening, "_COMMA")
            typed = self.text[lexeme.start : end]
            self.out.append(Lexeme("SYMBOL", typed, lexeme.start, self.words.entry(quantity, letters, typed, lexeme.start)))
            return True
        return False

    def whole(self, quantity: Quantity, lexeme: Lexeme) -> Expr:
        return self.words.entry(quantity, (), lexeme.text, lexeme.start)

    def _letters(self, opening: Lexeme, between: str) -> tuple[list[str], int]:
        """Index letters up to the closing bracket, and where that ends."""
        letters: list[str] = []
        while (letter := self.next("NAME") or self.next("NUMBER")) is not None:
            letters.append(letter.text)
            self.at += 1
            if self.next(between) is None:
                break
            self.at += 1
        closing = self.next("]")
        if closing is None or not letters:
            raise ReadError("these indices cannot be read", self.text, opening.start, "write letters, such as u[j,k]")
        self.at += 1
        return letters, closing.end

    def _sum(self, lexeme: Lexeme) -> None:
        """sum(k, ...) or sum(j, k, ...), or with the letters last: sum(..., k)."""
        bracket = self.row[self.at]
        at = self.at + 1
        letters: list[str] = []
        while at + 1 < len(self.row) and self._is_letter(self.row[at]) and self.row[at + 1].kind == "_COMMA":
            letters.append(self.row[at].text)
            at += 2
        letters = letters or self._taken_from_end(at)
        if not letters:
            one, other = self._strangers()
            example = f"write sum(k, {one}[j,k]*{other}[k])"
            raise ReadError("the sum does not say over which index", self.text, lexeme.start, example)
        self.at = at
        total: Function = self.words.begin_sum(letters, None, lexeme.start)
        self.sums.append(self.depth)
        self.depth += 1
        self.out += [Lexeme("FUNCTION", lexeme.text, lexeme.start, total), bracket]

    def _taken_from_end(self, start: int) -> list[str]:
        """The letters before the bracket that closes the sum, taken away from there."""
        depth, end = 0, start
        while end < len(self.row) and not (depth == 0 and self.row[end].kind == "_RPAR"):
            depth += (self.row[end].kind == "_LPAR") - (self.row[end].kind == "_RPAR")
            end += 1
        first = end
        while end < len(self.row) and first - 2 > start and self.row[first - 2].kind == "_COMMA" and self._is_letter(self.row[first - 1]):
            first -= 2
        letters = [x.text for x in self.row[first + 1 : end : 2]]
        del self.row[first:end]
        return letters

    def _is_letter(self, lexeme: Lexeme) -> bool:
        return lexeme.kind == "NAME" and lexeme.text.isalpha()

    def _strangers(self) -> tuple[str, str]:
        """Two letters for an example that are no names here, so that it says nothing about the answer."""
        free = ((one, other) for one, other in EXAMPLES if not self.words.named(one) and not self.words.named(other))
        return next(free, ("matrix", "vector"))
