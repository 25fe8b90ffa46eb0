"""Array expressions without LaTeX: `(delta2 @ w2) * sigma'(z1)`, `delta1.T @ x`, `sum(delta1, axis=0)` as lexemes of a grammar."""

from __future__ import annotations

from dataclasses import replace

from .array_words import ArrayWords
from .errors import ReadError
from .letters import Lexeme, refused, scan
from .names import Function
from .spellings import Found, Key, moved, spelling

SUMS = ("sum", "mean")
NUMPY_NAMES = {"maximum": "max", "minimum": "min", "absolute": "abs"}
OUTER = Function(lambda a, b: a * b, 2, 2)


def array_lexemes(text: str, words: ArrayWords) -> list[Lexeme]:
    """The lexemes of the text, every name with its meaning; the name of NumPy before a function may stand or not."""
    return _Reader(text, words).read()


class _Reader:
    def __init__(self, text: str, words: ArrayWords) -> None:
        self.text, self.words = text, words
        self.row = scan(text, lambda name: words.named(name) is not None)
        self.out: list[Lexeme] = []
        self.at = 0
        self.opened: list[Lexeme | None] = []  # the name of the sum that each open bracket belongs to

    def read(self) -> list[Lexeme]:
        while self.at < len(self.row):
            lexeme = self.row[self.at]
            self.at += 1
            if lexeme.kind == "NAME":
                self._name(lexeme)
            elif lexeme.text == "@":
                self.out.append(replace(lexeme, kind="MATMUL"))
            elif lexeme.text == ".":
                self._method(lexeme)
            elif lexeme.text in ("⊙", "∘"):
                self.out.append(replace(lexeme, kind="ODOT"))
            elif lexeme.kind == "TIMES":
                self.out.append(replace(lexeme, kind="ODOT" if lexeme.text == "*" else "TIMES"))
            elif lexeme.kind == "EQUALS":
                raise ReadError("there is an '=' in it", self.text, lexeme.start, "give one expression, without '='")
            elif lexeme.kind == "OTHER":
                raise refused(self.text, lexeme.start)
            else:
                self._sign(lexeme)
        return self.out

    def _sign(self, lexeme: Lexeme) -> None:
        if lexeme.kind == "_LPAR":
            self.opened.append(None)
        total = self.opened[-1] if self.opened else None
        if total is not None and lexeme.kind == "_COMMA":
            self.out.append(Lexeme("_RPAR", ",", lexeme.start))
            self._summed(total)
            self.opened.pop()
            return
        self.out.append(lexeme)
        if lexeme.kind == "_RPAR" and self.opened:
            self.opened.pop()
            if total is not None:
                self.out.append(Lexeme("SUMMED", total.text, total.start, (total.text, None, False)))

    def _next(self, *kinds: str) -> bool:
        ahead = self.row[self.at : self.at + len(kinds)]
        return len(ahead) == len(kinds) and all(kind in (x.kind, x.text) for kind, x in zip(kinds, ahead, strict=True))

    def _name(self, lexeme: Lexeme) -> None:
        name = lexeme.text
        quantity = self.words.named(name)
        key = spelling(name)
        if quantity is None and name == "np" and self._next(".", "NAME"):
            self.at += 1
            return
        if quantity is None and name in SUMS and self._next("_LPAR"):
            self.out.append(self.row[self.at])
            self.opened.append(lexeme)
            self.at += 1
            return
        found = Found(quantity) if quantity is not None else self._found(key, lexeme.start)
        if found is not None:
            self.out.append(replace(lexeme, kind="SYMBOL", value=found.value))
        elif name == "ones":
            self.out.append(replace(lexeme, kind="ONES"))
        elif name == "outer":
            self.out.append(replace(lexeme, kind="FUNCTION", value=OUTER))
        elif (function := self.words.function(NUMPY_NAMES.get(name, lexeme.folded))) is not None:
            self.out.append(replace(lexeme, kind="FUNCTION", value=function))
        elif name in ("dot", "matmul", "multiply"):
            raise ReadError(f"'{name}' is not read", self.text, lexeme.start, "write @ for the matrix product, * entry by entry")
        elif key is not None:
            raise self.words.unknown(self.text, key, name, lexeme.start)
        else:
            raise ReadError(f"there is no name {name}", self.text, lexeme.start)

    def _found(self, key: Key | None, start: int) -> Found | None:
        return None if key is None else self.words.find(key, start) or self.words.find(moved(key), start)

    def _method(self, dot: Lexeme) -> None:
        """.T, .sum(axis=0) and .mean(axis=0), after what they belong to."""
        name = self.row[self.at] if self.at < len(self.row) else None
        self.at += 1
        if name is not None and name.text == "T":
            self.out.append(Lexeme("TRANSPOSE", ".T", dot.start))
        elif name is not None and name.text in SUMS and self._next("_LPAR"):
            self.at += 1
            self._summed(replace(name, start=dot.start))
        else:
            hint = "write A.T, A.sum(axis=0), or A @ B for a matrix product"
            raise ReadError("after this point only T, sum and mean are read", self.text, dot.start, hint)

    def _summed(self, total: Lexeme) -> None:
        """axis=0, keepdims=True and the closing bracket."""
        axis, keeps = None, False
        while not self._next("_RPAR"):
            if self._next("axis", "EQUALS", "NUMBER") and self.row[self.at + 2].text in ("0", "1"):
                axis = int(self.row[self.at + 2].text)
                self.at += 3
            elif self._next("keepdims", "EQUALS", "True") or self._next("keepdims", "EQUALS", "False"):
                keeps = self.row[self.at + 2].text == "True"
                self.at += 3
            elif self._next("NUMBER", "_RPAR") and self.row[self.at].text in ("0", "1"):
                axis = int(self.row[self.at].text)
                self.at += 1
            else:
                raise ReadError(f"this part of '{total.text}' cannot be read", self.text, total.start, f"write {total.text}(A, axis=0)")
            self.at += self._next("_COMMA")
        self.at += 1
        self.out.append(Lexeme("SUMMED", total.text, total.start, (total.text, axis, keeps)))
