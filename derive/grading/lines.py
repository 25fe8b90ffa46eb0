"""The lines of a derivation as students write them: chains on one line, LaTeX environments, remarks, and derivatives by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import ascii_lowercase
from typing import Any

from sympy import Expr, Integer, Symbol

from ..deriving import derive
from ..errors import DeriveError
from ..letters import fold
from ..named import written_out
from .mistakes.problems import Problem
from .typed_answers import as_derivative

ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[^}]*\}|\\[\[\]]|\$\$?|&|\\(?:quad|qquad)\b")
REMARK = re.compile(r"\s*(?:#.*|\((?:[a-zA-Z]{2,}[ -]+)+[a-zA-Z]{2,}\)|\\text\{[^}]*\})\s*$")
ARROW = re.compile(r"^\s*(?:=>|->|⇒|→|\\Rightarrow|\\implies)\s*")
DERIVATIVE = re.compile(r"\bd\s*([^\W\d_]\w*)\s*/\s*d\s*([^\W\d_]\w*)\b")


def lines(answer: Any) -> list[str]:
    """The lines with something on them, without what only typesets or comments; A = B = C is a line for each sign of equality."""
    several = isinstance(answer, Iterable) and not isinstance(answer, str)
    rows = [str(line) for line in answer] if several else re.split(r"\n|\\\\(?![a-zA-Z,;!])", str(answer))
    found: list[str] = []
    for row in rows:
        row = ARROW.sub("", REMARK.sub("", ENVIRONMENT.sub(" ", row))).strip().removesuffix(".").strip()
        if row and not row.startswith("//"):
            found += _chain(as_derivative(row))
    return found


def _chain(row: str) -> Iterator[str]:
    """ "dC/dw = A = B" as "dC/dw = A" and "= B"."""
    parts = [part.strip() for part in row.split("=")]
    named = 0
    while named < len(parts) - 1 and (not parts[named] or NAME.fullmatch(parts[named])):
        named += 1
    if not named:
        yield parts[0]
    elif parts[named:]:
        yield " = ".join([*parts[:named], parts[named]]) if parts[0] else f"= {parts[named]}"
    for part in parts[named + 1 if named else 1 :]:
        yield f"= {part}"


NAME = re.compile(r"\\?[^\W\d][\w^{}\\']*|d\s*\w+\s*/\s*d\s*\w+")


class Derivatives:
    """The derivatives that a text names, dE/da, each with a symbol that stands for it; those that are asked for stand for nothing."""

    def __init__(self, problem: Problem | None, asked: Iterable[str]) -> None:
        written = problem.written if problem is not None else ()
        self.written = list(written)
        self.names = {fold(n): n for name, e in written for n in (name, *(s.name for s in e.free_symbols))}
        own = [f"d{problem.output}/d{problem.wrt}"] if problem is not None else []
        self.asked = {self._key(name) for name in (*asked, *own)}
        self.symbols: dict[str, Symbol] = {}

    def _key(self, typed: str) -> str:
        found = DERIVATIVE.fullmatch(typed.strip())
        return f"d{self.names.get(fold(found[1]), found[1])}/d{self.names.get(fold(found[2]), found[2])}" if found else typed

    def replaced(self, text: str) -> str:
        """The text with a name for each derivative of one name of the computation by another."""

        def name(found: re.Match[str]) -> str:
            key = self._key(found[0])
            if key in self.asked or not {fold(found[1]), fold(found[2])} <= set(self.names) or len(self.symbols) >= len(ascii_lowercase):
                return found[0]
            return str(self.symbols.setdefault(key, Symbol(f"Dq{ascii_lowercase[len(self.symbols)]}")).name)

        return DERIVATIVE.sub(name, text)

    def is_asked(self, left: str) -> bool:
        return self._key(left) in self.asked

    def value(self, name: str) -> Expr | None:
        """What a derivative is, down to plain symbols; None where there is none."""
        said = next((typed for typed, own in self.symbols.items() if own.name == name), None)
        if said is None:
            return None
        of, by = said[1:].split("/d")
        at = next((n for n, (name, _) in enumerate(self.written) if name == of), None)
        if at is None:
            return Integer(0)
        try:
            derived = derive(self.written[: at + 1], by)
        except DeriveError:
            return Integer(0) if by in self.names.values() else None
        return derived.result.xreplace(written_out(derived.named))
