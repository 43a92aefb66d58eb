"""In which order cells appear: one after another, and what was aborted shows no input.

xpython publishes ``busy`` and ``execute_input`` of a cell when its request arrives, not when
it runs. Here they wait until the cell before is idle; and that ``idle`` until its reply has
passed, which tells whether what waits was aborted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel_spec.relay.sockets._message import Message, unsigned

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.relay.cells._queue import CellQueue

    Frames = list[bytes]

__all__ = ["Turns"]


class Turns:
    """What cells publish of themselves, each told by its request's ``msg_id``.

    Parameters
    ----------
    queue
        The cells that wait for their reply.
    publish
        Shows a message's frames to all front ends.
    show_input
        Shows a cell's ``execute_input``, given the cell and the frames.
    """

    def __init__(
        self,
        queue: CellQueue,
        publish: Callable[[Frames], None],
        show_input: Callable[[str, Frames], None],
    ) -> None:
        self._queue = queue
        self._publish = publish
        self._show_input = show_input
        self._running = ""
        self._running_busy: Frames = []
        self._later: dict[str, list[Frames]] = {}
        self._early_idle: dict[str, Frames] = {}
        self._aborted: set[str] = set()
        self._given_up: set[str] = set()

    @property
    def running(self) -> Message | None:
        """The request of the cell that front ends were shown as running, as its ``busy`` names it."""
        if not self._running or self._running in self._given_up:
            return None
        return Message([], unsigned(self._running_busy).parent)

    def busy(self, cell: str, frames: Frames) -> None:
        """Take a cell's ``busy``: it arrived."""
        if cell in self._aborted:
            self._publish(frames)
        elif not self._running and self._queue.may_begin(cell):
            self._running, self._running_busy = cell, frames
            self._publish(frames)
        else:
            self._later[cell] = [frames]

    def input(self, cell: str, frames: Frames) -> None:
        """Take a cell's ``execute_input``, which follows its ``busy``."""
        if cell in self._later:
            self._later[cell].append(frames)
        elif cell not in self._aborted:
            self._show_input(cell, frames)

    def idle(self, cell: str, frames: Frames) -> None:
        """Take a cell's ``idle``."""
        if self._queue.waits(cell):
            self._early_idle[cell] = frames
        elif cell not in self._given_up:
            self._end(cell, frames)

    def answered(self, cell: str) -> None:
        """Learn that a cell's reply has passed."""
        if idle := self._early_idle.pop(cell, None):
            self._end(cell, idle)

    def abort(self, cell: str) -> None:
        """Show that a cell that won't run has arrived, and never its input."""
        self._aborted.add(cell)
        for busy in self._later.pop(cell, [])[:1]:
            self._publish(busy)

    def give_up(self, cell: str) -> None:
        """Expect nothing of a cell any more: somebody else says that it is idle."""
        if cell != self._running:
            self.abort(cell)
        self._given_up.add(cell)

    def _end(self, cell: str, idle: Frames) -> None:
        self._show(cell)
        self._publish(idle)
        self._aborted.discard(cell)
        self._queue.forget(cell)
        if cell == self._running:
            self._running = ""
        following = next(iter(self._later), "")
        if following and not self._running and self._queue.may_begin(following):
            self._running, self._running_busy = following, self._later[following][0]
            self._show(following)

    def _show(self, cell: str) -> None:
        """Publish what has waited for a cell's turn."""
        busy, *inputs = self._later.pop(cell, [[]])
        if busy:
            self._publish(busy)
        for frames in inputs:
            self._show_input(cell, frames)
