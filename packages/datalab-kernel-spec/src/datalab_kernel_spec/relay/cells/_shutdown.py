"""A restart or shutdown in the middle of cells: each of them still comes to an end.

xpython answers at once and then waits for its cell, until Jupyter kills it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_spec.relay.cells._queue import CellQueue
    from datalab_kernel_spec.relay.cells._turns import Turns
    from datalab_kernel_spec.relay.sockets._front import Front
    from datalab_kernel_spec.relay.sockets._message import Message

__all__ = ["IDLE", "REPLY", "Shutdown"]

REPLY, IDLE = "shutdown_reply", "idle"
WORDS = {True: ("KernelRestart", "restarted"), False: ("KernelShutdown", "shut down")}


class Shutdown:
    """What was asked for, and the end of the cells."""

    def __init__(self, front: Front, queue: CellQueue, turns: Turns) -> None:
        self._front = front
        self._queue = queue
        self._turns = turns
        self._is_restart = False
        self._request: Message | None = None
        self._published: set[str] = set()

    def ask(self, request: Message) -> None:
        """Remember whether the kernel is to come back."""
        self._is_restart = bool(request.content_fields.get("restart"))
        self._request = request

    def note(self, what: str) -> None:
        """Learn that its reply, or that it is idle, was published."""
        self._published.add(what)

    def publish_rest(self) -> None:
        """Publish what xpython hasn't: its end may come before what it says last has left it."""
        request, self._request = self._request, None
        if request is None:
            return
        if REPLY not in self._published:
            content = {"status": "ok", "restart": self._is_restart}
            self._front.publish(request.reply([b"shutdown"], REPLY, content))
        if IDLE not in self._published:
            self._front.publish_state(request, IDLE)

    def mended(self, reply: Message) -> Message:
        """Return what xeus says of it, as the protocol has it: its type, and what was asked for."""
        header = {**reply.header_fields, "msg_type": REPLY}
        content = {**reply.content_fields, "restart": self._is_restart}
        return reply._replace(
            header=json.dumps(header).encode(), content=json.dumps(content).encode()
        )

    def end_cells(self) -> None:
        """Answer what runs with an error, and what waits behind it as aborted."""
        name, what = WORDS[self._is_restart]
        text = f"The kernel was {what} while this cell ran."
        error = {"ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}
        for number, request in enumerate(self._queue.given_up()):
            self._turns.give_up(request.header_fields["msg_id"])
            reply: dict[str, Any] = {"status": "aborted"}
            if number == 0:
                self._front.publish(request.reply([b"error"], "error", error))
                reply = {"status": "error", **error}
            self._front.reply(
                self._front.shell, request.reply(request.identities, "execute_reply", reply)
            )
            self._front.publish_state(request, IDLE)
