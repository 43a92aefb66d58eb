"""A channel: calls to and from the pages that show a notebook."""

from __future__ import annotations

import asyncio
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel._errors import (
    CallAllError,
    ChannelClosedError,
    ChannelTimeoutError,
    ClientGoneError,
    NoClientError,
)
from datalab_kernel_channel.protocol._table import LIMITS
from datalab_kernel_channel.rpc._client import Client
from datalab_kernel_channel.rpc._clients import CHOICES, ClientEvent, Clients, State
from datalab_kernel_channel.rpc._exposed import Exposed
from datalab_kernel_channel.rpc._host import Expired, Gone
from datalab_kernel_channel.rpc._peer import Peer
from datalab_kernel_channel.rpc._timeouts import DEFAULT, Default, checked_timeout
from datalab_kernel_channel.streams._out import OutStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datalab_kernel_channel._widget import ChannelWidget
    from datalab_kernel_channel.rpc._client_link import ClientLink
    from datalab_kernel_channel.rpc._host import TakenCall
    from datalab_kernel_channel.rpc._transport import Transport

__all__ = ["CallInfo", "Channel", "current_call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInfo:
    """The call that runs: who made it."""

    id: str
    method: str
    client: Client
    channel: Channel
    _progress: Callable[[Any], None] = field(repr=False, compare=False)

    def progress(self, value: Any) -> None:
        """Send a value on the way, where the page asked for them (``onProgress``)."""
        self._progress(value)


CURRENT_CALL: ContextVar[CallInfo] = ContextVar("datalab_kernel_channel_call")


def current_call() -> CallInfo:
    """Return the call that runs.

    Raises
    ------
    LookupError
        Outside an exposed function that a page called.
    """
    try:
        return CURRENT_CALL.get()
    except LookupError:
        raise LookupError(
            "No call runs here: current_call() is for functions that a page calls."
        ) from None


class Channel:
    """Calls between Python in the kernel and JavaScript in the pages that show the notebook.

    Made by :func:`~datalab_kernel_channel.open_channel`.

    Attributes
    ----------
    channel_id, name
        Its identity, and what it is called.
    call_timeout_s
        How long a call waits unless it says otherwise; None: for ever.
    widget
        What is displayed.
    """

    def __init__(
        self,
        *,
        channel_id: str,
        name: str,
        call_timeout_s: float | None,
        widget: ChannelWidget | None,
    ) -> None:
        self.channel_id = channel_id
        self.name = name
        self.call_timeout_s = checked_timeout(call_timeout_s)
        self._widget = widget
        self._exposed = Exposed()
        self._clients = Clients(self._enter, channel_id, copy_context(), self._exposed.view)

    def _enter(self, context: Context, client: Client, call: TakenCall) -> None:
        info = CallInfo(
            id=f"{client.id}:{call.number or 'notify'}",
            method=call.method,
            client=client,
            channel=self,
            _progress=call.progress,
        )
        context.run(CURRENT_CALL.set, info)

    def __repr__(self) -> str:
        return f"<Channel {self.name!r}: {self.state}, {len(self.clients)} clients>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.widget._repr_mimebundle_(include=include, exclude=exclude)

    # ------------------------------------------------------------ what it is

    @property
    def widget(self) -> ChannelWidget:
        """What is displayed."""
        if self._widget is None:
            raise AttributeError("This channel was made without a widget.")
        return self._widget

    @property
    def state(self) -> State:
        """One of ``opening``, ``open``, ``lost`` (no page now, calls wait) and ``closed``."""
        return self._clients.state

    @property
    def clients(self) -> tuple[Client, ...]:
        """The pages, the newest first."""
        return self._clients.snapshots()

    @property
    def refused(self) -> Mapping[str, int]:
        """How often something that came was refused, by reason."""
        return MappingProxyType(self._clients.refused)

    @property
    def exposed(self) -> Mapping[str, Callable[..., Any]]:
        """What pages may call."""
        return self._exposed.view

    @property
    def stream_window_bytes(self) -> int:
        """How much of a stream is on its way at most; counts for streams opened from now on."""
        return self._clients.stream_window_bytes

    @stream_window_bytes.setter
    def stream_window_bytes(self, size_bytes: int) -> None:
        if size_bytes < 1:
            raise ValueError(f"A window has 1 byte or more; got {size_bytes}.")
        self._clients.stream_window_bytes = size_bytes

    # ------------------------------------------------------------ calling the page

    async def call(
        self,
        method: str,
        /,
        *args: Any,
        client: str | Client = "newest",
        timeout_s: float | Default | None = DEFAULT,
        on_progress: Callable[[Any], object] | None = None,
    ) -> Any:
        """Call a function of the page and return its value.

        Parameters
        ----------
        method
            What the page exposes.
        *args
            Its arguments: numbers, text, lists, dicts, bytes, arrays, streams.
        client
            ``"newest"``, ``"focused"``, or a page or its id.
        timeout_s
            For waiting for a page, sending and the answer; None: for ever.
        on_progress
            Gets each value that the function reports on the way, before the result.

        Raises
        ------
        WireValueError
            If an argument can't travel; nothing was sent.
        NoClientError
            If no page was there in time.
        ChannelTimeoutError
            If the answer didn't come in time; the function was told to stop.
        ClientGoneError
            If the page is gone.
        MethodNotFoundError
            If the page exposes no such function.
        JavaScriptError
            If the function threw.
        ChannelClosedError
            If the channel is closed, or is closed meanwhile.

        Examples
        --------
        >>> async def area(channel: Channel) -> float:
        ...     return await channel.call("area", [[0, 0], [1, 0], [1, 1]])
        """
        self._check_open()
        limit_s = self._limit(timeout_s)
        wanted = client.id if isinstance(client, Client) else client
        arguments = Peer.encode(args)
        loop = asyncio.get_running_loop()
        deadline = None if limit_s is None else loop.time() + limit_s
        while True:
            asked = self._clients.there(wanted, method)
            if asked is None:
                asked = await self._wait_for(wanted, limit_s, deadline)
            try:
                return await asked.peer.call(
                    method,
                    arguments,
                    deadline=deadline,
                    on_progress=on_progress,
                    may_move=wanted in CHOICES,
                )
            except Gone as gone:
                self._check_open()
                if gone.executed is not False or wanted not in CHOICES:
                    raise ClientGoneError(
                        client_id=asked.id, method=method, executed=gone.executed
                    ) from None
            except Expired:
                raise ChannelTimeoutError(
                    method=method, client_id=asked.id, timeout_s=limit_s or 0.0
                ) from None

    async def _wait_for(
        self, wanted: str, limit_s: float | None, deadline: float | None
    ) -> ClientLink:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._clients.pick(wanted)
        except TimeoutError:
            raise NoClientError(channel_id=self.channel_id, waited_s=limit_s or 0.0) from None

    def _check_open(self) -> None:
        if self.state == "closed":
            raise ChannelClosedError(channel_id=self.channel_id)

    def _limit(self, timeout_s: float | Default | None) -> float | None:
        return checked_timeout(self.call_timeout_s if isinstance(timeout_s, Default) else timeout_s)

    async def call_all(
        self,
        method: str,
        /,
        *args: Any,
        timeout_s: float | Default | None = DEFAULT,
        return_exceptions: bool = False,
    ) -> dict[str, Any]:
        """Call a function of every connected page; return the values by client id, in order of arrival.

        Raises
        ------
        NoClientError
            If no page is there.
        CallAllError
            If some fail, unless `return_exceptions` puts their exceptions among the values.
        """
        self._check_open()
        self._limit(timeout_s)
        Peer.encode(args)
        ids = [link.id for link in self._clients.connected()]
        if not ids:
            raise NoClientError(channel_id=self.channel_id, waited_s=0.0)
        calls = [self.call(method, *args, client=name, timeout_s=timeout_s) for name in ids]
        answers = dict(zip(ids, await asyncio.gather(*calls, return_exceptions=True), strict=True))
        errors = {name: value for name, value in answers.items() if isinstance(value, Exception)}
        if errors and not return_exceptions:
            results = {name: value for name, value in answers.items() if name not in errors}
            raise CallAllError(method=method, results=results, errors=errors)
        return answers

    def notify(self, method: str, /, *args: Any, client: str | Client = "all") -> None:
        """Run a function of the page without waiting; also in code that doesn't await, and in threads.

        Parameters
        ----------
        method, *args
            As for :meth:`call`.
        client
            ``"all"`` connected pages, ``"newest"``, ``"focused"``, or a page or its id.

        Raises
        ------
        WireValueError
            If an argument can't travel.
        ClientGoneError
            If that page is gone. Without any page nothing happens.
        """
        self._check_open()
        Peer.encode(args)
        wanted = client.id if isinstance(client, Client) else client
        self._clients.at_home(self._notify, method, args, wanted)

    def _notify(self, method: str, args: Sequence[Any], wanted: str) -> None:
        for link in self._clients.notified(wanted, method):
            link.peer.notify(method, Peer.encode(args))

    # ------------------------------------------------------------ being called

    def expose(self, target: Any = None, /, **functions: Callable[..., Any]) -> tuple[str, ...]:
        """Let pages call functions; return their names.

        Parameters
        ----------
        target
            A function (under its own name), a mapping of names to functions, or an object: its methods
            marked by :func:`~datalab_kernel_channel.expose` if there are any, else its public ones.
        **functions
            Functions by name. A name that is exposed already gets the new function.

        Raises
        ------
        ValueError
            If a name isn't an identifier, or begins with an underscore.
        """
        return self._exposed.add(target, functions)

    def unexpose(self, *names: str) -> None:
        """Let pages call functions no more; KeyError if one isn't exposed."""
        self._exposed.remove(names)

    def stream(
        self,
        source: Any,
        *,
        size_bytes: int | None = None,
        chunk_bytes: int = LIMITS["chunk_bytes"],
    ) -> OutStream:
        """Make a stream of bytes, to be an argument of a call or the result of an exposed function.

        Parameters
        ----------
        source
            Bytes, a binary file, or an (asynchronous) iterable of bytes.
        size_bytes
            The size, if it is known; bytes know theirs.
        chunk_bytes
            How much of bytes or a file is sent at once.
        """
        return OutStream(source, size_bytes=size_bytes, chunk_bytes=chunk_bytes)

    # ------------------------------------------------------------ life

    async def wait_for_client(self, timeout_s: float | None = 10.0) -> Client:
        """Return the newest page; wait for one.

        Raises
        ------
        NoClientError
            If none came in time.
        """
        self._check_open()
        limit_s = checked_timeout(timeout_s)
        deadline = None if limit_s is None else asyncio.get_running_loop().time() + limit_s
        return (await self._wait_for("newest", limit_s, deadline)).snapshot()

    def on_state(self, callback: Callable[[str], object]) -> Callable[[], None]:
        """Call back with each new state; return what ends that."""
        return self._clients.on_state(callback)

    def on_client(self, callback: Callable[[Client, ClientEvent], object]) -> Callable[[], None]:
        """Call back when a page has joined, left or got the attention; return what ends that."""
        return self._clients.on_client(callback)

    async def close(self) -> None:
        """Close the channel for all pages. Calls that wait raise ChannelClosedError; twice is safe."""
        tasks = self.close_now()
        tasks.discard(asyncio.current_task())
        if tasks:
            await asyncio.wait(tasks)

    def close_now(self) -> set[asyncio.Task[Any]]:
        """Close without waiting for what ends by it; return those tasks."""
        return set() if self.state == "closed" else set(self._clients.close())

    # ------------------------------------------------------------ what opening and tests need

    def attach(self, transport: Transport) -> None:
        """Let pages come by another carrier of frames too."""
        self._clients.attach(transport)

    async def wait_until_open(self) -> None:
        """Wait for the first page's front end; raise what it threw."""
        while self.state == "opening":
            if self._clients.failure is not None:
                raise self._clients.failure
            await self._clients.wait()
        self._check_open()
