"""`derive grade` and `derive worksheet`: what they print, the exit status, one line for every mistake."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from class_tasks import NUMBERS, PLAIN, hand_in, judged, task_file

from derive.cli import main

SOURCES = Path(__file__).resolve().parents[1]


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Runs a command line in a folder with a task and submissions, and gives (status, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    task_file(tmp_path, "echo", PLAIN)
    hand_in(tmp_path, {"ada": {"echo": "right"}, "bo": {"echo": "sign"}, "cy": {"echo": "look"}, "dee": {"echo": ""}})
    (tmp_path / "roster.csv").write_text("student,seed\nada,1\nbo,2\n")

    def ran(line):
        status = main(shlex.split(line))
        out, err = capsys.readouterr()
        return status, out, err

    return ran


def test_grade_says_what_came_of_it_and_where_the_page_is(run, tmp_path):
    status, out, err = run("grade echo.py in -o results")
    assert (status, err) == (0, "")
    assert out == f"4 submissions: 1 right, 1 wrong, 1 could not judge, 1 unreadable\nthe page is {Path('results') / 'index.html'}\n"
    names = {path.name for path in (tmp_path / "results").iterdir()}
    assert names == {"records.jsonl", "results.csv", "results.json", "junit.xml", "index.html", "gradescope"}
    before = judged(tmp_path)
    assert run("grade echo.py in -o results --jobs 2")[1] == out and judged(tmp_path) == before


def test_grade_with_every_option(run, tmp_path):
    status, out, _ = run("grade echo.py in -o results --jobs 2 --variants roster.csv --seed 3 --limit 20 --retry --quiet")
    assert status == 0 and out.startswith("4 submissions: 1 right")
    found = json.loads((tmp_path / "results" / "results.json").read_text("utf-8"))
    assert [s["variant"] for s in found["students"]] == [1, 2, None, None]


def test_what_was_left_out_is_said_a_few_times(run, tmp_path):
    for n in range(8):
        (tmp_path / "in" / "ada" / f"other{n}.txt").write_text("x")
    status, _, err = run("grade echo.py in -o results")
    assert status == 0 and err.count("left out: ") == 6 and "left out: 3 more, which are on the page\n" in err
    assert run("grade echo.py in -o results --quiet")[2] == ""


def test_what_a_file_is_called_does_not_reach_the_terminal_as_a_command(run, tmp_path):
    (tmp_path / "in" / "ada" / "\x1b[2Jother.txt").write_text("x")
    _, _, err = run("grade echo.py in -o results")
    assert "\N{REPLACEMENT CHARACTER}[2Jother" in err and "\x1b" not in err


def test_a_table_of_answers(run, tmp_path):
    (tmp_path / "all.csv").write_text("student,echo\nada,right\nbo,wrong\n")
    assert run("grade echo.py all.csv -o results")[1].startswith("2 submissions: 1 right, 1 wrong")


def test_worksheet_writes_sheets_and_keys(run, tmp_path):
    task_file(tmp_path, "numbers", NUMBERS)
    status, out, err = run("worksheet numbers.py echo.py --variants roster.csv -o sheets --tex")
    assert (status, out, err) == (0, "4 files in sheets/sheets and sheets/keys\n", "")
    assert (tmp_path / "sheets" / "keys" / "bo.tex").is_file()
    if shutil.which("pdflatex"):
        assert run("worksheet numbers.py --variants roster.csv -o pdf --pdf")[1] == "4 files in pdf/sheets and pdf/keys\n"
        assert sorted(path.suffix for path in (tmp_path / "pdf").rglob("*.*")) == [".pdf"] * 4


def test_worksheet_without_latex_says_so(run, monkeypatch):
    monkeypatch.setattr("derive.pages.shutil.which", lambda name: None)
    status, out, err = run("worksheet echo.py --variants roster.csv -o sheets")
    assert status == 0 and err == "no PDF: pdflatex is not installed; the .tex files are there\n" and out.startswith("4 files")


MISTAKES = {
    "grade": "Missing argument 'TASK...'",
    "grade echo.py": "Missing argument",
    "grade echo.py in": "Missing option '-o'",
    "grade nothing in -o results": "nothing: there is no such task",
    "grade none.py in -o results": "none.py: the task file cannot be read: No such file or directory",
    "grade bad.py in -o results": "line 2: ZeroDivisionError",
    "grade echo.py echo.py in -o results": "two tasks are called 'echo'",
    "grade echo.py nowhere -o results": "nowhere: there is no such file or folder",
    "grade echo.py bad.py -o results": "this is no folder and no CSV file",
    "grade echo.py in -o results --jobs 0": "0 is not in the range",
    "grade echo.py in -o results --limit 0": "is not in the range",
    "grade echo.py in -o results --seed -1": "-1 is not in the range",
    "grade echo.py in -o results --variants none.csv": "none.csv: the file cannot be read",
    "grade echo.py in -o results --variants bad.py": "there is no column 'student'",
    "grade echo.py in -o echo.py/results": "the records cannot be kept",
    "worksheet": "Missing argument",
    "worksheet echo.py -o sheets": "Missing option '--variants'",
    "worksheet echo.py --variants roster.csv": "Missing option '-o'",
    "worksheet nothing --variants roster.csv -o sheets": "there is no such task",
    "worksheet echo.py --variants none.csv -o sheets": "the file cannot be read",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_one_line_and_status_2(line, run, tmp_path):
    (tmp_path / "bad.py").write_text("x = 1\ntask = 1/0\n")
    status, out, err = run(line)
    assert (status, out) == (2, ""), err
    assert err.startswith("derive: ") and err.count("\n") == 1 and MISTAKES[line] in err
    assert not (tmp_path / "results").exists() and not (tmp_path / "sheets").exists()


def test_help_has_an_example_that_runs(run, tmp_path):
    task_file(tmp_path, "sigmoid", PLAIN)
    hand_in(tmp_path, {"ada": {"sigmoid": "right"}})
    (tmp_path / "in").rename(tmp_path / "submissions")
    for name in ("grade", "worksheet"):
        status, out, err = run(f"{name} --help")
        example = out.partition("Example:\n")[2].strip()
        assert (status, err) == (0, "") and example.startswith(f"derive {name}")
        assert run(example.removeprefix("derive "))[0] == 0
    assert re.search(r"^  grade\b", run("")[1], re.MULTILINE) and re.search(r"^  worksheet\b", run("")[1], re.MULTILINE)


def test_help_does_not_load_what_takes_long():
    code = (
        "import sys; from derive.cli import main; main(['grade', '--help'])\n"
        "print([name for name in ('jinja2', 'latex2mathml', 'distributed', 'derive.grading') if name in sys.modules], file=sys.stderr)"
    )
    settings = {**os.environ, "PYTHONPATH": str(SOURCES)}
    done = subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
