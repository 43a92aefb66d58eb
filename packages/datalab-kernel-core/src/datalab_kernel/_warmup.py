"""Import Sigima in the background, in the pauses that the person at the notebook makes.

An importing thread competes with cells for the interpreter, so it stops before each
module that it imports (by a finder in ``sys.meta_path``) while anything else in the
process uses the processor. "Anything else" is measured, not guessed: the process's
processor time less this thread's own. A cell that computes stops the import; one that
sleeps, awaits or waits for a download doesn't. A thread that waits for a module which
this one is importing uses no processor time either, so it is never kept waiting: that is
why no deadlock can arise. Each stop is bounded in any case.
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["VARIABLE", "WarmUp", "is_wanted"]

VARIABLE = "DATALAB_KERNEL_WARMUP"
MODULES = ("numpy", "sigima.objects", "sigima")

QUIET_S = 0.06
"""How long nothing else may have used the processor before an import begins."""
LONGEST_STOP_S = 0.5
"""The longest stop before one module, whatever the rest of the process does."""
LONGEST_FINISH_S = 60.0
LOOK_S = 0.01
BUSY_SHARE = 0.1
NOISE_S = 0.0003
SWITCH_INTERVAL_S = 0.0001
"""How soon a cell that begins gets the interpreter, while the import runs (Python's own: 5 ms)."""

_logger = logging.getLogger(__name__)


def is_wanted() -> bool:
    """Say whether warming up is possible here and not switched off."""
    is_off = os.environ.get(VARIABLE, "").strip().lower() in {"off", "0", "no", "false"}
    return not is_off and sys.platform != "emscripten"


class _Stop:
    """Stop before a module is made, then leave it to its real loader without a trace."""

    def __init__(self, loader: Loader, stop: Callable[[], None]) -> None:
        self._loader = loader
        self._stop = stop

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Wait, step aside, and do what the real loader does."""
        self._stop()
        spec.loader = self._loader
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Exist: Python asks for it before it calls ``create_module``, which steps aside."""
        self._loader.exec_module(module)


class WarmUp:
    """One background import, started once.

    Parameters
    ----------
    modules
        What to import, in this order.
    """

    def __init__(self, modules: Sequence[str] = MODULES) -> None:
        self._modules = tuple(modules)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._hurrying = 0
        self._others_s = 0.0
        self._busy_at = 0.0
        self._puts_off_collecting = False
        self._switch_interval_s = sys.getswitchinterval()

    def start(self) -> None:
        """Begin, unless it has begun before or everything is imported already."""
        if self._thread is not None or all(name in sys.modules for name in self._modules):
            return
        self._thread = threading.Thread(target=self._run, name="datalab-kernel warm-up")
        try:
            self._thread.start()
        except RuntimeError:
            _logger.info("No thread can be started here: nothing is warmed up", exc_info=True)
            return
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._finish)

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

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find as the other finders do, with a stop before the module runs (``sys.meta_path``).

        The stop can't be here: Python holds its one import lock while it asks a finder.
        """
        if threading.current_thread() is not self._thread:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(name, path, target) if find is not None else None
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    spec.loader = _Stop(spec.loader, self._stop_while_busy)  # type: ignore[assignment]
                return spec
        return None

    def _run(self) -> None:
        self._look()
        self._busy_at = time.monotonic()
        sys.meta_path.insert(0, self)
        try:
            self._stop_while_busy()
            for name in self._modules:
                import_module(name)
        except Exception:  # a thread's edge: whoever uses the module gets the error again
            _logger.warning("Could not import %s ahead of its use", name, exc_info=True)
        finally:
            self._collect_again()
            sys.meta_path.remove(self)
            sys.setswitchinterval(self._switch_interval_s)

    def _finish(self) -> None:
        """Come to an end before a fork: the child would wait for ever for half-imported modules."""
        if threading.current_thread() is not self._thread:
            with self.hurry():
                self.join(LONGEST_FINISH_S)

    def _look(self) -> float:
        """Return the processor time that others have used since the last look."""
        others_s = time.process_time() - time.thread_time()
        used_s, self._others_s = others_s - self._others_s, others_s
        return used_s

    def _stop_while_busy(self) -> None:
        self._leave_if_the_process_ends()
        if self._hurrying:
            return
        now = began = time.monotonic()
        if self._look() > NOISE_S:
            self._busy_at = now
        if now - self._busy_at < QUIET_S:
            self._collect_again()
            sys.setswitchinterval(self._switch_interval_s)
            while now - self._busy_at < QUIET_S and now - began < LONGEST_STOP_S:
                time.sleep(LOOK_S)
                self._leave_if_the_process_ends()
                if self._hurrying:
                    break
                if self._look() > BUSY_SHARE * LOOK_S:
                    self._busy_at = time.monotonic()
                now = time.monotonic()
            sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._put_off_collecting()

    def _put_off_collecting(self) -> None:
        """Keep the garbage collector from holding the interpreter for tens of milliseconds."""
        if gc.isenabled() and not gc.get_freeze_count():
            gc.disable()
            self._puts_off_collecting = True

    def _collect_again(self) -> None:
        """Let the collector work as before, with what was imported counted as old already.

        Else the next cell would pay for a walk over all of it.
        """
        if self._puts_off_collecting:
            self._puts_off_collecting = False
            gc.freeze()
            gc.unfreeze()
            gc.enable()

    @staticmethod
    def _leave_if_the_process_ends() -> None:
        if not threading.main_thread().is_alive():
            raise SystemExit
