"""A Jupyter server, with what is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_client.kernels import KernelManager
from datalab_kernel_client.server import Lease, ServerInfo, ServerSettings, check
from datalab_kernel_client.sessions import SessionManager
from datalab_kernel_client.specs import KernelSpecManager

if TYPE_CHECKING:
    from typing import Self

    from datalab_kernel_client.transport import Transport

__all__ = ["Server", "connect"]


def connect(url: str | None = None, token: str | None = None, **overrides: Any) -> Server:
    """Return the server that is meant, not yet connected.

    Parameters
    ----------
    url, token
        The server; without them it is looked for, see :meth:`ServerSettings.discover`.
    **overrides
        Other settings.

    Examples
    --------
    ::

        async with connect("http://127.0.0.1:8888/", token="secret") as server:
            async with await server.sessions.attach("analysis.ipynb") as session:
                print((await session.kernel.execute("1 + 1")).outputs)
    """
    return Server(ServerSettings.discover(url, token, **overrides))


class Server:
    """A Jupyter server.

    Nothing is sent before it is used. As an asynchronous context manager it is checked first;
    at the end all its managers and connections are disposed of, and kernels live on.

    Parameters
    ----------
    settings
        Which one.
    transport
        How it is reached; the network if not given.
    """

    def __init__(self, settings: ServerSettings, *, transport: Transport | None = None) -> None:
        self.settings = settings
        self._lease = Lease(settings, transport)
        self.kernelspecs = KernelSpecManager(settings, transport=transport)
        self.kernels = KernelManager(settings, specs=self.kernelspecs, transport=transport)
        self.sessions = SessionManager(settings, kernels=self.kernels, transport=transport)

    def __repr__(self) -> str:
        return f"<Server {self.settings.base_url}>"

    async def check(self) -> ServerInfo:
        """Ask the server what it is.

        Raises
        ------
        ServerUnreachableError, ServerTimeoutError, WrongTokenError, WrongBaseUrlError, NotAJupyterServerError, ServerStoppedError
            If it isn't there, or isn't what it was taken for.
        """
        return await check(self._lease.rest)

    async def close(self) -> None:
        """Dispose of all managers and connections; kernels live on. Twice is safe."""
        self.sessions.dispose()
        self.kernels.dispose()
        self.kernelspecs.dispose()
        for manager in (self.sessions, self.kernels, self.kernelspecs):
            await manager.closed()
        await self._lease.release()

    async def __aenter__(self) -> Self:
        try:
            await self.check()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()
