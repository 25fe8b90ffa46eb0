"""Formulas as one line of Unicode, for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from .glyphs import ACCENTS, GREEK, parts
from .styles import Level, Row, Style, Text

_SUPER = dict(zip("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", strict=True))
_SUB = dict(zip("0123456789aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_OPERATORS = {"juxtaposition": " ", "matmul": " ", "odot": " ⊙ ", "cdot": "·"}


def raised(text: str) -> str:
    """Superscript characters, or nothing if one is lacking."""
    return "".join(_SUPER[c] for c in text) if all(c in _SUPER for c in text) else ""


def lowered(items: Sequence[str]) -> str:
    """Subscript characters, or _jk where one is lacking."""
    if all(len(s) == 1 or (len(items) == 1 and s.isdigit()) for s in items) and all(c in _SUB for s in items for c in s):
        return "".join(_SUB[c] for s in items for c in s)
    joined = (",".join if any(len(s) > 1 for s in items) else "".join)(items)
    return f"_{joined}" if joined.isalnum() else f"_{{{joined}}}"


def width(text: str) -> int:
    """The columns that a text takes in a terminal: accents take none."""
    return sum(not unicodedata.combining(c) for c in text)


class Terminal(Style):
    """Formulas as one line of Unicode."""

    key = "unicode"
    bare_calls = False
    fraction_level = Level.LOOSE

    def function(self, latex: str, unicode: str) -> Text:
        return Text(unicode)

    def absolute(self, text: Text) -> Text:
        # Bars within bars cannot be told apart.
        return Text(f"abs({text.string})") if "|" in text.string else super().absolute(text)

    def prime(self, function: Text) -> Text:
        return Text(f"{function.string}'")

    def ones(self) -> Text:
        return Text("𝟏")

    def foreign(self, latex: str, text: str) -> Text:
        return Text(text, Level.SUM)

    columns = 100  # what a line should fit into

    def aligned(self, rows: Sequence[Row]) -> str:
        """Lines aligned at the sign of equality, notes and labels in columns beside them; what would be too far right stands below."""
        widest = max((width(row.left.string) for row in rows if row.left), default=0)
        lines = []
        for row in rows:
            left = row.left.string if row.left else ""
            start = f"{left}{' ' * (widest - width(left))} = " if widest else "= "
            lines.append(f"{start}{row.right.string}" if row.relation else row.right.string)
        for kind in (1, 0):
            shown = [self.margin(row.note) if kind else f"({row.label})" if row.label else "" for row in rows]
            lines = self._beside(lines, shown) if any(shown) else lines
        return "\n".join(line.rstrip() for line in lines)

    def _beside(self, lines: list[str], notes: list[str]) -> list[str]:
        fitting = [width(line) for line, note in zip(lines, notes, strict=True) if width(line) + 3 + width(note) <= self.columns]
        column = 3 + max(fitting, default=0)
        out = []
        for line, note in zip(lines, notes, strict=True):
            gap = column - width(line)
            if note and (gap < 3 or column + width(note) > self.columns):
                out.append(f"{line}\n{' ' * (self.columns - width(note))}{note}")
            else:
                out.append(f"{line}{' ' * max(gap, 0)}{note}")
        return out

    def _margin(self, parts: Sequence[str | Text]) -> str:
        return "".join(str(part) for part in parts)

    def inline(self, text: Text) -> str:
        return text.string

    def display(self, text: Text) -> str:
        return text.string

    def _core(self, core: str, accent: str) -> str:
        return unicodedata.normalize("NFC", GREEK.get(core, core) + ACCENTS.get(accent, ""))

    def _scripts(self, core: str, sup: str, sub: list[str]) -> str:
        spelled = [self._core(n.core, n.accent) + "".join(n.subscripts) for n in map(parts, sub)]
        return core + (raised(sup) or f"^{sup}" if sup else "") + (lowered(spelled) if sub else "")

    def _number(self, mantissa: str, exponent: str) -> str:
        return f"{mantissa}e{exponent}" if exponent else mantissa

    def _fence(self, left: str, inside: str, right: str, tall: bool) -> str:
        return left + inside + right

    def _sum(self, terms: list[tuple[int, str]]) -> str:
        first = ("-" if terms[0][0] < 0 else "") + terms[0][1]
        return first + "".join(f" {'+' if sign > 0 else '-'} {term}" for sign, term in terms[1:])

    def _joined(self, left: str, operator: str, right: str, after_number: bool) -> str:
        # 2e could be read as the beginning of a decimal number such as 2e5, and 2sqrt as one word.
        word = len(right) > 1 and right[:2].isalpha() and right[:2].isascii()
        tight = operator == "juxtaposition" and left[-1:].isdecimal() and after_number and right[:1] not in "eE∂" and not word
        return left + ("" if tight else _OPERATORS[operator]) + right

    def _fraction(self, above: Text, below: Text) -> str:
        over = self.needs(above, Level.PRODUCT, last=False)
        return f"{over.string}/{self.needs(below, Level.POWER).string}"

    def _power(self, base: str, exponent: Text) -> str:
        if exponent.string == "ᵀ" or raised(exponent.string):
            return base + (raised(exponent.string) or exponent.string)
        plain = exponent.level == Level.ATOM and exponent.string.isascii() and exponent.string.isalnum()
        return f"{base}^{exponent.string if plain else self.bracket(exponent).string}"

    def braced(self, body: Text, label: Text) -> Text:
        return self.needs(body, Level.PRODUCT)

    def _braced(self, body: str, label: str) -> str:
        return body

    def _direct(self, derivative: str) -> str:
        return f"({derivative})|direct"

    def _transposed(self) -> Text:
        return Text("ᵀ")

    def _root(self, text: Text) -> str:
        return f"sqrt({text.string})"

    def _applied(self, function: str, argument: str, bare: bool, tall: bool) -> str:
        return f"{function}({argument})"

    def _big_sum(self, letters: list[str], body: str) -> str:
        return f"Σ{lowered(letters)} {body}"

    def _listed(self, items: list[str]) -> str:
        return ", ".join(items)

    def _related(self, left: str, relation: str, right: str) -> str:
        return f"{left} {relation} {right}"

    def _partial(self, f: str, x: str, sign: str) -> str:
        return f"{sign}{f}/{sign}{x}"


UNICODE = Terminal()
