"""Derivatives of plain expressions, one named rule a line: `derive(expr, wrt)`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Expr, Mul, Number, Symbol, nan, oo, zoo

from .derivation import Derivation
from .errors import DeriveError, DomainError, Unsupported
from .partial import Partial
from .printing import unicode
from .reading import read
from .rewritings import REWRITINGS, Rewriting
from .rules import CONSTANT, CONSTANT_FACTOR, IDENTITY, RULES, Rule, depends, rule_for
from .shape import evaluated, in_textbook_order, real_values, rebuilt, swapped
from .steps import Step
from .values import nearest

DEPTH, NODES = 100, 50_000  # beyond these an expression, or a line of its derivation, is refused
PARTS = "derivatives of the parts"
CHAIN = "chain rule"


def derive(
    expr: Any, wrt: Symbol | str, *, rules: tuple[Rule, ...] = RULES, typed_order: bool | None = None
) -> Derivation:
    """df/dx by named rules, then simplified; the expression keeps the shape in which it was typed.

    expr, wrt    a SymPy expression or a text that `read` reads, and a symbol or its name
    rules        the table of rules, tried in this order
    typed_order  whether the order of terms and factors is kept; unless said, it is where SymPy would have ordered them otherwise, and
                 what SymPy has ordered is put into textbook order

    Raises `Unsupported`, naming the part, where no rule fits, and `DeriveError` for a name that is not in the expression.
    """
    f = _expression(expr)
    x = _symbol(wrt, f)
    with real_values(_shown(f)):
        tidied = evaluated(f)
        if tidied.has(nan, oo, zoo):
            raise DomainError("this divides by zero, or is infinite", _shown(f))
        typed = isinstance(expr, str) or tidied != f if typed_order is None else typed_order
        start = Partial(f if typed else in_textbook_order(f), x)
        steps = differentiate(start, rules)
        return Derivation(start, (*steps, *simplify(steps[-1].after)), typed_order=True)


def differentiate(start: Expr, rules: tuple[Rule, ...] = RULES) -> list[Step]:
    """The steps from a line with derivatives in it to one without, outermost first; a rule is used wherever on a line it is the next."""
    steps: list[Step] = []
    line = start
    while waiting := _partials(line):
        found: dict[Partial, tuple[int, Rule, Expr]] = {}
        for part in waiting:
            if not _is_part(part):
                rule, after = _fitting(part, rules)
                found[part] = (rules.index(rule), rule, after)
        if not found:
            steps.append(_parts_step(line, waiting))
        else:
            _, rule, _ = min(found.values(), key=lambda entry: entry[0])
            chosen = {part: after for part, (_, own, after) in found.items() if own is rule}
            steps.append(_rule_step(line, rule, chosen))
        line = steps[-1].after
        if _size(line) > NODES:
            raise Unsupported(
                f"a line of the derivation has more than {NODES:,} parts", "derive", "derive a smaller expression"
            )
    return steps


def simplify(line: Expr, rewritings: Iterable[Rewriting] = REWRITINGS) -> list[Step]:
    """The steps that tidy a line up: the first rewriting of the table that changes it, again and again."""
    table, steps = tuple(rewritings), list[Step]()
    while True:
        step = next((Step(r.name, line, new, r.statement) for r in table if (new := r.apply(line)) is not line), None)
        if step is None:
            return steps
        steps.append(step)
        line = step.after


def _is_part(part: Partial) -> bool:
    """Whether a derivative is read off at once: of a constant, of x, of a constant times x."""
    f, x = part.args
    if isinstance(f, Mul):
        return [a for a in f.args if depends(a, x)] in ([], [x])
    return f == x or not depends(f, x)


def _fitting(part: Partial, rules: tuple[Rule, ...]) -> tuple[Rule, Expr]:
    f, x = part.args
    found = rule_for(f, x, rules)
    if found is None:
        what = f"there is no rule for the derivative of {_shown(f)} by {x}"
        raise Unsupported(what, "derive", "a Rule can be added: derive(..., rules=(Rule(...), *RULES))")
    return found


def _rule_step(line: Expr, rule: Rule, chosen: Mapping[Expr, Expr]) -> Step:
    inner = {}
    if rule.inner is not None:
        inner = {part.args[0]: u for part in chosen if (u := rule.inner(part.args[0])) != part.args[1]}
    name = f"{rule.name}, {CHAIN}" if inner and rule.name != CHAIN else rule.name
    taken = {s.name for s in line.free_symbols}
    letter = Symbol(next(n for n in ("u", "v", "t", "u_1") if n not in taken or n == "u_1"))
    shown = [
        f"{_shown(rebuilt(f, [letter if a == u else a for a in f.args]))} with {letter} = {_shown(u)}"
        for f, u in inner.items()
    ]
    why = rule.statement + (f": {', and '.join(shown)}" if shown else "")
    return Step(name, line, swapped(line, chosen), why)


def _shown(e: Expr) -> str:
    return unicode(e, typed_order=True)


def _parts_step(line: Expr, waiting: Iterable[Partial]) -> Step:
    """One line for what is read off at once, folded: constant factors, then x, then constants."""
    now, substeps = line, list[Step]()
    for rule in (CONSTANT, CONSTANT_FACTOR, IDENTITY):
        found = {part: after for part in _partials(now) if (after := rule.apply(*part.args)) is not None}
        if found:
            substeps.append(Step(rule.name, now, swapped(now, found), rule.statement))
            now = substeps[-1].after
    if len(substeps) == 1:
        return substeps[0]
    return Step(PARTS, line, now, "; ".join(step.why for step in substeps), substeps=tuple(substeps))


def _partials(e: Expr) -> list[Partial]:
    """The derivatives that are still to be carried out, from left to right, each once."""
    if isinstance(e, Partial):
        return [e]
    return list(dict.fromkeys(part for a in e.args if isinstance(a, Expr) for part in _partials(a)))


def _size(e: Expr) -> int:
    return 1 + sum(_size(a) for a in e.args)


# What was given


def _expression(expr: Any) -> Expr:
    if isinstance(expr, str):
        return read(expr)
    if isinstance(expr, (int, float)) and not isinstance(expr, bool):
        return Number(expr)
    if not isinstance(expr, Expr):
        raise DeriveError(
            f"expected an expression, not {type(expr).__name__}", "derive", 'for example derive("(w*x + b - y)^2", "w")'
        )
    level, depth, count = [expr], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > DEPTH or count > NODES:
            limit = f"{DEPTH} levels" if depth > DEPTH else f"{NODES:,} parts"
            raise Unsupported(f"the expression has more than {limit}", "derive", "derive its parts")
        level = [a for e in level for a in e.args]
    if expr.has(Partial):
        raise DeriveError(f"{expr} has a derivative in it", "derive", "derive the function first")
    return expr


def _symbol(wrt: Symbol | str, f: Expr) -> Symbol:
    if isinstance(wrt, Symbol):
        return wrt
    if not isinstance(wrt, str):
        raise DeriveError(f"expected a symbol or its name, not {wrt!r}", "wrt")
    names = {s.name: s for s in f.free_symbols}
    if wrt not in names:
        typed = read(wrt)
        if not isinstance(typed, Symbol) or typed.name not in names:
            raise DeriveError(f"{wrt} is not in the expression", "wrt", nearest(wrt, names))
        return names[typed.name]
    return names[wrt]
