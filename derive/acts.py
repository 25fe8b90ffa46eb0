"""A row of lines written down beforehand, each with the rule that leads to it: what slopes and identities end with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from sympy import Expr, Integer

from .steps import Step

Act: TypeAlias = tuple[str, str, Expr]  # the rule, the reason, the line
TWO = Integer(2)


def carried_out(acts: Iterable[Act], line: Expr) -> list[Step]:
    """The steps from a line through those of the acts; an act that changes nothing is none."""
    steps: list[Step] = []
    for rule, why, made in acts:
        if made != line:
            steps.append(Step(rule, line, made, why))
            line = made
    return steps
