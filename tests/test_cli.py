"""The command line: what each command prints, one line for every mistake, and the exit status."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys

import click
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive import checking, cli, pages, training
from derive.cli import main, pointer
from derive.commands import common, presets
from derive.commands.common import network, sizes
from derive.commands.train import LINES
from derive.data import DATASETS
from derive.errors import DeriveError, Disagreement
from derive.losses import LOSSES
from derive.ops import ACTIVATIONS
from derive.schedules import SCHEDULES
from derive.show import network_sheet

COMMANDS = ("demo", "show", "expr", "graph", "check", "train")
PROGRAM = [sys.executable, "-c", "from derive.cli import main; raise SystemExit(main())"]


@pytest.fixture
def run(capsys):
    """Runs a command line and gives (status, stdout, stderr)."""

    def ran(line, *more):
        status = main([*shlex.split(line), *more])
        out, err = capsys.readouterr()
        return status, out, err

    return ran


# Help


def test_every_command_has_help_with_an_example_that_runs(run):
    for name in COMMANDS:
        status, out, err = run(f"{name} --help")
        example = out.partition("Example:\n")[2].strip()
        assert (status, err) == (0, "") and example.startswith(f"derive {name}")
        if name != "demo":  # it has a test of its own
            status, out, err = run(example.removeprefix("derive "))
            assert status == 0 and out, err


def test_help_without_a_command_and_version(run):
    status, out, _ = run("")
    assert status == 0 and all(re.search(rf"^  {name}\b", out, re.MULTILINE) for name in COMMANDS)
    assert run("--version") == (0, f"derive {derive.__version__}\n", "")


def test_help_names_what_the_tables_hold(run):
    def flat(text):
        return re.sub(r"(?<=-) ", "", " ".join(text.split()))

    shown, trained = flat(run("show --help")[1]), flat(run("train --help")[1])
    assert common.ACTIVATION_NAMES.split(", ") == list(ACTIVATIONS)
    assert common.LOSS_NAMES.split(", ") == [name.replace("_", "-") for name in LOSSES]
    assert common.ACTIVATION_NAMES in shown and common.LOSS_NAMES in shown
    for name in (*DATASETS, *SCHEDULES):
        assert name.replace("_", "-") in trained
    assert set(presets.PRESETS) == set(DATASETS)


# Mistakes

MISTAKES = {
    "nonsense": "No such command 'nonsense'; see derive --help",
    "show": "Missing argument 'SPEC'; see derive show --help",
    "show 2-3-1 --nope": "No such option",
    "show 2": "'2' is one size, and a network has at least two",
    "show 2--1": "size 2 of '2--1': there is nothing where a size should be",
    "show 2-x!-1": "'x!' is neither a number nor a name",
    "show 2-0-1": "size 2 of '2-0-1': 0 is not between 1 and 999999",
    "show 2-99999999999999999999": "is not between 1 and 999999",
    "show 2-٣-1": "'٣' is neither a number nor a name",
    "show '2-\n3'": "is neither a number nor a name",
    "show 2-3-1 --activation sigmoit": "Invalid value for '--activation': there is no 'sigmoit'; there are sigmoid, tanh",
    "show 2-3-1 --output ''": "there is no ''",
    "show 2-3-1 --loss l1": "there are squared-error, half-sum-of-squares",
    "show 2-3-1 --activation tanh --loss cross-entropy": "the outputs of tanh lie in (-1, 1)",
    "show 2-3-1 --form cube": "'cube' is not one of 'component', 'matrix', 'batch'",
    "show 2-3-1 --l2 nan": "l2 is nan",
    "show 2-3-1 --l2 x": "'x' is not a valid float",
    "show 2-3-1 -o sheet.doc": "the ending '.doc' is not known; use one of .tex, .pdf",
    "show 2-3-1 -o none/sheet.tex": "there is no directory",
    "show 2-3-1 -o a.tex --as html": "--as is for the screen",
    "expr x": "Missing option '--wrt'",
    "expr w*x --wrt q": "q is not in the expression",
    "expr w*x --wrt w*x": "is not in the expression",
    "expr w*x --wrt w --at w=3": "there is no value for x",
    "expr w*x --wrt w --at 'w=3 x=y'": "'x=y' does not give a number",
    "expr w*x --wrt w --at 'w=3 5'": "'5' is no name with a number",
    "expr w*x --wrt w --at 'w=3 w=4'": "w is given twice",
    "expr x --wrt x -o x.py": "no code in this document",
    "graph": "Missing argument 'TEXT...'; see derive graph --help",
    "graph 'a = b' 'b = x'": "the equation of b: b is used before it is defined",
    "graph w*x --at w=3": "there is no value for x",
    "graph w*x --at 'w=3 x=1 q=2'": "q is not in the graph",
    "graph w*x --at 'w=3 x=y'": "'x=y' does not give a number",
    "graph w*x --at 'w=3 x=sqrt(-1)'": "the value of x",
    "graph 1/x --at x=0": "node v1 = 1/x: division by zero, at x = 0; choose other values",
    "graph ln(x) --at x=-1": "node v1 = ln(x): the logarithm of a negative number is complex, at x = −1",
    "graph exp(x) --at x=1000": "node v1 = exp(x): overflow: the result is too large for a number of 64 bits, at x = 1000",
    "graph |x| --at x=0": "node v1 = |x|: it has a kink or a jump at 0, and no derivative there, at x = 0",
    "graph w*x --wrt w": "a backward pass needs values; give --at with w, x",
    "graph w*x --ways": "a backward pass needs values; give --at with w, x",
    "graph max(x,y) --at 'x=1 y=1' --ways": "Max(x, y) has a kink at x = 1, y = 1, and no derivative there",
    "graph w*x --steps 1": "a backward pass needs values; give --at with w, x",
    "graph w*x --at 'w=1 x=2' --wrt q": "q is not a variable of the graph",
    "graph w*x --at 'w=1 x=2' --steps -1": "-1 is not in the range",
    "graph w*x --fold sigmoid": "fold(sigmoid): there is no 1/(1 + e^(-u)) in the graph",
    "graph w*x --fold softmax": "softmax is no node of the graph",
    "graph w*x --fold w+x": "w+x is no node of the graph",
    "graph w*x --theme dark": "--theme is for a drawing; give -o FILE as well",
    "graph w*x -o g.pdf": "the ending '.pdf' is not known; use one of .svg, .png",
    "graph w*x -o none/g.svg": "there is no directory",
    "check": "Missing argument 'SPEC'",
    "check 2-3-1 --loss categorical": "there is no 'categorical'",
    "train": "Missing option '--data'",
    "train --data nothing": "there are no data called 'nothing'; give one of xor",
    "train --data none.csv": "none.csv: the file cannot be read: No such file or directory",
    "train --data xor --network 3-3-1": "3-3-1 is for 3 features and 1 target columns, but xor has 2 and 1; for example --network 2-3-1",
    "train --data xor --network n-3-1": "n-3-1 is for n features",
    "train --data xor --network 2-n-1": "the shape of w1 is (n, 2), expected numbers",
    "train --data xor --epochs -1": "-1 is not in the range",
    "train --data xor --batch-size 0": "'0' is neither a number of at least 1 nor \"all\"",
    "train --data xor --rate 0": "0 is not a finite number above 0",
    "train --data xor --rate nan": "nan is not a finite number above 0",
    "train --data xor --seed -1": "-1 is not in the range",
    "train --data xor --held-out 1": "1.0 is not in the range",
    "train --data xor --target y": "--target names a column of a CSV file",
    "train --data xor --schedule up": "there is no 'up'; there are constant, step",
    "train --data xor --schedule step:x=1": "'x' is no setting of step; there are drop, every, warmup",
    "train --data xor --schedule step:drop=x": "'x' is not a number",
    "train --data xor --schedule step:drop=2": "2 is not a number above 0 and at most 1",
    "train --data xor --save p.txt": "the ending '.txt' is not known; use one of .npz",
    "train --data xor --save none/p.npz": "there is no directory",
    "train --data xor --history none/h.csv": "there is no directory",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_one_line_and_status_2(line, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(line)
    assert (status, out) == (2, ""), err
    assert err.startswith("derive: ") and err.count("\n") == 1 and MISTAKES[line] in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "message", "caret"),
    [
        ("2 +* 3", "expected a number, a name or '(' after '+', not '*'", 3),
        ("(w*x", "the '(' is never closed", 0),
        ("ŷ + x²*(", "the '(' is never closed", 7),
        ("a +\t)", "", 4),
        ("1 + " * 100 + "* 3" + " + 1" * 100, "", None),
    ],
)
def test_what_cannot_be_read_is_shown_with_a_caret(text, message, caret, run):
    status, out, err = run("expr --wrt x", "--", text)
    said, shown, below = err.splitlines()
    assert (status, out) == (2, "") and said.startswith(f"derive: {message}")
    assert below.strip() == "^" and len(shown) <= 80
    if caret is None:
        assert shown[below.index("^")] == "*" and shown.startswith("  …")
    else:
        assert below == " " * (caret + 2) + "^"


def test_the_pointer_counts_columns_and_not_characters():
    assert pointer("ŷ*", 3) == "  ŷ*\n    ^"
    assert pointer("", 0) == "  \n  ^"


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("xyzσ'ln()[]{}+-*/^=,.|0123456789 \\\n\x00é²"), max_size=30))
def test_no_text_ends_in_a_traceback(text):
    assert main(["expr", "--wrt", "x", "--", text]) in (0, 2)
    assert main(["expr", "x*y", "--wrt", "x", "--at", text]) in (0, 2)
    assert main(["show", "--", text]) in (0, 2)
    assert main(["graph", "--", text]) in (0, 2)
    assert main(["graph", "x*y", "--at", text]) in (0, 2)


FILES = {
    "folder.csv": (None, "Is a directory"),
    "binary.csv": (b"a,b\n\xff\xfe,1\n", "is not UTF-8 text"),
    "empty.csv": (b"", "the file is empty"),
    "hole.csv": (b"a,b,t\n1,2,0\n1,,1\n", "line 3, column 'b'"),
    "word.csv": (b"a,b,t\n1,2,0\n1,two,1\n", "line 3, column 'b'"),
    "one.csv": (b"a,b,t\n1,2,0\n1,3,0\n", "one class only"),
    "ragged.csv": (b"a,b,t\n1,2,0\n1,1\n", "line 3"),
    "text.txt": (b"hello\n", ""),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used_is_one_line(name, run, tmp_path, monkeypatch):
    content, message = FILES[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir() if content is None else (tmp_path / name).write_bytes(content)
    status, out, err = run(f"train --data {name}")
    assert (status, out) == (2, "") and err.count("\n") == 1 and name in err and message in err


def test_errors_of_the_system_and_lack_of_memory_are_one_line(run, monkeypatch):
    for error, message in (
        (PermissionError(13, "Permission denied", "sheet.tex"), "derive: sheet.tex: Permission denied\n"),
        (OSError("no disk"), "derive: no disk\n"),
        (MemoryError(), "derive: there is not enough memory for this; try a smaller network or batch\n"),
    ):

        def fails(*args, error=error, **settings):
            raise error

        monkeypatch.setattr(checking, "check", fails)
        assert run("check 2-3-1") == (2, "", message)


def test_a_mistake_of_our_own_is_not_hidden(monkeypatch):
    def broken(*args, **settings):
        raise ZeroDivisionError

    monkeypatch.setattr(checking, "check", broken)
    with pytest.raises(ZeroDivisionError):
        main(["check", "2-3-1"])


# show


@pytest.mark.parametrize("form", ["component", "matrix", "batch"])
def test_show_prints_what_the_sheet_says(form, run):
    net = network("2-3-1", ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"], LOSSES["cross_entropy"], 0.1)
    line = f"show 2-3-1 --activation tanh --output sigmoid --loss cross-entropy --l2 0.1 --form {form}"
    sheet = network_sheet(net, form)
    assert run(line) == (0, sheet.text(), "")
    assert run(f"{line} --as html")[1] == sheet.text(".html")
    assert run(f"{line} --as markdown")[1] == sheet.text(".md")
    assert run(f"{line} --steps --code") == (0, network_sheet(net, form, steps=True, code=True).text(), "")
    assert run(f"{line} --as source")[1] == net.compile().source.strip("\n") + "\n"
    latex = run(f"{line} --as latex")[1]
    assert net.backprop().latex(form) in latex and "documentclass" not in latex


def test_show_follows_a_notation_and_takes_names_as_sizes(run):
    out = run("show n-30-10 --form batch --layers-from 1 --samples columns")[1]
    assert out.startswith("Network n-30-10: ") and "30 × n" in out and "Z² = w² X + b² 𝟏ᵀ" in out
    assert [str(n) for n in sizes("n-k1-10")] == ["n", "k1", "10"] and sizes("n-1")[0].is_positive


@pytest.mark.parametrize("ending", [".tex", ".pdf", ".html", ".md", ".txt", ".py"])
def test_show_writes_files(ending, run, tmp_path):
    if ending == ".pdf" and shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    file = tmp_path / f"sheet{ending}"
    status, out, err = run(f"show 2-3-1 --steps -o {file}")
    assert (status, out, err) == (0, "", f"wrote {file}\n") and file.stat().st_size > 300
    if ending == ".tex":
        assert "\\documentclass" in file.read_text("utf-8")


def test_pdf_without_latex_is_one_line(run, tmp_path, monkeypatch):
    monkeypatch.setattr(pages.shutil, "which", lambda name: None)
    status, _, err = run(f"show 2-3-1 -o {tmp_path}/sheet.pdf")
    assert status == 2 and err.count("\n") == 1 and "write .html or .tex" in err


# expr


def test_expr_prints_steps_with_their_rules_and_the_result(run):
    status, out, err = run("expr (w*x+b-y)**2 --wrt w --at 'w = 3, b=2; x=4 y=5'")
    assert (status, err) == (0, "")
    assert "power rule, chain rule" in out and "= 2(w x + b - y) x" in out and " steps, each proved." in out
    assert "With w = 3, b = 2, x = 4, y = 5" in out and "= 72" in out


def test_an_expression_may_begin_with_a_minus(run, tmp_path):
    for text in ("-(a-y)^2", "-cos(a)", "-1/a", "-a"):
        for line in (["expr", text, "--wrt", "a"], ["expr", "--wrt", "a", text], ["expr", "--wrt", "a", "--", text]):
            assert run(shlex.join(line))[0] == 0
    assert run("expr -1/a --wrt a --at a=-2")[0] == 0
    assert run(f"expr -a^2 --wrt a -o {tmp_path}/x.md")[0] == 0
    status, _, err = run("expr -a -b --wrt a")
    assert status == 2 and err.startswith("derive: there is no '=' in it")


EQUATIONS = "expr 'a = w*x + b' 'y = sigma(a)' 'E = (y - d)^2/2' --wrt w"


def test_expr_takes_named_equations(run):
    status, out, err = run(f"{EQUATIONS} --at 'w=1 x=2 b=0 d=0'")
    assert (status, err) == (0, "")
    assert "∂E/∂w = ∂E/∂y ∂y/∂a ∂a/∂w" in out and "= (y - d) y (1 - y) x" in out and "each proved." in out
    assert run("expr 'a = w*x' --wrt w")[0] == 0
    status, _, err = run("expr 'a = w*x' 'E = q^2' --wrt w")
    assert status == 2 and err == "derive: wrt: E does not depend on w; a is never used\n"


def test_expr_at_three_levels_of_detail(run):
    lengths = [len(run(f"expr (w*x-y)^2 --wrt w --detail {level}")[1].splitlines()) for level in ("result", "usual", "every-rule")]
    assert lengths == sorted(set(lengths))
    assert "levels" not in run("expr w --wrt w --detail all")[2] and run("expr w --wrt w --detail all")[0] == 2


def test_expr_shows_hints_in_three_stages(run, tmp_path):
    out = run("expr ln(1+w^2) --wrt w --hints")[1]
    assert "hint: logarithm, chain rule\n" in out
    assert "rule: (ln f)' = f'/f; here the outer function is ln(u), with the inner one u = 1 + w²\n" in out
    assert "line: (1/(1 + w²)) ∂/∂w (1 + w²)\n" in out
    for ending in ("md", "html", "tex"):
        assert run(f"{EQUATIONS} --hints -o {tmp_path}/x.{ending}")[0] == 0
    assert r"with the inner one $u = y - d$" in (tmp_path / "x.md").read_text("utf-8")
    assert r"(f\textasciicircum{}n)" in (tmp_path / "x.tex").read_text("utf-8")
    assert "<munder>" in (tmp_path / "x.html").read_text("utf-8")


def test_expr_numbers_are_exact(run):
    assert "= 1/3 " in run("expr x^2/2 --wrt x --at x=1/3")[1]


def test_expr_as_latex_and_as_a_file(run, tmp_path):
    assert "\\begin{align*}" in run("expr x^2 --wrt x --as latex")[1]
    assert run(f"expr x^2 --wrt x -o {tmp_path}/x.html")[0] == 0 and "<math" in (tmp_path / "x.html").read_text("utf-8")
    assert run("expr x^2 --wrt x --as source")[0] == 2


# graph

C2 = "'1/(1+exp(-(w0*x0+w1*x1+w2)))' --at 'w0=2 x0=-1 w1=-3 x1=-2 w2=-3'"


def columns(out):
    """The table by the names of its nodes: (gate, value, gradient), as far as they are there."""
    return {row[0]: tuple(row[1:]) for row in (re.split(r" {2,}", line) for line in out.partition("\n\n")[0].splitlines())}


def test_graph_prints_values_and_gradients(run):
    status, out, err = run(f"graph {C2}")
    table = columns(out)
    assert (status, err) == (0, "") and table["node"] == ("gate", "value", "gradient") and len(table) == 14
    assert table["v4"] == ("v3 + w2", "1", "0.196612") and table["v8"] == ("1/v7", "0.731059", "1")
    found = [table[name][2] for name in ("w0", "x0", "w1", "x1", "w2")]
    assert found == ["−0.196612", "0.393224", "−0.393224", "−0.589836", "0.196612"]
    assert columns(run("graph (w*x+b-y)^2 --at 'w=3 b=2 x=4 y=5'")[1])["w"] == ("variable", "3", "72")


def test_graph_without_values_is_its_gates(run):
    table = columns(run("graph '-(a-y)^2'")[1])
    assert [row for name, row in table.items() if name[0] == "v"] == [("a − y",), ("v1²",), ("−v2",)]
    assert columns(run("graph 2*3")[1])["v1"] == ("2 · 3", "6", "1")


def test_graph_of_named_equations(run):
    table = columns(run("graph 'z = w*x + b' 'a = sigma(z)' --at 'w=1 x=2 b=-2'")[1])
    assert table["z"] == ("v1 + b", "0", "0.25") and table["a"] == ("σ(z)", "0.5", "1")
    assert columns(run("graph 'z = w*x' --at 'w=1 x=2'")[1])["z"] == ("w · x", "2", "1")
    status, out, err = run("graph w*x a=z")
    assert (status, out) == (2, "") and err == "derive: there is no '=' in it; give an equation: z = w*x + b\n  w*x\n     ^\n"


def test_graph_numbers_are_exact_unless_one_is_a_decimal(run):
    assert columns(run("graph x/3 --at x=1/2")[1])["v1"] == ("x/3", "1/6", "1")
    assert columns(run("graph x*y --at 'x=0.1 y=2'")[1])["v1"] == ("x · y", "0.2", "1")


def test_graph_stops_halfway_and_tells_each_gate(run):
    status, out, _ = run(f"graph {C2} --steps 4")
    table, told = columns(out), out.partition("\n\n")[2].splitlines()
    assert status == 0 and [name for name, row in table.items() if len(row) == 3] == ["node", "v4", "v5", "v6", "v7", "v8"]
    assert [line.split(" = ")[0] for line in told[::2]] == ["v8", "v7", "v6", "v5"]
    assert told[-2:] == ["v5 = −v4   upstream −0.196612   changes the sign", "  to v4: (−0.196612) · (−1) = 0.196612"]
    assert run(f"graph {C2} --steps 99")[1].partition("\n\n")[0] == run(f"graph {C2}")[1].rstrip()


def test_graph_by_some_variables(run):
    table = columns(run(f"graph {C2} --wrt 'w0, w1'")[1])
    assert [name for name, row in table.items() if row[0] == "variable" and len(row) == 3] == ["w0", "w1"]


def test_graph_three_ways(run):
    status, out, err = run("graph (w*x+b-y)^2 --at 'w=3 b=2 x=4 y=5' --wrt 'w b' --ways")
    assert (status, err) == (0, "") and out.splitlines()[-3].split() == ["by", "formula", "its", "value", "graph", "finite", "differences"]
    assert [line.split()[-3:] for line in out.splitlines()[-2:]] == [["72"] * 3, ["18"] * 3]
    out = run("graph 'z = w*x + b' 'a = sigma(z)' 'L = (a - y)^2/2' --at 'w=0.3 b=0.2 x=1 y=0' --ways")[1]
    assert "w   (σ(w x + b) - y) σ'(w x + b) x  0.14628    0.14628    0.14628025" in out
    status, out, err = run("graph relu(x) --at x=0 --ways")
    assert status == 1 and "finite differences" in out
    assert err == "derive: the derivative by x: formula 0, graph 0, finite differences 0.5; " + out.splitlines()[-1] + "\n"


def test_graph_folded(run):
    table = columns(run(f"graph {C2} --fold sigmoid")[1])
    assert table["v8"] == ("σ(v4)", "0.731059", "1") and "v7" not in table and table["w0"][2] == "−0.196612"
    table = columns(run(f"graph {C2} --fold sigmoid --fold w0*x0+w1*x1+w2")[1])
    assert len(table) == 8 and table["v4"][0] == "w0*x0+w1*x1+w2"


def test_graph_is_drawn(run, tmp_path):
    status, out, err = run(f"graph {C2} --steps 4 -o {tmp_path}/g.svg")
    svg = (tmp_path / "g.svg").read_text("utf-8")
    assert (status, out, err) == (0, "", f"wrote {tmp_path}/g.svg\n")
    assert svg.count('class="g now"') == 1 and ">0.1966<" in svg and "prefers-color-scheme" in svg
    assert run(f"graph w*x --theme dark -o {tmp_path}/dark.svg")[0] == 0
    assert "prefers-color-scheme" not in (tmp_path / "dark.svg").read_text("utf-8")


# check


def test_check_prints_the_table_of_agreement(run):
    status, out, err = run("check 4-3-2 --activation tanh --output softmax --loss cross-entropy --l2 0.1")
    assert (status, err) == (0, "") and "central differences" in out and "symbolic" in out and "w2" in out


def test_a_disagreement_is_status_1(run, monkeypatch):
    def disagrees(net):
        raise Disagreement("generated 1.0, by hand 2.0", "dC/dw2")

    monkeypatch.setattr(checking, "check", disagrees)
    assert run("check 2-3-1") == (1, "", "derive: dC/dw2: generated 1.0, by hand 2.0\n")


# train


def without_time(out):
    return re.sub(r"\([\d.]+ s\)", "", out)


@pytest.mark.parametrize("name", ["xor", "circle", "seven-points"])
def test_the_usual_settings_learn_the_data(name, run):
    status, out, err = run(f"train --data {name}")
    assert (status, err) == (0, "")
    assert float(re.search(r"accuracy ([\d.]+) %", out)[1]) == 100.0
    assert len(out.splitlines()) == 3 + 1 + LINES + 1


def test_clouds_are_learned_as_far_as_they_can_be(run):
    assert float(re.search(r"accuracy ([\d.]+) %", run("train --data clouds")[1])[1]) > 90


def test_training_is_reproducible_and_the_seed_matters(run):
    first, again, other = (without_time(run(f"train --data clouds --epochs 3 --seed {n}")[1]) for n in (4, 4, 5))
    assert first == again != other


def test_everything_can_be_set(run, tmp_path):
    line = "train --data circle --network 2-5-1 --activation tanh --output tanh --loss half-sum-of-squares --epochs 4"
    line += " --batch-size 25 --rate 0.01 --schedule step:drop=0.5,every=2 --l2 0.001 --init nielsen --seed 3 --held-out 0.1"
    line += f" --dtype float32 --save {tmp_path}/p.npz --history {tmp_path}/h.csv"
    status, out, err = run(line)
    assert status == 0 and err == f"wrote {tmp_path}/p.npz\nwrote {tmp_path}/h.csv\n"
    assert "Network 2-5-1: tanh, tanh; half sum of squares; l2 0.001" in out and "450 samples and 50 held out" in out
    assert "4 epochs, batches of 25, rate 0.01 with step:drop=0.5,every=2, seed 3" in out
    with np.load(tmp_path / "p.npz") as saved:
        assert {n: (v.shape, v.dtype) for n, v in saved.items()} == {
            n: (shape, np.float32) for n, shape in {"w1": (5, 2), "b1": (5,), "w2": (1, 5), "b2": (1,)}.items()
        }
    with open(tmp_path / "h.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert [float(row["rate"]) for row in rows] == [0.01, 0.01, 0.005, 0.005]
    assert {"loss", "held_out_loss", "accuracy", "norm_w1", "norm_b2"} < set(rows[0])


def test_data_without_and_with_another_share_held_out(run):
    assert "500 samples;" in run("train --data circle --held-out 0 --epochs 1")[1]
    assert "Data(3 samples and 1 held out" in run("train --data xor --held-out 0.25 --epochs 1")[1]


def test_a_cosine_ends_with_the_training(run, tmp_path):
    run(f"train --data xor --epochs 8 --schedule cosine --history {tmp_path}/h.csv")
    rates = [float(line.split(",")[3]) for line in (tmp_path / "h.csv").read_text().splitlines()[1:]]
    assert rates[0] == 1.0 and 0 < rates[-1] < 0.05


CLASSES = "petal,sepal,kind\n" + "".join(f"{n},{n * n},{'abc'[n // 10]}\n" for n in range(30))


def test_a_file_of_classes(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kinds.csv").write_text(CLASSES)
    status, out, _ = run("train --data kinds.csv --save p.npz")
    assert status == 0 and "Network 2-8-3: tanh, softmax; categorical cross entropy" in out
    assert "24 samples and 6 held out" in out and "features standardised" in out
    with np.load("p.npz") as saved:
        assert saved["x_mean"].shape == saved["x_deviation"].shape == (2,) and saved["x_mean"][0] > 5
    status, out, _ = run("train --data kinds.csv --target petal --epochs 2")
    assert status == 2  # the classes in letters are no numbers


def test_a_file_of_two_classes_and_one_of_numbers(run, tmp_path):
    (tmp_path / "two.csv").write_text(re.sub("[bc]$", "b", CLASSES, flags=re.MULTILINE))
    assert "Network 2-8-1: tanh, sigmoid; cross entropy" in run(f"train --data {tmp_path}/two.csv")[1]
    (tmp_path / "line.csv").write_text("x,y\n" + "".join(f"{n},{2.5 * n / 30}\n" for n in range(30)))
    out = run(f"train --data {tmp_path}/line.csv")[1]
    assert "Network 1-8-1: tanh, identity; squared error" in out and "accuracy" not in out


def test_a_wrong_width_for_a_file_names_both(run, tmp_path):
    (tmp_path / "kinds.csv").write_text(CLASSES)
    status, _, err = run(f"train --data {tmp_path}/kinds.csv --network 4-8-3")
    assert status == 2 and "is for 4 features and 3 target columns" in err and "has 2 and 3" in err


def test_divergence_is_status_1_and_keeps_what_there_was(run, tmp_path):
    line = f"train --data xor --activation identity --loss sum-of-squares --rate 50 --epochs 50 --save {tmp_path}/p.npz"
    status, out, err = run(line)
    assert status == 1 and "derive: diverged in epoch" in err and "4 epochs" in out
    with np.load(tmp_path / "p.npz") as saved:
        assert all(np.isfinite(v).all() for v in saved.values())


def test_an_interruption_is_status_130_and_keeps_what_was_learned(run, tmp_path, monkeypatch):
    def bar(total, wanted=None):
        calls = []

        def show(text):
            calls.append(text)
            if len(calls) == 3:
                raise KeyboardInterrupt

        return show

    monkeypatch.setattr(training, "bar", bar)
    status, out, err = run(f"train --data xor --save {tmp_path}/p.npz --history {tmp_path}/h.csv")
    assert status == 130 and "derive: interrupted in epoch 3" in err and "accuracy" in out
    assert (tmp_path / "p.npz").is_file() and len((tmp_path / "h.csv").read_text().splitlines()) == 4


def test_an_interruption_elsewhere_is_a_sentence(run, monkeypatch):
    def interrupted(*args, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "check", interrupted)
    status, out, err = run("check 2-3-1")
    assert (status, out, err.strip()) == (130, "", "derive: interrupted")


# demo


def test_the_demo_is_the_main_job_in_one_command(run):
    status, out, err = run("demo")
    assert (status, err) == (0, "")
    for piece in (
        "z¹ⱼ = Σₖ w¹ⱼₖ xₖ + b¹ⱼ",
        "δ¹     = ((w²)ᵀ δ²) ⊙ tanh'(z¹)   (BP2)",
        "steps, each proved.",
        "δ¹ⱼ = Σₖ ∂C/∂a¹ₖ ∂a¹ₖ/∂z¹ⱼ",
        "central differences",
        "def value_and_grad(p, X, Y):",
        "Network 64-30-10: sigmoid, sigmoid; squared error",
    ):
        assert piece in out
    assert float(re.search(r"held-out accuracy ([\d.]+) %, 30 epochs", out)[1]) >= 95


def test_the_demo_without_scikit_learn_says_so_and_trains_xor(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(checking, "check", lambda net: "the table")
    status, out, _ = run("demo")
    assert status == 0 and "need scikit-learn: pip install 'derive-nn[data]'" in out
    assert "Network 2-3-1: tanh, sigmoid; cross entropy" in out and "accuracy 100.0 %" in out


# The program around it


def test_a_closed_pipe_is_quiet():
    line = f"{shlex.join(PROGRAM)} show 2-3-3-1 --steps | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert done.stdout.startswith("Network 2-3-3-1") and done.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_goes_into_a_pipe_is_utf_8(encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([*PROGRAM, "show", "1-1"], capture_output=True, env=environment)
    assert done.returncode == 0 and "δ¹ⱼ" in done.stdout.decode("utf-8")


def test_the_status_reaches_the_shell():
    done = subprocess.run([*PROGRAM, "show", "1"], capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.startswith("derive: '1' is one size")


def test_help_loads_nothing_that_only_a_command_needs():
    code = "import sys; from derive.cli import main; main(['--help'])"
    code += "; print(*[n for n in ('sklearn', 'tqdm', 'lark', 'derive.show', 'derive.data') if n in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr.split() == []


def test_commands_are_those_of_the_group():
    # The last three have tests of their own.
    assert cli.group.list_commands(click.Context(cli.group)) == [*COMMANDS, "lessons", "worksheet", "grade"]
    with pytest.raises(DeriveError):
        sizes("2")
