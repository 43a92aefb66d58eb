"""ZeroMQ's wire protocol as far as a publisher needs it: pure bytes, no socket.

References
----------
ZMTP 3.0: https://rfc.zeromq.org/spec/23/
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

__all__ = ["GREETING", "READY", "Heard", "Listener", "ZmtpError", "chunks_of"]

MORE, LONG, COMMAND = 1, 2, 4
LARGE = 1 << 16
"""From this size on a frame is sent from where it lies, without a copy."""
LONGEST = 1 << 16
"""No subscription is longer: who sends more isn't a reader."""
LONG_HEAD = Struct(">BQ")
SIGNATURE_BYTES, GREETING_BYTES = 10, 64

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(52, b"\0")
"""Signature, version 3.0, no authentication, the rest zero."""


def command(name: bytes, body: bytes = b"") -> bytes:
    """Return a short command's bytes."""
    content = bytes((len(name),)) + name + body
    return bytes((COMMAND, len(content))) + content


READY = command(b"READY", b"\x0bSocket-Type\x00\x00\x00\x04XPUB")


def chunks_of(frames: list[bytes]) -> list[bytes]:
    """Return a message's bytes in as few pieces as are had without copies of large frames."""
    chunks: list[bytes] = []
    pieces: list[bytes] = []
    left = len(frames)
    for frame in frames:
        left -= 1
        more = MORE if left else 0
        size = len(frame)
        pieces.append(bytes((more, size)) if size < 256 else LONG_HEAD.pack(more | LONG, size))  # noqa: PLR2004 - a byte
        if size < LARGE:
            pieces.append(frame)
        else:
            chunks += [b"".join(pieces), frame]
            pieces.clear()
    if pieces:
        chunks.append(b"".join(pieces))
    return chunks


class ZmtpError(Exception):
    """What came isn't what a reader says."""


class Heard(NamedTuple):
    """What a reader said: a topic that it wants (or not any more), or bytes to answer with."""

    topic: bytes = b""
    is_wanted: bool = False
    answer: bytes = b""


class Listener:
    """Understand what one reader says, however its bytes are cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_greeted = False
        self._is_ready = False

    def of(self, data: bytes) -> list[Heard]:
        """Take what came; return what it says.

        Raises
        ------
        ZmtpError
            If it isn't what a reader says, or not with a version and mechanism known here.
        """
        self._rest += data
        if not self._is_greeted and not self._greet():
            return []
        heard = []
        while (frame := self._next_frame()) is not None:
            heard += self._understood(*frame)
        return heard

    def _greet(self) -> bool:
        head = self._rest[:GREETING_BYTES]
        if head[:1] not in {b"", b"\xff"} or (len(head) >= SIGNATURE_BYTES and not head[9] & 1):
            raise ZmtpError(head)
        if len(head) < GREETING_BYTES:
            return False
        if head[10] < 3 or head[12:32].rstrip(b"\0") != b"NULL":  # noqa: PLR2004 - the version
            raise ZmtpError(head)
        self._rest = self._rest[GREETING_BYTES:]
        self._is_greeted = True
        return True

    def _next_frame(self) -> tuple[int, bytes] | None:
        rest = self._rest
        begin = LONG_HEAD.size if rest and rest[0] & LONG else 2
        if len(rest) < begin:
            return None
        size = rest[1] if begin == 2 else LONG_HEAD.unpack_from(rest)[1]  # noqa: PLR2004
        if size > LONGEST:
            raise ZmtpError(rest[:begin])
        if len(rest) < begin + size:
            return None
        self._rest = rest[begin + size :]
        return rest[0], rest[begin : begin + size]

    def _understood(self, flags: int, body: bytes) -> list[Heard]:
        if flags & COMMAND:
            length = body[0] if body else 0
            return self._understood_command(body[1 : 1 + length], body[1 + length :])
        if not self._is_ready:
            raise ZmtpError(body)
        if body[:1] in {b"\x00", b"\x01"}:
            return [Heard(topic=body[1:], is_wanted=body[0] == 1)]
        return []  # an XSUB socket may say anything

    def _understood_command(self, name: bytes, body: bytes) -> list[Heard]:
        if name == b"READY":
            if _property(body, b"socket-type") not in {b"SUB", b"XSUB"}:
                raise ZmtpError(body)
            self._is_ready = True
        elif name == b"ERROR" or not self._is_ready:
            raise ZmtpError(name)
        elif name in {b"SUBSCRIBE", b"CANCEL"}:  # as version 3.1 says it
            return [Heard(topic=body, is_wanted=name == b"SUBSCRIBE")]
        elif name == b"PING":
            return [Heard(answer=command(b"PONG", body[2:18]))]
        return []


def _property(body: bytes, wanted: bytes) -> bytes:
    """Return a property of ``READY``; blank if it isn't there."""
    while body:
        at = 1 + body[0]
        name, size = body[1:at], int.from_bytes(body[at : at + 4], "big")
        value, body = body[at + 4 : at + 4 + size], body[at + 4 + size :]
        if name.lower() == wanted:
            return value
    return b""
