"""What surrounds the package: wheel, version, the test command, and skips that fail in continuous integration."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}


def shown_by_ci(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", str(root / ".ci" / "run"), "--show"], capture_output=True, text=True)


def checkout_with(readme: str, folder: Path) -> Path:
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
    (folder / "README.md").write_text(readme)
    return folder


def test_the_readme_has_a_test_command():
    command = shown_by_ci(ROOT).stdout.strip()
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "-m venv" in command and "[" in command and command.endswith("pytest")


def test_the_first_block_after_the_marker_is_the_test_command(tmp_path):
    readme = "```sh\nwrong\n```\nNow Run the Tests:\n\n```sh\nright &&\n  more\n```\nrun the tests\n```\nlater\n```\n"
    assert shown_by_ci(checkout_with(readme, tmp_path)).stdout == "right &&\n  more\n"


def test_a_readme_without_a_test_command_is_an_error(tmp_path):
    done = shown_by_ci(checkout_with("```sh\nwrong\n```\n", tmp_path))
    assert done.returncode == 1 and "README.md" in done.stderr


TESTS = "import pytest\ndef test_a(): pass\n"
SKIPS = {
    "skipped": "def test_b(): pytest.skip('no browser')\n",
    "marked": "@pytest.mark.skipif(True, reason='no browser')\ndef test_b(): pass\n",
    "module": "pytest.importorskip('no_such_module')\n",
}
FINE = {"nothing skipped": "", "expected to fail": "@pytest.mark.xfail(reason='known')\ndef test_b(): assert False\n"}


@pytest.mark.parametrize("name", [*SKIPS, *FINE])
@pytest.mark.parametrize("ci", ["true", ""])
def test_a_skipped_test_fails_in_continuous_integration_only(name, ci, tmp_path):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_one.py").write_text(TESTS)
    (tmp_path / "test_two.py").write_text(TESTS + {**SKIPS, **FINE}[name])
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "CI": ci}, capture_output=True, text=True)
    failing = ci == "true" and name in SKIPS
    assert done.returncode == (1 if failing else 0), done.stdout
    assert ("skipped, which is a failure" in done.stdout) == failing
    if failing:
        assert "test_two.py" in done.stdout.partition("skipped, which is a failure")[2]


def test_the_wheel_holds_every_file_of_the_package_and_the_lessons(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        (entry_points,) = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
        assert "derive = derive.cli:main" in archive.read(entry_points).decode()
    files = [path for folder in ("derive", "lessons") for path in (ROOT / folder).rglob("*") if path.is_file()]
    wanted = {path.relative_to(ROOT).as_posix() for path in files if not LEFT_OUT & set(path.parts)}
    assert "derive/py.typed" in wanted
    assert held == wanted
    # Installed from it, elsewhere: the lessons are found and copied.
    place = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    code = "import derive.cli, sys; print(derive.cli.__file__); sys.exit(derive.cli.main(sys.argv[1:]))"
    ran = subprocess.run(
        [sys.executable, "-c", code, "lessons", "mine", "--copy-only"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0 and str(place) in ran.stdout, ran.stdout + ran.stderr
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {path.name for path in (ROOT / "lessons").glob("*.ipynb")}


def test_the_version_is_stated_once():
    version = importlib.metadata.version("derive-nn")
    files = [*ROOT.glob("*.toml"), *ROOT.glob("derive/**/*.py")]
    stated = [path for path in files if f'"{version}"' in path.read_text("utf-8")]
    assert stated == [ROOT / "pyproject.toml"]
