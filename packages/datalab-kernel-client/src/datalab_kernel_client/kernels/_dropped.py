"""What was dropped on its way although the link held: found out, and requests ended nevertheless.

ZMQ's publishers drop what a server that stands still doesn't take, and tell nobody; the word that a
request has ended may be among it. A request behind the one in question shows: what the kernel has
published before is there by then, or was dropped.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from datalab_kernel_client.kernels._future import KernelFuture
from datalab_kernel_client.kernels._gaps import says_missed
from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.kernels._numbers import Numbers, note_look

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from datalab_kernel_client.kernels._link import Link
    from datalab_kernel_client.kernels._pending import Pending
    from datalab_kernel_client.kernels._recovery import Face

__all__ = ["ANSWER_S", "IDLE_S", "DroppedOutput"]

REASON = "dropped"
IDLE_S = 2.0
"""How long after its reply the end of a request may come before the kernel is asked."""
ANSWER_S = 5.0
"""The same for the end of that question, before it is asked again."""


class Messages(Protocol):
    """What this needs of the traffic."""

    link: Link
    pending: Pending

    def tell_gap(self, since: datetime, reason: str) -> None:
        """Tell that messages may be missing."""

    def later(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in a task."""


class DroppedOutput:
    """Watch over the execution that runs.

    Parameters
    ----------
    traffic
        Sends, and tells gaps.
    face
        The connection.
    """

    def __init__(self, traffic: Messages, face: Face) -> None:
        self._traffic, self._face = traffic, face
        self._looks: set[str] = set()
        self._numbers: Numbers | None = None
        """Of what the kernel has made since the execution began."""
        self._msg_id = ""
        """The execution."""
        self._since = datetime.now(UTC)

    def explain(self) -> None:
        """Take it that what is missing of the execution has been told of."""
        self._numbers = None

    def note(self, message: Message) -> None:
        """Take note of what the kernel published, or asked this client."""
        future = self._traffic.pending.get(message.parent_id)
        is_execution = future is not None and future.msg.msg_type == "execute_request"
        if is_execution and message.parent_id != self._msg_id:
            self._msg_id, self._since = message.parent_id, datetime.now(UTC)
            self._numbers = Numbers(message.msg_id, self._looks)
        elif self._numbers is not None:
            self._numbers.take(message)
        note_look(self._looks, message)
        if says_missed(message):
            self._traffic.tell_gap(self._since, REASON)

    async def hand_on(self, message: Message, future: KernelFuture) -> None:
        """Give a request what the kernel published; its end waits until it is clear what is missing."""
        is_end = message.content.get("execution_state") == "idle"
        if is_end and message.parent_id == self._msg_id and self._has_hole:
            self._traffic.later(self._end_with_hole(message, future))
        else:
            await future.take_iopub(message)

    @property
    def _has_hole(self) -> bool:
        return self._numbers is not None and bool(self._numbers.missing)

    async def _end_with_hole(self, end: Message, future: KernelFuture) -> None:
        """Wait for what other threads of the kernel have numbered before, and publish after."""
        numbers, since = self._numbers, self._since
        await self._asked_behind()
        if numbers is not None and numbers is self._numbers and numbers.missing:
            self._traffic.tell_gap(since, REASON)
        await future.take_iopub(end)

    def expect_end(self, future: KernelFuture) -> None:
        """See to it that a request which was answered ends."""
        if not future.is_done:
            asyncio.get_running_loop().call_later(IDLE_S, self._begin_to_ask, future)

    def _begin_to_ask(self, future: KernelFuture) -> None:
        if not future.is_done:
            self._traffic.later(self._end_without_end(future))

    async def _end_without_end(self, future: KernelFuture) -> None:
        since = datetime.now(UTC)
        if await self._asked_behind() and not future.is_done:
            self._traffic.tell_gap(self._since if future.msg_id == self._msg_id else since, REASON)
            future.end_without_idle()

    async def _asked_behind(self) -> bool:
        """Ask the kernel until the answer has come whole; return False where the link broke meanwhile."""
        while True:
            question = Message.new(
                "kernel_info_request",
                {},
                session=self._face.client_id,
                username=self._face.username,
            )
            answer = KernelFuture(question, self._face)
            self._traffic.pending.add(answer)
            self._traffic.link.send(question)
            while not await answer.ended(ANSWER_S) and answer.reply is None:
                pass  # busy with another client's cell, or read slowly here
            if answer.is_done:
                return answer.is_whole
            answer.dispose()  # of this, too, the end was dropped
