"""The pages of one channel: how they join, what they are told, and when they are gone."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from datalab_kernel_channel._errors import ChannelClosedError, ClientGoneError
from datalab_kernel_channel.protocol._calls import CallNumbers
from datalab_kernel_channel.protocol._measure import check_measure
from datalab_kernel_channel.protocol._table import LIMITS, TABLE, Refused, check_frame, is_id
from datalab_kernel_channel.protocol._textual import buffers_of
from datalab_kernel_channel.rpc._client_link import ClientLink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextvars import Context

    from datalab_kernel_channel.rpc._client import Client
    from datalab_kernel_channel.rpc._client_link import EnterCall
    from datalab_kernel_channel.rpc._transport import Transport

__all__ = ["CHOICES", "ClientEvent", "Clients", "State"]

State = Literal["opening", "open", "lost", "closed"]
ClientEvent = Literal["joined", "left", "focused"]

CHOICES = frozenset({"newest", "focused"})
"""Who may be asked for by a word, and not by an id."""
VERSION: int = TABLE["version"]
FORGOTTEN_AFTER_S = 24 * 3600.0
REMEMBERED_IDS = 1024
LONGEST_DETAIL = 500


class Clients:
    """The pages of one channel.

    Parameters
    ----------
    enter_call
        Makes the call known in the context that a function runs in.
    channel_id
        The channel's id, which each frame names.
    context
        What functions and callbacks run in: the context of the cell that opened the channel.
    exposed
        What pages may call.
    """

    def __init__(
        self,
        enter_call: EnterCall,
        channel_id: str,
        context: Context,
        exposed: Mapping[str, Callable[..., Any]],
    ) -> None:
        self.enter_call = enter_call
        self.context = context
        self.exposed = exposed
        self.stream_window_bytes: int = LIMITS["stream_window_bytes"]
        self.refused: Counter[str] = Counter()
        self.state: State = "opening"
        self.failure: Exception | None = None
        """Why the first page's front end didn't come up."""
        self._channel_id = channel_id
        self._numbers = CallNumbers()
        self._links: dict[str, ClientLink] = {}
        self._ready: list[ClientLink] = []
        """Those whose front end has come up, in order."""
        self._former: dict[str, str] = {}
        self._transports: list[Transport] = []
        self._last_focused: ClientLink | None = None
        self._on_state: list[Callable[[str], object]] = []
        self._on_client: list[Callable[[Client, ClientEvent], object]] = []
        self._waiters: set[asyncio.Future[None]] = set()
        self._thread = threading.get_ident()
        self._loop: asyncio.AbstractEventLoop | None = None

    # ------------------------------------------------------------ who is asked

    def there(self, wanted: str, method: str) -> ClientLink | None:
        """Return the page of a word or an id; None if there is none now that a word may mean."""
        if wanted not in CHOICES:
            return self._named(wanted, method)
        return next(iter(self.chosen(wanted)), None)

    def notified(self, wanted: str, method: str) -> list[ClientLink]:
        """Return the pages that a notification goes to now."""
        if wanted == "all":
            return self.connected()
        return self.chosen(wanted) if wanted in CHOICES else [self._named(wanted, method)]

    def _named(self, client_id: str, method: str) -> ClientLink:
        link = self.find(client_id)
        if link is None:
            raise ClientGoneError(client_id=client_id, method=method, executed=False)
        return link

    # ------------------------------------------------------------ frames

    def attach(self, transport: Transport) -> None:
        """Let pages come by a transport."""
        with contextlib.suppress(RuntimeError):  # no loop runs yet
            self._loop = asyncio.get_running_loop()
        self._transports.append(transport)
        transport.on_receive(
            lambda data, buffers: self.at_home(self._receive, transport, data, buffers)
        )

    def at_home(self, function: Callable[..., object], *arguments: Any) -> None:
        """Call a function in the thread of the cell that opened the channel: here, or soon.

        On ipykernel's subshells messages come in threads of their own.
        """
        if self._loop is None or threading.get_ident() == self._thread:
            function(*arguments)
        else:
            self._loop.call_soon_threadsafe(function, *arguments)

    def send(
        self,
        transport: Transport,
        client: str | None,
        frame: dict[str, Any],
        buffers: Sequence[Any],
    ) -> None:
        """Send a frame to a page, or to all of a transport.

        In the context of the cell that opened the channel: ipykernel takes a comm's next message on
        the subshell of the request under which the comm last sent, and a page takes its subshell
        with it when it goes.
        """
        envelope = {"dlk": VERSION, "channel": self._channel_id, "client": client}
        self.context.copy().run(transport.send, {**envelope, **frame}, buffers)

    def refuse(self, transport: Transport, client: str | None, reason: str, detail: str) -> None:
        """Count what was refused, and tell who sent it."""
        self.refused[reason] += 1
        frame = {"frame": "refused", "reason": reason, "detail": detail[:LONGEST_DETAIL]}
        self.send(transport, client, frame, ())

    def _receive(self, transport: Transport, data: Any, buffers: Sequence[Any]) -> None:
        if self.state == "closed":
            return
        sender = data.get("client") if isinstance(data, dict) else None
        try:
            self._check(data, buffers)
            self._take(transport, data, buffers_of(data, buffers))
        except Refused as refused:
            self.refuse(
                transport, sender if is_id(sender) else None, refused.reason, refused.detail
            )

    def _check(self, data: Any, buffers: Sequence[Any]) -> None:
        if not isinstance(data, dict):
            raise Refused("not_an_object", type(data).__name__)
        check_measure(data, buffers)
        if type(data.get("dlk")) is not int or data["dlk"] != VERSION:
            raise Refused("version", repr(data.get("dlk"))[:80])
        if data.get("channel") != self._channel_id:
            raise Refused("channel", repr(data.get("channel"))[:80])
        if not is_id(data.get("client")):
            raise Refused("not_an_object", "a client is 1 to 64 ASCII characters")
        check_frame(data, "page")

    def _take(self, transport: Transport, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        client = data["client"]
        if client in self._former:
            frame = {"frame": "closed", "reason": self._former[client]}
            self.send(transport, client, frame, ())
            return
        if data["frame"] == "join":
            self._join(transport, data, has_buffers=bool(buffers))
        link = self._links.get(client)
        if link is None:
            raise Refused("unknown_client", client)
        if data["frame"] == "leave":
            self._drop(link, "gone")
            return
        link.heard_at_s = time.monotonic()
        link.peer.receive(data, buffers)

    # ------------------------------------------------------------ life of a page

    def _join(self, transport: Transport, data: dict[str, Any], *, has_buffers: bool) -> None:
        link = self._links.get(data["client"])
        if link is None:
            self._make_room()
            former = self._links.get(data["replaces"] or "")
            link = self._links[data["client"]] = ClientLink(self, transport, data, self._numbers)
            if former is not None:
                self.send(
                    former.transport, former.id, {"frame": "closed", "reason": "replaced"}, ()
                )
                self._drop(former, "replaced")
        link.transport = transport
        link.carry(has_buffers=has_buffers)
        numbers = {"received": link.peer.link.received, "sent": link.peer.link.sent}
        welcome = {"frame": "welcome", **numbers, "stream_window_bytes": self.stream_window_bytes}
        welcome["carries_buffers"] = link.carries_buffers
        link.peer.streaming.writer_limit_bytes = self.stream_window_bytes
        self.send(transport, link.id, welcome, ())

    def _make_room(self) -> None:
        now_s = time.monotonic()
        away = [link for link in self._links.values() if not link.is_connected]
        away.sort(key=lambda link: link.heard_at_s)
        too_many = len(self._links) - LIMITS["clients"] + 1
        if too_many > len(away):
            raise Refused("too_many_clients", f"{len(self._links)}")
        for index, link in enumerate(away):
            if index < too_many or now_s - link.heard_at_s > FORGOTTEN_AFTER_S:
                self._drop(link, "gone")

    def _drop(self, link: ClientLink, reason: str) -> None:
        del self._links[link.id]
        if link.is_ready:
            self._ready.remove(link)
        self._former[link.id] = reason
        while len(self._former) > REMEMBERED_IDS:
            del self._former[next(iter(self._former))]
        link.peer.end()
        if link.is_ready:
            self._tell_client(link, "left")
        self._update()

    def ready(self, link: ClientLink) -> None:
        """Take a page's word that its front end has come up."""
        if link.is_ready:
            return
        link.is_ready = True
        self._ready.append(link)
        link.joined_at = datetime.datetime.now(datetime.UTC)
        self._update()
        self._tell_client(link, "joined")
        for other in self._links.values():
            if not other.is_connected:
                other.peer.calls_out.take_back_unsent()

    def failed(self, error: Exception) -> None:
        """Take a page's word that its front end hasn't come up."""
        self.failure = self.failure or error
        self._wake()

    def focused(self, link: ClientLink) -> None:
        """Take a page's word that it got, or lost, the person's attention."""
        if link.is_focused:
            self._last_focused = link
            if link.is_ready:
                self._tell_client(link, "focused")

    def connection_changed(self, link: ClientLink) -> None:
        """Learn that a page is away, or back."""
        self._update()
        if not link.is_connected and self.connected():
            link.peer.calls_out.take_back_unsent()

    # ------------------------------------------------------------ who is there

    def snapshots(self) -> tuple[Client, ...]:
        """Return the pages whose front end has come up, the newest first."""
        return tuple(link.snapshot() for link in reversed(self._ready))

    def connected(self) -> list[ClientLink]:
        """Return the pages that are there, in order of arrival."""
        return [link for link in self._ready if link.is_connected]

    def find(self, client_id: str) -> ClientLink | None:
        """Return a page by its id; None if it is gone, or was never there."""
        link = self._links.get(client_id)
        return link if link is not None and link.is_ready else None

    async def pick(self, client: str) -> ClientLink:
        """Return the newest, or the focused page; wait for one while the channel isn't closed."""
        while not (links := self.chosen(client)):
            if self.state == "closed":
                raise ChannelClosedError(channel_id=self._channel_id)
            await self.wait()
        return links[0]

    def chosen(self, client: str) -> list[ClientLink]:
        """Return the newest, or the focused page alone; nothing if no page is there."""
        links = self.connected()
        if client == "focused":
            links = [link for link in links if link.is_focused] or links
            last = [link for link in links if link is self._last_focused]
            links = last or links
        return links[-1:]

    async def wait(self) -> None:
        """Wait until something changes about the pages or the state."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    # ------------------------------------------------------------ telling

    def on_state(self, callback: Callable[[str], object]) -> Callable[[], None]:
        """Call back at each change of the state."""
        self._on_state.append(callback)
        return lambda: _without(self._on_state, callback)

    def on_client(self, callback: Callable[[Client, ClientEvent], object]) -> Callable[[], None]:
        """Call back when a page has joined, left or got the attention."""
        self._on_client.append(callback)
        return lambda: _without(self._on_client, callback)

    def _tell_client(self, link: ClientLink, event: ClientEvent) -> None:
        for callback in tuple(self._on_client):
            self._call_back(callback, link.snapshot(), event)

    def _call_back(self, callback: Callable[..., object], *arguments: Any) -> None:
        context = self.context.copy()
        try:
            context.run(callback, *arguments)
        except Exception as error:  # noqa: BLE001 - a user's callback: said under the cell that opened
            context.run(_print_error, error)

    def _update(self) -> None:
        if self.state == "opening" and not self.connected():
            return
        if self.state != "closed":
            self._set_state("open" if self.connected() else "lost")
        self._wake()

    def _set_state(self, state: State) -> None:
        if state != self.state:
            self.state = state
            for callback in tuple(self._on_state):
                self._call_back(callback, state)

    def close(self) -> list[asyncio.Task[Any]]:
        """End the channel for all pages; return the tasks that end by it."""
        tasks: list[asyncio.Task[Any]] = []
        for link in tuple(self._links.values()):
            link.peer.driver.flush()
            tasks += link.peer.end()
        self._links.clear()
        self._ready.clear()
        for transport in self._transports:
            self.send(transport, None, {"frame": "closed", "reason": "closed"}, ())
        self._set_state("closed")
        self._wake()
        for transport in self._transports:
            transport.close()
        return tasks


def _print_error(error: BaseException) -> None:
    import sys
    import traceback

    traceback.print_exception(error, file=sys.stderr)


def _without(callbacks: list[Any], callback: Any) -> None:
    with contextlib.suppress(ValueError):
        callbacks.remove(callback)
