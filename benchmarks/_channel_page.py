"""A page in Python, at the other end of a real kernel's sockets: what the channel is measured with.

It sends and hears comm messages by jupyter_client, as a front end does, and speaks either the
channel's protocol (``datalab_kernel_channel.testing.Page``) or none at all, the bare echo.
"""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from jupyter_client import AsyncKernelManager

from datalab_kernel_channel.testing import Page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from jupyter_client.asynchronous import AsyncKernelClient

READY_S = 60.0


class KernelLink:
    """A client of a kernel: comm messages to whom they concern, cells and how they end."""

    def __init__(self, client: AsyncKernelClient) -> None:
        self._client = client
        self._opened: dict[str, Callable[[dict[str, Any]], None]] = {}
        self._comms: dict[str, Callable[[dict[str, Any]], None]] = {}
        self._cells: dict[str, asyncio.Future[str]] = {}
        self._texts: dict[str, list[str]] = {}

    def on_open(self, target: str, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call back for each comm that the kernel opens for a target."""
        self._opened[target] = callback

    def on_message(self, comm_id: str, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call back for what the kernel sends by a comm."""
        self._comms[comm_id] = callback

    def send(self, comm_id: str, data: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Send to a comm of the kernel's."""
        session = self._client.session
        message = session.msg("comm_msg", {"comm_id": comm_id, "data": data})
        session.send(self._client.shell_channel.socket, message, buffers=[*buffers])

    async def run(self, code: str) -> str:
        """Run a cell to its end and return what it printed; its error is raised here."""
        request = self._client.execute(code)
        self._cells[request] = asyncio.get_running_loop().create_future()
        self._texts[request] = []
        return await self._cells[request]

    async def listen(self) -> None:
        """Take what the kernel publishes, for ever."""
        while True:
            self._take(await self._client.get_iopub_msg())

    def _take(self, message: dict[str, Any]) -> None:
        content = message["content"]
        cell = (message["parent_header"] or {}).get("msg_id")
        match message["msg_type"]:
            case "comm_open":
                self._opened.get(content["target_name"], _ignore)(message)
            case "comm_msg":
                self._comms.get(content["comm_id"], _ignore)(message)
            case "stream" if cell in self._texts:
                self._texts[cell].append(content["text"])
            case "error" if cell in self._cells:
                self._end(cell, RuntimeError(f"{content['ename']}: {content['evalue']}"))
            case "status" if content["execution_state"] == "idle" and cell in self._cells:
                self._end(cell, None)

    def _end(self, cell: str, error: Exception | None) -> None:
        future, text = self._cells.pop(cell), "".join(self._texts.pop(cell))
        if error is None:
            future.set_result(text)
        else:
            future.set_exception(error)


def _ignore(_message: dict[str, Any]) -> None:
    """Take no notice."""


class WidgetCarrier:
    """Carry frames as custom messages of the channel's widget."""

    def __init__(self, link: KernelLink, comm_id: str) -> None:
        self._link = link
        self._comm_id = comm_id
        self.largest_bytes = 0

    def send(self, data: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Send a frame to the kernel."""
        self._link.send(self._comm_id, {"method": "custom", "content": data}, buffers)

    def on_receive(self, callback: Callable[[Any, Sequence[Any]], None]) -> None:
        """Say who gets the kernel's frames."""

        def hear(message: dict[str, Any]) -> None:
            data = message["content"]["data"]
            if data.get("method") == "custom":
                callback(data["content"], message["buffers"])

        self._link.on_message(self._comm_id, hear)

    def close(self) -> None:
        """Carry nothing any more."""
        self._link.on_message(self._comm_id, _ignore)


class Pages:
    """The pages that come by themselves for each channel that the kernel opens."""

    def __init__(self, link: KernelLink, **functions: Callable[..., Any]) -> None:
        self._link = link
        self._functions = functions
        self._tasks: set[asyncio.Task[None]] = set()
        self.pages: list[Page] = []
        link.on_open("jupyter.widget", self._opened)

    def _opened(self, message: dict[str, Any]) -> None:
        comm_id = message["content"]["comm_id"]
        state = message["content"]["data"]["state"]
        if "channel_id" not in state:
            return  # another widget, such as the layout
        if state["channel_id"]:
            self._join(comm_id, state["channel_id"])
        else:
            self._link.on_message(comm_id, lambda later: self._updated(comm_id, later))

    def _updated(self, comm_id: str, message: dict[str, Any]) -> None:
        state = message["content"]["data"].get("state", {})
        if state.get("channel_id"):
            self._join(comm_id, state["channel_id"])

    def _join(self, comm_id: str, channel_id: str) -> None:
        page = Page(WidgetCarrier(self._link, comm_id), channel_id)
        page.expose(**self._functions)
        self.pages.append(page)
        task = asyncio.get_running_loop().create_task(page.join())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def kernel_link(name: str, **env: str) -> AsyncIterator[KernelLink]:
    """Start a kernel and listen to it; both end with the block."""
    import os

    manager = AsyncKernelManager(kernel_name=name)
    await manager.start_kernel(env={**os.environ, **env})
    client = manager.client()
    client.start_channels(hb=False, stdin=False)
    await client.wait_for_ready(timeout=READY_S)
    link = KernelLink(client)
    listening = asyncio.create_task(link.listen())
    try:
        yield link
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
