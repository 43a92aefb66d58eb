"""The end of a kernel is said whole, also where xpython ends before it has said it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datalab_kernel_spec.relay.cells._shutdown import IDLE, REPLY, Shutdown
from datalab_kernel_spec.relay.sockets._message import Message

REQUEST = Message(
    [b"client"],
    b'{"msg_id": "1", "msg_type": "shutdown_request", "session": "s"}',
    content=b'{"restart": true}',
)


class Front:
    """Keep what is published."""

    def __init__(self) -> None:
        self.published: list[Any] = []

    def publish(self, message: Message) -> None:
        header = message.header_fields
        self.published.append((header["msg_type"], json.loads(message.content), message.parent_id))

    def publish_state(self, request: Message, state: str) -> None:
        self.publish(request.reply([b"status"], "status", {"execution_state": state}))


TOLD = (REPLY, {"status": "ok", "restart": True}, "1")
ENDED = ("status", {"execution_state": "idle"}, "1")


@pytest.mark.parametrize(
    ("said", "rest"),
    [([], [TOLD, ENDED]), ([REPLY], [ENDED]), ([REPLY, IDLE], []), ([IDLE], [TOLD])],
)
def test_what_xpython_has_not_published_any_more_is_published_once(
    said: list[str], rest: list[Any]
) -> None:
    front: Any = Front()
    none: Any = None
    shutdown = Shutdown(front, none, none)
    shutdown.ask(REQUEST)
    for what in said:
        shutdown.note(what)
    shutdown.publish_rest()
    shutdown.publish_rest()
    assert front.published == rest


def test_a_kernel_that_ends_by_itself_says_nothing_of_the_kind() -> None:
    front: Any = Front()
    none: Any = None
    Shutdown(front, none, none).publish_rest()
    assert front.published == []
