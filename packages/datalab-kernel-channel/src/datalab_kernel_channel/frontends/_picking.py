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


async def pick_roi(
    workspace: Any, name: str, *, kind: Kind | None = None, timeout_s: float | None = None
) -> Any:
    """Let the person draw a region of interest on the plot of a signal or image.

    By mouse, or by arrow keys and Space; Enter uses it, Esc cancels. The plot with the region
    stays below the cell.

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

    Returns
    -------
    sigima.objects.SignalROI or sigima.objects.ImageROI
        The region, in the units of the plot's axes.

    Raises
    ------
    CancelledByUser
        The person pressed Esc or Cancel; the object is as it was.
    ChannelTimeoutError
        Nothing was drawn in time.
    NoFrontendError
        The notebook isn't shown in a browser.
    ValueError
        The kind doesn't fit the object, or its x axis are dates.

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
    async with shown(f"pick_roi {name}", "picker") as (channel, place):
        corners = await channel.call("pick", _plot_of(workspace, name, wanted), timeout_s=timeout_s)
        if corners is None:
            raise CancelledByUser
        roi = _roi(wanted, corners)
        with workspace.edit(name) as thing:
            thing.roi = roi
        place.replace(*_drawn(workspace, name)._repr_mimebundle_())
    return roi


async def pick_points(
    workspace: Any, name: str, n: int | None = None, *, timeout_s: float | None = None
) -> np.ndarray:
    """Let the person choose points on the plot of a signal or image.

    Parameters
    ----------
    workspace, name
        Where the object is, and what it is called.
    n
        How many points; None: as many as the person chooses, one or more.
    timeout_s
        How long is waited for the person; None: as long as it takes.

    Returns
    -------
    numpy.ndarray
        Their x and y in the units of the plot's axes, of shape ``(n, 2)``, in order.

    Raises
    ------
    CancelledByUser
        The person pressed Esc or Cancel.
    ChannelTimeoutError, NoFrontendError
        As :func:`pick_roi`.
    ValueError
        `n` is below 1.

    Examples
    --------
    >>> async def cell(workspace):
    ...     (x0, y0), (x1, y1) = await pick_points(workspace, "spectrum", 2)
    ...     return x1 - x0
    """
    import numpy as np

    if n is not None and n < 1:
        raise ValueError(f"One point or more can be chosen; n is {n}.")
    async with shown(f"pick_points {name}", "picker") as (channel, place):
        plot = _plot_of(workspace, name, "points") | {"count": n}
        corners = await channel.call("pick", plot, timeout_s=timeout_s)
        if corners is None:
            raise CancelledByUser
        points = np.array(corners, dtype=float)
        place.say(f"{len(points)} points were chosen on {name}.")
    return points


def _drawn(workspace: Any, name: str) -> Any:
    from datalab_kernel import Plotter

    return Plotter(workspace, renderer="matplotlib").plot(name, show=False)


def _plot_of(workspace: Any, name: str, kind: str) -> dict[str, Any]:
    """Return the plot's picture, and where its axes are in it."""
    if getattr(workspace[name], "is_x_datetime", lambda: False)():
        raise ValueError(
            f"{name!r} can't be drawn on: its x axis are dates, which have no values to pick yet."
        )
    drawn = _drawn(workspace, name)
    figure, axes = drawn.figure, drawn.axes[0]
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=SHARPNESS * figure.dpi)
    figure.draw_without_rendering()
    width, height = (float(size) for size in figure.get_size_inches() * figure.dpi)
    box = axes.get_window_extent().transformed(figure.transFigure.inverted())
    return {
        "picture": buffer.getvalue(),
        "kind": kind,
        "count": None,
        "title": name,
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
        "xname": axes.get_xlabel() or "x",
        "yname": axes.get_ylabel() or "y",
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
