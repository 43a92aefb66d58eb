"""One notebook, run cell by cell in a kernel, until it ends or somebody stops it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from datalab_kernel_client.errors import (
    ClientError,
    ConnectionLostError,
    KernelDeadError,
    KernelGoneError,
    KernelRestartedError,
)
from datalab_kernel_client.runs._events import (
    CellEnded,
    CellFailure,
    CellStarted,
    OutputShown,
    RunEnded,
    RunStarted,
    RunWarning,
)
from datalab_kernel_client.runs._kernel import NeverArrivedError
from datalab_kernel_client.runs._markers import mark_failure
from datalab_kernel_client.runs._record import CellStatus, RunState, now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    import nbformat

    from datalab_kernel_client.kernels._messages import Message
    from datalab_kernel_client.runs._events import Listener
    from datalab_kernel_client.runs._kernel import KernelFacts, RunKernel, SentRequest
    from datalab_kernel_client.runs._progress import Progress

__all__ = ["NotebookRun", "RunLimits"]

T = TypeVar("T")
_GRACE_S = 5.0
"""How long a cell that was interrupted because of a time-out may take to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """When a run stops, and what becomes of its kernel."""

    timeout_s: float | None = None
    cell_timeout_s: float | None = None
    allow_errors: bool = False
    keep_kernel: bool = False


class NotebookRun:
    """The run of one notebook.

    Parameters
    ----------
    name
        Of the notebook, in what the listener is told.
    progress
        The notebook, its log and its file.
    kernel
        What runs it.
    limits
        When it stops.
    listener
        Told what happens.
    """

    def __init__(
        self,
        name: str,
        progress: Progress,
        kernel: RunKernel,
        limits: RunLimits,
        listener: Listener,
    ) -> None:
        self.name = name
        self._progress = progress
        self._kernel = kernel
        self._limits = limits
        self._tell = listener
        self._stop = asyncio.Event()
        self._current: nbformat.NotebookNode | None = None
        self._reason = ""
        self._failure: CellFailure | None = None
        self._trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._began = time.monotonic()
        kernel.on_message = self._show
        kernel.on_loss = self._lose

    def interrupt(self) -> None:
        """Interrupt the cell that runs, and end the run."""
        self._stop.set()

    async def run(self) -> RunState:
        """Run the notebook from its first cell on.

        Cancelling the task that awaits this leaves the kernel alone, as far as it lives without
        this process: the output says that the run was left.

        Raises
        ------
        ClientError
            There is no kernel to run it in.
        """
        facts = await self._or_leave(self._kernel.start())
        self._progress.begin()
        record = self._progress.record
        record.kernel_name, record.kernel_id = facts.name, facts.kernel_id
        record.server, record.path = facts.server, facts.path
        record.session_id, record.has_journal = facts.session_id, facts.has_journal
        self._progress.notebook.metadata["language_info"] = dict(facts.language_info)
        return await self._go_on(facts)

    async def resume(self) -> RunState:
        """Go on with a run whose runner or link was lost.

        Raises
        ------
        CannotResumeError
            The kernel is gone, or was restarted.
        ClientError
            The server can't be reached.
        """
        self._current = self._progress.open_cell
        facts, sent = await self._or_leave(self._kernel.rejoin(self._progress))
        return await self._go_on(facts, sent, is_resumed=True)

    async def _or_leave(self, joining: Awaitable[T]) -> T:
        """Wait until the kernel is there; let go of what there is of it if it doesn't come."""
        try:
            return await joining
        except BaseException:
            await self._kernel.leave()
            raise

    # ------------------------------------------------------------ the cells

    async def _go_on(
        self, facts: KernelFacts, sent: SentRequest | None = None, *, is_resumed: bool = False
    ) -> RunState:
        progress = self._progress
        state = RunState.LEFT  # unless something else is found out below
        try:
            progress.save()
            self._tell(
                RunStarted(
                    notebook=self.name,
                    output=str(progress.output),
                    kernel=facts.name,
                    where=facts.server or "local",
                    cells=len(progress.cells),
                    first=progress.next_position + 1,
                    is_resumed=is_resumed,
                )
            )
            state = await self._run_cells(sent)
        finally:
            await self._finish(state)
        return state

    async def _run_cells(self, sent: SentRequest | None) -> RunState:
        """Run what is left; `sent` is on its way already."""
        progress = self._progress
        for cell in progress.cells[progress.next_position :]:
            if self._stop.is_set() and sent is None:
                return RunState.INTERRUPTED
            try:
                status = await self._run_cell(cell, sent)
            except NeverArrivedError:
                progress.unsend(cell)
                status = await self._run_cell(cell, None)
            except ConnectionLostError as error:
                self._reason = str(error)
                return RunState.LINK_LOST
            sent = None
            if status in _ENDS:
                return _ENDS[status]
        return RunState.OUTPUT_LOST if progress.record.incomplete else RunState.OK

    async def _run_cell(self, cell: nbformat.NotebookNode, sent: SentRequest | None) -> CellStatus:
        """Run one cell, or wait for one that was sent."""
        progress = self._progress
        numbers: dict[str, Any] = {
            "notebook": self.name,
            "cell": progress.number_of(cell.id),
            "cells": len(progress.cells),
            "source": cell.source,
        }
        self._current = cell
        if sent is None:
            sent = self._kernel.request(cell.source)
            progress.sent(cell, sent.msg_id, after=sent.after)
        self._tell(CellStarted(**numbers))
        self._failure = None
        try:
            status = await self._outcome(cell, sent.reply)
        except (KernelDeadError, KernelGoneError, KernelRestartedError) as error:
            self._reason = str(error)
            status = CellStatus.KERNEL_DIED
        progress.end(cell, status)
        seconds = progress.seconds_of(cell)
        self._tell(CellEnded(**numbers, status=status, seconds=seconds, failure=self._failure))
        return status

    async def _outcome(
        self, cell: nbformat.NotebookNode, reply: Awaitable[Mapping[str, Any]]
    ) -> CellStatus:
        waiting = asyncio.ensure_future(reply)
        try:
            stopped = await self._wait(waiting)
            if not waiting.done():
                return stopped or CellStatus.TIMED_OUT
            content = await waiting
        finally:
            waiting.cancel()
        if content.get("execution_count") is not None:
            cell.execution_count = content["execution_count"]
        if content["status"] == "ok":
            return stopped or CellStatus.OK
        self._failure = CellFailure(
            ename=str(content.get("ename", content["status"])),
            evalue=str(content.get("evalue", "")),
            traceback=tuple(content.get("traceback", ())),
        )
        if stopped:
            return stopped
        tags = cell.metadata.get("tags", ())
        if self._limits.allow_errors or "raises-exception" in tags:
            return CellStatus.ALLOWED
        return CellStatus.FAILED

    async def _wait(self, reply: asyncio.Future[Mapping[str, Any]]) -> CellStatus | None:
        """Wait for a reply; interrupt the cell when its time is up or a person says so."""
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            ends: set[asyncio.Future[Any]] = {reply, stop, self._trouble}
            await asyncio.wait(
                ends,
                timeout=self._time_left(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if self._trouble.done():
                self._trouble.result()
            if reply.done():
                return None
            was_asked = stop.done()
        finally:
            stop.cancel()
        if not was_asked:
            self._reason = self._limit_reached()
        try:
            await self._kernel.interrupt()
        except ClientError as error:
            text = f"The cell was to be interrupted, but {error}"
            raise ConnectionLostError(text, msg_type="execute_request") from error
        await asyncio.wait({reply}, timeout=None if was_asked else _GRACE_S)
        return CellStatus.INTERRUPTED if was_asked else CellStatus.TIMED_OUT

    def _time_left(self) -> float | None:
        limits = [self._limits.cell_timeout_s]
        if self._limits.timeout_s is not None:
            limits.append(max(0.0, self._began + self._limits.timeout_s - time.monotonic()))
        return min((limit for limit in limits if limit is not None), default=None)

    def _limit_reached(self) -> str:
        whole, cell = self._limits.timeout_s, self._limits.cell_timeout_s
        if whole is not None and time.monotonic() >= self._began + whole:
            return f"the notebook took longer than --timeout {whole:g} s; the cell was interrupted"
        return f"the cell took longer than --cell-timeout {cell:g} s and was interrupted"

    # ------------------------------------------------------------ what the kernel says

    def _show(self, message: Message) -> None:
        try:
            cell = self._progress.show(message)
        except OSError as error:  # the log can't be written: the run must not go on
            if not self._trouble.done():
                self._trouble.set_exception(error)
            return
        if cell is not None:
            self._tell(
                OutputShown(
                    notebook=self.name,
                    cell=self._progress.number_of(cell.id),
                    msg_type=message.msg_type,
                    content=message.content,
                )
            )

    def _lose(self, reason: str) -> None:
        if self._current is None:
            return
        self._progress.lose(self._current)
        number = self._progress.number_of(self._current.id)
        text = f"output of cell {number} was lost: {reason}"
        self._tell(RunWarning(notebook=self.name, text=text))

    # ------------------------------------------------------------ the end

    async def _finish(self, state: RunState) -> None:
        progress = self._progress
        try:
            if state.can_resume:
                await self._kernel.leave()
            elif self._limits.keep_kernel and state is not RunState.KERNEL_DIED:
                text = f"the kernel goes on: {self._kernel.name_when_kept}"
                self._tell(RunWarning(notebook=self.name, text=text))
                await self._kernel.leave()
            else:
                await self._stop_kernel()
        finally:
            self._mark(state)
            progress.record.state = state
            progress.record.ended = "" if state.can_resume else now()
            progress.finish()
        incomplete = [progress.number_of(cell_id) for cell_id in progress.record.incomplete]
        self._tell(
            RunEnded(
                notebook=self.name,
                output=str(progress.output),
                state=state,
                seconds=time.monotonic() - self._began,
                ran=progress.next_position,
                cells=len(progress.cells),
                incomplete=incomplete,
                reason=self._reason,
            )
        )

    async def _stop_kernel(self) -> None:
        try:
            await self._kernel.stop()
        except ClientError as error:  # the outputs are what counts
            text = f"the kernel couldn't be stopped: {error}"
            self._tell(RunWarning(notebook=self.name, text=text))

    def _mark(self, state: RunState) -> None:
        if self._current is not None and state in _SAID:
            index = self._progress.notebook.cells.index(self._current)
            mark_failure(self._progress.notebook, index, what=_SAID[state])


_ENDS = {
    CellStatus.FAILED: RunState.FAILED,
    CellStatus.TIMED_OUT: RunState.TIMED_OUT,
    CellStatus.INTERRUPTED: RunState.INTERRUPTED,
    CellStatus.KERNEL_DIED: RunState.KERNEL_DIED,
}
_SAID = {
    RunState.FAILED: "raised an exception",
    RunState.TIMED_OUT: "took longer than it was allowed to",
    RunState.KERNEL_DIED: "ran when the kernel died",
}
