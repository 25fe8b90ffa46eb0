"""Notebooks in a real browser: JupyterLab or Voila on a free port, every request that leaves the machine refused and reported."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SCREENSHOTS = Path(__file__).resolve().parents[1] / "build" / "screenshots"
BROWSER = shutil.which("chromium") or "chromium"
QUIET = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
QUIET += ["--disable-component-update", "--disable-sync"]
# Voila asks for these two style sheets of icons; without them nothing is missing.
HARMLESS = ("font-awesome", "fontawesome")
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none", "kernelShutdown": True},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Debian's browser without a window; where it is missing, the test is skipped."""
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield launched
        launched.close()


@dataclass
class Opened:
    """A page with a notebook that has run, and what was noticed on the way."""

    page: Any
    address: str
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """Requests that left the machine, without those that are known to be harmless."""
        return sorted({url for url in self.refused if not any(word in url for word in HARMLESS)})


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def server(mode: str, folder: Path, theme: str = "light") -> Iterator[str]:
    """JupyterLab ("lab") or Voila ("voila") on a folder; ended by the id of its own process group."""
    port = free_port()
    with tempfile.TemporaryDirectory() as base:
        chosen = {**SETTINGS, "apputils-extension/themes": {"theme": f"JupyterLab {theme.capitalize()}"}}
        for name, value in chosen.items():
            file = Path(base, "settings", "@jupyterlab", f"{name}.jupyterlab-settings")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(value))
        homes = {"JUPYTER_CONFIG_DIR": base, "JUPYTERLAB_SETTINGS_DIR": f"{base}/settings", "JUPYTERLAB_WORKSPACES_DIR": f"{base}/spaces"}
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1"]
        command += ["--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0"]
        if mode == "voila":
            command = [sys.executable, "-m", "voila", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
            command += [f"--theme={theme}", str(folder)]
        with open(Path(base, "log"), "w+") as log:
            started = subprocess.Popen(command, env=os.environ | homes, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                _wait(f"http://127.0.0.1:{port}/{'api' if mode == 'lab' else ''}", started, Path(base, "log"))
                yield f"http://127.0.0.1:{port}"
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(started.pid, signal.SIGTERM)
                try:
                    started.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(started.pid, signal.SIGKILL)
                    started.wait(10)


def _wait(address: str, started: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if started.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer within {seconds:g} s: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def opened(browser: Any, address: str, mode: str, notebook: str, *, seconds: float = 120, width: int = 1200) -> Iterator[Opened]:
    """A notebook on a page of its own, all of its cells run."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    found = Opened(page, address)

    def guard(route: Any) -> None:
        url = route.request.url
        if url.startswith((address, address.replace("http", "ws"), "data:", "blob:")):
            route.continue_()
        else:
            found.refused.append(url.split("?")[0])
            route.abort()

    context.route("**/*", guard)
    page.on("console", lambda m: found.errors.append(m.text[:300]) if m.type == "error" else None)
    page.on("pageerror", lambda error: found.errors.append(str(error)[:300]))
    try:
        if mode == "lab":
            page.goto(f"{address}/lab/tree/{notebook}?reset", timeout=90_000)
            _run_all(page, seconds)
        else:
            page.goto(f"{address}/voila/render/{notebook}", timeout=seconds * 1000)
            page.wait_for_selector(".derive-panel svg", timeout=seconds * 1000, state="attached")
            _all_there(page)
        settled(page)
        yield found
    finally:
        if mode == "lab":  # the kernel would live on as long as the server
            with contextlib.suppress(Exception):
                page.evaluate(
                    """async address => { for (const one of await (await fetch(address + '/api/sessions')).json()) {
                    await fetch(`${address}/api/sessions/${one.id}`, { method: 'DELETE',
                      headers: { 'X-XSRFToken': (document.cookie.match(/_xsrf=([^;]*)/) || [])[1] || '' } }) } }""",
                    address,
                )
        context.close()


def _all_there(page: Any) -> None:
    """Voila shows its cells one after the other: waits until there come no more."""
    count, still = 0, 0
    while still < 5:
        page.wait_for_timeout(200)
        now = page.locator(".derive-panel").count()
        still = still + 1 if now == count else 0
        count = now


IDLE = """() => { const e = document.querySelector('.jp-Notebook-ExecutionIndicator'); return e && e.dataset.status === 'idle' }"""
ALL_RUN = """() => { const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
  if (document.querySelector('[data-mime-type="application/vnd.jupyter.error"]')) return true
  return cells.length && cells.every(c => /\\[\\d+\\]/.test(c.querySelector('.jp-InputPrompt')?.textContent || '')
    || !c.querySelector('.cm-content')?.textContent.trim()) }"""


BEGUN = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]
  .some(e => /\\[(\\*|\\d+)\\]/.test(e.textContent))"""


def _run_all(page: Any, seconds: float) -> None:
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.wait_for_function(IDLE, timeout=60_000, polling=50)
    for _ in range(4):  # a click on the menu can come before the notebook is ready for it, and is then lost
        page.locator(".jp-Notebook .jp-Cell").first.click()
        page.keyboard.press("Escape")
        page.locator('#jp-MainMenu li:has-text("Run")').first.click()
        page.get_by_text("Run All Cells", exact=True).click()
        with contextlib.suppress(Exception):
            page.wait_for_function(BEGUN, timeout=5_000, polling=50)
            break
    try:
        page.wait_for_function(ALL_RUN, timeout=seconds * 1000, polling=100)
    except Exception as error:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / "not_run.png")
        raise RuntimeError(f"not all cells ran within {seconds:g} s: {page.evaluate(PROMPTS)}") from error
    page.wait_for_function(IDLE, timeout=60_000, polling=50)
    page.keyboard.press("Control+b")


PROMPTS = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].map(c =>
  (c.querySelector('.jp-InputPrompt')?.textContent || '') + c.querySelector('.cm-content')?.textContent.slice(0, 40)).join(' | ')"""


RAW = """() => { const area = document.querySelector('.jp-Notebook, .jp-NotebookPanel, body')
  const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT)
  let node, found = []
  while (node = walker.nextNode()) {
    const e = node.parentElement
    if (e.closest('script, style, .cm-editor, pre, code, textarea, mjx-container, .MathJax, mjx-assistive-mml')) continue
    if (/\\$[^$]+\\$|\\\\(frac|begin|sigma|partial|delta)/.test(node.textContent)) found.push(node.textContent.trim().slice(0, 120))
  }
  return found }"""


DRAWN = """() => [...document.querySelectorAll('.derive-panel .derive-scroll')]
  .every(e => e.querySelector('svg') || getComputedStyle(e).display === 'none')"""


def settled(page: Any, seconds: float = 20) -> None:
    """Waits until every figure is drawn and no formula is left that is not typeset; what is left after that is for the test to find."""
    with contextlib.suppress(Exception):
        page.wait_for_function(DRAWN, timeout=seconds * 1000, polling=100)
        page.wait_for_function(f"() => !({RAW})().length", timeout=seconds * 1000, polling=100)
    page.wait_for_timeout(300)


def raw_formulas(page: Any) -> list[str]:
    """Texts with LaTeX in them that was not typeset."""
    return list(page.evaluate(RAW))


# A command that is not known stands in the formula as it was written; other mistakes are marked.
BAD = """() => [...document.querySelectorAll('mjx-container, .MathJax_Error')]
  .filter(e => e.querySelector('mjx-merror, merror, [data-mjx-error]') || /\\\\[a-z]/i.test(e.textContent))
  .map(e => e.textContent.slice(0, 120))"""
FAILED = """() => ['error', 'stderr'].flatMap(kind => [...document.querySelectorAll(`[data-mime-type="application/vnd.jupyter.${kind}"]`)])
  .map(e => e.textContent.slice(0, 500))"""


def bad_formulas(page: Any) -> list[str]:
    """Formulas that MathJax could not typeset."""
    return list(page.evaluate(BAD))


def cell_errors(page: Any) -> list[str]:
    """What failed in the cells."""
    return list(page.evaluate(FAILED))
