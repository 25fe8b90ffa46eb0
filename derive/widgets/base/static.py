"""A figure without a kernel: as HTML with its picture, formulas and words, and as plain text."""

from __future__ import annotations

import html
import re

from .interactive import Frame, Interactive
from .theme import STATIC

FORMULA = re.compile(r"(\$\$?)(.+?)\1", re.DOTALL)


def as_text(figure: Interactive) -> str:
    """Title, formulas and words, for a terminal."""
    frame = figure.frame()
    return "\n".join(filter(None, [figure.title, figure.intro, *frame.lines, frame.text]))


def as_html(figure: Interactive) -> str:
    """The picture as it is now, with all that is written around it; formulas as MathML, so that no script is needed."""
    frame = figure.still()
    head = f"<p><strong>{html.escape(figure.heading)}</strong></p>" if figure.heading else ""
    intro = f'<p style="white-space: pre-wrap">{with_formulas(figure.intro.strip())}</p>' if figure.intro else ""
    return f'<div class="derive-static"><style>{STATIC}</style>{head}{intro}{frame.picture}{_around(frame)}</div>'


def _around(frame: Frame) -> str:
    lines = "".join(f"<div>{with_formulas(line)}</div>" for line in frame.lines)
    return f"{lines}{with_formulas(frame.html, escaped=True)}<p>{html.escape(frame.text)}</p>"


def with_formulas(words: str, escaped: bool = False) -> str:
    """Words with formulas between dollar signs as HTML: the formulas as MathML, or as they are written where there is none."""
    from ...latex_mathml import mathml

    made, at = [], 0
    for found in FORMULA.finditer(words):
        made.append(words[at : found.start()] if escaped else html.escape(words[at : found.start()]))
        latex = (html.unescape(found[2]) if escaped else found[2]).replace(r"\displaystyle", "").strip()
        made.append(mathml(latex) or f"<code>{html.escape(latex)}</code>")
        at = found.end()
    made.append(words[at:] if escaped else html.escape(words[at:]))
    return "".join(made)
