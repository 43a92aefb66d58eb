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


class Finishing:
    """At most one action that goes on behind a call."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self.failure = ""
        """What the last one ended with, if it failed."""

    def start(self, action: Callable[[], None]) -> None:
        """Do something behind the caller's back, after what was begun before.

        Where no thread can be started it is done at once.

        Examples
        --------
        >>> finishing, done = Finishing(), []
        >>> finishing.start(lambda: done.append("put back"))
        >>> finishing.wait()
        >>> done, finishing.failure
        (['put back'], '')
        """
        self.wait()
        # not a daemon: the interpreter waits for it before it ends
        thread = threading.Thread(target=self._run, args=(action,), name="datalab-kernel-finish")
        self._thread = thread
        try:
            thread.start()
        except RuntimeError:  # in the browser, or when the interpreter is about to end
            self._thread = None
            self._run(action)

    def wait(self) -> None:
        """Wait until it is done; what it does itself needn't wait."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()
            self._thread = None

    def _run(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # the edge of a thread
            self.failure = str(error)
            logger.warning("What was begun couldn't be finished", exc_info=True)
        else:
            self.failure = ""
