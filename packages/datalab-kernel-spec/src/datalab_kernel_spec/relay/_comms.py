"""Comms through one comm of xpython's that works, the tunnel.

In xeus-python 0.19 a comm that a front end opens is lost, and messages that a comm's
callback sends name a stale parent. So the front ends' comm messages travel as messages
of one comm that the kernel itself opened, whole in its buffers; what the kernel wants to
publish comes back the same way, with the parent that it names.

Layout of a tunnelled message: ``data = {"type": msg_type}``; buffers: to the kernel header,
content, metadata and parent header, from it parent header, content and metadata; and then
the message's own.
"""

from __future__ import annotations

import json
from typing import Any

from datalab_kernel_spec.protocol._words import RESUME
from datalab_kernel_spec.relay.sockets._message import Message, new_header

__all__ = ["COMM_TYPES", "RESUME_ID", "TUNNELLED", "TYPE_KEY", "Comms", "under_own_type"]

TUNNELLED_REQUESTS = frozenset({"history_request"})
COMM_TYPES = frozenset({"comm_open", "comm_msg", "comm_close"})
TUNNELLED = COMM_TYPES | TUNNELLED_REQUESTS
OWN_BUFFERS = 3
WIDGET = "jupyter.widget"
RESUME_ID = "datalab-kernel-resume"
TYPE_KEY = "datalab_kernel_type"
"""In a header that travels: the type that its message has outside."""


class Comms:
    """Which comms are open, and the way in and out of the tunnel."""

    def __init__(self) -> None:
        self.tunnel_id = ""
        self._targets: dict[str, str] = {}
        self._widget_sessions: set[str] = set()
        self._askers: dict[str, list[bytes]] = {}

    def into(self, message: Message) -> Message:
        """Wrap a front end's comm message; the statuses that follow name it as their parent."""
        header = message.header_fields
        self._note(header["msg_type"], message.content_fields)
        if header["msg_type"] in TUNNELLED_REQUESTS:
            self._askers[header["msg_id"]] = message.identities
        data = {"comm_id": self.tunnel_id, "data": {"type": header["msg_type"]}}
        return Message(
            identities=message.identities,
            header=_as_comm_msg(header),
            parent=message.parent,
            content=json.dumps(data).encode(),
            buffers=[
                *(message.header, message.content, message.metadata, message.parent),
                *message.buffers,
            ],
        )

    def resume(self) -> Message:
        """Make the word to the kernel that what follows came after the failure of a cell."""
        fields = {**json.loads(new_header("comm_msg", {})), "msg_id": RESUME_ID}
        data = {"comm_id": self.tunnel_id, "data": {"type": RESUME}}
        return Message(
            identities=[b"relay"],
            header=json.dumps(fields).encode(),
            content=json.dumps(data).encode(),
        )

    def is_tunnelled(self, content: dict[str, Any]) -> bool:
        """Say whether a comm message on iopub came through the tunnel."""
        return bool(self.tunnel_id) and content.get("comm_id") == self.tunnel_id

    def out_of(self, message: Message) -> Message:
        """Unwrap what the kernel publishes, or answers, through the tunnel."""
        msg_type = message.content_fields["data"]["type"]
        parent, content, metadata = message.buffers[:OWN_BUFFERS]
        if msg_type in COMM_TYPES:
            self._note(msg_type, json.loads(content))
        identities = [msg_type.encode()]
        if self.is_reply(message):
            identities = self._askers.pop(json.loads(parent)["msg_id"])
        return Message(
            identities=identities,
            header=new_header(msg_type, message.header_fields),
            parent=parent or message.parent,
            metadata=metadata,
            content=content,
            buffers=message.buffers[OWN_BUFFERS:],
        )

    @staticmethod
    def is_reply(message: Message) -> bool:
        """Say whether what came through the tunnel answers one front end's request."""
        msg_type = message.content_fields["data"]["type"]
        return msg_type.replace("_reply", "_request") in TUNNELLED_REQUESTS

    def is_strangers_close(self, message: Message) -> bool:
        """Say whether a page that shows no widgets wants to close a widget of another one.

        Notebook 7's page of files does, for each widget that appears in its kernels.
        """
        header, content = message.header_fields, message.content_fields
        is_widget = self._targets.get(content.get("comm_id", "")) == WIDGET
        knows_widgets = header["session"] in self._widget_sessions
        is_close = header["msg_type"] == "comm_close"
        return is_close and is_widget and bool(self._widget_sessions) and not knows_widgets

    def info(self, request: Message) -> dict[str, Any]:
        """Return the content of a ``comm_info_reply``."""
        target_name = request.content_fields.get("target_name")
        if target_name == WIDGET:
            self._widget_sessions.add(request.header_fields["session"])
        comms = {
            comm_id: {"target_name": target}
            for comm_id, target in self._targets.items()
            if not target_name or target == target_name
        }
        return {"status": "ok", "comms": comms}

    def _note(self, msg_type: str, content: dict[str, Any]) -> None:
        comm_id = str(content.get("comm_id", ""))
        if msg_type == "comm_open":
            self._targets[comm_id] = str(content.get("target_name", ""))
        elif msg_type == "comm_close":
            self._targets.pop(comm_id, None)


def _as_comm_msg(header: dict[str, Any]) -> bytes:
    if header["msg_type"] != "comm_msg":
        header = {**header, "msg_type": "comm_msg", TYPE_KEY: header["msg_type"]}
    return json.dumps(header).encode()


def under_own_type(status: Message) -> Message:
    """Let a status name its parent as the front end sent it."""
    parent = json.loads(status.parent)
    parent["msg_type"] = parent.pop(TYPE_KEY, parent["msg_type"])
    return status._replace(parent=json.dumps(parent).encode())
