"""A notebook without a browser: a real kernel, its cells, and pages in Python over its comms."""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_client.manager import start_new_async_kernel
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    serialize_binary_message,
)
from tornado.websocket import WebSocketClientConnection, websocket_connect

from datalab_kernel_channel.testing import Page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

START_S = 60.0


@dataclass
class Run:
    """One run of a cell: what it shows, and how it ended."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    reply: dict[str, Any] | None = None
    is_idle: bool = False
    end: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        """What it printed."""
        streams = [one["content"] for one in self.outputs if one["msg_type"] == "stream"]
        return "".join(stream["text"] for stream in streams if stream["name"] == "stdout")

    @property
    def stderr(self) -> str:
        """What it reported."""
        streams = [one["content"] for one in self.outputs if one["msg_type"] == "stream"]
        return "".join(stream["text"] for stream in streams if stream["name"] == "stderr")

    @property
    def error(self) -> str | None:
        """The name of its error."""
        errors = [one["content"] for one in self.outputs if one["msg_type"] == "error"]
        return errors[0]["ename"] if errors else None

    def _look(self) -> None:
        if self.reply is not None and self.is_idle:
            self.end.set()

    async def ended(self) -> Run:
        """Wait until it has ended."""
        await asyncio.wait_for(self.end.wait(), START_S)
        return self


class NotebookPage(Page):
    """A page whose frames are custom messages of one widget, as a browser's widget manager sends them."""

    def __init__(self, notebook: Notebook, comm_id: str, channel_id: str) -> None:
        self.comm_id = comm_id
        self.channel_id = channel_id
        self._notebook = notebook
        self.subshell_id = notebook.subshell_id
        super().__init__(self, channel_id)

    def send(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        self._notebook.send_custom(self, data, buffers)

    def on_receive(self, callback: Callable[[Any, Sequence[Any]], None]) -> None:
        self._notebook.listeners.setdefault(self.comm_id, []).append(callback)

    def close(self) -> None:
        self._notebook.listeners.pop(self.comm_id, None)


class Notebook(ABC):
    """A kernel, and what its front end would keep."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.listeners: dict[str, list[Callable[[Any, Sequence[Any]], None]]] = {}
        self.opened: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        """The comm and the channel of each widget of a channel, as they appear."""
        self.closed_comms: list[str] = []
        self.messages = 0
        self.subshell_id: str | None = None
        """By which pages that join from now on send, as JupyterLab's do."""
        self.pages: list[NotebookPage] = []
        self._runs: dict[str, Run] = {}

    @abstractmethod
    def post(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send a message on the shell channel."""

    # ------------------------------------------------------------ cells

    def start(self, code: str, *, cell_id: str | None = "cell-1") -> Run:
        """Send a cell, as JupyterLab does; None: as nbclient does."""
        metadata = {"cellId": cell_id, "trusted": True} if cell_id is not None else {}
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        message = self.session.msg("execute_request", content, metadata=metadata)
        run = self._runs[message["header"]["msg_id"]] = Run()
        self.post(message)
        return run

    async def run(self, code: str, *, cell_id: str | None = "cell-1") -> Run:
        """Run a cell to its end."""
        return await self.start(code, cell_id=cell_id).ended()

    async def page(self, **functions: Callable[..., Any]) -> NotebookPage:
        """Join the next channel that a cell opens, as a page that exposes functions."""
        comm_id, channel_id = await asyncio.wait_for(self.opened.get(), START_S)
        return await self._join(comm_id, channel_id, functions)

    async def another_page(
        self, page: NotebookPage, **functions: Callable[..., Any]
    ) -> NotebookPage:
        """Join the channel of a page as a second one."""
        return await self._join(page.comm_id, page.channel_id, functions)

    async def _join(
        self, comm_id: str, channel_id: str, functions: dict[str, Callable[..., Any]]
    ) -> NotebookPage:
        page = NotebookPage(self, comm_id, channel_id)
        page.expose(**functions)
        await page.join()
        self.pages.append(page)
        return page

    def send_custom(self, page: NotebookPage, data: Any, buffers: Sequence[Any] = ()) -> None:
        """Send a custom message of a page's widget."""
        content = {"comm_id": page.comm_id, "data": {"method": "custom", "content": data}}
        message = self.session.msg("comm_msg", content)
        if page.subshell_id is not None:
            message["header"]["subshell_id"] = page.subshell_id
        self.post(message, [bytes(one) for one in buffers])

    # ------------------------------------------------------------ messages

    def replied(self, message: Any) -> None:
        run = self._runs.get(message["parent_header"].get("msg_id"))
        if run is not None:
            run.reply = message["content"]
            run._look()

    def published(self, message: Any) -> None:
        self.messages += 1
        content = message["content"]
        run = self._runs.get((message["parent_header"] or {}).get("msg_id"))
        match message["msg_type"]:
            case "comm_open":
                self._note_channel(content)
            case "comm_msg" if content["data"].get("method") == "custom":
                for listener in self.listeners.get(content["comm_id"], []):
                    listener(content["data"]["content"], message["buffers"])
            case "comm_msg":
                self._note_channel(content)
            case "comm_close":
                self.closed_comms.append(content["comm_id"])
            case "status" if run is not None and content["execution_state"] == "idle":
                run.is_idle = True
                run._look()
            case "stream" | "error" | "display_data" | "execute_result" if run is not None:
                run.outputs.append(message)

    def _note_channel(self, content: Any) -> None:
        channel_id = content["data"].get("state", {}).get("channel_id")
        if channel_id:
            self.opened.put_nowait((content["comm_id"], channel_id))


class _DirectNotebook(Notebook):
    """A notebook whose front end talks to the kernel without a server."""

    def __init__(self, manager: Any, client: Any) -> None:
        super().__init__(client.session)
        self.manager = manager
        self._client = client
        self._tasks = [
            asyncio.ensure_future(self._pump(client.get_iopub_msg, self.published)),
            asyncio.ensure_future(self._pump(client.get_shell_msg, self.replied)),
        ]

    def post(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        self.session.send(self._client.shell_channel.socket, message, buffers=[*buffers])

    async def ask_control(self, kind: str, **content: Any) -> dict[str, Any]:
        """Send a request on the control channel; return the reply's content."""
        request = self.session.msg(kind, content)
        self._client.control_channel.send(request)
        while True:
            reply = await self._client.get_control_msg(timeout=START_S)
            if reply["parent_header"]["msg_id"] == request["header"]["msg_id"]:
                found: dict[str, Any] = reply["content"]
                return found

    async def restart(self) -> None:
        """Restart the kernel; the pages see their comms go, as a browser's do."""
        await self.manager.restart_kernel(now=True)
        for page in self.pages:
            page.kernel_restarted()

    async def create_subshell(self) -> str:
        """Make a subshell, as JupyterLab does for the comms of widgets; return its id."""
        return str((await self.ask_control("create_subshell_request"))["subshell_id"])

    async def _pump(self, get: Callable[[], Any], take: Callable[[Any], None]) -> None:
        while True:
            take(await get())

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)


@asynccontextmanager
async def notebook(kernel_name: str, **env: str) -> AsyncIterator[_DirectNotebook]:
    """Start a kernel for a notebook; JPY_SESSION_NAME="" stands for none."""
    wanted = {**os.environ, "JPY_SESSION_NAME": f"{uuid.uuid4().hex}.ipynb", **env}
    if not wanted["JPY_SESSION_NAME"]:
        del wanted["JPY_SESSION_NAME"]
    manager, client = await start_new_async_kernel(
        kernel_name=kernel_name, env=wanted, startup_timeout=START_S
    )
    book = _DirectNotebook(manager, client)
    try:
        yield book
    finally:
        await book.close()
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


class ServedNotebook(Notebook):
    """A notebook whose front end talks to the kernel through a Jupyter server, with text messages alone."""

    def __init__(self, url: str, token: str, kernel_id: str) -> None:
        super().__init__(Session())
        address = url.replace("http", "ws", 1)
        self._url = (
            f"{address}api/kernels/{kernel_id}/channels?session_id={uuid.uuid4().hex}&token={token}"
        )
        self._socket: WebSocketClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Open the link, or open it again."""
        self._socket = await websocket_connect(self._url)
        self._reading = asyncio.ensure_future(self._read(self._socket))

    async def disconnect(self) -> None:
        """Cut the link."""
        assert self._socket is not None
        assert self._reading is not None
        self._socket.close()
        await self._reading

    async def _read(self, socket: WebSocketClientConnection) -> None:
        while (text := await socket.read_message()) is not None:
            read = deserialize_binary_message if isinstance(text, bytes) else json.loads
            message = {"buffers": [], **read(text)}
            if message["channel"] == "iopub":
                self.published(message)
            elif message["channel"] == "shell":
                self.replied(message)

    def post(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        if self._socket is not None and self._reading is not None and not self._reading.done():
            whole = {**message, "channel": "shell"}
            if buffers:
                self._socket.write_message(
                    serialize_binary_message({**whole, "buffers": buffers}), binary=True
                )
            else:
                self._socket.write_message(json.dumps(whole, default=str))
