"""Jupyter or Voila on a folder, on this machine only, for as long as the command runs."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import DeriveError

HOST = "127.0.0.1"
FIRST_PORT = {"jupyterlab": 8888, "voila": 8866}
SHOWN = {"jupyterlab": "JupyterLab", "voila": "Voila"}
PATIENCE = 15  # seconds that a server has to end
# JupyterLab asks at its first start whether it may fetch news; these are defaults below a user's own settings.
DEFAULTS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def installed(server: str) -> None:
    """Raises `DeriveError` that says what to install, if the server is not there."""
    if importlib.util.find_spec(server) is None:
        raise DeriveError(f"{SHOWN[server]} is not installed", hint="pip install 'derive-nn[lessons]'")


def serve(server: str, folder: Path, port: int | None = None, browser: bool = True, say: Callable[[str], None] = print) -> int:
    """Runs "jupyterlab" or "voila" until it ends or Ctrl-C ends it; the exit status, 0 after Ctrl-C."""
    installed(server)
    free = free_port(server, port)
    address = f" at http://{HOST}:{free}/" if server == "voila" else ""  # JupyterLab prints its own, with a token
    say(f"{SHOWN[server]} starts{address}; Ctrl-C ends it")
    with TemporaryDirectory(prefix="derive-") as settings:
        environment = _quiet(Path(settings))
        with _signals_interrupt():
            # In a session of its own Ctrl-C reaches this process alone, which then ends the server.
            process = subprocess.Popen(command(server, folder, free, browser), env=environment, start_new_session=True)
            try:
                return process.wait()
            except KeyboardInterrupt:
                return 0
            finally:
                _end(process)


def command(server: str, folder: Path, port: int, browser: bool) -> list[str]:
    """The command line of a server: the interpreter that runs now, the folder as its root, this machine only."""
    start = [sys.executable, "-m", server]
    if server == "voila":
        start += [str(folder.resolve()), f"--port={port}", f"--Voila.ip={HOST}", "--Voila.log_level=WARN"]
    else:
        start += [f"--ServerApp.root_dir={folder.resolve()}", f"--ServerApp.ip={HOST}", f"--ServerApp.port={port}"]
        start += ["--ServerApp.port_retries=0", "--ServerApp.answer_yes=True", "--ServerApp.allow_root=True"]
        start += ["--log-level=WARN"]
    return start if browser else [*start, "--no-browser"]


def free_port(server: str, wanted: int | None) -> int:
    """The wanted port, or the first free one after the usual one. Raises `DeriveError` if there is none."""
    first = FIRST_PORT[server] if wanted is None else wanted
    for port in range(first, first + (100 if wanted is None else 1)):
        with socket.socket() as tried:
            if os.name == "posix":
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            try:
                tried.bind((HOST, port))
            except OSError:
                continue
            return port
    raise DeriveError(f"the port {first} is in use" if wanted is not None else "no port is free", hint="give another with --port")


def _quiet(settings: Path) -> dict[str, str]:
    """The environment with a folder of settings before the others."""
    (settings / "labconfig").mkdir()
    (settings / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(DEFAULTS), "utf-8")
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    path = os.pathsep.join([str(settings), *([before] if before else [])])
    # What Jupyter's own parts say to each other of names that will change is nothing for a learner.
    return {"PYTHONWARNINGS": "ignore::DeprecationWarning:traitlets.traitlets", **os.environ, "JUPYTER_CONFIG_PATH": path}


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Inside, a request to end this process counts as Ctrl-C, so that the server ends with it."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before: dict[str, Any] = {name: signal.signal(getattr(signal, name), signal.default_int_handler) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a server with its kernels; an impatient second Ctrl-C ends it at once."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()
