"""Formulas as presentation MathML, which a browser shows without any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape

from .glyphs import GREEK, is_word, parts
from .styles import Level, Row, Style, Text

_THIN = '<mspace width="0.17em"/>'
_APPLIED = "<mo>&#x2061;</mo>"
_TIMES = "<mo>&#x2062;</mo>"
_OPERATORS = {"juxtaposition": _TIMES, "matmul": _TIMES, "odot": "<mo>⊙</mo>", "cdot": "<mo>·</mo>"}
_HATS = {"hat": "^", "bar": "¯", "tilde": "~", "dot": "˙", "ddot": "¨", "vec": "→"}
_NEEDS_ROOM = ("<mfrac><mrow><mi>∂</mi>", "<munder><munder>")


_WORD = re.compile("(?:<(?:mrow|msup|msub)>)*<mi>[^<&]{2,}</mi>")


def _row(inside: str) -> str:
    return f"<mrow>{inside}</mrow>"


def _cell(inside: str, side: str) -> str:
    # A formula in a cell is a block to a browser: only the prefixed value moves it.
    return f'<mtd style="text-align: {side}; text-align: -webkit-{side}">{inside}</mtd>'


class Mathml(Style):
    """Formulas as presentation MathML."""

    key = "mathml"
    _gap = ""

    def function(self, latex: str, unicode: str) -> Text:
        return Text(f"<mi>{escape(unicode)}</mi>")

    def prime(self, function: Text) -> Text:
        # Not raised by <msup>: the sign is a raised one already, and browsers shrink it until it cannot be seen.
        return Text(f'{function.string}<mo lspace="0" rspace="0">′</mo>')

    def ones(self) -> Text:
        return Text("<mn>𝟏</mn>")

    def foreign(self, latex: str, text: str) -> Text:
        return Text(f"<mtext>{escape(text)}</mtext>", Level.SUM)

    def aligned(self, rows: Sequence[Row]) -> str:
        lines = []
        for left, right, note, label, relation in rows:
            sign = '<mo form="infix">=</mo>' if relation else ""
            line = _cell(left.string if left else "", "right") + _cell(f"{sign}{right.string}", "left")
            label = label and f"<mtext>({escape(label)})</mtext>"
            for shown, wanted in ((self.margin(note), any(r.note for r in rows)), (label, any(r.label for r in rows))):
                if wanted:
                    line += _cell(f'<mspace width="1em"/>{shown}' if shown else "", "left")
            lines.append(f"<mtr>{line}</mtr>")
        return self._math(f'<mtable displaystyle="true">{"".join(lines)}</mtable>', "block")

    def _margin(self, parts: Sequence[str | Text]) -> str:
        def words(text: str) -> str:
            ends = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())  # blanks at the ends would go
            return f"<mtext>{'&#160;' * ends[0]}{escape(text.strip())}{'&#160;' * ends[1]}</mtext>"

        return "".join(words(part) if isinstance(part, str) else part.string for part in parts)

    def inline(self, text: Text) -> str:
        return self._math(text.string, "inline")

    def display(self, text: Text) -> str:
        return self._math(text.string, "block")

    def _math(self, inside: str, display: str) -> str:
        return f'<math display="{display}">{_row(inside)}</math>'

    def _core(self, core: str, accent: str) -> str:
        letter = f"<mi>{escape(GREEK.get(core, unicodedata.normalize('NFC', core)))}</mi>"
        return f'<mover accent="true">{letter}<mo stretchy="false">{_HATS[accent]}</mo></mover>' if accent else letter

    def _subscript(self, item: str) -> str:
        if item.isdecimal():
            return f"<mn>{item}</mn>"
        core, accent, own = parts(item)
        if is_word(item) or (len(core) > 1 and core not in GREEK):
            return f"<mi>{escape(item)}</mi>"
        return self._scripts(self._core(core, accent), "", list(own))

    def _scripts(self, core: str, sup: str, sub: list[str]) -> str:
        separator = "<mo>,</mo>" if any(len(s) > 1 for s in sub) and len(sub) > 1 else ""
        below = _row(separator.join(self._subscript(s) for s in sub))
        above = f"<mn>{escape(sup)}</mn>"
        if sub and sup:
            return f"<msubsup>{core}{below}{above}</msubsup>"
        return f"<msub>{core}{below}</msub>" if sub else f"<msup>{core}{above}</msup>" if sup else core

    def _number(self, mantissa: str, exponent: str) -> str:
        if not exponent:
            return f"<mn>{mantissa}</mn>"
        power = f"<msup><mn>10</mn><mn>{exponent.replace('-', '−')}</mn></msup>"
        return (f"<mn>{mantissa}</mn><mo>·</mo>" if float(mantissa) != 1 else "") + power

    def _fence(self, left: str, inside: str, right: str, tall: bool) -> str:
        grows = "true" if tall else "false"
        begin, end = (
            f'<mo form="{form}" fence="true" stretchy="{grows}">{sign}</mo>' for form, sign in (("prefix", left), ("postfix", right))
        )
        return _row(f"{begin}{inside}{end}")

    def _sum(self, terms: list[tuple[int, str]]) -> str:
        first = ('<mo form="prefix">−</mo>' if terms[0][0] < 0 else "") + terms[0][1]
        rest = "".join(f'<mo form="infix">{"+" if sign > 0 else "−"}</mo>{term}' for sign, term in terms[1:])
        return _row(first + rest)

    def _joined(self, left: str, operator: str, right: str, after_number: bool) -> str:
        # LaTeX puts a space before a word such as ln, a browser does not; and ∂E/∂y ∂y/∂a would look like one fraction.
        return left + _OPERATORS[operator] + (_THIN if _WORD.match(right) or right.startswith(_NEEDS_ROOM) else "") + right

    def _fraction(self, above: Text, below: Text) -> str:
        return f"<mfrac>{_row(above.string)}{_row(below.string)}</mfrac>"

    def _power(self, base: str, exponent: Text) -> str:
        return f"<msup>{_row(base)}{_row(exponent.string)}</msup>"

    def _braced(self, body: str, label: str) -> str:
        return f'<munder><munder>{_row(body)}<mo stretchy="true">⏟</mo></munder>{_row(label)}</munder>'

    def _direct(self, derivative: str) -> str:
        bar = '<mo stretchy="true">|</mo>'
        return f"<msub>{_row(derivative + bar)}<mtext>direct</mtext></msub>"

    def _transposed(self) -> Text:
        return Text("<mi>T</mi>")

    def _root(self, text: Text) -> str:
        return f"<msqrt>{text.string}</msqrt>"

    def _applied(self, function: str, argument: str, bare: bool, tall: bool) -> str:
        return function + _APPLIED + (_THIN + argument if bare else self._fence("(", argument, ")", tall))

    def _big_sum(self, letters: list[str], body: str) -> str:
        below = _row("<mo>,</mo>".join(self._subscript(s) for s in letters))
        return f'<munder><mo movablelimits="false">∑</mo>{below}</munder>{body}'

    def _listed(self, items: list[str]) -> str:
        return "<mo>,</mo>".join(items)

    def _related(self, left: str, relation: str, right: str) -> str:
        return f'{left}<mo form="infix">{escape(relation)}</mo>{right}'

    def _partial(self, f: str, x: str, sign: str) -> str:
        return f"<mfrac>{_row(f'<mi>{sign}</mi>{f}')}{_row(f'<mi>{sign}</mi>{x}')}</mfrac>"


MATHML = Mathml()
