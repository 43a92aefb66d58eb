"""A thread with a loop, in which the asynchronous core runs while other threads wait."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from datalab_kernel_client.errors import DisposedError, RequestTimeoutError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

__all__ = ["Background"]

T = TypeVar("T")
LOGGER = logging.getLogger(__name__)
BEHIND = 1000
"""How many callbacks may wait for the thread that calls them before reading waits for them."""


class Background:
    """A loop in a thread of its own, and one thread that calls callbacks.

    Callbacks may wait for the core themselves: they don't run in its thread.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="datalab-kernel-client", daemon=True)
        self._thread.start()
        self._callbacks = ThreadPoolExecutor(1, "datalab-kernel-client-callbacks")
        self._room = asyncio.Semaphore(BEHIND)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        return self._loop.is_closed() or not self._thread.is_alive()

    def wait(
        self,
        make: Callable[[], Awaitable[T]],
        timeout_s: float | None = None,
        again: Callable[[], Awaitable[Any]] | None = None,
    ) -> T:
        """Run a coroutine in the loop and wait for it.

        Parameters
        ----------
        make
            Makes it; called in the loop.
        timeout_s
            How long to wait; it is cancelled then.
        again
            Run where Ctrl-C comes twice: the first one ends the wait, and what was begun goes on.

        Raises
        ------
        RequestTimeoutError
            If it takes longer.
        """
        self._check()
        done: queue.SimpleQueue[None] = queue.SimpleQueue()
        future = asyncio.run_coroutine_threadsafe(_awaited(make), self._loop)
        future.add_done_callback(lambda _: done.put(None))
        try:
            done.get(timeout=timeout_s)
        except queue.Empty:
            future.cancel()
            message = f"The wait was ended after {timeout_s} s."
            raise RequestTimeoutError(message, timeout_s=timeout_s) from None
        except KeyboardInterrupt:
            future.cancel()
            if again is not None:
                self._second(again)
            raise
        return future.result()

    def call(self, function: Callable[[], T]) -> T:
        """Run a function in the loop's thread, and return what it returns."""

        async def run() -> T:
            return function()

        return self.wait(run)

    def _second(self, again: Callable[[], Awaitable[Any]]) -> None:
        """Give a second Ctrl-C a second to come."""
        LOGGER.warning("No longer waiting; the cell runs on. Ctrl-C again interrupts the kernel.")
        try:
            threading.Event().wait(1.0)
        except KeyboardInterrupt:
            self.wait(again, 10.0)

    def outside(self, callback: Callable[[T], Any]) -> Callable[[T], Coroutine[Any, Any, None]]:
        """Return a coroutine function that has a callback called in the callbacks' thread, and goes on."""

        async def forward(value: T) -> None:
            await self._room.acquire()
            try:
                self._callbacks.submit(self._call, callback, value)
            except RuntimeError:  # closing
                self._room.release()

        return forward

    def outside_answer(self, callback: Callable[..., T]) -> Callable[..., Coroutine[Any, Any, T]]:
        """Return a coroutine function that has a function called in a thread, and gives its answer."""

        async def ask(*values: Any) -> T:
            return await asyncio.to_thread(callback, *values)

        return ask

    def _call(self, callback: Callable[[T], Any], value: T) -> None:
        try:
            callback(value)
        except Exception:
            LOGGER.exception("A callback raised: %r", callback)
        finally:
            self._loop.call_soon_threadsafe(self._room.release)

    def close(self) -> None:
        """End the thread; twice is safe."""
        if self.is_closed:
            return
        self.wait(self._cancel_rest, 10.0)
        self._callbacks.shutdown(wait=threading.current_thread().name.find("callbacks") < 0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _cancel_rest(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _check(self) -> None:
        if self.is_closed:
            message = "This server was closed. sync.connect() opens another."
            raise DisposedError(message)
        if threading.current_thread() is self._thread:
            message = "This would wait for itself: it was called in the client's own thread."
            raise RuntimeError(message)


async def _awaited(make: Callable[[], Awaitable[T]]) -> T:
    return await make()
