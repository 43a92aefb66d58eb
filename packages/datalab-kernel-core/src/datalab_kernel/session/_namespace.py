"""The names that a DataLab session starts with, and how they become real when first used.

Start-up may import nothing heavy, yet ``np`` has to *be* NumPy when a person looks.
Globals must be a plain ``dict`` (functions ignore ``__missing__`` or lose their speed),
so names can't be computed on look-up. Instead each cell's syntax tree is read before it
runs (:mod:`datalab_kernel.session._first_use`): the names that it reads are imported just then and
bound to the real objects. This costs microseconds a cell and sees nested code.
What no reading foresees (``eval``, a debugger) finds a stand-in (:mod:`datalab_kernel.session._lazy`).

A name that was reassigned or deleted is the user's: only a stand-in is ever replaced.
"""

from __future__ import annotations

import sys
import threading
import types
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from datalab_kernel.platform import here
from datalab_kernel.session._lazy import LazyModule, LazyObject, lazy_class

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

__all__ = ["NAMES", "Namespace"]

_MODULES = {"np": "numpy", "sigima": "sigima"}
_CLASSES = ("SignalObj", "ImageObj")
_FUNCTIONS = ("create_signal", "create_image", "create_signal_roi", "create_image_roi")
_OBJECTS = ("workspace", "plotter")
NAMES = (*_OBJECTS, *_MODULES, *_FUNCTIONS, *_CLASSES)

_WITH_SUBMODULES = ("sigima",)  # numpy hands out its own when they are asked for


class Namespace:
    """Put the names into a user's namespace, make them real, and take them back.

    Parameters
    ----------
    user_ns
        The namespace that cells run in.
    hidden
        IPython's ``user_ns_hidden``: what ``%who`` and ``%reset`` leave alone.
    hurry
        A context in which imports in the background don't hold back.
    """

    def __init__(
        self,
        user_ns: dict[str, Any],
        hidden: dict[str, Any],
        hurry: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._user_ns = user_ns
        self._hidden = hidden
        self._hurry = hurry
        self._lock = threading.RLock()
        self._made: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        self._hidden_before: dict[str, Any] = {}
        self._stand_ins: dict[str, Any] = {
            **{n: LazyModule(m, partial(self.value, n)) for n, m in _MODULES.items()},
            **{n: LazyObject(n, partial(self.value, n)) for n in (*_OBJECTS, *_FUNCTIONS)},
            **{n: lazy_class(n, partial(self.value, n)) for n in _CLASSES},
        }

    def put(self) -> None:
        """Bind every name, remembering what it was bound to before."""
        self._before = {n: self._user_ns[n] for n in NAMES if n in self._user_ns}
        self._hidden_before = {n: self._hidden[n] for n in NAMES if n in self._hidden}
        self.renew()

    def renew(self) -> None:
        """Bind every name again, as after ``%reset``."""
        for name in NAMES:
            self._bind(name, self._made.get(name, self._stand_ins[name]))

    def take_back(self) -> None:
        """Restore what was bound before, except where the user has bound something else since."""
        for name in NAMES:
            if self._is_ours(name):
                _restore(self._user_ns, self._before, name)
                _restore(self._hidden, self._hidden_before, name)

    def value(self, name: str) -> Any:
        """Return the real object behind a name, importing it if need be."""
        if name not in self._made:
            home = _MODULES.get(name, f"datalab_kernel.{name}")
            with self._hurry():
                made = _import_uninterrupted(home) if name in _MODULES else self._make(name)
            with self._lock:
                self._made.setdefault(name, made)
        made = self._made[name]
        if self._user_ns.get(name) is self._stand_ins[name]:
            self._bind(name, made)
        return made

    def workspace(self) -> Any:
        """Return the workspace that is called so by now: the person's own, if they bound one.

        Else, and after ``del workspace``, the one that the session began with.
        """
        home = sys.modules.get("datalab_kernel.workspace._workspace")
        bound = self._user_ns.get("workspace")
        if home is not None and isinstance(bound, home.Workspace):
            return bound
        return self.value("workspace")

    def bound(self, name: str) -> Any:
        """Return what a name is bound to, the real object behind a stand-in; None: nothing."""
        return self.value(name) if self.is_waiting(name) else self._user_ns.get(name)

    def waiting(self) -> set[str]:
        """Return the names that are still stand-ins."""
        return {name for name in NAMES if self.is_waiting(name)}

    def is_waiting(self, name: str) -> bool:
        """Say whether a name is one of ours that is still a stand-in."""
        return name in self._stand_ins and self._user_ns.get(name) is self._stand_ins[name]

    def import_submodules(self, name: str, attributes: Sequence[str]) -> None:
        """Import what ``sigima.proc.signal`` needs, so that nobody has to write the import.

        Parameters
        ----------
        name
            One of the names; nothing happens if it is the user's by now, or no package.
        attributes
            What follows it, up to the first that is no submodule.
        """
        if name not in _WITH_SUBMODULES or not self._is_ours(name):
            return
        module = self.value(name)
        for attribute in attributes:
            if attribute not in vars(module):
                if attribute not in _submodules_of(module):
                    return
                _import_uninterrupted(f"{module.__name__}.{attribute}")
            module = vars(module)[attribute]
            if not isinstance(module, types.ModuleType):
                return

    def unimported(self, dotted: str) -> dict[str, str]:
        """Return what ``sigima.proc`` holds, and of which kind; nothing once Sigima is imported."""
        name = dotted.partition(".")[0]
        if name not in _WITH_SUBMODULES or not self.is_waiting(name) or _is_imported(name):
            return {}
        from datalab_kernel.session._unimported import names_in

        return names_in(dotted)

    def submodules(self, dotted: str) -> list[str]:
        """Return the names of the submodules of ``sigima.proc``, imported or not."""
        name, *attributes = dotted.split(".")
        if name not in _WITH_SUBMODULES or not self._is_ours(name):
            return []
        self.import_submodules(name, attributes)
        module = self.value(name)
        for attribute in attributes:
            module = vars(module).get(attribute)
            if not isinstance(module, types.ModuleType):
                return []
        return _submodules_of(module)

    def _make(self, name: str) -> Any:
        package = import_module("datalab_kernel")
        if name == "workspace":
            return package.Workspace()
        if name == "plotter":
            return package.Plotter(self.workspace)
        _import_uninterrupted("sigima.objects")
        return getattr(package, name)

    def _bind(self, name: str, value: Any) -> None:
        self._user_ns[name] = value
        self._hidden[name] = value

    def _is_ours(self, name: str) -> bool:
        missing = object()
        bound = self._user_ns.get(name, missing)
        return bound is self._stand_ins[name] or bound is self._made.get(name, self)


def _restore(space: dict[str, Any], before: dict[str, Any], name: str) -> None:
    if name in before:
        space[name] = before[name]
    else:
        space.pop(name, None)


def _submodules_of(module: types.ModuleType) -> list[str]:
    path = vars(module).get("__path__", [])
    import pkgutil  # not at each start

    names = [found.name for found in pkgutil.iter_modules(path)]
    return [name for name in names if not name.startswith("_") and name != "tests"]


def _is_imported(name: str) -> bool:
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return spec is not None and not getattr(spec, "_initializing", False)


def _import_uninterrupted(name: str) -> Any:
    """Import a module so that an interrupt ends the wait for it and not the import.

    An import of NumPy that is stopped half-way can't be repeated in the same process.
    """
    if name in sys.modules or not _may_wait_for_a_thread():
        return import_module(name)
    failure: list[BaseException] = []

    def work() -> None:
        try:
            import_module(name)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            failure.append(error)

    thread = threading.Thread(target=work, name=f"import {name}", daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return import_module(name)


def _may_wait_for_a_thread() -> bool:
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and here().has_threads
