r"""Functions and sums in LaTeX: how far the argument of \ln a goes, and the letters under a sum sign."""

from __future__ import annotations

from .errors import ReadError
from .letters import Lexeme
from .names import Function
from .tex_groups import Groups
from .tex_scripts import Marks, Name, name_of, script
from .tex_signs import FRACTIONS
from .tex_tokens import BRACKETS, LETTERS, Token

# Functions of which sin^2(x) is the square of sin(x); for any other the square is written outside.
SQUARED = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh"})
BARE = frozenset({"ln", "log", "exp", *SQUARED})


class Calls(Groups):
    """Reads the application of a function to its argument, and sums over an index."""

    def call(self, token: Token, name: Name, marks: Marks, function: Function) -> None:
        """A function with its primes, and the argument that follows."""
        self.at = marks.end
        if marks.lowered is not None:
            hint = "a logarithm to another base is written \\frac{\\ln x}{\\ln 2}" if name.core == "log" else "leave the index out"
            raise self.error(f"'{name.typed}' has no index", marks.lowered, hint)
        squared = self._squared(name, marks)
        self.emit("FUNCTION", token, name.typed, function)
        for _ in range(marks.primes):
            self.out.append(Lexeme("PRIME", "'", token.start + len(name.typed)))
        if (after := self.peek()) is not None and after.kind == "group":
            self.at += 1
            self.within(after.inner, lambda: self._applied(token, name, marks, shown=False))
            self._ends(name)
        else:
            self._applied(token, name, marks, shown=True)
        if squared:
            self.out += [Lexeme("_POW", "^", squared.start), Lexeme("NUMBER", marks.sup, squared.start)]

    def _squared(self, name: Name, marks: Marks) -> Token | None:
        if marks.raised is None:
            return None
        power = marks.sup.isdigit() and int(marks.sup[:9]) > 1 and not marks.bracketed
        if name.core in SQUARED and power and not marks.primes:
            return marks.raised
        inverse = f"'{name.typed}^{{-1}}' can be the inverse function or a quotient"
        what = inverse if marks.sup == "-1" else f"it is not clear what is raised behind '{name.typed}'"
        raise self.error(what, marks.raised, f"write {name.typed}(x)^{{2}} for a power")

    def _applied(self, token: Token, name: Name, marks: Marks, shown: bool) -> None:
        """The argument of a function: in brackets, or a single name or number after \\ln and its like."""
        after = self.peek()
        if after is not None and after.text in BRACKETS and after.text not in ("|", r"\lvert", r"\|", r"\lVert"):
            self.item()
            if self.out[-1].kind != "_RPAR" or shown or self.peek() is None:
                return
            raise self.error("braces do not show", after, f"write {name.typed}(...) with brackets around the whole")
        needs = self.error(f"'{name.typed}{chr(39) * marks.primes}' needs parentheses: {name.typed}{chr(39) * marks.primes}(x)", token)
        if after is None or name.core not in BARE or marks.primes or marks.raised is not None:
            raise needs
        self.out.append(Lexeme("_LPAR", "(", after.start))
        first = len(self.out)
        self._single(needs)
        if self.out[first].kind == "SYMBOL" and len(self.out) > first + 1:
            what = f"it is not clear what is raised behind '{name.typed}'"
            raise self.error(what, after, f"write {name.typed}(x^2) or ({name.typed} x)^2")
        self.out.append(Lexeme("_RPAR", ")", self.row[self.at - 1].end - 1))
        if shown:
            self._ends(name)
        elif self.peek() is not None:
            raise self.error("braces do not show", after, f"write {name.typed}(...) with brackets around the whole")

    def _single(self, needs: ReadError) -> None:
        token = self.row[self.at]
        starts = token.kind in ("number", "letter") or token.text in (*LETTERS, *FRACTIONS, r"\sqrt", "|", r"\lvert")
        if not starts and name_of(self.text, self.row, self.at, self.vocabulary) is None:
            raise needs
        self.deeper(self.item)

    def _ends(self, name: Name) -> None:
        """A sum's sign or a closing bracket follows: else it is not clear how far the argument of \\ln a goes."""
        after = self.peek()
        if after is None or self._closes(after) or after.text in ("+", "-", ",", "="):
            return
        what = f"it is not clear where the argument of '{name.typed}' ends"
        raise self.error(what, after, f"write {name.typed}(a) b or {name.typed}(a b)")

    # Sums over an index

    def total(self, token: Token) -> None:
        """A sum over an index: it takes in everything up to the next sign of a sum."""
        if not self.vocabulary.sums:
            hint = "write \\mathbf{1}^T before the array, or the norm" if self.vocabulary.arrays else "write the terms out"
            raise self.error("a sum over an index is not read here", token, hint)
        below, above = self._limits()
        if below is None:
            raise self.error("the sum does not say over which index", token, "write \\sum_k")
        typed = self.text[token.start : self.row[self.at - 1].end]
        total = self.vocabulary.begin_sum(_letters(self.text, below), above, token.start)
        self.out.append(Lexeme("FUNCTION", typed, token.start, total))
        self.out.append(Lexeme("_LPAR", typed, token.start))
        first = len(self.out)
        self.sequence(product=True)
        if len(self.out) == first:
            raise self.error(f"there is nothing to add up after '{typed}'", self.peek() or token, "write \\sum_k (-x_k) with brackets")
        self.vocabulary.end_sum()
        self.out.append(Lexeme("_RPAR", ")", self.row[self.at - 1].end - 1))

    def _limits(self) -> tuple[Token | None, Token | None]:
        found: dict[str, Token] = {}
        while (token := self.peek()) is not None and token.text in ("_", "^") and token.text not in found:
            found[token.text] = script(self.text, self.row, self.at)
            self.at += 2
        return found.get("_"), found.get("^")


def _letters(text: str, below: Token) -> list[str]:
    """The index letters under a sum sign: k, jk, {j,k} or {k=1}."""
    row = below.inner if below.kind == "group" else (below,)
    typed = [t.text for t in row]
    if typed[-2:] == ["=", "1"]:
        row, typed = row[:-2], typed[:-2]
    letters = [t.text for t in row if t.kind == "letter"]
    if not letters or [t for t in typed if t != ","] != letters:
        raise ReadError("the sum does not say over which index", text, below.start, "write \\sum_k, \\sum_{j,k} or \\sum_{k=1}^{n}")
    return letters
