"""What front ends send: passed on to xpython, or answered here."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from datalab_kernel_spec.relay._comms import TUNNELLED
from datalab_kernel_spec.relay._sockets import send

if TYPE_CHECKING:
    from datalab_kernel_spec.relay._comms import Comms
    from datalab_kernel_spec.relay._front import Front
    from datalab_kernel_spec.relay._inner import Inner
    from datalab_kernel_spec.relay._outputs import Outputs
    from datalab_kernel_spec.relay._queue import CellQueue

__all__ = ["Requests"]


class Requests:
    """Take a message from one of Jupyter's sockets."""

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        kernel_pid: int,
        front: Front,
        inner: Inner,
        queue: CellQueue,
        comms: Comms,
        outputs: Outputs,
    ) -> None:
        self._kernel_pid = kernel_pid
        self._front = front
        self._inner = inner
        self._queue = queue
        self._comms = comms
        self._outputs = outputs

    def from_shell(self, frames: list[bytes]) -> None:
        """Take a request, or a comm's message."""
        message = self._front.signer.message(frames)
        if message is None:
            return
        header = message.header_fields
        msg_type = header["msg_type"]
        if msg_type == "execute_request":
            self._outputs.look_away()
            self._inner.send(self._queue.add(message, header))
        elif msg_type in TUNNELLED and self._comms.tunnel_id:
            if not self._comms.is_strangers_close(message):
                self._inner.send(self._comms.into(message))
        elif msg_type == "comm_info_request" and self._comms.tunnel_id:
            content = self._comms.info(message)
            self._front.answer(self._front.shell, message, "comm_info_reply", content)
        else:
            send(self._inner.shell, frames)

    def from_control(self, frames: list[bytes]) -> None:
        """Take what doesn't wait for cells."""
        message = self._front.signer.message(frames)
        if message is None:
            return
        if message.header_fields["msg_type"] == "interrupt_request":
            os.kill(self._kernel_pid, signal.SIGINT)
            self._front.answer(self._front.control, message, "interrupt_reply", {"status": "ok"})
        else:
            send(self._inner.control, frames)

    def from_stdin(self, frames: list[bytes]) -> None:
        """Take the answer to a cell's question."""
        if self._queue.asks:  # else Stop has ended the question meanwhile
            self._queue.asks = False
            send(self._inner.stdin, frames)
