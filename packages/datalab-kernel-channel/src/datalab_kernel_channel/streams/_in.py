"""A stream that comes: chunks wait here until they are read, and credit goes out as they are."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from datalab_kernel_channel._errors import StreamConsumedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

__all__ = ["InStream"]

LINE = b"\n"


class InStream:
    """Bytes that come from the page: an argument or a result.

    It is read once, by one of its methods. What isn't read yet waits in the page, but for a window
    (``channel.stream_window_bytes``).

    Attributes
    ----------
    size_bytes
        The size, where the page knows it beforehand.
    received_bytes
        How much has come.
    name, media_type
        The file's, where it is one.

    Examples
    --------
    In an exposed function:

    >>> async def lines(stream: InStream) -> int:
    ...     return len([line async for line in stream.by_separator()])
    """

    size_bytes: int | None
    received_bytes: int
    name: str | None
    media_type: str | None

    def __init__(
        self,
        *,
        on_read: Callable[[int], None],
        on_stop: Callable[[], None],
        size_bytes: int | None = None,
        name: str | None = None,
        media_type: str | None = None,
    ) -> None:
        self.size_bytes, self.name, self.media_type = size_bytes, name, media_type
        self.received_bytes = 0
        self._chunks: deque[bytes] = deque()
        self._on_read = on_read
        self._on_stop = on_stop
        self._error: BaseException | None = None
        self._is_whole = False
        self._is_taken = False
        self._is_stopped = False
        self._arrival = asyncio.Event()

    def __repr__(self) -> str:
        of = "" if self.size_bytes is None else f" of {self.size_bytes}"
        return f"<InStream {self.name or ''}: {self.received_bytes}{of} bytes came>"

    # ------------------------------------------------------------ what comes

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if not self._is_stopped:
            self.received_bytes += len(chunk)
            self._chunks.append(chunk)
            self._arrival.set()

    def end(self, error: BaseException | None = None) -> None:
        """Take the end: no more comes; after what came, `error` is raised."""
        if not self._is_whole and self._error is None:
            self._is_whole, self._error = error is None, error
            self._arrival.set()

    @property
    def is_open(self) -> bool:
        """Whether more may come."""
        return not (self._is_whole or self._is_stopped or self._error is not None)

    def stop(self) -> None:
        """Drop what came and tell the writer that nobody reads on."""
        if self.is_open:
            self._on_stop()
        self._is_stopped = True
        self._chunks.clear()
        self._arrival.set()

    # ------------------------------------------------------------ reading

    def _take(self) -> None:
        if self._is_taken:
            raise StreamConsumedError
        self._is_taken = True

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over the chunks as they were sent."""
        self._take()
        return self._iterate()

    async def _iterate(self) -> AsyncGenerator[bytes, None]:
        try:
            while chunk := await self._next():
                yield chunk
        finally:
            self.stop()

    async def _next(self) -> bytes:
        while not self._chunks:
            if self._error is not None:
                raise self._error
            if self._is_whole or self._is_stopped:
                return b""
            self._arrival.clear()
            await self._arrival.wait()
        chunk = self._chunks.popleft()
        self._on_read(len(chunk))
        return chunk

    async def read(self, size_bytes: int = -1) -> bytes:
        """Return the next bytes: exactly `size_bytes`, fewer at the end, all of the rest if negative.

        May be called again, until it returns nothing; what is left can be read by another method.
        """
        if self._is_taken:
            raise StreamConsumedError
        return await (self._rest() if size_bytes < 0 else self._exactly(size_bytes))

    async def _exactly(self, size_bytes: int) -> bytes:
        pieces, missing = [], size_bytes
        while missing and (chunk := await self._next()):
            pieces.append(chunk[:missing])
            if len(chunk) > missing:
                self._chunks.appendleft(chunk[missing:])
                self._on_read(missing - len(chunk))
            missing -= len(pieces[-1])
        return b"".join(pieces)

    async def _rest(self) -> bytes:
        return b"".join([chunk async for chunk in self._iterate()])

    async def join(self) -> bytes:
        """Return the whole stream."""
        self._take()
        return await self._rest()

    async def by_limit(self, limit_bytes: int = 8192) -> AsyncGenerator[bytes, None]:
        """Iterate over pieces of exactly `limit_bytes`; the last one may be shorter."""
        if limit_bytes < 1:
            raise ValueError(
                f"Pieces of a stream have 1 byte or more; limit_bytes is {limit_bytes}."
            )
        self._take()
        try:
            while piece := await self._exactly(limit_bytes):
                yield piece
        finally:
            self.stop()

    async def by_separator(self, separator: bytes | str = LINE) -> AsyncGenerator[bytes, None]:
        r"""Iterate over the pieces that end with `separator` (kept); the last one may lack it."""
        mark = separator.encode() if isinstance(separator, str) else bytes(separator)
        if not mark:
            raise ValueError("A separator has 1 byte or more; got a blank one.")
        self._take()
        rest = bytearray()
        try:
            while chunk := await self._next():
                searched = max(0, len(rest) - len(mark) + 1)
                rest += chunk
                while (found := rest.find(mark, searched)) >= 0:
                    end, searched = found + len(mark), 0
                    piece = bytes(rest[:end])
                    del rest[:end]
                    yield piece
            if rest:
                yield bytes(rest)
        finally:
            self.stop()

    async def save(self, path: Path, *, overwrite: bool = False) -> Path:
        """Write the stream to a file, which appears when it is whole.

        Parameters
        ----------
        path
            Where to.
        overwrite
            Whether a file that is there is replaced.

        Raises
        ------
        FileExistsError
            If there is a file and it isn't to be replaced; nothing was read.
        """
        path = Path(path)
        if path.exists() and not overwrite:
            raise FileExistsError(f"{path} is there already; overwrite=True replaces it.")
        self._take()
        part = (
            path.parent / f".{secrets.token_hex(8)}.part"
        )  # the file's name may be as long as one can be
        try:
            with part.open("xb") as file:
                async for chunk in self._iterate():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return path

    async def aclose(self) -> None:
        """Read no more: the page's source is closed."""
        self._is_taken = True
        self.stop()
