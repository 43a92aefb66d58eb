"""The kernel's side of one page's link: its exposed functions, its errors, its life."""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any, Protocol

from datalab_kernel_channel._errors import ClientGoneError, JavaScriptError, MethodNotFoundError
from datalab_kernel_channel.protocol._table import LIMITS
from datalab_kernel_channel.protocol._textual import as_text
from datalab_kernel_channel.rpc._client import Client
from datalab_kernel_channel.rpc._errors_on_wire import own_traceback
from datalab_kernel_channel.rpc._peer import Peer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel_channel.protocol._calls import CallNumbers
    from datalab_kernel_channel.protocol._table import Side
    from datalab_kernel_channel.rpc._host import TakenCall
    from datalab_kernel_channel.rpc._transport import Transport

__all__ = ["ClientLink", "EnterCall", "LinkOwner"]

EnterCall = Callable[[Context, Client, "TakenCall"], None]
"""Called with the context that a function is to run in, the page that calls, and the call."""
LONGEST_TEXT = 2000


class LinkOwner(Protocol):
    """What a link needs of the channel's pages."""

    @property
    def context(self) -> Context:
        """The context of the cell that opened the channel."""

    @property
    def exposed(self) -> Mapping[str, Callable[..., Any]]:
        """What pages may call."""

    @property
    def stream_window_bytes(self) -> int:
        """The window of each stream."""

    @property
    def enter_call(self) -> EnterCall:
        """Makes a call known in the context that its function runs in."""

    def send(
        self,
        transport: Transport,
        client: str | None,
        frame: dict[str, Any],
        buffers: Sequence[Any],
    ) -> None:
        """Send a frame."""

    def refuse(self, transport: Transport, client: str | None, reason: str, detail: str) -> None:
        """Count what was refused, and tell who sent it."""

    def ready(self, link: ClientLink) -> None:
        """Learn that a page's front end is up."""

    def failed(self, error: Exception) -> None:
        """Learn that it isn't."""

    def focused(self, link: ClientLink) -> None:
        """Learn that a page got, or lost, the person's attention."""

    def connection_changed(self, link: ClientLink) -> None:
        """Learn that a page was lost, or is back."""


class ClientLink:
    """One page, from its ``join`` until it is gone.

    Parameters
    ----------
    clients
        Whose page it is.
    transport
        By which it came.
    join
        Its first frame.
    numbers
        Numbers the channel's calls.
    """

    side: Side = "kernel"

    def __init__(
        self,
        clients: LinkOwner,
        transport: Transport,
        join: Mapping[str, Any],
        numbers: CallNumbers,
    ) -> None:
        self.id: str = join["client"]
        self._clients = clients
        self.transport = transport
        self.is_focused: bool = join["focused"]
        self.is_ready = False
        self.carries_buffers = False
        """Whether a buffer came over this link; else buffers travel as text."""
        self.joined_at = datetime.datetime.now(datetime.UTC)
        self.heard_at_s = time.monotonic()
        self._join = {
            name: join[name][:LONGEST_TEXT] for name in ("url", "user_agent", "application")
        }
        self._was_connected = True
        self._snapshot: Client | None = None
        self.peer = Peer(self, self._send, numbers)

    @property
    def is_connected(self) -> bool:
        """Whether the page is there, as far as is known."""
        return self.peer.link.is_connected

    def snapshot(self) -> Client:
        """Return what the user sees."""
        known, is_connected = self._snapshot, self.is_connected
        if (
            known is None
            or known.is_connected != is_connected
            or known.is_focused != self.is_focused
            or known.joined_at != self.joined_at
        ):
            known = self._snapshot = Client(
                id=self.id,
                joined_at=self.joined_at,
                is_focused=self.is_focused,
                is_connected=is_connected,
                **self._join,
            )
        return known

    def carry(self, *, has_buffers: bool) -> None:
        """Learn from a ``join`` whether the link carries buffers: one that did once does."""
        self.carries_buffers |= has_buffers
        self.peer.link.frame_bytes = LIMITS[
            "sent_frame_bytes" if self.carries_buffers else "text_frame_bytes"
        ]

    def _send(self, frame: dict[str, Any], buffers: Sequence[Any]) -> None:
        if buffers and not self.carries_buffers:
            frame, buffers = as_text(frame, buffers), ()
        self._clients.send(self.transport, self.id, frame, buffers)

    # ------------------------------------------------------------ what the peer asks (Host)

    @property
    def exposed(self) -> Mapping[str, Callable[..., Any]]:
        """What the page may call."""
        return self._clients.exposed

    @property
    def stream_window_bytes(self) -> int:
        """The window of each stream."""
        return self._clients.stream_window_bytes

    def context(self, call: TakenCall) -> Context:
        """Return the context of the cell that opened the channel, with this call."""
        context = self._clients.context.copy()
        self._clients.enter_call(context, self.snapshot(), call)
        return context

    def invoke(
        self, function: Callable[..., Any], arguments: Sequence[Any], call: TakenCall
    ) -> Any:
        """Run an exposed function."""
        del call
        return function(*arguments)

    def notification_failed(self, method: str, error: BaseException) -> None:
        """Show the traceback under the cell that opened the channel."""
        text = f"In {method!r}, which a page notified:\n{own_traceback(error)}"
        self._clients.context.copy().run(print, text, file=sys.stderr)

    def error(self, wire: Mapping[str, Any], method: str | None) -> Exception:
        """Return the exception that stands for the page's error."""
        match wire:
            case {
                "kind": "thrown",
                "name": str(name),
                "message": str(message),
                "stack": str(stack),
            }:
                pass
            case {"kind": "method_not_found", "method": str(wanted), "available": list(names)}:
                return MethodNotFoundError(method=wanted, available=[str(name) for name in names])
            case {"kind": "cancelled"}:
                name, message, stack = "AbortError", "The function in the page was aborted", ""
            case {"kind": "value", "message": str(message)}:
                name, stack = "WireValueError", ""
            case _:
                name, stack = "RefusedError", ""
                message = f"{wire.get('reason')}: {wire.get('message')}"
        return JavaScriptError(
            name=name, message=message, stack=stack, method=method, client_id=self.id
        )

    def gone(self, executed: bool | None = None) -> Exception:
        """Return the exception that says that this page is gone."""
        return ClientGoneError(client_id=self.id, executed=executed)

    def take(self, item: Mapping[str, Any]) -> None:
        """Take what the page says of itself."""
        match item["item"]:
            case "ready":
                self._clients.ready(self)
            case "failed":
                self._clients.failed(self.error(item["error"], None))
            case "focus":
                self.is_focused = item["focused"]
                self._clients.focused(self)

    def refuse(self, reason: str, detail: str) -> None:
        """Count what was refused, and tell the page."""
        self._clients.refuse(self.transport, self.id, reason, detail)

    def look(self, *, is_connected: bool) -> None:
        """Learn whether the page is there."""
        if is_connected != self._was_connected:
            self._was_connected = is_connected
            self._clients.connection_changed(self)
