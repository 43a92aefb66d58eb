"""A stream that goes: where its bytes come from."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from typing import Any

from datalab_kernel_channel._errors import StreamConsumedError
from datalab_kernel_channel.protocol._table import LIMITS

__all__ = ["OutStream"]

CHUNK_BYTES: int = LIMITS["chunk_bytes"]
MOST_BYTES: int = LIMITS["max_chunk_bytes"]


class OutStream:
    """Bytes on their way to the page; made by ``channel.stream``.

    Attributes
    ----------
    sent_bytes
        How much has been sent.
    size_bytes
        The size, where it is known beforehand.
    """

    sent_bytes: int
    size_bytes: int | None

    def __init__(
        self,
        source: Any,
        *,
        size_bytes: int | None = None,
        chunk_bytes: int = CHUNK_BYTES,
        name: str | None = None,
        media_type: str | None = None,
    ) -> None:
        if chunk_bytes < 1:
            raise ValueError(f"Chunks have 1 byte or more; chunk_bytes is {chunk_bytes}.")
        self.sent_bytes = 0
        self.name, self.media_type = name, media_type
        self._chunk_bytes = min(chunk_bytes, MOST_BYTES)
        self.is_taken = False
        """Whether it was handed to a link."""
        self._source = source
        if isinstance(source, bytes | bytearray | memoryview):
            self._source = memoryview(bytes(source))
            size_bytes = self._source.nbytes if size_bytes is None else size_bytes
        elif isinstance(source, str) or not (
            callable(getattr(source, "read", None)) or isinstance(source, AsyncIterable | Iterable)
        ):
            raise TypeError(
                f"A stream's source is bytes, a binary file, or an (asynchronous) iterable of bytes; "
                f"got {type(source).__name__}."
            )
        self.size_bytes = size_bytes

    def __repr__(self) -> str:
        of = "" if self.size_bytes is None else f" of {self.size_bytes}"
        return f"<OutStream: {self.sent_bytes}{of} bytes sent>"

    def take(self) -> None:
        """Let one link send it."""
        if self.is_taken:
            raise StreamConsumedError
        self.is_taken = True

    async def chunks(self) -> AsyncGenerator[bytes | memoryview, None]:
        """Iterate over what is to be sent, no chunk blank or above the largest size; closes the source."""
        source = self._source
        try:
            if isinstance(source, memoryview):
                for start in range(0, source.nbytes, self._chunk_bytes):
                    yield source[start : start + self._chunk_bytes]
            elif callable(getattr(source, "read", None)):
                while chunk := await _awaited(source.read(self._chunk_bytes)):
                    yield _binary(chunk)
            elif isinstance(source, AsyncIterable):
                async for chunk in source:
                    for piece in _pieces(_binary(chunk)):
                        yield piece
            else:
                for chunk in source:
                    for piece in _pieces(_binary(chunk)):
                        yield piece
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the source, if it is a generator; a file is left to its owner."""
        closing = getattr(self._source, "aclose", None)
        if closing is not None:
            await closing()
        elif inspect.isgenerator(self._source):
            self._source.close()


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _binary(chunk: Any) -> bytes:
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, str):
        raise TypeError("A stream's source gave text; it has to give bytes: text.encode().")
    return memoryview(chunk).tobytes()


def _pieces(chunk: bytes) -> list[bytes]:
    if len(chunk) <= MOST_BYTES:
        return [chunk] if chunk else []
    return [chunk[start : start + MOST_BYTES] for start in range(0, len(chunk), MOST_BYTES)]
