"""Statuses of comm messages, put off while a cell runs.

A front end that waits for the kernel's answer would wait 40 ms longer for it: the server's
websocket sends a small message at once, and the next one only when the first was
acknowledged. Nor does a cell that runs look idle.
"""

from __future__ import annotations

import time

__all__ = ["QUIET_MS", "HeldStatuses"]

QUIET_MS = 15
"""How long no further status may have come before they are published."""
LONGEST_S = 0.05


class HeldStatuses:
    """What waits, and whether it is time."""

    def __init__(self) -> None:
        self.waiting: list[list[bytes]] = []
        self._first_at = self._last_at = 0.0

    def add(self, status: list[bytes]) -> None:
        """Let a status wait."""
        self._last_at = time.monotonic()
        if not self.waiting:
            self._first_at = self._last_at
        self.waiting.append(status)

    @property
    def is_time(self) -> bool:
        """Whether what waits is to be published now."""
        now = time.monotonic()
        is_quiet = now - self._last_at > QUIET_MS / 1000
        return bool(self.waiting) and (is_quiet or now - self._first_at > LONGEST_S)

    def take(self) -> list[list[bytes]]:
        """Hand out what waits."""
        taken, self.waiting = self.waiting, []
        return taken
