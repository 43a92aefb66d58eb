"""One connection that speaks ZeroMQ's protocol: messages in and out, nothing waited for."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any, ClassVar

from datalab_kernel_spec.relay.sockets._poll import LAST_RANK, READ, WRITE, Poll
from datalab_kernel_spec.relay.sockets._zmtp import GREETING, Decoder, ZmtpError, chunks_of

__all__ = ["Connection"]

CHUNK_BYTES = 1 << 16
LARGEST_CHUNK_BYTES = 1 << 20
BATCH_CHUNKS = 256


class Connection:
    """Send and receive; what the other end doesn't take at once waits here.

    A subclass says who may be there, and takes what comes.

    Parameters
    ----------
    socket
        A plain one that is connected and never waits.
    rank
        Of several with something to read, the lowest comes first.
    """

    opening: ClassVar[bytes]
    """Our ``READY``."""
    peers: ClassVar[frozenset[bytes]]
    """The types of sockets that may be at the other end."""
    pause_bytes: ClassVar[int] = 0
    """While more waits here nothing is read: who asks is to take the answers too. 0: never."""

    def __init__(self, socket: Any, poll: Poll, rank: int = LAST_RANK) -> None:
        self.fd: int = socket.fileno()
        self.decoder = Decoder(self.peers)
        self.is_open = True
        self._socket = socket
        self._poll = poll
        self._waiting: deque[bytes | memoryview] = deque()
        self._waiting_bytes = 0
        self._events = READ
        self._is_away = False
        poll.watch(self.fd, self._serve, rank)
        self._write([GREETING + self.opening])

    def take(self, frames: list[bytes]) -> None:
        """Take a message that has come."""
        raise NotImplementedError

    def begin(self) -> None:
        """Learn that the other end has said who it is."""

    def end(self) -> None:
        """Learn that the other end has gone."""

    @property
    def has_unsent(self) -> bool:
        """Whether something waits here that the other end hasn't taken."""
        return bool(self._waiting)

    def send(self, frames: list[bytes]) -> None:
        """Send a message to who has said who it is."""
        self._write(chunks_of(frames))

    def _write(self, chunks: list[bytes]) -> None:
        if not self.is_open:
            return
        is_behind = bool(self._waiting)
        self._waiting.extend(chunks)
        self._waiting_bytes += sum(map(len, chunks))
        if is_behind:
            self._wait_for_the_other_end()
        else:
            self.flush()

    def flush(self) -> None:
        """Send what waits, as far as it is taken."""
        waiting = self._waiting
        try:
            while waiting:
                if len(waiting) == 1:
                    size = self._socket.send(waiting[0])
                else:
                    size = self._socket.sendmsg([*islice(waiting, BATCH_CHUNKS)])
                self._took(size)
        except BlockingIOError:
            pass
        except OSError:  # it has gone
            self.close()
            return
        self._wait_for_the_other_end()

    def _took(self, size: int) -> None:
        self._waiting_bytes -= size
        while size:
            first = self._waiting[0]
            if size < len(first):
                self._waiting[0] = memoryview(first)[size:]
                return
            size -= len(first)
            self._waiting.popleft()

    def _wait_for_the_other_end(self) -> None:
        is_full = bool(self.pause_bytes) and self._waiting_bytes > self.pause_bytes
        events = (0 if is_full or self._is_away else READ) | (WRITE if self._waiting else 0)
        if events != self._events and self.is_open:
            self._events = events
            self._poll.change(self.fd, events)

    def look_away(self) -> None:
        """Let what comes wake nobody; it waits until it is read."""
        self._is_away = True
        self._wait_for_the_other_end()

    def look(self) -> None:
        """Be woken by what comes again."""
        self._is_away = False
        self._wait_for_the_other_end()

    def _serve(self, event: int) -> None:
        if event & WRITE:
            self.flush()
        if event & ~WRITE and self.is_open:
            self.read()

    def read(self) -> None:
        """Hand on what has come."""
        wanted = self.decoder.missing
        try:
            data = self._socket.recv(min(max(wanted, CHUNK_BYTES), LARGEST_CHUNK_BYTES))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        was_ready = self.decoder.is_ready
        try:
            messages = self.decoder.of(data) if data else []
        except ZmtpError:
            data = b""
        if not data:
            self.close()
            return
        if self.decoder.is_ready and not was_ready:
            self.begin()
        if self.decoder.answers:
            self._write(self.decoder.answers)
            self.decoder.answers = []
        for frames in messages:
            self.take(frames)

    def close(self) -> None:
        """Leave; what waits is lost."""
        if self.is_open:
            self.is_open = False
            self._poll.unwatch(self.fd)
            self._socket.close()
            self._waiting.clear()
            self.end()
