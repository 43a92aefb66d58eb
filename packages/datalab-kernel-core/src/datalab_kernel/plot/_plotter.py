"""``plotter.plot(what)``: from names to a picture that is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel import _names
from datalab_kernel.plot._result import Plot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel._workspace import Workspace
    from datalab_kernel.plot._spec import Renderer


class Plotter:
    """Draw what a workspace holds.

    Parameters
    ----------
    workspace
        Where names are looked up.
    renderer
        What draws: None for matplotlib, the name of an installed renderer such as
        ``"interactive"``, or an object with ``render(spec, ax=None)``.

    Examples
    --------
    >>> from datalab_kernel import Workspace
    >>> workspace = Workspace("standalone")
    >>> workspace["ramp"] = ([0, 1, 2], [0, 2, 4])
    >>> Plotter(workspace).plot("ramp", show=False)
    <Plot of the signal ramp>
    """

    def __init__(self, workspace: Workspace, renderer: str | Renderer | None = None) -> None:
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
            A name, a pattern such as ``"img*"``, a signal or image, what
            ``workspace.calc`` returned, or a list of these.
        show
            Whether the picture is shown at once, in a notebook.
        ax
            matplotlib axes to draw into instead; then it isn't shown.
        **options
            As matplotlib names them, and what they mean there: ``title, xlabel, ylabel,
            xlim, ylim, aspect, alpha, figsize, dpi, roi`` for both kinds, ``xscale, yscale,
            color, label, legend, errorbars`` for signals, ``cmap, vmin, vmax, norm,
            colorbar, origin`` for images. ``color`` and ``label`` may be lists; ``legend``
            may be a place such as ``"upper left"``; ``roi=False`` leaves outlines out.

        Returns
        -------
        Plot
            With ``.figure``, ``.axes`` and ``.save(path)``.

        Raises
        ------
        ObjectNotFoundError
            If a name or pattern finds nothing.
        TypeError
            If signals and images are mixed, or for an option that isn't known or is for the
            other kind.
        ValueError
            For an option's value that can't be, or an empty list.

        Notes
        -----
        Curves with more samples than the picture has pixels are drawn by the minimum and
        maximum of each column of pixels, larger images by area means; the picture says so.
        Complex data are shown by their modulus.
        """
        from datalab_kernel.plot._build import build
        from datalab_kernel.plot._options import check_placing, parse_options

        parsed = parse_options(options)
        if ax is not None:
            check_placing(parsed)
        spec = build(self._objects(what), parsed)
        plot = Plot(spec, self._renderer_or_default().render(spec, ax))
        if show and ax is None:
            plot.show()
        return plot

    def _renderer_or_default(self) -> Renderer:
        if self._renderer is None or isinstance(self._renderer, str):
            from datalab_kernel.plot import _renderers

            self._renderer = _renderers.make(self._renderer or _renderers.DEFAULT)
        return self._renderer

    def _objects(self, what: Any) -> list[Any]:
        items: Sequence[Any] = what if isinstance(what, (list, tuple)) else [what]
        objects = [obj for item in items for obj in self._found(item)]
        if not objects:
            message = "There is nothing to plot in an empty list. Give names or objects."
            raise ValueError(message)
        return objects

    def _found(self, item: Any) -> list[Any]:
        if isinstance(item, str):
            return [self._workspace.get(name, copy=False) for name in self._names(item)]
        from datalab_kernel import _objects
        from datalab_kernel._calc_result import CalcResult

        if isinstance(item, CalcResult):
            return [item.view(name) for name in item.names]
        if isinstance(item, (_objects.SignalObj, _objects.ImageObj)):
            return [item]
        message = (
            f"Can't plot a {type(item).__name__}. Give a name, a pattern, a signal or an image."
        )
        raise TypeError(message)

    def _names(self, text: str) -> list[str]:
        """Return the object of exactly this name, else those that the pattern matches."""
        if not _names.has_wildcard(text) or self._workspace.exists(text):
            return [text]
        names = self._workspace.list(text)
        if not names:
            raise _names.not_found(text, self._workspace.list())
        return names
