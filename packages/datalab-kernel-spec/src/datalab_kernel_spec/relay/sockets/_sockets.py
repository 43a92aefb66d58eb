"""The relay's sockets: those that Jupyter connects to, and those to xpython."""

from __future__ import annotations

import _socket
import errno
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import zmq
from zmq.backend import Socket as BareSocket

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LINGER_MS", "front_socket", "inner_socket", "listening_socket", "receive", "send"]

LINGER_MS = 1000
BIND_S = 10.0
"""How long a port may still be the last kernel's: at a restart the new one gets the same."""
BIND_PAUSE_S = 0.01
RECONNECT_MS = 2
LISTEN = 100
MORE = int(zmq.SNDMORE)  # plain numbers: an enum's operators cost more than the system call
NOW = int(zmq.NOBLOCK)


def front_socket(
    context: zmq.Context[zmq.Socket[bytes]], connection: dict[str, Any], kind: int, port: str
) -> zmq.Socket[bytes]:
    """Bind a socket where the connection file says."""
    transport = connection.get("transport", "tcp")
    separator = ":" if transport == "tcp" else "-"
    socket = context.socket(kind)
    socket.setsockopt(zmq.LINGER, LINGER_MS)
    if kind == zmq.ROUTER:
        socket.setsockopt(zmq.ROUTER_HANDOVER, 1)  # a client that reconnects keeps its name
    address = f"{connection.get('ip', '127.0.0.1')}{separator}{connection[port]}"
    _bind(lambda: socket.bind(f"{transport}://{address}"))
    return socket


def listening_socket(connection: dict[str, Any], port: str) -> Any:
    """Bind a plain socket where the connection file says."""
    ip, number = str(connection.get("ip", "127.0.0.1")), connection[port]
    if connection.get("transport", "tcp") == "tcp":
        family = _socket.AF_INET6 if ":" in ip else _socket.AF_INET
        address: Any = ("" if ip == "*" else ip.strip("[]"), int(number))
    else:
        family, address = _socket.AF_UNIX, f"{ip}-{number}"
        with suppress(FileNotFoundError):
            os.unlink(address)  # noqa: PTH108 - as ZeroMQ does: an ended kernel's
    socket = _socket.socket(family, _socket.SOCK_STREAM)
    socket.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
    _bind(lambda: socket.bind(address))
    socket.listen(LISTEN)
    socket.setblocking(False)  # noqa: FBT003
    return socket


def _bind(bind: Callable[[], object]) -> None:
    deadline = time.monotonic() + BIND_S
    while True:
        try:
            bind()
        except (zmq.ZMQError, OSError) as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
            time.sleep(BIND_PAUSE_S)
        else:
            return


def inner_socket(
    context: zmq.Context[zmq.Socket[bytes]],
    connection: dict[str, Any],
    joining: list[zmq.Socket[bytes]],
    kind: int,
    port: str,
) -> zmq.Socket[bytes]:
    """Connect a socket to xpython, which may not be there yet.

    Its monitor, which gets a message when it is connected, is added to ``joining``.
    """
    socket = context.socket(kind)
    socket.setsockopt(zmq.LINGER, LINGER_MS)
    socket.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
    socket.setsockopt(zmq.RCVHWM, 0)
    if kind == zmq.SUB:
        socket.subscribe(b"")
    else:
        socket.setsockopt(zmq.SNDHWM, 0)
        socket.setsockopt(zmq.IDENTITY, b"relay")
    joining.append(socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED))
    socket.connect(f"ipc://{connection['ip']}-{connection[port]}")
    return socket


def send(socket: zmq.Socket[bytes], frames: list[bytes]) -> None:
    """Send a message (as ``send_multipart``, at a quarter of its price)."""
    *others, last = frames
    for frame in others:
        _send_frame(socket, frame, MORE)
    _send_frame(socket, last)


def receive(socket: zmq.Socket[bytes]) -> list[bytes] | None:
    """Return the next message's frames, or None if none has come."""
    try:
        frame = _receive_frame(socket, NOW, False)  # noqa: FBT003 - it then knows whether more follow
    except zmq.Again:
        return None
    frames = [frame.bytes]
    while frame.more:
        frame = _receive_frame(socket, NOW, False)  # noqa: FBT003
        frames.append(frame.bytes)
    return frames


_send_frame: Any = BareSocket.send
_receive_frame: Any = BareSocket.recv
