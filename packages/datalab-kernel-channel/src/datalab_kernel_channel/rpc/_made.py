"""The calls that we make over one link."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._blobs import parts_of
from datalab_kernel_channel.protocol._calls import CallNumbers, CallsMade
from datalab_kernel_channel.protocol._table import LIMITS
from datalab_kernel_channel.rpc._deadlines import Deadlines
from datalab_kernel_channel.rpc._host import Expired, Gone, Host, MadeCall
from datalab_kernel_channel.values._encoding import text_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_channel.protocol._link import Parcel
    from datalab_kernel_channel.rpc._driver import LinkDriver
    from datalab_kernel_channel.rpc._streaming import Streaming
    from datalab_kernel_channel.values._encoding import Encoded

__all__ = ["CallsOut", "Sender"]

ITEM_BYTES = 128
"""What an item takes as JSON at most, but for texts and its value."""


class Sender:
    """Posts items with values: large buffers first, streams behind."""

    def __init__(self, driver: LinkDriver, streaming: Streaming) -> None:
        self._driver = driver
        self._streaming = streaming
        self._last_blob = 0

    def _next_blob(self) -> int:
        self._last_blob += 1
        return self._last_blob

    def post(
        self, item: dict[str, Any], key: str, value: Encoded
    ) -> tuple[list[Parcel], list[int]]:
        """Post an item whose `key` is a value; return its parcels and the numbers of its streams."""
        opened: list[int] = []

        def open_stream(stream: Any) -> int:
            opened.append(self._streaming.open_writer(stream))
            return opened[-1]

        try:
            tree, tree_bytes, own, blobs = value.bind(self._next_blob, open_stream)
        except BaseException:
            self._streaming.release(opened)
            raise
        parcels = [
            self._driver.post(part, [piece]) for blob in blobs for part, piece in parts_of(*blob)
        ]
        item[key] = tree
        parcels.append(self._driver.post(item, own, json_bytes=tree_bytes + _item_bytes(item)))
        self._streaming.follow(opened, parcels[-1])
        return parcels, opened

    def post_now(self, item: dict[str, Any], key: str, value: Encoded) -> None:
        """Post an item without waiting for the end of the loop's turn."""
        tree, tree_bytes, own, blobs = value.bind(self._next_blob, self._streaming.open_writer)
        for blob in blobs:
            for part, piece in parts_of(*blob):
                self._driver.link.post(part, [piece])
        item[key] = tree
        self._driver.post_now(item, own, json_bytes=tree_bytes + _item_bytes(item))


def _item_bytes(item: dict[str, Any]) -> int:
    """Return what an item takes as JSON at most, its value aside."""
    return ITEM_BYTES + text_bytes(item.get("method", ""))


class _Slots:
    """How many calls may be unanswered; the rest waits in line."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._line: deque[asyncio.Future[None]] = deque()

    def take_free(self) -> bool:
        """Take one if that is possible at once."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    async def take(self) -> None:
        """Wait in line for one."""
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()
            raise

    def give(self) -> None:
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class CallsOut:
    """The calls that we make over one link.

    Parameters
    ----------
    driver, sender, streaming
        The link's.
    numbers
        Numbers calls.
    host
        Turns errors into exceptions.
    """

    def __init__(
        self,
        driver: LinkDriver,
        sender: Sender,
        streaming: Streaming,
        numbers: CallNumbers,
        host: Host,
    ) -> None:
        self._driver = driver
        self._sender = sender
        self._streaming = streaming
        self._host = host
        self._calls: CallsMade[MadeCall] = CallsMade(numbers)
        self._slots = _Slots(LIMITS["unanswered_calls"])
        self._deadlines = Deadlines(self._expire)

    def __len__(self) -> int:
        return len(self._calls)

    async def call(
        self,
        method: str,
        arguments: Encoded,
        *,
        deadline: float | None,
        on_progress: Callable[[Any], object] | None,
        may_move: bool,
    ) -> Any:
        """Call a function of the other side.

        Parameters
        ----------
        method, arguments
            What is called, with what.
        deadline
            When the wait is given up, by the loop's clock; None: never.
        on_progress
            Gets values on the way.
        may_move
            Whether :meth:`take_back_unsent` concerns it.

        Raises
        ------
        Gone
            If the other side is gone, or this call was taken back from its queue.
        Expired
            If the answer didn't come in time.
        """
        if not self._slots.take_free():
            await self._wait_in_line(deadline)
        call = MadeCall(
            method=method,
            future=asyncio.get_running_loop().create_future(),
            deadline=deadline,
            on_progress=on_progress,
            may_move=may_move,
        )
        self._post(call, arguments)
        self._deadlines.add(deadline)
        try:
            return await call.future
        finally:
            if not call.future.done() or call.future.cancelled():  # however the wait has ended
                call.future.cancel()
                self._give_up(call, "cancelled")

    async def _wait_in_line(self, deadline: float | None) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                await self._slots.take()
        except TimeoutError:
            raise Expired from None

    def _expire(self, now: float) -> float | None:
        """End the calls whose time is over; return the next one's time."""
        times = []
        for call in self._calls.pending():
            if call.deadline is None or call.future.done():
                continue
            if call.deadline <= now:
                call.future.set_exception(Expired())
                self._give_up(call, "timeout")
            else:
                times.append(call.deadline)
        return min(times, default=None)

    def _post(self, call: MadeCall, arguments: Encoded) -> None:
        call.number = self._calls.add(call)
        item = {"item": "call", "call": call.number, "method": call.method}
        item["progress"] = call.on_progress is not None
        try:
            call.parcels, call.streams = self._sender.post(item, "args", arguments)
        except BaseException:
            self._forget(call)
            raise

    def _forget(self, call: MadeCall) -> None:
        self._calls.forget(call.number)
        self._slots.give()

    def _give_up(self, call: MadeCall, reason: str) -> None:
        if self._take_back(call):
            self._forget(call)
        else:
            self._driver.post({"item": "cancel", "call": call.number, "reason": reason})
            self._streaming.abandon(call.streams)

    def _take_back(self, call: MadeCall) -> bool:
        if call.is_sent:
            return False
        for parcel in call.parcels:
            self._driver.link.withdraw(parcel)
        self._streaming.release(call.streams)
        return True

    def take_back_unsent(self) -> None:
        """Give back the calls of which nothing was sent, for another client to take."""
        for call in self._calls.pending():
            if call.may_move and not call.future.done() and self._take_back(call):
                self._forget(call)
                call.future.set_exception(Gone(executed=False))

    def take(self, item: dict[str, Any], value: Callable[[], Any]) -> None:
        """Take an item that answers a call; `value` decodes what it holds."""
        call = self._calls.find(item["call"])
        match item["item"]:
            case "started":
                call.is_started = True
            case "progress":
                self._progress(call, value())
            case _:
                self._calls.end(item["call"])
                self._slots.give()
                self._end(call, item, value)

    def _end(self, call: MadeCall, item: dict[str, Any], value: Callable[[], Any]) -> None:
        call.is_started = True
        if item["item"] == "error":
            if not call.future.done():
                call.future.set_exception(self._host.error(item["error"], call.method))
            self._streaming.abandon(call.streams)
            return
        try:
            result = value()
        except Exception as refused:
            if not call.future.done():
                wire = {"kind": "refused", "reason": "bad_value", "message": str(refused)}
                call.future.set_exception(self._host.error(wire, call.method))
            raise
        if not call.future.done():
            call.future.set_result(result)

    def _progress(self, call: MadeCall, value: Any) -> None:
        if call.future.done() or call.on_progress is None:
            return
        try:
            call.on_progress(value)
        except Exception as error:  # noqa: BLE001 - the caller's own function: the caller gets it
            call.future.set_exception(error)
            self._give_up(call, "cancelled")

    def end_all(self) -> None:
        """End the calls: the other side is gone."""
        self._deadlines.close()
        for call in self._calls.end_all():
            self._slots.give()
            if not call.future.done():
                call.future.set_exception(Gone(executed=call.executed))
