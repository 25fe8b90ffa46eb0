"""A class run: every submission is judged once and recorded; killed at any moment it goes on; what breaks is one verdict."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from class_tasks import FORMULA, NUMBERS, PLAIN, TWO, VARIED, hand_in, judged, task_file

from derive.errors import DeriveError
from derive.grading import Report, Task, Verdict, report_for
from derive.grading import library as tasks_library
from derive.grading.classroom import grade_class
from derive.grading.library import TaskFile, find_task, load_task, task_names
from derive.grading.records import records
from derive.grading.results import in_order, outcome
from derive.grading.roster import file_names, own_seed, read_roster
from derive.grading.submissions import read_submissions
from derive.grading.workers.processes import Worker
from derive.grading.workers.work import judged as judge
from derive.grading.workers.work import unit

SOURCES = Path(__file__).resolve().parents[1]


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]


def run(task, place, out, **settings):
    return grade_class([task], place, out, progress=False, **settings)


# Task files

BROKEN = {
    "x = 1\n": "broken.py: it does not define `task`",
    "task = 3\n": "its `task` is int",
    "x = 1\n\ntask = 1/0\n": "broken.py, line 3: ZeroDivisionError: division by zero",
    "def f():\n    return {}['a']\n\nf()\n": "broken.py, line 2: KeyError: 'a'",
    "import sys\nsys.exit('no')\n": "broken.py, line 2: SystemExit: no",
    "task = (\n": "broken.py, line 1: this is no Python: '(' was never closed",
    "from derive.grading import Task\ntask = Task.formula('t', key='q +')\n": "broken.py, line 2: ",
    "import no_such_module_here\n": "ModuleNotFoundError: No module named 'no_such_module_here'",
    "raise KeyError\n": "line 1: KeyError: KeyError",
}


@pytest.mark.parametrize("source", BROKEN)
def test_a_broken_task_file_is_an_error_with_its_place(source, tmp_path):
    path = tmp_path / "broken.py"
    path.write_text(source)
    with pytest.raises(DeriveError) as error:
        load_task(path)
    assert BROKEN[source] in str(error.value) and str(path) in str(error.value) and "\n" not in str(error.value).split(";")[0].strip()


def test_a_task_that_is_not_there(tmp_path):
    for given, message in ((tmp_path / "none.py", "cannot be read: No such file"), ("no/such", "no such task"), ("zzz", "no such task")):
        with pytest.raises(DeriveError, match=message):
            load_task(given)


def test_a_name_is_one_of_the_library(tmp_path):
    task_file(tmp_path, "chain_rule", PLAIN)
    assert task_names(tmp_path) == ["chain_rule"]
    assert find_task("chain-rule", tmp_path).load().title == "Echo it"
    with pytest.raises(DeriveError, match=r"is it chain_rule\?"):
        find_task("chain_role", tmp_path)
    assert tasks_library.LIBRARY == SOURCES / "lessons" / "tasks"


def test_a_task_file_leaves_nothing_behind(tmp_path):
    before = set(sys.modules)
    load_task(task_file(tmp_path, "echo", PLAIN))
    assert not {name for name in set(sys.modules) - before if name.startswith("derive_task")}
    assert not list(tmp_path.glob("**/*.pyc"))


# What is judged again, and what is not


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A class with real tasks, in two processes."""
    folder = tmp_path_factory.mktemp("real")
    answers = {
        "ada": {"formula": "(a-y)*a*(1-a)*x", "numbers": {"z": "1", "L": "0.49", "dL/dz": "1.4"}},
        "bo": {"formula": "(y-a)*a*(1-a)*x", "numbers": "z = 1\nL = 0.49\ndL/dz = 0.7"},
        "eve": {"formula": "(a-y"},
    }
    tasks = [task_file(folder, "formula", FORMULA), task_file(folder, "numbers", NUMBERS)]
    return grade_class(tasks, hand_in(folder, answers), folder / "out", jobs=2, progress=False)


def test_real_tasks_get_their_verdicts(real):
    assert real.counts == {"right": 2, "wrong": 2, "could not judge": 0, "unreadable": 1}
    assert "the sign is wrong" in real.report("bo", "formula").feedback
    assert real.points("ada") == pytest.approx(2) and real.out_of == 2 and real.report("eve", "numbers") is None
    assert [m.students for m in real.mistakes()] and real.mistakes()[0].sentence


def test_nothing_is_judged_twice_until_it_changes(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    place = hand_in(tmp_path, {"a": {"echo": "right 1"}, "b": {"echo": "wrong 2"}})
    first = run(task, place, tmp_path / "out")
    assert sorted(judged(tmp_path)) == ["right 1", "wrong 2"] and first.counts["right"] == 1
    assert run(task, place, tmp_path / "out").reports == first.reports and len(judged(tmp_path)) == 2
    hand_in(tmp_path, {"b": {"echo": "right 3"}})
    assert run(task, place, tmp_path / "out").counts["right"] == 2
    assert judged(tmp_path)[2:] == ["right 3"]
    run(task, place, tmp_path / "out", seed=1)
    assert len(judged(tmp_path)) == 5
    Path(task).write_text(Path(task).read_text() + "# changed\n")
    run(task, place, tmp_path / "out", seed=1)
    assert len(judged(tmp_path)) == 7
    assert len(lines(tmp_path / "out")) == len({line["key"] for line in lines(tmp_path / "out")}) == 7


def test_answers_that_are_alike_are_judged_once_and_recorded_for_each(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    place = hand_in(tmp_path, {f"s{n}": {"echo": "right" if n % 2 else "sign"} for n in range(20)})
    found = run(task, place, tmp_path / "out")
    assert sorted(judged(tmp_path)) == ["right", "sign"]
    assert found.counts == {"right": 10, "wrong": 10, "could not judge": 0, "unreadable": 0}
    assert len(lines(tmp_path / "out")) == 20
    hand_in(tmp_path, {"late": {"echo": "sign"}})
    assert run(task, place, tmp_path / "out").counts["wrong"] == 11 and len(judged(tmp_path)) == 2


# What breaks


def test_what_breaks_is_one_verdict_and_the_rest_goes_on(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    words = ["right 1", "die", "raise", "leave", "hang", "print", "look", "wrong", "", "right 2"]
    place = hand_in(tmp_path, {f"s{n}": {"echo": word} for n, word in enumerate(words)})
    (tmp_path / "in" / "bytes").mkdir()
    (tmp_path / "in" / "bytes" / "echo.txt").write_bytes(b"ok\n\xff")
    found = run(task, place, tmp_path / "out", jobs=2, limit=1.5)
    told = {s: (outcome(r), r.verdicts[0].detail) for (s, _), r in found.reports.items()}
    assert {s for s, (verdict, _) in told.items() if verdict == "right"} == {"s0", "s5", "s9"}
    assert told["s1"][0] == "could not judge" and "the process that judged it ended with status 3" in told["s1"][1]
    assert told["s2"][0] == "could not judge" and "ZeroDivisionError: planted (echo.py, line " in told["s2"][1]
    assert told["s3"][0] == "could not judge" and "SystemExit" in told["s3"][1]
    assert told["s4"][0] == "could not judge" and "it took more than 1.5 s" in told["s4"][1]
    assert told["s6"][0] == "could not judge" and told["s7"][0] == "wrong"
    assert told["s8"] == ("unreadable", "there is no answer")
    assert told["bytes"] == ("unreadable", "it is no text in UTF-8 (line 2, byte 3)")
    assert {student for student, _, _ in found.look} == {"s1", "s2", "s3", "s4", "s6"}
    before = len(judged(tmp_path))
    run(task, place, tmp_path / "out", limit=1.5)
    assert len(judged(tmp_path)) == before  # a failure is a record as well
    run(task, place, tmp_path / "out", limit=1.5, retry=True)
    assert sorted(judged(tmp_path)[before:]) == ["die", "hang", "leave", "raise"]


def test_a_worker_is_gone_when_it_is_closed(tmp_path):
    worker = Worker(5)
    assert "JSONDecodeError" in json.loads(worker.judge("no unit"))["failed"]
    process = worker._process
    assert process is not None and process.poll() is None
    worker.close()
    assert process.poll() is not None


def test_a_worker_that_does_not_start_is_an_error(monkeypatch):
    monkeypatch.setattr("derive.grading.workers.processes.COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    with pytest.raises(DeriveError, match="does not start"):
        Worker(5).judge("{}")


# Killed and gone on with

CHILD = """
import sys
from derive.grading.classroom import grade_class
grade_class([sys.argv[1]], sys.argv[2], sys.argv[3], jobs=2, progress=False)
"""


def start(task: str, place: Path, out: Path) -> subprocess.Popen[bytes]:
    settings = {**os.environ, "PYTHONPATH": str(SOURCES)}
    return subprocess.Popen([sys.executable, "-c", CHILD, task, str(place), str(out)], env=settings)


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def workers_of(folder: Path) -> set[int]:
    log = folder / "log"
    return {int(line.split("\t")[1]) for line in log.read_text().splitlines()} if log.exists() else set()


def gone(pids: set[int], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(alive, pids))


def test_killed_at_any_moment_nothing_is_lost_and_nothing_graded_twice(tmp_path):
    task, count, kills = task_file(tmp_path, "echo", PLAIN), 60, 0
    place = hand_in(tmp_path, {f"s{n}": {"echo": f"slow {n}"} for n in range(count)})
    out, moment = tmp_path / "out", random.Random(4)
    for _ in range(8):
        before = len(lines_if(out))
        process = start(task, place, out)
        end = time.monotonic() + 60
        while len(lines_if(out)) < min(before + moment.randint(1, 7), count) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(moment.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        assert gone(workers_of(tmp_path))
    assert kills >= 5
    found = run(task, place, out)
    assert found.counts["right"] == count
    keys = [line["key"] for line in lines(out)]
    assert len(keys) == len(set(keys)) == count
    # Judged again was only what was in the hands of a worker, or on its way, when the run was killed.
    assert len(judged(tmp_path)) <= count + 4 * kills


def lines_if(out: Path) -> list[bytes]:
    file = out / "records.jsonl"
    return file.read_bytes().splitlines() if file.exists() else []


def test_a_worker_does_not_outlive_a_killed_run_even_in_an_endless_judgement(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    process = start(task, hand_in(tmp_path, {"a": {"echo": "hang"}}), tmp_path / "out")
    end = time.monotonic() + 60
    while not workers_of(tmp_path) and time.monotonic() < end:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert workers_of(tmp_path) and gone(workers_of(tmp_path))


def test_an_interrupted_run_says_so_and_leaves_no_process(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    place = hand_in(tmp_path, {"a": {"echo": "right"}, "b": {"echo": "hang"}})
    command = [sys.executable, "-c", "from derive.cli import main; raise SystemExit(main())", "grade", task, str(place), "-o", "out"]
    settings = {**os.environ, "PYTHONPATH": str(SOURCES)}
    process = subprocess.Popen(command, cwd=tmp_path, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while "hang" not in judged(tmp_path) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (130, "", "derive: interrupted")
    assert gone(workers_of(tmp_path)) and [line["student"] for line in lines(tmp_path / "out")] == ["a"]


def test_a_torn_line_is_cut_off_wherever_it_is_torn(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    place = hand_in(tmp_path, {"a": {"echo": "right 1"}, "b": {"echo": "right 2"}})
    whole = run(task, place, tmp_path / "out")
    content = (tmp_path / "out" / "records.jsonl").read_bytes()
    first = content.index(b"\n") + 1
    torn = [content[:end] for end in (first + 1, (first + len(content)) // 2, len(content) - 1)]
    for text in (*torn, content[:first] + b'{"key": "' + b"x" * 10_000):
        (tmp_path / "out" / "records.jsonl").write_bytes(text)
        found = run(task, place, tmp_path / "out")
        assert found.reports == whole.reports and "is torn" in found.notices[0]
        assert sorted((tmp_path / "out" / "records.jsonl").read_bytes().splitlines()) == sorted(content.splitlines())


def test_a_line_that_is_no_record_is_said_and_judged_again(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    place = hand_in(tmp_path, {"a": {"echo": "right 1"}})
    run(task, place, tmp_path / "out")
    file = tmp_path / "out" / "records.jsonl"
    record = json.loads(file.read_text())
    for line in ("nonsense", "[1]", '{"no": "key"}', json.dumps({**record, "report": {"task": 1}})):
        file.write_text(line + "\n")
        assert run(task, place, tmp_path / "out").counts["right"] == 1
    assert len(judged(tmp_path)) == 5


def test_two_runs_into_one_folder_do_not_meet(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    place = hand_in(tmp_path, {"a": {"echo": "right"}})
    with records(tmp_path / "out" / "records.jsonl"), pytest.raises(DeriveError, match="another run"):
        run(task, place, tmp_path / "out")
    (tmp_path / "file").write_text("")
    with pytest.raises(DeriveError, match="another folder"):
        run(task, place, tmp_path / "file" / "out")


# Variants


def test_each_student_has_a_variant_by_the_roster(tmp_path):
    task = task_file(tmp_path, "varied", VARIED)
    roster = {"a": 1, "b": 2, "absent": 3}
    right = {s: load_task(task).variant(seed).solution() for s, seed in roster.items()}
    assert len(set(right.values())) == 3
    place = hand_in(tmp_path, {"a": {"varied": right["a"]}, "b": {"varied": right["a"]}, "unknown": {"varied": right["a"]}})
    found = run(task, place, tmp_path / "out", variants=roster)
    assert {s: outcome(found.report(s, "varied")) for s in ("a", "b", "unknown")} == {
        "a": "right", "b": "wrong", "unknown": "could not judge",
    }  # fmt: skip
    assert "roster does not name" in found.report("unknown", "varied").feedback
    assert found.students == ("a", "absent", "b", "unknown") and found.report("absent", "varied") is None
    assert run(task, place, tmp_path / "out", variants={**roster, "b": 1, "unknown": 1}).counts["right"] == 3


def test_a_task_without_variants_is_the_same_for_all(tmp_path):
    found = run(task_file(tmp_path, "echo", PLAIN), hand_in(tmp_path, {"a": {"echo": "right"}}), tmp_path / "out", variants={"a": 9})
    assert found.counts["right"] == 1


def test_a_roster_gives_seeds(tmp_path):
    file = tmp_path / "roster.csv"
    file.write_text("student,seed\nada,7\nbo,8\n", encoding="utf-8")
    assert read_roster(file) == {"ada": 7, "bo": 8}
    file.write_text("name;student\nx;Émile\ny;bo\n", encoding="utf-8")
    assert read_roster(file) == {"Émile": own_seed("Émile"), "bo": own_seed("bo")}
    assert own_seed("ada") == 2112766733  # on every machine
    for text, message in (
        ("student,seed\na,1\na,2\n", "line 3: 'a' is there twice"),
        ("student,seed\na,x\n", "line 2: 'x' is no seed"),
        ("student,seed\na,-1\n", "no seed"),
        ("student,seed\na,99999999999\n", "no seed"),
        ("pupil,seed\na,1\n", "no column 'student'"),
    ):
        file.write_text(text)
        with pytest.raises(DeriveError, match=message):
            read_roster(file)


def test_names_of_files_are_safe_and_different():
    names = file_names(["A b", "a B", "../x", "CON/", "", "x" * 300, "李", "李" * 300])
    assert len({n.casefold() for n in names.values()}) == 8
    assert not any("/" in n or n.startswith(".") or len(n.encode()) > 130 for n in names.values())
    assert names["A b"] == "A b" and names["a B"] == "a B-2" and names["李"] == "李"


def test_students_are_in_the_order_of_a_list():
    assert in_order(["Zoe", "bo", "Émile", "Ada", "ada", "bo"]) == ("Ada", "ada", "bo", "Émile", "Zoe")


# Parts


def test_a_text_with_headings_answers_several_parts(tmp_path):
    task = task_file(tmp_path, "two", TWO)
    answers = {"text": "[dC/dw]\nright\n[dC/db]\nwrong\n", "json": {"dC/dw": "right", "dC/db": "right"}, "one": "right"}
    found = run(task, hand_in(tmp_path, {s: {"two": a} for s, a in answers.items()}), tmp_path / "out")
    assert {s: found.points(s) for s in answers} == {"text": 1, "json": 2, "one": 1}


# One cluster


@pytest.mark.filterwarnings("default")  # of a library that uses many others
def test_a_cluster_does_the_same_work(tmp_path):
    from distributed import LocalCluster

    task = task_file(tmp_path, "echo", PLAIN)
    words = [f"right {n}" for n in range(12)] + ["die", "hang", "raise", "sign"]
    place = hand_in(tmp_path, {f"s{n:02}": {"echo": word} for n, word in enumerate(words)})
    here = run(task, place, tmp_path / "here", jobs=2, limit=1)
    copy = Path(task).read_text()
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=":0") as cluster:
        there = run(task, place, tmp_path / "there", dask=cluster.scheduler_address, limit=1)
        assert len(judged(tmp_path)) == 2 * len(words)
        run(task, place, tmp_path / "there", dask=cluster.scheduler_address, limit=1)
        assert len(judged(tmp_path)) == 2 * len(words)
    assert there.reports == here.reports and there.counts["could not judge"] == 3
    assert copy == Path(task).read_text()


def test_a_cluster_that_is_not_there_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("derive.grading.workers.cluster.START", 1)
    task, place = task_file(tmp_path, "echo", PLAIN), hand_in(tmp_path, {"a": {"echo": "right"}})
    for address in ("tcp://127.0.0.1:9", "no://such", "nonsense"):
        with pytest.raises(DeriveError, match="Dask cluster"):
            run(task, place, tmp_path / "out", dask=address)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(DeriveError, match=r"derive-nn\[dask\]"):
        run(task, place, tmp_path / "out", dask="tcp://127.0.0.1:9")


def test_the_task_is_sent_along_where_its_file_is_not(tmp_path):
    source = Path(task_file(tmp_path, "varied", VARIED)).read_text()
    there = TaskFile("varied", str(tmp_path / "no" / "varied.py"), "digest")
    right = load_task(tmp_path / "varied.py").variant(5).solution()
    assert json.loads(judge(unit(there, right, 0, 5, source)))["report"]["points"] == 1
    assert "cannot be read" in json.loads(judge(unit(there, right, 0, 5)))["failed"]


def test_a_task_file_that_changes_during_the_run_judges_nothing(tmp_path):
    file = find_task(task_file(tmp_path, "echo", PLAIN))
    Path(file.path).write_text(PLAIN + "# changed")
    assert "changed during the run" in json.loads(judge(unit(file, "right", 0, None)))["failed"]


# In a teacher's tests


class Silent:
    """A part that gives no verdict."""

    name, points = "silent", 1.0

    def judge(self, answer, seed=0):
        return ()

    def solution(self):
        return ""


def test_a_missing_result_fails_a_test(tmp_path):
    two = load_task(task_file(tmp_path, "two", TWO))
    assert report_for(two, {"dC/dw": "right", "dC/db": "right"}).right
    assert not report_for(two, {"dC/dw": "right"}).right  # nothing handed in is a verdict, and not right
    with pytest.raises(AssertionError, match="no verdict on silent"):
        report_for(Task.of("t", two.parts[0], Silent()), {"dC/dw": "right", "silent": "x"})
    with pytest.raises(AssertionError, match="no verdict on silent"):
        report_for(Task.of("t", Silent()), "x")


def test_what_a_submission_came_to_is_one_verdict():
    def report(*found):
        return Report("t", tuple(Verdict("p", verdict, 0, 1) for verdict in found))

    assert outcome(report("right", "right")) == "right" and outcome(report("right", "wrong", "unreadable")) == "wrong"
    assert outcome(report("right", "unreadable")) == "unreadable" and outcome(report("wrong", "could not judge")) == "could not judge"


def test_misuse_is_an_error(tmp_path):
    task = task_file(tmp_path, "echo", PLAIN)
    other = tmp_path / "other"
    other.mkdir()
    place = hand_in(tmp_path, {"a": {"echo": "right"}})
    with pytest.raises(DeriveError, match="two tasks are called 'echo'"):
        grade_class([task, task_file(other, "echo", PLAIN)], place, tmp_path / "out")
    with pytest.raises(DeriveError, match="there is no task"):
        grade_class([], place, tmp_path / "out")
    with pytest.raises(DeriveError, match="no such file or folder"):
        run(task, tmp_path / "nowhere", tmp_path / "out")
    assert run(task, read_submissions(place, ["echo"]), tmp_path / "out").counts["right"] == 1
