"""Pages of Chromium that do what :class:`~datalab_kernel_channel.testing.FakePage` does in Python.

What the page exposes are functions of the test: a handler in JavaScript asks for them by a
channel of its own, the control channel, whose link never fails.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import struct
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from datalab_kernel_channel import current_call
from datalab_kernel_channel.page import page_module
from datalab_kernel_channel.rpc._channel import Channel
from datalab_kernel_channel.streams._out import OutStream
from datalab_kernel_channel.testing import PageError
from datalab_kernel_channel.testing._fake_comm import FakeComm
from datalab_kernel_channel.testing._page import AbortSignal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel_channel.testing._fake_comm import Direction
    from support.channel_page.tabs import Tabs

__all__ = ["ChromiumPage", "ChromiumPages"]

PAGE = Path(__file__).with_name("page.html")
LARGEST_MESSAGE_BYTES = 64 << 20
POLL_S = 0.002


class ChromiumPage:
    """A page of Chromium for one channel of this process; it has FakePage's methods."""

    def __init__(
        self,
        pages: ChromiumPages,
        channel: Channel,
        *,
        initialize: Callable[[], Any] | None = None,
        is_focused: bool = False,
    ) -> None:
        self.id = ""
        self.exposed: dict[str, Callable[..., Any]] = {}
        self.closed_reason: str | None = None
        self.refused: list[str] = []
        self.warnings: list[str] = []
        """What its console was told."""
        self.kernel_end, self.page_end = FakeComm.pair()
        self._pages = pages
        self._channel = channel
        self._initialize = initialize
        self._is_focused = is_focused
        self._replaces: str | None = None
        self._failed = False
        self._control: Channel | None = None
        self._carriers: dict[str, FakeComm] = {}
        self._socket: Frames | None = None
        self._tab: Any = None
        self.page_end.on_receive(self._to_page)
        channel.attach(self.kernel_end)

    # ------------------------------------------------------------ life

    async def join(self, *, replaces: str | None = None) -> None:
        """Open the tab, and wait until it is a client."""
        self._replaces = replaces
        self._tab = await self._pages.open_tab(self)
        await self._until_ready()

    async def _until_ready(self, former: str = "") -> None:
        def is_over() -> bool:
            is_client = self.id in {client.id for client in self._channel.clients}
            return (
                (is_client and self.id != former) or self._failed or self._channel.state == "closed"
            )

        while not is_over():  # noqa: ASYNC110 - a link has no events
            await asyncio.sleep(POLL_S)

    async def refresh(self) -> None:
        """Load the tab again."""
        former, self._replaces = self.id, None
        self.control.notify("reload")
        await self._until_ready(former)

    async def leave(self) -> None:
        """Leave the channel, and say so."""
        await self.control.call("leave")
        await asyncio.sleep(0)

    def vanish(self) -> None:
        """Be gone without a word."""
        self._carriers.pop("tested", None)

    def focus(self, *, is_focused: bool = True) -> None:
        """Get, or lose, the person's attention."""
        self.control.notify("focus", is_focused)

    async def end(self) -> None:
        """Cut its link, and have its tab no more."""
        if self._tab is not None:
            self._pages.tabs.release(self._tab)
        if self._control is not None:
            await self._control.close()
        if self._socket is not None:
            self._socket.close()

    @property
    def control(self) -> Channel:
        """The channel by which the page is told what to do."""
        if self._control is None:
            raise RuntimeError("This page hasn't joined: await page.join()")
        return self._control

    # ------------------------------------------------------------ calls

    def expose(self, **functions: Callable[..., Any]) -> None:
        """Let the kernel call functions, through the page."""
        self.exposed.update(functions)
        if self._socket is not None:
            self._socket.write_message(json.dumps({"exposed": [*functions]}))

    async def call(
        self,
        method: str,
        /,
        *args: Any,
        timeout_s: float | None = None,
        on_progress: Callable[[Any], object] | None = None,
    ) -> Any:
        """Call an exposed function of the kernel, from the page."""
        timeout_ms = timeout_s and timeout_s * 1000
        asked = self.control.call("call", method, timeout_ms, [*args], on_progress=on_progress)
        answer = await asked
        if "error" in answer:
            raise PageError(*answer["error"])
        return answer["value"]

    def notify(self, method: str, /, *args: Any) -> None:
        """Run an exposed function of the kernel without waiting."""
        self.control.notify("notify", method, [*args])

    def stream(
        self, source: Any, *, size_bytes: int | None = None, name: str | None = None
    ) -> OutStream:
        """Make a stream, to be an argument or a result."""
        return OutStream(source, size_bytes=size_bytes, name=name)

    async def _run(self, name: str, *args: Any) -> Any:
        """Run a handler of the test, for one of the page."""
        function = self.exposed[name]
        wanted = _keywords(function)
        signal = AbortSignal()
        given = {"signal": signal, "progress": current_call().progress}
        result = function(*args, **{key: given[key] for key in wanted & given.keys()})
        if not inspect.isawaitable(result):
            return result
        work = asyncio.ensure_future(result)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            signal.abort()
            if "signal" not in wanted:
                work.cancel()
            raise

    # ------------------------------------------------------------ faults, and what the page said

    def drop_frames(self, count: int, direction: Direction = "to_page") -> None:
        """Lose the next frames in one direction."""
        self._sender(direction).drop(count)

    def double_frames(self, count: int, direction: Direction = "to_page") -> None:
        """Deliver the next frames in one direction twice."""
        self._sender(direction).double(count)

    def half_open(self, seconds: float) -> None:
        """Lose everything in both directions for a time, without a word."""
        self.kernel_end.fall_silent(seconds)
        self.page_end.fall_silent(seconds)

    def send_raw(self, data: Any, buffers: Sequence[Any] = ()) -> None:
        """Send the kernel anything."""
        self.page_end.send_raw(data, buffers)

    def _sender(self, direction: Direction) -> FakeComm:
        return self.kernel_end if direction == "to_page" else self.page_end

    @property
    def failures(self) -> list[str]:
        """What notified handlers raised, as the console has it."""
        return [text for text in self.warnings if "refused" not in text]

    @property
    def refusals(self) -> list[str]:
        """What the page refused, as the console has it."""
        return [text for text in self.warnings if "refused what the kernel sent" in text]

    # ------------------------------------------------------------ frames

    def connected(self, socket: Frames) -> None:
        """Greet a tab that was loaded."""
        self._socket = socket
        control = Channel(channel_id=uuid.uuid4().hex, name="", call_timeout_s=None, widget=None)
        control.expose(run=self._run, warned=self.warnings.append)
        if self._initialize is not None:
            control.expose(initialize=self._initialize)
        kernel_end, page_end = FakeComm.pair()
        page_end.on_receive(lambda data, buffers: socket.hand("control", data, buffers))
        control.attach(kernel_end)
        if self._control is not None:
            self._control.close_now()
        self._control = control
        self._carriers = {"control": page_end, "tested": self.page_end}
        hello = {
            "control": control.channel_id,
            "tested": self._channel.channel_id,
            "exposed": [*self.exposed],
            "initializes": self._initialize is not None,
            "focused": self._is_focused,
            "replaces": self._replaces,
        }
        socket.write_message(json.dumps(hello))

    def take(self, name: str, content: dict[str, Any], buffers: Sequence[bytes]) -> None:
        """Take a frame of the page to the end that it is for."""
        if name == "tested" and content["frame"] == "join":
            self.id = content["client"]
        is_failure = any(item["item"] == "failed" for item in content.get("items", ()))
        if name in self._carriers:
            self._carriers[name].send(content, buffers)
            self._failed |= name == "tested" and is_failure

    def _to_page(self, data: Any, buffers: Sequence[Any]) -> None:
        if data["client"] in {self.id, None}:
            match data["frame"]:
                case "closed":
                    self.closed_reason = data["reason"]
                case "refused":
                    self.refused.append(data["reason"])
        if self._socket is not None and "tested" in self._carriers:
            self._socket.hand("tested", data, buffers)


class Frames(WebSocketHandler):
    """The frames of both channels of one tab."""

    def initialize(self, pages: ChromiumPages) -> None:
        self._pages = pages

    def open(self, *_: str) -> None:
        self._page = self._pages.made[int(self.get_argument("page"))]
        self._page.connected(self)

    def hand(self, model: str, content: Any, buffers: Sequence[Any]) -> None:
        """Send a frame; one for a tab that is gone is lost."""
        parts = [bytes(memoryview(one)) for one in buffers]
        head = json.dumps(
            {"model": model, "content": content, "sizes": [*map(len, parts)]}
        ).encode()
        try:
            self._pages.note(
                self.write_message(
                    b"".join([struct.pack("<I", len(head)), head, *parts]), binary=True
                )
            )
        except WebSocketClosedError:
            return

    def on_message(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        start = 4 + struct.unpack_from("<I", message)[0]
        head = json.loads(message[4:start])
        buffers = []
        for size in head["sizes"]:
            buffers.append(message[start : start + size])
            start += size
        self._page.take(head["model"], head["content"], buffers)


class Text(RequestHandler):
    """A text of the page."""

    def initialize(self, text: str, media_type: str) -> None:
        self._text = text
        self._media_type = media_type

    def get(self) -> None:
        self.set_header("Content-Type", f"{self._media_type}; charset=utf-8")
        self.write(self._text)


class ChromiumPages:
    """The pages of one test."""

    def __init__(self, tabs: Tabs) -> None:
        self.tabs = tabs
        self.made: list[ChromiumPage] = []
        self._server: HTTPServer | None = None
        self._port = 0
        self._sent: set[asyncio.Future[None]] = set()

    def __call__(self, channel: Channel, **options: Any) -> ChromiumPage:
        """Return another page for a channel."""
        page = ChromiumPage(self, channel, **options)
        self.made.append(page)
        return page

    async def open_tab(self, page: ChromiumPage) -> Any:
        """Open the tab of a page."""
        if self._server is None:
            self._listen()
        return await self.tabs.open(f"http://127.0.0.1:{self._port}/?page={self.made.index(page)}")

    def _listen(self) -> None:
        texts = {
            "/": (PAGE.read_text("utf-8"), "text/html"),
            "/page.js": (page_module(), "text/javascript"),
        }
        routes: list[Any] = [
            (path, Text, {"text": text, "media_type": media})
            for path, (text, media) in texts.items()
        ]
        application = Application(
            [*routes, ("/frames", Frames, {"pages": self})],
            websocket_max_message_size=LARGEST_MESSAGE_BYTES,
        )
        self._server = HTTPServer(application)
        sockets = bind_sockets(0, "127.0.0.1")
        self._server.add_sockets(sockets)
        self._port = sockets[0].getsockname()[1]

    def note(self, sending: asyncio.Future[None]) -> None:
        """Let a message that a tab got no more be none of our errors."""
        self._sent.add(sending)
        sending.add_done_callback(self._done)

    def _done(self, sending: asyncio.Future[None]) -> None:
        self._sent.discard(sending)
        if not sending.cancelled():
            sending.exception()

    async def close(self) -> None:
        """Close all tabs, and the server."""
        for page in self.made:
            await page.end()
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
        while left := {*self._sent, *_requests()}:
            await asyncio.wait(left)


def _requests() -> set[asyncio.Task[Any]]:
    """Return what the server's connections still do."""
    names = {task: getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()}
    return {task for task, name in names.items() if name == "RequestHandler._execute"}


def _keywords(function: Callable[..., Any]) -> set[str]:
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:  # some of C's
        return set()
    return {name for name, one in parameters.items() if one.kind is inspect.Parameter.KEYWORD_ONLY}
