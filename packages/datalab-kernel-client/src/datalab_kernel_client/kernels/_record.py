"""The messages of one request, kept so that they can be read late, and read by several."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._messages import Message

__all__ = ["KEEP_BYTES", "Record"]

KEEP_BYTES = 64 * 1024 * 1024


class Record:
    """What came, up to a number of bytes.

    Beyond it the oldest go, unless somebody is reading: then :meth:`put` waits for that reader.

    Parameters
    ----------
    keep_bytes
        How much is kept.
    """

    def __init__(self, keep_bytes: int) -> None:
        self._keep_bytes = keep_bytes
        self._messages: deque[tuple[Message, int]] = deque()
        self._bytes = 0
        self.dropped = 0
        """How many were let go."""
        self._readers: weakref.WeakSet[Reader] = weakref.WeakSet()
        self.changed = asyncio.Event()
        self.moved = asyncio.Event()
        self.is_closed = False

    @property
    def kept(self) -> list[Message]:
        """What is there."""
        return [message for message, _ in self._messages]

    async def put(self, message: Message) -> None:
        """Keep a message, and wait for who reads and is too far behind."""
        self._messages.append((message, message.size_bytes))
        self._bytes += self._messages[-1][1]
        self._wake()
        while self._bytes > self._keep_bytes and len(self._messages) > 1:
            if not self.is_closed and any(
                reader.position <= self.dropped for reader in self._readers
            ):
                self.moved.clear()
                await self.moved.wait()
                continue
            self._bytes -= self._messages.popleft()[1]
            self.dropped += 1

    def close(self) -> None:
        """Nothing more comes."""
        self.is_closed = True
        self._wake()
        self.moved.set()

    def read(self) -> Reader:
        """Return a reader from the first that is kept."""
        reader = Reader(self, self.dropped)
        self._readers.add(reader)
        return reader

    def at(self, position: int) -> Message | None:
        """Return the message of a number, None if it isn't there yet."""
        place = position - self.dropped
        return self._messages[place][0] if place < len(self._messages) else None

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Reader:
    """One ``async for`` over a record."""

    def __init__(self, record: Record, position: int) -> None:
        self._record = record
        self.position = position
        self._moved = record.moved

    def __aiter__(self) -> Reader:
        return self

    async def __anext__(self) -> Message:
        while (message := self._record.at(self.position)) is None:
            if self._record.is_closed:
                raise StopAsyncIteration
            await self._record.changed.wait()
        self.position += 1
        self._record.moved.set()
        return message

    def __del__(self) -> None:
        self._moved.set()  # who waits for this reader need not any more
