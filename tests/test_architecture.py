"""Rules about the source itself: which module may import which, how long one may grow, what none may call.

Each rule is a function from source text to the offences found, so that a planted offence can be shown to be found.
"""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "derive"

# Exceptions, each with its reason. An entry that is no longer needed fails as well.
LONG: dict[str, str] = {}  # module of 300 lines or more: why it is one module
BACKWARD: dict[tuple[str, str], str] = {}  # (importer, imported), inside a function: why against the direction
EXECUTES = {
    "derive.compiling": "runs the source that the package itself generated",
    "derive.grading.sandbox.child": "runs the student's source, in the process of its own only",
}

FRONT_DOORS = {"derive", "derive.cli", "derive.extend", "derive.__main__"}
BY_HAND = {"__future__", "collections.abc", "dataclasses", "numpy", "numpy.typing", "typing"}
ONLY_IMPORTER = {"ipywidgets": "derive.widgets.base.panel", "anywidget": "derive.widgets.base.picture"}
HEAVY = tuple("scipy sklearn matplotlib ipywidgets anywidget IPython lark click tqdm jinja2 latex2mathml distributed".split())
RUNS_FILES = {"runpy"}
SERIALIZERS = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
READS_TEXT_AS_CODE = {"sympify", "parse_expr", "parse_latex"}


def modules() -> dict[str, str]:
    """Source text by dotted module name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


MODULES = modules()
PACKAGES = {".".join(path.parent.relative_to(ROOT).parts) for path in PACKAGE.rglob("__init__.py")} | {"derive"}


def imports(name: str, source: str, known: set[str]) -> set[str]:
    """Dotted names that a module imports, also inside functions; `from package import module` counts as the module."""
    base = name if name in PACKAGES else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = base.split(".")[: len(base.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                found.add(inner if inner in known else origin)
    return found


def import_graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """For each module of the package the modules of the package that it imports."""
    return {name: imports(name, source, set(sources)) & set(sources) for name, source in sources.items()}


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """The names on one cycle of imports, or nothing."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def top_level_imports(name: str, source: str, known: set[str]) -> set[str]:
    """Like `imports`, without those inside functions."""

    class Drop(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

    return imports(name, ast.unparse(Drop().visit(ast.parse(source))), known)


def executed_text(source: str) -> list[str]:
    """Names by which text becomes code or an object: eval, exec, compile, runpy, sympify and its like, S("..."), pickles."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in {"eval", "exec", "compile", "__import__"}:
            found.append(node.id)
        elif isinstance(node, ast.Name | ast.Attribute):
            found += {node.id if isinstance(node, ast.Name) else node.attr} & READS_TEXT_AS_CODE
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names}
            origin = {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
            found += names & READS_TEXT_AS_CODE
            found += {name.split(".")[0] for name in names | origin} & (SERIALIZERS | RUNS_FILES)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"S", "lambdify"} and any(_is_text(argument) for argument in node.args[:2]):
                found.append(f"{called} of text")
            if any(keyword.arg == "allow_pickle" for keyword in node.keywords):
                found.append("allow_pickle")
    return found


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:" + "|".join(("work", "root", "tmp", "home", "Users")) + r")/")


def machine_paths(text: str) -> list[str]:
    """Lines with an absolute path that exists on somebody's machine only."""
    return [line.strip() for line in text.splitlines() if MACHINE_PATH.search(line)]


def test_imports_have_no_cycle():
    graph = import_graph(MODULES)
    for importer, imported in BACKWARD:
        assert imported in graph[importer], f"no longer needed in BACKWARD: {importer} imports {imported}"
        assert imported not in top_level_imports(importer, MODULES[importer], set(MODULES)), (importer, imported)
        graph[importer].discard(imported)
    assert not cycle(graph), " -> ".join(cycle(graph))


def test_nothing_inside_imports_a_front_door():
    wrong = {name: doors & FRONT_DOORS for name, doors in import_graph(MODULES).items() if name not in FRONT_DOORS}
    assert not {name: doors for name, doors in wrong.items() if doors}


def test_the_hand_written_judge_imports_numpy_only():
    assert imports("derive.reference", MODULES["derive.reference"], set()) <= BY_HAND


def test_libraries_with_one_importer():
    for name, source in MODULES.items():
        used = {imported.split(".")[0] for imported in imports(name, source, set(MODULES))}
        assert not [library for library, only in ONLY_IMPORTER.items() if library in used and name != only], name


def test_no_module_is_too_long():
    lengths = {name: source.count("\n") for name, source in MODULES.items()}
    assert not {name: lines for name, lines in lengths.items() if lines >= 400}
    assert {name for name, lines in lengths.items() if lines >= 300} == set(LONG), lengths
    assert all(LONG.values())


def test_no_module_has_the_name_of_something_public():
    source = MODULES.get("derive", "")
    public: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            public |= set(ast.literal_eval(node.value))
    if source:
        assert public, "derive/__init__.py has no literal __all__"
    assert not public & {name.removeprefix("derive.") for name in MODULES if name != "derive"}


@pytest.mark.parametrize("name", MODULES)
def test_no_text_is_executed(name):
    found = executed_text(MODULES[name])
    assert bool(found) == (name in EXECUTES), found


def test_importing_derive_stays_light():
    code = f"import sys, derive; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_path_of_a_machine():
    files = [path for folder in ("derive", "lessons", "tests", ".ci") for path in (ROOT / folder).rglob("*")]
    files += [path for path in ROOT.iterdir() if path.suffix in {".md", ".toml"}]
    texts = set(".py .md .toml .lark .ipynb .tex .txt .html .json .yaml .yml .csv .js .css".split()) | {""}
    found = {}
    for path in files:
        if path.is_file() and path.suffix in texts and ".ipynb_checkpoints" not in path.parts:
            found[path] = machine_paths(path.read_text(encoding="utf-8"))
    assert ROOT / "README.md" in found
    assert not {str(path): lines for path, lines in found.items() if lines}


# Each rule above has to find what it forbids.


def test_a_planted_cycle_is_found():
    sources = {
        "derive": "from .a import A",
        "derive.a": "from derive import b\nfrom numpy import array",
        "derive.b": "from .c.inner import x",
        "derive.c": "",
        "derive.c.inner": "import numpy\nfrom math import pi",
    }
    assert import_graph(sources) == {
        "derive": {"derive.a"},
        "derive.a": {"derive.b"},
        "derive.b": {"derive.c.inner"},
        "derive.c": set(),
        "derive.c.inner": set(),
    }
    assert not cycle(import_graph(sources))
    late = "def f():\n    from ..a import A\n    import derive.b"
    sources["derive.c.inner"] = late
    assert set(cycle(import_graph(sources))) <= {"derive.a", "derive.b", "derive.c.inner"}
    assert len(cycle(import_graph(sources))) > 1
    assert top_level_imports("derive.c.inner", late, set(sources)) == set()


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "run = exec",
        "compile('1', '', 'eval')",
        "__import__('os')",
        "from sympy import sympify as s",
        "import sympy as sp\nsp.sympify(x)",
        "from sympy.parsing.sympy_parser import parse_expr",
        "import pickle",
        "from pickle import loads",
        "import runpy",
        "import os, joblib.numpy_pickle",
        "np.load(f, allow_pickle=True)",
        "sp.S('x + 1')",
        "S(f'{x}')",
        "sp.lambdify(x, 'x + 1')",
        "lambdify([x], f'{y}')",
    ],
)
def test_planted_execution_of_text_is_found(source):
    assert executed_text(source)


@pytest.mark.parametrize(
    "source",
    ["net.compile()", "re.compile('a')", "def evaluate(): 'eval(x)'", "lambdify([x], e, 'numpy')", "S.One", "S(1)"],
)
def test_harmless_text_is_not_reported(source):
    # re.compile and net.compile are attributes of another kind: only the builtin takes source text.
    assert not executed_text(source)


def test_a_planted_machine_path_is_found():
    for start in ("", '"', "(", " ", "= "):
        assert machine_paths(f"ok\n{start}/" + "tmp/x")
    assert machine_paths("/" + "home/me/x.py")
    assert not machine_paths("a/tmp/b ./work/x ~/root/ https://host/x tmp/ workbench/")
