"""Sockets whose time limit is for the whole answer, not for each piece of it."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

BYTES_PER_S = 2**20
"""Data buys time at this rate: a server that sends a byte now and then gains nothing."""

SEND_TIMEOUT_S = 35.0
"""DataLab may take nothing in while it waits 30 s for its own window."""


class DeadlineSocket(socket.socket):
    """A connected TCP socket on which ``settimeout(t)`` starts a clock of ``t`` seconds.

    Python's own time limit is for one ``recv``: a server that sends one byte every few
    seconds keeps a client waiting for ever.
    """

    _deadline_s: float | None = None
    _sent_by_s: float = 0.0

    @classmethod
    def adopt(cls, connection: socket.socket) -> DeadlineSocket:
        """Take over a connected socket."""
        timeout_s = connection.gettimeout()
        family, kind, protocol = connection.family, connection.type, connection.proto
        adopted = cls(family, kind, protocol, fileno=connection.detach())
        adopted.settimeout(timeout_s)
        return adopted

    def settimeout(self, value: float | None) -> None:
        """Start the clock anew, or with None stop it."""
        super().settimeout(value)
        self._sent_by_s = time.monotonic() + SEND_TIMEOUT_S
        self._deadline_s = None if value is None else time.monotonic() + value

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Receive within what is left of the time."""
        if self._deadline_s is None:
            return super().recv_into(*args, **kwargs)
        left_s = self._deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        super().settimeout(left_s)
        size = super().recv_into(*args, **kwargs)
        self._deadline_s += size / BYTES_PER_S
        return size

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        """Send within a limit of its own, for all that is sent: the other is for connecting."""
        self._sent_by_s += memoryview(data).nbytes / BYTES_PER_S
        left_s = self._sent_by_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        super().settimeout(left_s)
        super().sendall(data, flags)
