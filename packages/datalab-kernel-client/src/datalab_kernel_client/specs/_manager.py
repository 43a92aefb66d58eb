"""The kernel specs of a server, kept up to date."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from datalab_kernel_client.errors import ClientError, DisposedError, KernelSpecNotFoundError
from datalab_kernel_client.polling import Poll
from datalab_kernel_client.server import Lease
from datalab_kernel_client.signals import Signal
from datalab_kernel_client.specs._models import KernelSpec, KernelSpecs, read_specs

if TYPE_CHECKING:
    from datalab_kernel_client.server import ServerSettings
    from datalab_kernel_client.transport import Transport

__all__ = ["KernelSpecManager"]

MAX_INTERVAL_S = 300.0


class KernelSpecManager:
    """Which kernels a server can start.

    Nothing is asked until :meth:`ready` or :meth:`refresh`; from :meth:`start_polling` on it
    looks again and again. :meth:`dispose` ends it.

    Parameters
    ----------
    settings
        Which server.
    transport
        How it is reached; the network if not given.
    """

    def __init__(self, settings: ServerSettings, *, transport: Transport | None = None) -> None:
        self.settings = settings
        self._lease = Lease(settings, transport)
        self._specs: KernelSpecs | None = None
        self.changed: Signal[KernelSpecs] = Signal("KernelSpecManager.changed")
        self.connection_failure: Signal[Exception] = Signal("KernelSpecManager.connection_failure")
        self._is_disposed = False
        self._poll = self._new_poll(61.0)

    def _new_poll(self, interval_s: float) -> Poll[KernelSpecs]:
        return Poll(
            self._ask,
            self._take,
            self.connection_failure._emit,  # noqa: SLF001  our own signal
            interval_s=interval_s,
            max_interval_s=max(MAX_INTERVAL_S, interval_s),
        )

    @property
    def specs(self) -> KernelSpecs | None:
        """All of them, or None before the first answer."""
        return self._specs

    @property
    def default(self) -> str:
        """The name of the default kernel, empty before the first answer."""
        return self._specs.default if self._specs else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all, empty before the first answer."""
        return tuple(self._specs.specs) if self._specs else ()

    @property
    def is_ready(self) -> bool:
        """Whether the first request has ended, be it with an error."""
        return self._poll.was_asked.is_set()

    async def ready(self) -> None:
        """Wait for the first request, also if it fails: then `specs` is still None."""
        if not self.is_ready:
            try:
                await self.refresh()
            except ClientError:
                return

    async def refresh(self) -> KernelSpecs:
        """Ask the server now.

        Raises
        ------
        KernelSpecError
            If it has no valid spec; the errors of servers otherwise.
        """
        self._check()
        return await self._poll.refresh()

    async def resource(self, name: str, key: str = "logo-64x64") -> bytes:
        """Return a file of a kernel spec, a PNG or SVG by its key.

        Raises
        ------
        KernelSpecNotFoundError
            If there is no such kernel spec.
        LookupError
            If it has no such file.
        """
        spec = await self.find(name)
        if key not in spec.resources:
            message = f"Kernel spec {name!r} has no {key!r}; it has {sorted(spec.resources)}."
            raise LookupError(message)
        path = urlsplit(spec.resources[key]).path
        base = urlsplit(self.settings.base_url).path
        return await self._lease.rest.content(*path.removeprefix(base).lstrip("/").split("/"))

    async def find(self, name: str) -> KernelSpec:
        """Return a kernel spec by its name, after a look at the server where it isn't known.

        Raises
        ------
        KernelSpecNotFoundError
            If there is none.
        """
        if name not in self.names:
            await self.refresh()
        if self._specs is None or name not in self._specs.specs:
            message = (
                f"The server has no kernel {name!r}. It has {', '.join(map(repr, self.names))}; "
                f"the default is {self.default!r}."
            )
            raise KernelSpecNotFoundError(message, name=name, available=self.names)
        return self._specs.specs[name]

    def start_polling(self, interval_s: float = 61.0) -> None:
        """Look again and again, about each `interval_s` seconds."""
        self._check()
        self._poll.close()
        was_asked = self._poll.was_asked
        self._poll = self._new_poll(interval_s)
        self._poll.was_asked = was_asked
        self._poll.start()

    def stop_polling(self) -> None:
        """Look no more by itself."""
        self._poll.close()
        was_asked = self._poll.was_asked
        self._poll = self._new_poll(61.0)
        self._poll.was_asked = was_asked

    def dispose(self) -> None:
        """End it; twice is safe."""
        if self._is_disposed:
            return
        self._is_disposed = True
        self._poll.close()
        self._closing = asyncio.get_running_loop().create_task(self._lease.release())

    async def closed(self) -> None:
        """Wait until a disposed manager has closed what it kept open."""
        if self._is_disposed:
            await self._closing

    def _check(self) -> None:
        if self._is_disposed:
            message = "This KernelSpecManager was disposed of. Make a new one."
            raise DisposedError(message)

    async def _ask(self) -> KernelSpecs:
        return read_specs(await self._lease.rest.get("api", "kernelspecs"))

    def _take(self, specs: KernelSpecs, _asked: float) -> None:
        if specs != self._specs:
            self._specs = specs
            self.changed._emit(specs)  # noqa: SLF001  our own signal
