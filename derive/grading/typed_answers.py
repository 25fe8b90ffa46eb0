"""What was typed as an answer: formulas in either way of writing, names with their values, numbers; and the line to write on."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sympy import Expr

from ..arrays import Misfit
from ..blocks import Block, Paragraph
from ..errors import ReadError
from ..letters import fold
from ..printing import Printer
from ..reading import read
from ..values import nearest

T = TypeVar("T")
BLANK = "_" * 40
PLAIN = re.compile(r"[A-Za-zΑ-Ωα-ω₀-₉0-9 +\-−/^().'′]+")  # signs that mean the same in both ways of writing
BOTH = re.compile(r"\w\^\w_\w")  # a^2_j: an index below another one
TEX = ("\\", "$", "^{", "_{")
MODULE = re.compile(r"\b(?:np|numpy|math)\.")  # np.exp is exp


def in_either(text: str, reading: Callable[[str, str], T]) -> T:
    """What a text says, as LaTeX where it has signs that only LaTeX has; else as typed, and wx + b, if that cannot be, as w x + b.

    Raises the `ReadError` of the first.
    """
    text = MODULE.sub("", text)
    if any(sign in text for sign in TEX) or BOTH.search(text):
        try:
            return reading(text, "latex")
        except Misfit:
            raise
        except ReadError:
            if "\\" in text or "$" in text or not any(sign in text for sign in ("@", "^{T}")):
                raise
        return reading(text, "python")  # W^{T} @ q
    try:
        return reading(text, "python")
    except Misfit:
        raise
    except ReadError as error:
        if not PLAIN.fullmatch(text):
            raise
        try:
            return reading(text, "latex")
        except Misfit:
            raise
        except ReadError:
            raise error from None


def assignments(text: str, names: Iterable[str]) -> dict[str, str]:
    """ "z1 = 0.5; a1 = 0.6", a line or a comma for each, as texts by name: those of `names`, however they are spelled, and others as typed.

    Raises `ReadError` for a part without a sign of equality.
    """
    expected, found = list(names), dict[str, str]()
    pieces = (piece for p in _PARTS.split(text) for piece in _beside(p, expected))
    for part in filter(None, (p.strip().strip("$").strip() for p in pieces)):
        name = next((n for n in sorted(expected, key=len, reverse=True) if re.match(rf"{re.escape(n)}\s*(:=|=|:)", part)), None)
        if name is not None:
            typed = re.sub(r"^\s*(:=|=|:)", "", part[len(name) :])
        else:
            left, sign, typed = (m := _SIGN.split(part, maxsplit=1))[0], len(m) > 1, m[-1]
            if not sign:
                raise ReadError("there is no name with a value in this", part, 0, f'for example "{expected[0]} = ..."')
            name = matching(left, expected) or left.strip()
        found[name] = typed.rpartition("=")[2].strip()
    return found


def _beside(part: str, names: Iterable[str]) -> list[str]:
    """What stands on one line with spaces between: "z = 0.7 a = 0.6" is two, where a is one of the names."""
    first, *rest = _SPACES.split(part)
    found = [first]
    for piece in rest:
        if matching(_SIGN.split(piece, maxsplit=1)[0], names) is None:
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found


_PARTS = re.compile(r"[;\n]|\\\\|,(?=\s*[^\s\d=,;()\[\]][^=,;()\[\]\n]*=)")
_SPACES = re.compile(r"(?<=[\d.)])\s+(?:and\s+)?(?=[^\s=:;,]+\s*(?::=|=|:|←))")
_SIGN = re.compile(r":=|=|:|←")


def matching(typed: str, names: Iterable[str]) -> str | None:
    """The one of the names that was meant: x₁, x_1, x_{1} and \\eta_0 are x1 and eta0, \\frac{dz}{dw} is dz/dw; case counts if it must."""
    expected = list(names)
    for key in (_loose, lambda name: _loose(name).lower()):
        wanted = [n for n in expected if key(n) == key(typed)]
        if len(wanted) == 1:
            return wanted[0]
    return None


def _loose(name: str) -> str:
    return re.sub(r"[^\w/'=]|_", "", fold(unicodedata.normalize("NFKC", as_derivative(name))))


FRACTION = re.compile(r"\\[dt]?frac\s*\{\s*(?:\\partial|\\mathrm\{d\}|d)\s*(.+?)\}\s*\{\s*(?:\\partial|\\mathrm\{d\}|d)\s*(.+?)\}(?!\})")


def as_derivative(text: str) -> str:
    """Every \\frac{\\partial C}{\\partial w_1} and ∂C/∂w_1 in a text as dC/dw_1."""
    return re.sub(r"\\partial\s*|∂\s*", "d", FRACTION.sub(lambda m: f" d{m[1]}/d{m[2]} ", text))


NAMED = re.compile(r"[^=+*<>!&|-]*[\w})'][^=+*<>!&|-]*")  # what may stand on the left: dC/dw, f'(m), delta^2_j, b_new


DOLLARS = re.compile(r"\s*(\$\$?)([^$]+)\1\s*")


def right_side(text: str, symbols: Iterable[str]) -> str:
    """What is after the name of a quantity: of "dC/dw = 2x" it is 2x. A declared symbol on the left is no name for the answer."""
    if inside := DOLLARS.fullmatch(text):
        return f"${right_side(inside[2], symbols)}$"  # still LaTeX
    left, sign, right = text.rpartition("=")
    first = left.partition("=")[0].strip().rstrip(":").strip()
    return right if sign and right.strip() and first not in set(symbols) and NAMED.fullmatch(first) else text


def known(given: Iterable[str], names: Iterable[str]) -> str:
    """What there is to say of names that were not asked for: which, and what was probably meant."""
    expected = list(names)
    strange = [name for name in given if name not in expected]
    if not strange:
        return ""
    meant = nearest(strange[0], expected)
    return f"not asked for: {', '.join(strange)}; {meant}" if meant else f"not asked for: {', '.join(strange)}"


UNIT = re.compile(r"\s*([-+−0-9.eE/ ]*[0-9])\s*[A-Za-z°€$]+\s*")
COMMA = re.compile(r"\s*([-+−]?)(\d+),(\d+)\s*")


def number_of(typed: Any) -> float:
    """0.5, "1/2", "-2e-3" as a finite number; raises `ReadError` for what is none."""
    try:
        if isinstance(typed, int | float) and not isinstance(typed, bool):
            number = float(typed)
        else:
            value = read(_as_number(str(typed)), symbols=()).evalf()
            number = float(value) if value.is_real else math.nan
    except (OverflowError, TypeError):
        number = math.nan
    if not math.isfinite(number):
        raise ReadError("this is no finite number", str(typed), 0)
    return number


def _as_number(typed: str) -> str:
    """A number without its unit, and with a point for a comma where that is the only way to read it: 0,5 and 3,92 but not 4,000."""
    comma = COMMA.fullmatch(typed)
    if comma and (len(comma[3]) != 3 or comma[2] == "0"):
        return f"{comma[1]}{comma[2]}.{comma[3]}"
    unit = UNIT.fullmatch(typed)
    return unit[1] if unit else typed.strip().strip("$")


def asked(name: str, value: Expr | None) -> tuple[Block, ...]:
    """What stands on a sheet for a formula: its name, and a line to write on, or the formula."""
    if value is None:
        return (Paragraph(f"{name}: {BLANK}"),)
    return (Paragraph(lambda style: (f"{name}: ", Printer(style, typed_order=True).expression(value))),)
