"""SIGTERM in a process that has something to save: in forked children, and in the main thread."""

from __future__ import annotations

import os
import signal
import threading
from functools import cache
from typing import Protocol

__all__ = ["HandsBack", "mind_forks", "minded", "signal_main_thread"]


class HandsBack(Protocol):
    """What has a handler of SIGTERM that children aren't to have."""

    def hand_back_in_child(self) -> None:
        """Let SIGTERM do in a forked child what it did before."""


minded: set[HandsBack] = set()
"""Those whose handler of SIGTERM forked children don't take over."""


@cache
def mind_forks() -> None:
    """Let SIGTERM do in forked children what it did before; once, for it can't be undone.

    Python forgets a signal that comes to a child just after its fork, so it is held back
    (blocked) until the child has its own handler.
    """
    masks = threading.local()

    def hold_back() -> None:
        masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM] if minded else [])

    def let_through() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.before)

    def let_through_in_child() -> None:
        for one in [*minded]:
            one.hand_back_in_child()
        let_through()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=hold_back, after_in_parent=let_through, after_in_child=let_through_in_child
        )


def signal_main_thread() -> None:
    """Send SIGTERM where it wakes the main thread, which alone runs handlers."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGTERM)
    else:
        signal.raise_signal(signal.SIGTERM)
