"""What a kernel is doing, from its own words and from what happens to the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._messages import Message

__all__ = ["ConnectionStatus", "Status", "StatusTracker"]

Status = Literal[
    "unknown", "starting", "idle", "busy", "terminating", "restarting", "autorestarting", "dead"
]
ConnectionStatus = Literal["connecting", "connected", "disconnected"]
CELL = "execute_request"


class StatusTracker:
    """The status of a kernel.

    A kernel is busy with every request whose ``busy`` came and whose ``idle`` didn't: a control
    request within a running cell has both, and the cell goes on.
    """

    def __init__(self) -> None:
        self._kernel: Status = "unknown"
        self._busy: dict[str, str] = {}
        self._strangers_cell = False
        """Whether a cell runs whose ``busy`` came before this link."""
        self._is_linked = self._is_dead = False

    @property
    def value(self) -> Status:
        """The status now."""
        if self._is_dead:
            return "dead"
        if self._kernel in {"restarting", "autorestarting"}:
            return self._kernel
        return self._kernel if self._is_linked else "unknown"

    @property
    def runs_cell(self) -> bool:
        """Whether a cell runs, of whatever client."""
        return self._strangers_cell or CELL in self._busy.values()

    def linked(self, state: str) -> None:
        """Begin with an open link; `state` is what REST says."""
        self._is_linked = True
        self._busy.clear()
        self._strangers_cell = state == "busy"
        if self._kernel not in {"restarting", "autorestarting"}:
            self._kernel = "busy" if self._strangers_cell else "unknown"

    def unlinked(self) -> None:
        """Know nothing any more."""
        self._is_linked = False

    def rest_says(self, state: str) -> None:
        """Believe REST where it says that a cell of somebody else has ended."""
        if state == "idle" and self._strangers_cell:
            self._strangers_cell = False
            self._rest()

    def restarting(self, word: Literal["restarting", "autorestarting"]) -> None:
        """Forget what it was busy with."""
        self._kernel = word
        self._busy.clear()
        self._strangers_cell = False

    def speaks(self, *, is_answer: bool) -> None:
        """Take any answer as a sign that it runs again."""
        if is_answer and self._kernel in {"restarting", "autorestarting", "starting", "unknown"}:
            self._rest()

    def dead(self) -> None:
        """Be dead for good."""
        self._is_dead = True

    def take(self, message: Message) -> None:
        """Take a status message of the kernel."""
        parent = message.parent_id
        match message.content.get("execution_state"):
            case "busy":
                if message.parent_type == CELL:  # one at a time: an idle before it got lost
                    self._busy = {key: kind for key, kind in self._busy.items() if kind != CELL}
                self._busy[parent] = message.parent_type
                self._kernel = "busy"
            case "idle":
                self._busy.pop(parent, None)
                if message.parent_type == CELL:
                    self._strangers_cell = False
                self._rest()
            case "starting":
                self._busy.clear()
                self._strangers_cell = False
                self._kernel = "starting"
            case _:
                return

    def _rest(self) -> None:
        self._kernel = "busy" if self._busy or self._strangers_cell else "idle"
