"""Await a cell's code, or code that a cell runs through IPython, so that Stop ends it there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.children._forked import own_process

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator
    from contextvars import Context

    from datalab_kernel_spec.stops._stops import Stops

__all__ = ["Interruptible"]


class Interruptible:
    """Await a cell; a Stop that comes while it awaits is ``KeyboardInterrupt`` inside it.

    Parameters
    ----------
    coro
        The cell, as IPython runs it.
    stops
        Who knows of Stops.
    context
        What to run its steps in; None: the context of the task that awaits it.
    """

    def __init__(
        self, coro: Coroutine[Any, Any, Any], stops: Stops, context: Context | None = None
    ) -> None:
        self._coro = coro
        self._stops = stops
        self._run = _call if context is None else context.run

    def __await__(self) -> Generator[Any, Any, Any]:
        """Drive the cell step by step."""
        task = asyncio.current_task()
        error: BaseException | None = None
        while True:
            try:
                with self._stops.opened(), own_process(at_an_await=True):
                    if error is None:
                        awaited = self._run(self._coro.send, None)
                    else:
                        awaited = self._run(self._coro.throw, error)
            except StopIteration as stop:
                return stop.value
            outer = self._stops.park(task)
            error = None
            try:
                yield awaited
            except BaseException as raised:  # noqa: BLE001 - thrown into the cell, where it belongs
                error = raised
            if self._stops.unpark(outer):
                error = KeyboardInterrupt()


def _call(function: Callable[[Any], Any], argument: Any) -> Any:
    return function(argument)
