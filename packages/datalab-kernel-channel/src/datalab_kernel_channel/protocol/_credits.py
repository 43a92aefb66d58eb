"""The window of a stream, as its writer and its reader see it."""

from __future__ import annotations

from datalab_kernel_channel.protocol._table import Refused

__all__ = ["ReaderWindow", "WriterWindow"]


class WriterWindow:
    """How much a writer may send."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.sent_bytes = 0

    @property
    def is_open(self) -> bool:
        """Whether a chunk may begin."""
        return self.sent_bytes < self.limit_bytes

    def extend(self, limit_bytes: int) -> None:
        """Take credit; a credit that came late changes nothing."""
        self.limit_bytes = max(self.limit_bytes, limit_bytes)


class ReaderWindow:
    """What a reader allows.

    Parameters
    ----------
    window_bytes
        How much may be on its way.
    told_bytes
        How much its writer may send before the first credit: what it was told the window was.
    size_bytes
        How much its writer said that it will send; 0 if that isn't known. It may be wrong.
    """

    def __init__(self, window_bytes: int, told_bytes: int, size_bytes: int = 0) -> None:
        self._size_bytes = size_bytes
        self._window_bytes = window_bytes
        self._limit_bytes = min(window_bytes, told_bytes)
        self._most_bytes = max(window_bytes, told_bytes)
        self._received_bytes = 0
        self._read_bytes = 0

    def receive(self, size_bytes: int) -> None:
        """Count a chunk.

        Raises
        ------
        Refused
            If it began beyond the window.
        """
        allowed = max(self._limit_bytes, self._most_bytes)
        if self._received_bytes >= allowed:
            raise Refused("beyond_window", f"{allowed} bytes were allowed")
        self._received_bytes += size_bytes

    def read(self, size_bytes: int) -> int | None:
        """Count what was read; return the new limit when it is worth a credit."""
        self._read_bytes += size_bytes
        if self._read_bytes < self._size_bytes <= self._limit_bytes:
            return None  # all of it is allowed already
        limit = self._read_bytes + self._window_bytes
        if limit - self._limit_bytes < max(1, self._window_bytes // 2):
            return None
        self._limit_bytes = limit
        return limit
