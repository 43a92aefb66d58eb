"""What one side of a link needs of who owns it: a channel in the kernel, or a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping, Sequence
    from contextvars import Context

    from datalab_kernel_channel.protocol._link import Parcel
    from datalab_kernel_channel.protocol._table import Side
    from datalab_kernel_channel.streams._in import InStream

__all__ = ["Expired", "Gone", "Host", "MadeCall", "TakenCall"]


@dataclass(slots=True, eq=False, kw_only=True)
class TakenCall:
    """A call that the other side made, while its function runs."""

    number: int | None
    """None: a notification."""
    method: str
    streams: list[InStream] = field(default_factory=list)
    wants_progress: bool = False
    task: asyncio.Task[None] | None = None
    abort: Callable[[], None] | None = None
    """Tells the function that nobody waits for it, in place of cancelling its task."""
    progress: Callable[[Any], None] = lambda _value: None

    def stop(self) -> None:
        """Let the function know that nobody waits for it any more."""
        if self.abort is not None:
            self.abort()
        elif self.task is not None:
            self.task.cancel()


@dataclass(slots=True, eq=False, kw_only=True)
class MadeCall:
    """A call that we made, until its answer comes."""

    number: int = 0
    method: str
    future: asyncio.Future[Any]
    deadline: float | None
    """When its wait ends, by the loop's clock."""
    on_progress: Callable[[Any], object] | None
    parcels: list[Parcel] = field(default_factory=list)
    streams: list[int] = field(default_factory=list)
    is_started: bool = False
    may_move: bool = False
    """Whether another client may take it while nothing of it was sent."""

    @property
    def is_sent(self) -> bool:
        """Whether any of it was handed to the link."""
        return any(parcel.is_sent for parcel in self.parcels)

    @property
    def executed(self) -> bool | None:
        """Whether it ran there: True, False, or None where that isn't known."""
        if self.is_started:
            return True
        return None if self.is_sent else False


class Gone(Exception):  # noqa: N818 - becomes an error of the side that called
    """The other side is gone before it answered."""

    def __init__(self, *, executed: bool | None) -> None:
        super().__init__(executed)
        self.executed = executed


class Expired(Exception):  # noqa: N818 - becomes an error of the side that called
    """The answer didn't come in time."""


class Host(Protocol):
    """Who owns a side of a link."""

    side: Side
    """Whose side this is."""

    @property
    def exposed(self) -> Mapping[str, Callable[..., Any]]:
        """What the other side may call."""

    @property
    def stream_window_bytes(self) -> int:
        """The window of each stream."""

    def context(self, call: TakenCall) -> Context:
        """Return the context that a function runs in."""

    def invoke(
        self, function: Callable[..., Any], arguments: Sequence[Any], call: TakenCall
    ) -> Any:
        """Run a function that was called."""

    def notification_failed(self, method: str, error: BaseException) -> None:
        """Report what a function raised for which nobody waits."""

    def error(self, wire: Mapping[str, Any], method: str | None) -> Exception:
        """Return the exception that stands for the other side's error."""

    def gone(self, executed: bool | None = None) -> Exception:
        """Return the exception that says that the other side is gone."""

    def take(self, item: Mapping[str, Any]) -> None:
        """Take an item that is neither of calls nor of streams."""

    def refuse(self, reason: str, detail: str) -> None:
        """Count what was refused, and tell who sent it."""

    def look(self, *, is_connected: bool) -> None:
        """Learn whether the other side is there; told whenever that may have changed."""
