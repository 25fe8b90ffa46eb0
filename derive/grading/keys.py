"""An answer key: what is expected, where it comes from, and the names in which an answer may be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Symbol

from ..derivation import Derivation
from ..errors import DeriveError
from ..exact import held
from ..named import written_out
from ..ops import Slope
from ..partial import Partial
from ..reading import read
from ..scalars import names as names_in
from ..shape import evaluated
from .mistakes.problems import Problem

Names = Mapping[str, Any]
OUTPUT = "L"  # what is derived, where nothing says its name


@dataclass(frozen=True)
class Key:
    """A formula that is expected.

    value    the expression, in the symbols and names below
    symbols  every name that an answer may use, with its symbol
    names    what some of these stand for, down to plain symbols
    problem  the computation from which the value was derived: by it a wrong answer is explained
    derived  the derivation of the value, where there is one: its steps are hints
    """

    value: Expr
    symbols: Mapping[str, Symbol]
    names: Mapping[str, Expr] = field(default_factory=dict)
    problem: Problem | None = None
    derived: Derivation | None = None

    def stepped(self, rate: str) -> Key:
        """What becomes of the parameter: theta - eta dL/dtheta, where this is the key of dL/dtheta; raises `DeriveError` for other keys."""
        if self.problem is None or self.problem.wrt not in self.symbols:
            raise DeriveError("the key is no derivative by a parameter", "rate", "for example key=derive(..., w), rate=\"eta\"")
        eta = self.symbols.get(rate, Symbol(rate))
        with held():
            value = self.symbols[self.problem.wrt] - eta * self.value
        return Key(value, {**self.symbols, rate: eta}, self.names, self.problem.step(rate), self.derived)


def key_of(key: Any, names: Names | None = None, symbols: Any = "", called: str = "") -> Key:
    """The key that a derivation, an expression or a text is; `names` are parts that an answer may use, `symbols` more names.

    What is asked for may be `called` dE/dw: then explanations of wrong answers call what is derived E.

    Raises `DeriveError` for what is none of these, and for a text that cannot be read.
    """
    parts = {name: read(part) if isinstance(part, str) else part for name, part in (names or {}).items()}
    for name, part in parts.items():
        if not isinstance(part, Expr):
            raise DeriveError(f"{name} stands for {part!r}, which is no expression", "names", 'for example names={"a": sigmoid(w*x + b)}')
    problem = None
    if isinstance(key, Derivation):
        value = key.result
        parts = {**{s.name: e for s, e in key.named.items()}, **parts}
        problem = _problem(key, parts, called)
    else:
        value = read(key) if isinstance(key, str) else key
    if not isinstance(value, Expr):
        what = f"the key is {type(key).__name__}, expected a derivation, an expression or a text"
        raise DeriveError(what, "Task", "for example key=derive(...)")
    declared = {s.name: s for e in (value, *parts.values()) for s in e.free_symbols}
    declared |= {name: declared.get(name, Symbol(name)) for name in (*parts, *_listed(symbols))}
    full = written_out({declared[name]: part for name, part in parts.items()})
    return Key(value, declared, {s.name: e for s, e in full.items()}, problem, key if isinstance(key, Derivation) else None)


def _listed(symbols: Any) -> Iterable[str]:
    return names_in(symbols) if symbols else ()


def _problem(key: Derivation, parts: Mapping[str, Expr], called: str) -> Problem | None:
    start = key.start
    if isinstance(start, Partial) and key.named:
        output = start.function.name
        order = list(key.named)
        used = [(s.name, key.named[s]) for s in order[: [s.name for s in order].index(output) + 1]]
        return Problem.of_equations(used, wrt=start.variable.name)
    if isinstance(start, Partial):
        return _of_function(start.function, start.variable, parts, called)
    if isinstance(start, Slope):
        return _of_function(start.activation(start.args[0]), start.args[0], parts, called)
    return None


def _of_function(f: Expr, wrt: Any, parts: Mapping[str, Expr], called: str) -> Problem:
    """A name for what is derived is that of the output itself."""
    taken = {s.name for e in (f, *parts.values()) for s in e.free_symbols} | set(parts)
    said = re.match(r"d(\w+)/d", called)
    other = said[1] if said and said[1] not in taken else OUTPUT
    own = next((name for name, part in parts.items() if evaluated(part) == evaluated(f)), other)
    return Problem.of_expression(f, wrt, names={name: part for name, part in parts.items() if name != own}, output=own)
