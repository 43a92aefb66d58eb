"""Run one cell after another, so that Interrupt stops the cell and keeps the kernel.

Bare xpython leaves SIGINT to the C library, which ends the process and everything that
the notebook holds. What a Stop does here is decided in :mod:`datalab_kernel_spec.stops._stops`.
"""

from __future__ import annotations

import asyncio
import types
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.cells._context import CellContext
from datalab_kernel_spec.cells._errors import ErrorsAtEnd, show_raised
from datalab_kernel_spec.cells._interruptible import Interruptible
from datalab_kernel_spec.children._forked import own_process
from datalab_kernel_spec.messages._flushing import flush_streams
from datalab_kernel_spec.protocol._words import ABORTED
from datalab_kernel_spec.stops._debuggers import forget_debuggers, let_stop_end_debuggers
from datalab_kernel_spec.stops._stops import Stops

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator
    from contextvars import Context

    from datalab_kernel_spec.cells._errors import ErrorsAtOnce

    _LoopRunner = Callable[[Coroutine[Any, Any, Any]], Any]

__all__ = ["CellRunner"]


@dataclass(slots=True)
class _Cell:
    """A cell that waits for its turn, or runs."""

    coro: Coroutine[Any, Any, Any]
    post_execute: Callable[[Any], None]
    callback: Callable[[], None]
    epoch: int
    beginnings: list[Callable[[], None]]
    other_loop: Callable[[], _LoopRunner | None]
    has_begun: bool = False


class CellRunner:
    """Run one cell after another on xpython's event loop (its ``XPythonLoopRunner``)."""

    def __init__(self) -> None:
        self.run_cell_lock = asyncio.Lock()
        self.stops = Stops()
        self._shell: Any = None
        self._errors: ErrorsAtEnd | ErrorsAtOnce = ErrorsAtEnd(None)
        self._context = CellContext()
        self._tasks: set[asyncio.Task[None]] = set()
        self._epoch = 0  # counts the failures that the relay knows of
        self._aborted_epoch = -1
        self._stops_on_error: Callable[[], bool] = lambda: False
        self._doorbells: list[Callable[[], None]] = []
        self._before_first: list[Callable[[], None]] = []
        self._before_each: list[Callable[[], None]] = []
        self._before_reply: list[Callable[[], None]] = []
        self._at_each_request: list[Callable[[], Callable[[], None]]] = []

    def attach(self, shell: Any) -> None:
        """Take over SIGINT for a shell; one that came during the start is forgotten."""
        self._shell = shell
        self._errors = ErrorsAtEnd(shell)
        for own in (CellRunner.__call__, CellRunner._run, Interruptible.__await__):
            self.stops.never_inside(own)
        let_stop_end_debuggers()
        self.stops.attach(shell)

    def on_first_cell(self, callback: Callable[[], None]) -> None:
        """Call back once, before the first cell runs."""
        self._before_first.append(callback)

    def on_each_cell(self, callback: Callable[[], None]) -> None:
        """Call back before each cell runs."""
        self._before_each.append(callback)

    def before_each_reply(self, callback: Callable[[], None]) -> None:
        """Call back when a cell has shown all that it shows itself."""
        self._before_reply.append(callback)

    def on_each_request(self, callback: Callable[[], Callable[[], None]]) -> None:
        """Call back as each cell is queued, and what that returns as this cell begins."""
        self._at_each_request.append(callback)

    def ring_after_each_cell(self, doorbells: list[Callable[[], None]]) -> None:
        """Let xpython look for messages after each reply.

        Sending a reply uses up the signal that ZeroMQ gives for a message that came
        meanwhile, so bare xpython can leave queued cells lying until the next message.
        """
        self._doorbells = doorbells

    def tell_errors(self, errors: ErrorsAtEnd | ErrorsAtOnce) -> None:
        """Say who knows the errors of cells."""
        self._errors = errors

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
        self.stops.begin_cell()
        try:
            with self.stops.opened(), own_process():
                yield
        finally:
            self.stops.end_cell()
            forget_debuggers()
            self._flush()

    def _begin(self) -> None:
        for callback in (*self._before_first, *self._before_each):
            callback()
        self._before_first.clear()

    def _flush(self) -> None:
        flush_streams()
        for callback in self._before_reply:
            callback()

    def __call__(
        self,
        coro: Coroutine[Any, Any, Any],
        post_execute: Callable[[Any], None],
        callback: Callable[[], None],
        other_loop: Callable[[], _LoopRunner | None] = lambda: None,
    ) -> None:
        """Queue a cell; call back when it is done (xpython's interface, but for the last)."""
        beginnings = [prepare() for prepare in self._at_each_request]
        self._start(_Cell(coro, post_execute, callback, self._epoch, beginnings, other_loop))

    def _start(self, cell: _Cell) -> None:
        task = asyncio.get_running_loop().create_task(self._run(cell))
        self._tasks.add(task)  # the loop itself holds a task only weakly
        task.add_done_callback(partial(self._ended, cell))

    def _ended(self, cell: _Cell, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() and not cell.has_begun:  # by a cell that cancels all tasks
            self._start(cell)

    async def _run(self, cell: _Cell) -> None:
        await _whatever_is_cancelled(self.run_cell_lock.acquire)
        cell.has_begun = True
        try:
            if cell.epoch <= self._aborted_epoch:
                cell.coro.close()
                self._reply(cell.callback, [ABORTED, "", []])
                return
            context = self._context.of_cell()
            has_failed = await self._run_one(cell, context)
            self._reply(partial(context.run, cell.callback), self._errors.told(), context)
            if has_failed and self._stops_on_error():
                self._aborted_epoch = self._epoch
        finally:
            self.run_cell_lock.release()

    async def _run_one(self, cell: _Cell, context: Context) -> bool:
        """Run a cell and what IPython does after it; say whether it failed."""
        self._errors.begin_cell()
        self.stops.begin_cell(asyncio.get_running_loop())
        context.run(self._begin)
        for begin in cell.beginnings:
            begin()
        result = raised = None
        try:
            if (run := cell.other_loop()) is None:
                result = await Interruptible(cell.coro, self.stops, context)
            else:
                with self.stops.opened(), own_process():
                    result = context.run(run, cell.coro)
        except BaseException as error:  # noqa: BLE001 - a Stop outside IPython's own guard, say
            raised = error
            show_raised(self._shell)
        finally:
            self.stops.end_cell()
            forget_debuggers()
        has_failed = self._errors.end_code(result, raised)
        await _a_turn_of_the_loop()  # as xpython: matplotlib and others update on the loop
        if result is not None:
            context.run(self._call_after, cell.post_execute, result)
        await _a_turn_of_the_loop()
        return has_failed

    def _call_after(self, post_execute: Callable[[Any], None], result: Any) -> None:
        try:
            with self.stops.opened():
                post_execute(result)
        except BaseException:  # noqa: BLE001 - an edge: whatever it is, the reply must be sent
            show_raised(self._shell)

    def _reply(
        self,
        callback: Callable[[], None],
        error: list[Any] | None,
        context: Context | None = None,
    ) -> None:
        self._shell.last_error = error
        try:
            (context or copy_context()).run(self._flush)
        finally:
            self._send(callback)
            self._shell.last_error = None
            for doorbell in self._doorbells:
                asyncio.get_running_loop().call_soon(doorbell)

    def _send(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception as error:  # noqa: BLE001 - an edge: what xpython can't send
            self._shell.payload_manager.clear_payload()
            name, text = type(error).__name__, f"The cell's reply can't be sent: {error}"
            self._shell.last_error = [name, text, [f"{name}: {text}"]]
            callback()


async def _whatever_is_cancelled(wait: Callable[[], Awaitable[Any]]) -> None:
    """Await what a reply depends on, though a person's code cancels all tasks that it finds."""
    while True:
        try:
            await wait()
        except asyncio.CancelledError:
            if task := asyncio.current_task():
                task.uncancel()
        else:
            return


@types.coroutine
def _a_turn_of_the_loop() -> Iterator[None]:
    """Let the event loop turn once, though a person's code cancels all tasks that it finds."""
    while True:
        try:
            yield  # as asyncio.sleep(0)
        except asyncio.CancelledError:
            if task := asyncio.current_task():
                task.uncancel()
        else:
            return
