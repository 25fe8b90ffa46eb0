"""Submissions from folders and tables: what is right is read, what is wrong is said of that one, and nothing stops the rest."""

from __future__ import annotations

import csv
import json
import os

import pytest

from derive.errors import DeriveError
from derive.grading.answer_files import LARGEST, Unreadable, read_bytes
from derive.grading.submissions import LONGEST, Submission, read_submissions


def write(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return root


def read(root, *tasks, **more):
    found = read_submissions(root, tasks or ("t1", "t2"), **more)
    return {(s.student, s.task): s for s in found.items}, list(found.notices)


def notebook(*cells):
    code = [{"cell_type": "code", "metadata": {"tags": tags}, "source": source, "outputs": []} for tags, source in cells]
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": code})


def test_a_folder_for_each_student(tmp_path):
    files = {
        "ada/t1.txt": "a + b\n", "ada/t2.json": '{"z": 1, "w": [1, 2]}', "bo/T1.tex": r"\sigma(z)", "bo/t2.py": "def f(): pass",
        "cy/t1.ipynb": notebook((["answer"], "x = 1")), "dee/t2.ipynb": notebook((["answer:a"], "1"), (["answer:b"], "2")),
    }  # fmt: skip
    found, notices = read(write(tmp_path, files))
    assert {key: s.answer for key, s in found.items()} == {
        ("ada", "t1"): "a + b\n", ("ada", "t2"): {"z": 1, "w": [1, 2]}, ("bo", "t1"): r"\sigma(z)", ("bo", "t2"): "def f(): pass",
        ("cy", "t1"): "x = 1\n", ("dee", "t2"): {"a": "1\n", "b": "2\n"},
    }  # fmt: skip
    assert notices == [] and found["ada", "t1"].source == "ada/t1.txt" and not any(s.problem for s in found.values())


def test_a_file_for_each_student(tmp_path):
    cells = notebook((["answer:t1"], "1"), ([], "# answer: t2/dC/dw\nw"), ([], "# answer: t2/dC/db\nb"), ([], "print(1)"))
    files = {"ada.json": '{"t1": "x", "t2": {"a": "1"}, "t3": "?"}', "bo.ipynb": cells}
    found, notices = read(write(tmp_path, files))
    assert {key: s.answer for key, s in found.items()} == {
        ("ada", "t1"): "x", ("ada", "t2"): {"a": "1"}, ("bo", "t1"): "1\n", ("bo", "t2"): {"dC/dw": "\nw\n", "dC/db": "\nb\n"},
    }  # fmt: skip
    assert notices == ["ada.json: 't3' is none of the tasks"]


def test_one_task_needs_no_name(tmp_path):
    files = {"ada.py": "def f(): pass", "bo.txt": "x", "cy.json": '{"w": 1, "b": 2}', "dee.ipynb": notebook((["answer"], "1"))}
    found, notices = read(write(tmp_path, files), "t")
    assert {student: s.answer for (student, _), s in found.items()} == {
        "ada": "def f(): pass", "bo": "x", "cy": {"w": 1, "b": 2}, "dee": "1\n",
    }  # fmt: skip
    assert notices == []
    found, notices = read(tmp_path)  # of two tasks nobody knows which
    assert not found and len(notices) == 4 and "make a folder" in notices[0]


def test_names_of_tasks_have_no_case_and_hyphens_are_underscores(tmp_path):
    found, _ = read(write(tmp_path, {"a/Chain-Rule.txt": "x", "b/chain rule.txt": "y"}), "chain_rule")
    assert {s.answer for s in found.values()} == {"x", "y"}


UNFIT = {
    "a/t1.txt": (b"ok\n\xff\xfe", "it is no text in UTF-8 (line 2, byte 3)"),
    "b/t1.txt": ("x".encode("utf-16"), "it seems to be UTF-16"),
    "c/t1.json": (b"{", "it is no JSON"),
    "d/t1.json": (b'{"a": 1, "a": 2}', "'a' is there twice"),
    "e/t1.json": (b"[" * 100_000, "nested too deeply"),
    "m/t1.json": (b"[" * 60 + b"]" * 60, "nested too deeply"),
    "f/t1.json": (b"9" * 5000, "a number that is too long"),
    "g/t1.txt": (b"x" * (LARGEST + 1), "are not read"),
    "h/t1.ipynb": (b"{}", "no list of cells"),
    "i/t1.ipynb": (b'{"cells": []}', "no cell has the tag"),
    "j.json": (b"[1]", "expected answers by task"),
    "k.json": (b"\xff", "no text in UTF-8"),
    "l.ipynb": (b"nonsense", "it is no JSON"),
}


def test_what_cannot_be_read_is_said_of_that_one(tmp_path):
    write(tmp_path, {name: content for name, (content, _) in UNFIT.items()} | {"z/t1.txt": "fine"})
    found, notices = read(tmp_path)
    assert notices == [] and found["z", "t1"].answer == "fine" and not found["z", "t1"].problem
    for name, (_, message) in UNFIT.items():
        s = found[name[0], "t1"]
        assert message in s.problem and s.answer is None, name
    assert "expected answers by task" in found["j", "t2"].problem  # for every task: nobody knows which were answered


def test_links_are_not_followed_out_of_what_is_a_students_own(tmp_path):
    root = write(tmp_path / "in", {"ada/t1.txt": "secret", "bo/own.txt": "mine", "cy/t2.txt": "fine"})
    (tmp_path / "outside.txt").write_text("key")
    (root / "bo" / "t1.txt").symlink_to(tmp_path / "outside.txt")
    (root / "bo" / "t2.txt").symlink_to(root / "ada" / "t1.txt")
    (root / "cy" / "t1.txt").symlink_to(root / "cy" / "t2.txt")
    (root / "dee").symlink_to(root / "ada")
    (root / "eve").mkdir()
    (root / "eve" / "t1.txt").symlink_to(root / "eve" / "t1.txt")  # a ring
    (root / "eve" / "t2.txt").symlink_to("nowhere")
    found, _ = read(root)
    assert "leads outside" in found["bo", "t1"].problem and "leads outside" in found["bo", "t2"].problem
    assert found["cy", "t1"].answer == "fine" and "link" in found["dee", "t1"].problem
    assert found["eve", "t1"].problem and "No such file" in found["eve", "t2"].problem
    assert "secret" not in {s.answer for (student, _), s in found.items() if student != "ada"} and "key" not in str(found)


def test_what_is_no_plain_file_does_not_block(tmp_path):
    root = write(tmp_path, {"a/t2.txt": "x"})
    os.mkfifo(root / "a" / "t1.txt")
    (root / "b" / "t1.txt").mkdir(parents=True)
    found, notices = read(root)
    assert found["a", "t1"].problem == "it is no plain file" and found["a", "t2"].answer == "x"
    assert len(notices) == 1 and "b/t1.txt: left out" in notices[0]


def test_what_may_not_be_opened_is_said(tmp_path, monkeypatch):
    write(tmp_path, {"a/t1.txt": "x", "b/t1.txt": "yy"})
    real = open

    def refused(path, *rest, **more):
        if str(path).endswith("a/t1.txt"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    monkeypatch.setattr("builtins.open", refused)
    found, _ = read(tmp_path)
    assert "Permission denied" in found["a", "t1"].problem and found["b", "t1"].answer == "yy"
    with pytest.raises(Unreadable, match="more than 1 are not read"):
        read_bytes(tmp_path / "b" / "t1.txt", tmp_path, largest=1)


def test_two_answers_that_differ_are_for_a_person(tmp_path):
    found, _ = read(write(tmp_path, {"a/t1.txt": "x", "a/t1.tex": "y", "b/t1.txt": "x", "b/t1.tex": "x", "a.json": '{"t2": 1}'}))
    assert found["a", "t1"].several and "2 answers that differ: a/t1.tex, a/t1.txt" in found["a", "t1"].problem
    assert not found["b", "t1"].problem and found["a", "t2"].answer == 1


def test_what_is_left_out_is_said(tmp_path):
    files = {"a/t1.txt": "x", "a/notes.txt": "?", "a/t2.doc": "?", "a/.DS_Store": "?", "readme.md": "?", "__MACOSX/a/t1.txt": "?"}
    found, notices = read(write(tmp_path, files))
    assert list(found) == [("a", "t1")] and len(notices) == 3
    assert notices[0].startswith("a/notes.txt: left out") and "readme.md: left out" in notices[2]


def test_a_cell_that_is_left_out_is_said(tmp_path):
    cells = notebook((["answer"], "x = 1"), (["answer"], "%%bash\nls"))
    found, notices = read(write(tmp_path, {"a/t1.ipynb": cells, "b/t2.ipynb": notebook((["answer"], "%%bash\nls"))}))
    assert found["a", "t1"].answer == "x = 1\n\n\n"
    assert notices == ["a/t1.ipynb, cell 2: left out, since with %%bash it is not run as Python"]
    assert found["b", "t2"].answer is None and "cell 1: left out, since with %%bash" in found["b", "t2"].problem


def test_the_folder_of_the_results_is_not_looked_into(tmp_path):
    root = write(tmp_path, {"a/t1.txt": "x", "results/t1.txt": "?"})
    assert len(read(root)[0]) == 2
    assert list(read(root, without=root / "results")[0]) == [("a", "t1")]


def test_names_of_students_are_compared_by_their_letters(tmp_path):
    found, _ = read(write(tmp_path, {"Jose\u0301/t1.txt": "x", "José/t2.txt": "y"}))
    assert set(found) == {("José", "t1"), ("José", "t2")}
    os.mkdir(os.fsencode(str(tmp_path)) + b"/bad\xff")
    (tmp_path / os.fsdecode(b"bad\xff") / "t1.txt").write_text("z")
    assert "z" in {s.answer for s in read(tmp_path)[0].values()}
    assert all(s.student.encode() for s in read(tmp_path)[0].values())


# Tables

TALL = 'student,task,answer\nada,t1,"a, b"\nada,T2,"line 1\nline 2"\nbo,t1,\nbo,t9,x\n,t1,x\ncy,t1\n'


def test_a_table_with_a_line_for_each_answer(tmp_path):
    found, notices = read(write(tmp_path, {"all.csv": "\ufeff" + TALL}) / "all.csv")
    assert {key: s.answer for key, s in found.items()} == {("ada", "t1"): "a, b", ("ada", "t2"): "line 1\nline 2", ("bo", "t1"): ""}
    assert notices == [
        "all.csv, line 6: 't9' is none of the tasks",
        "all.csv, line 7: there is no student: left out",
        "all.csv, line 8: 2 cells, but the header has 3: left out",
    ]


def test_a_table_with_a_column_for_each_task(tmp_path):
    text = "Student;Mail;T1;t2\nada;a@x;1;2\nbo;b@x;;3\nada;a@x;1;4\n"
    found, notices = read(write(tmp_path, {"all.csv": text}) / "all.csv")
    assert {key: s.answer for key, s in found.items() if not s.several} == {("ada", "t1"): "1", ("bo", "t2"): "3"}
    assert found["ada", "t2"].several and notices == []


def test_a_long_cell_costs_only_itself(tmp_path):
    text = f'student,task,answer\na,t1,{"x" * (LONGEST + 1)}\nb,t1,{"x" * 200_000}\nc,t1,"fine"\n'
    found, notices = read(write(tmp_path, {"all.csv": text}) / "all.csv")
    assert found["c", "t1"].answer == "fine" and notices == []
    assert all("more than 100000 characters" in found[student, "t1"].problem for student in "ab")
    assert csv.field_size_limit() == 131072


def test_a_row_that_is_not_in_csv_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "all.csv").write_text(f"student,task,answer\na,t1,{'x' * 250}\nc,t1,y\n")
    monkeypatch.setattr("derive.grading.submissions.LARGEST_TABLE", 200)
    monkeypatch.setattr("derive.grading.submissions.read_bytes", lambda path, inside, largest: path.read_bytes())
    found, notices = read(tmp_path / "all.csv")
    assert found["c", "t1"].answer == "y" and "line 2: left out: field larger" in notices[0]


MISUSED = {
    "name,task,answer\na,t1,x\n": "there is no column 'student'",
    "student,task\na,t1\n": "no column is one of the tasks",
    "student,t9\na,x\n": "no column is one of the tasks",
    "": "there is no column 'student'",
}


@pytest.mark.parametrize("text", MISUSED)
def test_a_table_without_its_columns_is_misuse(text, tmp_path):
    with pytest.raises(DeriveError, match=MISUSED[text]):
        read(write(tmp_path, {"all.csv": text}) / "all.csv")


def test_a_place_that_is_none_is_misuse(tmp_path):
    write(tmp_path, {"a.txt": "x", "b.csv": b"\xff"})
    places = {tmp_path / "a.txt": "no folder and no CSV", tmp_path / "b.csv": "no text in UTF-8", "x\0": "no such|no name"}
    for place, message in places.items():
        with pytest.raises(DeriveError, match=message):
            read(place)


def test_the_digest_changes_with_the_answer_and_with_nothing_else():
    one = Submission("a", "t", {"x": 1, "y": 2}, "file")
    assert one.digest == Submission("b", "u", {"y": 2, "x": 1}, "other").digest
    different = {Submission("a", "t", answer).digest for answer in ("x", "x ", None, "", 0, ["x"], {"x": "1"}, {"x": 1})}
    assert len({one.digest, *different, Submission("a", "t", "x", problem="p").digest}) == 10
