"""A pair of carriers within one process, which can lose and double what they carry."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel_channel.rpc._transport import Receive

__all__ = ["Direction", "FakeComm"]

Direction = Literal["to_page", "to_kernel"]


class FakeComm:
    """One end of a pair: what it sends, the other end receives in a later turn of the loop.

    Frames go through JSON, so that each end has its own.

    Examples
    --------
    >>> kernel, page = FakeComm.pair()
    """

    def __init__(self, direction: Direction) -> None:
        self.direction = direction
        self.frames_sent = 0
        self.bytes_sent = 0
        self.copies: Callable[[], int] = lambda: 1
        """How often a frame arrives, asked for each: for links that lose and double at random."""
        self.loses_buffers = False
        """Whether frames that have buffers are lost."""
        self._other: FakeComm | None = None
        self._callback: Receive | None = None
        self._dropped = 0
        self._doubled = 0
        self._silent_until_s = float("-inf")

    @classmethod
    def pair(cls) -> tuple[FakeComm, FakeComm]:
        """Return the kernel's end and the page's."""
        kernel, page = cls("to_page"), cls("to_kernel")
        kernel._other, page._other = page, kernel
        return kernel, page

    # ------------------------------------------------------------ what a transport does

    def send(self, data: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Send a frame to the other end."""
        self.frames_sent += 1
        self.bytes_sent += sum(memoryview(buffer).nbytes for buffer in buffers)
        copies = self.copies()
        is_silent = asyncio.get_running_loop().time() < self._silent_until_s
        if is_silent or (buffers and self.loses_buffers):
            copies = 0
        elif self._dropped:
            self._dropped -= 1
            copies = 0
        elif self._doubled:
            self._doubled -= 1
            copies = 2
        text = json.dumps(data)
        for _ in range(copies):
            self.send_raw(json.loads(text), [memoryview(bytes(buffer)) for buffer in buffers])

    def send_raw(self, data: Any, buffers: Sequence[Any] = ()) -> None:
        """Send anything as it is."""
        if self._other is not None:
            asyncio.get_running_loop().call_soon(self._other._receive, data, buffers)  # noqa: SLF001 - its pair

    def _receive(self, data: Any, buffers: Sequence[Any]) -> None:
        if self._callback is not None:
            self._callback(data, buffers)

    def on_receive(self, callback: Receive) -> None:
        """Say who gets what comes."""
        self._callback = callback

    def close(self) -> None:
        """Carry nothing any more, but what is on its way to the other end."""
        self._callback = None

    # ------------------------------------------------------------ faults

    def drop(self, count: int) -> None:
        """Lose the next frames."""
        self._dropped += count

    def double(self, count: int) -> None:
        """Deliver the next frames twice."""
        self._doubled += count

    def fall_silent(self, seconds: float) -> None:
        """Lose everything for a time, without a word."""
        self._silent_until_s = asyncio.get_running_loop().time() + seconds
