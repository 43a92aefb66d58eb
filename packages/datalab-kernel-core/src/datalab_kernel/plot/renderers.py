"""Which renderers are installed: the entry points of the group ``datalab_kernel.renderers``.

It is public for renderers that need another's picture, too.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from datalab_kernel.errors import NoRendererError
from datalab_kernel.plugins import offered

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from datalab_kernel.plot._spec import Renderer

__all__ = ["DEFAULT", "INTERACTIVE", "check", "installed", "make", "of_interactivity"]

GROUP = "datalab_kernel.renderers"
DEFAULT = "matplotlib"
"""The renderer that is always there, and that draws where none is asked for."""
INTERACTIVE = "interactive"
"""The renderer that lets people pan and zoom."""
OURS = {INTERACTIVE: "datalab-kernel-interactive"}


def installed() -> dict[str, EntryPoint]:
    """Return other packages' renderers that are installed; nothing is imported.

    Returns
    -------
    dict of str to EntryPoint
        By name; matplotlib's, which is always there, isn't among them.
    """
    return {point.name: point for point in offered(GROUP)}


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
        near = difflib.get_close_matches(name, [DEFAULT, *found, *OURS], n=1)
        hint = f" Install the package {OURS[name]}." if name in OURS else ""
        hint = hint or (f" Did you mean {near[0]!r}?" if near else "")
        message = f"The renderer {name!r} is not installed. Installed renderers: {have}.{hint}"
        raise NoRendererError(message, name=name, installed=[DEFAULT, *found])


def of_interactivity(interactive: bool) -> str:
    """Return the name of the renderer that ``plot(…, interactive=…)`` stands for.

    Raises
    ------
    TypeError
        If it is neither True nor False.
    """
    if not isinstance(interactive, bool):
        message = f"interactive must be True, False or None, not {interactive!r}."
        raise TypeError(message)
    return INTERACTIVE if interactive else DEFAULT
