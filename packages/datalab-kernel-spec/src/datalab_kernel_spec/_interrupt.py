"""Run cells so that Interrupt stops the cell and keeps the kernel.

Bare xpython leaves SIGINT to the C library, which ends the process and everything that
the notebook holds. Here SIGINT means three things: Python's own ``KeyboardInterrupt``
while a cell's code is on the stack; the same, thrown in where the cell awaits, while it
is parked; nothing while no cell runs.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec._context import CellContext
from datalab_kernel_spec._forked import own_process
from datalab_kernel_spec._signals import (
    LoopWaker,
    block_sigint,
    handler,
    interruptible,
    receive_elsewhere,
    set_handler,
)
from datalab_kernel_spec.relay._queue import ABORTED

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterator
    from contextvars import Context
    from types import FrameType

__all__ = ["CellRunner", "flush_streams"]


class CellRunner:
    """Run one cell after another on xpython's event loop (its ``XPythonLoopRunner``)."""

    def __init__(self) -> None:
        self.run_cell_lock = asyncio.Lock()
        self._shell: Any = None
        self._waker = LoopWaker()
        self._parked: _Interruptible | None = None
        self._context = CellContext()
        self._tasks: set[asyncio.Task[None]] = set()
        self._epoch = 0  # counts the failures that the relay knows of
        self._aborted_epoch = -1
        self._stops_on_error: Callable[[], bool] = lambda: False
        self._doorbells: list[Callable[[], None]] = []
        self._before_first: list[Callable[[], None]] = []
        self._before_each: list[Callable[[], None]] = []
        self._at_each_request: list[Callable[[], Callable[[], None]]] = []

    def attach(self, shell: Any) -> None:
        """Take over SIGINT for a shell; one that came during the start is forgotten."""
        self._shell = shell
        signal.signal(signal.SIGINT, self._on_sigint)
        receive_elsewhere()

    def on_first_cell(self, callback: Callable[[], None]) -> None:
        """Call back once, before the first cell runs."""
        self._before_first.append(callback)

    def on_each_cell(self, callback: Callable[[], None]) -> None:
        """Call back before each cell runs."""
        self._before_each.append(callback)

    def on_each_request(self, callback: Callable[[], Callable[[], None]]) -> None:
        """Call back as each cell is queued, and what that returns as this cell begins."""
        self._at_each_request.append(callback)

    def ring_after_each_cell(self, doorbells: list[Callable[[], None]]) -> None:
        """Let xpython look for messages after each reply.

        Sending a reply uses up the signal that ZeroMQ gives for a message that came
        meanwhile, so bare xpython can leave queued cells lying until the next message.
        """
        self._doorbells = doorbells

    def abort_after_errors(self, stops_on_error: Callable[[], bool]) -> None:
        """Don't run what was queued when a cell failed, if that cell's request says so."""
        self._stops_on_error = stops_on_error

    def resume(self) -> None:
        """Run what is queued from now on: it was sent after the failure was known."""
        self._epoch += 1

    @contextmanager
    def one_cell(self) -> Iterator[None]:
        """Run a cell that awaits nothing (xeus-python-shell 0.5)."""
        self._begin()
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with interruptible(), own_process():
                yield
        finally:
            signal.signal(signal.SIGINT, before)
            flush_streams()

    def _begin(self) -> None:
        for callback in (*self._before_first, *self._before_each):
            callback()
        self._before_first.clear()

    def __call__(
        self,
        coro: Coroutine[Any, Any, Any],
        post_execute: Callable[[Any], None],
        callback: Callable[[], None],
    ) -> None:
        """Queue a cell; call back when it is done (xpython's interface)."""
        beginnings = [prepare() for prepare in self._at_each_request]
        run = self._run(coro, post_execute, callback, self._epoch, beginnings)
        task = asyncio.get_running_loop().create_task(run)
        self._tasks.add(task)  # the loop itself holds a task only weakly
        task.add_done_callback(self._tasks.discard)

    async def _run(
        self,
        coro: Coroutine[Any, Any, Any],
        post_execute: Callable[[Any], None],
        callback: Callable[[], None],
        epoch: int,
        beginnings: list[Callable[[], None]],
    ) -> None:
        async with self.run_cell_lock:
            if epoch <= self._aborted_epoch:
                self._abort(coro, callback)
                return
            self._shell.last_error = None
            self._waker.watch(asyncio.get_running_loop())
            self._begin()
            for begin in beginnings:
                begin()
            context = self._context.of_cell()
            result = await self._run_one(coro, context)
            # Kept: a cell that is queued meanwhile clears it.
            error = self._shell.last_error or _unshown(result)
            await asyncio.sleep(0)  # as xpython: matplotlib and others update on the loop
            if result is not None:
                context.run(post_execute, result)
            await asyncio.sleep(0)
            self._shell.last_error = error
            flush_streams()
            context.run(callback)  # sends the reply
            self._shell.last_error = None
            if error and self._stops_on_error():
                self._aborted_epoch = self._epoch
            self._ring()

    def _ring(self) -> None:
        for doorbell in self._doorbells:
            asyncio.get_running_loop().call_soon(doorbell)

    def _abort(self, coro: Coroutine[Any, Any, Any], callback: Callable[[], None]) -> None:
        coro.close()
        self._shell.last_error = [ABORTED, "", []]
        callback()
        self._shell.last_error = None
        self._ring()

    async def _run_one(self, coro: Coroutine[Any, Any, Any], context: Context) -> Any:
        self._parked = _Interruptible(coro, context, self._on_sigint)
        try:
            return await self._parked
        except (KeyboardInterrupt, asyncio.CancelledError) as stopped:
            # It came when IPython's own guard wasn't up yet, or not any more.
            self._shell.showtraceback()
            self._shell.last_error = self._shell.last_error or _plainly(stopped)
            return None
        finally:
            self._parked = None
            block_sigint()
            if handler() is signal.default_int_handler:
                set_handler(self._on_sigint)

    def _on_sigint(self, _number: int, _frame: FrameType | None) -> None:
        if self._parked is not None:
            self._parked.interrupt()


def _unshown(result: Any) -> list[Any] | None:
    """Return a cell's error where a second Stop has cut its traceback short."""
    error = getattr(result, "error_before_exec", None) or getattr(result, "error_in_exec", None)
    return _plainly(error) if error is not None else None


def _plainly(error: BaseException) -> list[Any]:
    """Return what xpython is told of an error, without a traceback."""
    name = type(error).__name__
    return [name, str(error), [f"{name}: {error}"]]


def flush_streams() -> None:
    """Show what was written so far, on both streams."""
    sys.stdout.flush()
    sys.stderr.flush()


class _Interruptible:
    """Await a cell; Interrupt becomes ``KeyboardInterrupt`` inside it."""

    def __init__(
        self,
        coro: Coroutine[Any, Any, Any],
        context: Context,
        while_parked: Callable[..., None],
    ) -> None:
        self._coro = coro
        self._context = context
        self._while_parked = while_parked
        self._task: asyncio.Task[Any] | None = None
        self._is_interrupted = False

    def interrupt(self) -> None:
        """Stop what the cell awaits (called from the signal handler)."""
        task = self._task
        if task is not None and not self._is_interrupted:
            self._is_interrupted = True
            task.get_loop().call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        """Cancel what the cell awaits, unless it has ended meanwhile: its reply must be sent."""
        if self._task is not None:
            self._task.cancel()

    def __await__(self) -> Generator[Any, Any, Any]:
        """Drive the cell step by step."""
        self._task = asyncio.current_task()
        error: BaseException | None = None
        while True:
            try:
                awaited = self._step(error)
            except StopIteration as stop:
                self._task = None
                return stop.value
            except BaseException:
                self._task = None
                raise
            error = None
            try:
                yield awaited
            except asyncio.CancelledError as cancelled:
                error = self._as_interrupt(cancelled)
            except BaseException as raised:  # noqa: BLE001 - thrown into the cell, where it belongs
                error = raised

    def _step(self, error: BaseException | None) -> Any:
        """Run the cell's own code until it awaits, under Python's own SIGINT handler."""
        is_ours = handler() == self._while_parked
        try:
            if is_ours:  # not where the user has set one
                set_handler(signal.default_int_handler)
            with interruptible(), own_process(at_an_await=True):
                if error is None:
                    return self._context.run(self._coro.send, None)
                return self._context.run(self._coro.throw, error)
        finally:
            if handler() is signal.default_int_handler:
                set_handler(self._while_parked)

    def _as_interrupt(self, cancelled: asyncio.CancelledError) -> BaseException:
        if not self._is_interrupted:
            return cancelled
        self._is_interrupted = False
        if self._task is not None:
            self._task.uncancel()
        return KeyboardInterrupt()
