"""The engine of scalar derivations: which derivative on a line is carried out next, by which rule, and what is tidied up.

A line has `Partial` nodes for what remains to be differentiated; `differentiate` ends with a line that has none, `simplify` tidies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, Mul

from .detail import PARTS
from .errors import Unsupported
from .inner import Inner, introduced
from .partial import Partial, partials
from .printing import unicode
from .rewritings import ARITHMETIC, REWRITINGS, Rewriting
from .rules import CONSTANT, CONSTANT_FACTOR, IDENTITY, RULES, Rule, depends, rule_for
from .shape import swapped, times
from .steps import CHAIN_RULE, Step

NODES = 50_000  # a line with more parts is refused


def differentiate(start: Expr, rules: tuple[Rule, ...] = RULES, taken: frozenset[str] = frozenset()) -> list[Step]:
    """The steps from a line with derivatives in it to one without, outermost first; a rule is used wherever on a line it is the next.

    What is read off at once comes before all else, and each line is tidied before the next rule is used. Intermediate variables get names
    that are not `taken`.
    """
    steps: list[Step] = []
    line = start
    while waiting := partials(line):
        ready = [part for part in waiting if _is_part(part)]
        steps.append(_parts_step(line, ready) if ready else _next_rule(line, waiting, rules, taken))
        steps += simplify(steps[-1].after, (ARITHMETIC,))
        line = steps[-1].after
        if _size(line) > NODES:
            raise Unsupported(
                f"a line of the derivation has more than {NODES:,} parts", "derive", "derive a smaller expression"
            )
    return steps


def _next_rule(line: Expr, waiting: Iterable[Partial], rules: tuple[Rule, ...], taken: frozenset[str]) -> Step:
    """The rule of the table that comes first, used on every derivative that it fits."""
    found = {part: _fitting(part, rules) for part in waiting}
    rule = min((rule for rule, _ in found.values()), key=rules.index)
    return _rule_step(line, rule, taken, {part: after for part, (own, after) in found.items() if own is rule})


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
        what = f"there is no rule for the derivative of {shown(f)} by {x}"
        raise Unsupported(what, "derive", "a Rule can be added: derive(..., rules=(Rule(...), *RULES))")
    return found


def _rule_step(line: Expr, rule: Rule, taken: frozenset[str], chosen: Mapping[Partial, Expr]) -> Step:
    after = swapped(line, chosen)
    chains = [part for part in chosen if rule.inner is not None and rule.inner(part.function) != part.variable]
    if rule.inner is None or not chains:
        return Step(rule.name, line, after, rule.statement)
    pairs = [(part.function, rule.inner(part.function)) for part in chains]
    inner = introduced(pairs, taken | {s.name for s in line.free_symbols})
    name = rule.name if rule.name == CHAIN_RULE else f"{rule.name}, {CHAIN_RULE}"
    links = _chain_steps(line, after, rule, chosen, dict(zip(chains, inner, strict=True)))
    return Step(name, line, after, rule.statement, substeps=links, inner=inner)


def _chain_steps(
    line: Expr, after: Expr, rule: Rule, chosen: Mapping[Partial, Expr], chains: Mapping[Partial, Inner]
) -> tuple[Step, ...]:
    """df/dx = df/du du/dx, then the rule for df/du, then what u stands for is put back; nothing where u cannot be told apart in f."""
    outer = {part: Partial(i.outer, i.letter) for part, i in chains.items()}
    slopes = {d: rule.apply(*d.args) for d in outer.values()}
    if any(found is None or depends(d.function, part.variable) for (part, d), found in zip(outer.items(), slopes.values(), strict=True)):
        return ()
    linked = swapped(line, {part: times(d, Partial(chains[part].letter, part.variable)) for part, d in outer.items()})
    differentiated = swapped(linked, {**slopes, **{part: made for part, made in chosen.items() if part not in chains}})
    inner = tuple(chains.values())
    back = ", ".join(dict.fromkeys(i.letter.name for i in inner))
    return (
        Step(CHAIN_RULE, line, linked, "df/dx = df/du du/dx, the outer function times the inner one", inner=inner),
        Step(rule.name, linked, differentiated, rule.statement, inner=inner),
        Step(f"put in {back}", differentiated, after, "", inner=inner),
    )


def shown(e: Expr) -> str:
    """An expression as it was typed, for a message."""
    return unicode(e, typed_order=True)


def _parts_step(line: Expr, ready: Iterable[Partial]) -> Step:
    """One line for what is read off at once, folded: constant factors, then x, then constants."""
    now, substeps, left = line, list[Step](), list(ready)
    for rule in (CONSTANT, CONSTANT_FACTOR, IDENTITY):
        found = {part: after for part in left if (after := rule.apply(*part.args)) is not None}
        if found:
            substeps.append(Step(rule.name, now, swapped(now, found), rule.statement))
            now = substeps[-1].after
            left = [part for part in left if part not in found]
            left += [part for after in found.values() for part in partials(after)]
    if len(substeps) == 1:
        return substeps[0]
    return Step(PARTS, line, now, "; ".join(step.why for step in substeps), substeps=tuple(substeps))


def _size(e: Expr) -> int:
    return 1 + sum(_size(a) for a in e.args)
