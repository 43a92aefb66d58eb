"""One Jupyter message, as a value."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from datalab_kernel_client.server._check import parsed_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Channel", "Message"]

Channel = Literal["shell", "control", "iopub", "stdin"]
VERSION = "5.3"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Message:
    """One Jupyter message.

    Parameters
    ----------
    channel
        Where it travels.
    header, parent_header, metadata, content
        As in Jupyter's protocol; what a message has no parent of has an empty `parent_header`.
    buffers
        Binary parts.

    Examples
    --------
    >>> from datalab_kernel_client import Message
    >>> message = Message.new("comm_info_request", session="me")
    >>> message.msg_type, message.channel, message.session, message.parent_id
    ('comm_info_request', 'shell', 'me', '')
    """

    channel: Channel
    header: dict[str, Any]
    parent_header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    buffers: tuple[memoryview, ...] = ()

    @classmethod
    def new(  # noqa: PLR0913  options by name
        cls,
        msg_type: str,
        content: Mapping[str, Any] | None = None,
        *,
        channel: Channel = "shell",
        session: str,
        username: str = "",
        parent: Message | None = None,
        metadata: Mapping[str, Any] | None = None,
        buffers: Iterable[Any] = (),
    ) -> Message:
        """Make a message with an id and a date of its own.

        Parameters
        ----------
        session
            Of the client that sends it.
        parent
            The message that it answers.
        buffers
            Whatever has C-contiguous memory: bytes, arrays.

        Raises
        ------
        BufferError
            If a buffer isn't contiguous.
        """
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": msg_type,
            "username": username,
            "session": session,
            "date": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "version": VERSION,
        }
        return cls(
            channel=channel,
            header=header,
            parent_header=dict(parent.header) if parent else {},
            metadata=dict(metadata or {}),
            content=dict(content or {}),
            buffers=tuple(_flat(buffer) for buffer in buffers),
        )

    def __repr__(self) -> str:
        parent = f" of {self.parent_type}" if self.parent_id else ""
        return f"<Message {self.msg_type} on {self.channel}{parent}>"

    @property
    def msg_type(self) -> str:
        """What it is."""
        return _text(self.header, "msg_type")

    @property
    def msg_id(self) -> str:
        """Its id."""
        return _text(self.header, "msg_id")

    @property
    def session(self) -> str:
        """Who sent it: a client, or a kernel since it was started."""
        return _text(self.header, "session")

    @property
    def date(self) -> datetime | None:
        """When it was sent, by the sender's clock."""
        date = self.header.get("date")
        return date if isinstance(date, datetime) else parsed_date(date)

    @property
    def parent_id(self) -> str:
        """The id of the message that it answers or belongs to."""
        return _text(self.parent_header, "msg_id")

    @property
    def parent_type(self) -> str:
        """What that is."""
        return _text(self.parent_header, "msg_type")

    @property
    def size_bytes(self) -> int:
        """About how much memory its binary parts and texts take."""
        texts = sum(_weight(value) for value in self.content.values())
        return sum(buffer.nbytes for buffer in self.buffers) + texts + 500


def _text(fields: Mapping[str, Any] | None, name: str) -> str:
    return str((fields or {}).get(name) or "")


def _flat(buffer: Any) -> memoryview:
    view = memoryview(buffer)
    if not view.c_contiguous:
        message = "A buffer of a message must be contiguous; numpy.ascontiguousarray makes it so."
        raise BufferError(message)
    return view.cast("B") if view.nbytes else memoryview(b"")


def _weight(value: Any) -> int:
    """Return about how many bytes JSON of a value takes; what is deep counts little."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(item) if isinstance(item, str) else 50 for item in value.values())
    return 50
