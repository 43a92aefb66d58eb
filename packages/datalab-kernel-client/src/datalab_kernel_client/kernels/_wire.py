"""Messages as WebSocket frames: Jupyter's ``v1.kernel.websocket.jupyter.org``, and the older JSON."""

from __future__ import annotations

import json
import struct
from datetime import datetime
from itertools import pairwise
from typing import Any

from datalab_kernel_client.errors import MessageTooLargeError
from datalab_kernel_client.kernels._messages import Message

__all__ = ["LIMIT_BYTES", "V1", "check_size", "decode", "encode"]

V1 = "v1.kernel.websocket.jupyter.org"
LIMIT_BYTES = 9 * 1024 * 1024
"""A Jupyter server closes the link at a frame of more than 10 MiB, with what was on its way."""
PARTS = ("header", "parent_header", "metadata", "content")


def encode(message: Message, subprotocol: str) -> str | bytes:
    """Return a message as one frame."""
    if subprotocol == V1:
        return _encode_v1(message)
    return _encode_json(message)


def decode(frame: str | bytes, subprotocol: str) -> Message:
    """Return the message in a frame.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        if subprotocol == V1:
            if isinstance(frame, str):
                frame = frame.encode()
            return _decode_v1(frame)
        return _decode_json(frame)
    except (ValueError, LookupError, TypeError, AttributeError, struct.error) as error:
        message = f"A frame of {len(frame)} bytes is no Jupyter message: {error!r}"
        raise ValueError(message) from error


def check_size(message: Message) -> None:
    """See that a server takes a message.

    Raises
    ------
    MessageTooLargeError
        If it doesn't.
    TypeError
        If the content isn't JSON.
    """
    parts = sum(len(_packed(getattr(message, part))) for part in PARTS)
    size = parts + sum(buffer.nbytes for buffer in message.buffers)
    if size > LIMIT_BYTES:
        text = (
            f"A {message.msg_type} of {size:,} bytes is too large: a Jupyter server takes 10 MiB in "
            f"a message, and this client sends at most {LIMIT_BYTES:,}. Send it in several."
        )
        raise MessageTooLargeError(text, size_bytes=size, limit_bytes=LIMIT_BYTES)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):  # numpy's scalars
        return value.item()
    message = f"{type(value).__name__} can't be sent in a message: it is no JSON"
    raise TypeError(message)


def _packed(part: Any) -> bytes:
    return json.dumps(part, default=_plain, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


# ---------------------------------------------------------------- v1: offsets, channel, parts, buffers


def _encode_v1(message: Message) -> bytes:
    parts: list[bytes | memoryview] = [message.channel.encode()]
    parts += [_packed(getattr(message, part)) for part in PARTS]
    parts += message.buffers
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join([struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets), *parts])


def _decode_v1(frame: bytes) -> Message:
    view = memoryview(frame)
    (count,) = struct.unpack_from("<Q", view)
    if count > len(view) // 8:
        message = f"{count} offsets"
        raise ValueError(message)
    offsets = struct.unpack_from(f"<{count}Q", view, 8)
    parts = [view[start:stop] for start, stop in pairwise(offsets)]
    header, parent, metadata, content = (_unpacked(part) for part in parts[1:5])
    return Message(
        channel=str(parts[0], "utf-8"),  # type: ignore[arg-type]  # one of four, by the protocol
        header=header,
        parent_header=parent or {},
        metadata=metadata or {},
        content=content or {},
        buffers=tuple(parts[5:]),
    )


def _unpacked(part: memoryview) -> Any:
    return json.loads(bytes(part).decode("utf-8", "surrogatepass"))


# ---------------------------------------------------------------- JSON, binary where there are buffers


def _encode_json(message: Message) -> str | bytes:
    fields = {part: getattr(message, part) for part in PARTS} | {
        "channel": message.channel,
        "buffers": [],
    }
    if not message.buffers:
        return _packed(fields).decode("utf-8", "surrogatepass")
    del fields["buffers"]
    parts: list[bytes | memoryview] = [_packed(fields), *message.buffers]
    offsets = [4 * (len(parts) + 1)]
    for part in parts[:-1]:
        offsets.append(offsets[-1] + len(part))
    return b"".join([struct.pack(f"!{len(offsets) + 1}I", len(parts), *offsets), *parts])


def _decode_json(frame: str | bytes) -> Message:
    buffers: tuple[memoryview, ...] = ()
    if isinstance(frame, bytes):
        view = memoryview(frame)
        (count,) = struct.unpack_from("!I", view)
        if count > len(view) // 4:
            message = f"{count} offsets"
            raise ValueError(message)
        offsets = [*struct.unpack_from(f"!{count}I", view, 4), len(view)]
        parts = [view[start:stop] for start, stop in pairwise(offsets)]
        frame, buffers = bytes(parts[0]).decode("utf-8", "surrogatepass"), tuple(parts[1:])
    fields = json.loads(frame)
    return Message(
        channel=fields.get("channel") or "iopub",
        header=fields["header"],
        parent_header=fields.get("parent_header") or {},
        metadata=fields.get("metadata") or {},
        content=fields.get("content") or {},
        buffers=buffers,
    )
