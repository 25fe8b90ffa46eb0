"""Every code block of the README is run as it is printed there; where output is shown, that is what comes out."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "bash" for line in text.splitlines() if line.startswith("derive ")]


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def test_python_blocks_run_in_order_and_print_what_is_shown() -> None:
    space: dict[str, Any] = {}
    printed, shown = "", 0
    for number, (kind, text) in enumerate(BLOCKS):
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, f"<README, block {number}>", "exec"), space)
            printed = out.getvalue()
        elif kind == "text":
            assert lines(printed) == lines(text)
            shown += 1
    assert shown >= 2


@pytest.mark.parametrize("command", COMMANDS)
def test_command_lines_run(command: str, tmp_path: Path) -> None:
    line = [sys.executable, "-c", "from derive.cli import main; raise SystemExit(main())", *shlex.split(command)[1:]]
    result = subprocess.run(line, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() or any(tmp_path.iterdir())


def test_there_are_commands_and_every_block_has_a_kind_that_is_tested() -> None:
    assert len(COMMANDS) >= 5
    assert {kind for kind, _ in BLOCKS} <= {"python", "text", "bash"}


def test_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert pictures
    for picture in pictures:
        assert (README.parent / picture).stat().st_size > 1000
