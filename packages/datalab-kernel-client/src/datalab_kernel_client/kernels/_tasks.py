"""The tasks of one kernel connection: they end with it, and what fails in them is logged."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

__all__ = ["Tasks"]

LOGGER = logging.getLogger(__name__)


class Tasks:
    """Tasks that nobody else holds.

    Parameters
    ----------
    kernel_id
        For the log.
    """

    def __init__(self, kernel_id: str) -> None:
        self._kernel_id = kernel_id
        self._tasks: set[asyncio.Task[Any]] = set()

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in a task."""
        self.keep([asyncio.get_running_loop().create_task(coroutine)])

    def keep(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """Hold tasks until they are done."""
        for task in tasks:
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def cancel(self) -> None:
        """Cancel all but the one that asks for it."""
        for task in self._others:
            task.cancel()

    async def ended(self, limit_s: float) -> None:
        """Wait until all but the one that waits have ended."""
        if others := self._others:
            await asyncio.wait(others, timeout=limit_s)

    @property
    def _others(self) -> list[asyncio.Task[Any]]:
        return [task for task in self._tasks if task is not asyncio.current_task()]

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            LOGGER.error("The traffic with kernel %s failed", self._kernel_id, exc_info=error)
