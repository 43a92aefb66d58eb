"""What comes from xpython: replies, questions and what it publishes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from datalab_kernel_spec.protocol._words import ABORTED
from datalab_kernel_spec.relay._comms import RESUME_ID, TYPE_KEY, under_own_type
from datalab_kernel_spec.relay.cells._prompt_numbers import timed
from datalab_kernel_spec.relay.cells._queue import stops_on_error
from datalab_kernel_spec.relay.cells._shutdown import IDLE, REPLY
from datalab_kernel_spec.relay.cells._status_delay import HeldStatuses
from datalab_kernel_spec.relay.outputs._arrived import meeting_number
from datalab_kernel_spec.relay.replies._cell_replies import asks_exit, is_shown, unmarked
from datalab_kernel_spec.relay.replies._completions import with_types
from datalab_kernel_spec.relay.replies._debugging import without_rich_view
from datalab_kernel_spec.relay.replies._kernel_info import KernelInfo
from datalab_kernel_spec.relay.sockets._message import Message, unsigned

if TYPE_CHECKING:
    from datalab_kernel_spec.relay._credit import Credit
    from datalab_kernel_spec.relay._notes import Notes
    from datalab_kernel_spec.relay._parts import Parts
    from datalab_kernel_spec.relay.cells._turns import Turns
    from datalab_kernel_spec.relay.sockets._router import Router

__all__ = ["Answers"]

QUESTION_S = 0.01
"""How long a question is kept: a Stop before xpython waits for its answer would be lost."""


class Answers:
    """Take a message from one of xpython's sockets, mend it, and pass it on to Jupyter."""

    def __init__(self, parts: Parts, credit: Credit, turns: Turns, notes: Notes) -> None:
        self._front, self._inner, self._queue = parts.front, parts.inner, parts.queue
        self._comms, self._outputs, self._shutdown = parts.comms, parts.outputs, parts.shutdown
        self.kernel_info = KernelInfo()
        self._gathering = parts.gathering
        self._credit = credit
        self.held = HeldStatuses()
        """Statuses that are published a little later."""
        self._turns = turns
        self._notes = notes
        self._silent_ids = {parts.inner.hello_id, RESUME_ID}

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
                self._front.shell.send(frames)
            return
        self._from_cell(message)

    def _from_cell(self, reply: Message) -> None:
        self._queue.asks = False
        self._gathering.note_reply()
        self._notes.read()
        self.publish_held()
        cell, content = reply.parent_id, reply.content_fields
        is_aborted = content.get("ename") == ABORTED
        has_run = not is_aborted and content.get("status") != "aborted"
        request = self._queue.done(reply, has_run=has_run)
        if request is None:  # it was given up
            return
        if is_aborted:
            self._turns.abort(cell)
            reply = request.reply(request.identities, "execute_reply", {"status": "aborted"})
        else:
            if content.get("status") == "error" and stops_on_error(request.content_fields):
                self._abort_what_waits()
            reply = timed(self._queue, reply, unmarked(content))
        self._front.reply(self._front.shell, reply)
        self._turns.answered(cell)
        self._inner.send_all(self._queue.to_send())
        if asks_exit(content):
            self._inner.end_kernel()

    def _abort_what_waits(self) -> None:
        if self._queue.kernel_aborts:
            self._queue.doom(self._comms.resume())

    def from_control(self, frames: list[bytes]) -> None:
        """Take a reply to what doesn't wait for cells."""
        self._gathering.end()
        message = unsigned(frames)
        if b'"shutdown_reply"' in message.header:
            self._from_shutdown(self._front.control, message)
            return
        if b'"kernel_info_reply"' in message.header:
            frames = self._front.signer.frames(self.kernel_info.mended(message))
        elif b'"debug_reply"' in message.header:
            frames = self._front.signer.frames(without_rich_view(message))
        self._front.control.send(frames)

    def _from_shutdown(self, socket: Router, reply: Message) -> None:
        self._outputs.read()
        self._shutdown.end_cells()
        self._front.reply(socket, self._shutdown.mended(reply))

    def from_stdin(self, frames: list[bytes]) -> None:
        """Take a cell's question."""
        self._gathering.end()
        self._queue.asks = True
        time.sleep(QUESTION_S)
        self._front.stdin.send(frames)

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
            self._turns.input(unsigned(frames).parent_id, frames)
            return
        elif topic.endswith((b"comm_open", b"comm_msg", b"comm_close")):
            message = unsigned(frames)
            if self._comms.is_tunnelled(message.content_fields):
                if topic.endswith(b"comm_msg"):
                    self._from_tunnel(message)
                return
        elif topic.endswith(b"shutdown"):
            self._shutdown.note(REPLY)
            frames = self._front.signer.frames(self._shutdown.mended(unsigned(frames)))
        elif not topic or (topic.endswith(b"display_data") and self._is_word_to_us(frames)):
            return  # xpython's own welcome to this relay, or the kernel's word to it
        self._front.publish_frames(frames)

    def iopub_ended(self) -> None:
        """Learn that xpython publishes nothing more: it ends."""
        self._inner.control.read()
        self._inner.shell.read()
        self._shutdown.publish_rest()

    def _is_word_to_us(self, frames: list[bytes]) -> bool:
        number = meeting_number(frames[-1])
        if number:
            self._outputs.meet(number)
        return number > 0 or self._credit.is_fence(frames)

    def publish_held(self) -> None:
        """Publish the statuses that have waited."""
        for status in self.held.take():
            self._front.publish_frames(status)

    def _from_status(self, frames: list[bytes]) -> None:
        message = unsigned(frames)
        if message.parent_id in self._silent_ids:
            return
        if b'"execute_request"' in message.parent:
            if b'"idle"' in message.content:
                if self._queue.waits(message.parent_id):
                    self._inner.shell.read()  # its own was sent before
                self._outputs.read()  # whatever the cell published before has come
                self._front.tell_of_missed(message.parent)
                self._turns.idle(message.parent_id, frames)
            else:
                self._turns.busy(message.parent_id, frames)
            return
        if b'"shutdown_request"' in message.parent and b'"idle"' in message.content:
            self._shutdown.note(IDLE)
        is_of_comm = b'"comm_msg"' in message.parent
        if is_of_comm and TYPE_KEY.encode() in message.parent:
            frames = self._front.signer.frames(under_own_type(message))
        if is_of_comm and self._queue.running:
            self.held.add(frames)
            return
        self._front.publish_frames(frames)

    def _from_tunnel(self, message: Message) -> None:
        if self._comms.is_reply(message):
            self._front.reply(self._front.shell, self._comms.out_of(message))
        else:
            self._front.publish(self._comms.out_of(message))
