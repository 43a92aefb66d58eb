"""A run's kernel on a Jupyter server: a session of its own, found again after the runner is lost."""

from __future__ import annotations

import ast
import asyncio
from typing import TYPE_CHECKING, Any, Literal

from datalab_kernel_client._server import Server
from datalab_kernel_client.errors import (
    ConnectionLostError,
    KernelRestartedError,
    ResponseError,
    SessionExistsError,
)
from datalab_kernel_client.runs._errors import CannotResumeError
from datalab_kernel_client.runs._kernel import (
    KernelFacts,
    NeverArrivedError,
    RunKernel,
    SentRequest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datalab_kernel_client.kernels import Gap, KernelConnection, KernelFuture, Message, Pace
    from datalab_kernel_client.runs._progress import Progress
    from datalab_kernel_client.runs._record import RunRecord
    from datalab_kernel_client.server import ServerSettings
    from datalab_kernel_client.sessions import SessionModel

__all__ = ["ServerKernel"]

_PLANTED = "__datalab_kernel_run__"
_LOOKS, _LOOK_S = 10, 0.2
"""How often the server is asked whether it knows that the lost runner's link is closed."""
_TRIES = 75


class ServerKernel(RunKernel):
    """The kernel of a session on a server.

    A variable is planted in it, by which a later runner knows that it is the same kernel, not
    one that was restarted under the same id.

    Parameters
    ----------
    settings
        The server.
    record
        Of the run; it says which kernel spec and path, and later which kernel and client id.
    pace
        How patient the link is.
    """

    def __init__(
        self, settings: ServerSettings, record: RunRecord, *, pace: Pace | None = None
    ) -> None:
        self._record = record
        self._pace = pace
        self._server = Server(settings)
        self._session_id = ""
        self._is_closed = False
        self._connection: KernelConnection | None = None
        self._open_request = ""
        """Id of a request that an earlier runner sent, and that isn't answered yet."""
        self._open_reply: Mapping[str, Any] | None = None

    @property
    def name_when_kept(self) -> str:
        """How a person finds it: the session's path."""
        return f"`datalab-kernel attach {self._record.path}`"

    # ------------------------------------------------------------ its life

    async def start(self) -> KernelFacts:
        """Start a session of the record's path; one that is there already is left alone.

        Raises
        ------
        SessionExistsError
            The path has a session.
        """
        await self._server.check()
        try:
            session = await self._server.sessions.start_new(
                self._record.path,
                kernel_name=self._record.kernel_name or None,
                reuse=False,
                pace=self._pace,
            )
        except SessionExistsError as error:
            raise _taken(error.path, self._server.settings.base_url, error.model) from error
        self._session_id = session.id
        assert session.kernel is not None  # noqa: S101 - a new session has one
        self._listen(session.kernel)
        try:
            facts = await self._facts(session.path)
            if facts.language_info.get("name") == "python":
                planted = self.request(f"{_PLANTED} = {{'id': {self._record.id!r}}}", silent=True)
                await planted.reply
        except BaseException:
            await self.stop()
            raise
        return facts

    async def rejoin(self, progress: Progress) -> tuple[KernelFacts, SentRequest | None]:
        """Find the session again, under the client id that the server knows.

        Raises
        ------
        CannotResumeError
            It is gone, or has another kernel, or its kernel was restarted.
        """
        record = self._record
        session = await self._find(progress)
        self._session_id = session.id
        kernel_id = record.kernel_id
        is_watched = await self._is_watched(kernel_id)
        connection = self._server.kernels.connect_to(
            kernel_id, client_id=record.session_id, pace=self._pace
        )
        cell = progress.open_cell
        self._open_request = record.msg_ids[cell.id] if cell is not None else ""
        self._listen(connection)
        facts = await self._facts(session.path)
        if cell is None:
            await self._look(progress)
            return facts, None
        if is_watched:
            self.on_loss("another client was connected, so the server kept nothing")
        reply = self._late_reply(progress, cell.id)
        return facts, SentRequest(msg_id=self._open_request, reply=reply)

    async def leave(self) -> None:
        """Let go of the kernel, which goes on."""
        await self._close()

    async def stop(self) -> None:
        """End the session with its kernel."""
        try:
            if self._session_id:
                await self._end_session()
        finally:
            await self._close()

    async def _close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._connection is not None:
            self._connection.dispose()
            await self._connection.closed()
        await self._server.close()

    async def _end_session(self) -> None:
        """End the session; a server fails at that while it starts a dead kernel again."""
        for _ in range(_TRIES):
            try:
                return await self._server.sessions.shutdown(self._session_id)
            except ResponseError:
                await asyncio.sleep(_LOOK_S)
        return await self._server.sessions.shutdown(self._session_id)

    # ------------------------------------------------------------ requests

    def request(
        self, code: str, *, silent: bool = False, expressions: Mapping[str, str] | None = None
    ) -> SentRequest:
        """Send code."""
        future = self._kernel.request_execute(
            code,
            silent=silent,
            user_expressions=expressions,
            allow_stdin=False,
        )
        return SentRequest(msg_id=future.msg_id, reply=self._reply(future))

    async def interrupt(self) -> None:
        """Interrupt what runs."""
        await self._kernel.interrupt()

    async def _reply(self, future: KernelFuture) -> Mapping[str, Any]:
        try:
            return (await future).content
        except ConnectionLostError:
            if self._kernel.connection_status != "connected":
                raise
        # the link is there again, and the answer isn't: the kernel knows how the cell ended
        self.on_loss("the link broke, and the cell's end wasn't kept")
        return _ended(await self._ask())

    @property
    def _kernel(self) -> KernelConnection:
        assert self._connection is not None  # noqa: S101 - it was started or joined
        return self._connection

    def _listen(self, connection: KernelConnection) -> None:
        self._connection = connection
        connection.any_message.connect(self._receive)
        connection.messages_lost.connect(self._lose)

    def _receive(self, sent: tuple[Literal["send", "recv"], Message]) -> None:
        direction, message = sent
        if direction == "send":
            return
        if message.channel == "iopub":
            self.on_message(message)
        elif message.msg_type == "execute_reply" and message.parent_id == self._open_request:
            self._open_reply = message.content

    def _lose(self, gap: Gap) -> None:
        why = {
            "rate_limit": "the server drops output above its rate limit",
            "reconnect": "the link broke, and the server can't have kept everything",
        }
        self.on_loss(why.get(gap.reason, gap.reason))

    async def _facts(self, path: str) -> KernelFacts:
        kernel = self._kernel
        await kernel.connected()
        # a kernel that runs a cell tells this later; the notebook has it from the first runner
        info = await kernel.info() if not self._open_request else {}
        return KernelFacts(
            name=kernel.name or self._record.kernel_name,
            language_info=info.get("language_info", {}),
            server=self._server.settings.base_url,
            path=path,
            kernel_id=kernel.id,
            session_id=kernel.client_id,
        )

    # ------------------------------------------------------------ after a runner was lost

    async def _find(self, progress: Progress) -> SessionModel:
        record = self._record
        await self._server.check()
        session = await self._server.sessions.find_by_path(record.path)
        if session is None or session.kernel is None:
            raise _gone(progress, f"the server has no session of {record.path} any more")
        if session.kernel.id != record.kernel_id:
            raise _gone(progress, f"the session of {record.path} has another kernel now")
        return session

    async def _is_watched(self, kernel_id: str) -> bool:
        """Return whether somebody else is connected; the lost runner's link takes a moment."""
        for _ in range(_LOOKS):
            running = await self._server.kernels.refresh()
            found = [one for one in running if one.id == kernel_id]
            if not found or found[0].connections == 0:
                return False
            await asyncio.sleep(_LOOK_S)
        return True

    async def _late_reply(self, progress: Progress, cell_id: str) -> Mapping[str, Any]:
        """Wait for a cell that an earlier runner sent, and return how it ended."""
        known = await self._look(progress)
        if self._open_reply is not None:
            return self._open_reply
        counts = [cell.execution_count or 0 for cell in progress.cells if cell.id != cell_id]
        if known["count"] == max(counts, default=0) + 1:
            raise NeverArrivedError
        self.on_loss("the server kept nothing of it for this client")
        return _ended(known)

    async def _look(self, progress: Progress) -> dict[str, Any]:
        """Wait until the kernel is free; see that it is the one that the run was begun in."""
        if not progress.is_python:
            await self.request("", silent=True).reply
            return {"ok": True, "count": -1}
        known = await self._ask()
        if known.get("id") != self._record.id:
            text = "its kernel was restarted, and has none of its variables"
            if progress.open_cell is None:
                raise _gone(progress, text)
            error = _gone(progress, text)
            raise KernelRestartedError(str(error), msg_type="execute_request")
        return known

    async def _ask(self) -> dict[str, Any]:
        """Return what the planted variable says of the cell before, and how far the counter is."""
        code = f"{_PLANTED}['ok'] = bool(get_ipython().last_execution_succeeded)"
        expressions = {"run": _PLANTED, "count": "get_ipython().execution_count"}
        while True:
            reply = await self.request(code, silent=True, expressions=expressions).reply
            if reply["status"] != "aborted":  # the cell before it failed
                break
        values = {
            name: ast.literal_eval(value["data"]["text/plain"])
            for name, value in reply.get("user_expressions", {}).items()
            if value.get("status") == "ok"
        }
        return {"ok": True, **values.get("run", {}), "count": values.get("count")}


def _ended(known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a reply's content for a cell of which only the kernel knows how it ended."""
    if known["ok"]:
        return {"status": "ok", "execution_count": None}
    words = "the cell failed; its traceback was lost"
    return {"status": "error", "ename": "Exception", "evalue": words, "traceback": [words]}


def _gone(progress: Progress, what: str) -> CannotResumeError:
    number = progress.next_position + 1
    return CannotResumeError(
        f"The run that wrote {progress.output} was to be resumed from cell {number} on, but {what}."
        f" Its outputs up to there are saved; run the notebook again without --resume.",
        next_cell=number,
    )


def _taken(path: str, url: str, model: Any) -> SessionExistsError:
    return SessionExistsError(
        f"{path} was to be run on {url}, but has a session there already. Go on with a run that"
        f" lost its runner by --resume, end the session by `datalab-kernel stop {path}`, or give"
        " another path by --path.",
        path=path,
        model=model,
    )
