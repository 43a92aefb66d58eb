"""Signals: what objects of this package tell about themselves, to callbacks and to loops.

psygnal was looked at and not taken: an exception of one of its callbacks keeps the others from being
called, and asynchronous callbacks want a backend that is set once for the whole process.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from datalab_kernel_client.errors import RequestTimeoutError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Inbox", "Signal", "call"]

T = TypeVar("T")
Callback = TypeVar("Callback", bound="Callable[..., Any]")
LOGGER = logging.getLogger(__name__)
ROOM = 1000
"""How many emissions a loop may be behind before what can wait waits for it."""


def _report(callback: object) -> None:
    """Log the exception that is being handled."""
    LOGGER.exception(  # noqa: LOG004  called by handlers only
        "A callback raised: %r. The others are called all the same.", callback
    )


async def call(callback: Callable[..., Any], *values: Any, default: Any = None) -> Any:
    """Call a callback, await it if it is asynchronous, and log what it raises.

    Returns
    -------
    Any
        What it returned, or `default` if it raised.
    """
    try:
        found = callback(*values)
        return await found if inspect.isawaitable(found) else found
    except Exception:  # noqa: BLE001  a stranger's code: logged with its traceback
        _report(callback)
        return default


class Inbox(Generic[T]):
    """What one loop (``async for``) has still to see; its source holds it weakly.

    A loop that was left without being ended is collected as garbage, and whoever waits for
    room in it goes on.
    """

    def __init__(self, limit: int = ROOM) -> None:
        self._items: deque[T] = deque()
        self._limit = limit
        self._arrived = asyncio.Event()
        self.room = asyncio.Event()
        """Set while there is room, or nobody reads any more."""
        self.room.set()
        self._is_closed = False

    def put(self, item: T) -> None:
        """Add an item at once."""
        self._items.append(item)
        self._arrived.set()
        if len(self._items) >= self._limit:
            self.room.clear()

    def close(self) -> None:
        """End the loop after what is there."""
        self._is_closed = True
        self._arrived.set()
        self.room.set()

    def __aiter__(self) -> Inbox[T]:
        return self

    async def __anext__(self) -> T:
        while not self._items:
            if self._is_closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        item = self._items.popleft()
        if len(self._items) < self._limit:
            self.room.set()
        return item

    def __del__(self) -> None:
        self.room.set()


class Signal(Generic[T]):
    """Something that happens, again and again.

    Callbacks are called in the order in which they were connected, one emission after another;
    one that raises is logged, and the others are called all the same. Bound methods are held
    weakly: connecting doesn't keep their object alive. Who connects during an emission gets
    the next one.

    Examples
    --------
    >>> from datalab_kernel_client import Signal
    >>> status_changed = Signal[str]("status_changed")
    >>> @status_changed.connect
    ... def show(status):
    ...     print("now", status)
    >>> status_changed._emit("busy")
    now busy
    >>> status_changed.disconnect(show)
    >>> status_changed._emit("idle")
    """

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._callbacks: list[Callable[[], Callable[[T], Any] | None]] = []
        self._inboxes: weakref.WeakSet[Inbox[T]] = weakref.WeakSet()
        self._waiters: list[asyncio.Future[T]] = []
        self._queue: deque[T] = deque()
        self._is_emitting = False
        self._later: deque[Awaitable[Any]] = deque()
        self._task: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Signal {self._name} with {len(self._callbacks)} callbacks>"

    def connect(self, callback: Callback) -> Callback:
        """Have a function called at each emission, with what is emitted; also as a decorator.

        Parameters
        ----------
        callback
            A function or coroutine function of one argument. The same one twice is called once.

        Returns
        -------
        callable
            The same, so that it keeps its name when this is used as a decorator.
        """
        if all(reference() != callback for reference in self._callbacks):
            self._callbacks.append(_reference(callback))
        return callback

    def disconnect(self, callback: Callable[[T], Any]) -> None:
        """Have a function called no more; nothing happens if it isn't connected."""
        self._callbacks = [one for one in self._callbacks if one() not in {None, callback}]

    async def next(self, timeout_s: float | None = None) -> T:
        """Wait for the next emission and return what was emitted.

        Raises
        ------
        RequestTimeoutError
            If there is none within `timeout_s`.
        """
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                return await waiter
        except TimeoutError:
            message = f"Waiting for {self._name or 'a signal'}: nothing came within {timeout_s} s."
            raise RequestTimeoutError(message, timeout_s=timeout_s) from None
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def __aiter__(self) -> Inbox[T]:
        """Give the emissions from now on."""
        inbox: Inbox[T] = Inbox()
        self._inboxes.add(inbox)
        return inbox

    @property
    def _has_listeners(self) -> bool:
        return bool(self._callbacks or self._inboxes or self._waiters)

    # ---------------------------------------------------------------- for those who own it

    def _emit(self, value: T) -> None:
        """Call everybody now; asynchronous callbacks run one after another, in a task."""
        self._queue.append(value)
        if self._is_emitting:  # a callback made this happen: what happened first is told first
            return
        self._is_emitting = True
        try:
            while self._queue:
                self._emit_one(self._queue.popleft())
        finally:
            self._is_emitting = False

    def _emit_one(self, value: T) -> None:
        self._tell_loops(value)
        for callback in self._living():
            try:
                found = callback(value)
            except Exception:  # noqa: BLE001  a stranger's code: logged with its traceback
                _report(callback)
                continue
            if inspect.isawaitable(found):
                self._later.append(_logged(callback, found))
        if self._later and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._run_later())

    async def _run_later(self) -> None:
        while self._later:
            await self._later.popleft()

    async def _deliver(self, value: T) -> None:
        """Call everybody, and wait for asynchronous callbacks and for loops that are behind."""
        self._tell_loops(value)
        for callback in self._living():
            await call(callback, value)
        for room in [inbox.room for inbox in self._inboxes]:
            if not room.is_set():
                await room.wait()

    def _close_loops(self) -> None:
        for inbox in list(self._inboxes):
            inbox.close()

    def _tell_loops(self, value: T) -> None:
        for inbox in list(self._inboxes):
            inbox.put(value)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(value)

    def _living(self) -> list[Callable[[T], Any]]:
        """Return the callbacks whose objects live, each still connected when its turn comes."""
        return [callback for reference in self._callbacks if (callback := reference()) is not None]


async def _logged(callback: object, awaitable: Awaitable[Any]) -> None:
    try:
        await awaitable
    except Exception:  # noqa: BLE001  a stranger's code: logged with its traceback
        _report(callback)


def _reference(callback: Callable[..., Any]) -> Callable[[], Any]:
    if inspect.ismethod(callback):
        return weakref.WeakMethod(callback)
    return lambda: callback
