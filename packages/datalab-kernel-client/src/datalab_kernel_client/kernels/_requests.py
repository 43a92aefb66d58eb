"""What can be asked of a kernel, one method for each kind of request."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.errors import RequestTimeoutError
from datalab_kernel_client.kernels._record import KEEP_BYTES
from datalab_kernel_client.signals import call

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._future import ExecuteResult, KernelFuture
    from datalab_kernel_client.kernels._messages import Message
    from datalab_kernel_client.signals import Signal

__all__ = ["Requests"]

INTERRUPT_S = 5.0
"""How long a cell that took too long is waited for after it was interrupted."""
Answer = Callable[[str, bool], "str | Awaitable[str]"]


class Requests(ABC):
    """The requests of a connection; how they are sent is the connection's."""

    @abstractmethod
    def _send(
        self,
        message: Message,
        *,
        expect_reply: bool = True,
        dispose_on_done: bool = True,
        keep_bytes: int = KEEP_BYTES,
    ) -> KernelFuture:
        """Send a message and return its future."""

    @abstractmethod
    def _message(self, msg_type: str, content: Mapping[str, Any], **more: Any) -> Message:
        """Return a message of this client."""

    @abstractmethod
    async def interrupt(self) -> None:
        """Interrupt the kernel."""

    @property
    @abstractmethod
    def pending_input(self) -> Signal[bool]:
        """The signal of questions."""

    # ---------------------------------------------------------------- executing

    def request_execute(  # noqa: PLR0913  options by name
        self,
        code: str,
        *,
        silent: bool = False,
        store_history: bool = True,
        user_expressions: Mapping[str, str] | None = None,
        allow_stdin: bool | None = None,
        stop_on_error: bool = True,
        metadata: Mapping[str, Any] | None = None,
        dispose_on_done: bool = True,
        keep_bytes: int = KEEP_BYTES,
    ) -> KernelFuture:
        """Send code to be executed, and don't wait.

        Parameters
        ----------
        code
            What to execute.
        silent, store_history, user_expressions, stop_on_error
            As in Jupyter's protocol.
        allow_stdin
            Whether the code may ask questions; None: if something listens to `pending_input`.
        metadata
            Of the message.
        dispose_on_done
            False: what is published for it after its end still comes.
        keep_bytes
            How much of its messages is kept for who iterates late.

        Returns
        -------
        KernelFuture
            ``await future`` gives the reply, ``async for message in future`` what is published
            meanwhile, ``await future.result()`` both, as outputs.
        """
        if allow_stdin is None:
            allow_stdin = self.pending_input._has_listeners  # noqa: SLF001  our own signal
        content = {
            "code": code,
            "silent": silent,
            "store_history": store_history and not silent,
            "user_expressions": dict(user_expressions or {}),
            "allow_stdin": allow_stdin,
            "stop_on_error": stop_on_error,
        }
        return self._send(
            self._message("execute_request", content, metadata=metadata),
            dispose_on_done=dispose_on_done,
            keep_bytes=keep_bytes,
        )

    async def execute(
        self,
        code: str,
        *,
        timeout_s: float | None = None,
        raise_on_error: bool = True,
        on_output: Callable[[Message], Any] | None = None,
        on_stdin: Answer | None = None,
        **request: Any,
    ) -> ExecuteResult:
        """Execute code, wait, and return what came of it.

        Parameters
        ----------
        code
            What to execute.
        timeout_s
            How long it may take; then it is interrupted, and waited for 5 s at most.
        raise_on_error
            Whether an exception in the code is raised here, as ExecutionError.
        on_output
            Called with each message that the kernel publishes.
        on_stdin
            Called with a prompt and whether it is for a password; returns the answer.
        **request
            As in :meth:`request_execute`.

        Raises
        ------
        ExecutionError
            What the code raised.
        RequestTimeoutError
            If it took longer than it might.
        RequestCanceledError
            If the kernel restarted, died or went, or the link is lost for good.
        """
        if on_stdin is not None:
            request.setdefault("allow_stdin", True)
        future = self.request_execute(code, **request)
        future.collect()
        future.on_iopub = on_output
        if on_stdin is not None:
            future.on_stdin = _answering(future, on_stdin)
        try:
            has_ended = await future.ended(timeout_s)
        except asyncio.CancelledError:
            future.cancel()
            raise
        if not has_ended:
            raise await self._interrupted(future, timeout_s or 0.0)
        result = await future.result()
        if raise_on_error and result.error is not None:
            raise result.error
        return result

    async def _interrupted(self, future: KernelFuture, timeout_s: float) -> RequestTimeoutError:
        """Interrupt a cell, wait until it has ended, and return the error to raise."""
        await self.interrupt()
        ended = "and was interrupted"
        if not await future.ended(INTERRUPT_S):
            ended = f"was interrupted, and still ran {INTERRUPT_S:g} s later"
            future.cancel()
        message = f"The code took longer than the {timeout_s:g} s that it was given, {ended}."
        return RequestTimeoutError(message, timeout_s=timeout_s)

    # ---------------------------------------------------------------- asking

    async def request_complete(self, code: str, cursor_pos: int | None = None) -> dict[str, Any]:
        """Return what could follow at a place in code (its end if not given), the reply's content."""
        content = {"code": code, "cursor_pos": len(code) if cursor_pos is None else cursor_pos}
        return await self._ask("complete_request", content)

    async def request_inspect(
        self, code: str, cursor_pos: int | None = None, detail_level: int = 0
    ) -> dict[str, Any]:
        """Return what the kernel knows of the name at a place in code, the reply's content."""
        place = len(code) if cursor_pos is None else cursor_pos
        content = {"code": code, "cursor_pos": place, "detail_level": detail_level}
        return await self._ask("inspect_request", content)

    async def request_history(  # noqa: PLR0913  options by name
        self,
        *,
        access_type: str = "tail",
        n: int = 10,
        raw: bool = True,
        output: bool = False,
        session: int | None = None,
        start: int | None = None,
        stop: int | None = None,
        pattern: str | None = None,
        unique: bool = False,
    ) -> dict[str, Any]:
        """Return what was executed before, the reply's content."""
        content: dict[str, Any] = {
            "hist_access_type": access_type,
            "output": output,
            "raw": raw,
            "n": n,
            "unique": unique,
        }
        optional = {"session": session, "start": start, "stop": stop, "pattern": pattern}
        content |= {name: value for name, value in optional.items() if value is not None}
        return await self._ask("history_request", content)

    async def request_is_complete(self, code: str) -> dict[str, Any]:
        """Return whether code is whole, or goes on in the next line, the reply's content."""
        return await self._ask("is_complete_request", {"code": code})

    async def request_kernel_info(self) -> dict[str, Any]:
        """Return what the kernel is, the reply's content."""
        return await self._ask("kernel_info_request", {})

    async def request_comm_info(self, target_name: str | None = None) -> dict[str, str]:
        """Return the targets of the comms that are open in the kernel, by their ids."""
        content = {} if target_name is None else {"target_name": target_name}
        found = await self._ask("comm_info_request", content)
        return {comm_id: str(item.get("target_name")) for comm_id, item in found["comms"].items()}

    def request_debug(
        self, command: str, arguments: Mapping[str, Any] | None = None
    ) -> KernelFuture:
        """Send a command to the kernel's debugger, as the Debug Adapter Protocol has it."""
        content = {
            "type": "request",
            "seq": 1,
            "command": command,
            "arguments": dict(arguments or {}),
        }
        return self._send(self._message("debug_request", content, channel="control"))

    async def _ask(self, msg_type: str, content: Mapping[str, Any]) -> dict[str, Any]:
        return (await self._send(self._message(msg_type, content))).content


def _answering(future: KernelFuture, on_stdin: Answer) -> Callable[[Message], None]:
    """Return a listener that answers questions in a task: reading goes on while a person thinks."""
    tasks: set[asyncio.Task[None]] = set()

    async def answer(question: Message) -> None:
        content = question.content
        password = bool(content.get("password"))
        text = await call(on_stdin, str(content.get("prompt", "")), password)
        if text is not None and not future.is_done:
            future.send_input_reply(text)

    def begin(question: Message) -> None:
        task = asyncio.get_running_loop().create_task(answer(question))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return begin
