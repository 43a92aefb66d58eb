"""The messages between a kernel and one client: in order, to whom they belong, none lost in silence."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.errors import (
    KernelDeadError,
    KernelGoneError,
    KernelRestartedError,
    RequestCanceledError,
)
from datalab_kernel_client.kernels._comms import Comms
from datalab_kernel_client.kernels._dropped import DroppedOutput
from datalab_kernel_client.kernels._gaps import is_rate_warning
from datalab_kernel_client.kernels._greeting import PATIENCE_S, SPEAKS_S, Greeting
from datalab_kernel_client.kernels._journal import keeps_journal
from datalab_kernel_client.kernels._link import Link, Loss
from datalab_kernel_client.kernels._models import EarlierClient, Gap, KernelModel
from datalab_kernel_client.kernels._outputs import Displays
from datalab_kernel_client.kernels._pending import Pending
from datalab_kernel_client.kernels._recovery import Face, Recovery
from datalab_kernel_client.kernels._starts import LAST_WORDS, Starts
from datalab_kernel_client.kernels._status import ConnectionStatus, Status, StatusTracker
from datalab_kernel_client.kernels._tasks import Tasks
from datalab_kernel_client.kernels._wire import decode

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from datalab_kernel_client.kernels._future import KernelFuture
    from datalab_kernel_client.kernels._link import Pace
    from datalab_kernel_client.kernels._messages import Message
    from datalab_kernel_client.kernels._signals import KernelSignals
    from datalab_kernel_client.server import Rest

__all__ = ["Traffic"]

LOGGER = logging.getLogger(__name__)


class Traffic:
    """The traffic of one kernel connection, which gives it its public face.

    Parameters
    ----------
    face
        The connection.
    rest
        The server.
    signals
        Those of the connection.
    pace
        How patient the link is.
    earlier
        The client whose place this one takes.
    """

    def __init__(
        self,
        face: Face,
        rest: Rest,
        signals: KernelSignals,
        pace: Pace,
        earlier: EarlierClient | None = None,
    ) -> None:
        self._face, self._signals = face, signals
        loss = Loss(since=earlier.seen_at, was_kept=True) if earlier else None
        self.link = Link(rest, face.id, face.client_id, self, pace, loss=loss)
        self.pending = Pending(signals.pending_input._emit)  # noqa: SLF001  our own signal
        self.displays = Displays()
        self.comms = Comms(face, self.later)
        self._tracker = StatusTracker()
        self._status: Status = "unknown"
        self.connection_status: ConnectionStatus = "connecting"
        self.failure: RequestCanceledError | None = None
        """Why the link is not tried any more."""
        self.settled = asyncio.Event()
        """Set while connected, and when that isn't tried any more."""
        self._waiting: list[Message] = []
        self._is_greeted = self._is_restarting = False
        self._greeting = Greeting(self._send_first, face, self)
        self._starts = Starts(face.client_id)
        self._heard = datetime.now(UTC)
        self.recovery = Recovery(self, face, earlier)
        self._dropped = DroppedOutput(self, face)
        self._tasks = Tasks(face.id)

    @property
    def status(self) -> Status:
        """What the kernel does."""
        return self._status

    @property
    def runs_cell(self) -> bool:
        """Whether a cell runs, of whatever client."""
        return self._tracker.runs_cell

    @property
    def info(self) -> dict[str, Any] | None:
        """What the kernel says of itself."""
        return self._greeting.info

    # ---------------------------------------------------------------- sending

    def send(self, future: KernelFuture) -> KernelFuture:
        """Send a future's request after the kernel's first answer, and the future its messages."""
        self.pending.add(future)
        self.post(future.msg)
        return future

    def post(self, message: Message) -> None:
        """Send a message of which nothing is expected."""
        self._signals.any_message._emit(("send", message))  # noqa: SLF001  our own signal
        if self._is_greeted:
            self.link.send(message)
        else:
            self._waiting.append(message)

    def _send_first(self, message: Message) -> None:
        self._signals.any_message._emit(("send", message))  # noqa: SLF001  our own signal
        self.link.send(message)

    # ---------------------------------------------------------------- the link's life

    async def link_opened(self, loss: Loss | None) -> None:
        """Greet the kernel; then send what waits."""
        overdue = self.pending.overdue(self._waiting)
        self._tracker.linked(self._face.model.execution_state)
        self._tell_status()
        if loss is not None:
            self.recovery.begin()
        self.later(self._greet(loss, overdue))

    async def _greet(self, loss: Loss | None, overdue: dict[str, list[KernelFuture]]) -> None:
        self._greeting.begin()
        self._greeting.ask()
        if loss is not None and self.recovery.holds:
            loss = replace(loss, was_kept=await self.recovery.catch_up())
        if self._status == "busy":  # its shell is taken; control answers meanwhile
            self._greeting.ask("control")
        if not await self._greeting.answered(PATIENCE_S):
            LOGGER.info("Kernel %s has not answered yet; it may be busy", self._face.id)
            self.later(self._greeting.ask_until_answered())
        if loss is not None:
            await self.recovery.settle(loss, overdue)
        self._send_waiting()
        self._set_connection("connected")

    async def spoken(self) -> bool:
        """Wait until the kernel has answered or is dead, and return whether it was in time."""
        return await self._greeting.answered(SPEAKS_S)

    def link_broken(self, reason: str) -> None:
        """Be connecting again; what was sent keeps waiting for its answer."""
        LOGGER.info("Connecting again to kernel %s: %s", self._face.id, reason)
        self._is_greeted = False
        self._tracker.unlinked()
        self._set_connection("connecting")
        self._tell_status()

    def link_ended(self, error: RequestCanceledError) -> None:
        """Be disconnected, or dead where the kernel is gone."""
        self.failure = error
        self._is_greeted = False
        self._tracker.unlinked()
        if isinstance(error, KernelGoneError):
            self.die(error)
            return
        self._waiting.clear()
        self.link.drop_queue()
        self._set_connection("disconnected")
        self._tell_status()
        self.pending.end_all(lambda kind: type(error)(str(error), msg_type=kind))

    def link_model(self, model: KernelModel) -> None:
        """Take what REST says of the kernel."""
        self._face.model = model
        self._tracker.rest_says(model.execution_state)
        self._tell_status()

    def die(self, error: RequestCanceledError) -> None:
        """End for good: the kernel is dead."""
        self.failure = error
        self._tracker.dead()
        self._greeting.end()
        self._waiting.clear()
        facts = {key: fact for key, fact in error.facts.items() if key != "msg_type"}
        self.pending.end_all(lambda kind: type(error)(str(error), msg_type=kind, **facts))
        self.comms.dispose()
        self._set_connection("disconnected")
        self._tell_status()
        self._signals.gone._emit(None)  # noqa: SLF001  our own signal

    def close(self) -> None:
        """End this client's side; the kernel lives on."""
        text = "The connection to the kernel was disposed of before the request was answered."
        self.pending.end_all(lambda kind: RequestCanceledError(text, msg_type=kind))
        self.comms.dispose()
        self._tasks.cancel()
        self._tasks.keep(self.link.stop())
        self._set_connection("disconnected")

    @property
    def is_closing(self) -> bool:
        """Whether something is still to be closed."""
        return bool(self._tasks)

    async def closed(self) -> None:
        """Wait until the WebSocket is closed."""
        await self._tasks.ended(PATIENCE_S)

    # ---------------------------------------------------------------- restarts

    def begin_restart(self) -> None:
        """Forget what the kernel forgets: this client restarts it."""
        self._starts.begin_restart()
        self._forget_all("restarting", "this client restarted the kernel")

    def end_restart(self, *, is_done: bool) -> None:
        """Ask the new kernel whether it is there; or go on with the old one."""
        self._starts.end_restart(is_done=is_done)
        if is_done:
            self._greeting.info = None
        self._greeting.ask_anew()

    def _forget_all(self, word: Any, why: str) -> None:
        self._waiting.clear()
        self.link.drop_queue()
        text = (
            f"The kernel was restarted while this request was on its way ({why}): variables "
            "are gone, and nothing of it is left to wait for."
        )
        self.pending.end_all(lambda kind: KernelRestartedError(text, msg_type=kind))
        self.comms.dispose()
        self._tracker.restarting(word)
        self._greeting.begin()
        self._is_greeted, self._is_restarting = False, True
        self.later(self._go_on())
        self._tell_status()

    async def _go_on(self) -> None:
        """Send what was asked meanwhile, when the new kernel has spoken."""
        await self.spoken()
        self._is_restarting = False
        if self.connection_status == "connected" and not self._is_greeted:
            self._send_waiting()

    def _send_waiting(self) -> None:
        self._is_greeted = True
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            self.link.send(message)

    def _notice_restart(self, message: Message) -> None:
        """See by a status or reply whether it is of a new kernel under the same id."""
        if self._starts.is_new(message) and not self._is_restarting:
            LOGGER.info("Kernel %s was restarted by somebody else", self._face.id)
            self._forget_all("restarting", "by somebody else")
            self._greeting.info = None
            self._greeting.ask_anew()

    # ---------------------------------------------------------------- receiving

    async def link_frame(self, frame: str | bytes, subprotocol: str) -> None:
        """Take a frame to the end before the next one."""
        try:
            message = decode(frame, subprotocol)
        except ValueError:
            LOGGER.exception("A frame of kernel %s can't be read", self._face.id)
            return
        if is_rate_warning(message):
            self.tell_gap(self._heard, "rate_limit")
            return
        self._notice_restart(message)
        if message.channel != "iopub":
            await self._take_answer(message)
        else:
            if message.session != self._face.client_id and not self._starts.is_over(message):
                self._greeting.hear()
            if not self.recovery.takes(message):
                await self.take_iopub(message)
        self._heard = datetime.now(UTC)

    async def take_iopub(self, message: Message) -> None:
        """Take what the kernel publishes to the end."""
        await self._signals.any_message._deliver(("recv", message))  # noqa: SLF001  our own signal
        kind = message.msg_type
        if message.session != self._face.client_id:  # what the server says isn't in the journal
            self.recovery.note(message)
        self._dropped.note(message)
        if not self._starts.is_over(message) and not self._take_word(message):
            return
        if kind in {"update_display_data", "display_data"}:
            display_id = (message.content.get("transient") or {}).get("display_id")
            if display_id:
                self.displays.update(str(display_id), message.content)
        future = self.pending.get(message.parent_id)
        if future is not None:
            await self._dropped.hand_on(message, future)
        if kind.startswith("comm_") and self._face.handle_comms:
            await self.comms.take(message)
        await self._signals.iopub_message._deliver(message)  # noqa: SLF001  our own signal

    def _take_word(self, message: Message) -> bool:
        """Take what the kernel says of itself; return whether there is more to do with the message."""
        kind = message.msg_type
        is_awaited = not self._greeting.is_answered and not self._starts.is_restarted_here
        if kind == "iopub_welcome" and is_awaited:
            self._greeting.ask()  # it has just begun to speak
        if kind in LAST_WORDS and message.content.get("restart") and not self._is_restarting:
            self._forget_all("restarting", "by somebody else")
            self.later(self._greeting.ask_until_answered())
        return kind != "status" or self._take_status(message)

    def _take_status(self, message: Message) -> bool:
        """Follow the kernel's status; return whether there is more to do with the message."""
        state = message.content.get("execution_state")
        if state == "dead":
            reason = self._face.model.reason or "it died more often than the server restarts it"
            text = f"Kernel {self._face.id} is dead: {reason}. Its variables are lost; start a new one."
            self.die(KernelDeadError(text, msg_type="", reason=reason))
            return False
        if state == "idle":
            self.pending.answer(message.parent_id)
        if self._starts.is_restarted_here:
            return True
        if state == "restarting":
            self._forget_all("autorestarting", "it had died")
            self._starts.next()
            self.later(self._greeting.ask_until_answered())
        elif state == "starting":
            self._tracker.take(message)
            self._greeting.ask_anew()
        else:
            self._tracker.take(message)
        self._tell_status()
        return True

    async def _take_answer(self, message: Message) -> None:
        await self._signals.any_message._deliver(("recv", message))  # noqa: SLF001  our own signal
        if message.channel == "stdin":
            await self._take_question(message)
        else:
            await self._take_reply(message)

    async def _take_question(self, message: Message) -> None:
        self.pending.ask(message)
        self._dropped.note(message)
        future = self.pending.get(message.parent_id)
        if future is not None:
            await future.take_stdin(message)

    async def _take_reply(self, message: Message) -> None:
        is_info = message.msg_type == "kernel_info_reply"
        if is_info and not self._starts.is_restarted_here and not self._starts.is_over(message):
            self._greeting.take(message)
            self.recovery.has_journal = keeps_journal(message.content)
            self._tracker.speaks(is_answer=message.channel == "shell")
            self._tell_status()
        asked = message.parent_id
        self.pending.answer(asked)
        future = self.pending.get(asked)
        if future is not None and future.msg.channel == message.channel:
            await future.take_reply(message)
            self._dropped.expect_end(future)
        elif not self._greeting.forget(asked) and not self.pending.is_known(asked):
            await self._signals.unhandled_message._deliver(message)  # noqa: SLF001  our own signal

    # ---------------------------------------------------------------- telling

    def tell_gap(self, since: datetime, reason: str) -> None:
        """Tell that messages may be missing, from a moment until now."""
        gap = Gap(since=since, until=datetime.now(UTC), reason=reason)
        LOGGER.warning("Messages of kernel %s may be missing: %s", self._face.id, gap)
        self._dropped.explain()
        self._signals.messages_lost._emit(gap)  # noqa: SLF001  our own signal

    def later(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in a task that ends with the connection."""
        self._tasks.begin(coroutine)

    def _set_connection(self, status: ConnectionStatus) -> None:
        if status == "connecting":
            self.settled.clear()
        else:
            self.settled.set()
        if status != self.connection_status:
            self.connection_status = status
            self._signals.connection_status_changed._emit(status)  # noqa: SLF001  our own signal

    def _tell_status(self) -> None:
        if (status := self._tracker.value) != self._status:
            self._status = status
            self._signals.status_changed._emit(status)  # noqa: SLF001  our own signal
