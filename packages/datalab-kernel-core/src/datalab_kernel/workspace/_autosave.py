"""Save a workspace again and again while it changes, and a last time when the process ends.

A thread waits for changes and saves in pauses of the computing. It makes the last save too:
a signal handler must not, for it may run in the middle of a change. What tells the next
kernel of a crash is ``_autosave_marker``'s.
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
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabKernelError, ParameterError
from datalab_kernel.workspace import _autosave_marker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

    from datalab_kernel.workspace._changes import Change, Subscription

__all__ = ["Autosave", "check_interval"]

PAUSE_S = 0.1
"""How long nothing else may have computed before a save begins."""
LONGEST_WAIT_S = 10.0
"""The longest wait for such a pause."""
LOOK_S = 0.02
BUSY_SHARE = 0.2
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

    def __init__(self, path: Path, every_s: float, save: Callable[[Path], object]) -> None:
        self.path = path
        self.every_s = every_s
        self.saved_at: float | None = None
        self.failure: str | None = None
        self.kept: Path | None = None
        self._save_to = save
        self._subscription: Subscription | None = None
        self._marker: _autosave_marker.Marker | None = None
        self._is_paused: Callable[[], bool] = lambda: False
        self._is_dirty = False
        self._is_ending = False
        self._is_last_save_wanted = False
        self._kills_process = False
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

    def begin(
        self,
        subscribe: Callable[[Callable[[Change], object]], Subscription],
        *,
        is_paused: Callable[[], bool],
        is_dirty: bool,
    ) -> None:
        """Begin to save to the file that was claimed.

        Parameters
        ----------
        subscribe
            Takes what is to be told of changes.
        is_paused
            Says whether the objects are where they need no saving.
        is_dirty
            Whether there is something to save already.
        """
        import datalab_kernel.storage  # noqa: F401 - now: h5py's own last words come after ours

        self._is_paused = is_paused
        self._subscription = subscribe(self._on_change)
        if is_dirty:
            self._on_change(None)
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
                _minded.add(self)
                _mind_forks()
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
        self._save_to = _never
        self._is_paused = bool
        self._subscription = None

    def _take_back(self) -> None:
        if self._subscription is not None:
            self._subscription.cancel()
        atexit.unregister(self._at_exit)
        _minded.discard(self)
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
        return f"{self.path.name}, {how}"

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

    def _on_change(self, _change: Change | None) -> None:
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
                _signal_main_thread()

    def _save_until_the_end(self) -> None:
        due = 0.0
        while not self._is_ending:
            if not self._is_dirty:
                self._wakes.get()
            elif (wait_s := due - time.monotonic()) > 0:
                self._sleep(wait_s)
            elif self._is_paused():
                due = time.monotonic() + self.every_s
            else:
                self._wait_for_a_pause()
                if not self._is_ending:
                    self._save()
                    due = time.monotonic() + self.every_s

    def _sleep(self, wait_s: float) -> None:
        """Wait; only an end cuts it short."""
        until = time.monotonic() + wait_s
        while not self._is_ending and (rest_s := until - time.monotonic()) > 0:
            try:
                self._wakes.get(timeout=rest_s)
            except queue.Empty:
                return

    def _wait_for_a_pause(self) -> None:
        """Wait until no cell computes, by the processor time of the others in this process."""
        began = quiet_since = looked_at = time.monotonic()
        used_s = time.process_time() - time.thread_time()
        while looked_at - quiet_since < PAUSE_S and looked_at - began < LONGEST_WAIT_S:
            self._sleep(LOOK_S)
            if self._is_ending:
                return
            now, used_now_s = time.monotonic(), time.process_time() - time.thread_time()
            if used_now_s - used_s > BUSY_SHARE * (now - looked_at):
                quiet_since = now
            looked_at, used_s = now, used_now_s

    def _save(self) -> None:
        self._is_dirty = False
        try:
            self._save_to(self.path)
        except Exception as error:  # noqa: BLE001 - the thread's edge: told, and it goes on trying
            self._is_dirty = True
            self._tell(error)
        else:
            self.saved_at, self.failure = time.time(), None

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
        is_lost = is_last_save and self._is_dirty  # then the next kernel tells of it
        if self._marker is not None and not is_lost:
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


def _never(_path: Path) -> None:
    raise RuntimeError("nothing is saved any more")


_minded: set[Autosave] = set()
"""Those whose handler of SIGTERM forked children don't take over."""


@cache
def _mind_forks() -> None:
    """Let SIGTERM do in forked children what it did before; once, for it can't be undone.

    Python forgets a signal that comes to a child just after its fork, so it is held back
    (blocked) until the child has its own handler.
    """
    masks = threading.local()

    def hold_back() -> None:
        masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM] if _minded else [])

    def let_through() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.before)

    def let_through_in_child() -> None:
        for autosave in [*_minded]:
            autosave.hand_back_in_child()
        let_through()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=hold_back, after_in_parent=let_through, after_in_child=let_through_in_child
        )


def _signal_main_thread() -> None:
    """Send SIGTERM where it wakes the main thread, which alone runs handlers."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGTERM)
    else:
        signal.raise_signal(signal.SIGTERM)
