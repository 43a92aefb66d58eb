"""Which thread SIGINT interrupts: the main one only while a person's code may run there.

xeus's C++ takes a system call that a signal cut short for a fatal error, on any of its
threads. So SIGINT is blocked on all of them, and a thread that only waits receives it:
Python's handler runs on the main thread all the same, as soon as that runs Python.
"""

from __future__ import annotations

import _signal
import _thread
import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SignalReceiver", "hold_back", "hurry_pending", "let_through"]

# signal's own functions turn numbers into enums and back, at ten times the price of the call.
_HAS_MASKS = hasattr(_signal, "pthread_sigmask")
_HAS_PENDING = hasattr(_signal, "sigtimedwait")
_SIGINT = int(signal.SIGINT)
_CHUNK_BYTES = 4096
FIRST_NUDGE_S = 0.02
LAST_NUDGE_S = 1.0


def let_through() -> bool:
    """Let SIGINT wake this thread out of a sleep, a read or a wait; return whether it was blocked."""
    return _HAS_MASKS and _SIGINT in _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (_SIGINT,))


def hold_back() -> bool:
    """Keep SIGINT from cutting short what this thread does in C++; return whether it was let through."""
    return _HAS_MASKS and _SIGINT not in _signal.pthread_sigmask(_signal.SIG_BLOCK, (_SIGINT,))


def hurry_pending(handler: object) -> None:
    """Let a SIGINT that has come until now, were it for a handler, come to its end here.

    On a busy machine no thread may have received it yet. And Python looks for one that
    another thread has received only milliseconds later, unless it is asked to look.
    """
    if not _HAS_MASKS:
        return
    is_on_its_way = _HAS_PENDING and _SIGINT in _signal.sigpending()
    if is_on_its_way and _signal.getsignal(_SIGINT) is handler:
        _signal.sigtimedwait((_SIGINT,), 0)
    _signal.pthread_sigmask(_signal.SIG_BLOCK, ())  # calls the handlers of what has come


class SignalReceiver:
    """Receive SIGINT in a thread of its own, and see that each press is acted upon.

    A signal that comes between Python's last look for one and the beginning of a sleep or a
    read cuts nothing short. So the main thread is nudged, by a signal that does nothing
    else, for as long as a press waits.

    Parameters
    ----------
    is_waiting
        Whether a press waits that the main thread could act upon now.
    on_nudge
        What a nudge calls there, with the number of the signal and the frame.
    """

    def __init__(self, is_waiting: Callable[[], bool], on_nudge: Callable[..., None]) -> None:
        self._is_waiting = is_waiting
        self._on_nudge = on_nudge
        self._wake_loop: Callable[[], None] = _nothing
        self._read_end = self._write_end = -1
        self._main = 0

    def start(self, install: Callable[[int], None]) -> None:
        """Block SIGINT here, and start the thread that receives it.

        Parameters
        ----------
        install
            Sets the handler; gets what signals are to be written to, -1 for nowhere. The thread
            starts afterwards: before, a SIGINT that waits would come to xpython's, which ends
            the process.
        """
        if not _HAS_MASKS:
            install(-1)
            return
        _signal.pthread_sigmask(_signal.SIG_BLOCK, (_SIGINT,))
        self._main = _thread.get_ident()
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        _signal.signal(signal.SIGURG, self._on_nudge)
        install(self._write_end)
        _thread.start_new_thread(self._receive, ())

    def wake(self, loop_waker: Callable[[], None]) -> None:
        """Say how to wake the event loop, on whose next turn Python looks for signals."""
        self._wake_loop = loop_waker

    def _receive(self) -> None:
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (_SIGINT,))
        while True:
            numbers = os.read(self._read_end, _CHUNK_BYTES)
            self._wake_loop()
            if _SIGINT in numbers:
                self._nudge()

    def _nudge(self) -> None:
        pause = FIRST_NUDGE_S
        while True:
            time.sleep(pause)
            if not self._is_waiting() or _signal.getsignal(signal.SIGURG) != self._on_nudge:
                return
            # The interpreter's lock is held since the question: the answer still holds.
            _signal.pthread_kill(self._main, signal.SIGURG)
            pause = min(LAST_NUDGE_S, 3 * pause)


def _nothing() -> None:
    """Do nothing."""
