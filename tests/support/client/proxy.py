"""A link that can be broken: a TCP proxy that drops, freezes or swallows on demand."""

from __future__ import annotations

import asyncio
from typing import Self


class Proxy:
    """Hand bytes on between clients and a server on this computer.

    ``drop`` closes all links on both sides; ``freeze`` hands nothing on while it is set;
    ``deafen`` leaves the server believing that its links live while the clients' are dropped;
    ``is_closed`` refuses new links.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._flows = asyncio.Event()
        self._flows.set()
        self._links: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []
        self._deaf: dict[asyncio.StreamWriter, asyncio.StreamWriter] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_closed = False
        self.opened = 0
        self.to_client_bytes = 0
        self.requests: list[str] = []
        """The first lines of what clients asked."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *error: object) -> None:
        self._flows.set()
        self._server.close()
        self.drop()
        for server in self._deaf.values():
            server.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, base_url: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{base_url}"

    def drop(self) -> None:
        """Close all links on both sides."""
        links, self._links = self._links, []
        for pair in links:
            for writer in pair:
                writer.transport.abort()

    def deafen(self) -> None:
        """Close the clients' sides only: the server believes that they are there."""
        links, self._links = self._links, []
        for client, server in links:
            self._deaf[client] = server  # which closes when nobody has it any more
            client.transport.abort()

    def freeze(self) -> None:
        """Hand nothing on, and close nothing."""
        self._flows.clear()

    def thaw(self) -> None:
        """Hand on again."""
        self._flows.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_closed:
            writer.transport.abort()
            return
        self.opened += 1
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        self._links.append((writer, forth))
        for source, target in ((reader, forth), (back, writer)):
            task = asyncio.get_running_loop().create_task(self._hand_on(source, target, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _hand_on(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
    ) -> None:
        try:
            while data := await source.read(65536):
                await self._flows.wait()
                if target is client:
                    self.to_client_bytes += len(data)
                elif b" HTTP/1.1\r\n" in data:
                    self.requests.append(data.split(b"\r\n", 1)[0].decode())
                if client in self._deaf:
                    continue  # go on reading, so that the server notices nothing
                target.write(data)
                await target.drain()
        except OSError:  # the other direction sees it as well
            pass
        if client not in self._deaf:
            target.close()
