"""The person's own state of DataLab's window: put back after each change that disturbs it.

What is painted is decided here too: DataLab's window stands still for minutes while it
paints a dense signal, so painting is held meanwhile, and such a signal is left unselected.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from datalab_kernel.backends import KINDS
from datalab_kernel.errors import DataLabKernelError
from datalab_kernel_live.window import _settings
from datalab_kernel_live.window._painting_mark import PaintingMark, abandoned_marks
from datalab_kernel_live.window._questions import NotAskedError, WindowQuestions, ask_nothing
from datalab_kernel_live.window._selection import NOBODY
from datalab_kernel_live.window._state import WindowState

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from datalab_kernel.backends import Kind
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
from datalab_kernel_live.window._questions import Addition

FIRST_PAUSE_S = 0.02
"""So long after a change that stands alone, as far as is known: in a loop the next one has come."""
PAUSE_S = 0.1
"""So long after a change in a row the window is put back, unless the next one comes before."""
LONGEST_S = 2.0
"""... but then at the latest: what the person has done meanwhile is seen by the next look."""


def _panels_to_restore(kinds: set[Kind], panel: str, selects: bool, is_heavy: bool) -> set[Kind]:
    """Return the panels in which the selection is to be put back."""
    panels: set[Kind] = {*kinds} if selects or is_heavy else set()
    if is_heavy:  # painting both panels again is what ends holding it
        panels |= {kind for kind in KINDS if kind in ("signal", panel)}
    return panels


class Person:
    """Whoever sits at DataLab's window.

    Parameters
    ----------
    remote
        The door to the window.
    config_home
        Folder of settings; None: the one that DataLab uses.
    is_dense_there
        Says of an identity whether that object takes long to paint.
    """

    def __init__(
        self,
        remote: RemoteDoor,
        config_home: str | os.PathLike[str] | None,
        is_dense_there: Callable[[str], bool],
    ) -> None:
        self._remote = remote
        self._config_home = config_home
        self._is_dense_there = is_dense_there
        self._light: set[str] = set()  # identities of objects that are painted quickly
        self._dense: set[str] = set()  # ... and of those that take long
        self._unrestored: WindowState | None = None  # of a change that may not be put back yet
        self._last: dict[Kind, list[str]] = {}  # what was selected when it was last put back
        self.left_out = 0
        """How many dense signals that were selected aren't any more."""

    def learn(self, uuids: set[str], dense: set[str]) -> None:
        """Take note of objects on their way there, and which of them take long to paint."""
        self._dense = self._dense - uuids | dense
        self._light = self._light | uuids - dense

    def select(self, uuids: list[str], kind: Kind) -> None:
        """Select those objects of a panel that are painted quickly; it may be none."""
        light = uuids
        if kind == "signal":
            light = [uuid for uuid in uuids if not self._is_dense(uuid)]
            self.left_out = len(uuids) - len(light)
        self._remote.select(light or NOBODY, kind)

    def _is_dense(self, uuid: str) -> bool:
        """Say whether an object takes long to paint; of each, DataLab is asked once."""
        if uuid not in self._dense and uuid not in self._light:
            (self._dense if self._is_dense_there(uuid) else self._light).add(uuid)
        return uuid in self._dense

    @contextmanager
    def undisturbed(
        self, kinds: set[Kind], *, selects: bool, is_heavy: bool, added: Addition | None = None
    ) -> Iterator[Callable[[], None]]:
        """Do something in the window, and put back what the person had.

        Parameters
        ----------
        kinds
            The panels in which something is done.
        selects
            Whether it changes what is selected.
        is_heavy
            Whether painting it may take long.
        added
            What is added, if that is all: then it may be on its way meanwhile.

        Yields
        ------
        Callable
            To be called before DataLab has all of what is added.

        Notes
        -----
        Dense signals are left unselected, for DataLab would paint them again. What comes
        before takes two calls (four where something is done in the panel that isn't shown, two
        more to hold the painting), or none in a row of changes. If all that is done is to add an
        object by the Web API, it is sent meanwhile, nobody waits for the last answer, and an
        empty panel isn't asked what is selected in it. Putting back goes on behind the caller,
        who gets the result at once; it takes a call for each panel, and one more where the panel
        has changed. A row is put back once.
        """
        before = self._resumed(kinds, selects=selects, is_heavy=is_heavy)
        if before is None:
            self._remote.deferred.wait()  # it may be what holds the painting
            if added is not None:
                with self._questions_meanwhile(added) as ask_all:
                    yield ask_all
                return
            before = self._state_now(kinds, selects=selects, is_heavy=is_heavy)
        before.note(kinds)
        try:
            if is_heavy and before.mark is None and self._paints():
                before.mark = PaintingMark(_settings.folder(self._config_home))
                self._remote.set_auto_refresh(False)
            yield ask_nothing
        except BaseException:
            self._restore(before)
            raise
        self._restore_soon(before)

    @contextmanager
    def _questions_meanwhile(self, added: Addition) -> Iterator[Callable[[], None]]:
        """Ask what the window is like, and don't wait for the last answer while adding."""
        questions = WindowQuestions(self._remote, added)
        try:
            yield questions.ask_all
        except NotAskedError as stopped:
            raise stopped.error from None
        except BaseException:
            if questions.has_asked:
                self._restore(questions.answer(self._last))
            raise
        try:
            before = questions.answer(self._last)
            self._learn_dense(before.selected)
        except DataLabKernelError as error:  # the object is there all the same
            self._remote.deferred.fail(error)
        else:
            self._restore_soon(before)

    def _restore_soon(self, before: WindowState) -> None:
        """Put the window back after a moment, unless the next change comes before."""
        pause_s = PAUSE_S if before.is_in_row else FIRST_PAUSE_S
        self._remote.deferred.start(lambda: self._restore(before), after_s=pause_s)
        self._unrestored = before

    def _resumed(self, kinds: set[Kind], *, selects: bool, is_heavy: bool) -> WindowState | None:
        """Return what the window was like before a change that isn't put back yet.

        The second of a row waits until the first is put back, and needn't look again; of those
        after it, only the last one is put back.
        """
        before, self._unrestored = self._unrestored, None
        if before is None or time.monotonic() - before.since_s > LONGEST_S:
            return None
        if not _panels_to_restore(kinds, before.panel, selects, is_heavy) <= before.selected.keys():
            return None
        deferred = self._remote.deferred
        if not deferred.cancel():
            if not deferred.is_pending:
                return None
            deferred.wait()
            if deferred.failure:
                return None
        before.is_in_row = True
        return before

    def _state_now(self, kinds: set[Kind], *, selects: bool, is_heavy: bool) -> WindowState:
        """Return what the window is like."""
        panel = self._remote.current_panel()
        return WindowState(
            panel, self._selected(_panels_to_restore(kinds, panel, selects, is_heavy), panel)
        )

    def _restore(self, before: WindowState) -> None:
        """Put everything back; a mark that is left says that this couldn't be done."""
        mark, before.mark = before.mark, None
        try:
            if before.has_moved:
                self._remote.set_panel(before.panel)
            before.has_moved = False
            for kind, uuids in before.selected.items():
                self.select(uuids, kind)
                self._last[kind] = uuids
            if mark is not None:
                self._remote.set_auto_refresh(True)
                mark.remove()
        finally:
            if mark is not None:
                mark.leave()

    def restore_painting(self) -> None:
        """Let DataLab paint again if a process that held its painting has ended in between.

        Nothing is selected then: what was may take minutes to paint.
        """
        marks = abandoned_marks(_settings.folder(self._config_home))
        if not marks:
            return
        if _settings.auto_refresh(self._config_home) is False:
            for kind in KINDS:
                self._remote.select(NOBODY, kind)
            self._remote.set_auto_refresh(True)
        for mark in marks:
            mark.unlink(missing_ok=True)

    def _paints(self) -> bool:
        """Say whether DataLab paints, as the person wants it."""
        if _settings.auto_refresh(self._config_home) is False:
            self.restore_painting()  # if it wasn't the person who switched it off
        return _settings.auto_refresh(self._config_home) is not False

    def _selected(self, kinds: set[Kind], panel: str) -> dict[Kind, list[str]]:
        """Return what is selected in panels; DataLab tells it of the one that it shows."""
        found: dict[Kind, list[str]] = {}
        for kind in KINDS:
            if kind in kinds and kind == panel:
                found[kind] = self._remote.selected()
        others = [kind for kind in KINDS if kind in kinds and kind != panel]
        try:
            for kind in others:  # that one is shown now; the panel of before is put back at the end
                self._remote.set_panel(kind)
                found[kind] = self._remote.selected()
            self._learn_dense(found)
        except BaseException:
            if others:
                self._remote.set_panel(panel)
            raise
        return found

    def _learn_dense(self, selected: dict[Kind, list[str]]) -> None:
        """Learn which signals take long to paint, now, and not when DataLab may be gone."""
        for uuid in selected.get("signal", ()):
            self._is_dense(uuid)
