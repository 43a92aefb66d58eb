"""Threads that call functions, and that can be left while they do: no C code can be stopped."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Crew"]

T = TypeVar("T")
_LOOK_S = 0.2
"""A Stop is seen within this, also one that comes between two steps of Python."""


class Crew(Generic[T]):
    """Call functions in several threads.

    Parameters
    ----------
    calls
        Independent of each other.
    workers
        How many threads.
    """

    def __init__(self, calls: Sequence[Callable[[], T]], workers: int) -> None:
        self._calls = calls
        self._next = iter(range(len(calls)))
        self._taking = threading.Lock()
        self._is_over = self._is_left = False
        self._outcomes: queue.SimpleQueue[tuple[int, Any, BaseException | None]] = (
            queue.SimpleQueue()
        )
        # daemons: the end of the process doesn't wait for one that was left
        self._threads = [
            threading.Thread(
                target=copy_context().run,
                args=(self._work,),
                name=f"datalab-kernel-calc_{number}",
                daemon=True,
            )
            for number in range(workers)
        ]

    def _work(self) -> None:
        while True:
            with self._taking:
                place = None if self._is_over else next(self._next, None)
            if place is None:
                return
            try:
                value = self._calls[place]()
            except BaseException as error:  # noqa: BLE001 - raised where the results are wanted
                if self._is_left:
                    return
                self._outcomes.put((place, None, error))
            else:
                self._outcomes.put((place, value, None))

    def results(self) -> Iterator[T]:
        """Begin, and yield what the calls return in their order.

        What the first of them, in their order, raises is raised when all that had begun has
        ended. When this is interrupted or closed, they are left.
        """
        found: dict[int, tuple[Any, BaseException | None]] = {}
        try:
            for thread in self._threads:
                thread.start()
            for place in range(len(self._calls)):
                while place not in found:
                    number, value, error = self._outcome()
                    found[number] = (value, error)
                value, error = found.pop(place)
                if error is not None:
                    self._end()
                    raise error  # noqa: TRY301 - an interrupt while waiting is handled as well
                if place == len(self._calls) - 1:
                    self._end()  # who closes this after the last result leaves no thread
                yield value
        except BaseException:
            self._leave()
            raise

    def _outcome(self) -> tuple[int, Any, BaseException | None]:
        """Wait for what came of some call."""
        while True:
            # A signal that comes just before the wait ends no wait: Python sees it at its next step
            with suppress(queue.Empty):
                return self._outcomes.get(timeout=_LOOK_S)

    def _end(self) -> None:
        """Begin nothing more, and wait for what runs; a Stop ends the waiting."""
        with self._taking:
            self._is_over = True
        for thread in self._threads:
            thread.join()

    def _leave(self) -> None:
        """Begin nothing more, and have each thread end at its next step in Python."""
        self._is_over = self._is_left = True
        running = [thread.ident for thread in self._threads if thread.is_alive()]
        if not running:
            return
        import ctypes

        for ident in running:  # of SystemExit itself nothing is printed, wherever a thread is
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(ident or 0), ctypes.py_object(SystemExit)
            )
