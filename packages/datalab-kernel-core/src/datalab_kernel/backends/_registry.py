"""Which backends are installed: the entry points of the group ``datalab_kernel.backends``."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from datalab_kernel.backends._protocol import Backend
from datalab_kernel.errors import BackendContractError, NoBackendError
from datalab_kernel.plugins import offered

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "datalab_kernel.backends"
PACKAGES = {
    "standalone": "datalab-kernel-standalone",
    "live": "datalab-kernel-live",
    "jupyter": "datalab-kernel-client",
}
"""What brings each of our own."""


def installed() -> dict[str, EntryPoint]:
    """Return the installed backends' entry points by name; nothing is imported."""
    return {point.name: point for point in offered(GROUP)}


def load(name: str) -> type[Backend]:
    """Import a backend's class.

    Raises
    ------
    NoBackendError
        If no installed package offers a backend of that name.
    BackendContractError
        If what it offers isn't a complete :class:`Backend`.
    """
    found = installed()
    if name not in found:
        raise missing(name, found)
    cls = found[name].load()
    if not (inspect.isclass(cls) and issubclass(cls, Backend)) or inspect.isabstract(cls):
        message = (
            f"The backend {name!r} ({found[name].value}) is not a complete datalab_kernel.Backend: "
            "subclass Backend and implement every abstract method."
        )
        raise BackendContractError(message, name=name, value=found[name].value)
    return cls


def missing(name: str, found: dict[str, EntryPoint]) -> NoBackendError:
    """Build the error for a backend that isn't installed, naming the package if it is ours."""
    have = f"Installed backends: {', '.join(found)}." if found else "No backend is installed."
    package = PACKAGES.get(name)
    hint = f"Install the package {package}." if package else ""
    text = f"The backend {name!r} is not installed. {have} {hint}".rstrip()
    return NoBackendError(text, name=name, installed=list(found))
