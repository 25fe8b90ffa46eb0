"""Ruff and mypy are part of the tests, so that one command runs everything; what they leave out has a reason."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "pyproject.toml"
RUFF = ("ruff", "check", "--output-format=concise", f"--config={CONFIG}")
MYPY = ("mypy", f"--config-file={CONFIG}")

# A comment that silences a checker names what it silences, and a second comment after it says why.
SILENCED = re.compile(r"#\s*(?:type:\s*ignore|noqa|ruff:|mypy:)")
WITH_REASON = re.compile(r"# (?:type: ignore\[[\w, -]+\]|noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*)  # \w.*")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


def silenced_without_reason(text: str) -> list[str]:
    comments = ((line, SILENCED.search(line)) for line in text.splitlines())
    return [line.strip() for line, found in comments if found and not WITH_REASON.match(line, found.start())]


def test_ruff():
    done = run(*RUFF, ".")
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy():
    done = run(*MYPY)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_in_the_package_is_silenced_without_a_reason():
    files = list(ROOT.glob("derive/**/*.py"))
    assert files
    assert not {file.name: lines for file in files if (lines := silenced_without_reason(file.read_text("utf-8")))}


@pytest.mark.parametrize(
    ("command", "text", "code"),
    [
        (RUFF, "import os\n", "F401"),
        (RUFF, "import sys\nimport os\nprint(os, sys)\n", "I001"),
        (RUFF, "def f(x=[]):\n    return x\n", "B006"),
        (RUFF, f"x = '{'x' * 140}'\n", "E501"),
        (RUFF, "from typing import List\nx: List[int] = []\n", "UP006"),
        (RUFF, "x = 1  # noqa: F401\n", "RUF100"),
        (MYPY, "def f(x):\n    return x\n", "no-untyped-def"),
        (MYPY, "def f() -> int:\n    return ''\n", "return-value"),
        (MYPY, "x: int = ''  # type: ignore\n", "ignore-without-code"),
        (MYPY, "x: list = []\n", "type-arg"),
    ],
)
def test_a_planted_fault_is_found(command, text, code, tmp_path):
    file = tmp_path / "planted.py"
    file.write_text(text)
    done = run(*command, str(file))
    assert done.returncode == 1, done.stdout + done.stderr
    assert code in done.stdout


def test_a_planted_silence_is_found():
    bare = ("# type: ignore", "# type: ignore[misc]", "# noqa", "# noqa: E741", "#noqa:E741  # why", "# ruff: noqa")
    for comment in bare:
        assert silenced_without_reason(f"x = 1  {comment}\n") == [f"x = 1  {comment}"]
    for comment in ("# type: ignore[misc]  # a base is untyped", "# noqa: E741  # l is the layer", "# a type"):
        assert not silenced_without_reason(f"x = 1  {comment}\n")


def test_the_settings_are_strict():
    tool = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["tool"]
    assert tool["mypy"]["strict"] is True and tool["mypy"]["files"] == ["derive"]
    assert {"E", "F", "I", "B", "UP", "RUF"} <= set(tool["ruff"]["lint"]["select"])
    assert tool["pytest"]["ini_options"]["filterwarnings"][0] == "error"
