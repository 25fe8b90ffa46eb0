"""Array expressions and index form without LaTeX: what reading one and the other have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from .errors import ReadError
from .indices import Quantity
from .letters import Lexeme, refused, scan
from .spellings import Found, Key, Vocabulary, moved, spelling


class TypedWords(Vocabulary, Protocol):
    """A vocabulary with quantities that have typed names."""

    def named(self, name: str) -> Quantity | None: ...


W = TypeVar("W", bound=TypedWords)


class TypedReader(Generic[W]):
    """Goes through the lexemes of a text, and gives every name its meaning.

    `signs` has what is done at a sign, by its characters or by its kind; all other signs stay as they are. A subclass says what
    a quantity is without anything behind it, and which words have a meaning of their own.
    """

    def __init__(self, text: str, words: W) -> None:
        self.text, self.words = text, words
        self.row = scan(text, lambda name: words.named(name) is not None)
        self.out: list[Lexeme] = []
        self.at = 0
        self.signs: dict[str, Callable[[Lexeme], None]] = {"EQUALS": self._equals, "OTHER": self._refused}

    def read(self) -> list[Lexeme]:
        while self.at < len(self.row):
            lexeme = self.row[self.at]
            self.at += 1
            if lexeme.kind == "NAME":
                self._name(lexeme)
            else:
                (self.signs.get(lexeme.text) or self.signs.get(lexeme.kind) or self.out.append)(lexeme)
        return self.out

    def _equals(self, lexeme: Lexeme) -> None:
        raise ReadError("there is an '=' in it", self.text, lexeme.start, "give one expression, without '='")

    def _refused(self, lexeme: Lexeme) -> None:
        raise refused(self.text, lexeme.start)

    def _name(self, lexeme: Lexeme) -> None:
        quantity, key = self.words.named(lexeme.text), spelling(lexeme.text)
        if self.special(lexeme, quantity):
            return
        found = self._found(key, lexeme.start) if quantity is None else Found(self.whole(quantity, lexeme))
        if found is not None:
            self.out.append(replace(lexeme, kind="SYMBOL", value=found.value))
        elif (word := self.word(lexeme)) is not None:
            self.out.append(word)
        elif key is not None:
            raise self.words.unknown(self.text, key, lexeme.text, lexeme.start)
        else:
            raise ReadError(f"there is no name {lexeme.text}", self.text, lexeme.start)

    def _found(self, key: Key | None, start: int) -> Found | None:
        return None if key is None else self.words.find(key, start) or self.words.find(moved(key), start)

    def next(self, *kinds: str) -> Lexeme | None:
        """The lexeme ahead, if it and those after it are of these kinds, or are written so."""
        ahead = self.row[self.at : self.at + len(kinds)]
        fits = len(ahead) == len(kinds) and all(kind in (x.kind, x.text) for kind, x in zip(kinds, ahead, strict=True))
        return ahead[0] if fits else None

    # What a form of writing adds

    def special(self, lexeme: Lexeme, quantity: Quantity | None) -> bool:
        """Read a name with what belongs to it, if it is one that is not looked up as a whole."""
        raise NotImplementedError

    def whole(self, quantity: Quantity, lexeme: Lexeme) -> object:
        """What the name of a quantity stands for, alone."""
        raise NotImplementedError

    def word(self, lexeme: Lexeme) -> Lexeme | None:
        """A name that is no symbol, with its meaning."""
        function = self.words.function(lexeme.folded)
        return None if function is None else replace(lexeme, kind="FUNCTION", value=function)
