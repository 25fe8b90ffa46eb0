"""Textbook order of factors and terms, by one table each: what is printed does not depend on SymPy's internal order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sympy import Add, E, Expr, Heaviside, Indexed, Integer, KroneckerDelta, Mul, Number, Pow, Sum, Symbol

from .glyphs import parts
from .indices import Quantity, is_size, name_of
from .ops import Slope
from .partial import Partial

# Where a factor stands in a product: a number first, then constants, weights, outputs, errors, and slopes almost last.
RANK = {
    "number": 0,
    "constant": 1,
    "weight": 2,
    "bias": 3,
    **dict.fromkeys(("input", "activation", "target", "value", "weighted_input"), 4),
    **dict.fromkeys(("error", "adjoint", "gradient", "loss"), 5),
    "bracket": 6,
    "partial": 7,
    "sum": 8,
    "function": 9,
    "slope": 10,
    "indicator": 11,
}
# Factors that stand beside a fraction, never in it.
BESIDE = frozenset({"partial", "sum", "slope", "indicator"})
# Where a term stands in a sum, by its first factor; positive terms come before negative ones.
TERM_RANK = {
    "sum": 0,
    **dict.fromkeys(("error", "adjoint", "gradient", "partial"), 1),
    "weight": 2,
    **dict.fromkeys(("input", "activation", "value", "weighted_input", "loss"), 3),
    "constant": 4,
    "number": 5,
    **dict.fromkeys(("bracket", "function", "slope", "indicator"), 6),
    "bias": 7,
    "target": 8,
}
# What a letter stands for where nothing says it.
GUESS = {
    **dict.fromkeys(("w", "W", "v"), "weight"),
    **dict.fromkeys(("C", "L"), "loss"),
    "b": "bias",
    "x": "input",
    "a": "activation",
    "z": "weighted_input",
    "y": "target",
    "delta": "error",
}
_KINDS: tuple[tuple[Any, str], ...] = (
    (Number, "number"),
    (Add, "bracket"),
    (Partial, "partial"),
    (Sum, "sum"),
    (Slope, "slope"),
    ((KroneckerDelta, Heaviside), "indicator"),
)


def flat(e: Expr, kind: type[Expr]) -> list[Expr]:
    """The parts of nested sums, or of nested products, in one list."""
    return [part for a in e.args for part in flat(a, kind)] if isinstance(e, kind) else [e]


def divisor(e: Expr) -> Expr | None:
    """b for 1/b, b^2 for b^(-2); None for what is no reciprocal. A power of e is none, and 2^(-x) is none."""
    if not isinstance(e, Pow) or e.base == E or not (e.exp.is_Rational and e.exp.is_negative):
        return None
    return e.base if e.exp == -1 else Pow(e.base, -e.exp, evaluate=False)


class Order:
    """The order of factors in a product and of terms in a sum, given what the names in them are."""

    def __init__(self, quantities: Mapping[str, Quantity]) -> None:
        self.quantities = quantities

    def role(self, e: Expr) -> str:
        """What a factor is: the role of a quantity, by its letter if it has none, or a kind of expression."""
        if isinstance(e, Pow):
            return self.role(e.base)
        if isinstance(e, (Symbol, Indexed)):
            known = self.quantities.get(name_of(e))
            if known and known.role in RANK and known.role != "value":
                return known.role
            other = "value" if isinstance(e, Indexed) or known else "constant"
            return "constant" if is_size(e) else GUESS.get(parts(name_of(e)).core, other)
        if e.is_number:
            return "number" if isinstance(e, Number) else "constant"
        return next((role for kind, role in _KINDS if isinstance(e, kind)), "function")

    def factors(self, factors: Iterable[Expr]) -> list[Expr]:
        """Factors by rank; a (1 - a) together and late, as the slope that it is; dC/da da/dz as the chain runs."""
        given = list(factors)
        partners = {f: g for f in given if isinstance(f, Add) for g in given if set(f.args) == {Integer(1), -g}}
        slopes = [part for f, g in partners.items() for part in (g, f)]
        ordered = sorted((f for f in given if f not in slopes), key=self._factor_key)
        links = iter(chained([f for f in ordered if isinstance(f, Partial)]))
        ordered = [next(links) if isinstance(f, Partial) else f for f in ordered]
        late = sum(RANK[self.role(f)] <= RANK["bracket"] for f in ordered)
        return ordered[:late] + slopes + ordered[late:]

    def _factor_key(self, e: Expr) -> tuple[Any, ...]:
        name = e.base if isinstance(e, Pow) else e
        if not isinstance(name, (Symbol, Indexed)):
            # (a - y) before (1 - a^2)
            return RANK[self.role(e)], any(part.is_Number for part in name.args), (), str(e)
        known = self.quantities.get(name_of(name))
        return RANK[self.role(e)], -(known.layer or 0) if known else 0, _natural(name_of(name)), str(e)

    def is_penalty(self, e: Expr) -> bool:
        """Whether a term is a constant of its own times a sum, as weight decay adds it: it stands behind the loss, whatever their signs."""
        factors = flat(e, Mul)
        return any(isinstance(f, Sum) for f in factors) and any(self.role(f) == "constant" and not is_size(f) for f in factors)

    def term_key(self, e: Expr) -> tuple[Any, ...]:
        """Sums first, then errors, then by what is in the term (constants do not count), then by degree."""
        factors = self.factors(f for f in flat(e, Mul) if not isinstance(f, Number))
        if not factors:
            return TERM_RANK["number"], 0, []
        counted = {self.role(f) for f in factors} - {"constant"} or {"constant"}
        return min(TERM_RANK[role] for role in counted), -_degree(factors), [self._factor_key(f) for f in factors]


def chained(links: Sequence[Partial]) -> list[Partial]:
    """Partial derivatives as the chain rule links them: dz/da follows dC/dz. Where nothing links, as they came."""
    left, found = list(links), list[Partial]()
    while left:
        follows = next((f for f in left if found and f.function == found[-1].variable), None)
        ends = {f.variable for f in left}
        start = next((f for f in left if f.function not in ends), left[0])
        found.append(follows or start)
        left.remove(found[-1])
    return found


def _degree(factors: Sequence[Expr]) -> int:
    return sum(int(f.exp) if isinstance(f, Pow) and f.exp.is_Integer else 1 for f in factors)


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """w2 before w10."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"([0-9]+)", name))
