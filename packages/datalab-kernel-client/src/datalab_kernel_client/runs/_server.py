"""A run's kernel on a Jupyter server: a session of its own, found again after the runner is lost."""

from __future__ import annotations

import ast
import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from datalab_kernel_client._server import Server
from datalab_kernel_client.errors import (
    ClientError,
    ConnectionLostError,
    KernelRestartedError,
    ResponseError,
    SessionExistsError,
)
from datalab_kernel_client.kernels import EarlierClient
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
_TRIES, _TRY_S = 75, 0.2


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
                handle_comms=False,  # what cells open is for whoever shows the notebook
                pace=self._pace,
            )
        except SessionExistsError as error:
            raise _taken(error.path, self._server.settings.base_url, error.model) from error
        self._session_id = session.id
        assert session.kernel is not None  # noqa: S101 - a new session has one
        self._listen(session.kernel)
        try:
            facts = await self._facts(session.path, await session.kernel.info())
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
        earlier = EarlierClient(
            client_id=record.session_id,
            last_id=progress.last_id,
            seen_at=datetime.now(UTC),
            has_journal=record.has_journal,
        )
        connection = self._server.kernels.connect_to(
            record.kernel_id, earlier=earlier, handle_comms=False, pace=self._pace
        )
        self._listen(connection)
        cell = progress.open_cell
        if cell is None:
            facts = await self._facts(session.path)
            await self._look(progress)
            return facts, None
        msg_id = record.msg_ids[cell.id]
        future = connection.adopt_execute(msg_id, progress.open_messages)
        facts = await self._facts(session.path)
        reply = self._late_reply(future, progress, cell.source)
        return facts, SentRequest(msg_id=msg_id, reply=reply)

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
                await asyncio.sleep(_TRY_S)
        return await self._server.sessions.shutdown(self._session_id)

    # ------------------------------------------------------------ requests

    def request(
        self, code: str, *, silent: bool = False, expressions: Mapping[str, str] | None = None
    ) -> SentRequest:
        """Send code."""
        after = self._kernel.last_id
        future = self._kernel.request_execute(
            code,
            silent=silent,
            user_expressions=expressions,
            allow_stdin=False,
        )
        return SentRequest(msg_id=future.msg_id, reply=self._reply(future), after=after)

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
        connection.iopub_message.connect(self._receive)
        connection.messages_lost.connect(self._lose)

    def _receive(self, message: Message) -> None:
        self.on_message(message)

    def _lose(self, gap: Gap) -> None:
        why = {
            "rate_limit": "the server drops output above its rate limit",
            "reconnect": "the link broke, and the server can't have kept everything",
            "dropped": "it came faster than the server took it",
        }
        self.on_loss(why.get(gap.reason, gap.reason))

    async def _facts(self, path: str, info: Mapping[str, Any] | None = None) -> KernelFacts:
        """Return what is known; who resumes has the language in the notebook."""
        kernel = self._kernel
        await kernel.connected()
        return KernelFacts(
            name=kernel.name or self._record.kernel_name,
            language_info=(info or {}).get("language_info", {}),
            server=self._server.settings.base_url,
            path=path,
            kernel_id=kernel.id,
            session_id=kernel.client_id,
            has_journal=kernel.has_journal,
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

    async def _late_reply(
        self, future: KernelFuture, progress: Progress, source: str
    ) -> Mapping[str, Any]:
        """Wait for a cell that an earlier runner sent, and return how it ended."""
        content: Mapping[str, Any] | None = None
        try:
            content = (await future).content
        except ConnectionLostError:
            if self._kernel.connection_status != "connected":
                raise
        except KernelRestartedError as error:
            raise _restarted(progress) from error
        known = await self._look(progress)
        if content is not None:
            return content
        if progress.is_python and source.rstrip("\n") not in known["inputs"]:
            raise NeverArrivedError
        self.on_loss("the server kept nothing of it for this client")
        return _ended(known)

    async def _look(self, progress: Progress) -> dict[str, Any]:
        """Wait until the kernel is free; see that it is the one that the run was begun in."""
        if not progress.is_python:
            await self.request("", silent=True).reply
            return {"ok": True}
        ended = (cell for cell in progress.cells if cell is not progress.open_cell)
        count = max((cell.execution_count or 0 for cell in ended), default=0)
        try:
            known = await self._ask(count)
        except KernelRestartedError as error:
            raise _restarted(progress) from error
        if known.get("id") != self._record.id:
            raise _restarted(progress)
        return known

    async def _ask(self, since: int = 0) -> dict[str, Any]:
        """Return what the planted variable says of the cell before, and the inputs since a count."""
        code = f"{_PLANTED}['ok'] = bool(get_ipython().last_execution_succeeded)"
        inputs = f"get_ipython().history_manager.input_hist_raw[{since + 1}:]"
        expressions = {"run": _PLANTED, "inputs": inputs}
        while True:
            reply = await self.request(code, silent=True, expressions=expressions).reply
            if reply["status"] != "aborted":  # the cell before it failed
                break
        values = {
            name: ast.literal_eval(value["data"]["text/plain"])
            for name, value in reply.get("user_expressions", {}).items()
            if value.get("status") == "ok"
        }
        return {"ok": True, **values.get("run", {}), "inputs": values.get("inputs", [])}


def _ended(known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a reply's content for a cell of which only the kernel knows how it ended."""
    if known["ok"]:
        return {"status": "ok", "execution_count": None}
    words = "the cell failed; its traceback was lost"
    return {"status": "error", "ename": "Exception", "evalue": words, "traceback": [words]}


def _restarted(progress: Progress) -> ClientError:
    """Return the error for a kernel that has nothing of the run; a cell that was sent died with it."""
    error = _gone(progress, "its kernel was restarted, and has none of its variables")
    if progress.open_cell is None:
        return error
    return KernelRestartedError(str(error), msg_type="execute_request")


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
