"""The kernels of a server: which run, how they are started and stopped, and connections to them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.errors import (
    KernelNotFoundError,
    KernelSpecNotFoundError,
    KernelStartError,
    ResponseError,
)
from datalab_kernel_client.kernels._connection import KernelConnection
from datalab_kernel_client.kernels._listing import Listing
from datalab_kernel_client.kernels._models import Change, KernelModel, read_kernel
from datalab_kernel_client.specs import KernelSpec, KernelSpecManager

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from datalab_kernel_client.kernels._link import Pace
    from datalab_kernel_client.kernels._models import EarlierClient
    from datalab_kernel_client.server import ServerSettings
    from datalab_kernel_client.transport import Transport

__all__ = ["KernelManager"]

NOT_FOUND, NOT_ALLOWED, SERVER_ERROR = 404, 405, 500
START_S = 25.0
"""A kernel that exits at once is given up by the server within 18 s."""


class KernelManager(Listing[KernelModel]):
    """The kernels of a server.

    Asks nothing until it is used; from the first :meth:`ready`, :meth:`refresh`, connection or
    listener on, the list of kernels is kept up to date. :meth:`dispose` ends it with its
    connections, and leaves the kernels alone.

    Parameters
    ----------
    settings
        Which server.
    interval_s, max_interval_s
        How often it is asked; the wait doubles after each failure, up to the second.
    standby
        While it returns True, nothing is asked.
    specs
        The server's kernel specs; its own if not given.
    transport
        How the server is reached; the network if not given.
    """

    path = ("api", "kernels")

    def __init__(  # noqa: PLR0913  options by name
        self,
        settings: ServerSettings,
        *,
        interval_s: float = 10.0,
        max_interval_s: float = 300.0,
        standby: Callable[[], bool] | None = None,
        specs: KernelSpecManager | None = None,
        transport: Transport | None = None,
    ) -> None:
        super().__init__(
            settings,
            interval_s=interval_s,
            max_interval_s=max_interval_s,
            standby=standby,
            transport=transport,
        )
        self._owns_specs = specs is None
        self.specs = specs or KernelSpecManager(settings, transport=transport)
        self._connections: list[KernelConnection] = []
        self._ending: list[KernelConnection] = []

    # ---------------------------------------------------------------- starting

    async def start_new(
        self,
        name: str | None = None,
        *,
        path: str | None = None,
        kernel_id: str | None = None,
        **connection: Any,
    ) -> KernelConnection:
        """Start a kernel and connect to it.

        Parameters
        ----------
        name
            Of its kernel spec; the server's default if not given.
        path
            Where it runs: the folder of this path on the server.
        kernel_id
            An id to give it.
        **connection
            As in :meth:`connect_to`.

        Raises
        ------
        KernelSpecNotFoundError
            If the server has no such kernel spec; nothing is sent.
        KernelStartError
            If it can't be started, exits at once, or the id is that of another kernel.
        """
        if name is not None:
            await self.specs.find(name)
        given = {"name": name, "path": path, "kernel_id": kernel_id}
        body = {key: value for key, value in given.items() if value is not None}
        try:
            model = read_kernel(await self.rest.request("POST", "api", "kernels", body=body))
        except ResponseError as error:
            if error.status == NOT_ALLOWED:
                text = (
                    "this server starts them with sessions alone: server.sessions.start_new(path)"
                )
                raise start_error(name, text) from error
            if error.status < SERVER_ERROR:
                raise
            raise start_error(name, error.server_message or str(error)) from error
        if kernel_id not in {None, model.id}:
            await self.shutdown(model.id)
            text = f"the server gives ids of its own, and no kernel the id {kernel_id!r}"
            raise start_error(name, text)
        if name is not None and model.name != name:
            text = f"the id {kernel_id!r} is that of a running kernel {model.name!r}"
            raise start_error(name, text)
        self.note(model.id, model)
        kernel = self.connect_to(model, **connection)
        await self.started(kernel)
        return kernel

    async def started(self, kernel: KernelConnection) -> None:
        """Wait until a new kernel is connected.

        Raises
        ------
        KernelStartError
            If it exits, or doesn't come, within 25 s; it is shut down then.
        """
        try:
            await kernel.connected(START_S)
        except (ConnectionError, RuntimeError, TimeoutError) as error:
            kernel.dispose()
            await self.shutdown(kernel.id)
            raise start_error(kernel.name, f"it exited or never answered ({error})") from error

    def connect_to(  # noqa: PLR0913  options by name
        self,
        model: KernelModel | str,
        *,
        client_id: str | None = None,
        username: str = "",
        handle_comms: bool | None = None,
        pace: Pace | None = None,
        earlier: EarlierClient | None = None,
    ) -> KernelConnection:
        """Connect to a running kernel; it is believed to run, and found out if it doesn't.

        Parameters
        ----------
        model
            The kernel, or its id.
        client_id
            The id by which the server knows this client; a fresh one if not given. A client
            that comes back under its id gets what the server kept for it.
        username
            Who sends the messages.
        handle_comms
            Whether it answers comms; None: if no living connection of this manager to the same kernel does.
        pace
            How patient the link is.
        earlier
            The client whose place this one takes, with its id: what was published since it was
            lost comes first, from the kernel's journal or from what the server kept.
        """
        if isinstance(model, str):
            model = self._models.get(model) or KernelModel(id=model, name="")
        if handle_comms is None:
            others = [one for one in self._connections if one.id == model.id]
            handle_comms = not any(one.handle_comms for one in others)
        kernel = KernelConnection(
            self,
            model,
            client_id=client_id,
            username=username,
            handle_comms=handle_comms,
            pace=pace,
            earlier=earlier,
        )
        self._connections.append(kernel)
        self._poll.start()
        return kernel

    async def find_by_id(self, kernel_id: str) -> KernelModel | None:
        """Return a kernel, after a look at the server where it isn't known; None if there is none."""
        if kernel_id not in self._models:
            await self.refresh()
        return self._models.get(kernel_id)

    # ---------------------------------------------------------------- by id

    async def interrupt(self, kernel_id: str) -> None:
        """Interrupt what a kernel runs.

        Raises
        ------
        KernelNotFoundError
            If it isn't there.
        """
        await self._act("POST", kernel_id, "interrupt")

    async def restart(self, kernel_id: str) -> KernelModel:
        """Restart a kernel; returns when the new one runs.

        Raises
        ------
        KernelNotFoundError
            If it isn't there.
        """
        model = read_kernel(await self._act("POST", kernel_id, "restart"))
        self.note(model.id, model)
        return model

    async def shutdown(self, kernel_id: str) -> None:
        """Shut a kernel down; one that isn't there is no error."""
        try:
            await self.rest.request("DELETE", "api", "kernels", kernel_id)
        except ResponseError as error:
            if error.status != NOT_FOUND:
                raise
        self.drop(kernel_id)
        for kernel in list(self._connections):
            if kernel.id == kernel_id:  # one that the list never had
                kernel.be_gone()

    async def shutdown_all(self) -> None:
        """Shut down all kernels of the server, everybody's."""
        await self.refresh_anew()
        await asyncio.gather(*(self.shutdown(model.id) for model in self.running))
        await self.refresh_anew()

    async def spec_of(self, name: str) -> KernelSpec | None:
        """Return a kernel spec by its name, None if there is none."""
        try:
            return await self.specs.find(name)
        except KernelSpecNotFoundError:
            return None

    def dispose(self) -> None:
        """End it with its connections; the kernels live on."""
        for kernel in list(self._connections):
            kernel.dispose()
        if self._owns_specs:
            self.specs.dispose()
        super().dispose()

    @property
    def connections(self) -> tuple[KernelConnection, ...]:
        """The connections that live."""
        return tuple(self._connections)

    # ---------------------------------------------------------------- for its connections

    def forget(self, kernel: KernelConnection) -> None:
        """Send a connection no more news."""
        if kernel in self._connections:
            self._connections.remove(kernel)
            self._ending = [one for one in self._ending if one.is_closing] + [kernel]

    async def closed(self) -> None:
        """Wait until a disposed manager, and its connections, have closed what they kept open."""
        await asyncio.gather(*(kernel.closed() for kernel in self._ending))
        if self._owns_specs:
            await self.specs.closed()
        await super().closed()

    def _read(self, item: Mapping[str, Any]) -> tuple[str, KernelModel]:
        model = read_kernel(item)
        return model.id, model

    def _apply(self, change: Change[KernelModel]) -> None:
        """Bring the connections up to date; those to a kernel that is gone end."""
        news = {model.id: model for model in change.added}
        news |= {model.id: model for _, model in change.changed}
        gone = {model.id for model in change.removed}
        for kernel in list(self._connections):
            if kernel.id in gone:
                kernel.be_gone()
            elif kernel.id in news:
                kernel.update_model(news[kernel.id])

    async def _act(self, method: str, kernel_id: str, action: str) -> Any:
        try:
            return await self.rest.request(method, "api", "kernels", kernel_id, action)
        except ResponseError as error:
            known = {model.id for model in await self.refresh_anew()}
            if kernel_id in known:
                raise
            message = (
                f"{action} of kernel {kernel_id}: it isn't on the server any more. "
                f"{len(known)} others run there."
            )
            raise KernelNotFoundError(message, kernel_id=kernel_id) from error


def start_error(name: str | None, reason: str) -> KernelStartError:
    """Return the error for a kernel that can't be had."""
    shown = f"Kernel {name!r}" if name else "The default kernel"
    message = f"{shown} couldn't be started: {reason}. The server's log says more."
    return KernelStartError(message, reason=reason)
