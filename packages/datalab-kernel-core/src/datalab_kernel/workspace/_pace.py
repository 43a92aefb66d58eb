"""Working beside the cells without keeping them waiting: often giving way, longer while they compute."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BUSY_SHARE", "Pace"]

BUSY_SHARE = 0.2
"""The process computes if the other threads use more than this share of a core."""
WORK_S = 0.001
GIVE_WAY_S = 0.0001
REST_S = 0.01


class Pace:
    """Called now and then by a thread that works in the background: it lets others go first.

    Parameters
    ----------
    is_urgent
        Whether somebody waits for that work: then it goes on at once.
    """

    def __init__(self, is_urgent: Callable[[], bool]) -> None:
        self._is_urgent = is_urgent
        self._looked_at = time.monotonic()
        self._used_s = _used_by_others()

    def __call__(self) -> None:
        """Give way, if it has worked for about a millisecond since the last time."""
        now = time.monotonic()
        passed_s = now - self._looked_at
        if passed_s < WORK_S or self._is_urgent():
            return
        used_s = _used_by_others()
        is_busy = used_s - self._used_s > BUSY_SHARE * passed_s
        time.sleep(REST_S if is_busy else GIVE_WAY_S)
        self._looked_at, self._used_s = time.monotonic(), _used_by_others()


def _used_by_others() -> float:
    return time.process_time() - time.thread_time()
