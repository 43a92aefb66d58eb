"""What a person's code sees of the kernel's signal handling: plain Python.

Libraries put their own handler in the place of ``default_int_handler`` and leave any other
alone (trio, asyncio). So the module ``signal`` shows ours as that one, and who asks for
that one gets ours.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["handle_sigint"]

_set_handler, _get_handler = signal.signal, signal.getsignal
_set_wakeup_fd = signal.set_wakeup_fd
_default: Any = signal.default_int_handler


def handle_sigint(ours: Callable[..., None], wakeup_fd: int) -> None:
    """Handle SIGINT by a function that looks like Python's own.

    Parameters
    ----------
    ours
        The handler.
    wakeup_fd
        Where numbers of signals are written while nobody else asked for them; -1: nowhere.
    """
    view = _View(ours, wakeup_fd)
    _set_handler(signal.SIGINT, ours)
    _set_wakeup_fd(wakeup_fd, warn_on_full_buffer=False)
    signal.signal, signal.getsignal = view.set_handler, view.get_handler
    signal.set_wakeup_fd = view.set_wakeup_fd
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=view.leave)


class _View:
    """The functions of the module ``signal``, as a person's code calls them."""

    def __init__(self, ours: Callable[..., None], wakeup_fd: int) -> None:
        self._ours: Any = ours
        self._fd = wakeup_fd

    def set_handler(self, signalnum: int, handler: Any) -> Any:
        is_default = signalnum == signal.SIGINT and handler == _default
        return self._shown(_set_handler(signalnum, self._ours if is_default else handler))

    def get_handler(self, signalnum: int) -> Any:
        return self._shown(_get_handler(signalnum))

    def _shown(self, handler: Any) -> Any:
        return _default if handler == self._ours else handler

    def set_wakeup_fd(self, fd: int, /, *, warn_on_full_buffer: bool = True) -> int:
        warns = warn_on_full_buffer and fd != -1
        before = _set_wakeup_fd(self._fd if fd == -1 else fd, warn_on_full_buffer=warns)
        return -1 if before == self._fd else before

    def leave(self) -> None:
        """Make a forked child as any other process: what is written to our pipe is the parent's."""
        before = _set_wakeup_fd(-1)
        if before not in {-1, self._fd}:
            _set_wakeup_fd(before)
        if _get_handler(signal.SIGINT) == self._ours:
            _set_handler(signal.SIGINT, _default)
        self._ours, self._fd = _default, -1
