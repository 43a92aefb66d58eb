"""Which backend a workspace uses: the argument, else the environment, else what is found."""

from __future__ import annotations

import os
from typing import Any

from datalab_kernel.backends import Backend, WorkspaceMode, _registry
from datalab_kernel.errors import NoBackendError

MODE_VARIABLE = "DATALAB_KERNEL_MODE"
AUTO = "auto"


def wanted_name(backend: str | None) -> str:
    """Return the name of the backend that was asked for, or ``auto``."""
    return backend or os.environ.get(MODE_VARIABLE, "").strip() or AUTO


def known_mode(name: str) -> WorkspaceMode | None:
    """Return the mode that a backend's name alone tells, else None."""
    modes = {mode.value: mode for mode in WorkspaceMode}
    return modes.get(name)


def candidates() -> list[type[Backend]]:
    """Return the classes that ``auto`` may use, in the order in which it asks them."""
    classes = [_registry.load(name) for name in _registry.installed()]
    ranked = [cls for cls in classes if cls.auto_rank is not None]
    return sorted(ranked, key=lambda cls: (cls.auto_rank, cls.__qualname__))


def open_backend(name: str, options: dict[str, Any]) -> Backend:
    """Open the backend of that name, or with ``auto`` the first that is available.

    Raises
    ------
    NoBackendError
        If it isn't installed, or nothing that is installed is available.
    """
    if name != AUTO:
        return _registry.load(name).open(**options)
    for cls in candidates():
        if cls.is_available(**options):
            return cls.open(**options)
    given = f" with the options {', '.join(options)}" if options else ""
    found = ", ".join(_registry.installed()) or "none"
    message = (
        f"No backend is available{given} (installed: {found}). Install datalab-kernel-standalone "
        "to work in memory, or datalab-kernel-live and start DataLab."
    )
    raise NoBackendError(message, installed=list(_registry.installed()))


def opens_quietly(name: str) -> bool:
    """Say whether :func:`open_backend` would look for nothing outside this process.

    Lets ``repr`` and completion show what is there without ever searching a DataLab.
    """
    if name == AUTO:
        ranked = candidates()
        return bool(ranked) and not ranked[0].needs_connection
    return name in _registry.installed() and not _registry.load(name).needs_connection
