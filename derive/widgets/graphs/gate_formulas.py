r"""What a gate computes, as LaTeX: $v_3 = v_1 + b$, with names or with numbers in the place of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from ...gates import CONSTANT, Gate, Value
from ...notation import LATEX
from ...numerals import short
from ...printing import Printer
from ...tex import escape
from ...wiring import Node
from ..base.plugged import tex

DIGITS = 6
SIGNS = {"add": " + ", "subtract": " - ", "multiply": r" \cdot "}
# {0} and {1} are the inputs; one that binds less tightly than its place asks for is put into brackets where it says so.
FORMS: dict[str, Callable[[list[str], list[str]], str]] = {
    "copy": lambda plain, tight: plain[0],
    "negate": lambda plain, tight: f"-{tight[0]}",
    "divide": lambda plain, tight: rf"\frac{{{plain[0]}}}{{{plain[1]}}}",
    "reciprocal": lambda plain, tight: rf"\frac{{1}}{{{plain[0]}}}",
    "square": lambda plain, tight: f"{tight[0]}^{{2}}",
    "power": lambda plain, tight: f"{tight[0]}^{{{plain[1]}}}",
    "sqrt": lambda plain, tight: rf"\sqrt{{{plain[0]}}}",
    "abs": lambda plain, tight: rf"\lvert {plain[0]} \rvert",
    "step": lambda plain, tight: f"[{plain[0]} > 0]",
}
KNOWN = {"exp": r"\exp", "ln": r"\ln", "max": r"\max", "min": r"\min"}


@cache
def name(text: str) -> str:
    r"""v_3 for v3, \hat{y} for yhat."""
    return Printer(LATEX).symbol(text).string


def bracketed(value: str) -> str:
    """A number as a factor: one with a sign before it stands in brackets."""
    return rf"({value})" if value.startswith("-") else value


def _tight(value: str) -> str:
    """The base of a power: brackets around all but a name or plain digits."""
    return value if value.replace(".", "").isdigit() or (not value.startswith(("-", r"\frac")) and r"\cdot" not in value) else f"({value})"


def number(value: Value) -> str:
    """A number as it is shown, as LaTeX."""
    written = short(value, DIGITS).replace("−", "-")
    sign, above, below = "-" * written.startswith("-"), *written.lstrip("-").partition("/")[::2]
    if below:
        return rf"{sign}\frac{{{above}}}{{{below}}}"
    return tex(float(value), DIGITS) if "·" in written else written


def applied(gate: Gate, inputs: Sequence[str]) -> str:
    """The operation of a gate on what its inputs are written as."""
    given = list(inputs)
    if gate.name in SIGNS:
        return SIGNS[gate.name].join([given[0], *map(bracketed, given[1:])])
    if gate.name in FORMS:
        return FORMS[gate.name](given, list(map(_tight, given)))
    if hasattr(gate, "inside") and not gate.label.isidentifier():
        return rf"\text{{{escape(gate.label)}}}"
    return rf"{_function(gate)}({', '.join(given)})"


def _function(gate: Gate) -> str:
    if gate.kind is not None:
        return str(gate.kind.latex)
    if gate.name in KNOWN:
        return KNOWN[gate.name]
    if hasattr(gate, "inside"):
        return name(gate.label)
    plain = gate.label.removesuffix("′")
    function = name(plain) if len(plain) == 1 else rf"\operatorname{{{escape(plain)}}}"
    return function + "'" * (plain != gate.label)


def in_names(nodes: Sequence[Node], place: int) -> str:
    """v_3 = v_1 + b."""
    node = nodes[place]
    return f"{name(node.name)} = {applied(node.gate, [_input(nodes[i]) for i in node.inputs])}"


def _input(node: Node) -> str:
    if node.gate is not CONSTANT:
        return name(node.name)
    return number(node.constant) if node.name[-1:].isdigit() else name(node.name)  # pi has a name of its own


def in_numbers(nodes: Sequence[Node], place: int, values: Sequence[Value]) -> str:
    """v_3 = v_1 + b = -2 + 6 = 4."""
    gate, result = nodes[place].gate, number(values[place])
    worked = applied(gate, [number(values[i]) for i in nodes[place].inputs])
    steps = [in_names(nodes, place)]
    if not (hasattr(gate, "inside") and not gate.label.isidentifier()) and worked != result:
        steps.append(worked)
    return " = ".join([*steps, result])
