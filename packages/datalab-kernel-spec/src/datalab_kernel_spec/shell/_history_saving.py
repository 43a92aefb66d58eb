"""IPython's history is written to its file a little later, many cells at a time.

IPython's thread writes each cell's input at once, and holds a lock meanwhile for which the
next cell waits: a few milliseconds, as long as the disk takes to commit.
"""

from __future__ import annotations

import threading
from typing import Any

__all__ = ["save_history_in_batches"]

GATHER_S = 0.5
"""How long inputs gather before they are written; a killed kernel loses no more than these."""
STEP_S = 0.05
"""How soon the end of the kernel is noticed."""


class _PatientFlag(threading.Event):
    """Be set at once, and seen a little later, or when the thread that waits is to end."""

    def __init__(self, thread: Any) -> None:
        super().__init__()
        self._thread = thread

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, and then for what comes meanwhile."""
        was_set = super().wait(timeout)
        pause = threading.Event()
        for _ in range(round(GATHER_S / STEP_S)):
            if self._is_ending():
                break
            pause.wait(STEP_S)
        return was_set

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
