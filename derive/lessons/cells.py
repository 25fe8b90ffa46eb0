"""The cells of an executed notebook as HTML that needs no script: prose, code, and what the code showed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from .executing import Cell
from .mathematics import formulas_of, with_formulas

LIVE = "application/vnd.jupyter.widget-view+json"
NOTE = '<p class="note">Interactive in the notebook.</p>'
OTHER_LESSON = re.compile(r'(<a\b[^>]*\bhref=")(\d\d_\w+)\.ipynb(?=["#])')


def body(cells: list[Cell]) -> str:
    """All cells; nothing of those with the tag `remove_cell`."""
    return "\n".join(_cell(cell) for cell in cells if "remove_cell" not in cell["metadata"].get("tags", []))


def markdown(text: str) -> str:
    """Markdown as HTML with its formulas, and links to other notebooks as links to their pages."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    made: str = MarkdownWithMath(renderer=renderer).render(text)
    return OTHER_LESSON.sub(r"\1\2.html", with_formulas(made))


def code(text: str) -> str:
    """Python with its words marked by class."""
    from nbconvert.filters.highlight import Highlight2HTML

    return str(Highlight2HTML(pygments_lexer="ipython3")(text))


def _cell(cell: Cell) -> str:
    if cell["cell_type"] == "markdown":
        return f'<section class="prose">{markdown(cell["source"])}</section>'
    if cell["cell_type"] != "code":
        return ""
    source = code(cell["source"]) if cell["source"].strip() and not cell["metadata"].get("jupyter", {}).get("source_hidden") else ""
    outputs = "".join(_output(output) for output in cell["outputs"])
    return f'<section class="code">{source}{f"""<div class="output">{outputs}</div>""" if outputs else ""}</section>'


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _text(output["text"])
    data = output.get("data", {})
    for kind, shown in SHOWN.items():
        if kind in data and not (LIVE in data and kind == "text/plain"):
            return f'<div class="shown">{shown(data[kind])}</div>'
    return NOTE if LIVE in data else ""


def _text(text: str) -> str:
    from nbconvert.filters.ansi import ansi2html

    lines = "\n".join(line.rsplit("\r", 1)[-1] for line in text.replace("\r\n", "\n").split("\n"))
    return f"<pre>{ansi2html(lines)}</pre>"


def _picture(kind: str) -> Callable[[str], str]:
    return lambda data: f'<img alt="" src="data:{kind};base64,{html.escape("".join(data.split()))}">'


# What an output offers, the best first.
SHOWN: dict[str, Callable[[str], str]] = {
    "text/html": with_formulas,
    "text/markdown": markdown,
    "image/svg+xml": with_formulas,
    "text/latex": formulas_of,
    "image/png": _picture("image/png"),
    "image/jpeg": _picture("image/jpeg"),
    "text/plain": _text,
}
