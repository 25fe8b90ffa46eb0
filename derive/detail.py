"""How much of a derivation is shown: every rule, the lines that a teacher writes, or the result alone. No line is lost, only folded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .errors import DeriveError
from .partial import partials
from .steps import CHAIN_RULE, Step

PARTS = "derivatives of the parts"
ARITHMETIC = "arithmetic"
# What a teacher does without writing a line of its own for it: at once, or on the way to the next rule.
AT_ONCE = frozenset({"derivative of a constant", "derivative of the variable itself", PARTS, ARITHMETIC})
ROUTINE = AT_ONCE | {"constant factor", "sum rule"}
CHAINED = f", {CHAIN_RULE}"


def every_rule(steps: Iterable[Step]) -> tuple[Step, ...]:
    """One rule a line: what is folded, unfolded."""
    return tuple(s for step in steps for s in (every_rule(step.substeps) if step.substeps else (step,)))


def usual(steps: Iterable[Step]) -> tuple[Step, ...]:
    """A line for each rule that is more than routine, and one for rules used side by side.

    Sums are taken apart on the way to the next rule; what is read off at once, and arithmetic, belongs to the rule before it.
    """
    groups: list[list[Step]] = []
    waiting: list[Step] = []
    for step in steps:
        if step.rule in ROUTINE:
            (groups[-1] if groups and not waiting and step.rule in AT_ONCE else waiting).append(step)
            continue
        if waiting and not partials(step.before):
            groups.append(waiting)
            waiting = []
        if groups and not waiting and _beside(groups[-1], step):
            groups[-1].append(step)
        else:
            groups.append([*waiting, step])
        waiting = []
    return tuple(map(folded, [*groups, waiting] if waiting else groups))


def result(steps: Sequence[Step]) -> tuple[Step, ...]:
    """All of it as one line."""
    return (folded(steps, f"in {len(steps)} steps"),) if len(steps) > 1 else tuple(steps)


# What the word asks for, of steps at the usual level.
LEVELS: dict[str, Callable[[Sequence[Step]], tuple[Step, ...]]] = {"every rule": every_rule, "usual": tuple, "result": result}


def at_level(steps: Sequence[Step], level: str) -> tuple[Step, ...]:
    """The steps at one of `LEVELS`; raises `DeriveError` for any other."""
    if level not in LEVELS:
        raise DeriveError(f"there is no level {level!r}", "detail", f"levels: {', '.join(map(repr, LEVELS))}")
    return LEVELS[level](steps)


def folded(steps: Sequence[Step], rule: str = "") -> Step:
    """Several steps as one line, named by the rules that are more than routine."""
    if len(steps) == 1:
        return steps[0]
    named = [s for s in steps if s.rule not in ROUTINE] or [s for s in steps if s.rule != ARITHMETIC][:1] or list(steps[:1])
    if named[0].rule == PARTS:
        named = [named[0].substeps[0]]
    rules = list(dict.fromkeys(s.rule.removesuffix(CHAINED) for s in named))
    rules += [CHAIN_RULE] if any(s.rule.endswith(CHAINED) for s in named) and CHAIN_RULE not in rules else []
    why = "; ".join(dict.fromkeys(s.why for s in named if s.why))
    inner = tuple(dict.fromkeys(i for s in named for i in s.inner))
    assuming = next((s.assuming for s in steps if s.assuming), None)
    return Step(rule or ", ".join(rules), steps[0].before, steps[-1].after, why, assuming, tuple(steps), inner)


def _beside(group: Sequence[Step], step: Step) -> bool:
    """Whether a step carries out only derivatives that stood side by side with those of the group, in the line before it."""
    first = next((s for s in group if s.rule not in ROUTINE), step)
    carried_out = set(partials(step.before)) - set(partials(step.after))
    return first is not step and bool(carried_out) and carried_out <= set(partials(first.before))
