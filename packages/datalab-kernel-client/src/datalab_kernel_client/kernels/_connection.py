"""One client's connection to one kernel: its public face."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any, Literal

from datalab_kernel_client.errors import DisposedError, RequestTimeoutError
from datalab_kernel_client.kernels._comms import HasComms
from datalab_kernel_client.kernels._future import KernelFuture
from datalab_kernel_client.kernels._greeting import SPEAKS_S
from datalab_kernel_client.kernels._link import Pace, gone
from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.kernels._record import KEEP_BYTES
from datalab_kernel_client.kernels._requests import Requests
from datalab_kernel_client.kernels._signals import KernelSignals, Tells
from datalab_kernel_client.kernels._traffic import Traffic
from datalab_kernel_client.kernels._wire import V1, check_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Self

    from datalab_kernel_client.kernels._models import EarlierClient, KernelModel
    from datalab_kernel_client.kernels._outputs import Displays
    from datalab_kernel_client.kernels._owner import KernelOwner
    from datalab_kernel_client.kernels._status import ConnectionStatus, Status
    from datalab_kernel_client.specs import KernelSpec

__all__ = ["KernelConnection"]


class KernelConnection(Tells, HasComms, Requests):
    """A client of a kernel.

    :meth:`KernelManager.start_new` and :meth:`KernelManager.connect_to` make it; it begins to
    connect at once. While the link is down, requests wait, and go out in order when it is made
    again under the same `client_id`. A restart ends all requests and comms, and the same object
    goes on. When the kernel is dead, or :meth:`dispose` was called, it is over; disposing leaves
    the kernel alone. As an asynchronous context manager it waits until it is connected, and
    disposes at the end.
    """

    def __init__(  # noqa: PLR0913  options by name
        self,
        manager: KernelOwner[KernelConnection],
        model: KernelModel,
        *,
        client_id: str | None = None,
        username: str = "",
        handle_comms: bool = True,
        pace: Pace | None = None,
        earlier: EarlierClient | None = None,
    ) -> None:
        self._manager = manager
        self.model = model
        self.client_id = earlier.client_id if earlier else client_id or str(uuid.uuid4())
        self.username = username or manager.settings.username
        self.handle_comms = handle_comms
        self._pace = pace or Pace()
        self._signals = KernelSignals()
        self._signals.gone.connect(self._when_gone)
        self._is_disposed = False
        self._traffic = Traffic(self, manager.rest, self._signals, self._pace, earlier)
        self._comms = self._traffic.comms
        self._traffic.link.start()

    def __repr__(self) -> str:
        return f"<KernelConnection {self.name} {self.id} {self.status}, {self.connection_status}>"

    # ---------------------------------------------------------------- what it is

    @property
    def id(self) -> str:
        """The kernel's id."""
        return self.model.id

    @property
    def name(self) -> str:
        """The name of its kernel spec."""
        return self.model.name

    @property
    def status(self) -> Status:
        """What the kernel does, as far as is known."""
        return self._traffic.status

    @property
    def runs_cell(self) -> bool:
        """Whether the kernel runs a cell, of whatever client, as far as is known."""
        return self._traffic.runs_cell

    @property
    def connection_status(self) -> ConnectionStatus:
        """What the link does."""
        return self._traffic.connection_status

    @property
    def is_disposed(self) -> bool:
        """Whether it is over."""
        return self._is_disposed

    @property
    def has_pending_input(self) -> bool:
        """Whether the kernel waits for an answer to a question of a cell."""
        return self._traffic.pending.has_question

    @property
    def protocol(self) -> Literal["v1", "json", ""]:
        """How messages are put into frames; empty before the first link."""
        if self._traffic.connection_status == "connecting" and not self._traffic.link.subprotocol:
            return ""
        return "v1" if self._traffic.link.subprotocol == V1 else "json"

    @property
    def displays(self) -> Displays:
        """The outputs with a display id."""
        return self._traffic.displays

    @property
    def last_id(self) -> str:
        """The id of the kernel's message on iopub that came last, for who may take this client's place."""
        return self._traffic.recovery.last_id

    @property
    def has_journal(self) -> bool:
        """Whether the kernel keeps a journal of what it publishes."""
        return self._traffic.recovery.has_journal

    # ---------------------------------------------------------------- its life

    async def __aenter__(self) -> Self:
        try:
            await self.connected()
        except BaseException:
            self.dispose()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        self.dispose()
        await self._traffic.closed()

    async def connected(self, timeout_s: float | None = 60.0) -> None:
        """Wait until the link is open and the kernel has answered, or has had 3 s for that.

        Raises
        ------
        RequestTimeoutError
            If it takes longer; the link is tried on.
        KernelGoneError, ConnectionLostError
            If it isn't tried any more.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while self.connection_status == "connecting" and not self._is_disposed:
                    await self._traffic.settled.wait()
        except TimeoutError:
            message = (
                f"Connecting to kernel {self.id}: no link within {timeout_s:g} s. It is tried on."
            )
            raise RequestTimeoutError(message, timeout_s=timeout_s) from None
        self._check_link()

    async def reconnect(self) -> None:
        """Make a fresh link under the same id, also after it was given up, and wait for it."""
        self._check()
        if self.connection_status == "disconnected":
            self._traffic.failure = None
            self._traffic.link_broken("reconnect() was called")
            self._traffic.link.start()
        else:
            if self.connection_status == "connected":
                self._traffic.link_broken("reconnect() was called")
            self._traffic.link.break_off()
        await self.connected()

    async def interrupt(self) -> None:
        """Interrupt what the kernel runs."""
        self._check()
        await self._manager.interrupt(self.id)

    async def restart(self) -> None:
        """Restart the kernel: requests and comms end, variables are gone, this object goes on.

        Returns when the new kernel has answered.

        Raises
        ------
        KernelNotFoundError
            If the server has it no more.
        RequestTimeoutError
            If the new kernel doesn't answer within two minutes.
        """
        self._check()
        self._traffic.begin_restart()
        try:
            await self._manager.restart(self.id)
        except BaseException:
            self._traffic.end_restart(is_done=False)
            raise
        self._traffic.end_restart(is_done=True)
        has_spoken = await self._traffic.spoken()
        self._check()
        if not has_spoken:
            message = f"Kernel {self.id} was restarted, and hasn't answered within {SPEAKS_S:g} s."
            raise RequestTimeoutError(message, timeout_s=SPEAKS_S)

    async def shutdown(self) -> None:
        """Shut the kernel down; one that is gone already is no error."""
        if not self._is_disposed:
            await self._manager.shutdown(self.id)

    def clone(
        self, *, client_id: str | None = None, handle_comms: bool = False
    ) -> KernelConnection:
        """Return another client of the same kernel, without comms unless told otherwise."""
        self._check()
        return self._manager.connect_to(
            self.model,
            client_id=client_id,
            username=self.username,
            handle_comms=handle_comms,
            pace=self._pace,
        )

    def dispose(self) -> None:
        """End this client; the kernel lives on. Twice is safe."""
        if self._is_disposed:
            return
        self._is_disposed = True
        self._traffic.close()
        self._manager.forget(self)
        self._signals.disposed._emit(None)  # noqa: SLF001  our own signal
        self._signals.end_loops()

    @property
    def is_closing(self) -> bool:
        """Whether it is disposed, and its WebSocket not yet closed."""
        return self._is_disposed and self._traffic.is_closing

    async def closed(self) -> None:
        """Wait until a disposed connection has closed its WebSocket."""
        await self._traffic.closed()

    def _when_gone(self, _: None) -> None:
        self.dispose()

    # ---------------------------------------------------------------- what it says of itself

    async def info(self) -> dict[str, Any]:
        """Return the kernel's info, as its kernel_info_reply has it."""
        self._check()
        if self._traffic.info is None:
            return await self.request_kernel_info()
        return self._traffic.info

    async def spec(self) -> KernelSpec | None:
        """Return its kernel spec, None where the server has it no more."""
        return await self._manager.spec_of(self.name)

    # ---------------------------------------------------------------- messages

    def send_shell_message(
        self, msg: Message, *, expect_reply: bool = False, dispose_on_done: bool = True
    ) -> KernelFuture:
        """Send any message on the shell channel.

        Raises
        ------
        MessageTooLargeError
            If the server wouldn't take it; nothing is sent.
        DisposedError, KernelDeadError, ConnectionLostError
            If it can't be sent any more.
        """
        return self._send(msg, expect_reply=expect_reply, dispose_on_done=dispose_on_done)

    def send_control_message(
        self, msg: Message, *, expect_reply: bool = False, dispose_on_done: bool = True
    ) -> KernelFuture:
        """Send any message on the control channel, which is answered while a cell runs."""
        return self._send(msg, expect_reply=expect_reply, dispose_on_done=dispose_on_done)

    def send_input_reply(self, value: str, request: Message) -> None:
        """Answer a question.

        Parameters
        ----------
        value
            The answer.
        request
            The ``input_request``.
        """
        self._check_link()
        reply = self._message(
            "input_reply", {"status": "ok", "value": value}, channel="stdin", parent=request
        )
        check_size(reply)
        self._traffic.post(reply)
        self._traffic.pending.answer(request.parent_id)

    def adopt_execute(self, msg_id: str, seen: Iterable[Message] = ()) -> KernelFuture:
        """Return a future for an execute request that an earlier client under this id has sent.

        Parameters
        ----------
        msg_id
            Of the request.
        seen
            What that client has seen of it on iopub.
        """
        header = {"msg_id": msg_id, "msg_type": "execute_request", "session": self.client_id}
        future = KernelFuture(Message(channel="shell", header=header), self)
        for message in seen:
            future.recall(message)
        self._traffic.pending.add(future)
        return future

    def forget_request(self, future: KernelFuture) -> None:
        """Send a future no more messages."""
        self._traffic.pending.forget(future)

    def update_model(self, model: KernelModel) -> None:
        """Take what a poll says of the kernel."""
        self._traffic.link_model(model)

    def be_gone(self) -> None:
        """Take a poll's word that the kernel is gone."""
        if not self._is_disposed:
            self._traffic.die(gone(self.id))

    def _send(
        self,
        message: Message,
        *,
        expect_reply: bool = True,
        dispose_on_done: bool = True,
        keep_bytes: int = KEEP_BYTES,
    ) -> KernelFuture:
        self._check_link()
        check_size(message)
        future = KernelFuture(
            message,
            self,
            expect_reply=expect_reply,
            dispose_on_done=dispose_on_done,
            keep_bytes=keep_bytes,
        )
        return self._traffic.send(future)

    def _message(self, msg_type: str, content: Mapping[str, Any], **more: Any) -> Message:
        return Message.new(
            msg_type, content, session=self.client_id, username=self.username, **more
        )

    def _check(self) -> None:
        if self._is_disposed and self._traffic.failure is None:
            message = (
                f"This connection to kernel {self.id} was disposed of. "
                "KernelManager.connect_to makes a new one, if the kernel runs."
            )
            raise DisposedError(message)
        if self._is_disposed and self._traffic.failure is not None:
            raise self._traffic.failure

    def _check_link(self) -> None:
        self._check()
        if self.connection_status == "disconnected" and self._traffic.failure is not None:
            raise self._traffic.failure
