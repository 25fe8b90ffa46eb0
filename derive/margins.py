"""What stands beside a line of a derivation: the rule, the intermediate variables, and what is taken for granted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .notation import Text
from .printing import Printer
from .steps import CHAIN_RULE, Step
from .styles import Note

NAMING = ("definition of ", "put in ")  # what follows in a rule are names of quantities


def margin(step: Step, printer: Printer) -> Note:
    """The rule as it stands in the margin, with its intermediate variables and what it takes for granted."""
    inner = introductions(step, printer) if step.rule.endswith(CHAIN_RULE) else ()
    return _joined([*rule_name(step, printer), *inner, f", assuming {step.assuming.text}" if step.assuming else ""])


def rule_name(step: Step, printer: Printer) -> tuple[str | Text, ...]:
    """Quantities by the names that a reader sees, z² and not z2."""
    head = next((start for start in NAMING if step.rule.startswith(start)), step.rule)
    words = re.split(r"(\w+)", step.rule[len(head) :])
    return (head, *(printer.symbol(word) if word in printer.quantities else word for word in words))


def _joined(note: Iterable[str | Text]) -> Note:
    parts = tuple(note)
    return "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else parts


def introductions(step: Step, printer: Printer) -> Iterable[str | Text]:
    """, u = 1 + e^(-z): the intermediate variables of a step, each with a comma before it."""
    for letter, function in dict.fromkeys((i.letter, i.function) for i in step.inner):
        yield ", "
        yield printer.style.equal(printer.expression(letter), printer.expression(function))
