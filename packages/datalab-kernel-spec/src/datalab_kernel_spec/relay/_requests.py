"""What front ends send: passed on to xpython, or answered here.

What xpython doesn't know it would report on its standard error, under the last cell.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.relay._comms import COMM_TYPES, TUNNELLED
from datalab_kernel_spec.relay._ends import PORTS
from datalab_kernel_spec.relay._usage import Usage
from datalab_kernel_spec.relay.replies._debugging import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.relay._ends import RelayEnds
    from datalab_kernel_spec.relay._parts import Parts
    from datalab_kernel_spec.relay.sockets._message import Message
    from datalab_kernel_spec.relay.sockets._router import Router

__all__ = ["Requests"]

SILENT = b'"silent": true', b'"silent":true'
"""In the request of a cell whose input isn't published."""


ON_BOTH = frozenset({"kernel_info_request", "shutdown_request", "debug_request"})
ON_SHELL = (
    ON_BOTH
    | COMM_TYPES
    | {
        "comm_info_request",
        "complete_request",
        "history_request",
        "inspect_request",
        "is_complete_request",
    }
)
"""What xpython knows, beside cells."""


class Requests:
    """Take a message from one of Jupyter's sockets."""

    def __init__(self, ends: RelayEnds, parts: Parts) -> None:
        self._kernel_pid = ends.kernel_pid
        self._terminal = ends.terminals["stderr"]
        self._front, self._inner, self._queue = parts.front, parts.inner, parts.queue
        self._comms, self._outputs, self._shutdown = parts.comms, parts.outputs, parts.shutdown
        self._gathering, self._journal = parts.gathering, parts.journal
        usage = Usage(ends.kernel_pid)
        self._answered_here: dict[str, Callable[[], dict[str, Any]]] = {
            "connect_request": self._ports,
            "usage_request": usage.now,
        }

    def from_shell(self, frames: list[bytes]) -> None:
        """Take a request, or a comm's message."""
        message = self._front.signer.message(frames)
        if message is None:
            return
        header = message.header_fields
        msg_type = header["msg_type"]
        if msg_type == "execute_request":
            self._queue.add(message, header)
            self._inner.send_all(self._queue.to_send())
            self._gathering.begin()
            self._outputs.look_away()
            if any(silent in message.content for silent in SILENT):
                self._outputs.arrived.add_cell(message.header)
        elif msg_type in COMM_TYPES and self._journal.takes(message, msg_type):
            pass
        elif msg_type in TUNNELLED and self._comms.tunnel_id:
            if not self._comms.is_strangers_close(message):
                self._inner.send(self._comms.into(message))
        elif msg_type == "comm_info_request" and self._comms.tunnel_id:
            content = self._comms.info(message)
            self._front.answer(self._front.shell, message, "comm_info_reply", content)
        elif msg_type in ON_SHELL:
            self._note_shutdown(message, msg_type)
            self._inner.shell.send(frames)
        else:
            self._answer_here(self._front.shell, message, msg_type)

    def from_control(self, frames: list[bytes]) -> None:
        """Take what doesn't wait for cells."""
        message = self._front.signer.message(frames)
        if message is None:
            return
        msg_type = message.header_fields["msg_type"]
        if msg_type == "interrupt_request":
            os.kill(self._kernel_pid, signal.SIGINT)
            self._front.answer(self._front.control, message, "interrupt_reply", {"status": "ok"})
        elif msg_type == "debug_request" and (content := refusal(message)):
            self._front.answer(self._front.control, message, "debug_reply", content)
        elif msg_type in ON_BOTH:
            self._note_shutdown(message, msg_type)
            self._inner.control.send(frames)
        else:
            self._answer_here(self._front.control, message, msg_type)

    def from_stdin(self, frames: list[bytes]) -> None:
        """Take the answer to a cell's question."""
        if self._queue.asks:  # else Stop has ended the question meanwhile
            self._queue.asks = False
            self._inner.stdin.send(frames)

    def _answer_here(self, socket: Router, message: Message, msg_type: str) -> None:
        """Answer what the relay knows; the rest is reported to who started Jupyter."""
        if msg_type in self._answered_here:
            content = self._answered_here[msg_type]()
            self._front.answer(socket, message, msg_type.replace("_request", "_reply"), content)
            return
        os.write(self._terminal, f"DataLab kernel: unknown message type {msg_type!r}\n".encode())
        self._front.publish_state(message, "busy")
        self._front.publish_idle(message)

    def _note_shutdown(self, message: Message, msg_type: str) -> None:
        if msg_type == "shutdown_request":
            self._shutdown.ask(message)

    def _ports(self) -> dict[str, Any]:
        return {"status": "ok", **{name: self._front.connection[name] for name in PORTS}}
