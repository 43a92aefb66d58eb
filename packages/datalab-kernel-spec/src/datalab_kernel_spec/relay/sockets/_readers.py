"""iopub as Jupyter's clients read it: nothing lost, and no reader waited for without end.

ZeroMQ's own publisher either drops for a reader that is slow or keeps without limit, and
tells nobody which reader it is. So this end of iopub is sockets of its own, which speak
ZeroMQ's protocol (:mod:`datalab_kernel_spec.relay.sockets._zmtp`). A reader takes something when
bytes leave on its connection; what its own library keeps for it can't be seen from here.
"""

from __future__ import annotations

import _socket
import json
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.relay.sockets._message import Message, new_header
from datalab_kernel_spec.relay.sockets._poll import READ, WRITE
from datalab_kernel_spec.relay.sockets._router import accepted
from datalab_kernel_spec.relay.sockets._zmtp import (
    GREETING,
    LONGEST,
    Decoder,
    ZmtpError,
    chunks_of,
    ready,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.relay.sockets._poll import Poll

__all__ = ["SILENCE_S", "Readers"]

ROOM_BYTES = 32 << 20
"""How much may wait for readers before the kernel waits."""
BATCH_BYTES = 1 << 18
"""How much is gathered before it is sent; also what a connection keeps on its way."""
BATCH_CHUNKS = 256
ENTRY_BYTES = 600
"""What a waiting message weighs besides its text."""
SILENCE_S = 10.0
"""How long a reader that holds up the kernel may take nothing."""
PAUSE_S = 1.0
"""From when on a reader counts as slow; as time between two looks: the relay stood still."""
REST_BYTES = 1 << 20
"""How much of a half-sent message is kept for a reader that was let go."""
KEPT = 1000
"""How many statuses are kept for it, so that its cells end."""
CHUNK_BYTES = 1 << 16
PEERS = frozenset({b"SUB", b"XSUB"})
READY = ready(b"XPUB")
MISSED = """\
A front end took no output for {silence_s:g} s while the cell waited for it, so the cell went on without it.
It missed {count} message{s}.
"""


class _Entry:
    """A message, in the queues of so many readers."""

    __slots__ = ("chunks", "is_kept", "queues", "size")

    def __init__(self, chunks: list[bytes], *, is_kept: bool = True) -> None:
        self.chunks = chunks
        self.size = sum(map(len, chunks)) + ENTRY_BYTES
        self.queues = 0
        self.is_kept = is_kept


class _Reader:
    """One connection, and what waits for it."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.fd: int = socket.fileno()
        self.decoder = Decoder(PEERS, LONGEST)
        self.topics: list[bytes] = []
        self.waiting: deque[tuple[bytes | memoryview, _Entry | None]] = deque()
        """Pieces in their order; the last one of a message carries its entry."""
        self.entries = 0
        self.is_amid = False  # whether the first message is half sent
        self.is_let_go = False
        self.is_full = False  # whether its connection took no more
        self.missed = 0
        self.took_at = time.monotonic()

    def wants(self, topic: bytes) -> bool:
        """Say whether a message of that topic is for it."""
        return any(topic.startswith(one) for one in self.topics)

    def add(self, entry: _Entry) -> None:
        """Let a message wait."""
        if not self.waiting:
            self.took_at = time.monotonic()
        *others, last = entry.chunks
        self.waiting += [(chunk, None) for chunk in others]
        self.waiting.append((last, entry))
        self.entries += 1
        entry.queues += 1

    def batch(self) -> list[bytes | memoryview]:
        """Return the pieces to send next."""
        pieces: list[bytes | memoryview] = []
        size = 0
        for piece, _entry in self.waiting:
            pieces.append(piece)
            size += len(piece)
            if size > BATCH_BYTES or len(pieces) == BATCH_CHUNKS:
                break
        return pieces

    def took(self, size: int) -> list[_Entry]:
        """Note how much of the batch was sent; return the messages that are through."""
        self.took_at = time.monotonic()
        through: list[_Entry] = []
        while size:
            piece, entry = self.waiting[0]
            if size < len(piece):
                self.waiting[0] = (memoryview(piece)[size:], entry)
                self.is_amid = True
                return through
            size -= len(piece)
            self.waiting.popleft()
            self.is_amid = entry is None
            if entry is not None:
                through.append(entry)
        self.entries -= len(through)
        return through

    def rest_of_first(self) -> list[tuple[bytes | memoryview, _Entry | None]]:
        """Return what is left of a message that is half sent."""
        rest: list[tuple[bytes | memoryview, _Entry | None]] = []
        for piece in self.waiting if self.is_amid else ():
            rest.append(piece)
            if piece[1] is not None:
                break
        return rest


class Readers:
    """All who read iopub.

    Parameters
    ----------
    listening
        The socket that they connect to.
    poll
        The relay's.
    welcome
        Makes the message for who has subscribed to a topic.
    silence_s
        How long a reader that holds up the kernel may take nothing.
    """

    def __init__(
        self,
        listening: Any,
        poll: Poll,
        welcome: Callable[[bytes], list[bytes]],
        silence_s: float = SILENCE_S,
    ) -> None:
        self._listening = listening
        self._poll = poll
        self._welcome = welcome
        self._silence_s = silence_s
        self._readers: dict[int, _Reader] = {}
        self._fresh: set[_Reader] = set()
        self._fresh_bytes = 0
        self._held_bytes = 0
        self._missed_by_gone: list[int] = []
        self._looked_at = time.monotonic()
        poll.watch(listening.fileno(), self._accept)

    @property
    def has_room(self) -> bool:
        """Whether the kernel may publish more."""
        return self._held_bytes < ROOM_BYTES

    # -- out ------------------------------------------------------------------------------

    def publish(self, frames: list[bytes], *, is_note: bool = False) -> None:
        """Send a message soon (:meth:`flush`); notes and statuses also wait for the let go."""
        topic, entry = frames[0], None
        is_kept = is_note or topic.endswith(b"status")
        for reader in self._readers.values():
            if not reader.wants(topic):
                continue
            if reader.is_let_go and not (is_kept and reader.entries < KEPT):
                reader.missed += 1
                continue
            entry = entry or _Entry(chunks_of(frames), is_kept=is_kept)
            reader.add(entry)
            if not reader.is_full:
                self._fresh.add(reader)
        if entry is not None:
            self._held_bytes += entry.size
            self._fresh_bytes += entry.size
            if self._fresh_bytes > BATCH_BYTES:
                self.flush()

    def flush(self) -> None:
        """Send what was published."""
        self._fresh_bytes = 0
        while self._fresh:
            self._send(self._fresh.pop())

    def _send(self, reader: _Reader) -> None:
        while reader.waiting:
            try:
                size = reader.socket.sendmsg(reader.batch())
            except BlockingIOError:
                break
            except OSError:  # it has gone
                self._drop(reader)
                return
            self._release(reader.took(size))
        is_full = bool(reader.waiting)
        if is_full != reader.is_full:
            reader.is_full = is_full
            self._poll.change(reader.fd, READ | (WRITE if is_full else 0))

    def _release(self, entries: list[_Entry]) -> None:
        for entry in entries:
            entry.queues -= 1
            if not entry.queues:
                self._held_bytes -= entry.size

    # -- in -------------------------------------------------------------------------------

    def _serve(self, reader: _Reader, event: int) -> None:
        if event & WRITE:
            reader.is_let_go = False
            self._send(reader)
        if event & ~WRITE and self._readers.get(reader.fd) is reader:
            self._hear(reader)

    def _accept(self, _event: int) -> None:
        if (connection := accepted(self._listening)) is None:
            return
        connection.setsockopt(_socket.SOL_SOCKET, _socket.SO_SNDBUF, BATCH_BYTES)
        reader = _Reader(connection)
        self._readers[reader.fd] = reader
        self._poll.watch(reader.fd, partial(self._serve, reader))
        self._tell(reader, [GREETING + READY])

    def _tell(self, reader: _Reader, chunks: list[bytes]) -> None:
        """Send to one reader alone."""
        entry = _Entry(chunks)
        self._held_bytes += entry.size
        reader.add(entry)
        self._fresh.add(reader)

    def _hear(self, reader: _Reader) -> None:
        try:
            data = reader.socket.recv(CHUNK_BYTES)
            messages = reader.decoder.of(data)
        except BlockingIOError:
            return
        except (OSError, ZmtpError):
            data, messages = b"", []
        if not data:
            self._drop(reader)
            return
        answers, reader.decoder.answers = reader.decoder.answers, []
        if answers and not reader.is_full:
            self._tell(reader, answers)
        for said in messages:
            self._understand(reader, said[0][:1], said[0][1:])

    def _understand(self, reader: _Reader, sign: bytes, topic: bytes) -> None:
        if sign == b"\x01":
            reader.topics.append(topic)
            self._tell(reader, chunks_of(self._welcome(topic)))
        elif sign == b"\x00" and topic in reader.topics:
            reader.topics.remove(topic)  # an XSUB socket may say anything else

    def _drop(self, reader: _Reader) -> None:
        """Forget a reader that has gone."""
        if self._readers.get(reader.fd) is not reader:  # which was noticed already
            return
        self._poll.unwatch(reader.fd)
        del self._readers[reader.fd]
        self._fresh.discard(reader)
        self._release([entry for _piece, entry in reader.waiting if entry is not None])
        if reader.missed:
            self._missed_by_gone.append(reader.missed)
        reader.socket.close()

    # -- those that stand still -----------------------------------------------------------

    def look_after(self) -> None:
        """Let go who holds up the kernel and takes nothing."""
        now = time.monotonic()
        passed_s, self._looked_at = now - self._looked_at, now
        if passed_s > PAUSE_S:  # the relay itself stood still
            for reader in self._readers.values():
                reader.took_at += passed_s
        if self.has_room:
            return
        for reader in [*self._readers.values()]:
            if reader.waiting and now - reader.took_at > PAUSE_S:
                self._send(reader)  # the poller reports a third of its buffer, this any room
                if reader.waiting and now - reader.took_at > self._silence_s:
                    self._let_go(reader)

    def _let_go(self, reader: _Reader) -> None:
        rest = reader.rest_of_first()
        if sum(len(piece) for piece, _entry in rest) > REST_BYTES:
            reader.missed += sum(entry is not None for _piece, entry in reader.waiting)
            self._drop(reader)  # it connects anew when it is well again
            return
        reader.is_let_go = True
        entries = [entry for _piece, entry in reader.waiting if entry is not None]
        reader.waiting, reader.entries = deque(rest), len(entries[: bool(rest)])
        for entry in entries[bool(rest) :]:
            if entry.is_kept and reader.entries < KEPT:
                entry.queues -= 1  # which add counts again
                reader.add(entry)
            else:
                self._release([entry])
                reader.missed += not entry.is_kept
        self._poll.change(reader.fd, READ | WRITE)

    def notes_of_missed(self, parent: bytes) -> list[Message]:
        """Return what is to be told of those that were let go, since this was last asked."""
        counts, self._missed_by_gone = self._missed_by_gone, []
        for reader in self._readers.values():
            if reader.missed:
                counts.append(reader.missed)
                reader.missed = 0
        each = dict.fromkeys(counts)  # a server reads for each client, and for itself
        return [self._note_of_missed(parent, count) for count in each]

    def _note_of_missed(self, parent: bytes, count: int) -> Message:
        plural = "" if count == 1 else "s"
        text = MISSED.format(silence_s=self._silence_s, count=count, s=plural)
        content = json.dumps({"name": "stderr", "text": text}).encode()
        header = new_header("stream", json.loads(parent))
        metadata = json.dumps({"datalab_kernel": {"missed": count}}).encode()  # for programs
        return Message([b"stream.stderr"], header, parent, metadata, content)

    @property
    def unsent(self) -> dict[int, Callable[[], None]]:
        """Where something waits: the descriptors, and what sends on."""
        waiting = [one for one in self._readers.values() if one.waiting]
        return {one.fd: partial(self._send, one) for one in waiting}

    def close(self) -> None:
        """Leave all readers."""
        for reader in [*self._readers.values()]:
            self._drop(reader)
        self._listening.close()
