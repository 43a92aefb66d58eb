"""One pipe that the kernel and its children write to: read, and shown when it is its turn."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import TYPE_CHECKING

from datalab_kernel_spec.relay.outputs._pieces import Begun, Meeting, Pieces, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.relay.outputs._arrived import Arrived

__all__ = ["Pipe"]

CHUNK_BYTES = 1 << 16
LONGEST_S = 1.0
"""How long text waits for a message that was sent before it; then that one is lost."""


class Pipe:
    """Text in its order, held back where a message that came before it is still on its way.

    Parameters
    ----------
    fd
        The end to read from.
    arrived
        What has come by xpython's sockets.
    show
        Shows text.
    """

    def __init__(self, fd: int, arrived: Arrived, show: Callable[[Text], None]) -> None:
        self.fd = fd
        self.is_open = True
        self._arrived = arrived
        self._show = show
        self._pieces = Pieces()
        self._waiting: deque[Begun | Meeting | Text] = deque()
        self._met = 0
        self._held_at = 0.0
        os.set_blocking(fd, False)

    @property
    def is_held(self) -> bool:
        """Whether text waits for a message."""
        return bool(self._waiting)

    def read(self, has_room: Callable[[], bool]) -> None:
        """Show what was written, as far as its turn has come."""
        self.release()
        while not self._waiting:
            size = self._fill()
            self.release()
            if size < CHUNK_BYTES or not has_room():
                return

    def release(self) -> bool:
        """Show what was read, as far as its turn has come; say whether something waits on."""
        while self._waiting:
            first = self._waiting[0]
            if not isinstance(first, Text) and not self._is_time(first):
                return True
            self._take()
        return False

    def catch_up(self, number: int) -> None:
        """Show all that was written before a meeting, which has just come."""
        while self._met < number:
            while self._waiting and self._met < number:
                self._take()
            if self._met < number and not self._fill():
                return

    def release_all(self) -> None:
        """Show what was read and written, whatever it waits for: no more will come."""
        while self._waiting or self._fill():
            self._take()

    def _take(self) -> None:
        first = self._waiting.popleft()
        if isinstance(first, Text):
            self._show(first)
        elif isinstance(first, Meeting):
            self._met = max(self._met, first.number)

    def _is_time(self, place: Begun | Meeting) -> bool:
        now = time.monotonic()
        self._held_at = self._held_at or now
        if not self._arrived.has(place) and now - self._held_at < LONGEST_S:
            return False
        self._held_at = 0.0
        return True

    def _fill(self) -> int:
        """Read what is there; return how many bytes that was."""
        if not self.is_open:
            return 0
        try:
            written = os.read(self.fd, CHUNK_BYTES)
        except BlockingIOError:
            return 0
        self.is_open = bool(written)  # else the kernel has ended, or a cell closed it
        self._waiting.extend(self._pieces.of(written))
        return len(written)
