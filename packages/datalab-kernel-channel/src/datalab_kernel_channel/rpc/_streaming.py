"""The open streams of one link: those we write and those we read."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._credits import ReaderWindow, WriterWindow
from datalab_kernel_channel.protocol._table import LIMITS, Refused
from datalab_kernel_channel.rpc._errors_on_wire import error_to_wire
from datalab_kernel_channel.streams._in import InStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_channel.protocol._link import Parcel
    from datalab_kernel_channel.rpc._driver import LinkDriver
    from datalab_kernel_channel.rpc._host import Host
    from datalab_kernel_channel.streams._out import OutStream

__all__ = ["Streaming"]

TURN_BYTES = 4 << 20
TURN_S = 0.002
CHUNK_ITEM_BYTES = 64
"""What a ``chunk`` takes as JSON, at most."""


class _Writer:
    """One stream that we write."""

    def __init__(self, number: int, stream: OutStream, limit_bytes: int) -> None:
        self.number = number
        self.stream = stream
        self.window = WriterWindow(limit_bytes)
        self.room = asyncio.Event()
        self.after: Parcel | None = None
        """The item that names the stream: chunks follow when that was sent."""
        self.task: asyncio.Task[None] | None = None
        self.on_end: list[Callable[[], None]] = []


class _Turn:
    """How much of a stream is posted before others get the loop, and it is sent."""

    def __init__(self) -> None:
        self._time = asyncio.get_running_loop().time
        self._until = self._time() + TURN_S
        self._left_bytes = TURN_BYTES

    def is_over(self, size_bytes: int) -> bool:
        """Count a chunk; say whether the turn is over."""
        self._left_bytes -= size_bytes
        return self._left_bytes <= 0 or self._time() >= self._until


class Streaming:
    """The open streams of one link.

    Parameters
    ----------
    driver
        Sends items.
    host
        Knows the window and the other side's errors.
    """

    def __init__(self, driver: LinkDriver, host: Host) -> None:
        self._driver = driver
        self._host = host
        self._last_written = 0
        self._last_read = 0
        self._writers: dict[int, _Writer] = {}
        self._readers: dict[int, tuple[InStream, ReaderWindow]] = {}
        self.writer_limit_bytes = LIMITS["stream_window_bytes"]

    @property
    def is_reading(self) -> bool:
        """Whether the other side owes bytes, or credit."""
        return bool(self._readers) or bool(self._writers)

    # ------------------------------------------------------------ writing

    def open_writer(self, stream: OutStream) -> int:
        """Give a stream that goes out its number; it is sent once :meth:`follow` has said after what."""
        stream.take()
        self._last_written += 1
        self._writers[self._last_written] = _Writer(
            self._last_written, stream, self.writer_limit_bytes
        )
        return self._last_written

    def follow(self, numbers: list[int], parcel: Parcel) -> None:
        """Let streams be sent when the item that names them was."""
        for number in numbers:
            self._writers[number].after = parcel
        self.start_writers()

    def start_writers(self) -> None:
        """Begin to send the streams whose item was sent."""
        for writer in self._writers.values():
            if writer.task is None and writer.after is not None and writer.after.is_sent:
                loop = asyncio.get_running_loop()
                writer.task = loop.create_task(self._write(writer))

    def release(self, numbers: list[int]) -> None:
        """Let streams that weren't begun be sent by another link."""
        for number in numbers:
            self._writers.pop(number).stream.is_taken = False

    def on_end(self, numbers: list[int], callback: Callable[[], None]) -> None:
        """Call back when the last of these streams has ended."""
        left = set(numbers)

        def ended(number: int) -> None:
            left.discard(number)
            if not left:
                callback()

        for number in numbers:
            self._writers[number].on_end.append(partial(ended, number))

    async def _write(self, writer: _Writer) -> None:
        post, number = self._driver.post, writer.number
        turn = _Turn()
        try:
            async for chunk in writer.stream.chunks():
                while not writer.window.is_open:
                    writer.room.clear()
                    await writer.room.wait()
                    turn = _Turn()
                item = {"item": "chunk", "stream": number}
                post(item, [chunk], json_bytes=CHUNK_ITEM_BYTES)
                writer.window.sent_bytes += len(chunk)
                writer.stream.sent_bytes += len(chunk)
                if turn.is_over(len(chunk)):
                    await asyncio.sleep(0)
                    turn = _Turn()
        except Exception as error:  # noqa: BLE001 - the source is a stranger's: its reader is told
            post({"item": "fail", "stream": number, "error": error_to_wire(error)})
        else:
            post({"item": "end", "stream": number})
        finally:
            self._writers.pop(number, None)
            for callback in writer.on_end:
                callback()

    def abandon(self, numbers: list[int]) -> None:
        """Send no more of these streams, and close their sources."""
        for number in numbers:
            writer = self._writers.get(number)
            if writer is not None and writer.task is not None:
                writer.task.cancel()
            elif writer is not None:
                self._close_unbegun(writer)

    def _close_unbegun(self, writer: _Writer) -> None:
        self._writers.pop(writer.number)
        writer.task = asyncio.get_running_loop().create_task(writer.stream.close())

    # ------------------------------------------------------------ reading

    def open_reader(self, tag: dict[str, Any]) -> InStream:
        """Make a stream of its tag.

        Raises
        ------
        Refused
            If its number was used, or too many are open.
        """
        number, size = tag["stream"], tag.get("size")
        if number <= self._last_read:
            raise Refused("unknown_stream", f"{number} was used")
        if len(self._readers) >= LIMITS["streams"]:
            raise Refused("too_many_streams", f"{len(self._readers)}")
        self._last_read = number
        name, media_type = tag.get("name"), tag.get("media_type")
        size = size if type(size) is int else None
        stream = InStream(
            on_read=partial(self._read, number),
            on_stop=partial(self._stop, number),
            size_bytes=size,
            name=name if isinstance(name, str) else None,
            media_type=media_type if isinstance(media_type, str) else None,
        )
        window = ReaderWindow(self._host.stream_window_bytes, self.writer_limit_bytes, size or 0)
        self._readers[number] = (stream, window)
        return stream

    def _read(self, number: int, size_bytes: int) -> None:
        reader = self._readers.get(number)
        limit = reader[1].read(size_bytes) if reader else None
        if limit is not None:
            self._driver.post({"item": "credit", "stream": number, "limit": limit})

    def _stop(self, number: int) -> None:
        if self._readers.pop(number, None) is not None:
            self._driver.post({"item": "stop", "stream": number})

    # ------------------------------------------------------------ what comes

    def take(self, item: dict[str, Any], buffers: list[Any]) -> None:
        """Take an item of streams."""
        number = item["stream"]
        if item["item"] in {"credit", "stop"}:
            self._take_as_writer(item, number)
        else:
            self._take_as_reader(item, number, buffers)

    def _take_as_writer(self, item: dict[str, Any], number: int) -> None:
        if number > self._last_written:
            raise Refused("unknown_stream", f"{number}")
        writer = self._writers.get(number)
        if writer is None:
            return  # it has ended meanwhile
        if item["item"] == "credit":
            writer.window.extend(item["limit"])
            writer.room.set()
        else:
            self.abandon([number])

    def _take_as_reader(self, item: dict[str, Any], number: int, buffers: list[Any]) -> None:
        if number > self._last_read:
            raise Refused("unknown_stream", f"{number}")
        if number not in self._readers:
            return  # nobody reads it any more
        stream, _window = self._readers[number]
        match item["item"]:
            case "chunk":
                self._take_chunk(number, memoryview(buffers[0]).cast("B"))
            case "end":
                del self._readers[number]
                stream.end()
            case "fail":
                del self._readers[number]
                stream.end(self._host.error(item["error"], None))

    def _take_chunk(self, number: int, chunk: memoryview) -> None:
        stream, window = self._readers[number]
        try:
            window.receive(chunk.nbytes)
        except Refused as refused:
            wire = {"kind": "refused", "reason": refused.reason, "message": refused.detail}
            del self._readers[number]
            stream.end(self._host.error(wire, None))
            raise
        stream.feed(_bytes_of(chunk))

    def end_all(self) -> list[asyncio.Task[None]]:
        """End all streams: the other side is gone; return the tasks that end by it."""
        writers = list(self._writers.values())
        self.abandon([*self._writers])
        readers, self._readers = self._readers, {}
        for stream, _ in readers.values():
            stream.end(self._host.gone())
        return [writer.task for writer in writers if writer.task is not None]


def _bytes_of(view: memoryview) -> bytes:
    """Return a view's bytes, without a copy where it is one of whole bytes."""
    whole = view.obj
    return whole if type(whole) is bytes and len(whole) == view.nbytes else bytes(view)
