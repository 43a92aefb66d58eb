"""A run's kernel on this computer, started as nbclient starts it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager

from datalab_kernel_client.errors import (
    KernelDeadError,
    KernelSpecNotFoundError,
    KernelStartError,
)
from datalab_kernel_client.kernels._dropped import ANSWER_S, IDLE_S
from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.kernels._numbers import Numbers
from datalab_kernel_client.runs._errors import CannotResumeError
from datalab_kernel_client.runs._kernel import KernelFacts, RunKernel, SentRequest

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from pathlib import Path

    from datalab_kernel_client.runs._progress import Progress

__all__ = ["LocalKernel"]

_LOOK_S = 0.5
"""How often a kernel that doesn't answer is looked at."""
_ASK_S = 1.0
"""After what time a kernel that starts is asked again who it is."""
_JOIN_S = 0.1
"""The same when it has answered, but isn't heard on iopub yet."""
_NO_HISTORY_FILE = "--HistoryManager.hist_file=:memory:"
"""What ipykernel is told, as nbclient does: a run isn't kept in the history of who works here."""


class LocalKernel(RunKernel):
    """A kernel of this computer, over ZMQ.

    Parameters
    ----------
    name
        Of its kernel spec.
    cwd
        Folder that it works in.
    start_timeout_s
        How long it may take to answer.
    survives
        Whether it goes on when this process ends.
    """

    def __init__(
        self, name: str, cwd: Path, *, start_timeout_s: float = 60.0, survives: bool = False
    ) -> None:
        self._name = name
        self._cwd = cwd
        self._start_timeout_s = start_timeout_s
        self._survives = survives
        self._kernels = AsyncKernelManager(kernel_name=name)
        self._client: Any = None
        self._tasks: list[asyncio.Task[None]] = []
        self._pending: dict[str, _Pending] = {}
        self._error: BaseException | None = None
        self._numbers = Numbers("")
        """Of what the kernel has made since the request began that is on its way."""

    @property
    def name_when_kept(self) -> str:
        """How a person reaches it: by its connection file."""
        return f"`jupyter console --existing {self._kernels.connection_file}`"

    async def start(self) -> KernelFacts:
        """Start the kernel, and wait until it answers."""
        try:
            await self._kernels.start_kernel(
                cwd=str(self._cwd),
                independent=self._survives,
                extra_arguments=[_NO_HISTORY_FILE] if self._is_ipykernel else [],
            )
        except NoSuchKernel as error:
            available = sorted(KernelSpecManager().find_kernel_specs())
            raise KernelSpecNotFoundError(
                f"The kernel {self._name!r} was asked for, but isn't installed here."
                f" Name one of these with --kernel: {', '.join(available) or '(none)'}.",
                name=self._name,
                available=available,
            ) from error
        except OSError as error:
            raise _couldnt_start(self._name, str(error)) from error
        self._kernels.context.rcvhwm = 0  # ZMQ drops in silence what a busy runner hasn't read
        self._client = self._kernels.client()
        self._client.start_channels()
        for work in (self._read_iopub(), self._read_shell(), self._watch()):
            self._begin(work)
        try:
            async with asyncio.timeout(self._start_timeout_s):
                info = await self._introduction()
        except (KernelDeadError, TimeoutError) as error:
            await self.stop()
            late = f"nothing came from it for {self._start_timeout_s:g} s"
            reason = "its process ended" if isinstance(error, KernelDeadError) else late
            raise _couldnt_start(self._name, reason) from error
        return KernelFacts(name=self._name, language_info=info.get("language_info", {}))

    @property
    def _is_ipykernel(self) -> bool:
        spec = self._kernels.kernel_spec
        return spec is not None and "ipykernel_launcher" in spec.argv

    async def _introduction(self) -> Mapping[str, Any]:
        """Ask the kernel who it is until it answers, and its words on iopub come: they aren't kept."""
        loop = asyncio.get_running_loop()
        asked: dict[str, _Pending] = {}
        ask_at = 0.0
        while True:
            if loop.time() >= ask_at:
                msg_id = self._ask("kernel_info_request", {})
                asked[msg_id] = self._pending[msg_id]
                ask_at = loop.time() + _ASK_S
            waiting = [pending.done for pending in asked.values()]
            done, _ = await asyncio.wait(
                waiting, timeout=_JOIN_S, return_when=asyncio.FIRST_COMPLETED
            )
            if done:
                for msg_id in asked:
                    self._pending.pop(msg_id, None)
                return done.pop().result()
            if any(pending.reply is not None for pending in asked.values()):
                ask_at = 0.0

    async def rejoin(self, progress: Progress) -> tuple[KernelFacts, SentRequest | None]:
        """Refuse: a kernel of this computer ends with its runner, and keeps nothing for another."""
        raise CannotResumeError(
            f"{progress.output} was to be resumed, but its run was one of this computer, whose"
            " kernel ended with it. Run it again without --resume; runs with --server can be"
            " resumed.",
            next_cell=progress.next_position + 1,
        )

    def request(
        self, code: str, *, silent: bool = False, expressions: Mapping[str, str] | None = None
    ) -> SentRequest:
        """Send code."""
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": dict(expressions or {}),
            "allow_stdin": False,
            "stop_on_error": True,
        }
        msg_id = self._ask("execute_request", content)
        return SentRequest(msg_id=msg_id, reply=self._pending[msg_id].done)

    def _ask(self, msg_type: str, content: Mapping[str, Any]) -> str:
        """Send a request, and return its id, under which it is pending."""
        channel = self._client.shell_channel
        message = channel.session.msg(msg_type, content)
        msg_id: str = message["header"]["msg_id"]
        self._pending[msg_id] = pending = _Pending(is_cell=msg_type == "execute_request")
        if self._error is not None:
            pending.done.set_exception(self._error)
        # Not by jupyter_client, which sends behind pyzmq's back: a reply that comes in that moment
        # wakes nobody, nor does any after it.
        channel.socket.send_multipart(channel.session.serialize(message))
        return msg_id

    async def interrupt(self) -> None:
        """Interrupt what runs."""
        await self._kernels.interrupt_kernel()

    async def leave(self) -> None:
        """Let go of the kernel; without `survives` it ends with this process."""
        await self._let_go()
        if not self._survives and self._kernels.has_kernel:
            await self._kernels.shutdown_kernel(now=True)

    async def stop(self) -> None:
        """Shut the kernel down, and let go of it."""
        await self._let_go()
        if self._kernels.has_kernel:
            await self._kernels.shutdown_kernel()

    async def _let_go(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError, Exception):  # requests have had its error
                await task
        if self._client is not None:
            self._client.stop_channels()

    async def _read_iopub(self) -> None:
        while True:
            message = _message(await _received(self._client.iopub_channel))
            self.on_message(message)
            self._numbers.take(message)
            pending = self._pending.get(message.parent_id)
            if pending is None:
                continue
            if pending.is_cell and pending.numbers is None:
                self._numbers = pending.numbers = Numbers(message.msg_id)
            if message.content.get("execution_state") == "idle":
                pending.is_idle = True
                self._end(message.parent_id)

    async def _read_shell(self) -> None:
        while True:
            message = await _received(self._client.shell_channel)
            msg_id = (message["parent_header"] or {}).get("msg_id", "")
            if msg_id in self._pending:
                self._pending[msg_id].reply = message["content"]
                self._end(msg_id)
            if msg_id in self._pending:
                asyncio.get_running_loop().call_later(IDLE_S, self._miss_idle, msg_id)

    def _end(self, msg_id: str) -> None:
        """End a request whose reply and idle have both come; with a hole, after another one behind it."""
        pending = self._pending[msg_id]
        if not pending.is_idle or pending.reply is None:
            return
        if pending.numbers is not None and pending.numbers.missing:
            self._begin(self._end_behind(msg_id, pending))
        else:
            self._finish(msg_id, pending)

    def _miss_idle(self, msg_id: str) -> None:
        """Look whether the end of a request that was answered has been dropped."""
        pending = self._pending.get(msg_id)
        if pending is not None and not pending.is_idle:
            self._begin(self._end_behind(msg_id, pending))

    async def _end_behind(self, msg_id: str, pending: _Pending) -> None:
        """End a request when one behind it has been answered whole: what isn't there then was dropped."""
        while True:
            behind = self._pending[self._ask("kernel_info_request", {})]
            while not (await asyncio.wait({behind.done}, timeout=ANSWER_S))[0]:
                if behind.reply is not None:
                    break  # of this, too, the end was dropped
            if behind.done.done():
                break
        if msg_id in self._pending:
            if not pending.is_idle or (pending.numbers is not None and pending.numbers.missing):
                self.on_loss("it came faster than it was taken")
            self._finish(msg_id, pending)

    def _finish(self, msg_id: str, pending: _Pending) -> None:
        del self._pending[msg_id]
        if not pending.done.done() and pending.reply is not None:
            pending.done.set_result(pending.reply)

    def _begin(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in a task that ends with the kernel."""
        task = asyncio.create_task(coroutine)
        task.add_done_callback(self._fail_with)
        self._tasks.append(task)

    async def _watch(self) -> None:
        while await self._kernels.is_alive():  # noqa: ASYNC110 - a process has no event of ours
            await asyncio.sleep(_LOOK_S)
        await asyncio.sleep(_LOOK_S)  # what it said last may still be on its way
        raise KernelDeadError(
            f"A cell was running in the kernel {self._name!r}, which died."
            " Look at what the cell does, or at the memory it needs.",
            msg_type="execute_request",
            reason="its process ended",
        )

    def _fail_with(self, task: asyncio.Task[None]) -> None:
        """End what waits with the error that ended a task."""
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        self._error = error
        for pending in self._pending.values():
            if not pending.done.done():
                pending.done.set_exception(error)
                pending.done.exception()  # of several questions who it is, one alone is looked at
        self._pending.clear()


class _Pending:
    """A request that isn't answered yet."""

    def __init__(self, *, is_cell: bool) -> None:
        self.is_cell = is_cell
        self.reply: Mapping[str, Any] | None = None
        self.is_idle = False
        self.numbers: Numbers | None = None
        self.done: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()


async def _received(channel: Any) -> Mapping[str, Any]:
    """Wait for a channel's next message, without looking first whether there is one."""
    frames = await channel.socket.recv_multipart()
    _, frames = channel.session.feed_identities(frames)
    message: Mapping[str, Any] = channel.session.deserialize(frames)
    return message


def _message(fields: Mapping[str, Any]) -> Message:
    """Return what jupyter_client received as a value."""
    return Message(
        channel="iopub",
        header=dict(fields["header"]),
        parent_header=dict(fields["parent_header"] or {}),
        content=dict(fields["content"]),
        buffers=tuple(memoryview(buffer) for buffer in fields.get("buffers", ())),
    )


def _couldnt_start(name: str, reason: str) -> KernelStartError:
    return KernelStartError(
        f"The kernel {name!r} was to be started, but didn't answer: {reason}."
        f" Try it with `jupyter console --kernel {name}`.",
        reason=reason,
    )
