"""Which renderers are installed: the entry points of the group ``datalab_kernel.renderers``.

It is public for renderers that need another's picture, too.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from datalab_kernel.errors import NoRendererError

if TYPE_CHECKING:
    from datalab_kernel.plot._spec import Renderer

__all__ = ["DEFAULT", "check", "installed", "make"]

GROUP = "datalab_kernel.renderers"
DEFAULT = "matplotlib"
"""The renderer that is always there, and that draws where none is asked for."""
OURS = {"interactive": "datalab-kernel-interactive"}


def installed() -> dict[str, EntryPoint]:
    """Return other packages' renderers that are installed; nothing is imported.

    Returns
    -------
    dict of str to EntryPoint
        By name; matplotlib's, which is always there, isn't among them.
    """
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def make(name: str) -> Renderer:
    """Import a renderer's class and make one.

    Parameters
    ----------
    name
        ``"matplotlib"``, which also draws the static picture of other renderers, or one of
        :func:`installed`.

    Returns
    -------
    Renderer
        What draws a :class:`datalab_kernel.plot.FigureSpec`.

    Raises
    ------
    NoRendererError
        If no installed package offers a renderer of that name.

    Examples
    --------
    >>> from datalab_kernel.plot import AxesSpec, FigureSpec, renderers
    >>> spec = FigureSpec(axes=(AxesSpec(title="empty"),))
    >>> drawing = renderers.make("matplotlib").render(spec)
    >>> drawing.axes[0].get_title()
    'empty'
    """
    if name == DEFAULT:
        from datalab_kernel.plot._matplotlib import MatplotlibRenderer

        return MatplotlibRenderer()
    check(name)
    renderer: Renderer = installed()[name].load()()
    return renderer


def check(name: str) -> None:
    """Raise the error of :func:`make` if there is no renderer of a name; nothing is imported."""
    if name == DEFAULT:
        return
    found = installed()
    if name not in found:
        have = ", ".join([DEFAULT, *found])
        hint = f" Install the package {OURS[name]}." if name in OURS else ""
        message = f"The renderer {name!r} is not installed. Installed renderers: {have}.{hint}"
        raise NoRendererError(message, name=name, installed=[DEFAULT, *found])
