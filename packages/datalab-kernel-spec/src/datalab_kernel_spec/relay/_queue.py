"""Which cells wait in xpython; what an error does to those that wait.

Every cell goes to xpython at once, which queues them. When one fails, the kernel answers
those that it has with :data:`ABORTED` instead of running them, until the relay, having
seen the failure, says that what it sends from now on came later.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_spec.relay._wire import Message

__all__ = ["ABORTED", "ABORTS_ITSELF", "KEEP_GOING", "CellQueue", "stops_on_error"]

ABORTED = "datalab_kernel.Aborted"
"""The ``ename`` with which the kernel answers a cell that it did not run."""
ABORTS_ITSELF = "aborts-itself"
"""The note with which a kernel says that it does so."""
KEEP_GOING = "datalab_kernel_keep_going"
"""Added to the header of a request whose ``stop_on_error`` is false."""


class CellQueue:
    """The execute requests that xpython hasn't answered, in their order."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Message] = OrderedDict()
        self.kernel_aborts = False
        """Whether the kernel does its part; else xeus aborts by itself."""
        self.aborted = 0
        """How many cells were not run."""
        self.asks = False
        """Whether a cell waits for an answer (``input()``)."""

    @property
    def running(self) -> Message | None:
        """The request of the cell that runs, or will first."""
        return next(iter(self._waiting.values()), None)

    def add(self, request: Message, header: dict[str, Any]) -> Message:
        """Take an ``execute_request`` and its header; return it as it goes to xpython."""
        self._waiting[header["msg_id"]] = request
        if not self.kernel_aborts:
            return request
        content = request.content_fields
        if not content.get("stop_on_error", True):
            marked = {**header, KEEP_GOING: True}
            return request._replace(header=json.dumps(marked).encode())
        # xeus would throw away whatever arrives in the 50 ms after an error.
        content["stop_on_error"] = False
        return request._replace(content=json.dumps(content).encode())

    def given_up(self) -> list[Message]:
        """Hand out all that waits; nothing that comes for it later counts."""
        requests = [*self._waiting.values()]
        self._waiting.clear()
        return requests

    def done(self, reply: Message) -> Message | None:
        """Take an ``execute_reply``; return its request."""
        return self._waiting.pop(reply.parent_id, None)


def stops_on_error(request: Message) -> bool:
    """Say whether an error of that cell aborts those that wait behind it."""
    return bool(request.content_fields.get("stop_on_error", True))
