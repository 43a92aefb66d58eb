"""One client's connection to one session, whatever kernel it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from datalab_kernel_client.errors import DisposedError
from datalab_kernel_client.sessions._models import SessionModel, normalised
from datalab_kernel_client.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from datalab_kernel_client.kernels import (
        ConnectionStatus,
        KernelConnection,
        KernelManager,
        Message,
        Status,
    )

__all__ = ["SessionConnection"]

PROXIED = (
    *("status_changed", "connection_status_changed", "iopub_message", "any_message"),
    *("unhandled_message", "pending_input", "messages_lost"),
)
Property = Literal["path", "name", "type"]


class SessionOwner(Protocol):
    """What a connection needs of its manager."""

    kernels: KernelManager

    async def patch(self, session: SessionConnection, body: Mapping[str, Any]) -> SessionModel:
        """Change a session on the server."""

    async def patch_kernel(
        self, session: SessionConnection, *, name: str | None, kernel_id: str | None, force: bool
    ) -> SessionModel:
        """Give a session another kernel."""

    async def shutdown(self, session_id: str, *, force: bool = False) -> None:
        """End a session."""

    def forget(self, session: SessionConnection) -> None:
        """Send a connection no more news."""


class SessionConnection:
    """A client of a session.

    It owns a :class:`KernelConnection` for the session's kernel, and makes a new one, under the
    same `client_id`, when the session gets another kernel. Its signals are those of whatever
    kernel it has. :meth:`dispose`, or the end of ``async with``, ends this client only.
    """

    def __init__(
        self, manager: SessionOwner, model: SessionModel, *, is_reused: bool, **connection: Any
    ) -> None:
        self._manager = manager
        self._model = model
        self._options = connection
        self.is_reused = is_reused
        """Whether the session was there already."""
        self._is_disposed = False
        self._kernel: KernelConnection | None = None
        self.client_id: str = connection.get("client_id") or ""
        self.kernel_changed: Signal[tuple[KernelConnection | None, KernelConnection | None]] = (
            Signal("kernel_changed")
        )
        self.property_changed: Signal[Property] = Signal("property_changed")
        self.disposed: Signal[None] = Signal("disposed")
        self.status_changed: Signal[Status] = Signal("status_changed")
        self.connection_status_changed: Signal[ConnectionStatus] = Signal(
            "connection_status_changed"
        )
        self.iopub_message: Signal[Message] = Signal("iopub_message")
        self.any_message: Signal[tuple[Literal["send", "recv"], Message]] = Signal("any_message")
        self.unhandled_message: Signal[Message] = Signal("unhandled_message")
        self.pending_input: Signal[bool] = Signal("pending_input")
        self.messages_lost: Signal[Any] = Signal("messages_lost")
        self._connect_kernel()

    def __repr__(self) -> str:
        return f"<SessionConnection {self.path!r} {self._kernel!r}>"

    # ---------------------------------------------------------------- what it is

    @property
    def model(self) -> SessionModel:
        """The session as last heard of."""
        return self._model

    @property
    def id(self) -> str:
        """The session's id."""
        return self._model.id

    @property
    def path(self) -> str:
        """The path of its notebook."""
        return self._model.path

    @property
    def name(self) -> str:
        """Its name."""
        return self._model.name

    @property
    def type(self) -> str:
        """Its type."""
        return self._model.type

    @property
    def kernel(self) -> KernelConnection | None:
        """The connection to its kernel, None where it has none."""
        return self._kernel

    @property
    def is_disposed(self) -> bool:
        """Whether it is over."""
        return self._is_disposed

    # ---------------------------------------------------------------- changing it

    async def set_path(self, path: str) -> None:
        """Give the session another path; the kernel's working folder stays."""
        self.update(await self._manager.patch(self, {"path": normalised(path)}))

    async def set_name(self, name: str) -> None:
        """Give the session another name."""
        self.update(await self._manager.patch(self, {"name": name}))

    async def set_type(self, type: str) -> None:  # noqa: A002  Jupyter's word
        """Give the session another type."""
        self.update(await self._manager.patch(self, {"type": type}))

    async def change_kernel(
        self, *, name: str | None = None, kernel_id: str | None = None, force: bool = False
    ) -> KernelConnection | None:
        """Give the session another kernel: a new one by its name, or a running one by its id.

        The server shuts the old one down.

        Parameters
        ----------
        force
            Also if other sessions use the old one.

        Returns
        -------
        KernelConnection
            The connection to the new kernel, under the same client id.

        Raises
        ------
        SharedKernelError
            If other sessions use the old kernel.
        KernelSpecNotFoundError, KernelNotFoundError
            If there is no such kernel; the old one stays.
        """
        self._check()
        model = await self._manager.patch_kernel(self, name=name, kernel_id=kernel_id, force=force)
        self.update(model)
        return self._kernel

    async def shutdown(self, *, force: bool = False) -> None:
        """End the session with its kernel; one that is gone already is no error.

        Raises
        ------
        SharedKernelError
            If other sessions use the kernel, and `force` isn't given.
        """
        if self._is_disposed:
            return
        await self._manager.shutdown(self.id, force=force)
        self.dispose()

    def update(self, model: SessionModel) -> None:
        """Take what the server says of the session."""
        if self._is_disposed:
            return
        old, self._model = self._model, model
        old_id = self._kernel.id if self._kernel is not None else None
        new_id = model.kernel.id if model.kernel is not None else None
        if old_id != new_id:
            self._swap_kernel()
        for name in ("path", "name", "type"):
            if getattr(old, name) != getattr(model, name):
                self.property_changed._emit(name)  # noqa: SLF001  our own signal

    # ---------------------------------------------------------------- its life

    def dispose(self) -> None:
        """End this client; session and kernel live on. Twice is safe."""
        if self._is_disposed:
            return
        self._is_disposed = True
        self._manager.forget(self)
        self.disposed._emit(None)  # noqa: SLF001  our own signal
        old, self._kernel = self._kernel, None
        self._old = old
        if old is not None:
            old.dispose()
            self.kernel_changed._emit((old, None))  # noqa: SLF001  our own signal
        for signal in vars(self).values():
            if isinstance(signal, Signal):
                signal._close_loops()  # noqa: SLF001  our own signals

    async def __aenter__(self) -> Self:
        try:
            if self._kernel is not None:
                await self._kernel.connected()
        except BaseException:
            self.dispose()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        self.dispose()
        if self._old is not None:
            await self._old.closed()

    def _swap_kernel(self) -> None:
        old = self._kernel
        if old is not None:
            old.dispose()
        self._connect_kernel()
        self.kernel_changed._emit((old, self._kernel))  # noqa: SLF001  our own signal

    def _connect_kernel(self) -> None:
        self._kernel = None
        if self._model.kernel is None:
            return
        options = {**self._options, "client_id": self.client_id or None}
        kernel = self._manager.kernels.connect_to(self._model.kernel, **options)
        self.client_id = kernel.client_id
        self._kernel = kernel
        for name in PROXIED:
            forward = getattr(self, name)
            is_message = name in {"iopub_message", "any_message", "unhandled_message"}
            tell = forward._deliver if is_message else forward._emit  # noqa: SLF001  our own signals
            getattr(kernel, name).connect(lambda value, tell=tell: tell(value))

    def _check(self) -> None:
        if self._is_disposed:
            message = f"This connection to session {self.path!r} was disposed of. Make a new one."
            raise DisposedError(message)
