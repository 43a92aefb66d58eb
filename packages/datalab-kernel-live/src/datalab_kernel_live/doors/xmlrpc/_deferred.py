"""What may be done after a call has returned, such as putting back what a person had selected.

It is never lost: what comes next waits for it, a process that ends waits too, and what went
wrong is logged and kept for ``status()``.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)


class DeferredAction:
    """At most one action that goes on behind a call."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._now = threading.Event()
        self._lock = threading.Lock()
        self._action: Callable[[], None] | None = None
        self.failure = ""
        """What the last one ended with, if it failed."""

    def start(self, action: Callable[[], None], *, after_s: float = 0.0) -> None:
        """Do something behind the caller's back, after what was begun before.

        With ``after_s`` it begins that much later, or as soon as somebody waits for it.
        Where no thread can be started it is done at once.

        Examples
        --------
        >>> deferred, done = DeferredAction(), []
        >>> deferred.start(lambda: done.append("put back"), after_s=60)
        >>> deferred.wait()
        >>> done, deferred.failure
        (['put back'], '')
        """
        self.wait()
        now = threading.Event()
        self._now, self._action = now, action
        # not a daemon: the interpreter waits for it before it ends
        thread = threading.Thread(
            target=self._run, args=(now, after_s), name="datalab-kernel-finish"
        )
        try:
            thread.start()
        except RuntimeError:  # in the browser, or when the interpreter is about to end
            self._run(now, 0.0)
        else:
            self._thread = thread

    def wait(self) -> None:
        """Wait until it is done; what it does itself needn't wait."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            self._now.set()
            thread.join()
            if self._thread is thread:  # nobody has begun the next one meanwhile
                self._thread = None

    @property
    def is_pending(self) -> bool:
        """Whether something is being done, or waits for its moment."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def cancel(self) -> bool:
        """Leave it undone, and say so; False if it has begun, or there is nothing to do.

        Examples
        --------
        >>> deferred, done = DeferredAction(), []
        >>> deferred.start(lambda: done.append("put back"), after_s=60)
        >>> deferred.cancel(), deferred.cancel(), done
        (True, False, [])
        """
        action = self._take()
        self._now.set()
        return action is not None

    def _take(self) -> Callable[[], None] | None:
        """Return the action that hasn't begun, to one caller only; None if there is none."""
        with self._lock:
            action, self._action = self._action, None
        return action

    def _run(self, now: threading.Event, after_s: float) -> None:
        now.wait(after_s)
        action = self._take()
        if action is None:
            return
        try:
            action()
        except Exception as error:  # noqa: BLE001 - the edge of a thread
            self.fail(error)
        else:
            self.failure = ""

    def fail(self, error: Exception) -> None:
        """Log why something couldn't be finished, and keep it."""
        self.failure = str(error)
        logger.warning("What was begun couldn't be finished", exc_info=error)
