"""The DataLab kernel's journal: what it published while this client's link was down."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.kernels._messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["JournalReader", "keeps_journal"]

TARGET = "datalab.journal"
ANSWER_S = 30.0
"""How long a kernel may take for all of it."""
AGAIN_S = 0.3
"""After which the first question is asked again, later and later: what a kernel publishes reaches who
is subscribed by then, and a server that has just connected to a busy kernel may not be."""


def keeps_journal(info: Mapping[str, Any] | None) -> bool:
    """Return whether a kernel may keep one, by its kernel_info; others are not asked, they would complain."""
    return (info or {}).get("implementation") == "datalab-kernel"


class JournalReader:
    """Ask for what was missed, by a comm of its own.

    Parameters
    ----------
    send
        Sends a message at once.
    client_id, username
        Of the connection.
    """

    def __init__(self, send: Callable[[Message], object], client_id: str, username: str) -> None:
        self._send = send
        self._client_id, self._username = client_id, username
        self._comm_id = uuid.uuid4().hex
        self._asked: set[str] = set()
        self._open: set[str] = set()
        """The question that isn't answered yet, as often as it was asked."""
        self._is_heard = asyncio.Event()
        """Set when the kernel was heard to begin with an answer: the rest comes."""
        self._answers: asyncio.Queue[Message | None] = asyncio.Queue()

    async def missed(self, after: str) -> list[Message] | None:
        """Return what was published behind a message, or None where it isn't known any more.

        Parameters
        ----------
        after
            The id of the last message that was seen on iopub.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._read(after)
        except TimeoutError:
            return None
        finally:
            self._ask("comm_close", {})

    async def _read(self, after: str) -> list[Message] | None:
        await self._begin({"after": after})
        found: list[Message] = []
        rest = b""
        while (answer := await self._answers.get()) is not None:
            page = answer.content.get("data") or {}
            since = page.get("since")
            if since is None:
                return None
            rest += b"".join(bytes(buffer) for buffer in answer.buffers)
            for said in page["messages"]:
                if len(rest) < sum(said["sizes"]):
                    break
                message, rest = _cut(rest, said["sizes"])
                found.append(message)
                since = said["number"]
            if since == page["last"]:
                return found
            place = {"since": since, "offset": len(rest), "journal": page["journal"]}
            self._open.clear()
            self._ask("comm_msg", place)
        return None

    async def _begin(self, place: dict[str, Any]) -> None:
        """Ask the first question until it is heard that it is being answered."""
        self._ask("comm_open", place, target_name=TARGET)
        wait_s = AGAIN_S
        while True:
            try:
                async with asyncio.timeout(wait_s):
                    await self._is_heard.wait()
            except TimeoutError:
                self._ask("comm_msg", place)
                wait_s *= 2
            else:
                return

    def take(self, message: Message) -> bool:
        """Take a message, and return whether it is of this comm."""
        if message.content.get("comm_id") == self._comm_id:
            self._is_heard.set()
            if message.msg_type == "comm_close":
                self._answers.put_nowait(None)
            elif message.parent_id in self._open:
                self._open.clear()  # another answer to it says the same
                self._answers.put_nowait(message)
            return True
        if message.parent_id not in self._asked:
            return False
        if message.content.get("execution_state") == "busy":
            self._is_heard.set()
        return True

    def _ask(self, msg_type: str, data: dict[str, Any], **more: str) -> None:
        content = {"comm_id": self._comm_id, "data": data, **more}
        message = Message.new(msg_type, content, session=self._client_id, username=self._username)
        self._asked.add(message.msg_id)
        self._open.add(message.msg_id)
        self._send(message)


def _cut(content: bytes, sizes: list[int]) -> tuple[Message, bytes]:
    """Return the first message in bytes, and the rest."""
    parts, place = [], 0
    for size in sizes:
        parts.append(content[place : place + size])
        place += size
    header, parent, metadata, body = (json.loads(part) for part in parts[:4])
    message = Message(
        channel="iopub",
        header=header,
        parent_header=parent or {},
        metadata=metadata or {},
        content=body or {},
        buffers=tuple(memoryview(part) for part in parts[4:]),
    )
    return message, content[place:]
