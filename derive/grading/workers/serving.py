"""python -m derive.grading.workers.serving: judges units of work, a line each, until its input ends; see `work`."""

from __future__ import annotations

import os
import queue
import threading

from .work import judged

READY = "ready"


def serve() -> None:
    """Says that it is ready, then answers line by line. It ends with its input, even within a judgement that never ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what a task prints must not look like a verdict
    incoming = os.fdopen(os.dup(0), encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen() -> None:
        for line in incoming:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    answer = READY
    while True:
        answers.write(answer + "\n")
        answers.flush()
        answer = judged(lines.get())


if __name__ == "__main__":
    serve()
