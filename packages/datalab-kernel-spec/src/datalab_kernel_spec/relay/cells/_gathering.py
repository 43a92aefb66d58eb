"""What a short cell publishes is read together, as its reply comes: each wake-up costs.

A cell that lasts longer is shown from then on as it publishes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Published(Protocol):
        """The socket on which xpython publishes."""

        def look_away(self) -> None:
            """Let what comes wake nobody."""

        def look(self) -> None:
            """Be woken by what comes again."""

        def read(self) -> None:
            """Take what has come."""


__all__ = ["GATHER_MS", "Gathering"]

GATHER_MS = 10
"""How long what a cell publishes waits for its reply."""


class Gathering:
    """Look away from what xpython publishes while it may be about to answer.

    Parameters
    ----------
    published
        The socket.
    has_more
        Says whether a further cell waits for its reply.
    """

    def __init__(self, published: Published, has_more: Callable[[], bool]) -> None:
        self._published = published
        self._has_more = has_more
        self._until = 0.0
        self._is_answered = False
        self.is_on = False
        """Whether what is published wakes nobody now."""

    def begin(self) -> None:
        """Let what a cell publishes wait: its request was passed on."""
        if not self.is_on:
            self.is_on = True
            self._until = time.monotonic() + GATHER_MS / 1000
            self._published.look_away()

    def note_reply(self) -> None:
        """Learn that a cell has answered: what it published has come."""
        self._is_answered = True

    def look_after(self) -> None:
        """Take what has waited, if it is time."""
        if not self.is_on:
            return
        if self._is_answered and self._has_more():
            self._until = time.monotonic() + GATHER_MS / 1000
            self._is_answered = False
            self._published.read()
        elif self._is_answered or time.monotonic() >= self._until:
            self.end()

    def end(self) -> None:
        """Take what has waited, and whatever comes from now on as it comes."""
        self._is_answered = False
        if self.is_on:
            self.is_on = False
            self._published.look()
            self._published.read()
