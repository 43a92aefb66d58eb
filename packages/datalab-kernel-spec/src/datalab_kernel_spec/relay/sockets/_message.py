"""Jupyter's messages as frames: parse, build, sign.

References
----------
Messaging in Jupyter: https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from functools import lru_cache
from typing import Any, NamedTuple

from datalab_kernel_spec.relay.sockets._json import parsed, written

__all__ = ["DELIMITER", "HELLO", "Message", "Signer", "msg_id_of", "new_header", "now", "unsigned"]

HELLO = {"session": "datalab-kernel-relay", "username": "datalab-kernel", "version": "5.3"}
"""What headers of the relay's own messages say."""
DELIMITER = b"<IDS|MSG>"
PARTS = 5  # signature, header, parent header, metadata, content; then buffers


class Message(NamedTuple):
    """One message; its dicts stay JSON text until somebody asks.

    ``identities`` are the routing frames (on iopub: the topic) before the delimiter.
    """

    identities: list[bytes]
    header: bytes
    parent: bytes = b"{}"
    metadata: bytes = b"{}"
    content: bytes = b"{}"
    buffers: list[bytes] = []  # noqa: RUF012 - never changed; NamedTuple takes no factory

    @property
    def header_fields(self) -> dict[str, Any]:
        """The header as a dict."""
        fields: dict[str, Any] = parsed(self.header)
        return fields

    @property
    def content_fields(self) -> dict[str, Any]:
        """The content as a dict."""
        fields: dict[str, Any] = parsed(self.content)
        return fields

    @property
    def parent_id(self) -> str:
        """The ``msg_id`` of the request that this answers; blank if it says none."""
        return msg_id_of(self.parent)

    def reply(self, identities: list[bytes], msg_type: str, content: dict[str, Any]) -> Message:
        """Make a message of which this one is the parent."""
        return Message(
            identities=identities,
            header=new_header(msg_type, self.header_fields),
            parent=self.header,
            content=written(content),
        )


class Signer:
    """Turn messages into signed frames, and frames back; both sides share the key."""

    def __init__(self, key: bytes, scheme: str = "hmac-sha256") -> None:
        digest = getattr(hashlib, scheme.partition("-")[2] or "sha256")
        # As hmac has it, whose functions around each digest cost more than the digests.
        self._is_signed = bool(key)
        size = digest().block_size
        padded = (digest(key).digest() if len(key) > size else key).ljust(size, b"\0")
        self._inner = digest(padded.translate(hmac.trans_36))
        self._outer = digest(padded.translate(hmac.trans_5C))

    def frames(self, message: Message) -> list[bytes]:
        """Return the frames to send."""
        parts = [message.header, message.parent, message.metadata, message.content]
        signature = self._signature(parts)
        return [*message.identities, DELIMITER, signature, *parts, *message.buffers]

    def message(self, frames: list[bytes]) -> Message | None:
        """Return what came, or None if it isn't a message signed with our key."""
        try:
            message = unsigned(frames)
        except ValueError:
            return None
        signature = frames[len(message.identities) + 1]
        wanted = self._signature(
            [message.header, message.parent, message.metadata, message.content]
        )
        return message if hmac.compare_digest(signature, wanted) else None

    def _signature(self, parts: list[bytes]) -> bytes:
        if not self._is_signed:
            return b""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(b"".join(parts))
        outer.update(inner.digest())
        digest: str = outer.hexdigest()
        return digest.encode()


def unsigned(frames: list[bytes]) -> Message:
    """Parse frames without a look at their signature.

    Raises
    ------
    ValueError
        If they aren't a message.
    """
    at = frames.index(DELIMITER)
    header, parent, metadata, content = frames[at + 2 : at + 1 + PARTS]
    return Message(frames[:at], header, parent, metadata, content, frames[at + 1 + PARTS :])


@lru_cache(maxsize=256)
def msg_id_of(header: bytes) -> str:
    """Return the ``msg_id`` in a header; blank if it says none. A cell's messages name one parent."""
    return str((parsed(header) or {}).get("msg_id", ""))


def now() -> str:
    """Return the time as Jupyter writes it."""
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))  # datetime weighs 0.4 MB
    return f"{date}.{nanoseconds // 1000:06}+00:00"


def new_header(msg_type: str, like: dict[str, Any]) -> bytes:
    """Return a header of its own id; session, user name and version as in another one."""
    fields = {
        "msg_id": os.urandom(16).hex(),
        "msg_type": msg_type,
        "session": like.get("session", ""),
        "username": like.get("username", ""),
        "date": now(),
        "version": like.get("version", "5.3"),
    }
    return written(fields)
