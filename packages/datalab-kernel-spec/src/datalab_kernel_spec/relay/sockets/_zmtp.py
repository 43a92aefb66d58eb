"""ZeroMQ's wire protocol as far as the relay speaks it: pure bytes, no socket.

References
----------
ZMTP 3.0: https://rfc.zeromq.org/spec/23/
"""

from __future__ import annotations

from struct import Struct

__all__ = ["GREETING", "LONGEST", "Decoder", "Frames", "ZmtpError", "chunks_of", "command", "ready"]

MORE, LONG, COMMAND = 1, 2, 4
LARGE = 1 << 16
"""From this size on a frame is sent from where it lies, without a copy."""
MOST_HELD_BYTES = 8 << 20
"""So much of a message is held in the pieces that it came in."""
LONGEST = 1 << 16
"""No frame that comes before ``READY`` is longer, and no subscription."""
LONG_HEAD = Struct(">BQ")
SHORT_HEAD_BYTES, LONG_HEAD_BYTES = 2, LONG_HEAD.size
SIGNATURE_BYTES, GREETING_BYTES = 10, 64

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(52, b"\0")
"""Signature, version 3.0, no authentication, the rest zero."""


def command(name: bytes, body: bytes = b"") -> bytes:
    """Return a short command's bytes."""
    content = bytes((len(name),)) + name + body
    return bytes((COMMAND, len(content))) + content


def ready(kind: bytes, identity: bytes = b"") -> bytes:
    """Return the command with which a socket of that type opens a connection."""
    properties = [(b"Socket-Type", kind), *([(b"Identity", identity)] if identity else [])]
    body = b"".join(
        bytes((len(name),)) + name + len(value).to_bytes(4, "big") + value
        for name, value in properties
    )
    return command(b"READY", body)


class Frames(list[bytes]):
    """A message that came in one piece, and leaves so where nobody has changed it."""

    __slots__ = ("wire",)

    def __init__(self, frames: list[bytes], wire: bytes) -> None:
        super().__init__(frames)
        self.wire = wire
        """The frames' bytes, with their heads."""


def chunks_of(frames: list[bytes]) -> list[bytes]:
    """Return a message's bytes in as few pieces as are had without copies of large frames."""
    if isinstance(frames, Frames):
        return [frames.wire]
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
    """What came isn't what such a peer says."""


class Decoder:
    """Understand what one peer says, however its bytes are cut.

    Parameters
    ----------
    peers
        The types of sockets that may be at the other end.
    longest
        No frame of more bytes is taken; 0: any is.
    """

    def __init__(self, peers: frozenset[bytes], longest: int = 0) -> None:
        self._peers = peers
        self._longest = longest
        self._pieces: list[bytes | bytearray] = []
        self._held_bytes = 0
        self.missing = GREETING_BYTES
        """How many bytes are to come at least before anything more can be understood."""
        self._frames: list[bytes] = []
        self._is_greeted = False
        self.is_ready = False
        self.identity = b""
        """The name that the peer gives itself."""
        self.answers: list[bytes] = []
        """What is to be sent to it, for who sends to take."""

    def of(self, data: bytes) -> list[list[bytes]]:
        """Take what came; return the messages that are complete, each a list of frames.

        Version 3.1's commands for subscriptions are returned as the messages that 3.0 has.

        Raises
        ------
        ZmtpError
            If it isn't what such a peer says, or not with a version and mechanism known here.
        """
        self._pieces.append(data)
        self.missing -= len(data)
        if self.missing > 0 and self._is_greeted:
            self._hold(len(data))
            return []
        if len(self._pieces) > 1:
            data = b"".join(self._pieces)
            self._held_bytes = 0
        at = 0 if self._is_greeted else self._greet(data)
        messages: list[list[bytes]] = []
        if self._is_greeted:
            if not self.is_ready:
                at = self._meet(data, at)
            if self.is_ready:
                messages, at = self._messages(data, at)
        self._pieces = [data[at:]] if at < len(data) else []
        return messages

    def _hold(self, size: int) -> None:
        """Put the pieces of a large message together now and then.

        Many small blocks that are freed at once stay with the process if anything lies behind
        them; one that is larger than these goes back to the system.
        """
        self._held_bytes += size
        if self._held_bytes > MOST_HELD_BYTES:
            first, *others = self._pieces
            whole = first if isinstance(first, bytearray) else bytearray(first)
            for piece in others:
                whole += piece
            self._pieces = [whole]
            self._held_bytes = 0

    def _greet(self, data: bytes) -> int:
        """Return where the greeting ends, 0 if it is still incomplete."""
        if data[:1] not in {b"", b"\xff"} or (len(data) >= SIGNATURE_BYTES and not data[9] & 1):
            raise ZmtpError(data[:GREETING_BYTES])
        if len(data) < GREETING_BYTES:
            return 0
        if data[10] < 3 or data[12:32].rstrip(b"\0") != b"NULL":  # noqa: PLR2004 - the version
            raise ZmtpError(data[:GREETING_BYTES])
        self._is_greeted = True
        return GREETING_BYTES

    def _meet(self, data: bytes, at: int) -> int:
        """Take the commands up to ``READY``; return where what comes behind begins."""
        while not self.is_ready:
            flags, begin, after = self._frame(data, at, LONGEST)
            if after > len(data):
                break
            if not flags & COMMAND:
                raise ZmtpError(data[begin:after])
            self._understood(data[begin:after])
            at = after
        return at

    def _frame(self, data: bytes, at: int, longest: int) -> tuple[int, int, int]:
        """Return a frame's flags, and where it begins and ends; note how much of it is missing."""
        end = len(data)
        is_long = at < end and data[at] & LONG
        begin = after = at + (LONG_HEAD.size if is_long else SHORT_HEAD_BYTES)
        flags = 0
        if begin <= end:
            flags = data[at]
            size = LONG_HEAD.unpack_from(data, at)[1] if is_long else data[at + 1]
            if longest and size > longest:
                raise ZmtpError(data[at:begin])
            after = begin + size
        self.missing = after - end
        return flags, begin, after if begin <= end else end + 1

    def _messages(self, data: bytes, at: int) -> tuple[list[list[bytes]], int]:
        """Take frames from a place on; return the messages, and where what is incomplete begins.

        Each message of a cell comes by here, so this is written for few steps a frame.
        """
        messages: list[list[bytes]] = []
        frames, end, unpack = self._frames, len(data), LONG_HEAD.unpack_from
        message_at = -1 if frames else at
        while at + SHORT_HEAD_BYTES <= end:
            flags = data[at]
            if flags & LONG:
                begin = at + LONG_HEAD_BYTES
                if begin > end:
                    break
                after = begin + unpack(data, at)[1]
            else:
                begin = at + SHORT_HEAD_BYTES
                after = begin + data[at + 1]
            if after > end:
                break
            at = after
            if flags & COMMAND:
                messages += self._understood(data[begin:after])
                message_at = -1 if frames else at
                continue
            frames.append(data[begin:after])
            if not flags & MORE:
                if message_at >= 0 and at - message_at < LARGE:
                    frames = Frames(frames, data[message_at:at])
                messages.append(frames)
                frames, message_at = [], at
        self._frames = frames
        if at < end:
            self._frame(data, at, self._longest)
        else:
            self.missing = SHORT_HEAD_BYTES
        return messages, at

    def _understood(self, content: bytes) -> list[list[bytes]]:
        """Take a command; return the message that it stands for, if it does for one."""
        length = content[0] if content else 0
        name, body = content[1 : 1 + length], content[1 + length :]
        if name == b"READY":
            if _property(body, b"socket-type") not in self._peers:
                raise ZmtpError(body)
            self.identity = _property(body, b"identity")
            self.is_ready = True
        elif name == b"ERROR" or not self.is_ready:
            raise ZmtpError(name)
        elif name in {b"SUBSCRIBE", b"CANCEL"}:
            return [[(b"\x01" if name == b"SUBSCRIBE" else b"\x00") + body]]
        elif name == b"PING":
            self.answers.append(command(b"PONG", body[2:18]))
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
