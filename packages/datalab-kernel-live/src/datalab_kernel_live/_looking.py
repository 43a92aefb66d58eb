"""What DataLab's window is like before a change, and asking for it while an object is on its way.

DataLab looks when it gets a question, and sleeps for 50 ms before it answers. So an object is
sent meanwhile, all but its end; and the last answer is still on its way when that is sent,
unless somebody else keeps DataLab's XML-RPC server busy.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from datalab_kernel.errors import DataLabKernelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from datalab_kernel.backends import Kind
    from datalab_kernel_live._ahead import Wait
    from datalab_kernel_live._held import Mark
    from datalab_kernel_live._remote import RemoteDoor

QUICK_S = 0.005
"""So soon a server answers that has nothing else to do; calls of others take it 50 ms."""


@dataclass(frozen=True, slots=True)
class Added:
    """The only object of a change that goes in by the Web API, and needs nothing else there."""

    uuid: str
    kind: Kind
    is_first: Callable[[], bool]
    """Says whether its panel is empty before, so that nothing can be selected there."""


@dataclass(slots=True)
class Before:
    """What the window was like before the first of several changes in a row."""

    panel: str
    selected: dict[Kind, list[str]]
    has_moved: bool = False
    """Whether another panel may be shown since then."""
    mark: Mark | None = None
    """Says that painting is held."""
    is_in_row: bool = False
    """Whether a second change has come before the first was put back."""
    since_s: float = field(default_factory=time.monotonic)

    def note(self, kinds: set[Kind]) -> Self:
        """Note in which panels something is done: DataLab shows them then."""
        self.has_moved |= bool({*kinds, *self.selected} - {self.panel})
        return self


class NotAskedError(Exception):
    """The window can't be asked, so that the end of an object wasn't sent.

    It isn't one of the errors that a connection may have: those are for the transport.
    """

    def __init__(self, error: DataLabKernelError) -> None:
        super().__init__()
        self.error = error


def nothing() -> None:
    """Ask nothing: all is known."""


class Looking:
    """Asks what the window is like, with as little waiting as possible."""

    def __init__(self, remote: RemoteDoor, added: Added) -> None:
        self._remote = remote
        self._added = added
        self._panel = self._asked(remote.ask_panel)
        self._is_first = added.is_first()
        self._selected: Wait[Any] | None = None

    def ask_all(self) -> None:
        """Ask what isn't asked yet; the end of the object is sent after this.

        Raises
        ------
        NotAskedError
            If DataLab doesn't answer.
        """
        if self.has_asked:
            return
        try:
            self._selected = self._ask_selected()
        except DataLabKernelError as error:
            raise NotAskedError(error) from error

    @property
    def has_asked(self) -> bool:
        """Whether all is asked: before that, DataLab can't have the object."""
        return self._is_first or self._selected is not None

    def _ask_selected(self) -> Wait[Any]:
        panel, kind = self._panel(), self._added.kind
        if panel != kind:
            self._remote.set_panel(kind)
        try:
            return self._asked(self._remote.ask_selected)
        except BaseException:
            if panel != kind:
                self._remote.set_panel(panel)
            raise

    def _asked(self, ask: Callable[[], Wait[Any]]) -> Wait[Any]:
        """Ask, and wait for the answer if the question isn't the next one that DataLab gets."""
        started = time.monotonic()
        self._remote.version()  # answered without sleeping, in its turn
        is_next = time.monotonic() - started < QUICK_S
        answer = ask()
        if not is_next:
            answer()
        return answer

    def answer(self, otherwise: Mapping[Kind, list[str]]) -> Before:
        """Wait for all answers, once all is asked.

        Where DataLab had the object before it looked, because somebody else was quicker with a
        question, what was selected is unknown: then it is taken from ``otherwise``.
        """
        kind = self._added.kind
        uuids = [] if self._selected is None else self._selected()
        if self._added.uuid in uuids:
            uuids = otherwise.get(kind, uuids)
        return Before(self._panel(), {kind: uuids}).note({kind})
