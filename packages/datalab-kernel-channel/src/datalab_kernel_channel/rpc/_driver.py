"""A link on an event loop: what is posted goes out at the end of the loop's turn, and time passes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel_channel.protocol._link import Frame, Link, Parcel

__all__ = ["LinkDriver"]

SPACING_S = 0.01
"""How close to the last flush a notification from code that blocks the loop waits for others."""


class LinkDriver:
    """Sends what a link has to send.

    Parameters
    ----------
    link
        The state.
    send
        Called with each frame (without its envelope) and its buffers.
    on_flush
        Called after frames went out, or time has passed.
    """

    def __init__(
        self,
        link: Link,
        send: Callable[[dict[str, Any], Sequence[Any]], None],
        on_flush: Callable[[], None],
    ) -> None:
        self.link = link
        self._send = send
        self._on_flush = on_flush
        self._loop = asyncio.get_running_loop()
        self._flushing: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0  # Pyodide's timers don't tell
        self._flushed_at = float("-inf")
        self._is_taking = False
        self._is_answered = False
        self._is_closed = False

    @property
    def is_connected(self) -> bool:
        """Whether the other side is there, as far as is known."""
        return self.link.is_connected

    def post(
        self, item: dict[str, Any], buffers: Sequence[Any] = (), *, json_bytes: int | None = None
    ) -> Parcel:
        """Send an item at the end of the loop's turn; see :meth:`Link.post`."""
        parcel = self.link.post(item, buffers, json_bytes=json_bytes)
        self.flush_soon()
        return parcel

    def post_now(
        self, item: dict[str, Any], buffers: Sequence[Any] = (), *, json_bytes: int | None = None
    ) -> None:
        """Send an item though the loop may be blocked, unless others went out a moment ago."""
        self.link.post(item, buffers, json_bytes=json_bytes)
        if self._loop.time() - self._flushed_at >= SPACING_S:
            self.flush()
        else:
            self.flush_soon()

    def receive(
        self, frame: dict[str, Any], buffers: Sequence[Any], take: Callable[[Frame], None]
    ) -> None:
        """Take a frame, hand on the data frames whose turn it is, and flush soon.

        Tasks that `take` wakes or starts make their first step before that flush. What is
        :meth:`answered` meanwhile is sent at once: kernels have more to do before the loop's next turn.
        """
        self._is_taking, self._is_answered = True, False
        try:
            for data in self.link.receive(frame, buffers, self._loop.time()):
                take(data)
        finally:
            self._is_taking = False
            (self.flush if self._is_answered else self.flush_soon)()

    def answered(self) -> None:
        """Say that the frame that is taken has its answer already."""
        self._is_answered = True

    def await_signs(self, *, is_awaiting: bool) -> None:
        """Say whether the other side owes something."""
        self.link.await_signs(is_awaiting=is_awaiting, now=self._loop.time())

    def flush_soon(self) -> None:
        """Flush after the callbacks that wait now."""
        if self._flushing is None and not self._is_taking and not self._is_closed:
            self._flushing = self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Send what is to be sent now, and set the timer for what comes later."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._is_closed:
            return
        self._flushed_at = self._loop.time()
        for frame, buffers in self.link.transmit(self._flushed_at):
            self._send(frame, buffers)
        self._on_flush()
        self._set_timer()

    def _set_timer(self) -> None:
        due = self.link.next_time()
        if self._timer is not None and (due is None or self._rings_at > due):
            self._timer.cancel()
            self._timer = None
        if self._timer is None and due is not None and not self._is_closed:
            self._rings_at = due
            self._timer = self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.link.tick(self._loop.time())
        self.flush()

    def close(self) -> None:
        """Send nothing any more."""
        self._is_closed = True
        for handle in (self._flushing, self._timer):
            if handle is not None:
                handle.cancel()
