"""Under continuous integration a skipped test is a failure: there, nothing that a test needs may be missing."""

from __future__ import annotations

import os

import pytest

SKIPS_FAIL = os.environ.get("CI") == "true"


def _skipped(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    if SKIPS_FAIL and session.exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = _skipped(config) if SKIPS_FAIL else []
    if skipped:
        terminalreporter.section("skipped, which is a failure with CI=true", red=True)
        for report in skipped:
            terminalreporter.line(report.nodeid)
