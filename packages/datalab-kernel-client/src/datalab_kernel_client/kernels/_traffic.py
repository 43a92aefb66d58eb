"""The messages between a kernel and one client: in order, to whom they belong, none lost in silence."""

from __future__ import annotations

import asyncio
import contextlib
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
from datalab_kernel_client.kernels._future import KernelFuture
from datalab_kernel_client.kernels._gaps import is_rate_warning
from datalab_kernel_client.kernels._journal import keeps_journal
from datalab_kernel_client.kernels._link import Link
from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.kernels._models import Gap, KernelModel
from datalab_kernel_client.kernels._outputs import Displays
from datalab_kernel_client.kernels._pending import Pending
from datalab_kernel_client.kernels._recovery import Face, Recovery
from datalab_kernel_client.kernels._status import ConnectionStatus, Status, StatusTracker
from datalab_kernel_client.kernels._wire import decode

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from datalab_kernel_client.kernels._link import Loss, Pace
    from datalab_kernel_client.kernels._signals import KernelSignals
    from datalab_kernel_client.server import Rest

__all__ = ["Traffic"]

LOGGER = logging.getLogger(__name__)
LAST_WORDS = {"shutdown_reply", "shutdown"}
"""What kernels publish before they are restarted or end."""
PATIENCE_S = 3.0
"""How long requests wait for the kernel's first answer on a link."""
ASKED = 40
"""How often a kernel that starts is asked whether it is there, each `PATIENCE_S` seconds."""


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
    """

    def __init__(self, face: Face, rest: Rest, signals: KernelSignals, pace: Pace) -> None:
        self._face, self._signals = face, signals
        self.link = Link(rest, face.id, face.client_id, self, pace)
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
        self._is_greeted = False
        self._spoken = asyncio.Event()
        self.info: dict[str, Any] | None = None
        self._kernel_session = ""
        self._heard = datetime.now(UTC)
        self._restarts_here = self._is_restarting = False
        self._own: set[str] = set()
        self._recovery = Recovery(self, face)
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def status(self) -> Status:
        """What the kernel does."""
        return self._status

    # ---------------------------------------------------------------- sending

    def send(
        self,
        message: Message,
        *,
        expect_reply: bool,
        dispose_on_done: bool = True,
        keep_bytes: int | None = None,
    ) -> KernelFuture:
        """Send a request after the kernel's first answer, and return its future."""
        more = {} if keep_bytes is None else {"keep_bytes": keep_bytes}
        future = KernelFuture(
            message, self._face, expect_reply=expect_reply, dispose_on_done=dispose_on_done, **more
        )
        self.pending.add(future)
        self.post(message)
        return future

    def post(self, message: Message) -> None:
        """Send a message of which nothing is expected."""
        self._signals.any_message._emit(("send", message))  # noqa: SLF001  our own signal
        if self._is_greeted:
            self.link.send(message)
        else:
            self._waiting.append(message)

    def _ask_kernel(self, channel: str = "shell") -> None:
        """Ask for kernel_info before everything that waits."""
        message = Message.new(
            "kernel_info_request",
            channel=channel,  # type: ignore[arg-type]  # one of two
            session=self._face.client_id,
            username=self._face.username,
        )
        self._own.add(message.msg_id)
        self._signals.any_message._emit(("send", message))  # noqa: SLF001  our own signal
        self.link.send(message)

    # ---------------------------------------------------------------- the link's life

    async def link_opened(self, loss: Loss | None) -> None:
        """Greet the kernel; then send what waits."""
        unsent = {message.msg_id for message in self._waiting}
        overdue = {
            channel: [
                future for future in self.pending.unanswered(channel) if future.msg_id not in unsent
            ]
            for channel in ("shell", "control")
        }
        self._tracker.linked(self._face.model.execution_state)
        self._tell_status()
        if loss is not None and keeps_journal(self.info):
            self._recovery.hold()
        self.later(self._greet(loss, overdue))

    async def _greet(self, loss: Loss | None, overdue: dict[str, list[KernelFuture]]) -> None:
        self._spoken.clear()
        self._ask_kernel()
        if loss is not None and self._recovery.holds:
            is_whole = await self._recovery.catch_up()
            loss = replace(loss, was_kept=is_whole or loss.was_kept)
        if self._status == "busy":  # its shell is taken; control answers meanwhile
            self._ask_kernel("control")
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._spoken.wait()
        except TimeoutError:
            LOGGER.info("Kernel %s has not answered yet; it may be busy", self._face.id)
            self.later(self._ask_until_it_speaks())
        if loss is not None:
            self._recovery.settle(loss, overdue)
        self._send_waiting()
        self._set_connection("connected")

    async def spoken(self) -> None:
        """Wait until the kernel has answered, for two minutes at most, or is dead."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ASKED * PATIENCE_S):
                await self._spoken.wait()

    def _ask_anew(self) -> None:
        self._spoken.clear()
        self._ask_kernel()
        self.later(self._ask_until_it_speaks())

    async def _ask_until_it_speaks(self) -> None:
        """Ask again and again: a kernel that starts says idle only when it is asked."""
        for _ in range(ASKED):
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._spoken.wait()
            except TimeoutError:
                if self.connection_status == "disconnected" or self._status == "busy":
                    return
                self._ask_kernel()
            else:
                return

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
        self._spoken.set()
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
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        for closing in self.link.stop():
            self._tasks.add(closing)
            closing.add_done_callback(self._tasks.discard)
        self._set_connection("disconnected")

    @property
    def is_closing(self) -> bool:
        """Whether something is still to be closed."""
        return bool(self._tasks)

    async def closed(self) -> None:
        """Wait until the WebSocket is closed."""
        if tasks := [task for task in self._tasks if task is not asyncio.current_task()]:
            await asyncio.wait(tasks, timeout=PATIENCE_S)

    # ---------------------------------------------------------------- after a loss

    def tell_gap(self, since: datetime, reason: str) -> None:
        """Tell that messages may be missing, from a moment until now."""
        gap = Gap(since=since, until=datetime.now(UTC), reason=reason)
        LOGGER.warning("Messages of kernel %s may be missing: %s", self._face.id, gap)
        self._signals.messages_lost._emit(gap)  # noqa: SLF001  our own signal

    # ---------------------------------------------------------------- restarts

    def begin_restart(self) -> None:
        """Forget what the kernel forgets: this client restarts it."""
        self._restarts_here = True
        self._forget_all("restarting", "this client restarted the kernel")

    def end_restart(self, *, is_done: bool) -> None:
        """Ask the new kernel whether it is there; or go on with the old one."""
        self._restarts_here = False
        self._kernel_session = ""
        self.info = None if is_done else self.info
        self._ask_anew()

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
        self._spoken.clear()
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
        kinds = {"status", "kernel_info_reply"}
        session = message.session
        if message.msg_type not in kinds or session in {"", self._face.client_id}:
            return
        known, self._kernel_session = self._kernel_session, session
        if known and known != session and not self._is_restarting:
            LOGGER.info("Kernel %s was restarted by somebody else", self._face.id)
            self._forget_all("restarting", "by somebody else")
            self.info = None
            self._ask_anew()

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
        await self._signals.any_message._deliver(("recv", message))  # noqa: SLF001  our own signal
        match message.channel:
            case "iopub":
                if not self._recovery.takes(message):
                    await self.take_iopub(message)
            case "stdin":
                await self._take_question(message)
            case _:
                await self._take_reply(message)
        self._heard = datetime.now(UTC)

    async def take_iopub(self, message: Message) -> None:
        """Take what the kernel publishes to the end."""
        kind = message.msg_type
        if message.session != self._face.client_id:  # what the server says isn't in the journal
            self._recovery.last_id = message.msg_id
        if kind == "iopub_welcome" and not self._spoken.is_set() and not self._restarts_here:
            self._ask_kernel()  # it has just begun to speak
        if kind in LAST_WORDS and message.content.get("restart") and not self._is_restarting:
            self._forget_all("restarting", "by somebody else")
            self.later(self._ask_until_it_speaks())
        if kind == "status" and not self._take_status(message):
            return
        if kind in {"update_display_data", "display_data"}:
            display_id = (message.content.get("transient") or {}).get("display_id")
            if display_id:
                self.displays.update(str(display_id), message.content)
        future = self.pending.get(message.parent_id)
        if future is not None:
            await future.take_iopub(message)
        if kind.startswith("comm_") and self._face.handle_comms:
            await self.comms.take(message)
        await self._signals.iopub_message._deliver(message)  # noqa: SLF001  our own signal

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
        if self._restarts_here:
            return True
        if state == "restarting":
            self._forget_all("autorestarting", "it had died")
            self._kernel_session = ""
            self.later(self._ask_until_it_speaks())
        elif state == "starting":
            self._tracker.take(message)
            self._ask_anew()
        else:
            self._tracker.take(message)
        self._tell_status()
        return True

    async def _take_question(self, message: Message) -> None:
        self.pending.ask(message)
        future = self.pending.get(message.parent_id)
        if future is not None:
            await future.take_stdin(message)

    async def _take_reply(self, message: Message) -> None:
        is_info = message.msg_type == "kernel_info_reply"
        if is_info and not self._restarts_here:
            self.info = message.content
            self._spoken.set()
            self._tracker.speaks(is_answer=message.channel == "shell")
            self._tell_status()
        self.pending.answer(message.parent_id)
        future = self.pending.get(message.parent_id)
        if future is not None and future.msg.channel == message.channel:
            await future.take_reply(message)
        elif message.parent_id in self._own:
            self._own.discard(message.parent_id)
        elif not self.pending.is_known(message.parent_id):
            await self._signals.unhandled_message._deliver(message)  # noqa: SLF001  our own signal

    # ---------------------------------------------------------------- telling

    def later(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in a task that ends with the connection."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            LOGGER.error("The traffic with kernel %s failed", self._face.id, exc_info=error)

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
