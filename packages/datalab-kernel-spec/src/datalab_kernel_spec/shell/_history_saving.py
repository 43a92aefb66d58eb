"""IPython's history is written to its file a little later, many cells at a time.

IPython's thread writes each cell's input at once, and holds a lock meanwhile for which the
next cell waits: a few milliseconds, as long as the disk takes to commit. And each cell would
wait until the thread, which it wakes, has handed the interpreter back.
"""

from __future__ import annotations

import threading
from typing import Any

__all__ = ["save_history_in_batches"]

GATHER_S = 0.5
"""How long inputs gather before they are written; a killed kernel loses no more than these."""
LOOKS = 120
"""How often the thread looks for inputs by itself, before it sleeps until a cell wakes it."""


class _PatientFlag(threading.Event):
    """Be set at once, and seen a little later, or when the thread that waits is to end."""

    def __init__(self, thread: Any) -> None:
        super().__init__()
        self._thread = thread
        self._is_wanted = False
        self._sleeps = False

    def is_set(self) -> bool:
        """Say whether something is to be written."""
        return self._is_wanted

    def set(self) -> None:
        """Have something written; as a rule this wakes nobody."""
        self._is_wanted = True
        if self._sleeps or self._is_ending:
            super().set()

    def clear(self) -> None:
        """Take note that it is written now."""
        self._is_wanted = False
        super().clear()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until something has gathered, or the thread is to end."""
        for _ in range(LOOKS):
            super().wait(GATHER_S)
            if self._is_wanted or self._is_ending:
                return True
        self._sleeps = True
        if not self._is_wanted:  # a cell may not have seen yet that it is to wake this thread
            super().wait(timeout)
        self._sleeps = False
        if not self._is_ending:
            super().clear()
            super().wait(GATHER_S)
        return self._is_wanted

    @property
    def _is_ending(self) -> bool:
        # The first is IPython 9's name for it, the second IPython 8's.
        return getattr(self._thread, "_stop_now", False) or getattr(self._thread, "stop_now", False)


def save_history_in_batches(history_manager: Any) -> None:
    """Let IPython's history thread gather inputs; does nothing where there is none.

    Searches, and the end of the session, write what has gathered first (IPython's own way).
    """
    thread = getattr(history_manager, "save_thread", None)
    if thread is None or not thread.is_alive():
        return
    owner = thread if "save_flag" in vars(thread) else history_manager
    hurried, owner.save_flag = owner.save_flag, _PatientFlag(thread)
    hurried.set()  # the thread waits for this one; from its next turn on for ours
