"""After a link that broke: what is had from the kernel's journal, and which requests won't be answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from datalab_kernel_client.errors import ConnectionLostError, RequestCanceledError
from datalab_kernel_client.kernels._comms import CommOwner
from datalab_kernel_client.kernels._future import FutureOwner, KernelFuture
from datalab_kernel_client.kernels._journal import JournalReader
from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.kernels._numbers import Numbers, note_look

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import datetime

    from datalab_kernel_client.kernels._link import Link, Loss
    from datalab_kernel_client.kernels._models import EarlierClient, KernelModel
    from datalab_kernel_client.kernels._pending import Pending

__all__ = ["Face", "Recovery"]

LOOKS, LOOK_S = 30, 0.1
"""How often, and how long each time, an answer is waited for that the kernel has begun with."""


class Face(FutureOwner, CommOwner, Protocol):
    """What the traffic needs of the connection that it works for."""

    model: KernelModel
    handle_comms: bool

    @property
    def id(self) -> str:
        """The kernel's id."""


class Messages(Protocol):
    """What the recovery needs of the traffic."""

    link: Link
    pending: Pending

    async def take_iopub(self, message: Message) -> None:
        """Hand on what the kernel published."""

    def tell_gap(self, since: datetime, reason: str) -> None:
        """Tell that messages may be missing."""

    def later(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in a task."""


class Recovery:
    """Put right what a broken link has left.

    Parameters
    ----------
    traffic
        Hands messages on.
    face
        The connection.
    earlier
        The client whose place it takes.
    """

    def __init__(self, traffic: Messages, face: Face, earlier: EarlierClient | None) -> None:
        self._traffic, self._face = traffic, face
        self.last_id = earlier.last_id if earlier else ""
        """Of the kernel's message that was handed on last."""
        self.has_journal = earlier is not None and earlier.has_journal
        """Whether the kernel keeps one."""
        self._is_heir = earlier is not None
        """Whether the lost link was of another process: what was on its way there is lost, too."""
        self._looks: set[str] = set()
        self._numbers: Numbers | None = None
        """Of the messages since a link was lost, until it is clear whether some are missing."""
        self._is_told = False
        """Whether that was told of the last loss."""
        self._journal: JournalReader | None = None
        self._held: list[Message] | None = None
        """What comes while the journal is asked; it is handed on after what the journal has."""

    @property
    def holds(self) -> bool:
        """Whether what comes is held back."""
        return self._held is not None

    def begin(self) -> None:
        """Count what comes on a new link, and hold it back where there is a journal to be read before."""
        self._numbers = self._numbers or Numbers(self.last_id, self._looks)
        self._is_told = False
        if self.has_journal and self.last_id:
            self._held = []

    def note(self, message: Message) -> None:
        """Take note of a message of the kernel's on iopub that is handed on."""
        self.last_id = message.msg_id
        note_look(self._looks, message)
        if self._numbers is not None:
            self._numbers.take(message)

    def takes(self, message: Message) -> bool:
        """Take a message of the journal's, or one that is held back; return whether it was one."""
        if self._journal is not None and self._journal.take(message):
            return True
        if self._held is None:
            return False
        self._held.append(message)
        return True

    async def catch_up(self) -> bool:
        """Hand on what the kernel's journal has of the time without a link, then what came since.

        Returns
        -------
        bool
            Whether nothing is missing.
        """
        self._journal = JournalReader(
            self._traffic.link.send, self._face.client_id, self._face.username
        )
        missed = await self._journal.missed(self.last_id)
        seen = {message.msg_id for message in missed or ()}
        for message in missed or ():
            await self._traffic.take_iopub(message)
        while self._held:
            message = self._held.pop(0)
            if message.msg_id not in seen:
                await self._traffic.take_iopub(message)
        self._held = None
        return missed is not None

    async def settle(self, loss: Loss, overdue: dict[str, list[KernelFuture]]) -> None:
        """Say what can't have been kept, and find out which requests won't be answered any more."""
        if not loss.was_kept or self._cannot_tell:
            self._tell(loss)
        is_asked = False
        for channel, futures in overdue.items():
            if waiting := [future for future in futures if not future.is_done]:
                self._traffic.later(self._ask_behind(channel, waiting, loss))
                is_asked = True
        if not is_asked:
            await self._count(loss)

    @property
    def _cannot_tell(self) -> bool:
        """Whether nothing tells what was on its way to another process that was lost."""
        is_numbered = self._numbers is not None and self._numbers.are_known
        return self._is_heir and not self.has_journal and not is_numbered

    async def _count(self, loss: Loss) -> None:
        """Tell a gap where messages are missing; what comes from now on has nothing to do with the loss."""
        for _ in range(LOOKS):
            if self._numbers is None or not self._numbers.missing or not self._numbers.is_open:
                break
            await asyncio.sleep(LOOK_S)
        if self._numbers is not None and self._numbers.missing:
            self._tell(loss)
        self._numbers = None
        self._is_heir = False

    def _tell(self, loss: Loss) -> None:
        if not self._is_told:
            self._is_told = True
            self._traffic.tell_gap(loss.since, "reconnect")

    async def _ask_behind(self, channel: str, futures: list[KernelFuture], loss: Loss) -> None:
        """Wait for a request behind others: what is not answered before it will never be.

        Both are answered in order, and both replies come to this client alone.
        """
        kind, content = "kernel_info_request", {}
        if channel == "shell":
            kind = "execute_request"
            content = {
                "code": "",
                "silent": True,
                "store_history": False,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": False,
            }
        message = Message.new(
            kind,
            content,
            channel=channel,  # type: ignore[arg-type]  # one of two
            session=self._face.client_id,
            username=self._face.username,
        )
        last = KernelFuture(message, self._face)
        self._traffic.pending.add(last)
        self._traffic.link.send(message)
        try:
            await last
        except RequestCanceledError:
            return  # the next link, or whatever ended it, deals with all of them
        await self._count(loss)
        open_ones = [future for future in futures if not future.is_done]
        if not open_ones:
            return
        if not all(future.seen_reply() for future in open_ones):
            self._tell(loss)
        for future in open_ones:
            if future.reply is not None:
                future.end_without_idle()
                continue
            if (reply := future.seen_reply()) is not None:
                await future.take_reply(reply)
                continue
            text = (
                f"The answer to this {future.msg.msg_type} was lost with the link to the kernel, "
                "which has gone on: it has run, or never arrived. Ask the kernel what is so."
            )
            future.end(ConnectionLostError(text, msg_type=future.msg.msg_type))
