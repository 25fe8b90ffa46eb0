"""Worksheets: each student's variant with blanks, the key apart, as LaTeX and PDF; and graded by the same roster."""

from __future__ import annotations

import shutil

import pytest
from class_tasks import FORMULA, NUMBERS, PLAIN, hand_in, task_file

from derive import pages
from derive.errors import DeriveError
from derive.grading.classroom import grade_class
from derive.grading.library import load_task
from derive.grading.worksheets import PDF, TEX, worksheet, write_worksheets

ROSTER = {"Ada K.": 3, "Émile": 4}


@pytest.fixture
def tasks(tmp_path):
    return [task_file(tmp_path, "formula", FORMULA), task_file(tmp_path, "numbers", NUMBERS)]


def test_a_sheet_has_blanks_and_a_key_has_what_belongs_into_them(tasks):
    loaded = [load_task(task) for task in tasks]
    sheet, key = (worksheet(loaded, "Ada", 3, solved=solved).text() for solved in (False, True))
    right = loaded[1].variant(3).solution()
    assert sheet.startswith("Worksheet: Ada\n") and key.startswith("Key: Ada, variant 3\n")
    assert "1. dC/dw (1 point)" in sheet and "Fill in what is missing." in sheet and "____" in sheet and "____" not in key
    for number in right.values():
        assert number in key and number not in sheet
    assert worksheet(loaded, "Ada", 4, solved=False).text().splitlines()[2:] != sheet.splitlines()[2:]


def test_every_student_gets_a_variant_and_the_same_roster_grades_it(tasks, tmp_path):
    written = write_worksheets(tasks, ROSTER, tmp_path / "out", endings=[TEX], progress=False)
    assert {str(file.relative_to(tmp_path / "out")) for file in written.files} == {
        "sheets/Ada K.tex", "keys/Ada K.tex", "sheets/Émile.tex", "keys/Émile.tex",
    }  # fmt: skip
    assert written.notices == () and len({file.read_text("utf-8") for file in written.files}) == 4
    task = load_task(tasks[1])
    answers = {student: {"numbers": task.variant(seed).solution()} for student, seed in ROSTER.items()}
    place = hand_in(tmp_path, {**answers, "other": {"numbers": answers["Émile"]["numbers"]}})
    found = grade_class([tasks[1]], place, tmp_path / "results", variants={**ROSTER, "other": 3}, progress=False)
    assert found.report("Ada K.", "numbers").right and found.report("Émile", "numbers").right
    assert not found.report("other", "numbers").right


def test_pdf_and_a_name_that_latex_does_not_have(tasks, tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    written = write_worksheets(tasks, {"Ada_%&$#": 1, "李": 2}, tmp_path / "out", progress=False)
    made = {file.relative_to(tmp_path / "out").as_posix() for file in written.files}
    assert made == {f"{place}/{name}" for place in ("sheets", "keys") for name in ("Ada_____.pdf", "Ada_____.tex", "李.tex")}
    assert all(file.is_file() and file.stat().st_size > 300 for file in written.files)
    assert written.notices and all("李.pdf" in notice for notice in written.notices)


def test_without_latex_there_is_tex_and_it_is_said(tasks, tmp_path, monkeypatch):
    monkeypatch.setattr(pages.shutil, "which", lambda name: None)
    written = write_worksheets(tasks, ROSTER, tmp_path / "out", endings=[PDF], progress=False)
    assert [file.suffix for file in written.files] == [TEX] * 4 and all(file.is_file() for file in written.files)
    assert written.notices == ("no PDF: pdflatex is not installed; the .tex files are there",)


def test_a_task_without_variants_is_the_same_for_all(tmp_path):
    loaded = [load_task(task_file(tmp_path, "echo", PLAIN))]
    assert worksheet(loaded, "a", 1, solved=False).blocks == worksheet(loaded, "b", 2, solved=False).blocks


CUBED = """
from derive.grading import Task

task = Task.function("sq", "sq", lambda x: x**2, example="def sq(x):\\n    return x**3")
"""


def test_a_key_that_is_wrong_is_not_printed(tmp_path):
    with pytest.raises(DeriveError, match="its own answer to sq is wrong"):
        write_worksheets([task_file(tmp_path, "cubed", CUBED)], ROSTER, tmp_path / "out", progress=False)
    assert not (tmp_path / "out").exists()


def test_a_place_that_is_none_is_an_error(tasks, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DeriveError, match="folder cannot be made"):
        write_worksheets(tasks, ROSTER, tmp_path / "file" / "out", progress=False)
