"""The comm through which clients ask for the journal, answered here also while a cell runs.

What is agreed on is written down for people in ``docs/guide/journal.md``.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.relay._journal import Place

if TYPE_CHECKING:
    from datalab_kernel_spec.relay._journal import Journal
    from datalab_kernel_spec.relay.sockets._front import Front
    from datalab_kernel_spec.relay.sockets._message import Message

__all__ = ["TARGET", "JournalComm"]

TARGET = "datalab.journal"
OPEN = 1000
"""How many comms are open at most: clients that are gone never close theirs."""


class JournalComm:
    """Take the messages of such comms, which the kernel never sees.

    Parameters
    ----------
    journal
        None: there is none, and the kernel says that it doesn't know the target.
    """

    def __init__(self, front: Front, journal: Journal | None) -> None:
        self._front = front
        self._journal = journal
        self._comm_ids: deque[str] = deque(maxlen=OPEN)

    def takes(self, request: Message, msg_type: str) -> bool:
        """Answer a front end's comm message, if it is for the journal; say whether it was."""
        if self._journal is None:
            return False
        content = request.content_fields
        comm_id = content.get("comm_id")
        if msg_type == "comm_open" and content.get("target_name") == TARGET:
            self._comm_ids.append(str(comm_id))
        elif comm_id not in self._comm_ids:
            return False
        self._publish(request.reply([b"status"], "status", {"execution_state": "busy"}))
        if msg_type == "comm_close":
            self._comm_ids.remove(str(comm_id))
        else:
            self._answer(request, content)
        self._publish(request.reply([b"status"], "status", {"execution_state": "idle"}))
        if running := self._front.running():  # else front ends show an idle kernel beside it
            self._publish(running.reply([b"status"], "status", {"execution_state": "busy"}))
        return True

    def _answer(self, request: Message, content: dict[str, Any]) -> None:
        page = self._journal.page(Place.asked(content.get("data"))) if self._journal else None
        if page is not None:
            said = {"comm_id": content["comm_id"], "data": page.data}
            answer = request.reply([b"comm_msg"], "comm_msg", said)
            self._publish(answer._replace(buffers=[page.content] if page.content else []))

    def _publish(self, message: Message) -> None:
        """Publish what the journal doesn't keep, but knows as a place."""
        self._front.iopub.publish(self._front.signer.frames(message))
        if self._journal is not None:
            self._journal.add_own(message)
