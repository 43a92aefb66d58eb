"""What the rest of this package needs of a network: requests and answers as values, and sockets."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "CertificateError",
    "HandshakeError",
    "Request",
    "Response",
    "Socket",
    "SocketClosedError",
    "Transport",
    "TransportError",
    "TransportTimeoutError",
]


class TransportError(ConnectionError):
    """The other side couldn't be reached, or went away; the text says why."""


class TransportTimeoutError(TransportError):
    """The other side didn't answer in time."""


class CertificateError(TransportError):
    """The other side's certificate isn't one that is trusted here."""


class SocketClosedError(TransportError):
    """A WebSocket was closed; `code` is None where no close frame came."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


class HandshakeError(TransportError):
    """A WebSocket's handshake was answered with an HTTP status instead."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the handshake was answered with status {status}")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; `url` is whole, `body` is sent as JSON unless it is None."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    def json(self) -> Any:
        """Return the content as JSON, or None if it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


class Socket(Protocol):
    """An open WebSocket."""

    subprotocol: str

    @property
    def is_open(self) -> bool:
        """Whether a frame can still be sent."""

    async def send(self, frame: str | bytes) -> None:
        """Send a frame; raises SocketClosedError."""

    async def receive(self) -> str | bytes:
        """Return the next frame; raises SocketClosedError at the end."""

    async def ping(self) -> None:
        """Send a ping and wait for its pong; raises SocketClosedError."""

    async def pong(self) -> None:
        """Send a pong that nobody asked for: this side lives, though it doesn't read."""

    async def close(self) -> None:
        """Close it; never raises."""

    def abort(self) -> None:
        """Drop it at once, without a word to the other side."""


class Transport(ABC):
    """How requests reach a server."""

    @abstractmethod
    async def request(self, request: Request) -> Response:
        """Send one HTTP request and return the answer, whatever its status; redirects aren't followed.

        Raises
        ------
        TransportError, TransportTimeoutError
            If there is no answer.
        """

    @abstractmethod
    async def websocket(
        self, url: str, headers: Mapping[str, str], subprotocols: Sequence[str]
    ) -> Socket:
        """Open a WebSocket, however long its handshake takes.

        Raises
        ------
        HandshakeError
            If the server answered with another status.
        TransportError
            If there is no answer.
        """

    @abstractmethod
    async def close(self) -> None:
        """Drop what is kept open."""
