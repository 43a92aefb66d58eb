"""The names that a DataLab session starts with, and how they become real when first used.

Start-up may import nothing heavy, yet ``np`` has to *be* NumPy when a person looks.
Globals must be a plain ``dict`` (functions ignore ``__missing__`` or lose their speed),
so names can't be computed on look-up. Instead each cell's syntax tree is read before it
runs: the names that it reads are imported just then and bound to the real objects. This
costs microseconds a cell, sees nested code, and ends once nothing is left to import.
What no reading foresees (``eval``, a debugger) finds a stand-in (:mod:`datalab_kernel._lazy`).

A name that was reassigned or deleted is the user's: only a stand-in is ever replaced.
"""

from __future__ import annotations

import ast
import logging
import re
import sys
import threading
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from datalab_kernel._lazy import LazyModule, LazyObject, lazy_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

__all__ = ["NAMES", "FirstUse", "Namespace", "completion_matcher"]

_MODULES = {"np": "numpy", "sigima": "sigima"}
_CLASSES = ("SignalObj", "ImageObj")
_FUNCTIONS = ("create_signal", "create_image", "create_signal_roi", "create_image_roi")
NAMES = ("workspace", "plotter", *_MODULES, *_FUNCTIONS, *_CLASSES)

_WORD = re.compile(r"\w+")
_logger = logging.getLogger(__name__)


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
            "workspace": LazyObject(partial(self.value, "workspace")),
            "plotter": LazyObject(partial(self.value, "plotter")),
            **{n: LazyModule(m, partial(self.value, n)) for n, m in _MODULES.items()},
            **{n: LazyObject(partial(self.value, n)) for n in _FUNCTIONS},
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

    def waiting(self) -> set[str]:
        """Return the names that are still stand-ins."""
        return {n for n in NAMES if self._user_ns.get(n) is self._stand_ins[n]}

    def _make(self, name: str) -> Any:
        package = import_module("datalab_kernel")
        if name == "workspace":
            return package.Workspace()
        if name == "plotter":
            return package.Plotter(self.value("workspace"))
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
    return is_main and sys.platform != "emscripten"


class FirstUse(ast.NodeTransformer):
    """Make real what a cell reads, before it runs (one of IPython's ``ast_transformers``)."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace

    def visit(self, node: ast.AST) -> ast.AST:
        """Import what the tree reads; the tree stays as it is."""
        waiting = self.namespace.waiting()
        if waiting:
            read = {
                part.id: part
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
            }
            try:
                self.make_real(waiting & read.keys())
            except KeyboardInterrupt:
                return _interrupted(node)
        return node

    def make_real(self, names: Iterable[str]) -> None:
        """Import the names; one that can't be imported fails where it is used."""
        for name in sorted(names):
            try:
                self.namespace.value(name)
            except Exception:  # the stand-in raises the same again, in the user's own line
                _logger.debug("%s can't be had yet", name, exc_info=True)


def completion_matcher(first_use: FirstUse) -> Callable[[Any], dict[str, Any]]:
    """Return a matcher for IPython's completer: it has no matches, but makes names real.

    So that ``np.lin<Tab>`` and ``workspace["<Tab>`` are answered by the real objects,
    also before any cell has mentioned them.
    """

    def mentioned(context: Any) -> dict[str, Any]:
        waiting = first_use.namespace.waiting()
        if waiting:
            words = _WORD.findall(context.text_until_cursor)
            first_use.make_real(waiting.intersection(words))
        return {"completions": []}

    mentioned.matcher_api_version = 2  # type: ignore[attr-defined]
    mentioned.matcher_identifier = "datalab_kernel"  # type: ignore[attr-defined]
    return mentioned


def _interrupted(node: ast.AST) -> ast.AST:
    """Return the cell as one that is interrupted at once: the interrupt came before it ran."""
    if not isinstance(node, ast.Module):
        raise KeyboardInterrupt
    interrupt = ast.parse("raise KeyboardInterrupt").body
    return ast.Module(body=[*interrupt], type_ignores=node.type_ignores)
