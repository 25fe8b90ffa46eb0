"""Ways to keep a process apart from the machine, best first, and what each of them promises.

bubblewrap  Linux namespaces with a file system of its own: Python's library and NumPy to read, a small directory in memory
            to write. Nothing else is there: no home, no working directory, no `derive`, no program to start. It takes
            bubblewrap 0.7 or later, for the size of that directory.
unshare     the same namespaces, but the machine's file system: what its user may read and write, the source may too.
limits      the resource limits of a process, and nothing besides.

With each: limits on memory, CPU time, wall time and output; one process and one thread. A superuser cannot be held to one
process, so its submissions get a user number of their own each, where the interpreter can be read by such a user. Whether
one process is all there can be is tried out, and not believed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import site
import sys
import sysconfig
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

TIME, OUTPUT, MEMORY, PROCESSES = "time", "output", "memory", "processes"
SURVIVORS, OTHERS, NETWORK, FILES = "survivors", "other processes", "network", "files"

PROMISES = {
    TIME: "it is ended at its time limit",
    OUTPUT: "what it prints and returns is limited",
    MEMORY: "its own memory is limited (segments shared through the system are not counted)",
    PROCESSES: "it starts no other process and no thread",
    SURVIVORS: "nothing that it starts outlives it",
    OTHERS: "it neither ends other processes nor reads what is in them",
    NETWORK: "it has no network",
    FILES: "it sees no files but its own and Python's, and fills no disk",
}

BUBBLEWRAP, UNSHARE, LIMITS = "bubblewrap", "unshare", "limits"
EVERYWHERE = frozenset({TIME, OUTPUT})
NAMESPACES = EVERYWHERE | {MEMORY, SURVIVORS, OTHERS, NETWORK}
APART = {BUBBLEWRAP: NAMESPACES | {FILES}, UNSHARE: NAMESPACES}


@dataclass(frozen=True)
class Isolation:
    """A way to keep a process apart, and what it promises on this machine.

    own_user  each submission runs as a user that nothing else runs as; only a superuser can do that
    single    no process and no thread can be started, as was tried out
    """

    name: str
    own_user: bool = False
    single: bool = False

    @property
    def promises(self) -> frozenset[str]:
        linux = frozenset({MEMORY}) if sys.platform == "linux" else frozenset[str]()
        found = APART.get(self.name, EVERYWHERE | linux)
        found |= {PROCESSES, SURVIVORS} if self.single else set()
        return found | ({OTHERS} if self.own_user else set())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not promised, a sentence each."""
        return tuple(f"not guaranteed: {text}" for key, text in PROMISES.items() if key not in self.promises)

    def __str__(self) -> str:
        return self.name + (" with a user of its own" if self.own_user else "")


def candidates() -> list[Isolation]:
    """Every way that could work here, best first; whether one does has to be tried."""
    names = [BUBBLEWRAP, UNSHARE] if sys.platform == "linux" else []
    own = [True, False] if hasattr(os, "geteuid") and os.geteuid() == 0 else [False]
    return [Isolation(name, own_user) for name in [*names, LIMITS] for own_user in own]


def command(isolation: Isolation, root: Path, python: list[str]) -> list[str]:
    """The command that runs Python, apart; `{root}` in its arguments becomes where the process finds its directory."""
    return COMMANDS[isolation.name](isolation, root, python)


def _bubblewrap(isolation: Isolation, root: Path, python: list[str]) -> list[str]:
    inside = "/sandbox"
    start = [_program("bwrap"), *"--unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try".split()]
    # A superuser keeps the namespace of users, where the numbers of other users are; the process gives up its rights itself.
    start += ["--die-with-parent"] if isolation.own_user else ["--die-with-parent", "--unshare-user"]
    mounts: list[str] = []
    for path in _to_read():
        mounts += [*_parents(path), "--ro-bind-try", path, path]
    for path in _to_hide():
        mounts += ["--tmpfs", path, "--remount-ro", path]
    places = {root / name: name for name in ("code", "task")} | {path: f"site/{path.name}" for path in _numpy()}
    for source, place in places.items():
        mounts += [*_parents(f"{inside}/{place}"), "--ro-bind", str(source), f"{inside}/{place}"]
    for device in ("null", "zero", "urandom"):
        mounts += [*_parents(f"/dev/{device}"), "--dev-bind-try", f"/dev/{device}", f"/dev/{device}"]
    own = [*f"--perms 0777 --size {HOME_BYTES} --tmpfs {inside}/home --remount-ro / --chdir {inside}/home".split()]
    return [*start, *mounts, *own, *_at(inside, python)]


def _unshare(isolation: Isolation, root: Path, python: list[str]) -> list[str]:
    options = "--net --pid --ipc --uts --fork --kill-child --mount-proc".split()
    if not isolation.own_user:
        options.append("--map-root-user" if os.geteuid() == 0 else "--map-current-user")
    return [_program("unshare"), *options, *_at(str(root), python)]


def _limits(isolation: Isolation, root: Path, python: list[str]) -> list[str]:
    return _at(str(root), python)


COMMANDS: dict[str, Callable[[Isolation, Path, list[str]], list[str]]] = {
    BUBBLEWRAP: _bubblewrap,
    UNSHARE: _unshare,
    LIMITS: _limits,
}
HOME_BYTES = 16_000_000  # of the directory in memory that bubblewrap gives to a process


def lay_out(root: Path, child: Path) -> None:
    """The directory of a submission: code to run it, the task, what it can import, and a home. The same for every way."""
    for name in ("code", "task", "site", "home"):
        (root / name).mkdir()
    shutil.copyfile(child, root / "code" / "child.py")
    for path in _numpy():
        (root / "site" / path.name).symlink_to(path)


def remove(root: Path) -> None:
    """Remove a directory, however deep: what is inside is moved up first, so that no path is too long and nothing recurs."""
    directories, mark = [root], secrets.token_hex(8)
    with suppress(OSError):  # what something alive still writes to, or a disk does not give up, is no reason to lose a result
        for directory in directories:  # which grows meanwhile
            for entry in list(os.scandir(directory)):
                if entry.is_dir(follow_symlinks=False):
                    os.chmod(entry.path, 0o700)
                    directories.append(root / f"{mark}-{len(directories)}")
                    os.rename(entry.path, directories[-1])
                else:
                    os.unlink(entry.path)
        for directory in reversed(directories):
            os.rmdir(directory)


def _at(root: str, python: list[str]) -> list[str]:
    return [python_itself(), *(argument.replace("{root}", root) for argument in python)]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


# --- What Python needs. It runs without the virtual environment, and of the packages there sees NumPy alone.


def python_itself() -> str:
    """The interpreter that a virtual environment is made from, so that no package is there by accident."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


@cache
def _numpy() -> tuple[Path, ...]:
    """NumPy, and the libraries that a wheel of it brings along."""
    package = Path(np.__file__).resolve().parent
    libraries = package.with_name("numpy.libs")
    return (package, libraries) if libraries.is_dir() else (package,)


@cache
def _to_read() -> tuple[str, ...]:
    system = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"]
    libraries = os.path.join(sys.base_prefix, "lib")
    own = [libraries, os.path.realpath(libraries), sysconfig.get_path("stdlib"), python_itself()]
    return tuple(dict.fromkeys([*system, *own]))


@cache
def _to_hide() -> tuple[str, ...]:
    """The installed packages, answer keys among them, inside what can be read."""
    roots = [os.path.realpath(path) for path in _to_read()]
    packages = {os.path.realpath(path) for path in site.getsitepackages([sys.base_prefix, sys.prefix])}
    packages.add(str(Path(__file__).resolve().parents[2]))
    return tuple(sorted(path for path in packages if os.path.isdir(path) and _within(path, roots)))


def _within(path: str, roots: Iterable[str]) -> bool:
    return any(Path(path).is_relative_to(root) for root in roots)


def _parents(path: str) -> list[str]:
    """Directories on the way to a mount, which every user can pass: those that bubblewrap makes by itself are private."""
    above = [str(parent) for parent in reversed(Path(path).parents) if str(parent) != "/"]
    return [word for directory in above for word in ("--dir", directory)]
