"""Contenders are measured in turn, round by round, and compared by their best round, so that a machine's moods hit all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import pytest

Best = dict[str, float]


def best_times(contenders: Mapping[str, Callable[[], object]], rounds: int, calls: int = 1) -> Best:
    """Seconds a call of the best round of each contender, the rounds interleaved."""
    best = dict.fromkeys(contenders, float("inf"))
    for name in contenders:
        contenders[name]()
    for _ in range(rounds):
        for name, run in contenders.items():
            start = time.perf_counter()
            for _ in range(calls):
                run()
            best[name] = min(best[name], (time.perf_counter() - start) / calls)
    return best


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str], benchmark: object) -> Callable[[str, Best, str], None]:
    """Print a table of times and ratios, and keep the ratios with pytest-benchmark's own record."""

    def show(title: str, best: Best, against: str) -> None:
        with capsys.disabled():
            print(f"\n{title}")
            for name, seconds in best.items():
                ratio = seconds / best[against]
                print(f"  {name:34s} {seconds * 1e6:12.1f} us   {ratio:6.2f} x {against}")
                benchmark.extra_info[name] = ratio  # type: ignore[attr-defined]  # the fixture of pytest-benchmark

    return show
