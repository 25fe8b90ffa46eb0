r"""The structure of a formula in LaTeX: groups, brackets, fractions and signs, as lexemes of the grammar in `reading`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from .building import Limits
from .errors import ReadError
from .letters import Lexeme
from .spellings import Key, Ratio, Vocabulary
from .tex_scripts import TRANSPOSED, UPRIGHT, glyph_of, letters_of, plain, primes_of, script
from .tex_signs import ARRAY_SIGNS, CLOSING, ENDS, FRACTIONS, KNOWN, REFUSED, SIGNS
from .tex_tokens import BRACKETS, LETTERS, Token, near

_POWER_OF_TEN = re.compile(r"[eE][-+−]?[0-9]")


def ratio_of(text: str, above: Sequence[Token], below: Sequence[Token]) -> Ratio | None:
    """dC/dw, of the tokens above and below the line; None if they are anything else."""
    glyphs = [None if rest is None else glyph_of(text, rest) for rest in (_after_d(above), _after_d(below))]
    return Ratio(*glyphs) if all(glyphs) else None  # type: ignore[arg-type]  # told apart just here


def _after_d(row: Sequence[Token]) -> Sequence[Token] | None:
    """What follows the d of a derivative; None if there is none."""
    if row and row[0].text in (r"\partial", "d"):
        return row[1:]
    upright = len(row) > 1 and row[0].text in UPRIGHT and letters_of(row[1]) == "d"
    return row[2:] if upright else None


class Groups:
    """Reads tokens from left to right into `out`, group by group. A subclass reads the names."""

    def __init__(self, text: str, vocabulary: Vocabulary, limits: Limits) -> None:
        self.text, self.vocabulary, self.limits = text, vocabulary, limits
        self.out: list[Lexeme] = []
        self.row: Sequence[Token] = ()
        self.at = 0
        self.opened: list[Token] = []
        self.level = 0
        self.table: dict[str, Callable[[Token], None]] = {
            **dict.fromkeys(FRACTIONS, self._fraction),
            **dict.fromkeys(BRACKETS, self._bracket),
            **{sign: lambda token: self.emit(SIGNS[token.text], token) for sign in SIGNS},
            r"\sqrt": self._root,
            "'": lambda token: self.emit("PRIME", token),
            "^": self.raised,
            "_": self._lowered,
        }

    # Tokens

    def peek(self) -> Token | None:
        return self.row[self.at] if self.at < len(self.row) else None

    def emit(self, kind: str, token: Token, text: str | None = None, value: object = None) -> None:
        self.out.append(Lexeme(kind, token.typed if text is None else text, token.start, value))

    def within(self, row: Sequence[Token], part: Callable[[], None] | None = None) -> None:
        """Read a row of its own: all of it."""
        before = self.row, self.at, self.opened
        self.row, self.at, self.opened = row, 0, []
        self.deeper(part or self.sequence)
        if (token := self.peek()) is not None:
            what = f"the '{token.typed}' closes nothing" if token.text in CLOSING else f"'{token.typed}' cannot stand here"
            raise self.error(what, token)
        self.row, self.at, self.opened = before

    def deeper(self, part: Callable[[], None]) -> None:
        """Read a part that may hold parts of its own, within the limit."""
        self.level += 1
        if self.level > self.limits.depth + 1:
            raise ReadError(f"this is nested deeper than {self.limits.depth}, the limit", self.text, self.out[-1].start)
        part()
        self.level -= 1

    def sequence(self, product: bool = False) -> None:
        """Everything up to a closing bracket; with `product` also up to a sign of a sum, a comma or a comparison."""
        while (token := self.peek()) is not None and not self._closes(token) and not (product and token.text in ("+", "-", ",", "=")):
            self.item()

    def _closes(self, token: Token) -> bool:
        if token.text in CLOSING:
            return True
        return bool(self.opened) and token.text == BRACKETS[self.opened[-1].text] == self.opened[-1].text and self._after_end(token)

    def _after_end(self, token: Token) -> bool:
        return token.sized == "right" or (token.sized != "left" and bool(self.out) and self.out[-1].kind in ENDS)

    def item(self) -> None:
        """One operand or one sign."""
        token = self.row[self.at]
        if token.text in self.table:
            self.at += 1
            self.table[token.text](token)
        elif token.kind == "number":
            self._number(token)
        elif token.kind == "group":
            if not self.named(token):  # {w}_1 is a name, {w}x is not
                self.at += 1
                self._braces(token.inner, token)
        elif self.vocabulary.arrays and token.text in ARRAY_SIGNS:
            self.at += 1
            self.emit(ARRAY_SIGNS[token.text], token)
        elif not self.named(token):
            raise self._not_known(token)

    def named(self, token: Token) -> bool:
        """Read a name or a call, if one begins here."""
        raise NotImplementedError

    def error(self, what: str, token: Token, hint: str = "") -> ReadError:
        return ReadError(what, self.text, token.start, hint)

    def _not_known(self, token: Token) -> ReadError:
        if token.text in ARRAY_SIGNS:
            return self.error(f"'{token.typed}' is the product of arrays, entry by entry", token, "write \\cdot between numbers")
        if token.text in REFUSED:
            return self.error(REFUSED[token.text][0], token, REFUSED[token.text][1])
        if token.kind == "command":
            known = [k for k in (*KNOWN, *LETTERS, *self.table) if k[0] == "\\"]
            return self.error(f"the command '{token.typed}' is not known", token, near(token.text, known))
        return self.error(f"the character '{token.typed}' is not used in formulas", token)

    # Operands

    def _number(self, token: Token) -> None:
        self.at += 1
        if _POWER_OF_TEN.match(self.text, token.end) and not self.vocabulary.has_core(self.text[token.end]):
            raise self.error("this can be a power of ten or a product with e", token, "write 10^{-3}, or e \\cdot 3")
        before = self.out[-1] if self.out else None
        if before is not None and before.kind == "SYMBOL" and before.end == token.start:
            hint = f"write {before.text}_{{{token.text}}} or {before.text}^{{{token.text}}}"
            raise self.error(f"there is a number after '{before.text}'", token, hint)
        if self.vocabulary.arrays and before is not None and before.kind in ENDS:
            raise self.error(f"there is a number after '{before.text}'", token, "a vector of ones is written \\mathbf{1}")
        self.emit("NUMBER", token)

    def _braces(self, row: Sequence[Token], token: Token, opening: str | None = None) -> None:
        self.emit("_LPAR", token, token.text if opening is None else opening)
        self.within(row)
        self.out.append(Lexeme("_RPAR", "}", token.end - 1))

    def _bracket(self, token: Token) -> None:
        kind = {"|": "BAR", r"\lvert": "BAR", r"\|": "NORM", r"\lVert": "NORM"}.get(token.text)
        if token.text == "[" and self.vocabulary.sums and self._indicator(token):
            return
        if token.text == r"\langle" or (kind == "NORM" and not self.vocabulary.arrays):
            raise self.error(f"the bracket '{token.typed}' is not read here", token, "write ( and )")
        if token.text == "|" and self._after_end(token) and token.sized == "right":
            raise self.error(f"the '{token.typed}' closes nothing", token)
        self.emit(f"_OPEN{kind}" if kind else "_LPAR", token)
        self.opened.append(token)
        self.deeper(self.sequence)
        closing = self.peek()
        if closing is None:
            raise self.error(f"the '{token.typed}' is never closed", token)
        if closing.text != BRACKETS[token.text]:
            raise self.error(f"the '{token.typed}' is closed by '{closing.typed}'", closing, f"close it by '{BRACKETS[token.text]}'")
        if (token.sized == "left") != (closing.sized == "right"):
            raise self.error("\\left and \\right do not stand in pairs here", closing, "write both or none")
        self.at += 1
        self.opened.pop()
        self.emit(f"_CLOSE{kind}" if kind else "_RPAR", closing)

    def _indicator(self, token: Token) -> bool:
        """[j = p], the bracket read already; whether it is one."""
        row = self.row[self.at : self.at + 4]
        if [t.text if t.kind == "sign" else t.kind for t in row] != ["letter", "=", "letter", "]"]:
            return False
        self.at += 4
        whole = Token("group", "[", token.start, self.text[token.start : row[-1].end])
        self.emit("SYMBOL", whole, value=self.vocabulary.indicator(row[0].text, row[2].text, token.start))
        return True

    def _fraction(self, token: Token) -> None:
        above, below = self._argument(token), self._argument(token)
        numbers = all(len(part.inner) == 1 and part.inner[0].kind == "number" for part in (above, below))
        before = ["", "", *(x.kind for x in self.out)][-2:]
        if numbers and before[1] == "NUMBER" and before[0] != "_POW":
            what = "a number before a fraction of numbers can be read in two ways"
            raise self.error(what, token, "write 2 \\cdot \\frac{1}{3} or 2 + \\frac{1}{3}")
        ratio = ratio_of(self.text, above.inner, below.inner)
        partial = bool(above.inner) and above.inner[0].text == r"\partial"
        whole = Token("group", token.text, token.start, self.text[token.start : self.row[self.at - 1].end])
        after = self.peek()
        if partial and ratio is None:
            raise self.error("this is no derivative of a name by a name", token, "write \\frac{\\partial C}{\\partial w}")
        if ratio is not None and (partial or not self.vocabulary.has_core("d")):
            self.symbol(whole, ratio)
        else:
            self.emit("_LPAR", token)
            self._braces(above.inner, above, "{")
            self.emit("DIVIDE", token)
            self._braces(below.inner, below, "{")
            self.out.append(Lexeme("_RPAR", "}", whole.end - 1))
        if after is not None and after.text == "^" and not self._is_transpose(self.at):
            hint = "write \\left(\\frac{a}{b}\\right)^{2}, or the power inside"
            raise self.error("a power of a fraction can be read in two ways", after, hint)

    def _argument(self, command: Token) -> Token:
        r"""What a command takes, as a group: braces, else one digit or letter, as in \frac12 and \frac1n."""
        token = self.peek()
        if token is None or "." in token.text or (token.kind not in ("group", "number", "letter") and token.text not in LETTERS):
            raise self.error(f"after '{command.typed}' a group in braces is expected", token or command, f"write {command.text}{{...}}")
        self.at += 1
        if token.kind == "number" and len(token.typed) > 1:
            rest = Token("number", token.text[1:], token.start + 1, token.typed[1:])
            self.row, self.at = [*self.row[: self.at - 1], token, rest, *self.row[self.at :]], self.at
            digit = Token("number", token.text[0], token.start, token.typed[0])
            return Token("group", "{", token.start, token.typed[0], (digit,))
        after = self.peek()
        if token.kind == "letter" and after is not None and after.text in ("^", "_"):
            hint = f"write {command.text}{{...}} with the whole name in braces"
            raise self.error(f"'{command.typed}' takes only '{token.typed}'", after, hint)
        return token if token.kind == "group" else Token("group", "{", token.start, token.typed, (token,))

    def _root(self, token: Token) -> None:
        after = self.peek()
        if after is not None and after.text == "[":
            raise self.error("only square roots are read", after, "write x^{1/3}")
        function = self.vocabulary.function("sqrt")
        self.emit("FUNCTION", token, value=function)
        if after is not None and after.text == "(":
            raise self.error("the root sign takes a group in braces", after, "write \\sqrt{...}")
        inside = self._argument(token)
        self._braces(inside.inner, inside, "{")

    def symbol(self, token: Token, key: Key) -> None:
        found = self.vocabulary.find(key, token.start)
        if found is None:
            raise self.vocabulary.unknown(self.text, key, token.typed, token.start)
        self.emit("SYMBOL", token, value=found.value)

    def raised(self, token: Token) -> None:
        """What is raised behind a bracket or a number, or the power of a name: the sign is read already."""
        if not self.out or self.out[-1].kind not in ENDS or self.out[-1].kind == "PRIME":
            raise self.error(f"there is nothing before '{token.typed}' that could be raised", token)
        argument = script(self.text, self.row, self.at - 1)
        inner = argument.inner if argument.kind == "group" else (argument,)
        self.at += 1
        turned = plain(argument) in TRANSPOSED
        if turned and not self.vocabulary.arrays and not self.vocabulary.has_core(plain(argument)) and not self.vocabulary.open:
            raise self.error("a transpose is for arrays", token, "this answer has numbers only")
        if turned and self.out[-1].kind == "NUMBER":
            raise self.error("a number has no transpose", token, "a vector of ones is written \\mathbf{1}")
        if turned and self.vocabulary.arrays:
            self.emit("TRANSPOSE", argument)
        elif self.vocabulary.arrays and inner and inner[0].text in ARRAY_SIGNS:
            self.emit("EACH", token)
            self._braces(inner[1:], argument, "{")
        elif primes_of(argument):
            raise self.error("a prime stands right after the name of an activation, for its slope", token, "write \\sigma'(z)")
        elif argument.kind == "group":
            self.emit("_POW", token)
            self._braces(argument.inner, argument)
        else:
            self.emit("_POW", token)
            self.within((argument,))
        after = self.peek()
        if after is not None and after.text == "^" and self.out[-1].kind != "TRANSPOSE":
            raise self.error("two things are raised here", after, "write (x^2)^3 or x^{2^3}")

    def _lowered(self, token: Token) -> None:
        ahead = [x.kind for x in self.out[-3:]]
        behind_norm = ahead[-1:] == ["_CLOSENORM"] or ahead[:2] == ["_CLOSENORM", "_POW"]
        which = plain(script(self.text, self.row, self.at - 1)) if behind_norm else ""
        if which in ("2", "F"):
            self.at += 1
            self._norm_is(which)
            return
        raise self.error("there is no name before '_' that could have an index", token)

    def _norm_is(self, which: str) -> None:
        """Note which norm it is at the opening bracket of the one that is closed last."""
        inside = 0
        for n in reversed(range(len(self.out))):
            inside += {"_CLOSENORM": 1, "_OPENNORM": -1}.get(self.out[n].kind, 0)
            if inside == 0 and self.out[n].kind == "_OPENNORM":
                self.out[n] = replace(self.out[n], value=which)
                return

    def _is_transpose(self, at: int) -> bool:
        return self.vocabulary.arrays and at + 1 < len(self.row) and plain(self.row[at + 1]) in TRANSPOSED
