r"""Formulas as LaTeX: typesets under LaTeX with amsmath, and in MathJax."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from .glyphs import GREEK, is_word, parts
from .styles import Level, Row, Style, Text

_OPERATORS = {"juxtaposition": " ", "matmul": " ", "odot": r" \odot ", "cdot": r" \cdot "}
_WORD = re.compile(r"\\mathrm\{[^{}]{2,}\}")  # beside another letter it would look like more letters of one word
_AFTER_WORD = re.compile(_WORD.pattern + r"(?:[_^]\{[^{}]*\})*$")
_NEEDS_ROOM = (r"\frac{\partial", r"\left.\frac{\partial", r"\underbrace")  # else ∂E/∂y ∂y/∂a would look like one fraction
_RELATIONS = {"<": "<", ">": ">", "=": "=", "≤": r"\le", "≥": r"\ge", "≠": r"\ne"}
_ESCAPED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
}
_SIGNS = {
    "<": "<",
    ">": ">",
    "|": r"\vert",
    **{
        "·": r"\cdot",
        "×": r"\times",
        "⊙": r"\odot",
        "−": "-",
        "→": r"\to",
        "∂": r"\partial",
        "Σ": r"\sum",
        "∈": r"\in",
    },
    **{"≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "∞": r"\infty", "√": r"\surd", "′": "'", "ᵀ": "^{T}"},
    **{"∈": r"\in", "‖": r"\Vert", "𝟏": r"\mathbf{1}"},
}


def _greek(name: str) -> str:
    return {"epsilon": r"\varepsilon"}.get(name, f"\\{name}")


def _escaped(character: str) -> str:
    """One character of running text; signs that LaTeX's fonts lack become mathematics."""
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character in _SIGNS:
        return f"${_SIGNS[character]}$"
    spelled = next((name for name, letter in GREEK.items() if letter == character), "")
    if spelled:
        return f"${_greek(spelled)}$"
    kind, _, plain = unicodedata.decomposition(character).partition(" ")
    if kind in ("<super>", "<sub>"):
        return f"${'^' if kind == '<super>' else '_'}{{{chr(int(plain, 16))}}}$"
    return character


def escape(text: str) -> str:
    r"""Running text, safe within \text{...}."""
    return "".join(_escaped(c) for c in text)


def displayed(aligned: str) -> str:
    """Aligned lines as one displayed formula: valid in MathJax, in KaTeX, and in LaTeX, where align* may not stand between $$."""
    lines = aligned.replace("{align*}", "{aligned}").replace("&& ", r"&& \quad ")
    return f"$$\n{lines}\n$$"


class Latex(Style):
    """Formulas as LaTeX."""

    key = "latex"

    def function(self, latex: str, unicode: str) -> Text:
        return Text(latex)

    def prime(self, function: Text) -> Text:
        return Text(f"{function.string}'")

    def ones(self) -> Text:
        return Text(r"\mathbf{1}")

    def foreign(self, latex: str, text: str) -> Text:
        return Text(latex, Level.SUM, True)

    def aligned(self, rows: Sequence[Row]) -> str:
        notes, labels = any(r.note for r in rows), any(r.label for r in rows)
        lines = []
        for left, right, note, label, relation in rows:
            sign = "&= " if relation else r"&\phantom{{}={}} "
            line = f"{left.string + ' ' if left else ''}{sign}{right.string}"
            line += f" && \\text{{{self.margin(note)}}}" if note else " &&" if notes and label else ""
            line += f" && \\text{{({escape(label)})}}" if labels and label else ""
            lines.append(line)
        # The length after the break is given also because a "[" that begins the next line would be read as one.
        return "\\begin{align*}\n" + " \\\\[2pt]\n".join(lines) + "\n\\end{align*}"

    def _margin(self, parts: Sequence[str | Text]) -> str:
        return "".join(escape(part) if isinstance(part, str) else f"${part.string}$" for part in parts)

    def inline(self, text: Text) -> str:
        return f"${text.string}$"

    def display(self, text: Text) -> str:
        return f"$$\n{text.string}\n$$"

    def _core(self, core: str, accent: str) -> str:
        letter = _greek(core) if core in GREEK else core if len(core) == 1 and core.isalpha() else rf"\mathrm{{{escape(core)}}}"
        return f"\\{accent}{{{letter}}}" if accent else letter

    def _subscript(self, item: str) -> str:
        if item.isdigit():
            return item
        if is_word(item):
            return rf"\mathrm{{{item}}}"
        core, accent, own = parts(item)
        if len(core) > 1 and core not in GREEK:
            return escape(item)
        return self._scripts(self._core(core, accent), "", list(own))

    def _scripts(self, core: str, sup: str, sub: list[str]) -> str:
        separator = "," if any(len(s) > 1 for s in sub) and len(sub) > 1 else ""
        below = f"_{{{separator.join(self._subscript(s) for s in sub)}}}" if sub else ""
        return core + (f"^{{{sup}}}" if sup else "") + below

    def _number(self, mantissa: str, exponent: str) -> str:
        if not exponent:
            return mantissa
        return (rf"{mantissa} \cdot " if float(mantissa) != 1 else "") + f"10^{{{exponent}}}"

    def _fence(self, left: str, inside: str, right: str, tall: bool) -> str:
        begin, end = {"‖": (r"\lVert", r"\rVert"), "|": (r"\lvert", r"\rvert")}.get(left, (left, right))
        gap = " " if begin.startswith("\\") else ""
        return rf"\left{begin}{gap}{inside}{gap}\right{end}" if tall else f"{begin}{gap}{inside}{gap}{end}"

    def _sum(self, terms: list[tuple[int, str]]) -> str:
        first = ("-" if terms[0][0] < 0 else "") + terms[0][1]
        return first + "".join(f" {'+' if sign > 0 else '-'} {term}" for sign, term in terms[1:])

    def _joined(self, left: str, operator: str, right: str, after_number: bool) -> str:
        tight = operator == "juxtaposition" and after_number and left[-1:].isdigit() and not right.startswith("\\")
        apart = operator == "juxtaposition" and (right.startswith(_NEEDS_ROOM) or bool(_WORD.match(right) or _AFTER_WORD.search(left)))
        return left + ("" if tight else r" \, " if apart else _OPERATORS[operator]) + right

    def _fraction(self, above: Text, below: Text) -> str:
        return rf"\frac{{{above.string}}}{{{below.string}}}"

    def _power(self, base: str, exponent: Text) -> str:
        return f"{base}^{{{exponent.string}}}"

    def _braced(self, body: str, label: str) -> str:
        return rf"\underbrace{{{body}}}_{{{label}}}"

    def _direct(self, derivative: str) -> str:
        return rf"\left.{derivative}\right|_{{\text{{direct}}}}"

    def _transposed(self) -> Text:
        return Text("T")

    def _root(self, text: Text) -> str:
        return rf"\sqrt{{{text.string}}}"

    def _applied(self, function: str, argument: str, bare: bool, tall: bool) -> str:
        if bare:
            return f"{function} {argument}"
        return rf"{function}\!\left({argument}\right)" if tall else f"{function}({argument})"

    def _big_sum(self, letters: list[str], body: str) -> str:
        return rf"\sum_{{{','.join(self._subscript(s) for s in letters)}}} {body}"

    def _listed(self, items: list[str]) -> str:
        return ", ".join(items)

    def _related(self, left: str, relation: str, right: str) -> str:
        return f"{left} {_RELATIONS[relation]} {right}"

    def _partial(self, f: str, x: str, sign: str) -> str:
        d = r"\partial" if sign == "∂" else r"\mathrm{d}"
        return rf"\frac{{{d} {f}}}{{{d} {x}}}" if f else rf"\frac{{{d}}}{{{d} {x}}}"


LATEX = Latex()
