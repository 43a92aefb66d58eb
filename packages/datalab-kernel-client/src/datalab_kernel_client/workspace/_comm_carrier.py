"""Carrying a workspace's requests by a comm, through a Jupyter server, to the kernel of a notebook."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Self

from datalab_kernel.backends import wire
from datalab_kernel.session._workspace_target import TARGET
from datalab_kernel_client._server import Server
from datalab_kernel_client.errors import (
    ClientError,
    ConnectionLostError,
    DisposedError,
    NoWorkspaceError,
    RequestCanceledError,
    RequestTimeoutError,
)
from datalab_kernel_client.server import ServerSettings
from datalab_kernel_client.sync._background import Background
from datalab_kernel_client.workspace._carrier import Carrier

if TYPE_CHECKING:
    from datalab_kernel.objects import Packed
    from datalab_kernel_client.kernels import ClientComm, KernelConnection, KernelFuture, Message

__all__ = ["CommCarrier"]

BRIEF_S = 1.0
"""How long a glance, such as Tab's, waits for the kernel."""


class CommCarrier(Carrier):
    """Carry requests by a comm, one at a time; any thread may ask.

    Parameters
    ----------
    server
        The server, and what is open on it; :meth:`close` closes it.
    background
        Where that lives.
    timeout_s
        How long the kernel may take until it begins with a request. How long it then computes
        isn't limited.
    """

    def __init__(self, server: Server, background: Background, timeout_s: float) -> None:
        self._server = server
        self._background = background
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._numbers = 0
        self._kernel: KernelConnection | None = None
        self._comm: ClientComm | None = None
        self._assembly = wire.Assembly()
        self._answer: asyncio.Future[Packed] | None = None
        self.where = ""

    @classmethod
    def open(  # noqa: PLR0913 - the options of Workspace("jupyter", …)
        cls,
        *,
        url: str | None = None,
        token: str | None = None,
        path: str | None = None,
        kernel_id: str | None = None,
        name: str = "workspace",
        timeout_s: float = 60.0,
    ) -> Self:
        """Open a comm to the workspace of that name in a running kernel.

        Parameters
        ----------
        url, token
            Of the server; without them it is looked for, as ``ServerSettings.discover`` does.
        path
            Of the notebook, as the server has it.
        kernel_id
            The kernel, in place of a path.
        name
            What the workspace is bound to there.
        timeout_s
            See the class.

        Raises
        ------
        SessionNotFoundError, KernelNotFoundError
            If there is no such kernel.
        NoWorkspaceError
            If the kernel offers no workspaces.
        RequestTimeoutError
            If it is busy with a cell for so long.
        """
        if (path is None) == (kernel_id is None):
            message = (
                "Workspace('jupyter') needs to know whose workspace: give path='analysis.ipynb', the "
                "notebook's path on the server, or kernel_id='…'."
            )
            raise TypeError(message)
        settings = ServerSettings.discover(url, token)
        background = Background()
        carrier = cls(background.call(lambda: Server(settings)), background, timeout_s)
        try:
            background.wait(lambda: carrier._begin(path, kernel_id, name))
        except BaseException:
            carrier.close()
            raise
        carrier.where = f"the kernel of {path or kernel_id} at {settings.base_url}"
        return carrier

    async def _begin(self, path: str | None, kernel_id: str | None, name: str) -> None:
        await self._server.check()
        kernel = self._kernel = await self._connect(path, kernel_id)
        await kernel.connected()
        comm = self._comm = kernel.create_comm(TARGET)
        comm.on_msg = self._hear
        opening = comm.open({"name": name})
        await self._handled([opening], "opening the workspace", self._timeout_s)
        if comm.is_disposed:
            message = (
                f"The kernel of {path or kernel_id} offers no workspace (it has no comm target "
                f"{TARGET!r}). Choose the DataLab kernel for that notebook, or run "
                "%load_ext datalab_kernel in it, then open it again."
            )
            raise NoWorkspaceError(message)

    async def _connect(self, path: str | None, kernel_id: str | None) -> KernelConnection:
        if path is not None:
            session = await self._server.sessions.attach(path, handle_comms=True)
            if session.kernel is None:
                message = f"The session of {path!r} has no kernel. Start one in the notebook."
                raise NoWorkspaceError(message)
            return session.kernel
        found = await self._server.kernels.find_by_id(str(kernel_id))
        return self._server.kernels.connect_to(found or str(kernel_id), handle_comms=True)

    def ask(self, request: Packed) -> Packed:
        """Send a request in frames, and return its answer."""
        with self._lock:
            return self._ask(request, self._timeout_s)

    def ask_briefly(self, request: Packed) -> Packed | None:
        """Send a request unless a cell runs, and wait no longer than a second until it begins."""
        if self._kernel is not None and self._kernel.runs_cell:
            return None
        if not self._lock.acquire(timeout=BRIEF_S):
            return None  # another thread waits for the kernel
        try:
            return self._ask(request, BRIEF_S)
        except RequestTimeoutError:
            return None
        finally:
            self._lock.release()

    def _ask(self, request: Packed, timeout_s: float) -> Packed:
        self._numbers += 1
        number = self._numbers
        try:
            return self._background.wait(lambda: self._exchange(number, request, timeout_s))
        except (RequestCanceledError, DisposedError) as error:
            if isinstance(error, ConnectionError):
                raise
            message = f"{error} Open the workspace again."  # restarted, dead, removed
            raise ConnectionLostError(message, msg_type="comm_msg") from error

    async def _exchange(self, number: int, request: Packed, timeout_s: float) -> Packed:
        comm = self._comm
        if comm is None or comm.is_disposed:
            raise _ended()
        self._answer = asyncio.get_running_loop().create_future()
        sent = [
            comm.send(data, buffers=buffers) for data, buffers in wire.frames_of(number, request)
        ]
        await self._handled(sent, "the workspace's request", timeout_s)
        if not self._answer.done():
            raise _ended()
        return self._answer.result()

    async def _handled(self, sent: list[KernelFuture], what: str, timeout_s: float) -> None:
        """Wait until the kernel has dealt with messages, or has answered.

        Raises
        ------
        RequestTimeoutError
            If it doesn't begin in time.
        ClientError
            If the link or the kernel ended meanwhile.
        """
        begun = asyncio.Event()
        sent[0].on_iopub = lambda _message: begun.set()
        ends = [asyncio.ensure_future(_end_of(sent[-1]))]
        if self._answer is not None:
            ends.append(asyncio.ensure_future(_end_of(self._answer)))
        beginning = asyncio.ensure_future(begun.wait())
        first = asyncio.FIRST_COMPLETED
        try:
            done, _ = await asyncio.wait([*ends, beginning], timeout=timeout_s, return_when=first)
            if not done:
                raise _late(what, timeout_s)
            done, _ = await asyncio.wait(ends, return_when=first)
            if self._answer is None or not self._answer.done():
                done.pop().result()  # raises what ended it
        finally:
            for task in (*ends, beginning):
                task.cancel()

    def _hear(self, message: Message) -> None:
        data = message.content["data"]
        if "changed" in data:
            self.changes += 1
            return
        answer = self._answer
        if data.get("request") != self._numbers or answer is None or answer.done():
            return  # that of a request that nobody waits for any more
        try:
            packed = self._assembly.add(data, message.buffers)
        except ValueError as error:
            text = f"The answer of the kernel came incomplete: {error} Ask again."
            answer.set_exception(ConnectionLostError(text, msg_type="comm_msg"))
            return
        if packed is not None:
            answer.set_result(packed)

    def close(self) -> None:
        """Close the comm and the connection; the kernel goes on. Twice is safe."""
        if self._background.is_closed:
            return
        self._background.wait(self._end)
        self._background.close()

    async def _end(self) -> None:
        comm, self._comm = self._comm, None
        try:
            if comm is not None and not comm.is_disposed:
                await asyncio.wait_for(_end_of(comm.close()), 1.0)
        except (ClientError, TimeoutError):
            pass
        await self._server.close()


async def _end_of(future: Any) -> Any:
    return await future


def _late(what: str, timeout_s: float) -> RequestTimeoutError:
    message = (
        f"The kernel didn't begin with {what} within {timeout_s:g} s: most likely a cell "
        "is running there, and comm messages wait for its end. What was asked may still be done "
        "then. Wait for the cell or interrupt it, or give Workspace('jupyter', …, timeout_s=…)."
    )
    return RequestTimeoutError(message, timeout_s=timeout_s)


def _ended() -> ConnectionLostError:
    message = (
        "The kernel has closed the workspace's comm: it was restarted, or the extension was "
        "unloaded. Open the workspace again."
    )
    return ConnectionLostError(message, msg_type="comm_msg")
