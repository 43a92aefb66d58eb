"""Which backend a workspace uses: the argument, else the environment, else what is found."""

from __future__ import annotations

import os
from typing import Any

from datalab_kernel.backends import Backend, WorkspaceMode, _registry
from datalab_kernel.errors import NoBackendError

MODE_VARIABLE = "DATALAB_KERNEL_MODE"
AUTO = "auto"
MEMORY, _DATALAB = WorkspaceMode.STANDALONE, WorkspaceMode.LIVE
"""What our own backends are called."""


def wanted_name(backend: str | None) -> str:
    """Return the name of the backend that was asked for, or ``auto``."""
    return backend or os.environ.get(MODE_VARIABLE, "").strip() or AUTO


def mode_of(label: str) -> WorkspaceMode | str:
    """Return the mode that people call so, or what they call it."""
    return WorkspaceMode(label) if label in {*WorkspaceMode} else label


def unopened(name: str) -> str:
    """Say in one line, for people, where a workspace is to be that hasn't been used yet."""
    if opens_empty(name):
        return f"Workspace({MEMORY}, empty)"
    if name == AUTO:
        where = "in DataLab if one is running, else in memory"
    else:
        where = "in DataLab" if name == _DATALAB else f"as {name!r}"
    return f"Workspace, not used yet: it will be {where}"


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


def open_datalab(**options: Any) -> Backend:
    """Open the backend that is a running DataLab."""
    return open_backend(_DATALAB, options)


def open_memory() -> Backend:
    """Open the first backend that needs nothing outside this process."""
    for cls in candidates():
        if not cls.needs_connection and cls.is_available():
            return cls.open()
    return open_backend(MEMORY, {})  # which says what to install


def needs_connection(name: str) -> bool | None:
    """Say whether the backend of that name is another program; None: one is to be found."""
    return None if name == AUTO else _registry.load(name).needs_connection


def is_given(name: str) -> bool:
    """Say whether a name says where, and not that this is to be found."""
    return name in {*WorkspaceMode}


def opens_empty(name: str) -> bool:
    """Say whether :func:`open_backend` would begin with nothing, in memory, and look nowhere.

    Then what is shown of a workspace needs no import of the backend, which takes seconds.
    """
    installed = {*_registry.installed()}
    return MEMORY in installed and (name == MEMORY or (name == AUTO and installed == {MEMORY}))


def opens_quietly(name: str) -> bool:
    """Say whether :func:`open_backend` would look for nothing outside this process.

    Lets ``repr`` and completion show what is there without ever searching a DataLab.
    """
    installed = {*_registry.installed()}
    if name == AUTO:
        if _DATALAB in installed <= {_DATALAB, MEMORY}:
            return False  # known without importing them
        ranked = candidates()
        return bool(ranked) and not ranked[0].needs_connection
    return name in installed and not _registry.load(name).needs_connection
