"""Documents: every format holds what it should, is valid in itself, and reaches the disk whole or not at all."""

import os
import re
import shutil
import stat
import subprocess
import xml.etree.ElementTree as ET

import pytest
from sympy import symbols

from derive import pages, saving
from derive.blocks import Code, Grid, Heading, Paragraph
from derive.deriving import derive
from derive.errors import DeriveError, Disagreement
from derive.formats import FORMATS, Article, Plain
from derive.layers import Dense, Residual
from derive.losses import cross_entropy
from derive.network import Network
from derive.notation import LATEX, UNICODE, Notation
from derive.ops import relu, sigmoid, softmax, tanh
from derive.show import WRITTEN, Document, derivation_rows, derivation_sheet, equation_rows, in_words, network_sheet
from derive.steps import Step
from derive.terminal import width

NET = Network.dense(3, 4, 2, activation=tanh, output=sigmoid)
SQUARE = derive("(w*x + b - y)^2", "w")
NASTY = r"& % $ # _ { } ~ ^ \ < > | ' é δ <b> *a* `x`"
DOCUMENT = Document(
    f"A title: {NASTY}",
    (
        Heading(f"A heading: {NASTY}"),
        Paragraph(f"A paragraph: {NASTY}"),
        equation_rows(NET.equations),
        derivation_rows(SQUARE),
        Code("x = {'a': \"b\\n\"}  # δ, $5 & 7 % `_^`\n"),
        Grid(("name", "shape"), (("w1", "4 × 3"), (NASTY, "1"))),
    ),
)
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def test_each_format_holds_every_block():
    for ending, wanted in {
        ".tex": ["\\section*{A title: \\& \\%", "z^{1}_{j} &= \\sum_{k}", "\\begin{alltt}", "\\begin{tabular}"],
        ".html": ["<h1>A title: &amp; %", "&lt;b&gt;", "<math", "<pre><code>", "<th>name</th>"],
        ".md": ["# A title", "## A heading", "$$\n\\begin{aligned}", "```python\nx = {", "| name | shape |"],
        ".txt": ["A title", "z¹ⱼ = Σₖ w¹ⱼₖ xₖ + b¹ⱼ", "power rule, chain rule", "x = {'a'", "w1"],
        ".py": ["x = {'a'"],
    }.items():
        text = DOCUMENT.text(ending)
        assert not [piece for piece in wanted if piece not in text], text
    assert str(DOCUMENT) == DOCUMENT.text(".txt") and DOCUMENT._repr_markdown_() == DOCUMENT.text(".md")


def test_markdown_has_nothing_within_dollars_that_may_not_stand_there():
    text = DOCUMENT.text(".md")
    assert "align*" not in text and text.count("$$") == 4


def test_html_is_well_formed_and_stands_alone():
    text = DOCUMENT.text(".html")
    for formula in re.findall(r"<math.*?</math>", text, re.DOTALL):
        ET.fromstring(re.sub(r"&(\w+);", "·", formula))
    assert "<script" not in text and "http://" not in text and "https://" not in text and " src=" not in text
    assert "prefers-color-scheme: dark" in text and "default-src 'none'" in text


def test_python_is_the_code_alone():
    source = network_sheet(NET, code=True).text(".py")
    assert source == NET.compile().source.strip("\n") + "\n"
    with pytest.raises(DeriveError, match="no code"):
        network_sheet(NET).text(".py")


@pytest.mark.parametrize("ending", WRITTEN)
def test_every_ending_is_written(ending, tmp_path):
    if ending == ".pdf" and shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    file = tmp_path / f"Sheet{ending.upper()}"
    DOCUMENT.write(file)
    content = file.read_bytes()
    assert content.startswith(b"%PDF") if ending == ".pdf" else content.decode("utf-8") == DOCUMENT.text(ending)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("name", ["sheet", "sheet.doc", ".tex", "sheet.tex.gz", ""])
def test_an_unknown_ending_names_the_known_ones(name, tmp_path):
    with pytest.raises(DeriveError, match=r"use one of \.tex, \.pdf, \.html, \.md, \.txt, \.py"):
        DOCUMENT.write(tmp_path / name if name else "")
    assert not list(tmp_path.iterdir())


# Writing


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "folder.txt").mkdir()
    for name, message in {
        "folder.txt": "is a directory",
        "none/x.txt": "no directory",
        "x\0.txt": "no name for a file",
    }.items():
        with pytest.raises(DeriveError, match=message):
            DOCUMENT.write(f"{tmp_path}/{name}")


def test_a_folder_without_permission_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # the tests may run as a user who may do everything
    with pytest.raises(DeriveError, match="permission denied"):
        DOCUMENT.write(tmp_path / "x.txt")


def test_a_failure_leaves_the_old_file_and_no_half_one(tmp_path, monkeypatch):
    file = tmp_path / "sheet.txt"
    file.write_text("old")

    def fails(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving.os, "replace", fails)
    with pytest.raises(DeriveError, match="No space left"):
        DOCUMENT.write(file)
    assert file.read_text() == "old" and [path.name for path in tmp_path.iterdir()] == ["sheet.txt"]


def test_a_file_keeps_its_permissions_and_a_link_its_target(tmp_path):
    file, link = tmp_path / "sheet.txt", tmp_path / "link.txt"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    DOCUMENT.write(link)
    assert link.is_symlink() and file.read_text("utf-8") == str(DOCUMENT)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


# LaTeX


def test_without_latex_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(pages.shutil, "which", lambda name: None)
    with pytest.raises(DeriveError, match=r"not installed; install LaTeX .* or write \.html or \.tex"):
        DOCUMENT.write(tmp_path / "sheet.pdf")
    assert not list(tmp_path.iterdir())


@needs_latex
def test_what_latex_refuses_is_an_error_with_its_words(tmp_path):
    with pytest.raises(DeriveError, match="pdflatex failed: LaTeX Error: Unicode character 漢"):
        Document("漢字", ()).write(tmp_path / "sheet.pdf")
    assert not list(tmp_path.iterdir())


@needs_latex
def test_latex_cannot_run_programs(tmp_path):
    tex = (
        Document("x", ())
        .text(".tex")
        .replace("\\end{document}", f"\\immediate\\write18{{touch {tmp_path}/ran}}\\end{{document}}")
    )
    assert pages.typeset(tex).startswith(b"%PDF") and not list(tmp_path.iterdir())


def log_of(document, folder):
    (folder / "sheet.tex").write_text(document.text(".tex"), encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "sheet.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True)
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, log
    return log


LONG = " + ".join(f"w_{n}*x_{n}" for n in range(1, 60))
WIDE = {
    "usual": network_sheet(NET, steps=True, code=True),
    "deep code": network_sheet(Network.dense(*range(2, 14), loss=cross_entropy), "matrix", code=True),
    "softmax": network_sheet(Network.dense(3, 4, 2, output=softmax, loss=cross_entropy, l2=0.1), "batch", steps=True),
    "long": derivation_sheet(derive(f"({LONG})^2", "w_1"), "Long"),
    "longish": derivation_sheet(derive("(w_1*x_1 + w_2*x_2 + w_3*x_3 + w_4*x_4 + w_5*x_5 + b)^2 + c", "w_1"), "Longish"),
}


@needs_latex
@pytest.mark.parametrize("name", WIDE)
def test_nothing_runs_off_the_page(name, tmp_path):
    assert not re.findall(r"Overfull \\hbox \((?:[1-9]|\d\d+)\.\d*pt too wide\)", log_of(WIDE[name], tmp_path))


def test_the_page_is_turned_and_lines_are_made_smaller_only_where_they_must_be():
    assert "landscape" not in WIDE["usual"].text(".tex")
    assert "landscape" in WIDE["longish"].text(".tex")
    assert "\\resizebox" in WIDE["long"].text(".tex") and "\\resizebox" not in WIDE["longish"].text(".tex")


def test_long_code_is_cut_at_blanks_and_loses_nothing():
    line = "    " + ", ".join(f"w{n}" for n in range(100)) + " = p"
    text = Article().code(f"{line}\nshort")
    parts = text.split("\\begin{alltt}\n")[1].split("\n\\end{alltt}")[0].splitlines()
    assert max(map(len, parts)) <= Article.columns and parts[-1] == "short"
    assert "".join("".join(parts[:-1]).split()) == "".join(line.split())


# Text


def test_text_fits_a_terminal():
    for net in (NET, Network.dense(3, 4, 2, output=softmax, loss=cross_entropy)):
        for form in ("component", "matrix", "batch"):
            lines = network_sheet(net, form, steps=True).text().splitlines()
            longer = [line for line in lines if width(line) > UNICODE.columns]
            assert len(longer) <= 1, longer  # the Jacobian of softmax over a batch is one formula of 117 columns


def test_a_note_that_does_not_fit_stands_below():
    rows = Network.dense(3, 4, 2, output=softmax, loss=cross_entropy).backprop().derivation("z2").rows
    lines = Plain().formulas(rows).splitlines()
    notes = [UNICODE.margin(row.note) for row in rows(UNICODE)]
    assert [note for line in lines for note in notes if line.endswith(note)] == notes
    alone = [line.strip() for line in lines if line.strip() in notes]
    assert alone and alone != notes


def test_a_long_left_side_stands_alone_above():
    first, second, *_ = Plain().formulas(derive("-(y*ln(a) + (1 - y)*ln(1 - a))", "a").rows).splitlines()
    assert first == "∂/∂a (-(y ln(a) + (1 - y) ln(1 - a)))" and second.startswith("= -(y/a + ((1 - y)/(1 - a)) ∂/∂a (1 - a))")
    assert Plain().formulas(SQUARE.rows) == SQUARE.unicode()


# Sheets


def test_the_sheet_of_a_network():
    net = Network(3, Dense(4, tanh), Residual(Dense(4, relu)), Dense(2, softmax), loss=cross_entropy, l2=0.5)
    assert in_words(net) == "Network 3-4-4-2: tanh, relu, softmax; categorical cross entropy; l2 0.5"
    text = network_sheet(net, steps=True, code=True).text()
    assert "w1         4 × 3" in text and "Assuming that the targets of a sample add up to 1." in text
    assert text.count("The derivative by ") == len(net.backprop().derivations())
    assert "The derivative by w² (BP4)" in text and "def value_and_grad(p, X, Y):" in text
    assert "refuted" not in text and "at random points" not in text


def test_the_sheet_of_symbolic_sizes_and_other_notations():
    n, k = symbols("n k", integer=True, positive=True)
    net = Network.dense(n, 4, k)
    assert in_words(net).startswith("Network n-4-k:") and "4 × n" in network_sheet(net).text()
    tex = network_sheet(net, "batch", Notation(layers_from=1, samples="columns")).text(".tex")
    assert LATEX.aligned(net.equations.rows("batch", LATEX, Notation(layers_from=1, samples="columns"))) in tex
    assert "W" not in tex and "w^{3}" in tex


def test_the_sheet_of_written_equations():
    net = Network.from_equations(["a = sigma(w*x + b)", "C = (a - y)^2"])
    text = network_sheet(net, steps=True).text()
    assert "w          a number" in text and "each proved." in text


def test_the_sheet_of_a_derivation_has_numbers_if_there_are_any():
    text = derivation_sheet(SQUARE, "Square", {"w": 3, "b": 2, "x": 4, "y": 5}).text()
    assert "With w = 3, b = 2, x = 4, y = 5" in text and "= 72" in text
    assert "With" not in derivation_sheet(SQUARE, "Square").text()


def test_a_wrong_step_is_never_shown_as_proved():
    wrong = type(SQUARE)(SQUARE.start, (Step("planted", SQUARE.start, 2 * SQUARE.result),))
    with pytest.raises(Disagreement, match="planted"):
        derivation_sheet(wrong, "Wrong")


def test_the_formats_are_those_that_are_written():
    assert set(WRITTEN) == {*FORMATS, ".pdf"}
    with pytest.raises(DeriveError, match="no text in the format"):
        DOCUMENT.text(".pdf")


def test_headings_count_layers_as_the_formulas_do():
    text = network_sheet(Network.dense(3, 4, 2), notation=Notation(layers_from=1), steps=True).text()
    assert "The derivative by w³ (BP4)" in text and "The derivative by w¹" not in text
