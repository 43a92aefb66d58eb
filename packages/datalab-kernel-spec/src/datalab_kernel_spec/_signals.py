"""Which thread SIGINT interrupts: the main one only while a cell's own code runs there.

xeus's C++ takes a system call that a signal cut short for a fatal error, on any of its
threads. So SIGINT is blocked on all of them, and a thread that only waits receives it:
Python's handler runs on the main thread all the same, as soon as that runs Python.
"""

from __future__ import annotations

import _signal
import _thread
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from types import FrameType

__all__ = [
    "LoopWaker",
    "block_sigint",
    "handler",
    "interruptible",
    "receive_elsewhere",
    "set_handler",
]

# signal's own functions turn numbers into enums and back, at ten times the price of the call.
_HAS_MASKS = hasattr(_signal, "pthread_sigmask")
_SIGINT = int(signal.SIGINT)
_CHUNK_BYTES = 4096


def handler() -> object:
    """Return what SIGINT does now."""
    return _signal.getsignal(_SIGINT)


def set_handler(function: Callable[[int, FrameType | None], None]) -> None:
    """Say what SIGINT does from now on."""
    _signal.signal(_SIGINT, function)


def block_sigint() -> None:
    """Keep SIGINT from cutting short what this thread does in C++."""
    if _HAS_MASKS:
        _signal.pthread_sigmask(_signal.SIG_BLOCK, (_SIGINT,))


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGINT wake this thread out of a sleep, a read or a wait."""
    try:
        _unblock_sigint()
        yield
    finally:
        block_sigint()


def _unblock_sigint() -> None:
    if _HAS_MASKS:
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (_SIGINT,))


def receive_elsewhere() -> None:
    """Block SIGINT here, and start the thread that receives it instead."""
    block_sigint()
    if _HAS_MASKS:
        _thread.start_new_thread(_receive, ())


def _receive() -> None:
    _unblock_sigint()
    never = _thread.allocate_lock()
    never.acquire()
    never.acquire()


class LoopWaker:
    """Wake an event loop for a signal that another thread received."""

    def __init__(self) -> None:
        self._read_end = self._write_end = -1

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let signals wake a loop, unless somebody else has asked for them."""
        if not _HAS_MASKS:
            return
        if self._write_end < 0:
            self._read_end, self._write_end = os.pipe()
            for end in (self._read_end, self._write_end):
                os.set_blocking(end, False)
            loop.add_reader(self._read_end, self._empty)
        others = signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        if others not in {-1, self._write_end}:
            signal.set_wakeup_fd(others)

    def _empty(self) -> None:
        os.read(self._read_end, _CHUNK_BYTES)
