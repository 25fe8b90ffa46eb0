"""Equations between named scalars, one sample at a time, turned into equations over all samples.

A written equation is a text "z1 = w1*x + b1", a pair (left, right) or a SymPy `Eq`, with plain symbols. What depends on an input or a
target gets the sample axis; what is defined nowhere is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Eq, Expr, Float, Indexed, Integer, Pow, Symbol

from .equations import Equation, Equations
from .errors import DeriveError
from .exact import held, product
from .indices import Axis, Quantity, summed
from .letters import fold
from .names import CONSTANTS
from .reading import read, read_equation
from .shape import swapped


@dataclass(frozen=True)
class Written:
    """The same equations for one sample and for a batch."""

    single: Equations
    batch: Equations
    inputs: tuple[str, ...]
    targets: tuple[str, ...]


def scalar_equations(equations: Iterable[Any] | Equations, inputs: Any, targets: Any, over: str, axis: Axis) -> Written:
    """Named scalars with a sample axis where they need one; raises `DeriveError` for what is no equation or has no loss."""
    if over not in ("mean", "sum"):
        raise DeriveError(f"over is {over!r}, expected 'mean' or 'sum'", "from_equations")
    if isinstance(equations, str) or not isinstance(equations, Iterable):
        raise DeriveError(f"{equations!r} is no list of equations", "from_equations", 'for example ["a = w*x + b", "C = (a - y)^2"]')
    pairs = unified(pair(e, number) for number, e in enumerate(equations, 1))
    if len(pairs) < 2:
        raise DeriveError(f"{len(pairs)} equations were given, expected an output and a loss", "from_equations")
    ins, outs = names(inputs), names(targets)
    twice = sorted({n for n in (*ins, *outs) if (*ins, *outs).count(n) > 1})
    if twice or not ins or not outs:
        what = f"{twice[0]} is named twice" if twice else f"there is no {'input' if not ins else 'target'}"
        raise DeriveError(what, "from_equations", 'for example inputs="x1 x2", targets="y"')
    used = {s.name for _, rhs in pairs for s in rhs.free_symbols}
    for name in (*ins, *outs):
        if name not in used:
            raise DeriveError(
                f"{name} is in no equation",
                "from_equations",
                "name the inputs and targets as they are written in the equations",
            )
    return Written(_build(pairs, ins, outs, (), over, axis), _build(pairs, ins, outs, (axis,), over, axis), ins, outs)


def names(given: Any) -> tuple[str, ...]:
    """Names in a text, a symbol, or several of either."""
    if isinstance(given, str):
        return tuple(given.replace(",", " ").split())
    if isinstance(given, Symbol):
        return (given.name,)
    try:
        return tuple(str(name) for name in given)
    except TypeError:
        raise DeriveError(f"{given!r} is no list of names", "from_equations", 'for example inputs="x1 x2"') from None


def pair(e: Any, number: int) -> tuple[str, Expr]:
    where = f"equation {number}"
    if isinstance(e, str):
        left, right = read_equation(e)
        if left.name in CONSTANTS:  # further down, the same word would be read as the number
            what = f"{left} is the number {float(CONSTANTS[left.name].evalf()):.4g}, it cannot be defined"
            raise DeriveError(what, where, "give the quantity another name, such as err")
    elif isinstance(e, Eq):
        left, right = e.lhs, e.rhs
    elif isinstance(e, tuple) and len(e) == 2:
        left, right = (Symbol(e[0]) if isinstance(e[0], str) else e[0]), read(e[1]) if isinstance(e[1], str) else e[1]
        if isinstance(right, (int, float)):
            right = Integer(right) if isinstance(right, int) else Float(right)
    else:
        raise DeriveError(f"{e!r} is not an equation", where, 'for example "z1 = w1*x + b1", or (z1, w1*x + b1)')
    if not isinstance(left, Symbol) or not isinstance(right, Expr):
        raise DeriveError(
            f"{left} = {right} does not define a symbol",
            where,
            "write one name on the left, and an expression on the right",
        )
    if right.atoms(Indexed):
        raise DeriveError(
            "indexed quantities cannot be mixed with named scalars", where, "write a Layer for equations in index form"
        )
    return left.name, right


def unified(pairs: Iterable[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
    """The pairs with every name in the spelling in which it stands first: ŷ and yhat are one name, and so are w_1 and w1."""
    first: dict[str, str] = {}
    found = []
    for name, rhs in pairs:
        names = {s: first.setdefault(fold(s.name), s.name) for s in sorted(rhs.free_symbols, key=str) if isinstance(s, Symbol)}
        found.append((first.setdefault(fold(name), name), swapped(rhs, {s: Symbol(own) for s, own in names.items() if own != s.name})))
    return found


def _build(
    pairs: list[tuple[str, Expr]],
    ins: tuple[str, ...],
    outs: tuple[str, ...],
    samples: tuple[Axis, ...],
    over: str,
    axis: Axis,
) -> Equations:
    known = {n: Quantity(n, samples, "input") for n in ins} | {n: Quantity(n, samples, "target") for n in outs}
    defined = [name for name, _ in pairs]
    given = list(known.values())
    for _, rhs in pairs:
        for name in sorted({s.name for s in rhs.free_symbols} - set(known) - set(defined)):
            known[name] = Quantity(name, (), "parameter")
            given.append(known[name])
    own = [a.index(a.letters[0]) for a in samples]
    equations: list[Equation] = []
    with held():
        for number, (name, rhs) in enumerate(pairs):
            last = number == len(pairs) - 1
            here = rhs.xreplace(
                {s: known[s.name][own if known[s.name].axes else ()] for s in rhs.free_symbols if s.name in known}
            )
            depends = any(known[s.name].axes for s in rhs.free_symbols if s.name in known)
            if last:
                scale = [Pow(a.size, -1) for a in samples] if over == "mean" else []
                here = product([*scale, summed(here, own)])
            quantity = Quantity(name, () if last or not depends else samples, "loss" if last else "value")
            equations.append(Equation(quantity, tuple(own) if quantity.axes else (), here))
            known[name] = quantity
    return Equations(tuple(equations), tuple(given))
