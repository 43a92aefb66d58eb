"""The first words with a kernel: it is asked what it is, again and again until it answers.

An answer doesn't prove that what the kernel publishes comes as well: a server's socket for that is
subscribed some time after it was made, or made again, and until then it gets nothing, of a cell's end
neither. So the kernel is greeted only when something was heard there, too.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal, Protocol

from datalab_kernel_client.kernels._messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from datalab_kernel_client.kernels._models import KernelModel
    from datalab_kernel_client.kernels._status import ConnectionStatus, Status

__all__ = ["PATIENCE_S", "SPEAKS_S", "Greeting"]

PATIENCE_S = 3.0
"""How long requests wait for the kernel's first answer on a link, and how often it is asked."""
SPEAKS_S = 120.0
"""How long a kernel that starts is asked."""
HEARD_S = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Waits before a kernel that has answered, but of which nothing came on iopub, is asked again."""


class Asker(Protocol):
    """Who the greeting works for: a connection's traffic."""

    connection_status: ConnectionStatus

    @property
    def status(self) -> Status:
        """What the kernel does."""

    def later(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in a task."""


class Client(Protocol):
    """In whose name it asks."""

    client_id: str
    username: str
    model: KernelModel


class Greeting:
    """Ask for kernel_info, and know what was answered.

    Parameters
    ----------
    send
        Sends a message before everything that waits.
    client
        In whose name.
    asker
        The traffic.
    """

    def __init__(self, send: Callable[[Message], object], client: Client, asker: Asker) -> None:
        self._send, self._client, self._asker = send, client, asker
        self._asked: set[str] = set()
        self._has_answered = self._is_heard = self._is_listening = False
        self._spoken = asyncio.Event()
        self.info: dict[str, Any] | None = None
        """What the kernel says of itself."""

    @property
    def is_answered(self) -> bool:
        """Whether the kernel has spoken since it was greeted."""
        return self._spoken.is_set()

    def begin(self) -> None:
        """Wait for the kernel's word from now on."""
        self._has_answered = self._is_heard = False
        self._spoken.clear()

    def end(self) -> None:
        """Wait no more: the kernel is dead."""
        self._spoken.set()

    def ask(self, channel: Literal["shell", "control"] = "shell") -> None:
        """Ask once."""
        message = Message.new(
            "kernel_info_request",
            channel=channel,
            session=self._client.client_id,
            username=self._client.username,
        )
        self._asked.add(message.msg_id)
        self._send(message)

    def ask_anew(self) -> None:
        """Ask a kernel that starts."""
        self.begin()
        self.ask()
        self._asker.later(self.ask_until_answered())

    async def ask_until_answered(self) -> None:
        """Ask again and again: a kernel that starts says idle only when it is asked.

        What is sent while it restarts may be lost. Where a cell runs, control answers.
        """
        for _ in range(int(SPEAKS_S / PATIENCE_S)):
            if await self.answered(PATIENCE_S) or self._asker.connection_status == "disconnected":
                return
            self.ask("control" if self._asker.status == "busy" else "shell")

    async def answered(self, limit_s: float) -> bool:
        """Wait until the kernel has spoken or is dead, and return whether that was in time."""
        try:
            async with asyncio.timeout(limit_s):
                await self._spoken.wait()
        except TimeoutError:
            return False
        return True

    def take(self, message: Message) -> None:
        """Take the kernel's answer."""
        self.info = message.content
        self._has_answered = True
        if self._is_heard:
            self._spoken.set()
        elif not self._is_listening:
            self._is_listening = True
            self._asker.later(self._ask_until_heard())

    def hear(self) -> None:
        """Take note that the kernel has published something."""
        self._is_heard = True
        if self._has_answered:
            self._spoken.set()

    async def _ask_until_heard(self) -> None:
        """Ask again until something comes on iopub; a kernel that publishes nothing is taken as it is."""
        for wait_s in HEARD_S:
            await asyncio.sleep(wait_s)
            if self._is_heard or self._asker.connection_status == "disconnected":
                break
            self.ask("control" if self._asker.status == "busy" else "shell")
        else:
            self.hear()
        self._is_listening = False

    def forget(self, msg_id: str) -> bool:
        """Return whether a request was of the greeting, and know it no more."""
        if msg_id not in self._asked:
            return False
        self._asked.discard(msg_id)
        return True
