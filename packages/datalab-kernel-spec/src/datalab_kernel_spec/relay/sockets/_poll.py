"""Descriptors that are waited for, and who is called when something can be read or written."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LAST_RANK", "READ", "WRITE", "Poll"]

READ, WRITE = select.POLLIN, select.POLLOUT
LAST_RANK = 9


class Poll:
    """Wait for all of them at once.

    Parameters
    ----------
    guarded
        Calls what it is given, and keeps its errors from ending the relay.
    """

    def __init__(self, guarded: Callable[..., None]) -> None:
        self._guarded = guarded
        self._poll = select.poll()
        self._callbacks: dict[int, tuple[int, Callable[[int], object]]] = {}

    def watch(
        self,
        fd: int,
        callback: Callable[[int], object],
        rank: int = LAST_RANK,
        events: int = READ,
    ) -> None:
        """Call back, with what is ready, from now on; of several the lowest rank first."""
        self._callbacks[fd] = rank, callback
        self._poll.register(fd, events)

    def change(self, fd: int, events: int) -> None:
        """Wait for something else."""
        self._poll.modify(fd, events)

    def unwatch(self, fd: int) -> None:
        """Call back no more; nothing happens if nobody is called."""
        if self._callbacks.pop(fd, None):
            self._poll.unregister(fd)

    def turn(self, patience_ms: float) -> bool:
        """Wait once, and call back; say whether anything was ready."""
        ready = self._poll.poll(patience_ms)
        if len(ready) > 1:
            ready.sort(key=lambda one: self._callbacks[one[0]][0])
        for fd, event in ready:
            if found := self._callbacks.get(fd):  # which another one may have unwatched
                self._guarded(found[1], event)
        return bool(ready)
