"""Forks while the background import runs: at once, silent, and with a child that can import.

``os.fork`` waits for the end of the step that is being imported, because its child is
Python and has that half-imported package for good. ``os.forkpty`` doesn't wait: what it
starts is another program (``!command``). Neither begins while the background import
registers functions to be called around forks, so that these are called before and after
or not at all. A child has no background import, and nothing is left of it there.
"""

from __future__ import annotations

import os
import threading
from functools import wraps
from typing import TYPE_CHECKING, Any

from datalab_kernel.session._import_gate import forget_modules_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.session._import_gate import ImportGate

__all__ = ["ForkGate"]


class ForkGate:
    """Stand in front of Python's forks while the background import runs.

    Parameters
    ----------
    imports
        The gate of imports: whoever forks takes a turn as whoever imports.
    end_in_child
        Called in each child, where the background import is no more.
    """

    def __init__(self, imports: ImportGate, end_in_child: Callable[[], None]) -> None:
        self._imports = imports
        self._end_in_child = end_in_child
        self._lock = threading.RLock()
        self._background = -1
        self._theirs: dict[str, Callable[..., Any]] = {}
        self._ours: dict[str, Callable[..., Any]] = {}

    def open(self) -> None:
        """Stand in front of the forks; the calling thread is the background import."""
        if not hasattr(os, "register_at_fork"):
            return
        self._background = threading.get_ident()
        os.register_at_fork(after_in_child=self._renew)  # this can't be taken back
        fronts = {
            "fork": self._after_the_step,
            "forkpty": self._between_registrations,
            "register_at_fork": self._between_registrations,
        }
        self._theirs = {name: getattr(os, name) for name in fronts if hasattr(os, name)}
        self._ours = {name: fronts[name](theirs) for name, theirs in self._theirs.items()}
        for name, function in self._ours.items():
            setattr(os, name, function)

    def close(self) -> None:
        """Give Python its own forks back, unless somebody else stands in front by now."""
        for name, function in self._ours.items():
            if getattr(os, name) is function:
                setattr(os, name, self._theirs[name])
        self._ours = {}

    def _after_the_step(self, fork: Callable[..., Any]) -> Callable[..., Any]:
        at_once = self._between_registrations(fork)

        @wraps(fork)
        def in_turn() -> Any:
            has_entered = self._imports.enter()
            try:
                return at_once()
            finally:
                if has_entered:
                    self._imports.leave()

        return in_turn

    def _between_registrations(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def alone(*args: Any, **keywords: Any) -> Any:
            with self._lock:
                return function(*args, **keywords)

        return alone

    def _renew(self) -> None:
        """Leave nothing half-done in a child: what the background was importing, it imports anew."""
        if not self._ours:
            return
        self.close()
        forget_modules_of(self._background)
        self._end_in_child()
