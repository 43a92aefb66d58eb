"""What the kernel published lately, numbered, for a client that has lost its link meanwhile.

A server keeps messages only for a client whose link it saw close, and only while nobody else is
connected. Here they are kept whoever is, in memory alone.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from itertools import islice
from typing import Any, NamedTuple

from datalab_kernel_spec.relay.sockets._message import Message, msg_id_of, unsigned

__all__ = ["CHUNK_BYTES", "Journal", "Page", "Place"]

KEPT_BYTES = 64_000_000
KEPT_S = 3600.0
ENTRY_BYTES = 800
"""What a kept message weighs besides its text."""
CHUNK_BYTES = 8 << 20
"""The most that one answer carries: servers' and browsers' links take no frame of any size."""
MOST_IN_PAGE = 5000
OWN = 1000
"""How many of the journal's own messages are known as places."""


class _Entry(NamedTuple):
    number: int
    published_at: float
    size: int
    frames: list[bytes]


class Place(NamedTuple):
    """Where a client wants to read on: behind a number or a message, some bytes further."""

    since: int | None = None
    after: str = ""
    offset: int = 0
    journal: str = ""

    @classmethod
    def asked(cls, data: Any) -> Place:
        """Understand a client's question, whatever it sent."""
        asked = data if isinstance(data, dict) else {}
        since, offset = asked.get("since"), asked.get("offset")
        return cls(
            since=since if isinstance(since, int) else None,
            after=str(asked.get("after") or ""),
            offset=max(0, offset) if isinstance(offset, int) else 0,
            journal=str(asked.get("journal") or ""),
        )


class Page(NamedTuple):
    """An answer: what it says, and the bytes of the messages."""

    data: dict[str, Any]
    content: bytes = b""


class Journal:
    """Keep what is published, the oldest no longer than there is room and an hour."""

    def __init__(self) -> None:
        self._id = os.urandom(8).hex()
        self._entries: deque[_Entry] = deque()
        self._own: deque[tuple[int, bytes]] = deque(maxlen=OWN)
        self._size = 0
        self._last = 0

    def add(self, frames: list[bytes]) -> None:
        """Keep a message's frames."""
        now = time.monotonic()
        size = sum(map(len, frames)) + ENTRY_BYTES
        self._last += 1
        self._entries.append(_Entry(self._last, now, size, frames[:]))  # without their wire
        self._size += size
        if self._size > KEPT_BYTES:
            self._forget(now)

    def add_own(self, message: Message) -> None:
        """Know one of the journal's own messages as a place, and keep nothing of it."""
        self._own.append((self._last, message.header))

    def forget_old(self) -> None:
        """Forget what is older than an hour."""
        self._forget(time.monotonic())

    def _forget(self, now: float) -> None:
        entries = self._entries
        while entries and (self._size > KEPT_BYTES or now - entries[0].published_at > KEPT_S):
            self._size -= entries.popleft().size

    def page(self, place: Place) -> Page:
        """Return what follows a place, as far as one answer carries it."""
        first = self._last + 1 - len(self._entries)
        data: dict[str, Any] = {"journal": self._id, "first": first, "last": self._last}
        since = self._number(place)
        if since is None or not first - 1 <= since <= self._last:
            return Page({**data, "since": None, "messages": []})
        messages: list[dict[str, Any]] = []
        pieces: list[bytes] = []
        size, begin = 0, since + 1 - first
        for entry in islice(self._entries, begin, begin + MOST_IN_PAGE):
            parts = _parts(entry.frames)
            messages.append({"number": entry.number, "sizes": [*map(len, parts)]})
            pieces += parts
            size += sum(map(len, parts))
            if size - place.offset >= CHUNK_BYTES:
                break
        content = b"".join(pieces)[place.offset : place.offset + CHUNK_BYTES]
        return Page({**data, "since": since, "offset": place.offset, "messages": messages}, content)

    def _number(self, place: Place) -> int | None:
        """Return the number behind which a place is; None if it isn't known."""
        if place.journal not in {"", self._id}:
            return None
        if not place.after:
            return place.since
        name = json.dumps(place.after).encode()
        for number, header in reversed(self._own):
            if name in header and msg_id_of(header) == place.after:
                return number
        for entry in reversed(self._entries):
            header = unsigned(entry.frames).header
            if name in header and msg_id_of(header) == place.after:
                return entry.number
        return None


def _parts(frames: list[bytes]) -> list[bytes]:
    """Return header, parent header, metadata, content and buffers."""
    message = unsigned(frames)
    return [message.header, message.parent, message.metadata, message.content, *message.buffers]
