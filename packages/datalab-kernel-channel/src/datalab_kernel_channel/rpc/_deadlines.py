"""One timer for many deadlines, most of which are never reached."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Deadlines"]


class Deadlines:
    """A timer that rings at the first of some deadlines.

    What was done in time needs no word: when the timer rings, `expire` says which deadline is next.

    Parameters
    ----------
    expire
        Called with the loop's time; ends what is overdue and returns the next deadline, if any.
    """

    def __init__(self, expire: Callable[[float], float | None]) -> None:
        self._expire = expire
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0  # Pyodide's timers don't tell
        self._is_closed = False

    def add(self, deadline: float | None) -> None:
        """Ring at a deadline too, by the loop's clock; None: never."""
        if deadline is None or self._is_closed:
            return
        if self._timer is not None:
            if self._rings_at <= deadline:
                return
            self._timer.cancel()
        self._rings_at = deadline
        self._timer = self._loop.call_at(deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.add(self._expire(self._loop.time()))

    def close(self) -> None:
        """Ring no more."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
