"""When a side of a link asks for a sign of life, and when silence means that the link is lost."""

from __future__ import annotations

from datalab_kernel_channel.protocol._table import TIMES_S

__all__ = ["Signs"]

BUSY_S = 1.0
"""A timer that comes later than this says that we were busy ourselves, not that others were silent."""


class Signs:
    """The other side's signs of life, and when one is to be asked for."""

    def __init__(self, *, may_be_lost: bool) -> None:
        self._may_be_lost = may_be_lost
        self.is_connected = True
        self._is_flying = False
        self._is_awaiting = False
        self._ping_at: float | None = None
        self._wait_s = TIMES_S["ping_after"]
        self._unanswered_at: float | None = None

    def wait_for_acknowledgement(self, now: float) -> None:
        """Something is on its way that isn't acknowledged."""
        if not self._is_flying:
            self._is_flying = True
            self._wait_s = TIMES_S["ping_after"]
            self._ping_at = now + self._wait_s

    def acknowledged(self, now: float, *, is_all: bool) -> None:
        """Something arrived there."""
        self._is_flying = not is_all
        self._rest(now)

    def await_answers(self, *, is_awaiting: bool, now: float) -> None:
        """Say whether the other side owes something."""
        if is_awaiting != self._is_awaiting:
            self._is_awaiting = is_awaiting
            if not self._is_flying:
                self._rest(now)

    def heard(self, now: float) -> bool:
        """Take a sign of life; return whether the link had been lost."""
        was_lost = not self.is_connected
        self.is_connected = True
        if self._unanswered_at is not None:
            self._unanswered_at = None
            if not self._is_flying or was_lost:
                self._rest(now)
        return was_lost

    def _rest(self, now: float) -> None:
        self._wait_s = TIMES_S["ping_after"]
        if self._is_flying:
            self._ping_at = now + self._wait_s
        elif self._is_awaiting:
            self._ping_at = now + TIMES_S["heartbeat"]
        else:
            self._ping_at = None
            self._unanswered_at = None

    def next_time(self) -> float | None:
        """Return when :meth:`is_ping_due` is to be asked."""
        return self._ping_at

    def is_ping_due(self, now: float) -> bool:
        """Say whether to ping now; notice that the link is lost."""
        if self._ping_at is None or now < self._ping_at:
            return False
        if now - self._ping_at > BUSY_S:  # what came meanwhile waits to be read
            late_s = now - self._ping_at
            self._unanswered_at = self._unanswered_at and self._unanswered_at + late_s
        if self._unanswered_at is None:
            self._unanswered_at = now
        elif self._may_be_lost and now - self._unanswered_at >= TIMES_S["lost_after"]:
            self.is_connected = False
        self._ping_at = now + self._wait_s
        self._wait_s = min(2 * self._wait_s, TIMES_S["ping_longest"])
        return True
