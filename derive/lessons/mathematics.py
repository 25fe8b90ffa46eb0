r"""Formulas in HTML: $...$, $$...$$, \(...\), \[...\] and \begin{...}...\end{...} in its text become MathML."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from ..latex_mathml import mathml

FORMULA = re.compile(
    r"(?<!\\)\$\$(?P<two>.+?)(?<!\\)\$\$"
    r"|\\\[(?P<square>.+?)\\\]"
    r"|\\begin\{(?P<name>[a-z]+\*?)\}.+?\\end\{(?P=name)\}"
    r"|\\\((?P<round>.+?)\\\)"
    r"|(?<![\\$])\$(?P<one>[^$]+?)(?<!\\)\$(?!\$)",
    re.DOTALL,
)
AS_WRITTEN = frozenset("pre code script style svg math textarea".split())  # dollars in these are no formulas
LEFT_OUT = frozenset("script link iframe object embed".split())  # a page runs nothing and asks nobody


def with_formulas(text: str) -> str:
    """HTML with its formulas as MathML; without scripts and without what is loaded from elsewhere."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.made)


def formulas_of(text: str) -> str:
    """Plain text as HTML, its formulas as MathML."""
    made, end = [], 0
    for found in FORMULA.finditer(text):
        made += [_plain(text[end : found.start()]), _formula(found)]
        end = found.end()
    return "".join([*made, _plain(text[end:])])


def _plain(text: str) -> str:
    return html.escape(text.replace(r"\$", "$"), quote=False)


def _formula(found: re.Match[str]) -> str:
    parts = found.groupdict()
    inside = parts["round"] or parts["one"]
    latex = inside or parts["two"] or parts["square"] or found[0]
    made = mathml(latex.strip(), display=not inside)
    if inside:
        return made or f'<code class="latex">{html.escape(latex)}</code>'
    shown = made or f'<code class="latex">{html.escape(latex.strip())}</code>'
    return f'<span class="formulas">{shown}</span>'


class _Reader(HTMLParser):
    """Copies HTML, and passes the text of it on."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[str] = []
        self.inside: list[str] = []  # open elements whose text stays as it is

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in AS_WRITTEN:
            self.inside.append(tag)
        if tag not in LEFT_OUT:
            self.made.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in LEFT_OUT:
            self.made.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass
        if tag not in LEFT_OUT:
            self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.made.append(formulas_of(data))
        elif self.inside[-1] == "style":
            self.made.append(data)
        elif "script" not in self.inside:
            self.made.append(html.escape(data, quote=False))
