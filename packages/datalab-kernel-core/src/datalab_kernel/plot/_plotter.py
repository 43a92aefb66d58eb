"""``plotter.plot(what)``: from names to a picture that is shown once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from datalab_kernel.plot._result import Plot

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.plot._from_afar import FromAfar
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import FigureSpec, Renderer
    from datalab_kernel.workspace._workspace import Workspace


class Plotter:
    """Draw what a workspace holds.

    Parameters
    ----------
    workspace
        Where names are looked up: a workspace, or a function that gives it whenever
        something is drawn.
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

    def __init__(
        self,
        workspace: Workspace | Callable[[], Workspace],
        renderer: str | Renderer | None = None,
    ) -> None:
        self._given = workspace
        self.renderer = renderer

    @property
    def renderer(self) -> str | Renderer:
        """What draws from now on: a renderer or its name; None sets matplotlib.

        Raises
        ------
        NoRendererError
            If no installed package offers a renderer of that name; the one before stays.
        TypeError
            If it is no renderer and no name.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> plotter = Plotter(Workspace("standalone"))
        >>> plotter.renderer
        'matplotlib'
        """
        return self._renderer

    @renderer.setter
    def renderer(self, renderer: str | Renderer | None) -> None:
        from datalab_kernel.plot import renderers

        if renderer is None:
            renderer = renderers.DEFAULT
        if isinstance(renderer, str):
            renderers.check(renderer)
        elif isinstance(renderer, type) or not hasattr(renderer, "render"):
            message = (
                f"renderer must be None, a name or an object with render(spec, ax=None), "
                f"not {renderer!r}."
            )
            raise TypeError(message)
        self._renderer = renderer
        self._made = None if isinstance(renderer, str) else renderer

    @property
    def workspace(self) -> Workspace:
        """Where names are looked up."""
        return self._given() if callable(self._given) else self._given

    def __repr__(self) -> str:
        """Say what it draws."""
        return f"Plotter({self.workspace!r})"

    def plot(
        self,
        what: Any,
        *,
        show: bool = True,
        ax: Any = None,
        interactive: bool | None = None,
        **options: Any,
    ) -> Plot:
        """Draw signals over each other, or images side by side, and show the picture.

        Parameters
        ----------
        what
            A name, a pattern such as ``"img*"``, a signal or image, what
            ``workspace.calc`` returned, what ``workspace.fit`` returned (the signal, the curve and
            what is left), a 1-D or 2-D array, a tuple ``(x, y)`` or
            ``(x, y, label)``, a pandas Series, an xarray DataArray, or a list of these.
        show
            Whether the picture is shown at once, in a notebook.
        ax
            matplotlib axes to draw into instead; then it isn't shown.
        interactive
            Whether this picture is one to pan and zoom in; None: as :attr:`renderer` draws.
        **options
            As matplotlib names them, and what they mean there: ``title, xlabel, ylabel,
            xlim, ylim, aspect, alpha, figsize, dpi, columns, roi, results`` for both kinds,
            ``xscale, yscale, color, label, legend, errorbars, marker, linestyle, linewidth,
            waterfall, twin`` for signals, ``cmap, vmin, vmax, norm, colorbar, origin, share,
            overlay, overlay_style, overlay_color, overlay_numbers, scalebar`` for images.
            ``color`` and ``label`` may be lists; ``legend`` may be a place such as
            ``"upper left"``; ``roi=False`` leaves outlines out, ``results=False`` what
            analyses found; ``share="colors"`` gives images the same colours, ``share=True``
            the same axis limits too; ``xlim`` may be dates, where x is time.
            ``overlay="cells"`` draws the outlines of labels or of a mask over each image
            (``overlay_style="areas"`` or ``"both"``; ``overlay_numbers=True`` numbers them),
            ``scalebar=True`` a bar of a round length, a number one of this length in x's unit.
            ``columns=2`` gives each signal axes of its own, two in a row; ``waterfall=True``
            draws each curve above the one before it (a number is the step); ``twin=True`` puts
            curves in another unit than the first on a right y axis, ``twin="name"`` this one.

        Returns
        -------
        Plot
            With ``.figure``, ``.axes`` and ``.save(path)``.

        Raises
        ------
        ObjectNotFoundError
            If a name or pattern finds nothing.
        NoRendererError
            For ``interactive=True`` without the package datalab-kernel-interactive.
        TypeError
            If signals and images are mixed, or for an option that isn't known or is for the
            other kind.
        ValueError
            For an option's value that can't be, or an empty list.

        Notes
        -----
        Curves with more samples than the picture has pixels are drawn by the minimum and
        maximum of each column of pixels; where x is in no order, by the samples that change
        the picture, or as dots. Larger images are drawn by area means, and by single pixels
        that stand out far beyond them. The picture says so.
        Complex data are shown by their modulus and phase (into ``ax`` by their modulus).

        Images have colours from their least to their greatest value, unless few outliers
        would hide the rest, which the colour bar says; a diverging map, centred on zero,
        where both signs matter; and what a person chose in DataLab. Options win always.
        More than twelve curves have colours by their order instead of a legend.
        """
        from datalab_kernel.plot._describing.build import build
        from datalab_kernel.plot._describing.fits import build_fit
        from datalab_kernel.plot._describing.overlays import check_overlays
        from datalab_kernel.plot._earlier_spellings import translate, with_shown_instead
        from datalab_kernel.plot._inputs import drawable
        from datalab_kernel.plot._options import check_placing, parse_options
        from datalab_kernel.workspace._fit_result import FitResult

        options, instead = translate(options)
        parsed = parse_options(options)
        if ax is not None:
            check_placing(parsed)
        drawer = self._drawer(interactive)
        if isinstance(what, FitResult) and len(what) == 1 and not what.is_loose:
            spec = build_fit(what, parsed, is_alone=ax is not None)
        else:
            objects = with_shown_instead(drawable(what, self._looked_at(parsed, drawer)), instead)
            if parsed.overlay is not None:
                over = check_overlays(drawable(parsed.overlay, self.workspace))
                parsed = replace(parsed, overlay=over)
            spec = build(objects, parsed, is_alone=ax is not None)
        return _drawn(drawer, spec, ax, show=show)

    def grid(  # noqa: PLR0913 - each is given by its name
        self,
        what: Any = "*",
        *,
        columns: int | None = None,
        size: float = 1.55,
        kind: Literal["signal", "image"] | None = None,
        page: int = 1,
        show: bool = True,
        **options: Any,
    ) -> Plot:
        """Show many objects as small pictures with their names: a contact sheet.

        Parameters
        ----------
        what
            As for :meth:`plot`; signals and images may be mixed.
        columns
            Panels in a row; None for what fits on a page.
        size
            Width of a panel, in inches.
        kind
            Only signals or only images.
        page
            Which hundred, where there are more objects.
        show
            Whether the picture is shown at once, in a notebook.
        **options
            ``title, cmap, vmin, vmax, norm, color, xscale, yscale, linewidth, origin, aspect,
            dpi``, as for :meth:`plot`.

        Returns
        -------
        Plot
            Like any other picture.

        Raises
        ------
        ObjectNotFoundError
            If a name or pattern finds nothing.
        TypeError, ValueError
            For an option that isn't known or that can't be, or if there is nothing to show.

        Notes
        -----
        Objects are read one after another, and only what a small picture shows is kept.
        Each panel has its own axes: compare by :meth:`plot`.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["ramp"] = ([0, 1, 2], [0, 2, 4])
        >>> Plotter(workspace).grid(show=False)
        <Contact sheet of 1 object: ramp>
        """
        from datalab_kernel.plot._grid import Sheet, build_grid, grid_options, items_of

        parsed = grid_options(options)
        sheet = Sheet(columns=columns, size=size, page=page)
        drawer = self._drawer()
        spec = build_grid(items_of(what, self._looked_at(parsed, drawer), kind), sheet, parsed)
        return _drawn(drawer, spec, show=show)

    def _looked_at(self, options: PlotOptions, drawer: Renderer) -> Workspace | FromAfar | None:
        """Return where names are looked up: from afar, unless the renderer lets people zoom."""
        from datalab_kernel.plot._from_afar import FromAfar

        workspace = self.workspace
        if workspace is None or getattr(drawer, "needs_all_samples", False):
            return workspace
        return FromAfar(workspace, options)

    def _drawer(self, interactive: bool | None = None) -> Renderer:
        """Return what draws, made when something is drawn first; for one picture perhaps another."""
        if interactive is not None:
            from datalab_kernel.plot import renderers

            name = renderers.of_interactivity(interactive)
            if name != self._renderer:
                return renderers.make(name)
        if self._made is None:
            from datalab_kernel.plot import renderers

            self._made = renderers.make(self._renderer)  # type: ignore[arg-type]  # a name
        return self._made


def _drawn(drawer: Renderer, spec: FigureSpec, ax: Any = None, *, show: bool) -> Plot:
    plot = Plot(spec, drawer.render(spec, ax))
    if show and ax is None:
        plot.show()
    return plot
