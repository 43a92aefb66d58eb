"""Which renderers are installed: the entry points of the group ``datalab_kernel.renderers``."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from datalab_kernel.errors import NoRendererError

if TYPE_CHECKING:
    from datalab_kernel.plot._spec import Renderer

GROUP = "datalab_kernel.renderers"
DEFAULT = "matplotlib"
OURS = {"interactive": "datalab-kernel-interactive"}


def installed() -> dict[str, EntryPoint]:
    """Return the installed renderers' entry points by name; nothing is imported."""
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def make(name: str) -> Renderer:
    """Import a renderer's class and make one.

    Raises
    ------
    NoRendererError
        If no installed package offers a renderer of that name.
    """
    if name == DEFAULT:
        from datalab_kernel.plot._matplotlib import MatplotlibRenderer

        return MatplotlibRenderer()
    found = installed()
    if name not in found:
        have = ", ".join([DEFAULT, *found])
        hint = f" Install the package {OURS[name]}." if name in OURS else ""
        message = f"The renderer {name!r} is not installed. Installed renderers: {have}.{hint}"
        raise NoRendererError(message, name=name, installed=[DEFAULT, *found])
    renderer: Renderer = found[name].load()()
    return renderer
