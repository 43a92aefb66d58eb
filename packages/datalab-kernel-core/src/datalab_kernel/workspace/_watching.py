"""Seeing what others change in a backend that tells nobody: looking now and then, gently."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from datalab_kernel.workspace._changes import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from datalab_kernel.objects import ObjectInfo
    from datalab_kernel.workspace._changes import ChangeFeed

logger = logging.getLogger(__name__)

SHORTEST_S = 0.3
LONGEST_S = 3.0
SLOWER = 1.3
"""Where nothing changes, it looks less and less often."""
SHARE = 20.0
"""It waits at least so many times as long as looking takes."""


class Watcher:
    """Looks at a backend while somebody listens, and tells of what it finds.

    Parameters
    ----------
    feed
        Whom to tell; what :meth:`note_ours` hears of meanwhile isn't told twice.
    pulse
        Gives something that differs after a change; None ends the watching.
    describe
        Gives all objects by name.
    turn
        Is held while it looks, so that no change of ours is seen half made or not yet noted.
    """

    def __init__(
        self,
        feed: ChangeFeed,
        pulse: Callable[[], object | None],
        describe: Callable[[], Mapping[str, ObjectInfo]],
        turn: AbstractContextManager[object],
    ) -> None:
        self._feed = feed
        self._pulse = pulse
        self._describe = describe
        self._turn = turn
        self._ours: set[str] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Look from now on, in the background, until nobody listens any more."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._last = self._pulse()
                if self._last is None:
                    return
                self._known = dict(self._describe())
                self._thread = threading.Thread(
                    target=self._run, name="datalab-kernel watcher", daemon=True
                )
                self._thread.start()

    def note_ours(self, change: Change) -> None:
        """Take note of a change that is told anyway, in the turn in which it is made."""
        self._ours |= {*change.names}

    def _run(self) -> None:
        pause_s = SHORTEST_S
        while self._feed.wait_while_listened(pause_s):
            started = time.monotonic()
            try:
                has_changed = self._look()
            except Exception:  # a DataLab that is gone for a while must not end the watching
                logger.info("Looking for changes failed; trying again", exc_info=True)
                has_changed = False
            if has_changed is None:
                return
            pause_s = SHORTEST_S if has_changed else min(pause_s * SLOWER, LONGEST_S)
            pause_s = max(pause_s, SHARE * (time.monotonic() - started))

    def _look(self) -> bool | None:
        """Tell of what has changed; say whether anything has, None if this is over."""
        with self._turn:
            now = self._pulse()
            if now is None:
                return None
            if now == self._last:
                return False
            before, known = self._known, dict(self._describe())
            self._last, self._known = now, known
            ours, self._ours = self._ours, set()
        for change in _changes(before, known, ours):
            self._feed.publish(change)
        return True


def _changes(
    before: Mapping[str, ObjectInfo], now: Mapping[str, ObjectInfo], ours: set[str]
) -> list[Change]:
    gone = tuple(name for name in before if name not in now and name not in ours)
    added = tuple(name for name in now if name not in before and name not in ours)
    both = [name for name in now if name in before and name not in ours]
    changed = tuple(name for name in both if now[name] != before[name])
    found = [Change(kind="removed", names=gone), Change(kind="added", names=added)]
    return [*found, Change(kind="changed", names=changed)]
