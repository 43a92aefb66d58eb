"""What passes between a door and its transport: a request, an answer, or one of four failures.

A transport is the only thing that does I/O: requests on a computer, a fake in tests, the
browser's fetch in a web page. What a failure means to a person is said by the door.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Pieces(Protocol):
    """A body that is made while it is sent, in pieces; it may be gone through again."""

    @property
    def size_bytes(self) -> int:
        """About how large it is."""

    def __iter__(self) -> Iterator[bytes | memoryview]:
        """Make it."""


Body: TypeAlias = bytes | bytearray | memoryview | Pieces

JSON_LIMIT_BYTES = 64 * 2**20
"""Largest answer that isn't data: about 60 times what DataLab sends for 1,000 objects."""

DATA_LIMIT_BYTES = 8 * 2**30
"""Largest object that is read: twice a complex image of 16,384 by 16,384 samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; ``path`` is everything after the server's address."""

    method: str
    path: str
    body: Body | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # has the token
    timeout_s: float = 10.0
    limit_bytes: int = JSON_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said, whatever its status; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Transport(Protocol):
    """Sends requests to one server."""

    def send(self, request: Request) -> Answer:
        """Send a request once and return the whole answer, following no redirect.

        Raises
        ------
        NotReachedError
            If there was no connection, so that the server can't have seen the request.
        DroppedError
            If the connection broke afterwards: the server may have seen it, or not.
        TimedOutError
            If there was no whole answer in ``timeout_s`` (plus what much data needs).
        MalformedError
            If the answer was no HTTP, cut short, or larger than ``limit_bytes``.
        """

    def close(self) -> None:
        """Let go of all connections; the next request opens a new one."""
