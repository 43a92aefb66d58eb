"""Questions to DataLab's window that are asked while an object is on its way there.

DataLab looks when it gets a question, and sleeps for 50 ms before it answers. So an object is
sent meanwhile, all but its end; and the last answer is still on its way when that is sent,
unless somebody else keeps DataLab's XML-RPC server busy.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabKernelError
from datalab_kernel_live.window._state import WindowState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from datalab_kernel.backends import Kind
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor

QUICK_S = 0.005
"""So soon a server answers that has nothing else to do; calls of others take it 50 ms."""


@dataclass(frozen=True, slots=True)
class Addition:
    """The only object of a change that goes in by the Web API, and needs nothing else there."""

    uuid: str
    kind: Kind
    is_first: Callable[[], bool]
    """Says whether its panel is empty before, so that nothing can be selected there."""


class NotAskedError(Exception):
    """The window can't be asked, so that the end of an object wasn't sent.

    It isn't one of the errors that a connection may have: those are for the transport.
    """

    def __init__(self, error: DataLabKernelError) -> None:
        super().__init__()
        self.error = error


def ask_nothing() -> None:
    """Ask nothing: all is known."""


class WindowQuestions:
    """Asks what the window is like, with as little waiting as possible."""

    def __init__(self, remote: RemoteDoor, added: Addition) -> None:
        self._remote = remote
        self._added = added
        self._panel = self._ask(remote.ask_panel)
        self._is_first = added.is_first()
        self._selected: Future[Any] | None = None

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

    def _ask_selected(self) -> Future[Any]:
        """Ask what is selected in the panel that is added to; it is shown for that."""
        panel, kind = self._panel.result(), self._added.kind
        if panel != kind:
            self._remote.set_panel(kind)
        try:
            return self._ask(self._remote.ask_selected)
        except BaseException:
            if panel != kind:
                self._remote.set_panel(panel)
            raise

    def _ask(self, ask: Callable[[], Future[Any]]) -> Future[Any]:
        """Ask, and wait for the answer if the question isn't the next one that DataLab gets."""
        started = time.monotonic()
        self._remote.version()  # answered without sleeping, in its turn
        is_next = time.monotonic() - started < QUICK_S
        answer = ask()
        if not is_next:
            answer.result()
        return answer

    def answer(self, otherwise: Mapping[Kind, list[str]]) -> WindowState:
        """Wait for all answers, once all is asked.

        Where DataLab had the object before it looked, because somebody else was quicker with a
        question, what was selected is unknown: then it is taken from ``otherwise``.
        """
        kind = self._added.kind
        uuids = [] if self._selected is None else self._selected.result()
        if self._added.uuid in uuids:
            uuids = otherwise.get(kind, uuids)
        return WindowState(self._panel.result(), {kind: uuids}).note({kind})
