"""What a short cell publishes is read together, as its reply comes: each wake-up costs.

The replies of cells behind which others wait, too, are read together: xpython goes on with
those meanwhile. A cell that lasts longer is shown from then on as it publishes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Socket(Protocol):
        """One of those to xpython."""

        def look_away(self) -> None:
            """Let what comes wake nobody."""

        def look(self) -> None:
            """Be woken by what comes again."""

        def read(self) -> None:
            """Take what has come."""


__all__ = ["Gathering"]

GATHER_MS = 10
"""How long what a cell publishes waits for its reply."""
REPLIES_MS = 4
"""How long a reply waits for others, where further cells wait for theirs."""


class Gathering:
    """Look away from what xpython publishes while it may be about to answer.

    Parameters
    ----------
    published
        The socket on which it publishes.
    replies
        The socket on which it answers.
    waiting
        Says how many cells wait for their reply.
    """

    def __init__(self, published: Socket, replies: Socket, waiting: Callable[[], int]) -> None:
        self._published = published
        self._replies = replies
        self._waiting = waiting
        self._until = 0.0
        self._is_answered = False
        self._read_at = 0.0
        self._are_replies_away = False
        self.is_on = False
        """Whether what is published wakes nobody now."""

    @property
    def patience_ms(self) -> int:
        """How long the relay may sleep while this is on."""
        return REPLIES_MS if self._are_replies_away else GATHER_MS

    def begin(self) -> None:
        """Let what a cell publishes wait: its request was passed on."""
        if not self.is_on:
            self.is_on = True
            self._until = time.monotonic() + GATHER_MS / 1000
            self._published.look_away()
        if not self._are_replies_away and self._waiting() > 1:
            self._are_replies_away = True
            self._read_at = time.monotonic()
            self._replies.look_away()

    def note_reply(self) -> None:
        """Learn that a cell, still one of those that wait, has answered: what it published has come."""
        self._is_answered = True
        if not self.is_on and self._waiting() > 2:  # noqa: PLR2004 - it, and several behind it
            self.begin()

    def look_after(self) -> None:
        """Take what has waited, if it is time."""
        if not self.is_on:
            return
        now = time.monotonic()
        if self._are_replies_away and now - self._read_at >= REPLIES_MS / 1000:
            self._read_at = now
            self._replies.read()
        waiting = self._waiting()
        if self._are_replies_away and waiting <= 1:
            self._look_at_replies()
        if self._is_answered and waiting:
            self._until = now + GATHER_MS / 1000
            self._is_answered = False
            self._published.read()
        elif self._is_answered or now >= self._until:
            self.end()

    def end(self) -> None:
        """Take what has waited, and whatever comes from now on as it comes."""
        self._is_answered = False
        if self.is_on:
            self.is_on = False
            self._look_at_replies()
            self._published.look()
            self._published.read()

    def _look_at_replies(self) -> None:
        if self._are_replies_away:
            self._are_replies_away = False
            self._replies.look()
