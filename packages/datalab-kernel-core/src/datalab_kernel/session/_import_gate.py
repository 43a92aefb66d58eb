"""Turns between the background import and everybody else's imports.

Python locks each module by itself. Two threads that import the same packages from different
ends would wait for each other, and Python gets out of that by handing a half-initialised
module to one of them. So while the background import runs, it and all other threads take
turns: it begins a step only when nobody else imports, and who wants to import waits for the
end of that step. The others don't wait for one another, as ever.

This stands in front of two functions of :mod:`importlib`'s frozen half, which C looks up
there too. Neither is called for a module that is there already.
"""

from __future__ import annotations

import importlib
import sys
import threading
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ImportGate", "ShapeError", "forget_modules_of", "owners_of_modules"]

STALLED_S = 5.0
"""How long the background import may make no progress while somebody waits for it.

It might wait for a lock which that thread holds; Python's own rules are better then.
"""
_SHAPE = {"_find_and_load": ("name", "import_"), "_lock_unlock_module": ("name",)}
_FILE = "<frozen importlib._bootstrap>"
"""Python leaves frames of this file out of the tracebacks of failed imports."""
_MISSING = object()

_bootstrap: Any = vars(importlib)["_bootstrap"]  # private: typeshed doesn't know it


class ShapeError(RuntimeError):
    """Python's import system isn't what the gate was written for."""


class ImportGate:
    """Let the thread that opened the gate import in steps, between the imports of others.

    Parameters
    ----------
    pause
        Called in the background thread before and after each module that it imports.
    """

    def __init__(self, pause: Callable[[], None]) -> None:
        self._pause = pause
        self._own: int | None = None
        self._step: threading.Event | None = None
        self._progress = 0
        self._others: set[int] = set()
        self._theirs: dict[str, Callable[..., Any]] = {}
        self._ours: dict[str, Callable[..., Any]] = {}

    def open(self) -> None:
        """Stand in front of Python's import; the calling thread is the background import.

        Raises
        ------
        ShapeError
            Python's import has no such functions.
        """
        self._theirs = _importing_functions()
        self._own = threading.get_ident()
        self._ours = {
            "_find_and_load": _unseen(self._find_and_load()),
            "_lock_unlock_module": _unseen(self._lock_unlock_module()),
        }
        for name, function in self._ours.items():
            setattr(_bootstrap, name, function)

    def close(self) -> None:
        """Give Python its own import back, unless somebody else stands in front by now."""
        self._own = None
        for name, function in self._ours.items():
            if getattr(_bootstrap, name) is function:
                setattr(_bootstrap, name, self._theirs[name])
        if self._step is not None:
            self.end_step()

    @property
    def is_waited_for(self) -> bool:
        """Whether another thread imports, or waits to do so."""
        return bool(self._others)

    @property
    def is_in_step(self) -> bool:
        """Whether the background import is importing something now."""
        return self._step is not None

    def begin_step(self) -> bool:
        """Take the background import's turn; False if it is others' now.

        Others are also those who began before the gate was opened: they hold locks of modules.
        """
        self._step = threading.Event()
        if self._others or owners_of_modules() - {self._own}:
            self.end_step()
            return False
        return True

    def end_step(self) -> None:
        """Let the others go on."""
        step, self._step = self._step, None
        if step is not None:
            step.set()

    def enter(self) -> bool:
        """Take another thread's turn; False if that thread has it already, or none is needed.

        Who enters is noted first and waits then, while a step is noted before it looks for
        others: whichever comes second sees the first.
        """
        me = threading.get_ident()
        if self._own in {None, me} or me in self._others:
            return False
        try:
            self._others.add(me)
            self._wait()
        except BaseException:
            self._others.discard(me)
            raise
        return True

    def leave(self) -> None:
        """Give another thread's turn back."""
        self._others.discard(threading.get_ident())

    def _wait(self) -> None:
        while (step := self._step) is not None:
            before = self._progress
            if not step.wait(STALLED_S) and self._progress == before:
                return

    def _find_and_load(self) -> Callable[..., Any]:
        theirs = self._theirs["_find_and_load"]

        def _find_and_load(name: str, import_: Callable[..., Any]) -> Any:
            module = sys.modules.get(name, _MISSING)
            if module is not _MISSING and not _is_initializing(module):
                return theirs(name, import_)
            if self._own == threading.get_ident():
                return self._as_a_part(theirs, name, import_)
            has_entered = self.enter()
            try:
                return theirs(name, import_)
            finally:
                if has_entered:
                    self.leave()

        return _find_and_load

    def _lock_unlock_module(self) -> Callable[..., Any]:
        """Wait for a module that another thread initialises (C calls this where it sees one)."""
        theirs = self._theirs["_lock_unlock_module"]

        def _lock_unlock_module(name: str) -> Any:
            has_entered = self.enter()
            try:
                return theirs(name)
            finally:
                if has_entered:
                    self.leave()

        return _lock_unlock_module

    def _as_a_part(self, load: Callable[..., Any], name: str, import_: Callable[..., Any]) -> Any:
        self._progress += 1
        self._pause()
        module = load(name, import_)
        self._progress += 1
        self._pause()
        return module


def owners_of_modules() -> set[int]:
    """Return the threads that hold the lock of a module: they import it now."""
    locks = [reference() for reference in [*_bootstrap._module_locks.values()]]  # noqa: SLF001
    return {lock.owner for lock in locks if lock is not None and lock.owner is not None}


def forget_modules_of(owner: int) -> None:
    """Drop what a thread was importing, in a child process where that thread isn't."""
    for name, reference in [*_bootstrap._module_locks.items()]:  # noqa: SLF001
        lock = reference()
        if lock is not None and lock.owner == owner:
            del _bootstrap._module_locks[name]  # noqa: SLF001
            sys.modules.pop(name, None)


def _importing_functions() -> dict[str, Callable[..., Any]]:
    """Return Python's own functions, if all is as it is known here."""
    found: dict[str, Callable[..., Any]] = {}
    for name, arguments in _SHAPE.items():
        function = getattr(_bootstrap, name, None)
        if not isinstance(function, FunctionType) or _arguments(function) != arguments:
            message = f"importlib._bootstrap.{name} isn't a function of {arguments}"
            raise ShapeError(message)
        found[name] = function
    lock = getattr(_bootstrap, "_ModuleLock", lambda _: None)("")
    if not hasattr(_bootstrap, "_module_locks") or not hasattr(lock, "owner"):
        raise ShapeError("importlib._bootstrap has no locks of modules that name their owner")
    return found


def _arguments(function: FunctionType) -> tuple[str, ...]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def _unseen(function: Any) -> Callable[..., Any]:
    """Make a function's frames look like those of Python's own import in tracebacks."""
    code = function.__code__.replace(co_filename=_FILE)
    return FunctionType(code, function.__globals__, closure=function.__closure__)


def _is_initializing(module: object) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
