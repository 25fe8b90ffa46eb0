"""Attacks on the process that runs a student's source, by every way to keep it apart that works on the machine.

Each attack is bounded and leaves nothing behind. It is made on every way that promises to withstand it. Where the promise
depends on the machine, the same attack is made without it, too, and has to succeed.
"""

from __future__ import annotations

import os
import site
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.grading.sandbox import child, isolation
from derive.grading.sandbox.child import Name
from derive.grading.sandbox.isolation import APART, EVERYWHERE, FILES, NETWORK, OTHERS, PROCESSES, PROMISES, SURVIVORS
from derive.grading.sandbox.outcome import ENDED, ERROR, IMPORT, MEMORY, MISSING, NOT_RUN, OUTPUT, SYNTAX, TIME, VALUE
from derive.grading.sandbox.process import Call, Isolation, Limits, SandboxError, best, levels, run, tried

SHORT = Limits(seconds=2, cpu=1)


WAYS = ("bubblewrap", "unshare", "limits")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Isolation:
    found = next((w for w in levels() if w.name == request.param), None)
    if found is None:
        pytest.skip(f"{request.param} does not work on this machine")
    return found


def attack_on(promise: str) -> pytest.MarkDecorator:
    """Makes the attack on every way that gives this promise on every machine, and on no other."""
    names = [name for name in WAYS if promise in APART.get(name, EVERYWHERE)]
    assert names
    return pytest.mark.parametrize("way", names, indirect=True)


def answers(source: str, *calls: Call, way: Isolation | None = None, limits: Limits | None = None) -> list:
    outcome = run(source, calls, limits, way)
    assert len(outcome.answers) == len(calls)
    return [a.failure.kind if a.failure else a.value for a in outcome.answers]


def test_what_is_not_promised_is_said(way):
    assert APART.get(way.name, EVERYWHERE) <= way.promises <= set(PROMISES)
    for promise, text in PROMISES.items():
        assert (promise in way.promises) != any(text in warning for warning in way.warnings), promise
    assert (PROCESSES in way.promises) == way.single


# --- What it is for.

SOURCE = """
import numpy as np
from dataclasses import dataclass
def sigmoid(z): return 1 / (1 + np.exp(-z))
class Net:
    count = 7
    def __init__(self, layers): self.layers = layers
    def run(self, x):
        for layer in self.layers:
            x = layer.run(x)
        return x
class Layer:
    def __init__(self, w, act): self.w, self.act = w, act
    def run(self, x): return self.act(self.w @ x)
def given(x): return x
def inplace(p, x):
    p["w"] += 1
    return x
def fails(x):
    return x / None
def _bad(): raise SystemExit
if __name__ == "__main__":
    raise RuntimeError
"""


def test_functions_and_classes(way):
    w = np.array([[1.0, 2.0], [3.0, -4.0], [0.5, 0.0]])
    calls = [
        Call("sigmoid", (np.array([0.0, 1.0]),)),
        Call("Layer", (w, Name("sigmoid")), keep="one"),
        Call("Net", ([Name("one")],), keep="net"),
        Call("net.run", (np.array([1.0, 2.0]),)),
        Call("net.count", None),
        Call("Net.count", None),
        Call("nothing", ()),
        Call("net.walk", ()),
        Call("fails", (1,)),
        Call("_bad"),
        Call("inplace", ({"w": np.zeros(2)}, 5)),
        Call("sigmoid", (1, 2, 3)),
    ]
    outcome = run(SOURCE, calls, isolation=way)
    assert outcome.loading is None and outcome.isolation is way
    first, one, net, ran, count, same, nothing, walk, fails, bad, inplace, many = outcome.answers
    assert np.allclose(first.value, [0.5, 1 / (1 + np.exp(-1))], rtol=1e-15)
    assert one.value is None and net.value is None and one.failure is None
    assert np.allclose(ran.value, 1 / (1 + np.exp(-w @ [1, 2])))
    assert count.value == same.value == 7
    assert nothing.failure.kind == walk.failure.kind == MISSING and "net has no walk" in str(walk.failure)
    assert fails.failure.kind == ERROR and fails.failure.line == 20 and "TypeError" in str(fails.failure)
    assert bad.failure.kind == ERROR and "SystemExit" in str(bad.failure)
    assert inplace.changed == (0,) and inplace.value == 5
    assert many.failure.kind == ERROR and "positional argument" in many.failure.message


VALUES = [
    None, True, False, 3, -(2**62), 0.1, float("inf"), "text ₂", [], (), {}, (1.5, [2, {"a": None}]),
    np.zeros((2, 0, 3)), np.array(2.5), np.arange(6.0).reshape(2, 3), np.arange(4), np.array([True, False]),
]  # fmt: skip


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and one.dtype == other.dtype and np.array_equal(one, other)
    return type(one) is type(other) and one == other


def test_values_come_back_as_they_were(way):
    outcome = run(SOURCE, [Call("given", (value,)) for value in VALUES], isolation=way)
    assert all(same(a.value, value) and not a.failure for a, value in zip(outcome.answers, VALUES, strict=True))
    (number,) = run("import numpy as np\ndef f(): return np.float32(0.5)", [Call("f")], isolation=way).answers
    assert type(number.value) is float


def test_what_cannot_be_sent_is_said_before_anything_runs():
    with pytest.raises(DeriveError, match="the call of f: an argument is a value of type set"):
        run("", [Call("f", ({1},))])
    with pytest.raises(DeriveError, match="the source is a bytes, expected text"):
        run(b"x = 1", [])
    with pytest.raises(DeriveError, match="Limits: cpu is 0"):
        Limits(cpu=0)


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("x = 1\ny = (", SYNTAX, 2),
        ("if True:\nx = 1", SYNTAX, 2),
        ("x = 1\n\nimport torch", IMPORT, 3),
        ("def f():\n    return 1 / 0\nf()", ERROR, 2),
        ("raise SystemExit", ERROR, 1),
        ("x = 1\0", SYNTAX, 0),
    ],
)
def test_a_source_that_does_not_load(source, kind, line):
    outcome = run(source, [Call("f"), Call("g")])
    assert outcome.loading.kind == kind or (kind == SYNTAX and "null bytes" in outcome.loading.message)
    assert outcome.loading.line == line
    assert [a.failure.kind for a in outcome.answers] == [NOT_RUN, NOT_RUN]


def test_no_calls_no_answers():
    assert run("x = 1", []).answers == ()


# --- Ends without an answer.


@pytest.mark.parametrize(
    "body", ["while True: pass", "import time; time.sleep(60)", "import numpy as np; np.ones((9000, 9000)) @ np.ones((9000, 9000))"]
)
def test_time(way, body):
    limits = Limits(seconds=2, cpu=1, memory=4_000_000_000)
    outcome = run(f"def f(x): return x\ndef g():\n    {body}", [Call("f", (1,)), Call("g"), Call("f", (2,))], limits, way)
    one, two, three = outcome.answers
    assert one.value == 1 and two.failure.kind == TIME and three.failure.kind == NOT_RUN
    assert outcome.seconds < 10  # the work itself would take a minute


def test_time_while_loading(way):
    outcome = run("while True: pass", [Call("f"), Call("g")], SHORT, way)
    assert outcome.loading.kind == TIME and [a.failure.kind for a in outcome.answers] == [NOT_RUN] * 2


def test_memory(way):
    source = "import numpy as np\ndef f(): return np.ones(10**8).sum()\ndef g():\n    x = []\n    while True: x.append(bytes(10**7))"
    assert answers(source, Call("f"), Call("g"), Call("f"), way=way, limits=Limits(memory=600_000_000)) == [MEMORY] * 3


@pytest.mark.parametrize("where", ["import", "call"])
@pytest.mark.parametrize("leave", ["os._exit(0)", "os.abort()", "os.closerange(0, 64)"])
def test_leaving_early_is_no_answer(way, where, leave):
    source = f"import os\ndef f():\n    {leave}\n    return 1\n" + ("f()" if where == "import" else "")
    outcome = run(source, [Call("f"), Call("f")], SHORT, way)
    assert [a.failure.kind for a in outcome.answers] in ([ENDED, NOT_RUN], [NOT_RUN, NOT_RUN], [ERROR, ERROR])
    assert outcome.loading is None or outcome.loading.kind in (ENDED, ERROR)


def test_what_is_registered_for_the_end_changes_nothing(way):
    source = "import atexit, os\natexit.register(print, 'late')\natexit.register(os._exit, 0)\ndef f(): return 2"
    outcome = run(source, [Call("f")], isolation=way)
    assert outcome.answers[0].value == 2 and "late" not in outcome.printed


def test_output(way):
    source = "def f(n):\n    for _ in range(n): print('x' * 1000)\n    return n"
    outcome = run(source, [Call("f", (3,))], isolation=way)
    assert outcome.answers[0].value == 3 and outcome.printed.count("x") == 3000
    outcome = run(source, [Call("f", (10**9,))], isolation=way)
    assert outcome.answers[0].failure.kind == OUTPUT and len(outcome.printed) == Limits().printed
    big = "import numpy as np\ndef f(): return np.ones(10**6)"
    assert answers(big, Call("f"), way=way, limits=Limits(returned=10**6)) == [OUTPUT]


# --- Reaching out.


@pytest.mark.parametrize("start", ["os.fork() or os._exit(0)", "threading.Thread(target=int).start()"])
def test_processes_and_threads(way, start):
    source = f"""
import os, threading
def f():
    started = 0
    for _ in range(40):
        try:
            {start}
            started += 1
        except (OSError, RuntimeError):
            pass
    return started
"""
    (started,) = answers(source, Call("f"), way=way)
    assert started == 0 if PROCESSES in way.promises else started > 0
    everywhere = source.replace("range(40)", "range(1)")  # where they may be started they are
    done = subprocess.run([sys.executable, "-c", everywhere + "print(f())"], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)


def test_survivors(way, tmp_path):
    mark = tmp_path / "alive"
    mark.touch()
    source = """
import os, time
def f(path):
    try:
        if os.fork():
            time.sleep(0.3)
            return 1
    except OSError:
        return 0
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(0, 64)
    for _ in range(20):
        with open(path, "a") as file:
            file.write("x")
        time.sleep(0.1)
    os._exit(0)
"""
    (started,) = answers(source, Call("f", (str(mark),)), way=way)
    size = mark.stat().st_size
    time.sleep(0.5)
    if SURVIVORS in way.promises:
        assert mark.stat().st_size == size
        assert started == 0 or FILES in way.promises or size > 0
    else:
        assert started == 1 and mark.stat().st_size > size


@pytest.mark.parametrize("path", ["outside", "home", "package", "/etc/passwd", "/proc/self/environ"])
@attack_on(FILES)
def test_files(way, tmp_path, path):
    (tmp_path / "outside").write_text("secret")
    named = {"outside": tmp_path / "outside", "home": Path.home(), "package": Path(isolation.__file__)}
    target = str(named.get(path, path))
    source = """
import os
def read(path):
    return 1 if os.listdir(path) if os.path.isdir(path) else open(path).read() else 0
def write(path):
    open(path + "x", "w").write("reached")
    return 1
def own():
    with open("mine", "w") as file:
        file.write("x")
    return os.listdir(".")
"""
    source = source.replace(
        "1 if os.listdir(path) if os.path.isdir(path) else open(path).read() else 0",
        "len(os.listdir(path)) if os.path.isdir(path) else len(open(path).read())",
    )
    read, write, own = answers(source, Call("read", (target,)), Call("write", (target,)), Call("own"), way=way)
    # A home may be there as an empty directory on the way to the interpreter.
    assert read == ERROR or (path == "home" and read <= 1)
    assert write == ERROR and not Path(target + "x").exists()
    assert own == ["mine"]


FILL = """
def one():
    with open("big", "wb") as file:
        for _ in range(50):
            file.write(bytes(1_000_000))
    return 1
def many():
    for n in range(60):
        with open(f"{n}", "wb") as file:
            file.write(bytes(900_000))
    return 1
"""


def test_a_file_has_a_limit(way):
    assert answers(FILL, Call("one"), way=way) == [ERROR]


@attack_on(FILES)
def test_a_disk_is_not_filled(way):
    assert answers(FILL, Call("many"), way=way) == [ERROR]


def test_what_can_be_imported(way):
    source = "def f(name):\n    return str(__import__(name).__name__)"
    names = ["numpy", "json", "math", "derive", "sympy", "pytest"]
    found = answers(source, *(Call("f", (name,)) for name in names), way=way)
    assert found == ["numpy", "json", "math", IMPORT, IMPORT, IMPORT]


@attack_on(FILES)
def test_installed_packages_are_hidden(way):
    source = "import os\ndef f(path):\n    return os.listdir(path) if os.path.exists(path) else []"
    paths = site.getsitepackages([sys.base_prefix, sys.prefix])
    assert any(os.path.isdir(path) and os.listdir(path) for path in paths)
    assert answers(source, *(Call("f", (path,)) for path in paths), way=way) == [[]] * len(paths)


def test_environment_and_input(way, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    source = "import os, sys\ndef f(): return sorted(os.environ)\ndef g(): return input()\ndef h(): return len(sys.argv)"
    names, asked, _ = answers(source, Call("f"), Call("g"), Call("h"), way=way)
    assert "OPENBLAS_NUM_THREADS" in names and asked == ERROR
    assert not {"SECRET", "PATH", "USER", "PYTHONPATH"} & set(names)


def test_other_processes(way):
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        source = """
import os
def see(pid): return len(open(f"/proc/{pid}/environ", "rb").read() or "x")
def memory(pid): return len(open(f"/proc/{pid}/mem", "r+b").name)
def end(pid):
    os.kill(pid, 9)
    return 1
def parents():
    try:
        return open(f"/proc/{os.getppid()}/cmdline").read() if os.getppid() else ""
    except OSError:
        return ""
"""
        if OTHERS not in way.promises:
            assert answers(source, Call("end", (victim.pid,)), way=way) == [1]
            assert victim.wait(timeout=30) == -9
            return
        pids = [victim.pid, os.getpid()]
        # In a namespace a number may belong to a process there; the largest of this machine does not.
        calls = [Call(name, (pid,)) for name in ("see", "memory", "end") for pid in pids]
        assert answers(source, *calls, way=way) == [ERROR] * 6
        if way.name != isolation.LIMITS:  # where the names of other processes can be seen
            assert "pytest" not in answers(source, Call("parents"), way=way)[0]
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


@attack_on(NETWORK)
def test_network(way):
    source = """
import socket
def f(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2) as there:
        there.sendall(b"x")
    return 1
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        assert answers(source, Call("f", (port,)), way=way) == [ERROR]
        with pytest.raises(TimeoutError):
            server.accept()
        with socket.create_connection(("127.0.0.1", port), timeout=2):  # whoever has the network gets through
            server.accept()[0].close()


# --- Forging.


def test_patched_numpy_changes_no_value(way):
    source = """
import numpy as np
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.allclose = np.array_equal = lambda *a, **k: True
class Right(np.ndarray):
    def __array_function__(self, *a, **k): return True
    def __array_ufunc__(self, *a, **k): return True
    def __eq__(self, other): return True
class Agrees:
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.zeros(2)
def f(): return np.zeros(3).view(Right)
def g(): return Agrees()
def h(): return [Agrees()]
"""
    first, *others = answers(source, Call("f"), Call("g"), Call("h"), way=way)
    assert type(first) is np.ndarray and np.array_equal(first, np.zeros(3))
    assert others == [VALUE, VALUE]


FORGE = """
import json, os, struct
def send(*parts):
    for fd in range(3, 64):
        for text, raw in parts:
            try:
                os.write(fd, struct.pack(">IQ", len(text), len(raw)) + text + raw)
            except OSError:
                pass
"""


@pytest.mark.parametrize(
    ("forged", "expected"),
    [
        # Whatever is sent for a call is the answer to it, and of many there count as many as there are calls.
        ('(b\'{"value": ["int", 42], "changed": []}\', b"")', [42, 42, 42]),
        ('(b\'{"value": ["array", ["f", [2]]]}\', bytes(8))', [VALUE] * 3),
        ('(b\'{"value": ["array", ["f", [-1]]]}\', bytes(8))', [VALUE] * 3),
        ('(b\'{"value": ["array", ["f", [0]]]}\', bytes(8))', [VALUE] * 3),
        ('(b\'{"value": ["array", ["O", [1]]]}\', bytes(8))', [VALUE] * 3),
        ('(b\'{"value": ["array", ["f", [1e9]]]}\', bytes(8))', [VALUE] * 3),
        ('(b\'{"value": ["float", "1"]}\', b"")', [VALUE] * 3),
        ('(b\'{"value": [["int"], 1]}\', b"")', [VALUE] * 3),
        ('(b\'{"right": true, "score": 100}\', b"")', [ENDED] * 3),
        ("(b'[]', b\"\")", [ENDED] * 3),
        ('(b\'{"failed": {"type": 1, "message": [], "line": "x"}}\', b"")', [ERROR] * 3),
        ('(b"not json", b"")', [OUTPUT, NOT_RUN, NOT_RUN]),
        ('(b"[" * 100000, b"")', [OUTPUT, NOT_RUN, NOT_RUN]),
        ('(b"[" + b"[]," * 10**7 + b"[]]", b"")', [OUTPUT, NOT_RUN, NOT_RUN]),
        ('(b"9" * 5000, b"")', [OUTPUT, NOT_RUN, NOT_RUN]),
        ('(b"\\xff" * 40, b"")', [OUTPUT, NOT_RUN, NOT_RUN]),
    ],
)
def test_forged_messages(forged, expected):
    source = FORGE + f"def f():\n    send(*[{forged}] * 5)\n    os._exit(0)"
    assert answers(source, *[Call("f")] * 3) == expected


def test_forged_lengths():
    source = (
        FORGE
        + "def f():\n    for fd in range(3, 64):\n        try: os.write(fd, b'\\xff' * 12)\n        except OSError: pass\n    return 1"
    )
    assert answers(source, Call("f")) == [OUTPUT]


def test_a_message_sent_while_loading_is_not_believed():
    # "ready" and "loaded" forged before the time: what follows is still only one value a call.
    source = FORGE + 'send((b\'{"loaded": true}\', b""))\ndef f(): return 3'
    found = answers(source, Call("f"))
    assert found == [ENDED]  # the true message takes the place of the answer, and is none


def test_printed_results_are_print(way):
    source = """print('{"value": ["int", 1], "score": 100}')\ndef f():\n    print("PASSED")\n    return 0"""
    outcome = run(source, [Call("f")], isolation=way)
    assert outcome.answers[0].value == 0 and "PASSED" in outcome.printed and "score" in outcome.printed


@pytest.mark.parametrize(
    "value",
    ["object()", "lambda: 1", "{1, 2}", "10 ** 100", "1j", "'x' * 10**6", "[[[[[[[[[[1]]]]]]]]]]", "{1: 2}", "x", "[0] * 10**6",
     "np.array([object()])", "np.array(['a'])", "np.array([1j])", "(n for n in [1])"],
)  # fmt: skip
def test_values_that_are_no_answer(value):
    source = f"import numpy as np\nx = []\nx.append(x)\ndef f(): return {value}"
    one, two = run(source, [Call("f"), Call("f")]).answers
    assert one == two and one.failure.kind == VALUE
    assert one.failure.sentence.startswith("it returns a") and "expected numbers" in one.failure.sentence


@pytest.mark.parametrize(
    "body",
    [
        "class E(Exception):\n        def __str__(self): raise self\n    raise E",
        "class E(Exception):\n        def __str__(self): return 5\n    raise E",
        "def g(): return g()\n    return g()",
        "raise KeyboardInterrupt",
        "raise MemoryError",
        "raise SyntaxError(3)",
        "raise type('E\\n' * 1000, (Exception,), {})('\\x1b[31m' * 1000)",
    ],
)
def test_exceptions_of_every_kind(body):
    (answer,) = run(f"def f():\n    {body}", [Call("f")]).answers
    text = str(answer.failure)
    assert answer.failure.kind in (ERROR, MEMORY, SYNTAX) and len(text) < 700 and text.isprintable()


# --- The directory, the ways.


@pytest.mark.parametrize(
    "leave",
    [
        "open('x', 'w')",
        "os.makedirs('a/b'); os.chmod('a', 0)",
        "[(os.mkdir('d'), os.chdir('d')) for _ in range(1500)]",
        "os.symlink('/', 'root')",
    ],
)
def test_nothing_is_left_behind(way, monkeypatch, leave):
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)  # a user of its own has to get in
        monkeypatch.setattr(tempfile, "tempdir", directory)
        assert answers(f"import os\ndef f():\n    {leave}\n    return 1", Call("f"), way=way) == [1]
        assert os.listdir(directory) == []


def test_a_directory_that_cannot_be_entered_is_nobodys_fault(way, monkeypatch):
    with tempfile.TemporaryDirectory() as directory:
        monkeypatch.setattr(tempfile, "tempdir", directory)
        if way.own_user and way.name != isolation.BUBBLEWRAP:
            with pytest.raises(SandboxError, match="ended before it ran the source: PermissionError"):
                run("def f(): return 1", [Call("f")], isolation=way)
        else:  # it is its own user's, or bubblewrap makes one
            assert answers("def f(): return 1", Call("f"), way=way) == [1]
        assert os.listdir(directory) == []


def test_a_process_that_cannot_start_is_nobodys_fault(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SandboxError, match="bubblewrap: the process did not start"):
        run("def f(): return 1", [Call("f")], isolation=Isolation("bubblewrap"))
    monkeypatch.setattr(child, "BOOT", "raise SystemExit('no numbers here')")
    monkeypatch.setattr("derive.grading.sandbox.process.PYTHON", ["-c", child.BOOT, "{root}"])
    with pytest.raises(SandboxError, match="ended before it ran the source: no numbers here"):
        run("def f(): return 1", [Call("f")], isolation=Isolation("limits"))


def test_the_best_way_comes_first():
    names = [way.name for way in levels()]
    assert names and names == [name for name in ("bubblewrap", "unshare", "limits") if name in names]
    assert best() is levels()[0]
    promises = [len(way.promises) for way in levels()]
    assert promises == sorted(promises, reverse=True)
    assert set().union(*(way.promises for way in levels())) <= set(PROMISES)


MALFORMED = [
    None, [], ["int"], ["int", True], ["int", 1.0], ["none", 0], ["dict", [["a", ["int", 1], 2]]], ["list", [1]], ["x", []],
    [[], []], ["array", []], ["array", ["f", ["1"]]], ["array", ["f", [True]]], ["array", ["f", [1] * 9]], ["array", [["f"], []]],
]  # fmt: skip


def test_where_no_way_works_the_reasons_are_told(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(isolation, "python_itself", lambda: "no such python")
    tried.cache_clear()
    try:
        assert levels() == ()
        with pytest.raises(SandboxError, match=r"bubblewrap.*: the process did not start: bwrap; .*limits.*no such python"):
            best()
    finally:
        tried.cache_clear()


def test_values_are_data_only():
    for value in VALUES:
        assert same(child.unpacked(*child.packed(value)), value)
    for tree in MALFORMED:
        with pytest.raises(ValueError):
            child.unpacked(tree, b"")
    with pytest.raises(ValueError):
        child.unpacked(["int", 1], b"more")
