"""Run cells so that Interrupt stops the cell and keeps the kernel.

Bare xpython leaves SIGINT to the C library, which ends the process and everything that
the notebook holds. Here SIGINT means three things: Python's own ``KeyboardInterrupt``
while a cell's code is on the stack; the same, thrown in where the cell awaits, while it
is parked; nothing while no cell runs.
"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator
    from types import FrameType

__all__ = ["CellRunner"]


class CellRunner:
    """Run one cell after another on xpython's event loop (its ``XPythonLoopRunner``)."""

    def __init__(self) -> None:
        self.run_cell_lock = asyncio.Lock()
        self._shell: Any = None
        self._parked: _Interruptible | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def attach(self, shell: Any) -> None:
        """Take over SIGINT for a shell."""
        self._shell = shell
        signal.signal(signal.SIGINT, self._on_sigint)

    def __call__(
        self,
        coro: Coroutine[Any, Any, Any],
        post_execute: Callable[[Any], None],
        callback: Callable[[], None],
    ) -> None:
        """Queue a cell; call back when it is done (xpython's interface)."""
        task = asyncio.get_running_loop().create_task(self._run(coro, post_execute, callback))
        self._tasks.add(task)  # the loop itself holds a task only weakly
        task.add_done_callback(self._tasks.discard)

    async def _run(
        self,
        coro: Coroutine[Any, Any, Any],
        post_execute: Callable[[Any], None],
        callback: Callable[[], None],
    ) -> None:
        async with self.run_cell_lock:
            self._shell.last_error = None
            result = await self._run_one(coro)
            error = self._shell.last_error  # kept: a cell that is queued meanwhile clears it
            await asyncio.sleep(0)  # as xpython: matplotlib and others update on the loop
            if result is not None:
                post_execute(result)
            await asyncio.sleep(0)
            self._shell.last_error = error
            callback()  # sends the reply
            self._shell.last_error = None

    async def _run_one(self, coro: Coroutine[Any, Any, Any]) -> Any:
        self._parked = _Interruptible(coro, self._on_sigint)
        try:
            return await self._parked
        except (KeyboardInterrupt, asyncio.CancelledError):
            # It came when IPython's own guard wasn't up yet, or not any more.
            self._shell.showtraceback()
            return None
        finally:
            self._parked = None

    def _on_sigint(self, _number: int, _frame: FrameType | None) -> None:
        if self._parked is not None:
            self._parked.interrupt()


class _Interruptible:
    """Await a cell; Interrupt becomes ``KeyboardInterrupt`` inside it."""

    def __init__(self, coro: Coroutine[Any, Any, Any], while_parked: Callable[..., None]) -> None:
        self._coro = coro
        self._while_parked = while_parked
        self._task: asyncio.Task[Any] | None = None
        self._is_interrupted = False

    def interrupt(self) -> None:
        """Stop what the cell awaits (called from the signal handler)."""
        task = self._task
        if task is not None and not self._is_interrupted:
            self._is_interrupted = True
            task.get_loop().call_soon_threadsafe(task.cancel)

    def __await__(self) -> Generator[Any, Any, Any]:
        """Drive the cell step by step."""
        self._task = asyncio.current_task()
        error: BaseException | None = None
        while True:
            try:
                awaited = self._step(error)
            except StopIteration as stop:
                return stop.value
            error = None
            try:
                yield awaited
            except asyncio.CancelledError as cancelled:
                error = self._as_interrupt(cancelled)
            except BaseException as raised:  # noqa: BLE001 - thrown into the cell, where it belongs
                error = raised

    def _step(self, error: BaseException | None) -> Any:
        """Run the cell's own code until it awaits, under Python's own SIGINT handler."""
        is_ours = signal.getsignal(signal.SIGINT) == self._while_parked
        if is_ours:  # not where the user has set one
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return self._coro.send(None) if error is None else self._coro.throw(error)
        finally:
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                signal.signal(signal.SIGINT, self._while_parked)

    def _as_interrupt(self, cancelled: asyncio.CancelledError) -> BaseException:
        if not self._is_interrupted:
            return cancelled
        self._is_interrupted = False
        if self._task is not None:
            self._task.uncancel()
        return KeyboardInterrupt()
