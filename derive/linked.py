"""The chain rule over named equations: one factor for each link on the way from the output back, each factor with its name under a brace.

    dE/dw = dE/dy dy/da da/dw,   with E = (y - d)^2/2, y = sigma(a), a = w x + b
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from itertools import count, pairwise
from typing import Any

from sympy import Dummy, Eq, Expr, Symbol

from .derivation import Derivation
from .detail import folded, usual
from .differentiation import differentiate, simplify
from .errors import DeriveError, Unsupported
from .letters import fold
from .named import Named, without_braces
from .ops import Activation, Slope
from .partial import Braced, Partial, Total
from .rules import RULES, Rule
from .scalars import pair, unified
from .shape import evaluated, in_textbook_order, plus, swapped, times
from .steps import CHAIN_RULE, Step
from .values import nearest

PATHS = 24  # more paths than this are no formula for a blackboard
EACH_LINK = "derivative of each link"


def is_equations(given: Any) -> bool:
    """Whether this is meant as named equations, and not as one expression."""
    return isinstance(given, Mapping | Eq) or (isinstance(given, Iterable) and not isinstance(given, str | bytes | Expr))


def derive_linked(equations: Any, wrt: Symbol | str, rules: tuple[Rule, ...] = RULES) -> Derivation:
    """dE/dw = sum over paths of the product of the links, for the last of the equations and a name that it depends on.

    Raises `DeriveError` for a name that is defined twice or after its use, and `Unsupported` where there are too many paths.
    """
    named = _named(equations)
    output = list(named)[-1]
    x = _variable(wrt, named, output)
    paths = list(_paths(named, output, x))
    # Where x acts both directly and through other names, dE/dw is not the derivative with all else held fixed.
    both = any((named[v].free_symbols - {u}) & _reaching(u, named) for v, u in {link for path in paths for link in pairwise(path)})
    start = (Total if both else Partial)(output, x)
    linked = plus(*(times(*(Partial(v, u) for v, u in pairwise(path))) for path in paths)) if len(paths) > 1 else _product(paths[0])
    if linked == start:
        derived = differentiate(Partial(named[output], x), rules, _names(named))
        lines = usual([*derived, *simplify(derived[-1].after)])
        return Derivation(start, (Step(f"definition of {output}", start, lines[0].before), *lines), named=named, typed_order=True)
    steps = [Step(CHAIN_RULE, start, linked, _told(paths, x)), _each_link(linked, named, rules)]
    by_output = _by_output(steps[-1].after, named)
    if by_output != steps[-1].after:
        steps.append(Step("slope by the output", steps[-1].after, by_output, "the output is already computed"))
    plain = without_braces(steps[-1].after)
    together = [Step("put together", steps[-1].after, plain, "the product of the factors")] if plain != steps[-1].after else []
    return Derivation(start, (*steps, *usual([*together, *simplify(plain)])), named=named, typed_order=True)


def _product(path: tuple[Symbol, ...]) -> Expr:
    return times(*(Partial(v, u) for v, u in pairwise(path)))


def _told(paths: list[tuple[Symbol, ...]], x: Symbol) -> str:
    ways = [f"through {', '.join(str(v) for v in path[-2:0:-1])}" if len(path) > 2 else "directly" for path in paths]
    if len(paths) == 1:
        return f"{x} acts on {paths[0][0]} {ways[0]}"
    return f"{x} acts on {paths[0][0]} on {len(paths)} paths, {'; '.join(ways)}: the gradients add"


def _each_link(line: Expr, named: Named, rules: tuple[Rule, ...]) -> Step:
    """Every factor by its own rules, and under a brace what it is."""
    steps, taken = list[Step](), _names(named)
    for link in dict.fromkeys(_links(line)):
        hole = Dummy()
        frame, (v, u) = swapped(line, {link: hole}), link.args
        derived = differentiate(Partial(named[v], u), rules, taken)
        derived += simplify(derived[-1].after)
        found = [Step(f"definition of {v}", link, derived[0].before), *derived]
        found.append(Step("its name below", derived[-1].after, Braced(derived[-1].after, link)))
        if (named[v].free_symbols - {u}) & _reaching(u, named):
            # Inside, a would be held fixed while u changes, and da/du is the name of another link.
            found = [Step(f"derivative of {v}, all else held fixed", link, found[-1].after)]
        steps += [_within(frame, hole, step) for step in found]
        line = steps[-1].after
    return folded(steps, EACH_LINK)


def _names(named: Named) -> frozenset[str]:
    return frozenset(s.name for name, rhs in named.items() for s in (name, *rhs.free_symbols))


def _reaching(u: Symbol, named: Named) -> set[Symbol]:
    """The names that change with u, itself included, by what the equations say in their order."""
    found = {u}
    for name, rhs in named.items():
        found |= {name} if rhs.free_symbols & found else set()
    return found


def _within(frame: Expr, hole: Expr, step: Step) -> Step:
    """The step as it stands within a longer line."""
    before, after = (swapped(frame, {hole: e}) for e in (step.before, step.after))
    return replace(step, before=before, after=after, substeps=tuple(_within(frame, hole, s) for s in step.substeps))


def _links(e: Expr) -> list[Partial]:
    return [e] if isinstance(e, Partial) else [link for a in e.args for link in _links(a)]


def _by_output(line: Expr, named: Named) -> Expr:
    """sigma'(z) as a (1 - a), and sigma(z) as a, where a is the name of sigma(z)."""
    names = {evaluated(rhs): name for name, rhs in named.items() if isinstance(rhs, Activation)}
    found: dict[Expr, Expr] = {}
    for slope in line.atoms(Slope):
        kind = slope.activation
        a = names.get(kind(*map(evaluated, slope.args)))
        if a is not None and kind.by_output is not None:
            found[slope] = in_textbook_order(kind.by_output(a))
    return swapped(line, found)


# What was given


def _named(equations: Any) -> dict[Symbol, Expr]:
    given = equations.items() if isinstance(equations, Mapping) else [equations] if isinstance(equations, Eq) else equations
    found: dict[Symbol, Expr] = {}
    if isinstance(equations, Set):
        raise DeriveError("a set of equations has no order", "derive", "give a list: each equation may use what stands above it")
    written = list(given)
    for number, (equation, (name, rhs)) in enumerate(zip(written, unified(map(pair, written, count(1))), strict=True), 1):
        symbol = next((s for f in found.values() for s in f.free_symbols if s.name == name), Symbol(name))
        if symbol in found:
            raise DeriveError(f"{name} is defined twice", f"equation {number}", "give every quantity a name of its own")
        early = next((n for n, (_, f) in enumerate(found.items(), 1) if symbol in f.free_symbols), None)
        if early is not None or symbol in rhs.free_symbols:
            where = f"equation {early or number}"
            raise DeriveError(f"{name} is used before it is defined", where, "each equation may use what stands above it")
        found[symbol] = rhs if isinstance(equation, str) else in_textbook_order(rhs)
    if not found:
        raise DeriveError("no equations were given", "derive", 'for example ["a = w*x + b", "E = (a - y)^2/2"]')
    return found


def _variable(wrt: Symbol | str, named: Named, output: Symbol) -> Symbol:
    if not isinstance(wrt, Symbol | str):
        raise DeriveError(f"expected a symbol or its name, not {wrt!r}", "wrt")
    symbols = {s.name: s for rhs in named.values() for s in rhs.free_symbols}
    name = wrt.name if isinstance(wrt, Symbol) else wrt.strip()
    name = next((n for n in symbols if fold(n) == fold(name)), name)
    if name == output.name:
        raise DeriveError(f"{name} is what is derived, it cannot be what is derived by", "wrt", nearest("", symbols))
    if name not in symbols:
        raise DeriveError(f"{name} is not in the equations", "wrt", nearest(name, symbols))
    reached = {output}
    for v in reversed(list(named)):
        reached |= named[v].free_symbols if v in reached else set()
    if symbols[name] not in reached:
        unused = next((s.name for s in named if s not in reached), "")
        hint = f"{unused} is never used" if unused else nearest(name, {s.name for s in reached})
        raise DeriveError(f"{output} does not depend on {name}", "wrt", hint)
    return symbols[name]


def _paths(named: Named, output: Symbol, x: Symbol) -> Iterator[tuple[Symbol, ...]]:
    """Every way from the output back to x. Raises `Unsupported` where there are too many."""
    reaching = _reaching(x, named)
    waiting: list[tuple[Symbol, ...]] = [(output,)]
    found = 0
    while waiting:
        path = waiting.pop(0)
        if path[-1] == x:
            found += 1
            yield path
        else:
            uses = sorted(named[path[-1]].free_symbols & reaching, key=lambda s: list(named).index(s) if s in named else -1)
            waiting += [(*path, u) for u in uses]
        if found + len(waiting) > PATHS:
            what = f"there are more than {PATHS} paths from {output} to {x}"
            raise Unsupported(what, "derive", "Network.from_equations(...).backprop() takes them one layer at a time")
