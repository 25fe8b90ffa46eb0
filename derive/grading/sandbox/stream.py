"""Reading what a process sends and prints, with limits on both and on time, believing neither."""

from __future__ import annotations

import os
import selectors
import time
from dataclasses import dataclass, field
from typing import Any

from .child import messages

CHUNK = 1 << 16
WAIT = 2.0  # seconds until a killed process has let go of its pipes


@dataclass
class Reader:
    """Two pipes: what is printed, and messages. It fills up as the process goes on.

    sent     the messages: the process is ready; the source is loaded; one for each call
    ended    "time", "output" or "returned" where a limit ended it, "malformed" where it sent what is no message
    gone     it has let go of its pipe by itself
    cpu      seconds of processor time, and the exit status: they name a failure, and never decide that there is one
    """

    output: int
    result: int
    printed_limit: int
    returned_limit: int
    sent: list[tuple[Any, bytes]] = field(default_factory=list)
    printed: bytearray = field(default_factory=bytearray)
    ended: str = ""
    gone: bool = False
    cpu: float = 0.0
    status: int = 0

    def read(self, seconds: float, calls: int) -> None:
        """Until every call is answered, the process has let go of its pipes, or a limit is reached."""
        end, stream, returned = time.monotonic() + seconds, bytearray(), 0
        with selectors.DefaultSelector() as selector:
            selector.register(self.output, selectors.EVENT_READ)
            selector.register(self.result, selectors.EVENT_READ)
            while len(self.sent) < calls + 2 and not self.ended and selector.get_map():
                left = end - time.monotonic()
                if left <= 0:
                    self.ended = "time"
                for key, _ in selector.select(max(left, 0)):
                    data = os.read(key.fd, CHUNK)
                    if not data:
                        selector.unregister(key.fd)
                        if key.fd == self.result:
                            self.gone = True
                            return
                    elif key.fd == self.output:
                        self._print(data)
                    else:
                        stream += data
                        returned += len(data)
                        if returned > self.returned_limit:
                            self.ended = "returned"
                        self._take(stream, calls)

    def drain(self) -> None:
        """What is left of the output, until nothing holds the pipes any more: then nothing that had them is alive."""
        end = time.monotonic() + WAIT
        with selectors.DefaultSelector() as selector:
            selector.register(self.output, selectors.EVENT_READ)
            selector.register(self.result, selectors.EVENT_READ)
            while selector.get_map() and (left := end - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    data = os.read(key.fd, CHUNK)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.fd == self.output:
                        self._print(data)

    def _print(self, data: bytes) -> None:
        room = self.printed_limit - len(self.printed)
        self.printed += data[:room]
        if len(data) > room and not self.ended:
            self.ended = "output"

    def _take(self, stream: bytearray, calls: int) -> None:
        try:
            for message in messages(stream, self.returned_limit):
                if len(self.sent) < calls + 2:
                    self.sent.append(message)
        except ValueError:
            self.ended = "malformed"
