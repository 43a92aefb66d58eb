"""The sessions of a server: which there are, how they begin and end, and connections to them."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.errors import (
    ClientError,
    DuplicateSessionWarning,
    KernelNotFoundError,
    ResponseError,
    SessionExistsError,
    SessionKernelMismatchWarning,
    SessionNotFoundError,
    SharedKernelError,
)
from datalab_kernel_client.kernels import Change, KernelManager
from datalab_kernel_client.kernels._listing import Listing
from datalab_kernel_client.kernels._manager import start_error
from datalab_kernel_client.sessions._connection import SessionConnection
from datalab_kernel_client.sessions._models import SessionModel, normalised, read_session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from datalab_kernel_client.server import ServerSettings
    from datalab_kernel_client.transport import Transport

__all__ = ["SessionManager"]

NOT_FOUND, SERVER_ERROR, GONE = 404, 500, 410
NEAREST = 3


class SessionManager(Listing[SessionModel]):
    """The sessions of a server.

    Asks nothing until it is used; from the first :meth:`ready`, :meth:`refresh`, connection or
    listener on, the list of sessions is kept up to date. :meth:`dispose` ends it with its
    connections, and leaves sessions and kernels alone.

    Parameters
    ----------
    settings
        Which server.
    kernels
        The manager that connects to kernels; its own if not given.
    interval_s, max_interval_s, standby, transport
        As for :class:`KernelManager`.
    """

    path = ("api", "sessions")

    def __init__(  # noqa: PLR0913  options by name
        self,
        settings: ServerSettings,
        *,
        kernels: KernelManager | None = None,
        interval_s: float = 10.0,
        max_interval_s: float = 300.0,
        standby: Callable[[], bool] | None = None,
        transport: Transport | None = None,
    ) -> None:
        super().__init__(
            settings,
            interval_s=interval_s,
            max_interval_s=max_interval_s,
            standby=standby,
            transport=transport,
        )
        self._owns_kernels = kernels is None
        self.kernels = kernels or KernelManager(settings, transport=transport)
        self._connections: list[SessionConnection] = []
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    # ---------------------------------------------------------------- beginning

    async def start_new(  # noqa: PLR0913  options by name
        self,
        path: str,
        *,
        type: str = "notebook",  # noqa: A002  Jupyter's word
        name: str = "",
        kernel_name: str | None = None,
        kernel_id: str | None = None,
        reuse: bool = True,
        **connection: Any,
    ) -> SessionConnection:
        """Begin a session with a kernel, or take the one that its path has already.

        Parameters
        ----------
        path
            Of its notebook, below the server's folder; it need not exist.
        type, name
            Of the session.
        kernel_name
            Of a kernel to start; the server's default if neither is given.
        kernel_id
            A running kernel to use.
        reuse
            False: a path that has a session already is an error.
        **connection
            As in :meth:`KernelManager.connect_to`.

        Returns
        -------
        SessionConnection
            Its ``is_reused`` says whether it was there already.

        Raises
        ------
        SessionExistsError
            If the path has a session, and `reuse` is False.
        KernelSpecNotFoundError, KernelNotFoundError
            If there is no such kernel; nothing is sent.
        KernelStartError
            If the kernel can't be started.
        """
        path = normalised(path)
        async with self._locks[path]:
            existing = await self._existing(path)
            if existing is not None:
                return self._reused(existing, kernel_name, kernel_id, connection, reuse=reuse)
            await self._check_kernel(kernel_name, kernel_id)
            kernel = {"id": kernel_id} if kernel_id else {"name": kernel_name}
            body: dict[str, Any] = {"path": path, "type": type, "name": name}
            if kernel_name or kernel_id:
                body["kernel"] = kernel
            else:
                await self.kernels.specs.ready()
                body["kernel"] = {"name": self.kernels.specs.default or None}
            try:
                model = read_session(await self.rest.request("POST", *self.path, body=body))
            except ResponseError as error:
                if error.status < SERVER_ERROR:
                    raise
                raise start_error(kernel_name, error.server_message or str(error)) from error
            self.note(model.id, model)
            model = await self._only_one(model, is_kernel_new=not kernel_id)
            session = self.connect_to(model, **connection)
        if session.kernel is not None and not kernel_id:
            await self.kernels.started(session.kernel)
        return session

    async def attach(self, path: str, **connection: Any) -> SessionConnection:
        """Connect to the running session of a path.

        Raises
        ------
        SessionNotFoundError
            If there is none; `nearest` has paths that resemble it, `running` all.
        """
        path = normalised(path)
        model = await self._existing(path)
        if model is None:
            paths = [one.path for one in self.running]
            nearest = difflib.get_close_matches(path, paths, NEAREST, 0.5)
            hint = f" Did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
            has = f"has {', '.join(map(repr, paths))}" if paths else "has none"
            message = (
                f"No session of {path!r} runs on {self.settings.base_url}, which {has}.{hint} "
                "sessions.start_new(path) begins one."
            )
            raise SessionNotFoundError(message, path=path, nearest=nearest, running=paths)
        session = self.connect_to(model, **connection)
        session.is_reused = True
        return session

    def connect_to(self, model: SessionModel, **connection: Any) -> SessionConnection:
        """Connect to a session, with its kernel; options as in :meth:`KernelManager.connect_to`."""
        session = SessionConnection(self, model, is_reused=False, **connection)
        self._connections.append(session)
        self._poll.start()
        return session

    async def find_by_path(self, path: str) -> SessionModel | None:
        """Return the session of a path, after a look at the server where it isn't known."""
        path = normalised(path)
        if self._of_path(path) is None:
            await self.refresh()
        return self._of_path(path)

    async def find_by_id(self, session_id: str) -> SessionModel | None:
        """Return a session, after a look at the server where it isn't known."""
        if session_id not in self._models:
            await self.refresh()
        return self._models.get(session_id)

    # ---------------------------------------------------------------- ending

    async def shutdown(self, session_id: str, *, force: bool = False) -> None:
        """End a session with its kernel; one that is gone already is no error.

        Raises
        ------
        SharedKernelError
            If other sessions use the kernel, which would be taken from them.
        """
        await self.refresh_anew()
        model = self._models.get(session_id)
        if model is None:
            return
        if not force:
            self.check_alone(model, "Ending the session")
        try:
            await self.rest.request("DELETE", *self.path, session_id)
        except ResponseError as error:
            if error.status not in {NOT_FOUND, GONE}:
                raise
        if model.kernel is not None:
            self.kernels.drop(model.kernel.id)
        self.drop(session_id)

    async def shutdown_all(self) -> None:
        """End all sessions of the server, everybody's."""
        await self.refresh_anew()
        ids = [model.id for model in self.running]
        await asyncio.gather(*(self.shutdown(one, force=True) for one in ids))
        await self.refresh_anew()

    async def stop_if_needed(self, path: str) -> None:
        """End the session of a path if there is exactly one; never fails."""
        with contextlib.suppress(ClientError):
            await self.refresh_anew()
            found = [model for model in self.running if model.path == normalised(path)]
            if len(found) == 1:
                await self.shutdown(found[0].id, force=True)

    def dispose(self) -> None:
        """End it with its connections; sessions and kernels live on."""
        for session in list(self._connections):
            session.dispose()
        if self._owns_kernels:
            self.kernels.dispose()
        super().dispose()

    # ---------------------------------------------------------------- for its connections

    def forget(self, session: SessionConnection) -> None:
        """Send a connection no more news."""
        if session in self._connections:
            self._connections.remove(session)

    async def patch(self, session: SessionConnection, body: Mapping[str, Any]) -> SessionModel:
        """Change a session on the server; nothing changes here if that fails."""
        session._check()  # noqa: SLF001  our own
        try:
            answer = await self.rest.request("PATCH", *self.path, session.id, body=dict(body))
        except ResponseError as error:
            if error.status in {NOT_FOUND, GONE}:
                raise self._not_found(session) from error
            raise
        model = read_session(answer)
        self.note(model.id, model)
        return model

    async def patch_kernel(
        self, session: SessionConnection, *, name: str | None, kernel_id: str | None, force: bool
    ) -> SessionModel:
        """Give a session another kernel."""
        await self._check_kernel(name, kernel_id)
        await self.refresh_anew()
        old = session.model.kernel
        if not force:
            self.check_alone(session.model, "Changing the session's kernel")
        body = {"kernel": {"id": kernel_id} if kernel_id else {"name": name}}
        try:
            model = await self.patch(session, body)
        except ResponseError as error:
            if error.status < SERVER_ERROR:
                raise
            raise start_error(name, error.server_message or str(error)) from error
        if old is not None and (model.kernel is None or model.kernel.id != old.id):
            session.update(model)  # which disposes of the old connection first
            self.kernels.drop(old.id)
        return model

    def check_alone(self, model: SessionModel, what: str) -> None:
        """See that no other session uses the kernel of one.

        Raises
        ------
        SharedKernelError
            If one does.
        """
        paths = [
            one.path
            for one in self.running
            if one.id != model.id
            and one.kernel
            and model.kernel
            and one.kernel.id == model.kernel.id
        ]
        if paths:
            message = (
                f"{what} {model.path!r} ends its kernel, which {', '.join(map(repr, paths))} "
                "use too and would lose. force=True does it all the same."
            )
            raise SharedKernelError(message, paths=paths)

    # ---------------------------------------------------------------- the list

    def _read(self, item: Mapping[str, Any]) -> tuple[str, SessionModel]:
        model = read_session(item)
        return model.id, model

    def _apply(self, change: Change[SessionModel]) -> None:
        news = {model.id: model for _, model in change.changed}
        gone = {model.id for model in change.removed}
        kept = {model.kernel.id for model in self.running if model.kernel is not None}
        for session in list(self._connections):
            if session.id in gone:
                if session.kernel is not None and session.kernel.id not in kept:
                    session.kernel.be_gone()  # the server ends a kernel with its session
                session.dispose()
            elif session.id in news:
                session.update(news[session.id])

    def _of_path(self, path: str) -> SessionModel | None:
        return next((model for model in self.running if model.path == path), None)

    async def _existing(self, path: str) -> SessionModel | None:
        await self.refresh_anew()
        return self._of_path(path)

    def _reused(
        self,
        model: SessionModel,
        kernel_name: str | None,
        kernel_id: str | None,
        connection: dict[str, Any],
        *,
        reuse: bool,
    ) -> SessionConnection:
        if not reuse:
            message = (
                f"{model.path!r} has a session already, with kernel "
                f"{model.kernel.name if model.kernel else 'none'!r}. sessions.attach(path) takes it."
            )
            raise SessionExistsError(message, path=model.path, model=model)
        kernel = model.kernel
        other_name = kernel_name is not None and (kernel is None or kernel.name != kernel_name)
        other_id = kernel_id is not None and (kernel is None or kernel.id != kernel_id)
        if other_name or other_id:
            warnings.warn(
                f"{model.path!r} has a session already, with kernel "
                f"{kernel.name if kernel else None!r} and not {kernel_name or kernel_id!r}. "
                "session.change_kernel() gives it another.",
                SessionKernelMismatchWarning,
                stacklevel=3,
            )
        session = self.connect_to(model, **connection)
        session.is_reused = True
        return session

    async def _check_kernel(self, name: str | None, kernel_id: str | None) -> None:
        """See that there is such a kernel; a server starts an empty one of an id that it doesn't know."""
        if name is not None:
            await self.kernels.specs.find(name)
        if kernel_id is not None and kernel_id not in {
            model.id for model in await self.kernels.refresh_anew()
        }:
            message = f"No kernel {kernel_id} runs on {self.settings.base_url}; nothing was sent."
            raise KernelNotFoundError(message, kernel_id=kernel_id)

    async def _only_one(self, model: SessionModel, *, is_kernel_new: bool) -> SessionModel:
        """Return the session of a path; where somebody else began one at the same moment, the older.

        The one begun here ends then with the kernel started for it, unless somebody is connected.
        """
        await self.refresh_anew()
        same = [one for one in self.running if one.path == model.path]
        mine, oldest = self._models.get(model.id, model), (same or [model])[0]
        if len(same) <= 1:
            return mine
        ended = ""
        if oldest.id != mine.id and is_kernel_new and mine.kernel and not mine.kernel.connections:
            await self.shutdown(mine.id)
            ended = "; the other one has ended"
        warnings.warn(
            f"{len(same)} sessions had the path {model.path!r}: somebody else began one at the "
            f"same moment. The oldest ({oldest.id}) is taken{ended}.",
            DuplicateSessionWarning,
            stacklevel=4,
        )
        return oldest

    def _not_found(self, session: SessionConnection) -> SessionNotFoundError:
        paths = [one.path for one in self.running]
        message = f"Session {session.path!r} ({session.id}) is not on the server any more."
        return SessionNotFoundError(message, path=session.path, nearest=[], running=paths)
