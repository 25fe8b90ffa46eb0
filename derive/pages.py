r"""The frames of documents: a LaTeX article, the PDF that pdflatex makes of it, and an HTML page that needs nothing else."""

from __future__ import annotations

import html
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from .errors import DeriveError

# Fonts: without \usepackage[T1]{fontenc}, whose scalable fonts are not in a small LaTeX installation.
ARTICLE = r"""\documentclass[a4paper,10pt%(landscape)s]{article}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,alltt,textcomp,graphicx}
\usepackage[margin=15mm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\begin{document}
\section*{%(title)s}
%(body)s
\end{document}
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%(title)s</title>
<style>
:root { color-scheme: light dark; --paper: #fdfdfb; --ink: #1c1c1e; --soft: #5f6368; --line: #d9d9d4; --card: #f3f3ef }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17181a; --ink: #e6e6e3; --soft: #a2a6ab; --line: #37393d; --card: #202225 }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 Georgia, "Times New Roman", serif }
main { max-width: 64rem; margin: 0 auto; padding: 2rem 1.2rem 4rem }
h1 { font-size: 1.7rem; line-height: 1.25 }
h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem }
.formulas { overflow-x: auto; overflow-y: hidden; padding: .3rem 0 }
math { font-size: 1.05rem }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto }
pre { font: 14px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
table.grid { border-collapse: collapse }
table.grid th, table.grid td { padding: .2rem .9rem .2rem 0; text-align: left; border-bottom: 1px solid var(--line) }
table.grid th { color: var(--soft); font-weight: normal }
@media print { body { background: #fff; color: #000; font-size: 11pt } main { max-width: none; padding: 0 } }
</style>
</head>
<body>
<main>
<h1>%(title)s</h1>
%(body)s
</main>
</body>
</html>
"""


def article(title: str, body: str, landscape: bool) -> str:
    """A complete LaTeX article; title and body are LaTeX already."""
    return ARTICLE % {"title": title, "body": body, "landscape": ",landscape" if landscape else ""}


def page(title: str, body: str) -> str:
    """A complete HTML page without script and without requests; the title is plain text, the body HTML already."""
    return PAGE % {"title": html.escape(title), "body": body}


def typeset(article: str) -> bytes:
    """The PDF of a LaTeX article. Raises `DeriveError` if pdflatex is not installed, and with its own message if it fails."""
    engine = shutil.which("pdflatex")
    if engine is None:
        hint = "install LaTeX (on Debian: apt install texlive-latex-base), or write .html or .tex"
        raise DeriveError("a PDF is made by pdflatex, which is not installed", hint=hint)
    command = [engine, "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "sheet.tex"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sheet.tex").write_text(article, encoding="utf-8")
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DeriveError(f"pdflatex did not finish: {error}", hint="write .html or .tex") from None
        made = folder / "sheet.pdf"
        if done.returncode or not made.is_file():
            log = done.stdout.decode("utf-8", "replace").splitlines()
            said = next((line[1:].strip() for line in log if line.startswith("!")), f"exit status {done.returncode}")
            raise DeriveError(f"pdflatex failed: {said}", hint="write .html, or write .tex and look into it")
        return made.read_bytes()
