"""Which cells wait, and which of them xpython has; what an error does to those that wait.

xpython queues cells too, but publishes two messages of each as it arrives, and drops what
exceeds a thousand that nobody has read. So it has so many cells at most, and those behind
them wait here. When one fails, the kernel answers those that it has and those sent behind
them with ``ABORTED`` instead of running them, until the relay, having seen the failure, says
that what it sends from now on came later: that word waits in the same line.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, NamedTuple

from datalab_kernel_spec.protocol._words import CELL_ID, KEEP_GOING
from datalab_kernel_spec.relay.sockets._json import parsed, written
from datalab_kernel_spec.relay.sockets._message import now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel_spec.relay.sockets._message import Message

__all__ = ["CellQueue", "Turn", "stops_on_error"]


AT_ONCE = 100
"""How many cells xpython has: four messages each, and 500 more that the kernel may publish."""


class Turn(NamedTuple):
    """When a cell began, and the number of its prompt."""

    started: str
    number: int


class CellQueue:
    """The execute requests that xpython hasn't answered, in their order."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Message] = OrderedDict()
        self._unsent: deque[tuple[str, Message]] = deque()
        self._sent: set[str] = set()
        self._doomed: set[str] = set()
        self._begun: dict[str, Turn] = {}
        self.kernel_aborts = False
        """Whether the kernel does its part; else xeus aborts by itself."""
        self.number = 1
        """What the next cell's prompt shows, as IPython counts."""
        self._told: dict[str, int] = {}
        self.asks = False
        """Whether a cell waits for an answer (``input()``)."""

    def __len__(self) -> int:
        """Return how many wait for their reply."""
        return len(self._waiting)

    @property
    def running(self) -> Message | None:
        """The request of the cell that runs, or will first."""
        return next(iter(self._waiting.values()), None)

    def waits(self, cell: str) -> bool:
        """Say whether a cell, by its request's ``msg_id``, has no reply yet."""
        return cell in self._waiting

    def may_begin(self, cell: str) -> bool:
        """Say whether no other is before it, and it won't be aborted."""
        is_first = cell == next(iter(self._waiting), cell)
        return (is_first or cell not in self._waiting) and cell not in self._doomed

    def turn_of(self, cell: str) -> Turn | None:
        """Return when a cell's turn came, and the number of its prompt; None: not yet."""
        return self._begun.get(cell)

    def add(self, request: Message, header: dict[str, Any]) -> None:
        """Take an ``execute_request`` and its header."""
        cell = header["msg_id"]
        self._waiting[cell] = request
        self._begin_first()
        self._unsent.append((cell, self._for_xpython(request, header)))

    def _for_xpython(self, request: Message, header: dict[str, Any]) -> Message:
        if not self.kernel_aborts:
            return request
        content = request.content_fields
        added: dict[str, Any] = {} if stops_on_error(content) else {KEEP_GOING: True}
        if cell_id := _cell_id(request):  # xpython keeps a request's header alone
            added |= {CELL_ID: cell_id}
        if added:
            request = request._replace(header=written({**header, **added}))
        # xeus would throw away whatever arrives in the 50 ms after an error.
        content["stop_on_error"] = False
        return request._replace(content=written(content))

    def to_send(self) -> Iterator[Message]:
        """Hand out what xpython is to be sent now; what it aborts itself it must have at once."""
        while self._unsent:
            cell, message = self._unsent[0]
            if cell and self.kernel_aborts and len(self._sent) >= AT_ONCE:
                return
            self._unsent.popleft()
            if cell:
                self._sent.add(cell)
            yield message

    def doom(self, resume: Message) -> None:
        """Learn that a failed cell aborts all that waits; take the word that ends that."""
        self._doomed |= {*self._waiting}
        self._unsent.append(("", resume))

    def given_up(self) -> list[Message]:
        """Hand out all that waits; nothing that comes for it later counts."""
        requests = [*self._waiting.values()]
        self._waiting.clear()
        self._unsent.clear()
        self._doomed.clear()
        return requests

    def let_kernel_abort(self) -> None:
        """Learn that the kernel does its part."""
        self.kernel_aborts = True

    def number_after(self, told: str) -> None:
        """Learn the number of the prompt after a cell, where it isn't one more."""
        number, _, cell = told.partition(" ")
        self._told[cell] = int(number)

    def done(self, reply: Message, *, has_run: bool = True) -> Message | None:
        """Take an ``execute_reply``; return its request."""
        cell = reply.parent_id
        self._doomed.discard(cell)
        self._sent.discard(cell)
        request = self._waiting.pop(cell, None)
        if request is not None and has_run:
            self.number = self._told.pop(cell, self.number + 1)
        self._begin_first()
        return request

    def forget(self, cell: str) -> None:
        """Forget the turn of a cell that is idle."""
        self._begun.pop(cell, None)

    def _begin_first(self) -> None:
        first = next(iter(self._waiting), None)
        if first is not None and first not in self._begun:
            self._begun[first] = Turn(now(), self.number)


def _cell_id(request: Message) -> str | None:
    if b'"cellId"' not in request.metadata:
        return None
    match parsed(request.metadata):
        case {"cellId": str(cell_id)}:
            return cell_id
    return None


def stops_on_error(content: dict[str, Any]) -> bool:
    """Say whether an error of the cell of that request aborts those that wait behind it."""
    return bool(content.get("stop_on_error", True)) and not content.get("silent", False)
