"""The plain sockets behind the relay's: those that Jupyter connects to, and those to xpython."""

from __future__ import annotations

import _socket
import errno
import os
import time
from contextlib import suppress
from typing import Any

__all__ = ["connected_socket", "listening_socket"]

BIND_S = 10.0
"""How long a port may still be the last kernel's: at a restart the new one gets the same."""
BIND_PAUSE_S = 0.01
LISTEN = 100


def listening_socket(connection: dict[str, Any], port: str) -> Any:
    """Bind a socket where the connection file says."""
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
    deadline = time.monotonic() + BIND_S
    while True:
        try:
            socket.bind(address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
            time.sleep(BIND_PAUSE_S)
        else:
            break
    socket.listen(LISTEN)
    socket.setblocking(False)  # noqa: FBT003
    return socket


def connected_socket(path: str) -> Any:
    """Connect to a socket of this machine; return None if nobody listens there yet."""
    socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        socket.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        socket.close()
        return None
    socket.setblocking(False)  # noqa: FBT003
    return socket
