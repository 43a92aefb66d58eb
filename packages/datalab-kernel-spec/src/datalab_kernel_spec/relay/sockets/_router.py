"""A socket that clients connect to, each known by its identity, as ZeroMQ's ROUTER."""

from __future__ import annotations

import _socket
from itertools import count
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.relay.sockets._connection import Connection
from datalab_kernel_spec.relay.sockets._zmtp import ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.relay.sockets._poll import Poll

__all__ = ["Router", "accepted"]

PAUSE_BYTES = 1 << 20
"""While so much waits for a client no more is read from it."""


class _Client(Connection):
    """One of them."""

    opening = ready(b"ROUTER")
    peers = frozenset({b"DEALER", b"REQ", b"ROUTER"})
    pause_bytes = PAUSE_BYTES

    def __init__(self, socket: Any, poll: Poll, router: Router) -> None:
        super().__init__(socket, poll)
        self._router = router

    def take(self, frames: list[bytes]) -> None:
        self._router.take([self.decoder.identity, *frames])

    def begin(self) -> None:
        self._router.name(self)

    def end(self) -> None:
        self._router.forget(self)


class Router:
    """Take messages of many clients, and send to each what its identity names.

    What comes before it is opened waits.

    Parameters
    ----------
    listening
        The socket that they connect to.
    """

    def __init__(self, listening: Any, poll: Poll) -> None:
        self._listening = listening
        self._poll = poll
        self._numbers = count(1)
        self._unnamed: set[Connection] = set()
        self._connections: dict[bytes, list[Connection]] = {}
        """Of each identity, the newest last."""
        self._early: list[list[bytes]] = []
        self._step: Callable[[list[bytes]], None] = self._early.append
        poll.watch(listening.fileno(), self._accept)

    def open(self, step: Callable[[list[bytes]], None]) -> None:
        """Say who takes the messages, each behind its client's identity."""
        self._step = step
        early, self._early = self._early, []
        for frames in early:
            step(frames)

    def send(self, frames: list[bytes]) -> None:
        """Send a message to the client that its first frame names; to none if that has gone."""
        if connections := self._connections.get(frames[0]):
            connections[-1].send(frames[1:])

    def _accept(self, _event: int) -> None:
        if (socket := accepted(self._listening)) is not None:
            self._unnamed.add(_Client(socket, self._poll, self))

    def take(self, frames: list[bytes]) -> None:
        """Take a client's message."""
        self._step(frames)

    def name(self, client: Connection) -> None:
        """Know a client by its identity; answers go to the newest of that identity.

        The one before, which has reconnected if it is the same client, isn't closed: were it another
        one, it would connect again, and each would go on closing the other's connection.
        """
        self._unnamed.discard(client)
        decoder = client.decoder
        decoder.identity = decoder.identity or b"\0" + next(self._numbers).to_bytes(4, "big")
        self._connections.setdefault(decoder.identity, []).append(client)

    def forget(self, client: Connection) -> None:
        """Forget a client that has gone."""
        self._unnamed.discard(client)
        same = self._connections.get(client.decoder.identity, [])
        if client in same:
            same.remove(client)
            if not same:
                del self._connections[client.decoder.identity]

    def _named(self) -> list[Connection]:
        return [one for same in self._connections.values() for one in same]

    @property
    def unsent(self) -> dict[int, Callable[[], None]]:
        """Where something waits: the descriptors, and what sends on."""
        return {one.fd: one.flush for one in self._named() if one.has_unsent}

    def close(self) -> None:
        """Leave all clients."""
        self._listening.close()
        for connection in [*self._named(), *self._unnamed]:
            connection.close()


def accepted(listening: Any) -> Any:
    """Return the next connection; None if it has gone again."""
    try:
        fd, _address = listening._accept()  # noqa: SLF001 - what accept() calls
    except OSError:
        return None
    connection = _socket.socket(fileno=fd)
    connection.setblocking(False)  # noqa: FBT003
    if connection.family != _socket.AF_UNIX:
        connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        connection.setsockopt(_socket.SOL_SOCKET, _socket.SO_KEEPALIVE, 1)  # some go without a word
    return connection
