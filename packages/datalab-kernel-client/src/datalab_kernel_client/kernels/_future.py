"""A request to a kernel, its messages as they come, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from datalab_kernel_client.errors import (
    ExecutionError,
    KernelGoneError,
    KernelRestartedError,
    RequestCanceledError,
    RequestTimeoutError,
)
from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.kernels._outputs import Displays, Outputs
from datalab_kernel_client.kernels._record import KEEP_BYTES, Reader, Record
from datalab_kernel_client.signals import call

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["ExecuteResult", "FutureOwner", "KernelFuture"]

Listener = Callable[[Message], Any]
LAST_WORDS = {"KernelRestart": KernelRestartedError, "KernelShutdown": KernelGoneError}
"""What the DataLab kernel answers to a cell under which it is restarted or shut down."""


@dataclass(frozen=True, kw_only=True)
class ExecuteResult:
    """What came of executing code.

    Parameters
    ----------
    status
        ``"ok"``; ``"error"``: it raised, see `error`; ``"aborted"``: it wasn't run, because one before it failed.
    execution_count
        The number in brackets.
    outputs
        As nbformat 4 keeps them; what the kernel updates later changes here too.
    user_expressions, payload
        As in the reply.
    reply
        The whole of it.
    error
        What the code raised, None unless it did.
    """

    status: Literal["ok", "error", "aborted"]
    execution_count: int | None
    outputs: list[dict[str, Any]]
    user_expressions: dict[str, Any] = field(default_factory=dict)
    payload: list[Any] = field(default_factory=list)
    reply: Message
    error: ExecutionError | None = None


class FutureOwner(Protocol):
    """What a future needs of its connection."""

    @property
    def displays(self) -> Displays:
        """The outputs with a display id."""

    def forget_request(self, future: KernelFuture) -> None:
        """Send it no more messages."""

    def send_input_reply(self, value: str, request: Message) -> None:
        """Answer a question."""

    async def interrupt(self) -> None:
        """Interrupt the kernel."""


class KernelFuture(Awaitable[Message], AsyncIterable[Message]):
    """A request on its way.

    It is done when both its reply and the kernel's word that it is idle have come, in whatever
    order. Awaiting it gives the reply; ``async for`` gives what the kernel publishes and asks
    meanwhile, from the first message on, also if the loop begins late. It fails with a
    :class:`RequestCanceledError` when the kernel restarts, dies or is removed, and when the
    link is lost for good.

    Callbacks are assigned: ``on_iopub``, ``on_stdin`` and ``on_reply`` are functions or
    coroutine functions of one :class:`Message`; the next message is read when they are done.
    """

    def __init__(
        self,
        msg: Message,
        owner: FutureOwner,
        *,
        expect_reply: bool = True,
        dispose_on_done: bool = True,
        keep_bytes: int = KEEP_BYTES,
    ) -> None:
        self._msg, self._owner = msg, owner
        self._has_idle, self._expects_reply = False, expect_reply
        self._dispose_on_done = dispose_on_done
        self._reply: Message | None = None
        self._record = Record(keep_bytes)
        self._outputs: Outputs | None = None
        self._hooks: list[Listener] = []
        self._question: Message | None = None
        self._seen: dict[str, Any] = {}
        """What the kernel published of the cell's number and end."""
        self._done: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._done.add_done_callback(_seen)
        self.on_iopub: Listener | None = None
        self.on_stdin: Listener | None = None
        self.on_reply: Listener | None = None

    def __repr__(self) -> str:
        state = "done" if self.is_done else "on its way"
        return f"<KernelFuture {self._msg.msg_type} {self.msg_id} {state}>"

    # ---------------------------------------------------------------- what it is

    @property
    def msg(self) -> Message:
        """The request."""
        return self._msg

    @property
    def msg_id(self) -> str:
        """The request's id, which all its messages name as their parent."""
        return self._msg.msg_id

    @property
    def is_done(self) -> bool:
        """Whether it has ended, be it with an error."""
        return self._done.done()

    @property
    def is_whole(self) -> bool:
        """Whether it has ended, and not with an error."""
        return self.is_done and self._done.exception() is None

    @property
    def reply(self) -> Message | None:
        """The reply, None before it came."""
        return self._reply

    @property
    def dropped(self) -> int:
        """How many of its messages were let go, beyond ``keep_bytes``, before anybody read them."""
        return self._record.dropped

    # ---------------------------------------------------------------- waiting for it

    def __await__(self) -> Generator[Any, None, Message]:
        """Wait for the reply and for idle, and return the reply; a task that is cancelled cancels it."""
        return self._wait().__await__()

    async def _wait(self) -> Message:
        try:
            return await asyncio.shield(self._done)
        except asyncio.CancelledError:
            self.cancel()
            raise

    async def ended(self, timeout_s: float | None = None) -> bool:
        """Wait for its end, be it an error, and return whether it came in time."""
        done, _ = await asyncio.wait([self._done], timeout=timeout_s)
        return bool(done)

    def __aiter__(self) -> Reader:
        """Give its messages in order; ends when it is done."""
        return self._record.read()

    async def result(self, timeout_s: float | None = None) -> ExecuteResult:
        """Wait for the end of an execution and return what came of it.

        Parameters
        ----------
        timeout_s
            How long to wait; the cell runs on.

        Raises
        ------
        TypeError
            If the request isn't an execution.
        RequestTimeoutError
            If it takes longer.
        RequestCanceledError
            If it won't be answered any more.
        """
        if self._msg.msg_type != "execute_request":
            message = f"A {self._msg.msg_type} has a reply (await it), and no result."
            raise TypeError(message)
        self.collect()
        try:
            async with asyncio.timeout(timeout_s):
                reply = await asyncio.shield(self._done)
        except TimeoutError:
            message = f"The cell was still running after {timeout_s:g} s, and runs on."
            raise RequestTimeoutError(message, timeout_s=timeout_s) from None
        return self._result_of(reply)

    def _result_of(self, reply: Message) -> ExecuteResult:
        content = reply.content
        status = content.get("status", "ok")
        error = None
        if status == "error":
            ename, evalue = str(content.get("ename", "")), str(content.get("evalue", ""))
            error = ExecutionError(
                f"The code raised {ename}: {evalue}",
                ename=ename,
                evalue=evalue,
                traceback=list(content.get("traceback") or []),
            )
        return ExecuteResult(
            status="aborted" if status in {"aborted", "abort"} else status,
            execution_count=content.get("execution_count"),
            outputs=self.collect().list,
            user_expressions=content.get("user_expressions") or {},
            payload=content.get("payload") or [],
            reply=reply,
            error=error,
        )

    def collect(self) -> Outputs:
        """Return the outputs, of what is kept and of what comes."""
        if self._outputs is None:
            self._outputs = Outputs(self._owner.displays)
            for message in self._record.kept:
                self._outputs.take(message)
        return self._outputs

    # ---------------------------------------------------------------- while it is on its way

    def register_message_hook(self, hook: Listener) -> None:
        """Have a function see each iopub message before `on_iopub`; if it returns False, the rest don't.

        The one that was registered last is asked first. The end of the request doesn't depend on it.
        """
        self._hooks.append(hook)

    def remove_message_hook(self, hook: Listener) -> None:
        """Have a hook asked no more."""
        self._hooks = [one for one in self._hooks if one != hook]

    def send_input_reply(self, value: str) -> None:
        """Answer the question that the kernel asked last.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self._question is None:
            message = "The kernel has asked nothing under this request."
            raise ValueError(message)
        self._owner.send_input_reply(value, self._question)

    def cancel(self, *, interrupt: bool = False) -> None:
        """Wait for it no more; who does gets RequestCanceledError. The cell runs on unless interrupted."""
        if self.is_done:
            return
        text = f"The {self._msg.msg_type} was cancelled by this client before it was answered."
        self.end(RequestCanceledError(text, msg_type=self._msg.msg_type))
        if interrupt:
            self._interrupting = asyncio.get_running_loop().create_task(self._owner.interrupt())

    def dispose(self) -> None:
        """Take no more messages; cancels it if it isn't done."""
        self.cancel()
        self._record.close()
        self._owner.forget_request(self)

    # ---------------------------------------------------------------- for its connection

    def recall(self, message: Message) -> None:
        """Take note of what an earlier client has seen of the request; nobody is told again."""
        if message.msg_type in {"execute_input", "error"}:
            self._seen |= {"status": "ok", **message.content}
            self._seen |= {"status": "error"} if message.msg_type == "error" else {}
        if message.msg_type == "status":
            self._has_idle |= message.content.get("execution_state") == "idle"

    async def take_reply(self, message: Message) -> None:
        """Take the reply."""
        if (error := _last_word(message)) is not None:
            self.end(error)
            return
        self._reply = message
        if self.on_reply is not None:
            await call(self.on_reply, message)
        self._end_if_complete(message)

    async def take_iopub(self, message: Message) -> None:
        """Take what the kernel publishes."""
        await self._record.put(message)
        if self._outputs is not None:
            self._outputs.take(message)
        await self._tell(message)
        self.recall(message)
        self._end_if_complete(message)

    def seen_reply(self) -> Message | None:
        """Return a reply by what was published, where the cell ended and its own reply was lost.

        Its ``metadata`` say so; expressions and payloads are not in it.
        """
        if not self._has_idle or self._msg.msg_type != "execute_request" or not self._seen:
            return None
        names = ("status", "execution_count", "ename", "evalue", "traceback")
        content = {name: self._seen[name] for name in names if name in self._seen}
        return Message(
            channel="shell",
            header={"msg_type": "execute_reply", "msg_id": "", "session": ""},
            parent_header=self._msg.header,
            metadata={"datalab_kernel": {"is_lost": True}},
            content=content,
        )

    async def take_stdin(self, message: Message) -> None:
        """Take a question."""
        self._question = message
        await self._record.put(message)
        if self.on_stdin is not None:
            await call(self.on_stdin, message)

    def end(self, error: RequestCanceledError) -> None:
        """End it with an error."""
        if not self._done.done():
            self._done.set_exception(error)
        self._finish()

    def end_without_idle(self) -> None:
        """Take it as done: the kernel went on, and its word got lost."""
        self._has_idle = True
        self._end_if_complete(self._reply)

    async def _tell(self, message: Message) -> None:
        for hook in reversed(list(self._hooks)):
            if hook in self._hooks and await call(hook, message, default=True) is False:
                return
        if self.on_iopub is not None:
            await call(self.on_iopub, message)

    def _end_if_complete(self, last: Message | None) -> None:
        if self._done.done() or not self._has_idle:
            return
        result = self._reply if self._expects_reply else self._reply or last
        if result is not None:
            self._done.set_result(result)
            self._finish()

    def _finish(self) -> None:
        self._record.close()
        if self._dispose_on_done or self._done.exception() is not None:
            self._owner.forget_request(self)


def _last_word(reply: Message) -> RequestCanceledError | None:
    """Return the error for a reply by which a DataLab kernel ends a cell before it goes."""
    ename, evalue = reply.content.get("ename"), reply.content.get("evalue")
    kind = LAST_WORDS.get(str(ename))
    if kind is None or reply.content.get("traceback") != [f"{ename}: {evalue}"]:
        return None
    text = f"{evalue} Its variables are gone, and nothing is left to wait for."
    return kind(text, msg_type=reply.parent_type)


def _seen(done: asyncio.Future[Message]) -> None:
    if not done.cancelled():
        done.exception()  # nobody has to wait for it
