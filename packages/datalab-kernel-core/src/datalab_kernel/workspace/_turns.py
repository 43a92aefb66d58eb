"""One thread at a time, and a word to the backend when somebody's turn begins."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class Turns:
    """A lock that its holder may take again; it calls back when it is taken for the first time."""

    def __init__(self, begin: Callable[[], None]) -> None:
        self._lock = threading.RLock()
        self._begin = begin
        self._depth = 0

    def __enter__(self) -> Self:
        """Wait for one's turn."""
        self._lock.acquire()
        self._depth += 1
        if self._depth == 1:
            try:
                self._begin()
            except BaseException:
                self.__exit__()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the turn, if that is the outermost."""
        self._depth -= 1
        self._lock.release()
