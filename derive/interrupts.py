"""Ctrl-C at a moment that suits: between two updates, not in the middle of one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any


@contextmanager
def kept_waiting() -> Iterator[list[Any]]:
    """Keeps a Ctrl-C waiting: the list that is given holds it then. It is delivered by `deliver`, or where the block ends.

    A second one is not kept. In a thread other than the main one, where Python delivers no signals, nothing is done.
    """
    waiting: list[Any] = []
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield waiting
        return

    def keep(number: int, frame: Any) -> None:
        if waiting:
            deliver(waiting)
        else:
            waiting.append(partial(usual, number, frame))

    signal.signal(signal.SIGINT, keep)
    try:
        yield waiting
    finally:
        signal.signal(signal.SIGINT, usual)
        deliver(waiting)


def deliver(waiting: list[Any]) -> None:
    """What the interrupt does, usually raise KeyboardInterrupt; nothing if none waits."""
    if waiting:
        waiting.pop()()
