"""Answers from notebooks: the right cells, in order, without what is for Jupyter; never an output."""

from __future__ import annotations

import json

import pytest

from derive.errors import DataError
from derive.grading.answer_files import Unreadable, content_of
from derive.grading.notebooks import read_cells
from derive.grading.sandbox.questions import function
from derive.grading.sandbox.running import judge


def cell(source, *tags, kind="code", **more):
    return {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source} | more


def notebook(*cells) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


def test_cells_by_tag_and_by_line():
    found = read_cells(
        notebook(
            cell("# notes", kind="markdown"),
            cell("x = 0"),
            cell(["a = 1\n", "b = 2"], "answer"),
            cell("def f(): pass", "answer:f", "other"),
            cell("# Answer: g h\ny = 1"),
            cell("#answer\nc = 3"),
            cell("# answer\nd = 4", "answer:f"),
            cell("# answers are below\nz = 1", "answered"),
            cell("t = 1", "answer", kind="markdown"),
            {"cell_type": "code", "source": "u = 1"},
        )
    )
    assert found.sources == {"": "a = 1\nb = 2\n#answer\nc = 3\n", "f": "def f(): pass\n# answer\nd = 4\n", "g h": "# Answer: g h\ny = 1\n"}
    assert not found.notes


@pytest.mark.parametrize("line", ["# answer", "#Answer:", "# answer: x", " # ANSWER : x y "])
def test_the_line_that_marks_a_cell_is_no_part_of_the_answer(line, tmp_path):
    file = tmp_path / "a.ipynb"
    file.write_text(notebook(cell(f"{line}\nx = 1\n# answer", "answer:x" if line[-1] == ":" else "")))
    value = content_of(file, tmp_path, single=True).value
    assert (value if isinstance(value, str) else "".join(value.values())) == "\nx = 1\n# answer\n"


def test_what_is_left_out_of_an_answer_is_said(tmp_path):
    file = tmp_path / "a.ipynb"
    file.write_text(notebook(cell("x = 1", "answer"), cell("%%bash\nrm x", "answer")))
    found = content_of(file, tmp_path, single=True)
    assert found.value == "x = 1\n\n\n" and found.left_out == ("cell 2: left out, since with %%bash it is not run as Python",)
    file.write_text(notebook(cell("# answer\n%%bash\nrm x")))
    with pytest.raises(Unreadable, match="nothing is left of it: cell 1: left out, since with %%bash"):
        content_of(file, tmp_path, single=True)


@pytest.mark.parametrize(
    ("source", "kept", "notes"),
    [
        ("%matplotlib inline\nx = 1\n!ls\nx?\n  %time f()", ["", "x = 1", "", "", ""], 4),
        ("x = (1\n% 2)\ny = '''\n!no\n'''  # why?", ["x = (1", "% 2)", "y = '''", "!no", "'''  # why?"], 0),
        ("%%bash\nrm x", ["", ""], 1),
        ("%%time\nx = 1", ["", "x = 1"], 1),
        ("x = 1 # why?\n%pip install x", ["x = 1 # why?", ""], 1),
        ("x = (", ["x = ("], 0),
        ("s = '\\d'", ["s = '\\d'"], 0),
        ("(" * 500, ["(" * 500], 0),
    ],
)
def test_lines_for_jupyter(source, kept, notes):
    found = read_cells(notebook(cell(source, "answer")), "a.ipynb")
    assert found.sources[""] == "\n".join(kept) + "\n"
    assert len(found.notes) == notes and all(note.startswith("cell 1") for note in found.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "a.ipynb, line 1: it is no JSON"),
        ('{\n"cells": [\n}', "a.ipynb, line 3: it is no JSON"),
        ("[]", "a.ipynb: it has no list of cells"),
        ('{"worksheets": []}', "a.ipynb: it has no list of cells; save it"),
        ('{"cells": [1]}', "a.ipynb, cell 1: the cell is not an object"),
        (notebook(cell("x"), cell(3)), "a.ipynb, cell 2: its source is not text"),
        (notebook(cell(["x", None])), "a.ipynb, cell 1: its source is not text"),
        (notebook(cell("x", 3)), "a.ipynb, cell 1: its tags"),
        (notebook(cell("x") | {"metadata": []}), "a.ipynb, cell 1: its tags"),
        (notebook(cell("x", "answer:a", "answer:b")), "a.ipynb, cell 1: it is the answer to a and to b"),
        ("[" * 100_000, "a.ipynb: it is nested too deeply"),
        ("9" * 10_000, "a.ipynb: it is nested too deeply, or has a number"),
    ],
)
def test_what_is_no_notebook(text, said):
    with pytest.raises(DataError) as caught:
        read_cells(text, "a.ipynb")
    assert str(caught.value).startswith(said)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(Unreadable, match="it cannot be read: No such file"):
        content_of(tmp_path / "no.ipynb", tmp_path, single=True)
    (tmp_path / "a.ipynb").write_bytes(b"\xff\xfe")
    with pytest.raises(Unreadable, match="it is no text in UTF-8"):
        content_of(tmp_path / "a.ipynb", tmp_path, single=True)


def test_an_output_is_no_answer():
    text = {"output_type": "stream", "name": "stdout", "text": "verdict: right"}
    wrong = cell("%matplotlib inline\ndef double(x): return x", "answer:double", outputs=[text], execution_count=1)
    right = cell("def double(x): return 2 * x", "answer:double", outputs=[])
    asked = [function("double", lambda x: 2 * x)]
    assert not judge(read_cells(notebook(wrong)).sources["double"], asked).right
    assert judge(read_cells(notebook(right)).sources["double"], asked).right
