"""Expressions as rows of one table, each distinct part once: what two expressions share is computed once, and equal parts are one row.

SymPy's own tree evaluates, hashes and compares by recursion, and computes 10^10^10 as soon as it is told to build it. Here nothing is
evaluated but products and sums of the numbers that were typed, and no walk is recursive but into a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Float,
    Heaviside,
    Indexed,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    acos,
    asin,
    atan,
    cos,
    cosh,
    erf,
    exp,
    log,
    pi,
    sign,
    sin,
    sinh,
    tan,
)
from sympy import tanh as hyperbolic
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne
from sympy.logic.boolalg import And, Boolean, Not, Or

from ...errors import DeriveError, Unsupported
from ...ops import Activation, Slope, tanh


class Term(NamedTuple):
    """One row: an operation and the rows that it works on. `value` is the number, or the name, of a row without any."""

    op: str
    args: tuple[int, ...] = ()
    value: Fraction | str | None = None


OPERATIONS: dict[Any, str] = {
    Add: "add", Mul: "mul", Pow: "pow", exp: "exp", log: "log", sin: "sin", cos: "cos", atan: "atan", asin: "asin", acos: "acos",
    erf: "erf", Abs: "abs", Max: "max", Min: "min", Heaviside: "heaviside", sign: "sign", Piecewise: "piecewise",
    Lt: "<", Le: "<=", Eq: "=", And: "and", Or: "or", Not: "not",
}  # fmt: skip
UNORDERED = frozenset(("add", "mul", "max", "min", "and", "or", "="))
CORNERS = frozenset(("abs", "heaviside", "sign"))  # where the argument vanishes
TIES = frozenset(("max", "min", "<", "<=", "="))  # where two arguments are equal
MOST_TIED = 5  # arguments of one maximum that are looked at
FORMULAS: dict[Any, Callable[[Expr], Expr]] = {
    tan: lambda t: Mul(sin(t), Pow(cos(t), -1), evaluate=False),
    sinh: lambda t: (exp(t) - exp(-t)) / 2,
    cosh: lambda t: (exp(t) + exp(-t)) / 2,
    hyperbolic: tanh.formula,
}
BITS = 4096  # of a number that is kept exactly
WIDEST = 2000  # terms or factors in one row


def name_of(s: Expr) -> str:
    """By what a symbol is known: its name, whatever SymPy assumes about it; an entry is known as it is printed."""
    return str(s) if isinstance(s, Indexed) else str(s.name)


class Terms:
    """A table of parts. `add` gives the row of an expression; the same row for two expressions: they differ in the order of terms only.

    names  what a name stands for, put in wherever it occurs

    Raises `Unsupported` for what has no value as it stands (a sum over an index, a derivative that is not carried out).
    """

    def __init__(self, names: Mapping[str, Expr] | None = None) -> None:
        self.rows: list[Term] = []
        self.corners: dict[int, list[int]] = {}  # a row with kinks or jumps: rows at whose zeros they may be
        self.seen: dict[str, Symbol] = {}  # by name
        self._where: dict[Term, int] = {}
        self._names = dict(names or {})
        self._open: list[str] = []
        self._formulas: dict[Any, tuple[Expr, Dummy]] = {}

    def add(self, e: Expr, bound: Mapping[Any, int] | None = None) -> int:
        """The row of an expression; `bound` says which rows some of its symbols are."""
        known = bound or {}
        done: dict[int, int] = {}
        kept = []  # an object's id is its own only as long as the object lives
        waiting: list[tuple[Any, tuple[Any, ...] | None]] = [(e, None)]
        while waiting:
            node, args = waiting.pop()
            if id(node) in done:
                continue
            if args is None and not isinstance(node, Indexed) and node.args:
                args = node.args[:1] if isinstance(node, Heaviside) else node.args
                waiting += [(node, args), *((a, None) for a in args)]
            else:
                kept.append((node, args))
                is_bound = isinstance(node, Dummy) and node in known  # hashing anything else would be a walk by recursion
                done[id(node)] = known[node] if is_bound else self._made(node, [done[id(a)] for a in args or ()])
        return done[id(e)]

    def _made(self, node: Any, args: list[int]) -> int:
        if not args:
            return self._leaf(node)
        kind = type(node)
        if isinstance(node, exp):  # SymPy has two forms of it
            return self.row("exp", *args[-1:])
        if kind is log and len(args) == 2:
            return self.row("mul", self.row("log", args[0]), self.row("pow", self.row("log", args[1]), self.number(-1)))
        if kind in OPERATIONS:
            return self.row(OPERATIONS[kind], *args)
        if kind in (Gt, Ge):
            return self.row("<" if kind is Gt else "<=", *reversed(args))
        if kind is Ne:
            return self.row("not", self.row("=", *args))
        if kind.__name__ == "ExprCondPair":
            return self.row("case", *args)
        if isinstance(node, (Activation, Slope)) or kind in FORMULAS:
            return self._by_formula(kind, args[0])
        raise Unsupported(f"there is no value for {kind.__name__}")

    def _leaf(self, node: Any) -> int:
        if isinstance(node, (Rational, Float)):
            exact = node if isinstance(node, Rational) else Rational(str(node))
            return self.number(Fraction(int(exact.p), int(exact.q)))
        if isinstance(node, (Symbol, Indexed)):
            if isinstance(node, Symbol):
                self.seen.setdefault(node.name, node)
            return self._named(name_of(node))
        if node is S.Exp1:
            return self.row("exp", self.number(1))
        if node is pi:
            return self._row(Term("pi"))
        if node in (S.ImaginaryUnit, S.NaN, S.ComplexInfinity, S.Infinity, S.NegativeInfinity):
            return self._row(Term("undefined"))
        if isinstance(node, Boolean) and node in (S.true, S.false):
            return self._row(Term("and" if node is S.true else "or"))
        raise Unsupported(f"there is no value for {type(node).__name__}")

    def _named(self, name: str) -> int:
        if name not in self._names:
            return self.symbol(name)
        if name in self._open:
            raise DeriveError(f"{name} is defined by itself", "names")
        self._open.append(name)
        made = self.add(self._names[name])
        self._open.remove(name)
        return made

    def _by_formula(self, kind: Any, argument: int) -> int:
        if kind not in self._formulas:
            t = Dummy("t", real=True)
            if kind in FORMULAS:
                self._formulas[kind] = FORMULAS[kind](t), t
            else:
                self._formulas[kind] = (kind.activation.slope_formula(t) if issubclass(kind, Slope) else kind.formula(t)), t
        formula, t = self._formulas[kind]
        return self.add(formula, {t: argument})

    def number(self, value: int | Fraction) -> int:
        """The row of a number."""
        return self._row(Term("number", (), Fraction(value)))

    def row(self, op: str, *args: int) -> int:
        """The row of an operation. Brackets within a sum or a product are dropped, their numbers made one; nothing else is computed."""
        if op in ("add", "mul"):
            return self._joined(op, args)
        if op == "pow":
            base, exponent = (self.rows[a].value for a in args)
            if exponent == 1:
                return args[0]
            if isinstance(base, Fraction) and isinstance(exponent, Fraction) and base and exponent.denominator == 1:
                if abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length()) <= BITS:
                    return self.number(base**exponent.numerator)
        return self._row(Term(op, tuple(sorted(args)) if op in UNORDERED else args))

    def _joined(self, op: str, args: Sequence[int]) -> int:
        flat: list[int] = []
        for a in args:
            inner = self.rows[a].args if self.rows[a].op == op else ()
            # u + u, where u is v + v, and so on, would be a row without end.
            flat += inner if inner and len(inner) + len(flat) <= WIDEST else [a]
        number, neutral = Fraction(op == "mul"), Fraction(op == "mul")
        others = []
        for a in flat:
            value = self.rows[a].value
            if not isinstance(value, Fraction):
                others.append(a)
            else:
                number = number * value if op == "mul" else number + value
        # A factor 0 stays beside the others: 0/x has no value at 0.
        if number != neutral or not others:
            others.append(self.number(number))
        return others[0] if len(others) == 1 else self._row(Term(op, tuple(sorted(others))))

    def symbol(self, name: str) -> int:
        """The row of a symbol as it stands."""
        return self._row(Term("symbol", (), name))

    def _row(self, term: Term) -> int:
        found = self._where.get(term)
        if found is None:
            found = self._where[term] = len(self.rows)
            self.rows.append(term)
            if term.op in CORNERS:
                self.corners[found] = [term.args[0]]
            elif term.op in TIES:
                pairs = [(a, b) for n, a in enumerate(term.args[:MOST_TIED]) for b in term.args[:n]]
                self.corners[found] = [self.difference(a, b) for a, b in pairs]
        return found

    def difference(self, a: int, b: int) -> int:
        """The row of a - b."""
        return self.row("add", a, self.row("mul", self.number(-1), b))

    def needed(self, wanted: Sequence[int]) -> list[int]:
        """The rows that these rows are computed from, themselves included, in an order in which they can be computed."""
        found: set[int] = set()
        waiting = list(wanted)
        while waiting:
            row = waiting.pop()
            if row not in found:
                found.add(row)
                waiting += self.rows[row].args
        return sorted(found)

    def symbols(self, *wanted: int) -> list[str]:
        """The names that occur in these rows, sorted."""
        return sorted(str(self.rows[r].value) for r in self.needed(wanted) if self.rows[r].op == "symbol")
