"""What comes from xpython: replies, questions and what it publishes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from datalab_kernel_spec.relay._comms import RESUME_ID, TYPE_KEY, Comms, under_own_type
from datalab_kernel_spec.relay._completions import with_types
from datalab_kernel_spec.relay._exit import asks_exit
from datalab_kernel_spec.relay._failures import is_shown, unmarked
from datalab_kernel_spec.relay._held import HeldStatuses
from datalab_kernel_spec.relay._kernel_info import KernelInfo
from datalab_kernel_spec.relay._order import meeting_number
from datalab_kernel_spec.relay._queue import ABORTED, CellQueue, stops_on_error
from datalab_kernel_spec.relay._sockets import send
from datalab_kernel_spec.relay._wire import Message, unsigned

if TYPE_CHECKING:
    import zmq

    from datalab_kernel_spec.relay._credit import Credit
    from datalab_kernel_spec.relay._front import Front
    from datalab_kernel_spec.relay._inner import Inner
    from datalab_kernel_spec.relay._outputs import Outputs
    from datalab_kernel_spec.relay._shutdown import Shutdown

__all__ = ["Answers"]

QUESTION_S = 0.01
"""How long a question is kept: a Stop before xpython waits for its answer would be lost."""


class Answers:
    """Take a message from one of xpython's sockets, mend it, and pass it on to Jupyter."""

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        front: Front,
        inner: Inner,
        queue: CellQueue,
        comms: Comms,
        outputs: Outputs,
        shutdown: Shutdown,
        credit: Credit,
    ) -> None:
        self._front = front
        self._inner = inner
        self._queue = queue
        self._comms = comms
        self._outputs = outputs
        self._shutdown = shutdown
        self.kernel_info = KernelInfo()
        self._credit = credit
        self.held = HeldStatuses()
        """Statuses that are published a little later."""
        self._silent_ids = [inner.hello_id.encode(), RESUME_ID.encode()]

    def from_shell(self, frames: list[bytes]) -> None:
        """Take a reply."""
        message = unsigned(frames)
        if b'"shutdown_reply"' in message.header:
            self._from_shutdown(self._front.shell, message)
            return
        if b'"complete_reply"' in message.header:
            frames = self._front.signer.frames(with_types(message))
        if b'"kernel_info_reply"' in message.header:
            frames = self._front.signer.frames(self.kernel_info.mended(message))
        if b'"execute_reply"' not in message.header:
            if message.parent_id != self._inner.hello_id:
                send(self._front.shell, frames)
            return
        self._from_cell(message, frames)

    def _from_cell(self, message: Message, frames: list[bytes]) -> None:
        self._queue.asks = False
        self.publish_held()
        request = self._queue.done(message)
        if request is None:  # it was given up
            return
        if b'"error"' in message.content:
            content = message.content_fields
            if content.get("ename") == ABORTED:
                aborted = request.reply(request.identities, "execute_reply", {"status": "aborted"})
                self._front.reply(self._front.shell, aborted)
                self._queue.aborted += 1
                return
            frames = self._front.signer.frames(
                message._replace(content=json.dumps(unmarked(content)).encode())
            )
            is_error = content.get("status") == "error"
            if is_error and self._queue.kernel_aborts and stops_on_error(request):
                self._inner.send(self._comms.resume())
        send(self._front.shell, self._numbered(frames))
        if b'"ask_exit"' in message.content and asks_exit(message.content_fields):
            self._inner.end_kernel()

    def from_control(self, frames: list[bytes]) -> None:
        """Take a reply to what doesn't wait for cells."""
        message = unsigned(frames)
        if b'"shutdown_reply"' in message.header:
            self._from_shutdown(self._front.control, message)
            return
        if b'"kernel_info_reply"' in message.header:
            frames = self._front.signer.frames(self.kernel_info.mended(message))
        send(self._front.control, frames)

    def _from_shutdown(self, socket: zmq.Socket[bytes], reply: Message) -> None:
        self._outputs.read()
        self._shutdown.end_cells()
        self._front.reply(socket, self._shutdown.mended(reply))

    def from_stdin(self, frames: list[bytes]) -> None:
        """Take a cell's question."""
        self._queue.asks = True
        time.sleep(QUESTION_S)
        send(self._front.stdin, frames)

    def from_iopub(self, frames: list[bytes]) -> None:
        """Take what is for all front ends."""
        topic = frames[0]
        if topic.endswith(b"status"):
            self._from_status(frames)
            return
        if topic.endswith(b"error"):
            content = unsigned(frames).content
            if ABORTED.encode() in content or is_shown(content):
                return
        elif topic.endswith(b"execute_input"):
            self._front.publish_frames(self._numbered(frames))
            self._outputs.begin_cell(unsigned(frames).parent)
            return
        elif topic.endswith((b"comm_open", b"comm_msg", b"comm_close")):
            message = unsigned(frames)
            if self._comms.is_tunnelled(message.content_fields):
                if topic.endswith(b"comm_msg"):
                    self._from_tunnel(message)
                return
        elif topic.endswith(b"shutdown"):
            frames = self._front.signer.frames(self._shutdown.mended(unsigned(frames)))
        elif not topic or (topic.endswith(b"display_data") and self._is_word_to_us(frames)):
            return  # xpython's own welcome to this relay, or the kernel's word to it
        self._front.publish_frames(frames)

    def _is_word_to_us(self, frames: list[bytes]) -> bool:
        number = meeting_number(frames[-1])
        if number:
            self._outputs.meet(number)
        return number > 0 or self._credit.is_fence(frames)

    def publish_held(self) -> None:
        """Publish the statuses that have waited."""
        for status in self.held.take():
            self._front.publish_frames(status)

    def _numbered(self, frames: list[bytes]) -> list[bytes]:
        """Give a cell the number that IPython gives it; xpython counts aborted ones too."""
        if not self._queue.aborted:
            return frames
        message = unsigned(frames)
        content = message.content_fields
        if "execution_count" in content:
            content["execution_count"] -= self._queue.aborted
        return self._front.signer.frames(message._replace(content=json.dumps(content).encode()))

    def _from_status(self, frames: list[bytes]) -> None:
        message = unsigned(frames)
        if any(silent in message.parent for silent in self._silent_ids):
            return
        if b'"execute_request"' in message.parent and b'"idle"' in message.content:
            self._outputs.read()  # whatever the cell published before has come
        is_of_comm = b'"comm_msg"' in message.parent
        if is_of_comm and TYPE_KEY.encode() in message.parent:
            frames = self._front.signer.frames(under_own_type(message))
        if is_of_comm and self._queue.running:
            self.held.add(frames)
            return
        if b'"idle"' in message.content and b'"execute_request"' in message.parent:
            self._front.tell_of_missed(message.parent)
        self._front.publish_frames(frames)

    def _from_tunnel(self, message: Message) -> None:
        if self._comms.is_reply(message):
            self._front.reply(self._front.shell, self._comms.out_of(message))
        else:
            self._front.publish(self._comms.out_of(message))
