"""Index form without LaTeX: `sum(k, w2[k,j]*delta2[k])*sigma'(z1[j])` as lexemes of the grammar in `reading`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from sympy import Expr

from .errors import ReadError
from .indices import Quantity
from .letters import Lexeme, fold, refused, scan
from .names import Function
from .spellings import Found, Key, Vocabulary, moved, spelling


class Entries(Vocabulary, Protocol):
    """A vocabulary of index form, with its quantities by name."""

    by_name: dict[str, Quantity]

    def entry(self, q: Quantity, letters: Sequence[str], typed: str, start: int) -> Expr: ...


def index_lexemes(text: str, entries: Entries) -> list[Lexeme]:
    """The lexemes of the text, every entry and every sum with its meaning. Raises ReadError as `read_component` says."""
    return _Reader(text, entries).read()


class _Reader:
    def __init__(self, text: str, entries: Entries) -> None:
        self.text, self.entries = text, entries
        self.row = scan(text, lambda name: self._quantity(name) is not None)
        self.out: list[Lexeme] = []
        self.at = 0
        self.sums: list[int] = []  # how many brackets are open where each sum began
        self.depth = 0

    def read(self) -> list[Lexeme]:
        while self.at < len(self.row):
            lexeme = self.row[self.at]
            self.at += 1
            if lexeme.kind == "NAME":
                self._name(lexeme)
            elif lexeme.text == "[":
                letters, end = self._letters(lexeme, "EQUALS")
                if len(letters) != 2:
                    raise ReadError("a '[' stands right after the name of an array", self.text, lexeme.start, "write w2[j,k], or [j=k]")
                value = self.entries.indicator(letters[0], letters[1], lexeme.start)
                self.out.append(Lexeme("SYMBOL", self.text[lexeme.start : end], lexeme.start, value))
            elif lexeme.kind == "EQUALS":
                raise ReadError("there is an '=' in it", self.text, lexeme.start, "give one expression, without '='")
            elif lexeme.kind == "OTHER":
                raise refused(self.text, lexeme.start)
            else:
                self._sign(lexeme)
        if self.sums:
            raise ReadError("a sum is never closed", self.text, len(self.text), "write sum(k, ...)")
        return self.out

    def _sign(self, lexeme: Lexeme) -> None:
        self.out.append(lexeme)
        if lexeme.kind == "_LPAR":
            self.depth += 1
        elif lexeme.kind == "_RPAR":
            self.depth -= 1
            if self.sums and self.sums[-1] == self.depth:
                self.sums.pop()
                self.entries.end_sum()

    def _next(self, kind: str) -> Lexeme | None:
        lexeme = self.row[self.at] if self.at < len(self.row) else None
        return lexeme if lexeme is not None and kind in (lexeme.kind, lexeme.text) else None

    def _name(self, lexeme: Lexeme) -> None:
        name = lexeme.text
        if name == "sum" and self._next("_LPAR") and self._quantity(name) is None:
            self._sum(lexeme)
            return
        q = self._quantity(name)
        if q is not None and (opening := self._next("[")) is not None:
            self.at += 1
            letters, end = self._letters(opening, "_COMMA")
            typed = self.text[lexeme.start : end]
            self.out.append(Lexeme("SYMBOL", typed, lexeme.start, self.entries.entry(q, letters, typed, lexeme.start)))
            return
        key = spelling(name)
        found = Found(self.entries.entry(q, (), name, lexeme.start)) if q is not None else self._found(key, lexeme.start)
        function = self.entries.function(lexeme.folded) if found is None else None
        if found is not None:
            self.out.append(replace(lexeme, kind="SYMBOL", value=found.value))
        elif function is not None:
            self.out.append(replace(lexeme, kind="FUNCTION", value=function))
        elif key is not None:
            raise self.entries.unknown(self.text, key, name, lexeme.start)
        else:
            raise ReadError(f"there is no name {name}", self.text, lexeme.start)

    def _found(self, key: Key | None, start: int) -> Found | None:
        return None if key is None else self.entries.find(key, start) or self.entries.find(moved(key), start)

    def _quantity(self, name: str) -> Quantity | None:
        exact = self.entries.by_name.get(name)
        return exact or next((q for n, q in self.entries.by_name.items() if fold(n) == fold(name)), None)

    def _letters(self, opening: Lexeme, between: str) -> tuple[list[str], int]:
        """Index letters up to the closing bracket, and where that ends."""
        letters: list[str] = []
        while (letter := self._next("NAME") or self._next("NUMBER")) is not None:
            letters.append(letter.text)
            self.at += 1
            if (sign := self._next(between)) is None:
                break
            self.at += 1
            del sign
        closing = self._next("]")
        if closing is None or not letters:
            raise ReadError("these indices cannot be read", self.text, opening.start, "write letters, such as w2[j,k]")
        self.at += 1
        return letters, closing.end

    def _sum(self, lexeme: Lexeme) -> None:
        """sum(k, ...) or sum(j, k, ...): the letters come first."""
        bracket = self.row[self.at]
        at = self.at + 1
        letters: list[str] = []
        while at + 1 < len(self.row) and self.row[at].kind == "NAME" and self.row[at + 1].kind == "_COMMA" and self.row[at].text.isalpha():
            letters.append(self.row[at].text)
            at += 2
        if not letters:
            raise ReadError("the sum does not say over which index", self.text, lexeme.start, "write sum(k, w2[k,j]*delta2[k])")
        self.at = at
        total: Function = self.entries.begin_sum(letters, None, lexeme.start)
        self.sums.append(self.depth)
        self.depth += 1
        self.out += [Lexeme("FUNCTION", lexeme.text, lexeme.start, total), bracket]
