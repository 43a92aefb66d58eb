"""One side of a link as calls, notifications and streams: the same in the kernel and in a page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._blobs import Blobs
from datalab_kernel_channel.protocol._link import Link
from datalab_kernel_channel.protocol._table import Refused, Side, check_item
from datalab_kernel_channel.rpc._driver import LinkDriver
from datalab_kernel_channel.rpc._made import CallsOut, Sender
from datalab_kernel_channel.rpc._streaming import Streaming
from datalab_kernel_channel.rpc._taken import CallsIn, stream_of
from datalab_kernel_channel.values._decoding import Decoder
from datalab_kernel_channel.values._encoding import Encoded, encode

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from datalab_kernel_channel.protocol._calls import CallNumbers
    from datalab_kernel_channel.protocol._link import Frame
    from datalab_kernel_channel.rpc._host import Host
    from datalab_kernel_channel.streams._in import InStream

__all__ = ["Peer"]

PLAIN = frozenset({str, bool, float, type(None)})
"""What a tree's values of these types stand for: themselves."""
OTHER: dict[Side, Side] = {"kernel": "page", "page": "kernel"}


class Peer:
    """One side of a link.

    Parameters
    ----------
    host
        Who owns this side.
    send
        Sends a frame (without its envelope) and its buffers.
    numbers
        Numbers the calls that this side makes.
    """

    def __init__(
        self,
        host: Host,
        send: Callable[[dict[str, Any], Sequence[Any]], None],
        numbers: CallNumbers,
    ) -> None:
        self._host = host
        self._from: Side = OTHER[host.side]
        self.link = Link(may_be_lost=host.side == "kernel")
        self.driver = LinkDriver(self.link, send, self._flushed)
        self.streaming = Streaming(self.driver, host)
        self._sender = Sender(self.driver, self.streaming)
        self.calls_out = CallsOut(self.driver, self._sender, self.streaming, numbers, host)
        self._calls_in = CallsIn(self.driver, self._sender, self.streaming, host)
        self._blobs = Blobs()
        self._is_awaiting = False

    # ------------------------------------------------------------ what we ask

    async def call(
        self,
        method: str,
        arguments: Encoded,
        *,
        deadline: float | None = None,
        on_progress: Callable[[Any], object] | None = None,
        may_move: bool = False,
    ) -> Any:
        """Call a function of the other side; see :meth:`CallsOut.call`."""
        return await self.calls_out.call(
            method, arguments, deadline=deadline, on_progress=on_progress, may_move=may_move
        )

    def notify(self, method: str, arguments: Encoded) -> None:
        """Run a function of the other side without an answer."""
        self._sender.post_now({"item": "notify", "method": method}, "args", arguments)

    @staticmethod
    def encode(arguments: Sequence[Any]) -> Encoded:
        """Check the arguments of a call.

        Raises
        ------
        WireValueError
            If one can't travel.
        """
        return encode([*arguments], path="args", stream_of=stream_of)

    # ------------------------------------------------------------ what comes

    def receive(self, frame: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Take a frame that fits the table.

        Raises
        ------
        Refused
            If its numbers can't be. What is wrong with items is told to the host, one by one.
        """
        self.driver.receive(frame, buffers, self._take_items)

    def _take_items(self, frame: Frame) -> None:
        (data, own), start = frame, 0
        for item in data["items"]:
            try:
                count = check_item(item, self._from, len(own) - start)
                self._take(item, own[start : start + count])
            except Refused as refused:
                count = _count_of(item)
                self._host.refuse(refused.reason, refused.detail)
            start += count

    def _take(self, item: dict[str, Any], buffers: list[Any]) -> None:
        decode = partial(self._decode, buffers)
        match item["item"]:
            case "call":
                self._calls_in.take(item, decode)
            case "notify":
                self._calls_in.notify(item, decode)
            case "cancel":
                self._calls_in.cancel(item["call"])
            case "started" | "progress" | "result" | "error":
                self.calls_out.take(item, lambda: decode(item["value"], []))
            case "part":
                self._blobs.add(item["blob"], item["size"], buffers[0])
            case "chunk" | "end" | "fail" | "credit" | "stop":
                self.streaming.take(item, buffers)
            case _:
                self._host.take(item)

    def _decode(self, buffers: list[Any], tree: Any, streams: list[InStream]) -> Any:
        if type(tree) in PLAIN:
            return tree

        def open_stream(tag: dict[str, Any]) -> InStream:
            streams.append(self.streaming.open_reader(tag))
            return streams[-1]

        return Decoder(buffers, self._blobs.take, open_stream).value(tree)

    # ------------------------------------------------------------ life

    def _flushed(self) -> None:
        self.streaming.start_writers()
        is_awaiting = len(self.calls_out) > 0 or self.streaming.is_reading
        if is_awaiting != self._is_awaiting:
            self._is_awaiting = is_awaiting
            self.driver.await_signs(is_awaiting=is_awaiting)
        self._host.look(is_connected=self.link.is_connected)

    def end(self) -> list[asyncio.Task[None]]:
        """End the link: one side is gone; return the tasks that end by it."""
        self.calls_out.end_all()
        tasks = self._calls_in.end_all() + self.streaming.end_all()
        self.driver.close()
        return tasks


def _count_of(item: Any) -> int:
    count = item.get("buffers", 0) if isinstance(item, dict) else 0
    return count if type(count) is int and count >= 0 else 0
