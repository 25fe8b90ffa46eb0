"""The same work on a Dask cluster. There too a process of its own judges, so that no submission stops a worker of the cluster."""

from __future__ import annotations

import atexit
import json
import queue
from collections.abc import Iterator, Sequence
from typing import Any

from ...errors import DeriveError
from .processes import Worker

START = 30.0  # seconds until the cluster has to answer
_FREE: queue.LifoQueue[Worker] = queue.LifoQueue()


def judged_there(unit: str, limit: float) -> str:
    """What became of a unit; runs on the cluster, whose workers keep their processes for the next unit."""
    try:
        worker = _FREE.get_nowait()
    except queue.Empty:
        worker = Worker(limit)
        atexit.register(worker.close)
    worker.limit = limit
    try:
        return worker.judge(unit)
    finally:
        _FREE.put(worker)


def present() -> bool:
    """Whether this package is there, on the cluster."""
    return True


def judged_on(address: str, units: Sequence[str], limit: float) -> Iterator[tuple[int, str]]:
    """What became of each unit, as it comes, with its number: on the Dask cluster with this address.

    Raises `DeriveError` where there is no cluster, `derive` is not installed on it, or it goes away.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise DeriveError("Dask is not installed", "--dask", 'install it: pip install "derive-nn[dask]"') from None
    where = f"Dask cluster {address}"
    try:
        client = Client(address, timeout=START, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise DeriveError(f"it does not answer: {error}", where, "for example tcp://127.0.0.1:8786") from None
    with client:
        _ready(client, where)
        futures = client.map(judged_there, list(units), limit=limit, pure=False)
        numbers = {future.key: number for number, future in enumerate(futures)}
        with client.as_current():
            finished = as_completed(futures)
        for done in finished:
            if done.status == "cancelled":
                raise DeriveError("it went away", where, "run again: what was judged is kept")
            yield numbers[done.key], _result(done)
            done.release()


def _ready(client: Any, where: str) -> None:
    """Raises `DeriveError` unless there is a worker, and `derive` on it."""
    try:
        client.submit(present, pure=False).result(timeout=START)
    except Exception as error:
        raise DeriveError(f"no worker can be used: {error}", where, "start workers on which derive is installed") from None


def _result(done: Any) -> str:
    try:
        return str(done.result())
    except Exception as error:
        return json.dumps({"failed": f"the worker of the cluster was lost: {type(error).__name__}"})
