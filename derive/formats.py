r"""The formats of documents: how each kind of block is marked up in plain text, Markdown, LaTeX, HTML and Python."""

from __future__ import annotations

import html
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from .blocks import Block, Code, Formulas, Grid, Heading, Paragraph, Rows, Words
from .errors import DeriveError
from .notation import LATEX, MATHML, UNICODE, Style
from .pages import article, page
from .terminal import width
from .tex import escape


class Format(ABC):
    """How each kind of block is marked up. `whole` is the complete file, `body` what stands in it below the title."""

    style: Style = UNICODE

    def words(self, text: Words) -> str:
        """Running text, marked up, with the formulas in it."""
        note = text if isinstance(text, str) else text(self.style)
        parts = (note,) if isinstance(note, str) else note
        return "".join(self.escaped(part) if isinstance(part, str) else self.style.inline(part) for part in parts)

    def escaped(self, text: str) -> str:
        """Words in which nothing is taken for markup."""
        return text

    def body(self, blocks: Sequence[Block]) -> str:
        """The blocks, one below the other."""
        table: dict[type[Any], Callable[[Any], str]] = {
            Heading: lambda b: self.heading(b.text),
            Paragraph: lambda b: self.paragraph(self.words(b.text)),
            Formulas: lambda b: self.formulas(b.rows),
            Code: lambda b: self.code(b.source.strip("\n")),
            Grid: self.grid,
        }
        return "\n\n".join(filter(None, (table[type(block)](block) for block in blocks)))

    @abstractmethod
    def whole(self, title: str, blocks: Sequence[Block]) -> str: ...

    @abstractmethod
    def heading(self, text: str) -> str: ...

    @abstractmethod
    def paragraph(self, inside: str) -> str: ...

    @abstractmethod
    def formulas(self, rows: Rows) -> str: ...

    @abstractmethod
    def code(self, source: str) -> str: ...

    @abstractmethod
    def grid(self, grid: Grid) -> str: ...


class Plain(Format):
    """Text for a terminal."""

    def whole(self, title: str, blocks: Sequence[Block]) -> str:
        return f"{title}\n{'=' * width(title)}\n\n{self.body(blocks)}\n"

    def heading(self, text: str) -> str:
        return f"{text}\n{'-' * width(text)}"

    def paragraph(self, inside: str) -> str:
        return inside

    def formulas(self, rows: Rows) -> str:
        return UNICODE.aligned(rows(UNICODE))

    def code(self, source: str) -> str:
        return source

    def grid(self, grid: Grid) -> str:
        lines = [grid.header, *grid.rows]
        widths = [max(width(line[j]) for line in lines) for j in range(len(grid.header))]
        padded = (
            "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(line, widths, strict=True)) for line in lines
        )
        return "\n".join(line.rstrip() for line in padded)


class Markdown(Format):
    """Markdown with formulas between double dollars."""

    style = LATEX

    def whole(self, title: str, blocks: Sequence[Block]) -> str:
        return f"# {title}\n\n{self.body(blocks)}\n"

    def heading(self, text: str) -> str:
        return f"## {text}"

    def paragraph(self, inside: str) -> str:
        return inside

    def formulas(self, rows: Rows) -> str:
        # Within double dollars align* is an error for MathJax, and aligned is not.
        return f"$$\n{LATEX.aligned(rows(LATEX)).replace('{align*}', '{aligned}')}\n$$"

    def code(self, source: str) -> str:
        return f"```python\n{source}\n```"

    def grid(self, grid: Grid) -> str:
        lines = [grid.header, ("---",) * len(grid.header), *grid.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


class Article(Format):
    """A LaTeX article. Lines too long for the page, judged by their length in a terminal, are set smaller, or the page is turned."""

    # What fits at 10 points on A4 with margins of 15 mm, in columns of a terminal; then smaller sizes on the turned page.
    upright, turned = 112, 168
    sizes = ((1.0, ""), (0.9, r"\small"), (0.8, r"\footnotesize"), (0.7, r"\scriptsize"))
    columns = 118  # of code

    def whole(self, title: str, blocks: Sequence[Block]) -> str:
        longest = max((_longest(b.rows) for b in blocks if isinstance(b, Formulas)), default=0)
        return article(escape(title), self.body(blocks), landscape=longest > self.upright)

    def heading(self, text: str) -> str:
        return rf"\subsection*{{{escape(text)}}}"

    style = LATEX

    def escaped(self, text: str) -> str:
        return escape(text)

    def paragraph(self, inside: str) -> str:
        return inside

    def formulas(self, rows: Rows) -> str:
        aligned, longest = LATEX.aligned(rows(LATEX)), _longest(rows)
        size = next((size for scale, size in self.sizes if longest * scale <= self.turned), None)
        if size is None:
            inside = aligned.replace("{align*}", "{aligned}")
            return f"\\resizebox{{\\linewidth}}{{!}}{{$\\displaystyle\n{inside}$}}"
        return f"{{{size}\n{aligned}\n}}" if size else aligned

    def code(self, source: str) -> str:
        lines = [part for line in source.splitlines() for part in _folded(line, self.columns)]
        listed = "\n".join("".join(map(_listed, line)) for line in lines)
        size = r"\small" if max(map(len, lines), default=0) <= 96 else r"\scriptsize"
        return f"{{{size}\n\\begin{{alltt}}\n{listed}\n\\end{{alltt}}\n}}"

    def grid(self, grid: Grid) -> str:
        head, *lines = (" & ".join(map(escape, line)) + r" \\" for line in (grid.header, *grid.rows))
        # The strut keeps the first line off the rule above it.
        inside = "\n".join([head, r"\hline\rule{0pt}{2.6ex}%", *lines])
        return f"\\begin{{tabular}}{{@{{}}{'l' * len(grid.header)}@{{}}}}\n{inside}\n\\end{{tabular}}"


# Within alltt all characters but these stand for themselves; the quotes of code are straight.
_LISTED = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}"}


def _listed(c: str) -> str:
    """A character of code in alltt, where a dollar stands for itself."""
    return _LISTED.get(c) or (c if c.isascii() else re.sub(r"^\$(.*)\$$", r"\\(\1\\)", escape(c)))


def _longest(rows: Rows) -> int:
    """How wide the lines and the column of notes beside them are, in columns of a terminal: the width on paper, without LaTeX."""
    found = rows(UNICODE)
    notes = max((width(UNICODE.margin(row.note)) for row in found), default=0)
    lines = UNICODE.aligned([row._replace(note="") for row in found]).splitlines()
    return max(map(width, lines), default=0) + (3 + notes if notes else 0)


def _folded(line: str, columns: int) -> list[str]:
    """A line of code that is too long for paper, cut at blanks."""
    parts = []
    while len(line) > columns:
        at = line.rfind(" ", columns // 2, columns) + 1 or columns
        parts.append(line[:at].rstrip())
        line = " " * 8 + line[at:].lstrip()
    return [*parts, line]


class Html(Format):
    """A page on its own: formulas in MathML, no script, nothing to be loaded."""

    def whole(self, title: str, blocks: Sequence[Block]) -> str:
        return page(title, self.body(blocks))

    def heading(self, text: str) -> str:
        return f"<h2>{html.escape(text)}</h2>"

    style = MATHML

    def escaped(self, text: str) -> str:
        return html.escape(text)

    def paragraph(self, inside: str) -> str:
        return f"<p>{inside}</p>"

    def formulas(self, rows: Rows) -> str:
        return f'<div class="formulas">{MATHML.aligned(rows(MATHML))}</div>'

    def code(self, source: str) -> str:
        return f"<pre><code>{html.escape(source)}</code></pre>"

    def grid(self, grid: Grid) -> str:
        def line(tag: str, cells: Sequence[str]) -> str:
            return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"

        inside = "\n".join([line("th", grid.header), *(line("td", row) for row in grid.rows)])
        return f'<table class="grid">\n{inside}\n</table>'


class Source(Format):
    """The code alone, the title and all else left out."""

    def whole(self, title: str, blocks: Sequence[Block]) -> str:
        sources = [block.source.strip("\n") for block in blocks if isinstance(block, Code)]
        if not sources:
            raise DeriveError("there is no code in this document", ".py", "write .tex, .html, .md or .txt")
        return "\n\n\n".join(sources) + "\n"

    def heading(self, text: str) -> str:
        return ""

    def paragraph(self, inside: str) -> str:
        return ""

    def formulas(self, rows: Rows) -> str:
        return ""

    def code(self, source: str) -> str:
        return source

    def grid(self, grid: Grid) -> str:
        return ""


FORMATS: dict[str, Format] = {
    ".tex": Article(),
    ".html": Html(),
    ".md": Markdown(),
    ".txt": Plain(),
    ".py": Source(),
}
