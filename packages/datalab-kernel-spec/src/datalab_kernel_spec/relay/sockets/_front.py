"""The sockets that Jupyter connects to, and how a message leaves through them."""

from __future__ import annotations

import json
import os
import select
import time
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.relay.sockets._message import HELLO, Message, Signer, new_header
from datalab_kernel_spec.relay.sockets._readers import SILENCE_S, Readers
from datalab_kernel_spec.relay.sockets._router import Router
from datalab_kernel_spec.relay.sockets._sockets import listening_socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.relay.sockets._poll import Poll

__all__ = ["Front"]

SILENCE_VARIABLE = "DATALAB_KERNEL_SILENCE_S"
"""Sets how long a reader may take nothing (ours, for tests)."""


class Front:
    """Jupyter's side of the relay.

    Parameters
    ----------
    connection
        The content of the connection file.
    poll
        The relay's, which is told of all who connect.
    running
        Gives the request of the cell that front ends were shown as running, if one is.
    record
        Is told of all that front ends are shown.
    """

    def __init__(
        self,
        connection: dict[str, Any],
        signer: Signer,
        poll: Poll,
        running: Callable[[], Message | None],
        record: Callable[[list[bytes]], None] | None = None,
    ) -> None:
        self.connection = connection
        self.signer = signer
        self.running = running
        self._record = record
        self.shell = Router(listening_socket(connection, "shell_port"), poll)
        self.control = Router(listening_socket(connection, "control_port"), poll)
        self.stdin = Router(listening_socket(connection, "stdin_port"), poll)
        self.heartbeat = Router(listening_socket(connection, "hb_port"), poll)
        self.heartbeat.open(self.heartbeat.send)
        self.iopub = Readers(
            listening_socket(connection, "iopub_port"),
            poll,
            self._welcome,
            float(os.environ.get(SILENCE_VARIABLE, SILENCE_S)),
        )

    def publish(self, message: Message) -> None:
        """Show a message to all front ends."""
        self.publish_frames(self.signer.frames(message))

    def publish_frames(self, frames: list[bytes]) -> None:
        """Show all front ends a message that is signed."""
        if self._record is not None:
            self._record(frames)
        self.iopub.publish(frames)

    def tell_of_missed(self, parent: bytes) -> None:
        """Say how much those front ends missed that took nothing for too long."""
        for note in self.iopub.notes_of_missed(parent):
            frames = self.signer.frames(note)
            if self._record is not None:
                self._record(frames)
            self.iopub.publish(frames, is_note=True)

    def _welcome(self, topic: bytes) -> list[bytes]:
        """Welcome a subscriber (Jupyter's JEP 65), so that it knows it will miss nothing."""
        welcome = Message(
            identities=[topic],
            header=new_header("iopub_welcome", HELLO),
            content=json.dumps({"subscription": topic.decode("utf-8", "replace")}).encode(),
        )
        return self.signer.frames(welcome)

    def reply(self, socket: Router, message: Message) -> None:
        """Send a message to the one that its identities name."""
        socket.send(self.signer.frames(message))

    def answer(
        self,
        socket: Router,
        request: Message,
        msg_type: str,
        content: dict[str, Any],
    ) -> None:
        """Answer a request here, with the statuses around it that the protocol wants."""
        self.publish_state(request, "busy")
        self.reply(socket, request.reply(request.identities, msg_type, content))
        self.publish_idle(request)

    def publish_idle(self, request: Message) -> None:
        """Publish that a request was answered here."""
        self.publish_state(request, "idle")
        if running := self.running():  # else front ends show an idle kernel beside it
            self.publish_state(running, "busy")

    def publish_state(self, request: Message, state: str) -> None:
        """Publish that a request is worked on (``busy``), or has been (``idle``)."""
        self.publish(request.reply([b"status"], "status", {"execution_state": state}))

    def finish(self, within_s: float) -> None:
        """Send what waits, then leave."""
        self.iopub.flush()
        sockets: tuple[Router | Readers, ...] = (
            self.shell,
            self.control,
            self.stdin,
            self.heartbeat,
            self.iopub,
        )
        until = time.monotonic() + within_s
        while waiting := {fd: send for socket in sockets for fd, send in socket.unsent.items()}:
            left_s = until - time.monotonic()
            if left_s <= 0:
                break
            poll = select.poll()
            for fd in waiting:
                poll.register(fd, select.POLLOUT)
            for fd, _event in poll.poll(left_s * 1000):
                waiting[fd]()
        for socket in sockets:
            socket.close()
