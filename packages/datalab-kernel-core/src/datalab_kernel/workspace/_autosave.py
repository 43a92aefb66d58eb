"""Save a workspace again and again while it changes, and a last time when the process ends.

A thread waits for changes and writes them to a journal in pauses of the computing; it folds that
into the file when nothing changes any more. It makes the last save too: a signal handler must not,
for it may run in the middle of a change. What is written is ``_journaled_file``'s, what tells the
next kernel of a crash ``_autosave_marker``'s.
"""

from __future__ import annotations

import atexit
import logging
import math
import os
import queue
import signal
import threading
import time
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabKernelError, ParameterError
from datalab_kernel.workspace import _autosave_marker
from datalab_kernel.workspace._pace import BUSY_SHARE, Pace
from datalab_kernel.workspace._termination import mind_forks, minded, signal_main_thread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

    from datalab_kernel.storage import Contents
    from datalab_kernel.workspace._changes import Change
    from datalab_kernel.workspace._saved_file import SavedFile

__all__ = ["Autosave", "check_interval"]

PAUSE_S = 0.1
"""How long nothing else may have computed before a save begins."""
LONGEST_WAIT_S = 10.0
"""The longest wait for such a pause."""
LOOK_S = 0.02
REST_S = 20.0
"""How long nothing may have changed before the journal is folded into the file."""
FOLD_SHARE = 0.02
"""Folding takes at most this share of the time: where it takes long, it waits longer."""
FOLD_PAUSE_S = 2.0
"""How long nothing may have computed before that."""
LAST_SAVE_S = 60.0
"""How long the end of the process waits for the last save."""

_logger = logging.getLogger(__name__)


def check_interval(every_s: float) -> float:
    """Return an interval as a number of seconds.

    Raises
    ------
    ParameterError
        If it isn't a number above 0.
    """
    is_number = isinstance(every_s, int | float) and not isinstance(every_s, bool)
    if not is_number or not math.isfinite(every_s) or every_s <= 0:
        message = (
            f"autosave(every_s={every_s!r}): that is no number of seconds above 0. "
            "Give one such as every_s=60."
        )
        raise ParameterError(
            message, function="autosave", problems=[message], parameters=["every_s"]
        )
    return float(every_s)


class Autosave:
    """What :meth:`Workspace.autosave` has begun; it displays as one line.

    Attributes
    ----------
    path : Path
        The file.
    every_s : float
        The shortest time between two saves, in seconds.
    saved_at : float or None
        When it last saved (as ``time.time()``); None: not yet.
    failure : str or None
        Why the last try failed; None if it didn't.
    kept : Path or None
        Where an earlier session's file of that name is now.
    """

    def __init__(self, file: SavedFile, every_s: float) -> None:
        self.file = file
        self.path = file.path
        self.every_s = every_s
        self.saved_at: float | None = None
        self.failure: str | None = None
        self.kept: Path | None = None
        self._marker: _autosave_marker.Marker | None = None
        self._is_paused: Callable[[], bool] = lambda: False
        self._is_dirty = False
        self._is_ending = False
        self._is_last_save_wanted = False
        self._kills_process = False
        self._waiting = 0  # threads that want to save themselves
        self._folds_at = 0.0
        self._rest_s = REST_S
        self._is_over = False
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()  # safe in signal handlers
        self._thread = threading.Thread(target=self._run, name="autosave", daemon=True)
        self._before: Any = None
        self._pid = os.getpid()

    def claim(self) -> None:
        """Take the file for this process, and keep what is there.

        Raises
        ------
        FileTakenError
            If another kernel saves to that file, or another workspace of this one.
        """
        _autosave_marker.check_free(self.path)
        try:
            self._marker = _autosave_marker.Marker(self.path)
        except (OSError, RuntimeError) as error:  # a home that is read-only, or unknown
            _logger.warning(
                "Autosave works, but no note of it can be kept (%s), so after a crash the next "
                "kernel can't name the file. Set JUPYTER_DATA_DIR to a folder that can be written.",
                error,
            )
        self.kept = _autosave_marker.keep_what_was_there(self.path)

    def begin(self, *, is_paused: Callable[[], bool], is_dirty: bool) -> None:
        """Begin to save to the file that was claimed.

        Parameters
        ----------
        is_paused
            Says whether the objects are where they need no saving.
        is_dirty
            Whether there is something to save already.
        """
        import datalab_kernel.storage  # noqa: F401 - now: h5py's own last words come after ours

        self._is_paused = is_paused
        if is_dirty:
            self._wake()
        try:
            self._thread.start()
        except RuntimeError:  # no threads here
            self._take_back()
            if self._marker is not None:
                self._marker.remove()
            raise
        atexit.register(self._at_exit)
        if threading.current_thread() is threading.main_thread():
            if signal.getsignal(signal.SIGTERM) != signal.SIG_IGN:
                self._before = signal.signal(signal.SIGTERM, self._on_sigterm)
                minded.add(self)
                mind_forks()
        else:
            _logger.warning(
                "Autosave was begun in a thread, so it can't save when the process is told to end "
                "(SIGTERM). Call workspace.autosave in a cell."
            )

    def end(self) -> None:
        """Stop saving; what is being saved is finished, what isn't saved stays so."""
        self._is_ending = True
        self._wakes.put(None)
        self._thread.join(LAST_SAVE_S)
        self._take_back()
        self._let_go()

    def _let_go(self) -> None:
        """Forget the workspace: this object stays where a notebook has shown it, its objects needn't."""
        self.file.let_go()
        self._is_paused = bool

    def _take_back(self) -> None:
        atexit.unregister(self._at_exit)
        minded.discard(self)
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGTERM) == self._on_sigterm:
            signal.signal(signal.SIGTERM, self._handler_before())

    def hand_back_in_child(self) -> None:
        """Let SIGTERM do in a forked child what it did before."""
        if signal.getsignal(signal.SIGTERM) == self._on_sigterm:
            signal.signal(signal.SIGTERM, self._handler_before())

    def _handler_before(self) -> Any:
        return signal.SIG_DFL if self._before is None else self._before  # None: not Python's

    # -- looks ----------------------------------------------------------------------------

    @property
    def summary(self) -> str:
        """Say in a few words how it is going."""
        if self._is_over:
            how = "ended"
        elif self.failure is not None:
            how = "the last try failed"
        elif self.saved_at is None:
            how = "not saved yet"
        else:
            how = f"saved {time.strftime('%H:%M:%S', time.localtime(self.saved_at))}"
        journal = f" and {self.file.journal_path.name}" if self.file.has_journal else ""
        return f"{self.path.name}{journal}, {how}"

    def __repr__(self) -> str:
        """Say in one line where to, how often, and when it last saved."""
        return f"Autosave({str(self.path)!r}, every {self.every_s:g} s; {self.summary})"

    def _lines(self) -> list[str]:
        lines = [repr(self)]
        if self.kept is not None:
            lines.append(f"The file that was there is kept as {str(self.kept)!r}.")
        notice = _autosave_marker.take_notice()
        return [*lines, *notice.splitlines()] if notice else lines

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002 - IPython's
        lines = self._lines()
        html = "<br>".join(escape(line) for line in lines)
        return {"text/plain": "\n".join(lines), "text/html": html}

    # -- the thread -----------------------------------------------------------------------

    def note(self, change: Change) -> None:
        """Take note of a change of the workspace, in the turn in which it is made."""
        if change.names:
            self.file.note(change)
            self._wake()

    def save_by(self, save: Callable[[], Contents]) -> Contents:
        """Let somebody save all of it to the file; what is being written is hurried up."""
        self._waiting += 1
        try:
            contents = save()
        finally:
            self._waiting -= 1
        self.saved_at, self.failure = time.time(), None
        return contents

    def _is_urgent(self) -> bool:
        return self._is_ending or self._waiting > 0

    def _wake(self) -> None:
        if not self._is_dirty:
            self._is_dirty = True
            self._wakes.put(None)

    def _run(self) -> None:
        try:
            self._save_until_the_end()
            self._finish()
        finally:
            self._is_over = True
            if self._kills_process:
                signal_main_thread()

    def _save_until_the_end(self) -> None:
        due = 0.0
        while not self._is_ending:
            now = time.monotonic()
            if not self._is_dirty and not self.file.has_journal:
                self._wakes.get()
            elif not self._is_dirty:
                self._fold_after_a_rest(now)
            elif due > now:
                self._sleep(due - now)
            elif self._is_paused():
                due = now + self.every_s
            else:
                self._wait_for_a_pause(PAUSE_S)
                if not self._is_ending:
                    self._save()
                    due = time.monotonic() + self.every_s

    def _fold_after_a_rest(self, now: float) -> None:
        """Wait until the journal is due; then fold it, if no cell computes."""
        if self._folds_at > now:
            with suppress(queue.Empty):
                self._wakes.get(timeout=self._folds_at - now)
        elif self._is_paused() or not self._wait_for_a_pause(FOLD_PAUSE_S):
            self._folds_at = time.monotonic() + LONGEST_WAIT_S
        elif not (self._is_ending or self._is_dirty):
            self._fold()

    def _sleep(self, wait_s: float) -> None:
        """Wait; only an end cuts it short."""
        until = time.monotonic() + wait_s
        while not self._is_ending and (rest_s := until - time.monotonic()) > 0:
            try:
                self._wakes.get(timeout=rest_s)
            except queue.Empty:
                return

    def _wait_for_a_pause(self, pause_s: float) -> bool:
        """Wait until no cell computes, by the processor time of the others; say whether it came."""
        began = quiet_since = looked_at = time.monotonic()
        used_s = time.process_time() - time.thread_time()
        while looked_at - quiet_since < pause_s:
            if looked_at - began > LONGEST_WAIT_S:
                return False
            self._sleep(LOOK_S)
            if self._is_ending:
                return False
            now, used_now_s = time.monotonic(), time.process_time() - time.thread_time()
            if used_now_s - used_s > BUSY_SHARE * (now - looked_at):
                quiet_since = now
            looked_at, used_s = now, used_now_s
        return True

    def _save(self) -> None:
        """Write what changed; and fold the journal, if it has grown too long."""
        self._is_dirty = False
        self._try(self.file.write)
        if self.file.is_over_bound and not self._is_dirty:
            self._fold()

    def _fold(self) -> None:
        began = time.monotonic()
        self._try(self.file.fold)
        took_s = time.monotonic() - began
        self._rest_s = max(REST_S, took_s / FOLD_SHARE)

    def _try(self, write: Callable[[Callable[[], object]], object]) -> None:
        try:
            write(Pace(self._is_urgent))
        except Exception as error:  # noqa: BLE001 - the thread's edge: told, and it goes on trying
            self._is_dirty = True
            self._tell(error)
        else:
            self.saved_at, self.failure = time.time(), None
        self._folds_at = time.monotonic() + self._rest_s

    def _tell(self, error: Exception) -> None:
        is_first, self.failure = self.failure is None, str(error)
        if not is_first:
            return
        is_unforeseen = not isinstance(error, DataLabKernelError | OSError | MemoryError)
        _logger.warning(
            "Autosave failed, and what changed since %s is only in memory. It tries again every "
            "%g s; workspace.autosave(another_path) saves elsewhere. The reason: %s",
            "it began" if self.saved_at is None else time.ctime(self.saved_at),
            self.every_s,
            error,
            exc_info=is_unforeseen,
        )

    def _finish(self) -> None:
        is_last_save = self._is_last_save_wanted and not self._is_paused()
        if is_last_save and self._is_dirty:
            self._save()
        if self.file.has_journal and not self._is_paused():
            self._fold()
        is_lost = is_last_save and (self._is_dirty or self.file.has_journal)
        if self._marker is not None and not is_lost:  # else the next kernel tells of it
            self._marker.remove()

    # -- the process's end ----------------------------------------------------------------

    def _at_exit(self) -> None:
        if os.getpid() != self._pid:  # a fork has no thread of ours, and nothing to save
            return
        self._is_last_save_wanted = self._is_ending = True
        self._wakes.put(None)
        self._thread.join(LAST_SAVE_S)

    def _on_sigterm(self, number: int, frame: FrameType | None) -> None:
        is_ours = os.getpid() == self._pid and self._thread.is_alive()
        if is_ours:
            self._kills_process = self._is_last_save_wanted = self._is_ending = True
            self._wakes.put(None)
            if not self._is_over:  # the thread sends the signal again when it has saved
                return
        before = self._handler_before()
        signal.signal(signal.SIGTERM, before)
        if callable(before):
            before(number, frame)
        elif before == signal.SIG_DFL:
            os.kill(os.getpid(), number)
