"""Cells that a kernel finds waiting together, however slow the one who sends them is."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.kernel.bare import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.kernel.watch import Watch

__all__ = ["sent_at_once"]

SENDING_S = 0.3
"""So long ZeroMQ's own thread may take to send what it was given, where nobody says that it has come."""


@contextmanager
def sent_at_once(watch: Watch) -> Iterator[None]:
    """Let the kernel's process stand still until all that is sent meanwhile has come to it."""
    pid = watch.kernel.manager.provisioner.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
        if watch.kernel.manager.kernel_name == OURS:
            watch.ask("connect_request", {})  # the relay's answer, behind all that came before
        else:
            time.sleep(SENDING_S)
    finally:
        os.kill(pid, signal.SIGCONT)
