"""``plotter.plot(what)``: from names to a picture that is shown once."""

from __future__ import annotations

import base64
import io
import sys
from typing import TYPE_CHECKING, Any, Protocol

from datalab_kernel import _names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from datalab_kernel._workspace import Workspace
    from datalab_kernel.plot._spec import FigureSpec


class Renderer(Protocol):
    """What draws a figure: one method."""

    def render(self, spec: FigureSpec, ax: Any = None) -> Any:
        """Draw and return what has ``figure`` and ``axes``."""


class Plotter:
    """Draw what a workspace holds.

    Parameters
    ----------
    workspace
        Where names are looked up.
    renderer
        What draws; None: matplotlib.

    Examples
    --------
    >>> from datalab_kernel import Workspace
    >>> workspace = Workspace("standalone")
    >>> workspace["ramp"] = ([0, 1, 2], [0, 2, 4])
    >>> Plotter(workspace).plot("ramp", show=False)
    <Plot of the signal ramp>
    """

    def __init__(self, workspace: Workspace, renderer: Renderer | None = None) -> None:
        self._workspace = workspace
        self._renderer = renderer

    def __repr__(self) -> str:
        """Say what it draws."""
        return f"Plotter({self._workspace!r})"

    def plot(self, what: Any, *, show: bool = True, ax: Any = None, **options: Any) -> Plot:
        """Draw signals over each other, or images side by side, and show the picture.

        Parameters
        ----------
        what
            A name, a pattern, a signal or image, or a list of these.
        show
            Whether the picture is shown at once, in a notebook.
        ax
            matplotlib axes to draw into instead; then it isn't shown.
        **options
            ``title, xlabel, ylabel, xlim, ylim, xscale, yscale, cmap, vmin, vmax, norm,
            colorbar, aspect, origin, alpha, color, label, legend, figsize, dpi, roi,
            errorbars``, as matplotlib names them.

        Returns
        -------
        Plot
            With ``.figure``, ``.axes`` and ``.save(path)``.

        Raises
        ------
        ObjectNotFoundError
            If a name or pattern finds nothing.
        TypeError
            If signals and images are mixed, or for an unknown option.
        """
        from datalab_kernel.plot._build import build
        from datalab_kernel.plot._options import parse_options

        parsed = parse_options(options)
        spec = build(self._objects(what), parsed)
        drawing = self._renderer_or_default().render(spec, ax)
        plot = Plot(spec, drawing.figure, drawing.axes)
        if show and ax is None:
            plot.show()
        return plot

    def _renderer_or_default(self) -> Renderer:
        if self._renderer is None:
            from datalab_kernel.plot._matplotlib import MatplotlibRenderer

            self._renderer = MatplotlibRenderer()
        return self._renderer

    def _objects(self, what: Any) -> list[Any]:
        items: Iterable[Any] = what if isinstance(what, (list, tuple)) else [what]
        objects = [obj for item in items for obj in self._found(item)]
        if not objects:
            message = "There is nothing to plot in an empty list. Give names or objects."
            raise ValueError(message)
        return objects

    def _found(self, item: Any) -> list[Any]:
        if isinstance(item, str):
            names = self._workspace.list(item)
            if not names:
                raise _names.not_found(item, self._workspace.list())
            return [self._workspace.get(name, copy=False) for name in names]
        from datalab_kernel import _objects

        if isinstance(item, (_objects.SignalObj, _objects.ImageObj)):
            return [item]
        message = f"Can't plot a {type(item).__name__}. Give a name, a pattern, a signal or an image."
        raise TypeError(message)


class Plot:
    """A picture that was drawn; as the last value of the cell that showed it, it adds nothing.

    Attributes
    ----------
    spec
        What was drawn, as plain values.
    figure, axes
        matplotlib's own, for what the options don't offer.
    """

    def __init__(self, spec: FigureSpec, figure: Any, axes: tuple[Any, ...]) -> None:
        self.spec = spec
        self.figure = figure
        self.axes = axes
        self._shown_in: int | None = None

    def __repr__(self) -> str:
        """Say what the picture shows."""
        return f"<{self.spec.alt}>"

    def save(self, path: str | Path, **options: Any) -> None:
        """Write the picture to a file: png, svg, pdf, as its suffix says.

        ``options`` go to matplotlib's ``savefig``.
        """
        self.figure.savefig(path, **options)

    def png(self) -> tuple[bytes, tuple[int, int]]:
        """Return the picture for screens of twice the density, and its size in CSS pixels."""
        width, height = self.figure.get_size_inches() * self.figure.dpi
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=2 * self.figure.dpi)
        return buffer.getvalue(), (round(width), round(height))

    def mimebundle(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a notebook shows: a PNG as base64 text with its size, and a text."""
        data, (width, height) = self.png()
        bundle = {"image/png": base64.b64encode(data).decode("ascii"), "text/plain": repr(self)}
        return bundle, {"image/png": {"width": width, "height": height, "alt": self.spec.alt}}

    def show(self) -> None:
        """Show the picture in the notebook; does nothing outside of one."""
        shell = _shell()
        if shell is None:
            return
        from IPython.display import display

        data, metadata = self.mimebundle()
        display(data, metadata=metadata, raw=True)
        self._shown_in = shell.execution_count

    def _ipython_display_(self) -> None:
        """Show the picture, unless the cell that ends with it showed it already."""
        shell = _shell()
        if shell is not None and self._shown_in == shell.execution_count:
            self._shown_in = None
            return
        self.show()


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
