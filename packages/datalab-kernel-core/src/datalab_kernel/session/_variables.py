"""Keep the session's names out of a debugger's list of variables, as they are out of ``%who``.

JupyterLab's variable panel asks the kernel's debugger, which knows nothing of
``user_ns_hidden`` and shows everything; showing a stand-in would import what it stands for.
The two kernels that have a debugger wrote the same ``VariableExplorer``. Its module is
loaded when a person first opens the panel, so it is changed when it is imported.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["VariablePanel"]

_MODULES = ("xeus_python_shell.debugger", "ipykernel.debugger")


class VariablePanel:
    """Hide what ``hidden`` holds from the debugger's variables, until told to stop.

    Parameters
    ----------
    hidden
        IPython's ``user_ns_hidden``: names with the values that are not the user's.
    modules
        Where a ``VariableExplorer`` may come from.
    """

    def __init__(self, hidden: Mapping[str, Any], modules: Sequence[str] = _MODULES) -> None:
        self._hidden = hidden
        self._modules = modules
        self._changed: list[tuple[Any, Callable[[Any], None]]] = []

    def begin(self) -> None:
        """Change what is loaded now, and what will be."""
        for name in self._modules:
            if name in sys.modules:
                self._change(sys.modules[name])
        sys.meta_path.insert(0, self)

    def end(self) -> None:
        """Leave everything as it was."""
        sys.meta_path.remove(self)
        for explorer, track in self._changed:
            explorer.track = track
        self._changed.clear()

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a debugger's module as Python does, and change it once it is made."""
        if name not in self._modules:
            return None
        sys.meta_path.remove(self)  # ask the others
        try:
            spec = find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_change(module: ModuleType) -> None:
                execute(module)
                self._change(module)

            spec.loader.exec_module = execute_and_change  # type: ignore[method-assign]
        return spec

    def _change(self, module: ModuleType) -> None:
        explorer = getattr(module, "VariableExplorer", None)
        track = getattr(explorer, "track", None)
        if explorer is None or track is None:
            return  # no debugpy here, or another kind of debugger

        def track_the_users(self_: Any) -> None:
            track(self_)
            frame = self_.frame
            frame.f_locals = frame.f_globals = self._users(frame.f_locals)

        explorer.track = track_the_users
        self._changed.append((explorer, track))

    def _users(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        missing = object()
        hidden = self._hidden
        return {n: v for n, v in variables.items() if v is not hidden.get(n, missing)}
