"""Every message that a kernel sends, kept in order: what a test of the protocol looks at."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from queue import Empty
from typing import TYPE_CHECKING, Any

import zmq

from support.kernel.bare import BARE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from support.kernel.driver import Kernel

WITHIN_S = 60.0
"""How long a test waits for what must come; a busy machine takes long."""
FAILS_S = 5.0
"""How long it waits where bare xpython answers never."""


@dataclass(slots=True, kw_only=True)
class Cell:
    """What belongs to one request: its reply, and what was published with it as parent."""

    request: str
    reply: dict[str, Any] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    is_idle: bool = False
    """Whether it has said that it is; of thousands of messages that isn't looked for in each turn."""

    @property
    def is_finished(self) -> bool:
        """Whether it has its reply and is idle."""
        return self.is_idle and bool(self.reply)

    def add(self, message: dict[str, Any]) -> None:
        """Keep what was published."""
        self.published.append(message)
        content = message["content"]
        self.is_idle |= message["msg_type"] == "status" and content["execution_state"] == "idle"

    def of(self, msg_type: str) -> list[dict[str, Any]]:
        """Return the contents of one type of messages."""
        return [one["content"] for one in self.published if one["msg_type"] == msg_type]

    @property
    def types(self) -> list[str]:
        """The types in their order, without statuses and the echo of the input."""
        dull = {"status", "execute_input"}
        return [one["msg_type"] for one in self.published if one["msg_type"] not in dull]

    @property
    def streams(self) -> list[tuple[str, str]]:
        """Each stream message: its name and text."""
        return [(one["name"], one["text"]) for one in self.of("stream")]

    @property
    def states(self) -> list[str]:
        """The states of its status messages."""
        return [one["execution_state"] for one in self.of("status")]

    def text(self, name: str = "stdout") -> str:
        """Return what appeared on one stream, joined."""
        return "".join(text for stream, text in self.streams if stream == name)

    @property
    def ename(self) -> str:
        """The error's name as shown, blank if none was."""
        shown = self.of("error")
        return str(shown[0]["ename"]) if shown else ""


class Watch:
    """Send requests to a kernel and keep what comes on all channels."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._cells: dict[str, Cell] = {}
        is_bare = kernel.manager.kernel_name == BARE
        self.soon_s = FAILS_S if is_bare else WITHIN_S
        """How long to wait for what comes from our kernel, and not from bare xpython."""
        self._want_replies: list[str] = []
        self.published: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        client = kernel.client
        self._channels = {
            channel.socket: (name, channel)
            for name, channel in (
                ("iopub", client.iopub_channel),
                ("shell", client.shell_channel),
                ("control", client.control_channel),
                ("stdin", client.stdin_channel),
            )
        }
        self._poller = zmq.Poller()
        for socket in self._channels:
            self._poller.register(socket, zmq.POLLIN)

    def send(
        self,
        msg_type: str,
        content: dict[str, Any],
        *,
        channel: str = "shell",
        buffers: Sequence[bytes] = (),
        metadata: dict[str, Any] | None = None,
    ) -> str:
        """Send any message; return its id."""
        client = self.kernel.client
        message = client.session.msg(msg_type, content, metadata=metadata)
        socket = getattr(client, f"{channel}_channel").socket
        client.session.send(socket, message, buffers=[*buffers])
        return self._new(message["header"]["msg_id"], is_request=msg_type.endswith("_request"))

    def start(self, code: str, **options: Any) -> str:
        """Send a cell; return its request's id."""
        return self._new(self.kernel.client.execute(code, **options))

    def _new(self, request: str, *, is_request: bool = True) -> str:
        self._cells[request] = Cell(request=request)
        if is_request:
            self._want_replies.append(request)
        return request

    def run(self, code: str, *, within_s: float = WITHIN_S, **options: Any) -> Cell:
        """Run a cell to its end."""
        return self.finish(self.start(code, **options), within_s=within_s)[0]

    def ask(self, msg_type: str, content: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Send a request and return the reply's content."""
        cell = self.finish(self.send(msg_type, content, **options))[0]
        answer: dict[str, Any] = cell.reply["content"]
        return answer

    def cell(self, request: str) -> Cell:
        """Return what has come for a request so far."""
        return self._cells[request]

    def forget(self, request: str) -> Cell:
        """Expect no reply to a request; return what has come for it."""
        self._want_replies.remove(request)
        return self._cells[request]

    @property
    def is_unanswered(self) -> bool:
        """Whether a request still waits for its reply."""
        return not all(self._cells[request].reply for request in self._want_replies)

    def finish(self, *requests: str, within_s: float = WITHIN_S) -> list[Cell]:
        """Wait until each has its reply and is idle."""
        cells = [self._cells[request] for request in requests]
        unfinished = deque(cells)

        def are_finished() -> bool:
            while unfinished and unfinished[0].is_finished:
                unfinished.popleft()
            return not unfinished

        self.until(are_finished, within_s)
        return cells

    def handled(self, message: str, *, within_s: float = WITHIN_S) -> Cell:
        """Wait until a message that has no reply was handled."""
        cell = self._cells[message]
        self.until(lambda: cell.is_idle, within_s)
        return cell

    def until(self, is_there: Callable[[], bool], within_s: float = WITHIN_S) -> None:
        """Take messages until what is waited for is there; too late is an AssertionError."""
        deadline = time.monotonic() + within_s
        while not is_there():
            left = deadline - time.monotonic()
            assert left > 0, f"not within {within_s} s: {self._described()}"
            if not self._take(min(left, 0.2)):
                assert self.kernel.manager.is_alive(), f"the kernel ended: {self._described()}"

    def settle(self, for_s: float) -> None:
        """Take what comes during a while."""
        until = time.monotonic() + for_s
        while time.monotonic() < until:
            self._take(max(0.0, until - time.monotonic()))

    def _take(self, for_s: float) -> bool:
        """Take what comes; say whether anything came."""
        ready = self._poller.poll(for_s * 1000)
        for socket, _event in ready:
            name, channel = self._channels[socket]
            try:
                message = channel.get_msg(timeout=0)
            except Empty:
                continue
            self._sort(name, message)
        return bool(ready)

    def _sort(self, channel: str, message: dict[str, Any]) -> None:
        parent = (message["parent_header"] or {}).get("msg_id")
        cell = self._cells.get(parent)
        if channel == "iopub":
            self.published.append(message)
            if cell is not None:
                cell.add(message)
        elif channel == "stdin":
            self.asked.append(message)
        elif cell is not None:
            cell.reply = message

    def _described(self) -> str:
        last = [f"{one['msg_type']} {str(one['content'])[:200]}" for one in self.published[-8:]]
        return "the last messages were:\n" + "\n".join(last)
