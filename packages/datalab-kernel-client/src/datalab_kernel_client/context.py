"""A session that need not be there yet: what a document of a program holds on to, whatever kernel it has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.errors import DisposedError, SessionNotFoundError
from datalab_kernel_client.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel_client.kernels import (
        ConnectionStatus,
        KernelConnection,
        KernelModel,
        Message,
        Status,
    )
    from datalab_kernel_client.sessions import SessionConnection, SessionManager
    from datalab_kernel_client.specs import KernelSpecManager, KernelSpecs

__all__ = ["KernelPreference", "SessionContext", "default_kernel"]

NO_KERNEL = "No Kernel"
FORWARDED = (
    *("status_changed", "connection_status_changed", "property_changed"),
    *("iopub_message", "unhandled_message"),
)


@dataclass(frozen=True, kw_only=True)
class KernelPreference:
    """Which kernel a document wants.

    Parameters
    ----------
    name, language, id
        A kernel spec, a language (if exactly one kernel spec has it), or a running kernel, which counts first.
    should_start, can_start
        Whether a kernel is started at once, or at all.
    should_reuse
        Whether the session that the path has already is taken, also with `should_start` False.
    auto_start_default
        Whether the server's default kernel is started where nothing else says which.
    shutdown_on_dispose
        Whether the session ends with the context.
    """

    name: str | None = None
    language: str | None = None
    id: str | None = None
    should_start: bool = True
    can_start: bool = True
    should_reuse: bool = True
    auto_start_default: bool = False
    shutdown_on_dispose: bool = False


def default_kernel(
    specs: KernelSpecs | None, running: Sequence[KernelModel], preference: KernelPreference
) -> str | None:
    """Return the name of the kernel spec that a preference means, None where somebody has to choose.

    Parameters
    ----------
    specs
        What the server has.
    running
        Its kernels, for a preference by id.
    preference
        What is wanted.
    """
    if specs is None or not (preference.should_start and preference.can_start):
        return None
    names = [model.name for model in running if model.id == preference.id]
    if names or preference.name in specs.specs:
        return names[0] if names else preference.name
    of_language = [
        name for name, spec in specs.specs.items() if spec.language == preference.language
    ]
    if preference.language and len(of_language) == 1:
        return of_language[0]
    return specs.default if preference.auto_start_default else None


class SessionContext:
    """A session that begins, changes and ends while this object stays.

    :meth:`initialize` takes the path's session or starts one; of several requests for another
    kernel the last wins; :meth:`dispose` ends this client, and the session only if the
    preference says so. Its signals are those of whatever session it has.

    Parameters
    ----------
    sessions, specs
        Of the server.
    path, name, type
        Of the session.
    preference
        Which kernel.
    """

    def __init__(  # noqa: PLR0913  options by name
        self,
        sessions: SessionManager,
        specs: KernelSpecManager,
        *,
        path: str = "",
        name: str = "",
        type: str = "notebook",  # noqa: A002  Jupyter's word
        preference: KernelPreference | None = None,
    ) -> None:
        self._sessions, self._specs = sessions, specs
        self._path, self._name, self._type = path, name, type
        self._preference = preference or KernelPreference()
        self._session: SessionConnection | None = None
        self._is_ready = asyncio.Event()
        self._beginning: asyncio.Task[bool] | None = None
        self._lock = asyncio.Lock()
        self._requests = 0
        self._pending_name = ""
        self._is_disposed = False
        self.is_terminating = self.is_restarting = False
        self.previous_kernel_name = ""
        """The last kernel's, for starting it again."""
        self.session_changed: Signal[tuple[SessionConnection | None, SessionConnection | None]] = (
            Signal("session_changed")
        )
        self.kernel_changed: Signal[tuple[KernelConnection | None, KernelConnection | None]] = (
            Signal("kernel_changed")
        )
        self.status_changed: Signal[Status] = Signal("status_changed")
        self.connection_status_changed: Signal[ConnectionStatus] = Signal(
            "connection_status_changed"
        )
        self.property_changed: Signal[str] = Signal("property_changed")
        self.kernel_preference_changed: Signal[KernelPreference] = Signal(
            "kernel_preference_changed"
        )
        self.iopub_message: Signal[Message] = Signal("iopub_message")
        self.unhandled_message: Signal[Message] = Signal("unhandled_message")
        self.disposed: Signal[None] = Signal("disposed")

    # ---------------------------------------------------------------- what it is

    @property
    def session(self) -> SessionConnection | None:
        """The session, None where there is none."""
        return self._session

    @property
    def is_ready(self) -> bool:
        """Whether it has begun, and isn't restarting."""
        return self._is_ready.is_set() and not self.is_restarting

    @property
    def has_no_kernel(self) -> bool:
        """Whether there is no kernel, and none is starting."""
        return self._kernel is None and not self._pending_name

    @property
    def _kernel(self) -> KernelConnection | None:
        return self._session.kernel if self._session is not None else None

    @property
    def kernel_preference(self) -> KernelPreference:
        """Which kernel is wanted; assignable."""
        return self._preference

    @kernel_preference.setter
    def kernel_preference(self, preference: KernelPreference) -> None:
        if preference != self._preference:
            self._preference = preference
            self.kernel_preference_changed._emit(preference)  # noqa: SLF001  our own signal

    @property
    def kernel_display_name(self) -> str:
        """What people call the kernel that it has, or that is starting."""
        kernel = self._kernel
        name = self._pending_name or (kernel.name if kernel is not None else "")
        if not name:
            return NO_KERNEL
        specs = self._specs.specs
        spec = specs.specs.get(name) if specs is not None else None
        return spec.display_name if spec is not None else name

    @property
    def kernel_display_status(self) -> str:
        """What happens, in one word; what people ought to know first comes first."""
        if self.is_terminating:
            return "terminating"
        if self.is_restarting:
            return "restarting"
        if self._pending_name:
            return "starting"
        kernel = self._kernel
        if kernel is None:
            return "unknown" if self._is_ready.is_set() else "initializing"
        return (
            kernel.status if kernel.connection_status == "connected" else kernel.connection_status
        )

    # ---------------------------------------------------------------- beginning

    async def initialize(self) -> bool:
        """Take the path's session, or start what the preference says; once, also if called again.

        Returns
        -------
        bool
            True where somebody has to choose a kernel.
        """
        self._check()
        if self._beginning is None:
            self._beginning = asyncio.get_running_loop().create_task(self._begin())
        return await asyncio.shield(self._beginning)

    async def ready(self) -> None:
        """Wait until it has begun."""
        await self._is_ready.wait()

    async def start_kernel(self) -> bool:
        """Start what the preference says; return True where somebody has to choose."""
        preference = self._preference
        if not preference.can_start:
            return False
        await self._specs.ready()
        running = self._sessions.kernels.running
        if preference.id is not None:
            running = await self._sessions.kernels.refresh_anew()
            if any(model.id == preference.id for model in running):
                await self._change(kernel_id=preference.id)
                return False
        name = default_kernel(self._specs.specs, running, preference)
        if name is None:
            return preference.should_start
        await self._change(name=name)
        return False

    async def _begin(self) -> bool:
        number = self._requests
        try:
            if self._preference.should_reuse and self._path:
                try:
                    session = await self._sessions.attach(self._path)
                except SessionNotFoundError:
                    pass
                else:
                    if self._is_current(number):
                        self._take(session)
                    else:
                        session.dispose()
                    return False
            if not self._preference.should_start or not self._is_current(number):
                return False
            return await self.start_kernel()
        finally:
            self._is_ready.set()

    # ---------------------------------------------------------------- changing

    async def change_kernel(
        self, *, name: str | None = None, kernel_id: str | None = None
    ) -> KernelConnection | None:
        """Have another kernel: a new one by its name, or a running one; of several calls the last wins."""
        await self.initialize()
        return await self._change(name=name, kernel_id=kernel_id)

    async def restart_kernel(self) -> None:
        """Restart the kernel; start the previous one where there is none.

        Raises
        ------
        ClientError
            What failed.
        """
        kernel = self._kernel
        if kernel is None:
            if self.previous_kernel_name:
                await self.change_kernel(name=self.previous_kernel_name)
            return
        self.is_restarting = True
        try:
            await kernel.restart()
        finally:
            self.is_restarting = False
        self.kernel_changed._emit((kernel, kernel))  # noqa: SLF001  our own signal

    async def shutdown(self) -> None:
        """End the session with its kernel, also one that is just starting."""
        self._requests += 1
        self.is_terminating = True
        try:
            async with self._lock:
                if self._session is not None:
                    await self._session.shutdown()
                    self._take(None)
        finally:
            self.is_terminating = False

    def dispose(self) -> None:
        """End this client; the session lives on, unless the preference says otherwise. Twice is safe."""
        if self._is_disposed:
            return
        self._is_disposed = True
        self._requests += 1
        session, self._session = self._session, None
        if session is not None and self._preference.shutdown_on_dispose:
            self._ending = asyncio.get_running_loop().create_task(session.shutdown())
        elif session is not None:
            session.dispose()
        self.disposed._emit(None)  # noqa: SLF001  our own signal

    async def _change(
        self, *, name: str | None = None, kernel_id: str | None = None
    ) -> KernelConnection | None:
        self._check()
        self._requests += 1
        number = self._requests
        async with self._lock:
            if not self._is_current(number):
                return self._kernel
            self._pending_name = name or "starting"
            try:
                await self._start_or_change(name, kernel_id, number)
            finally:
                self._pending_name = ""
        return self._kernel

    async def _start_or_change(self, name: str | None, kernel_id: str | None, number: int) -> None:
        if self._session is not None:
            await self._session.change_kernel(name=name, kernel_id=kernel_id)
            return
        session = await self._sessions.start_new(
            self._path,
            type=self._type,
            name=self._name,
            kernel_name=name,
            kernel_id=kernel_id,
            reuse=self._preference.should_reuse,
        )
        if self._is_current(number):
            self._take(session)
        elif session.is_reused:
            session.dispose()
        else:
            await session.shutdown()

    def _is_current(self, number: int) -> bool:
        return number == self._requests and not self._is_disposed

    def _take(self, session: SessionConnection | None) -> None:
        """Have a session, with its kernel and its signals."""
        old, self._session = self._session, session
        if session is not None:
            for name in FORWARDED:
                getattr(session, name).connect(self._forward(name))
            session.kernel_changed.connect(self._kernel_changed)
            session.disposed.connect(self._session_gone)
        self.session_changed._emit((old, session))  # noqa: SLF001  our own signal
        if session is not None and session.kernel is not None:
            self._kernel_changed((None, session.kernel))

    def _forward(self, name: str) -> Any:
        signal = getattr(self, name)
        return lambda value: signal._emit(value)  # noqa: PLW0108, SLF001  our own signal

    def _kernel_changed(
        self, change: tuple[KernelConnection | None, KernelConnection | None]
    ) -> None:
        old, new = change
        if old is not None:
            self.previous_kernel_name = old.name
        if new is not None:
            self._preference = KernelPreference(
                **{**vars(self._preference), "name": new.name, "id": new.id}
            )
        self.kernel_changed._emit(change)  # noqa: SLF001  our own signal

    def _session_gone(self, _: None) -> None:
        if self._session is not None and self._session.is_disposed and not self._is_disposed:
            if (model := self._session.model.kernel) is not None:
                self.previous_kernel_name = model.name
            self._take(None)

    def _check(self) -> None:
        if self._is_disposed:
            message = "This SessionContext was disposed of. Make a new one."
            raise DisposedError(message)
