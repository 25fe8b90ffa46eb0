"""What a typed word stands for: the symbols and functions declared for one reading, however their names are spelled."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sympy import Abs, E, Expr, Max, Min, Pow, Rational, Symbol, acos, asin, atan, cos, cosh, cot, exp, log, pi, sin, sinh, tan

from .errors import DeriveError, ReadError
from .letters import GREEK_WORDS, Lexeme, fold, refused, scan, spelled
from .ops import ACTIVATIONS, Activation, sigmoid

Symbols: TypeAlias = str | Symbol | Iterable[str | Symbol] | Mapping[str, Expr] | None
Functions = Mapping[str, Callable[..., Expr]] | None
Key = tuple[str, ...]

CONSTANTS: dict[str, Expr] = {"e": E, "pi": pi}
# Refused as symbols where any name would do: a person who types one of these words does not mean a product.
RESERVED = frozenset(keyword.kwlist) - {"lambda"} | {"nan", "inf", "oo", "zoo", "infinity"}


@dataclass(frozen=True)
class Function:
    """How a function is applied: what builds the application, how many arguments, whether it grows like exp."""

    build: Callable[..., Expr]
    least: int = 1
    most: int | None = 1
    steep: bool = False


def _root(u: Expr) -> Expr:
    return Pow(u, Rational(1, 2), evaluate=False)


# Each in the spelling of Python and in that of a book.
INVERSE = {asin: ("asin", "arcsin"), acos: ("acos", "arccos"), atan: ("atan", "arctan")}
MOST = 20  # arguments of a maximum: each is compared with each
FUNCTIONS = {
    "exp": Function(exp, steep=True),
    "ln": Function(log),
    "log": Function(log),
    "sqrt": Function(_root),
    "abs": Function(Abs),
    "sin": Function(sin),
    "cos": Function(cos),
    "tan": Function(tan),
    "cot": Function(cot),
    **{name: Function(f) for f, names in INVERSE.items() for name in names},
    "sinh": Function(sinh, steep=True),
    "cosh": Function(cosh, steep=True),
    "max": Function(Max, 2, MOST),
    "min": Function(Min, 2, MOST),
    "sigma": Function(sigmoid),
    **{name: Function(f) for name, f in ACTIVATIONS.items() if issubclass(f, Activation)},
}


class Names:
    """The words of one reading. Declared symbols come before functions, functions before constants.

    symbols     "w x b", names, or names with what they stand for; None: every name is a symbol
    functions   more functions than the common ones: a name with what builds the application

    A declared name may be longer than a word (`w^2`, `a^(1)_j`): it is found as a row of lexemes, the longest first.
    Raises DeriveError where something declared cannot be a name.
    """

    def __init__(self, symbols: Symbols, functions: Functions) -> None:
        self.open = symbols is None
        self.shown: list[str] = []
        self._typed: dict[Key, Expr] = {}
        self._folded: dict[Key, set[Expr]] = {}
        self.functions = FUNCTIONS | {fold(name): Function(f, 0, None) for name, f in (functions or {}).items()}
        for name, meaning in meanings(symbols):
            lexemes = scan(name) if isinstance(name, str) else []
            if not lexemes or lexemes[0].kind != "NAME":
                raise DeriveError(f"'{name}' cannot be declared as a symbol", hint="a name begins with a letter")
            if not isinstance(meaning, Expr):
                raise DeriveError(f"'{name}' stands for {meaning!r}, which is no SymPy expression")
            self.shown.append(name)
            self._typed[tuple(x.typed for x in lexemes)] = meaning
            self._folded.setdefault(tuple(x.folded for x in lexemes), set()).add(meaning)
        self._longest = max((len(key) for key in self._typed), default=0)

    def symbol(self, lexemes: list[Lexeme]) -> Expr | None:
        """What a row of lexemes is declared as: as spelled, else by the folded spelling if that has one meaning."""
        exact = self._typed.get(tuple(x.typed for x in lexemes))
        if exact is not None:
            return exact
        meanings = self._folded.get(tuple(x.folded for x in lexemes), set())
        return next(iter(meanings)) if len(meanings) == 1 else None

    def is_declared(self, name: str) -> bool:
        return self.symbol([Lexeme("NAME", name, 0)]) is not None

    def is_free(self, lexeme: Lexeme) -> bool:
        """Whether an undeclared word can name a new quantity: no function, no reserved word."""
        return spelled(lexeme.text)[0].isalpha() and lexeme.folded not in self.functions.keys() | RESERVED

    def named(self, text: str, lexemes: list[Lexeme]) -> list[Lexeme]:
        """The lexemes with each declared row joined to one SYMBOL, each other name found out, and all else refused."""
        found: list[Lexeme] = []
        first: dict[str, Symbol] = {}  # two spellings of one undeclared name are one symbol: that of the first
        at = 0
        while at < len(lexemes):
            lexeme, count = lexemes[at], 1
            if lexeme.kind == "NAME":
                for length in range(min(self._longest, len(lexemes) - at), 0, -1):
                    row = lexemes[at : at + length]
                    if (meaning := self.symbol(row)) is not None:
                        typed = text[lexeme.start : row[-1].end]
                        lexeme, count = Lexeme("SYMBOL", typed, lexeme.start, meaning), length
                        break
                else:
                    lexeme = self._undeclared(text, lexemes, at, first)
            elif lexeme.kind == "EQUALS":
                what = (
                    "there is an '=' in it" if lexeme.text == "=" else f"the comparison '{lexeme.text}' cannot be read"
                )
                raise ReadError(what, text, lexeme.start, "give one expression, without '='")
            elif lexeme.kind == "OTHER":
                raise refused(text, lexeme.start)
            found.append(lexeme)
            at += count
        return found

    def _undeclared(self, text: str, lexemes: list[Lexeme], at: int, first: dict[str, Symbol]) -> Lexeme:
        lexeme, name = lexemes[at], lexemes[at].folded
        called = at + 1 < len(lexemes) and lexemes[at + 1].kind == "_LPAR"
        if not spelled(lexeme.text)[0].isalpha():
            raise ReadError(f"'{lexeme.text}' is no name", text, lexeme.start, "a name begins with a letter")
        if name in self.functions:
            return replace(lexeme, kind="FUNCTION", value=self.functions[name])
        if name in CONSTANTS:
            return replace(lexeme, kind="SYMBOL", value=CONSTANTS[name])
        if not self.open:
            what = f"the {'function' if called else 'name'} '{lexeme.text}' is not known"
            raise ReadError(what, text, lexeme.start, self.suggestion(lexeme.text, called))
        if name in RESERVED:
            raise ReadError(f"the word '{lexeme.text}' is not used in expressions", text, lexeme.start)
        # sigmoid misspelled, Ln and log2 must not become products; x(1-x), w1(a-y) and eta(a-y) are products.
        letters = name.rstrip("0123456789").lower()
        looks_called = (len(name) > 2 and name.isalpha() and name not in GREEK_WORDS) or letters in self.functions
        if called and looks_called:
            hint = self.suggestion(lexeme.text, called) or f"a product is written {lexeme.text}*(...)"
            raise ReadError(f"the function '{lexeme.text}' is not known", text, lexeme.start, hint)
        return replace(lexeme, kind="SYMBOL", value=first.setdefault(name, Symbol(spelled(lexeme.text))))

    def suggestion(self, typed: str, called: bool = False, shown: Callable[[str], str] = str) -> str:
        """A hint for a word that is not known; `shown` writes a declared name as it is typed in the form being read."""
        pieces = self._pieces(typed, called)
        if pieces:
            return f"did you mean {'*'.join(map(shown, pieces))}?"
        known = self.shown + (list(self.functions) if called else [])
        by_folded = {fold(name).lower(): name for name in reversed(known)}
        close = difflib.get_close_matches(fold(typed).lower(), by_folded, n=1)
        if close:
            return f"did you mean {shown(by_folded[close[0]])}?"
        return (
            f"known names: {', '.join(map(shown, self.shown[:12]))}{' ...' if len(self.shown) > 12 else ''}" if self.shown else ""
        )

    def _pieces(self, typed: str, called: bool) -> list[str]:
        """The declared names that `typed` is made of, run together: ab is a, b. Empty if it is not."""
        words = [name for name in (*self.shown, *CONSTANTS, "π") if name and not re.search(r"\W", name)]
        best: dict[int, list[str]] = {0: []}
        for end in range(1, len(typed) + 1):
            last = list(self.functions) if called and end == len(typed) else []
            for word in words + last:
                start = end - len(word)
                if start in best and typed.endswith(word, 0, end) and len(best[start]) < len(best.get(end, typed)):
                    best[end] = [*best[start], word]
        return best.get(len(typed), [])


def meanings(symbols: Symbols) -> Iterable[tuple[str, Any]]:
    if isinstance(symbols, Mapping):
        return symbols.items()
    symbols = [symbols] if isinstance(symbols, Symbol) else symbols
    names = re.split(r"[\s,]+", symbols.strip(" \t\n,")) if isinstance(symbols, str) else symbols or ()
    return [(x, Symbol(x)) if isinstance(x, str) else (getattr(x, "name", x), x) for x in names if x != ""]
