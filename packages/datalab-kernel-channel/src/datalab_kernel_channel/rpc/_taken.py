"""The calls that the other side makes over one link: each runs at most once and is answered once."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel._errors import WireValueError
from datalab_kernel_channel.protocol._calls import CallsTaken
from datalab_kernel_channel.protocol._table import Refused
from datalab_kernel_channel.rpc._errors_on_wire import error_to_wire, value_error_to_wire
from datalab_kernel_channel.rpc._host import Host, TakenCall
from datalab_kernel_channel.streams._in import InStream
from datalab_kernel_channel.streams._out import OutStream
from datalab_kernel_channel.values._encoding import encode

if TYPE_CHECKING:
    from datalab_kernel_channel.rpc._driver import LinkDriver
    from datalab_kernel_channel.rpc._made import Sender
    from datalab_kernel_channel.rpc._streaming import Streaming

__all__ = ["CallsIn", "stream_of"]

STARTED_BYTES = 64
"""What a ``started`` takes as JSON, at most."""
Decode = Callable[[Any, list[InStream]], Any]
"""Decodes a tree, and appends the streams that it opens."""


def stream_of(value: Any) -> OutStream | None:
    """Return the stream that a value stands for: one that was made, or an asynchronous generator's."""
    if isinstance(value, OutStream):
        return value
    return OutStream(value) if inspect.isasyncgen(value) else None


class CallsIn:
    """The calls that the other side makes over one link.

    Parameters
    ----------
    driver, sender, streaming
        The link's.
    host
        Knows what is exposed and runs it.
    """

    def __init__(
        self, driver: LinkDriver, sender: Sender, streaming: Streaming, host: Host
    ) -> None:
        self._driver = driver
        self._sender = sender
        self._streaming = streaming
        self._host = host
        self._calls: CallsTaken[TakenCall] = CallsTaken()
        self._notified: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ calls

    def take(self, item: dict[str, Any], decode: Decode) -> None:
        """Take a ``call``: acknowledge and run it, or answer why not."""
        number, method = item["call"], item["method"]
        try:
            self._calls.check(number)
        except Refused as refused:
            if refused.reason != "doubled_call":
                self._answer_refused(number, refused)
            raise
        function = self._host.exposed.get(method)
        if function is None:
            available = sorted(self._host.exposed)
            error = {"kind": "method_not_found", "method": method, "available": available}
            self._post_error(number, error)
            raise Refused("method", method[:80])
        call = TakenCall(number=number, method=method, wants_progress=item["progress"])
        try:
            arguments = self._arguments(item, decode, call)
        except Refused as refused:
            self._answer_refused(number, refused)
            raise
        self._driver.post({"item": "started", "call": number}, json_bytes=STARTED_BYTES)
        self._calls.begin(number, call)
        call.progress = lambda value: self._progress(call, value)
        self._run(function, arguments, call)

    def _arguments(self, item: dict[str, Any], decode: Decode, call: TakenCall) -> list[Any]:
        try:
            arguments = decode(item["args"], call.streams)
        except Refused:
            self._drop_streams(call)
            raise
        if isinstance(arguments, list):
            return arguments
        self._drop_streams(call)
        raise Refused("bad_value", "args that aren't a list")

    def _answer_refused(self, number: int, refused: Refused) -> None:
        error = {"kind": "refused", "reason": refused.reason, "message": str(refused.detail)}
        self._post_error(number, error)

    def _post_error(self, number: int, error: dict[str, Any]) -> None:
        self._driver.post({"item": "error", "call": number, "error": error})

    def _run(self, function: Callable[..., Any], arguments: list[Any], call: TakenCall) -> None:
        context = self._host.context(call)
        try:
            result = context.run(self._host.invoke, function, arguments, call)
        except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001 - the caller gets it
            self._fail(call, error)
            return
        if inspect.isawaitable(result):
            loop = asyncio.get_running_loop()
            call.task = loop.create_task(self._await(result, call), context=context)
        else:
            self._finish(call, result)
            self._driver.answered()

    async def _await(self, result: Any, call: TakenCall) -> None:
        try:
            value = await result
        except (Exception, asyncio.CancelledError, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001 - the caller gets it
            self._fail(call, error)
        else:
            self._finish(call, value)

    def _finish(self, call: TakenCall, value: Any) -> None:
        if call.number is None:
            self._drop_streams(call)
            return
        if self._calls.running(call.number) is not call:
            return  # the other side is gone
        try:
            encoded = encode(value, path="result", stream_of=stream_of)
            item = {"item": "result", "call": call.number}
            _, streams = self._sender.post(item, "value", encoded)
        except WireValueError as error:
            self._end(call, value_error_to_wire(error))
        except Exception as error:  # noqa: BLE001 - a codec of a stranger's, or a stream that was read
            self._end(call, error_to_wire(error))
        else:
            self._calls.end(call.number)
            if streams:
                self._streaming.on_end(streams, lambda: self._drop_streams(call))
            else:
                self._drop_streams(call)

    def _fail(self, call: TakenCall, error: BaseException) -> None:
        if call.number is None:
            self._drop_streams(call)
            self._host.notification_failed(call.method, error)
        elif self._calls.running(call.number) is call:
            self._end(call, error_to_wire(error))

    def _end(self, call: TakenCall, error: dict[str, Any]) -> None:
        assert call.number is not None  # noqa: S101 - a notification isn't answered
        self._calls.end(call.number)
        self._post_error(call.number, error)
        self._drop_streams(call)

    @staticmethod
    def _drop_streams(call: TakenCall) -> None:
        for stream in call.streams:
            stream.stop()

    def _progress(self, call: TakenCall, value: Any) -> None:
        is_awaited = call.number is not None and self._calls.running(call.number) is call
        if is_awaited and call.wants_progress:
            encoded = encode(value, path="progress")
            self._sender.post_now({"item": "progress", "call": call.number}, "value", encoded)

    def cancel(self, number: int) -> None:
        """Take a ``cancel``; one that comes after the answer changes nothing."""
        call = self._calls.running(number)
        if call is None:
            return
        if call.abort is not None:
            self._end(call, {"kind": "cancelled"})
        call.stop()

    # ------------------------------------------------------------ notifications

    def notify(self, item: dict[str, Any], decode: Decode) -> None:
        """Take a ``notify``."""
        method = item["method"]
        function = self._host.exposed.get(method)
        if function is None:
            raise Refused("method", method[:80])
        call = TakenCall(number=None, method=method)
        arguments = self._arguments(item, decode, call)
        self._run(function, arguments, call)
        if call.task is not None:
            self._notified.add(call.task)
            call.task.add_done_callback(self._notified.discard)

    def end_all(self) -> list[asyncio.Task[None]]:
        """End what runs: the other side is gone; return the tasks that end by it."""
        calls = self._calls.end_all()
        for call in calls:
            call.stop()
        tasks = [call.task for call in calls if call.task is not None] + [*self._notified]
        for task in self._notified:
            task.cancel()
        return tasks
