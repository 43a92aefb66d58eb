"""An HTTP proxy as companies have it: what goes to a name that only it knows goes to this computer."""

from __future__ import annotations

import asyncio
from typing import Self
from urllib.parse import urlsplit

__all__ = ["KNOWN", "HttpProxy"]

KNOWN = "lab.example"
"""A host that no resolver has; the proxy takes it for this computer."""


class HttpProxy:
    """Hands whole requests on, and tunnels after ``CONNECT``; what was asked is in `requests`."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._hand_on(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # one side went away
        finally:
            writer.transport.abort()

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, rest = head.split(b"\r\n", 1)
        method, target, version = first.decode().split(" ")
        self.requests.append(f"{method} {target.partition('?')[0]}")
        place = urlsplit(f"//{target}" if method == "CONNECT" else target)
        if place.hostname != KNOWN:
            writer.write(b"HTTP/1.1 502 Unknown host\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        back, forth = await asyncio.open_connection("127.0.0.1", place.port or 80)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:  # one request for each connection
            plain = place._replace(scheme="", netloc="").geturl()
            forth.write(f"{method} {plain} {version}\r\nConnection: close\r\n".encode())
            lines = rest.split(b"\r\n")
            forth.write(b"\r\n".join(x for x in lines if not x.lower().startswith(b"connection:")))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(pump(reader, forth))
                group.create_task(pump(back, writer))
        finally:
            forth.transport.abort()


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Hand bytes on until they end."""
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.close()
