"""Import Sigima and what draws in the background, in the pauses that the person at the notebook makes.

An importing thread competes with cells for the interpreter, so it stops while anything else
in the process uses the processor. It looks before and after each module that it imports.
"Anything else" is measured, not guessed: the process's processor time less this thread's
own. A cell that computes stops the import; one that sleeps, awaits or waits for a download
doesn't. Each stop is bounded.

It imports in steps. Between two of them nothing is half-imported: then others import
(:mod:`datalab_kernel.session._import_gate`) and fork (:mod:`datalab_kernel.session._fork_gate`). While
somebody waits for the end of a step, it doesn't stop.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import time
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from datalab_kernel.platform import here
from datalab_kernel.session._font_list import has_font_list
from datalab_kernel.session._fork_gate import ForkGate
from datalab_kernel.session._import_gate import ImportGate, ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["MODULES", "PICTURES", "VARIABLE", "WarmUp", "is_wanted"]

VARIABLE = "DATALAB_KERNEL_WARMUP"
MODULES = (
    *("numpy", "numpy.testing", "numpy.f2py", "numpy.ma", "numpy.random"),
    *("xmlrpc.client", "h5py", "guidata.dataset"),
    *("scipy.sparse", "scipy.special", "scipy.linalg", "scipy.sparse.linalg", "scipy.spatial"),
    *("scipy.optimize", "scipy.interpolate", "scipy.ndimage", "scipy.stats", "scipy.signal"),
    *("pandas", "PIL.Image", "imageio", "tifffile", "skimage.io", "scipy.io", "sigima.tools"),
    *("sigima.objects", "sigima"),
)
"""Sigima, and before it what it imports, in an order that makes small steps."""

PICTURES = (
    *("matplotlib.colors", "matplotlib.transforms", "matplotlib.ticker", "matplotlib.path"),
    *("matplotlib.font_manager", "matplotlib.image", "matplotlib.axis", "matplotlib.legend"),
    *("matplotlib.axes", "matplotlib.figure", "matplotlib.backends.backend_agg"),
    *("datalab_kernel.plot._describing.build", "datalab_kernel.plot._matplotlib.renderer"),
)
"""What the first picture takes, in small steps too: half a second."""

QUIET_S = 0.06
"""How long nothing else may have used the processor before an import begins."""
LONGEST_STOP_S = 0.5
"""The longest stop before one module, whatever the rest of the process does."""
LOOK_S = 0.01
BUSY_SHARE = 0.1
NOISE_S = 0.0001
WINDOW_S = 0.005
"""Over how long what others have used is added up."""
THRESHOLDS = (1_000_000, 1_000_000, 1_000_000)
"""The collector's, while the import runs: it doesn't collect.

Nothing here may be a callback of the collector. It is called amid C's making of a syntax
tree too, and a pause there breaks the next tree, that of a cell (SystemError in Python 3.11).
"""
SWITCH_INTERVAL_S = 0.00001
"""How soon a cell gets the interpreter, while the import runs (Python's own: 5 ms).

A cell waits for it after each of its own waits. Seen on Linux: 0.17 ms each with 0.1 ms here,
0.07 ms with 0.01 ms, the system's own wake-up; less gains nothing.
"""

_logger = logging.getLogger(__name__)


def is_wanted() -> bool:
    """Say whether warming up is possible here and not switched off."""
    is_off = os.environ.get(VARIABLE, "").strip().lower() in {"off", "0", "no", "false"}
    return not is_off and here().has_threads


class WarmUp:
    """One background import, started once.

    Parameters
    ----------
    modules
        What to import, in this order. The last is what matters: others that don't exist
        are left out.
    for_pictures
        What to import behind these, where that is quick and quiet
        (:mod:`datalab_kernel.session._font_list`).
    """

    def __init__(
        self, modules: Sequence[str] = MODULES, *, for_pictures: Sequence[str] = ()
    ) -> None:
        self._modules = tuple(modules)
        self._for_pictures = tuple(for_pictures)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._hurrying = 0
        self._others_s = 0.0
        self._looked_at = 0.0
        self._busy_at = 0.0
        self._thresholds: tuple[int, int, int] | None = None
        self._switch_interval_s = sys.getswitchinterval()
        self._imports = ImportGate(self._pause)
        self._forks = ForkGate(self._imports, self._end)

    def start(self) -> None:
        """Begin, unless it has begun before or everything is imported already."""
        if self._thread is not None or all(name in sys.modules for name in self._modules):
            return
        self._thread = threading.Thread(target=self._run, name="datalab-kernel warm-up")
        try:
            self._thread.start()
        except RuntimeError:
            _logger.info("No thread can be started here: nothing is warmed up", exc_info=True)

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until it has ended; say whether it has."""
        if self._thread is not None and self._thread.ident is not None:
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    @contextmanager
    def hurry(self) -> Iterator[None]:
        """Import without stopping while somebody waits for it."""
        with self._lock:
            self._hurrying += 1
        try:
            yield
        finally:
            with self._lock:
                self._hurrying -= 1

    def make_way(self) -> bool:
        """Let a cell that begins have the interpreter; say whether the import still runs.

        Else the two take turns until the module that is being imported ends, and a short cell
        takes twice its time. The import goes on as soon as the cell doesn't compute.
        """
        if self._thread is None or not self._thread.is_alive():
            return False
        self._busy_at = time.monotonic()
        sys.setswitchinterval(self._switch_interval_s)
        return True

    def _run(self) -> None:
        self._look(self._busy_at)
        self._busy_at = time.monotonic()
        try:
            self._imports.open()
        except ShapeError:
            _logger.warning("Nothing is imported ahead of its use", exc_info=True)
            return
        self._forks.open()
        try:
            for name in self._modules:
                self._import(name)
            if self._for_pictures and has_font_list():
                for name in self._for_pictures:
                    self._import(name)
        except Exception:  # a thread's edge: whoever uses the module gets the error again
            _logger.warning("Could not import Sigima or matplotlib ahead of its use", exc_info=True)
        finally:
            self._forks.close()
            self._end()

    def _import(self, name: str) -> None:
        """Do one step, when nobody else imports."""
        self._pause()
        while not self._imports.begin_step():
            self._stand_back()
            time.sleep(LOOK_S)
            self._pause()
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            is_itself_missing = f"{name}.".startswith(f"{error.name}.")
            if name == self._modules[-1] or not is_itself_missing:
                raise
        finally:
            self._imports.end_step()

    def _end(self) -> None:
        self._imports.close()
        self._stand_back()

    def _look(self, now: float) -> float:
        """Return the processor time that others have used in the window that ends now."""
        others_s = time.process_time() - time.thread_time()
        used_s = others_s - self._others_s
        if used_s > NOISE_S or now - self._looked_at > WINDOW_S:
            self._others_s, self._looked_at = others_s, now
        return used_s

    def _pause(self) -> None:
        if self._must_leave():
            raise SystemExit
        self._stop_while_busy()

    def _stop_while_busy(self) -> None:
        if self._must_hurry():
            return
        now = began = time.monotonic()
        if self._look(now) > NOISE_S:
            self._busy_at = now
        if now - self._busy_at < QUIET_S:
            self._stand_back()
            while now - self._busy_at < QUIET_S and now - began < LONGEST_STOP_S:
                time.sleep(LOOK_S)
                if self._must_hurry() or self._must_leave():
                    break
                now = time.monotonic()
                if self._look(now) > BUSY_SHARE * LOOK_S:
                    self._busy_at = now
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._put_off_collecting()

    def _must_hurry(self) -> bool:
        return bool(self._hurrying) or self._imports.is_waited_for

    def _stand_back(self) -> None:
        """Leave the interpreter to others as it was."""
        self._collect_again()
        sys.setswitchinterval(self._switch_interval_s)

    def _must_leave(self) -> bool:
        return not threading.main_thread().is_alive() and not self._imports.is_waited_for

    def _put_off_collecting(self) -> None:
        """Keep the garbage collector from holding the interpreter for tens of milliseconds."""
        if self._thresholds is None and gc.isenabled() and not gc.get_freeze_count():
            self._thresholds = gc.get_threshold()
            gc.set_threshold(*THRESHOLDS)

    def _collect_again(self) -> None:
        """Let the collector work as before, with what was imported counted as old already.

        Else the next cell would pay for a walk over all of it.
        """
        thresholds, self._thresholds = self._thresholds, None
        if thresholds is not None and gc.get_threshold() == THRESHOLDS:
            gc.freeze()
            gc.unfreeze()
            gc.set_threshold(*thresholds)
