"""Polling: one request in flight for everybody, slower while it fails, and not in standby."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Generic, TypeVar

from datalab_kernel_client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Poll"]

T = TypeVar("T")
JITTER = 0.1
LOGGER = logging.getLogger(__name__)


class Poll(Generic[T]):
    """Ask for something again and again.

    Parameters
    ----------
    ask
        Asks once.
    take
        Takes an answer, with the time of the loop's clock when it was asked for.
    fail
        Takes an error; polling goes on.
    interval_s, max_interval_s
        How long to wait between two, give or take a tenth; doubled after each failure up to the second.
    standby
        Whether to pause.
    """

    def __init__(  # noqa: PLR0913  options by name
        self,
        ask: Callable[[], Awaitable[T]],
        take: Callable[[T, float], object],
        fail: Callable[[Exception], object],
        *,
        interval_s: float,
        max_interval_s: float,
        standby: Callable[[], bool] | None = None,
    ) -> None:
        self._ask, self._take, self._fail = ask, take, fail
        self._interval_s, self._max_interval_s = interval_s, max_interval_s
        self._standby = standby
        self._request: asyncio.Task[T] | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        self.wait_s = interval_s
        """How long it waits now."""
        self.was_asked = asyncio.Event()
        """Set when the first answer or failure was there."""

    @property
    def is_running(self) -> bool:
        """Whether it polls."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin; nothing happens if it has begun."""
        if not self._is_closed and not self.is_running:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        """End for good."""
        self._is_closed = True
        if self._task is not None:
            self._task.cancel()

    async def refresh(self) -> T:
        """Ask now, or wait for the request that is in flight, and return the answer.

        Raises
        ------
        ClientError
            What went wrong.
        """
        if self._request is None or self._request.done():
            self._request = asyncio.get_running_loop().create_task(self._once())
            self._request.add_done_callback(_retrieved)
        return await asyncio.shield(self._request)

    async def refresh_anew(self) -> T:
        """Ask with a request that is sent from now on: something has just changed."""
        if self._request is not None and not self._request.done():
            await asyncio.wait([self._request])
        return await self.refresh()

    async def _once(self) -> T:
        asked = asyncio.get_running_loop().time()
        try:
            found = await self._ask()
            if not self._is_closed:
                self._take(found, asked)
        except ClientError as error:
            if self._is_closed:
                raise
            self.wait_s = min(2 * self.wait_s, self._max_interval_s)
            self._fail(error)
            raise
        finally:
            self.was_asked.set()
        self.wait_s = self._interval_s
        return found

    async def _run(self) -> None:
        while not self._is_closed:
            if self._standby is None or not self._standby():
                try:
                    await self.refresh()
                except ClientError as error:
                    LOGGER.debug("A poll failed: %s", error)
            await asyncio.sleep(self.wait_s * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311  no secret


def _retrieved(task: asyncio.Task[object]) -> None:
    if not task.cancelled():
        task.exception()
