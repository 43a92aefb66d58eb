"""The real network: httpx for requests, websockets for WebSockets.

httpx has one way for TLS, proxies and time-outs, and no state of its own in the process. websockets
lives in asyncio, stops reading where nobody takes, and has no limit to what it receives when told so.
Both take proxies from the environment (``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``), but
for this computer's own servers, and share one TLS context.
"""

from __future__ import annotations

import socket
import ssl
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
)
from websockets.protocol import State

from datalab_kernel_client.transport._base import (
    CertificateError,
    HandshakeError,
    Request,
    Response,
    Socket,
    SocketClosedError,
    Transport,
    TransportError,
    TransportTimeoutError,
)

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

__all__ = ["NetworkTransport"]

QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)
"""Linux only. A Jupyter server sends an answer in several small packets and, by Nagle's rule, each
only when the one before is acknowledged, which the kernel delays by 40 ms unless told otherwise;
the option lasts until the next packet."""
FRAMES_AHEAD = 64
CLOSE_S = 2.0
THIS_COMPUTER = ("127.0.0.1", "localhost", "[::1]")
"""Hosts that no proxy is asked for: it would look on its own computer."""


class NetworkTransport(Transport):
    """Talk to servers.

    Parameters
    ----------
    verify
        How certificates are checked, as :class:`ServerSettings` has it.
    timeout_s, connect_timeout_s
        How long an answer, or a connection, may take.
    """

    def __init__(
        self,
        *,
        verify: bool | str | ssl.SSLContext = True,
        timeout_s: float = 30.0,
        connect_timeout_s: float = 10.0,
    ) -> None:
        self._verify = verify
        self._timeout = httpx.Timeout(timeout_s, connect=connect_timeout_s)
        self._clients: dict[bool, httpx.AsyncClient] = {}

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return tls_context(self._verify)

    def _client(self, url: str) -> httpx.AsyncClient:
        """Return what asks a server; reading all certificates takes 80 ms, and only TLS needs them."""
        is_secure = url.startswith("https:")
        if is_secure not in self._clients:
            self._clients[is_secure] = httpx.AsyncClient(
                verify=self._context if is_secure else False,
                timeout=self._timeout,
                limits=httpx.Limits(max_connections=32, max_keepalive_connections=4),
                follow_redirects=False,
                mounts={f"all://{host}": None for host in THIS_COMPUTER},
            )
        return self._clients[is_secure]

    async def request(self, request: Request) -> Response:
        """Send one request."""
        headers = dict(request.headers)
        if request.cookies:
            headers["Cookie"] = "; ".join(
                f"{name}={text}" for name, text in request.cookies.items()
            )
        try:
            client = self._client(request.url)
            found = await client.request(
                request.method, request.url, headers=headers, json=request.body
            )
            client.cookies.clear()  # whoever asks keeps them
        except httpx.TimeoutException as error:
            raise TransportTimeoutError(reason_of(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, ImportError) as error:
            raise refused(error) from error
        return Response(
            status=found.status_code,
            headers={name.lower(): text for name, text in found.headers.items()},
            cookies=dict(found.cookies.items()) if found.headers.get("set-cookie") else {},
            content=found.content,
        )

    async def websocket(
        self, url: str, headers: Mapping[str, str], subprotocols: Sequence[str]
    ) -> Socket:
        """Open a WebSocket."""
        options: dict[str, Any] = {"ssl": self._context} if url.startswith("wss:") else {}
        if (urlsplit(url).hostname or "") in {host.strip("[]") for host in THIS_COMPUTER}:
            options["proxy"] = None
        try:
            opened = await connect(
                url,
                additional_headers=dict(headers),
                subprotocols=list(subprotocols) or None,  # type: ignore[arg-type]  # plain texts
                compression=None,
                max_size=None,
                max_queue=FRAMES_AHEAD,
                open_timeout=None,
                ping_interval=None,
                close_timeout=CLOSE_S,
                create_connection=QuickConnection,
                **options,
            )
        except InvalidStatus as error:
            raise HandshakeError(error.response.status_code) from error
        except (
            OSError,
            InvalidHandshake,
            InvalidProxy,
            ConnectionClosed,
            EOFError,
            ImportError,
        ) as error:
            raise refused(error) from error
        return NetworkSocket(opened)

    async def close(self) -> None:
        """Close the connections that are kept for the next request."""
        for client in self._clients.values():
            await client.aclose()


class QuickConnection(ClientConnection):
    """A connection that sends at once and acknowledges at once."""

    _socket: socket.socket | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Set the options on the fresh connection."""
        super().connection_made(transport)
        self._socket = transport.get_extra_info("socket")
        if self._socket is not None and self._socket.family in {socket.AF_INET, socket.AF_INET6}:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            self._socket = None
        self._acknowledge()

    def data_received(self, data: bytes) -> None:
        """Take what came, and acknowledge it now and not in 40 ms."""
        self._acknowledge()
        super().data_received(data)

    def _acknowledge(self) -> None:
        if QUICK_ACK is not None and self._socket is not None and self._socket.fileno() >= 0:
            self._socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)


class NetworkSocket:
    """An open WebSocket of the websockets library."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.subprotocol = connection.subprotocol or ""

    @property
    def is_open(self) -> bool:
        """Whether a frame can still be sent."""
        return self._connection.state is State.OPEN

    async def send(self, frame: str | bytes) -> None:
        """Send a frame."""
        try:
            await self._connection.send(frame)
        except ConnectionClosed as error:
            raise closed(error) from error

    async def receive(self) -> str | bytes:
        """Return the next frame."""
        try:
            return await self._connection.recv()
        except ConnectionClosed as error:
            raise closed(error) from error

    async def ping(self) -> None:
        """Ping, and wait for the pong."""
        try:
            await (await self._connection.ping())
        except ConnectionClosed as error:
            raise closed(error) from error

    async def pong(self) -> None:
        """Pong."""
        try:
            await self._connection.pong()
        except ConnectionClosed as error:
            raise closed(error) from error

    async def close(self) -> None:
        """Close it in the proper way, within two seconds."""
        await self._connection.close()

    def abort(self) -> None:
        """Drop it."""
        self._connection.transport.abort()


def tls_context(verify: bool | str | ssl.SSLContext) -> ssl.SSLContext:
    """Return how certificates are checked; a text is a file or folder of certificates.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    if isinstance(verify, str):
        from pathlib import Path

        if Path(verify).is_dir():
            return ssl.create_default_context(capath=verify)
        return ssl.create_default_context(cafile=verify)
    context = httpx.create_ssl_context(verify=verify)
    if verify:
        context.load_default_certs()  # those of the computer beside certifi's
    return context


def refused(error: BaseException) -> TransportError:
    """Return our word for a connection that couldn't be made."""
    reason = reason_of(error)
    causes = (error, error.__cause__, error.__context__)
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes) or (
        "CERTIFICATE_VERIFY_FAILED" in reason
    ):
        return CertificateError(reason)
    if isinstance(error, ImportError):  # of both libraries, for proxies of that kind
        return TransportError(f"a SOCKS proxy is set in the environment, and {reason}")
    return TransportError(reason)


def closed(error: ConnectionClosed) -> SocketClosedError:
    """Return our word for a connection that was closed."""
    return SocketClosedError(reason_of(error), error.rcvd.code if error.rcvd else None)


def reason_of(error: BaseException) -> str:
    """Return an error's own words, or its kind where it has none; no URL, which may hold a token."""
    cause = error.__cause__ if isinstance(error, httpx.HTTPError) and error.__cause__ else error
    return str(cause) or type(cause).__name__
