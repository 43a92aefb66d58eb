"""Regions of interest and points that a person draws on a plot."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from datalab_kernel_channel._errors import CancelledByUser
from datalab_kernel_channel.frontends._shown import shown

if TYPE_CHECKING:
    import numpy as np

__all__ = ["pick_points", "pick_roi"]

Kind = Literal["rectangle", "circle", "polygon", "segment"]
SHARPNESS = 2
"""Pixels of the picture for each pixel of the page."""
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


async def pick_roi(
    workspace: Any,
    name: str,
    *,
    kind: Kind | None = None,
    timeout_s: float | None = None,
    renderer: str | None = None,
) -> Any:
    """Let the person draw a region of interest on the plot of a signal or image.

    By mouse, or by arrow keys and Space; Enter uses it, Esc cancels. On the interactive
    renderer's plot the person can zoom meanwhile. A picture with the region stays below the cell.

    Parameters
    ----------
    workspace
        Where the object is.
    name
        The object. It gets the region, in place of those that it had.
    kind
        ``"segment"`` for signals (the default there); ``"rectangle"`` (the default),
        ``"circle"`` or ``"polygon"`` for images.
    timeout_s
        How long is waited for the person; None: as long as it takes.
    renderer
        What draws the plot: ``"interactive"`` (where it is installed, unless said otherwise) or
        ``"matplotlib"``.

    Returns
    -------
    sigima.objects.SignalROI or sigima.objects.ImageROI
        The region, in the object's units; on an axis of dates, seconds since 1970.

    Raises
    ------
    CancelledByUser
        The person pressed Esc or Cancel; the object is as it was.
    ChannelTimeoutError
        Nothing was drawn in time.
    NoFrontendError
        The notebook isn't shown in a browser.
    ValueError
        The kind doesn't fit the object.

    Examples
    --------
    >>> async def cell(workspace):
    ...     roi = await pick_roi(workspace, "beam", kind="circle")
    ...     return workspace.calc("centroid", on="beam")
    """
    is_image = hasattr(workspace[name], "data") and workspace[name].data.ndim == 2  # noqa: PLR2004 - an image
    fitting = ("rectangle", "circle", "polygon") if is_image else ("segment",)
    wanted = kind or fitting[0]
    if wanted not in fitting:
        what = "An image" if is_image else "A signal"
        raise ValueError(
            f"{what} has no ROI of the kind {wanted!r}; choose of {', '.join(fitting)}."
        )
    async with shown(f"pick_roi {name}", "picker") as (channel, place, page):
        drawn = _drawn(workspace, name, renderer)
        plot = _plot_of(drawn, name, wanted)
        corners = await channel.call("pick", plot, client=page, timeout_s=timeout_s)
        if corners is None:
            raise CancelledByUser
        roi = _roi(wanted, corners)
        with workspace.edit(name) as thing:
            thing.roi = roi
        place.replace(*_drawn(workspace, name, "matplotlib")._repr_mimebundle_())
    return roi


async def pick_points(
    workspace: Any,
    name: str,
    n: int | None = None,
    *,
    timeout_s: float | None = None,
    renderer: str | None = None,
) -> np.ndarray:
    """Let the person choose points on the plot of a signal or image.

    Parameters
    ----------
    workspace, name
        Where the object is, and what it is called.
    n
        How many points; None: as many as the person chooses, one or more.
    timeout_s, renderer
        As of :func:`pick_roi`.

    Returns
    -------
    numpy.ndarray
        Their x and y in the object's units, of shape ``(n, 2)``, in order; dates are seconds
        since 1970.

    Raises
    ------
    CancelledByUser
        The person pressed Esc or Cancel.
    ChannelTimeoutError, NoFrontendError
        As :func:`pick_roi`.
    ValueError
        `n` is below 1, or no whole number.

    Examples
    --------
    >>> async def cell(workspace):
    ...     (x0, y0), (x1, y1) = await pick_points(workspace, "spectrum", 2)
    ...     return x1 - x0
    """
    import numpy as np

    if n is not None and (n < 1 or n != int(n)):
        raise ValueError(f"One point or more can be chosen, and whole ones; n is {n}.")
    n = None if n is None else int(n)
    async with shown(f"pick_points {name}", "picker") as (channel, place, page):
        plot = _plot_of(_drawn(workspace, name, renderer), name, "points") | {"count": n}
        corners = await channel.call("pick", plot, client=page, timeout_s=timeout_s)
        if corners is None:
            raise CancelledByUser
        points = np.array(corners, dtype=float)
        place.say(f"{len(points)} points were chosen on {name}.")
    return points


def _drawn(workspace: Any, name: str, renderer: str | None) -> Any:
    from datalab_kernel import Plotter
    from datalab_kernel.plot import renderers

    if renderer is None:
        renderer = "interactive" if "interactive" in renderers.installed() else "matplotlib"
    return Plotter(workspace, renderer=renderer).plot(name, show=False)


def _plot_of(drawn: Any, name: str, kind: str) -> dict[str, Any]:
    """Return what a page is to show: a figure that moves, or a picture and where its axes are."""
    [axes] = drawn.spec.axes
    facts = {
        "kind": kind,
        "count": None,
        "title": name,
        "xname": _quantity(axes.xlabel or "x", axes.xunit),
        "yname": _quantity(axes.ylabel or "y", axes.yunit),
        "is_time": axes.x_is_time,
    }
    data, _ = drawn._repr_mimebundle_(include={WIDGET_VIEW})
    if WIDGET_VIEW in data:
        return facts | {"figure": data[WIDGET_VIEW]["model_id"]}
    return facts | _picture(drawn.figure, drawn.axes[0])


def _quantity(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label


def _picture(figure: Any, axes: Any) -> dict[str, Any]:
    """Return matplotlib's picture, and its axes in pixels of the page."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=SHARPNESS * figure.dpi)
    figure.draw_without_rendering()
    width, height = (float(size) for size in figure.get_size_inches() * figure.dpi)
    box = axes.get_window_extent().transformed(figure.transFigure.inverted())
    return {
        "picture": buffer.getvalue(),
        "width": width,
        "height": height,
        "area": {
            "left": float(box.x0) * width,
            "top": (1 - float(box.y1)) * height,
            "width": float(box.width) * width,
            "height": float(box.height) * height,
        },
        "xlim": [float(limit) for limit in axes.get_xlim()],
        "ylim": [float(limit) for limit in axes.get_ylim()],
        "xscale": axes.get_xscale(),
        "yscale": axes.get_yscale(),
    }


def _roi(kind: str, corners: list[list[float]]) -> Any:
    """Return Sigima's region for the corners of a shape, in values of the axes."""
    from sigima.objects import create_image_roi, create_signal_roi

    if kind == "polygon":
        return create_image_roi("polygon", [value for corner in corners for value in corner])
    (x0, y0), (x1, y1) = corners
    if kind == "segment":
        return create_signal_roi([min(x0, x1), max(x0, x1)])
    if kind == "circle":
        return create_image_roi("circle", [x0, y0, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5])
    return create_image_roi("rectangle", [min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)])
