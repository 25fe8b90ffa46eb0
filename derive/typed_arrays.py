"""Array expressions without LaTeX: `(delta2 @ w2) * sigma'(z1)`, `delta1^T @ x`, `sum(delta1, axis=0)` as lexemes of a grammar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .array_words import ArrayWords
from .errors import ReadError
from .indices import Quantity
from .letters import Lexeme
from .names import Function
from .spellings import spelling
from .typed_reading import TypedReader

SUMS = ("sum", "mean")
NUMPY_NAMES = {"maximum": "max", "minimum": "min", "absolute": "abs"}
OUTER = Function(lambda a, b: a * b, 2, 2)


def array_lexemes(text: str, words: ArrayWords) -> list[Lexeme]:
    """The lexemes of the text, every name with its meaning; the name of NumPy before a function may stand or not."""
    return _Reader(text, words).read()


class _Reader(TypedReader[ArrayWords]):
    def __init__(self, text: str, words: ArrayWords) -> None:
        super().__init__(text, words)
        self.opened: list[Lexeme | None] = []  # the name of the sum that each open bracket belongs to
        self.signs |= {
            "@": self._as("MATMUL"),
            "*": self._as("ODOT"),
            "⊙": self._as("ODOT"),
            "∘": self._as("ODOT"),
            ".": self._method,
            "^": self._raised,
            "_LPAR": self._bracket,
            "_RPAR": self._bracket,
            "_COMMA": self._bracket,
        }

    def _as(self, kind: str) -> Callable[[Lexeme], None]:
        return lambda lexeme: self.out.append(replace(lexeme, kind=kind))

    def _bracket(self, lexeme: Lexeme) -> None:
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

    def special(self, lexeme: Lexeme, quantity: Quantity | None) -> bool:
        """The name of NumPy before a function, and sum( or mean(."""
        if quantity is not None:
            return False
        if lexeme.text == "np" and self.next(".", "NAME"):
            self.at += 1
            return True
        if lexeme.text in SUMS and (opening := self.next("_LPAR")):
            self.out.append(opening)
            self.opened.append(lexeme)
            self.at += 1
            return True
        return False

    def whole(self, quantity: Quantity, lexeme: Lexeme) -> Quantity:
        return quantity

    def word(self, lexeme: Lexeme) -> Lexeme | None:
        name = lexeme.text
        if name == "ones":
            return replace(lexeme, kind="ONES")
        function = OUTER if name == "outer" else self.words.function(NUMPY_NAMES.get(name, lexeme.folded))
        if function is None and name in ("dot", "matmul", "multiply"):
            raise ReadError(f"'{name}' is not read", self.text, lexeme.start, "write @ for the matrix product, * entry by entry")
        return None if function is None else replace(lexeme, kind="FUNCTION", value=function)

    def _raised(self, power: Lexeme) -> None:
        """^T and ^{T}, the transpose, where T is no name of its own; any other power stays one."""
        braces = self.next("{", "T", "}") is not None
        name = self.row[self.at + braces] if braces or self.next("T") else None
        if name is None or self.words.named(name.text) is not None or self._found(spelling(name.text), name.start) is not None:
            self.out.append(power)
        else:
            self.out.append(Lexeme("TRANSPOSE", "^T", power.start))
            self.at += 3 if braces else 1

    def _method(self, dot: Lexeme) -> None:
        """.T, .sum(axis=0) and .mean(axis=0), after what they belong to."""
        name = self.row[self.at] if self.at < len(self.row) else None
        self.at += 1
        if name is not None and name.text == "T":
            self.out.append(Lexeme("TRANSPOSE", ".T", dot.start))
        elif name is not None and name.text in SUMS and self.next("_LPAR"):
            self.at += 1
            self._summed(replace(name, start=dot.start))
        else:
            hint = "write A.T, A.sum(axis=0), or A @ B for a matrix product"
            raise ReadError("after this point only T, sum and mean are read", self.text, dot.start, hint)

    def _summed(self, total: Lexeme) -> None:
        """axis=0, keepdims=True and the closing bracket."""
        axis, keeps = None, False
        while not self.next("_RPAR"):
            if self.next("axis", "EQUALS", "NUMBER") and self.row[self.at + 2].text in ("0", "1"):
                axis = int(self.row[self.at + 2].text)
                self.at += 3
            elif self.next("keepdims", "EQUALS", "True") or self.next("keepdims", "EQUALS", "False"):
                keeps = self.row[self.at + 2].text == "True"
                self.at += 3
            elif self.next("NUMBER", "_RPAR") and self.row[self.at].text in ("0", "1"):
                axis = int(self.row[self.at].text)
                self.at += 1
            else:
                raise ReadError(f"this part of '{total.text}' cannot be read", self.text, total.start, f"write {total.text}(A, axis=0)")
            self.at += self.next("_COMMA") is not None
        self.at += 1
        self.out.append(Lexeme("SUMMED", total.text, total.start, (total.text, axis, keeps)))
