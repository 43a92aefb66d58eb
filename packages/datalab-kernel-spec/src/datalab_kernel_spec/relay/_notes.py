"""What the kernel tells the relay, a line each: a word, and what belongs to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Notes"]

CHUNK_BYTES = 1 << 16


class Notes:
    """Read them, and hand each to the one who wants it.

    Parameters
    ----------
    fd
        The end to read from; its end is that of the kernel.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.has_ended = False
        self._rest = b""
        self._takers: dict[str, Callable[[str], None]] = {}
        os.set_blocking(fd, False)

    def on(self, word: str, take: Callable[[str], None]) -> None:
        """Say who takes what belongs to a word."""
        self._takers[word] = take

    def read(self) -> None:
        """Hand on what has been told; a note that was written before a message has come too."""
        try:
            said = os.read(self.fd, CHUNK_BYTES)
        except BlockingIOError:
            return
        self.has_ended = not said
        *lines, self._rest = (self._rest + said).split(b"\n")
        for line in lines:
            word, _, rest = line.decode().partition(" ")
            if take := self._takers.get(word):
                take(rest)
