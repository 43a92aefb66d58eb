"""A page in Python: the other side of the wire protocol, over any carrier of frames."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import uuid
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._calls import CallNumbers
from datalab_kernel_channel.protocol._table import LIMITS, TABLE, TIMES_S, Refused, Side
from datalab_kernel_channel.protocol._textual import PROBE, as_text, buffers_of
from datalab_kernel_channel.rpc._errors_on_wire import error_to_wire
from datalab_kernel_channel.rpc._host import Expired, Gone, TakenCall
from datalab_kernel_channel.rpc._peer import Peer
from datalab_kernel_channel.streams._out import OutStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datalab_kernel_channel.rpc._transport import Transport

__all__ = ["AbortSignal", "Page", "PageError"]

NAMES = {
    "cancelled": "AbortError",
    "value": "WireValueError",
    "refused": "RefusedError",
    "method_not_found": "MethodNotFoundError",
}
CLOSED_NAMES = {"replaced": "ClientReplacedError", "restarted": "KernelRestartedError"}


class PageError(Exception):
    """What JavaScript would see.

    Parameters
    ----------
    name
        The error's name: the Python class, or the page's own, such as ``MethodNotFoundError``.
    message, stack
        Its text, and the traceback of Python's.
    """

    def __init__(self, name: str, message: str, stack: str = "") -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message
        self.stack = stack

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.message, self.stack)


class AbortSignal:
    """Tells a handler that nobody waits for it any more."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def aborted(self) -> bool:
        """Whether it was told."""
        return self._event.is_set()

    def abort(self) -> None:
        """Tell it."""
        self._event.set()

    async def wait(self) -> None:
        """Wait until it is told."""
        await self._event.wait()


class Page:
    """A client in Python.

    Parameters
    ----------
    transport
        Carries its frames.
    channel_id
        Whose client it is.
    initialize
        What the front end does before it is ready; what it raises reaches ``open_channel``.
    is_focused
        Whether it has the person's attention at first.
    """

    side: Side = "page"

    def __init__(
        self,
        transport: Transport,
        channel_id: str,
        *,
        initialize: Callable[[], Any] | None = None,
        is_focused: bool = False,
    ) -> None:
        self.exposed: dict[str, Callable[..., Any]] = {}
        self._keywords: dict[str, set[str]] = {}
        self.stream_window_bytes: int = LIMITS["stream_window_bytes"]
        self.closed_reason: str | None = None
        """Why the kernel closed the channel for this page."""
        self.refused: list[str] = []
        """What the kernel said it refused."""
        self.refusals: list[tuple[str, str]] = []
        """What this page refused, and why."""
        self.failures: list[BaseException] = []
        """What notified handlers raised: a browser's console."""
        self.is_focused = is_focused
        self.carries_buffers = True
        """Whether its link carries buffers, as the kernel said; the first join asks by having one."""
        self._has_asked = False
        self._initialize = initialize
        self._transport = transport
        self._channel_id = channel_id
        self._welcome = asyncio.Event()
        self._numbers = CallNumbers()
        self.id = uuid.uuid4().hex
        self.peer: Peer | None = None
        transport.on_receive(self._receive)

    # ------------------------------------------------------------ life

    async def join(self, *, replaces: str | None = None) -> None:
        """Become a client: join, initialize, and say that it is ready."""
        self.peer = Peer(self, self._send, self._numbers)
        while not self._welcome.is_set():
            self.send_join(replaces=replaces)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._welcome.wait(), TIMES_S["join_again"])
        try:
            if self._initialize is not None:
                result = self._initialize()
                if inspect.isawaitable(result):
                    await result
        except Exception as error:  # noqa: BLE001 - what a front end throws
            self.peer.driver.post({"item": "failed", "error": error_to_wire(error)})
            return
        self.peer.driver.post({"item": "ready"})
        await self._until_ready()

    async def _until_ready(self) -> None:
        while self.peer is not None and not self.peer.link.is_idle:  # noqa: ASYNC110 - a link has no events
            await asyncio.sleep(TIMES_S["ack_after"] / 4)

    def send_join(self, *, replaces: str | None = None) -> None:
        """Say that this page is there, or is back."""
        link = self._joined().link
        frame = {"frame": "join", "received": link.received, "sent": link.sent}
        frame |= {"replaces": replaces, "focused": self.is_focused}
        about = {"url": "http://localhost/lab", "user_agent": "Python", "application": "FakePage"}
        self._send({**frame, **about}, () if self._has_asked else PROBE)
        self._has_asked = True

    def focus(self, *, is_focused: bool = True) -> None:
        """Get, or lose, the person's attention."""
        self.is_focused = is_focused
        self._joined().driver.post({"item": "focus", "focused": is_focused})

    async def leave(self) -> None:
        """Be no client any more, and say so."""
        self._joined().driver.flush()
        self._send({"frame": "leave"}, ())
        self._end()
        await asyncio.sleep(0)

    def kernel_restarted(self) -> None:
        """Notice that the kernel was restarted: its channel is gone, and nobody answers calls.

        Carriers call it where a browser's page would see its comm go.
        """
        self.closed_reason = self.closed_reason or "restarted"
        self._end()

    def vanish(self) -> None:
        """Be gone without a word."""
        self._end()

    def _end(self) -> None:
        if self.peer is not None:
            self.peer.end()

    def _joined(self) -> Peer:
        if self.peer is None:
            raise RuntimeError("This page hasn't joined: await page.join()")
        return self.peer

    # ------------------------------------------------------------ calls

    def expose(self, **functions: Callable[..., Any]) -> None:
        """Let the kernel call functions.

        They get the arguments and, where they have such keyword-only parameters, `signal` (an
        :class:`AbortSignal`) and `progress` (a function of a value).
        """
        self.exposed.update(functions)
        self._keywords.update({name: _keywords(one) for name, one in functions.items()})

    async def call(
        self,
        method: str,
        /,
        *args: Any,
        timeout_s: float | None = None,
        on_progress: Callable[[Any], object] | None = None,
    ) -> Any:
        """Call an exposed function of the kernel.

        Raises
        ------
        PageError
            What JavaScript would see.
        """
        if self.closed_reason is not None:
            raise self._closed_error()
        arguments = Peer.encode(args)
        loop = asyncio.get_running_loop()
        deadline = None if timeout_s is None else loop.time() + timeout_s
        try:
            return await self._joined().call(
                method, arguments, deadline=deadline, on_progress=on_progress
            )
        except Gone:
            raise self._closed_error() from None
        except Expired:
            raise PageError(
                "ChannelTimeoutError", f"{method!r} took more than {timeout_s} s"
            ) from None

    def notify(self, method: str, /, *args: Any) -> None:
        """Run an exposed function of the kernel without waiting."""
        self._joined().notify(method, Peer.encode(args))

    def stream(
        self, source: Any, *, size_bytes: int | None = None, name: str | None = None
    ) -> OutStream:
        """Make a stream, to be an argument or a result."""
        return OutStream(source, size_bytes=size_bytes, name=name)

    def _closed_error(self) -> PageError:
        reason = self.closed_reason or "left"
        return PageError(CLOSED_NAMES.get(reason, "ChannelClosedError"), f"closed: {reason}")

    # ------------------------------------------------------------ frames

    def _send(self, frame: dict[str, Any], buffers: Sequence[Any]) -> None:
        envelope = {"dlk": TABLE["version"], "channel": self._channel_id, "client": self.id}
        if buffers and not self.carries_buffers:
            frame, buffers = as_text(frame, buffers), ()
        self._transport.send({**envelope, **frame}, buffers)

    def _receive(self, data: Any, buffers: Sequence[Any]) -> None:
        is_ours = data.get("client") in {self.id, None} and data.get("channel") == self._channel_id
        if not is_ours or self.peer is None:
            return
        match data["frame"]:
            case "closed":
                self.closed_reason = data["reason"]
                self._end()
            case "refused":
                self.refused.append(data["reason"])
            case kind:
                if kind == "welcome":
                    self.carries_buffers = data["carries_buffers"]
                    if not self.carries_buffers:
                        self.peer.link.frame_bytes = LIMITS["text_frame_bytes"]
                    self.stream_window_bytes = data["stream_window_bytes"]
                    self.peer.streaming.writer_limit_bytes = self.stream_window_bytes
                    self._welcome.set()
                self._take(data, buffers)

    def _take(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        try:
            self._joined().receive(data, buffers_of(data, buffers))
        except Refused as refused:
            self.refuse(refused.reason, refused.detail)

    # ------------------------------------------------------------ what the peer asks (Host)

    def context(self, call: TakenCall) -> Context:
        """Return the context that a handler runs in."""
        del call
        return copy_context()

    def invoke(
        self, function: Callable[..., Any], arguments: Sequence[Any], call: TakenCall
    ) -> Any:
        """Run a handler."""
        wanted = self._keywords[call.method]
        if not wanted:
            return function(*arguments)
        signal = AbortSignal()
        if "signal" in wanted:
            call.abort = signal.abort
        given = {"signal": signal, "progress": call.progress}
        return function(*arguments, **{name: given[name] for name in wanted & given.keys()})

    def notification_failed(self, method: str, error: BaseException) -> None:
        """Keep what a browser's console would show."""
        del method
        self.failures.append(error)

    def error(self, wire: Mapping[str, Any], method: str | None) -> Exception:
        """Return the exception that stands for the kernel's error."""
        match wire:
            case {"kind": "thrown", "name": name, "message": message, "stack": stack}:
                return PageError(name, message, stack)
            case {"kind": "method_not_found", "available": names}:
                message = f"{method!r} isn't exposed; what is: {', '.join(names)}"
                return PageError(NAMES["method_not_found"], message)
        return PageError(NAMES[wire["kind"]], str(wire.get("message", "")))

    def gone(self, executed: bool | None = None) -> Exception:
        """Return the exception that says that the kernel's side is gone."""
        del executed
        return self._closed_error()

    def take(self, item: Mapping[str, Any]) -> None:
        """No item is for pages alone."""
        raise AssertionError(item)

    def refuse(self, reason: str, detail: str) -> None:
        """Keep what the kernel sent and shouldn't have, such as a call of what isn't exposed."""
        self.refusals.append((reason, detail))

    def look(self, *, is_connected: bool) -> None:
        """Conclude nothing: a silent kernel may be busy."""


def _keywords(function: Callable[..., Any]) -> set[str]:
    """Return the names of a handler's keyword-only parameters."""
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:  # some of C's
        return set()
    return {name for name, one in parameters.items() if one.kind is inspect.Parameter.KEYWORD_ONLY}
