"""What a large object looks like as a whole: an object of the same kind with less data.

For backends that hold objects elsewhere (:class:`datalab_kernel.backends.Reduces`): they call
this where the data are, and hand over what comes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects import share_object
from datalab_kernel.plot._spec import Curve
from datalab_kernel.plot.rendering._curve import View, reduce_curve
from datalab_kernel.plot.rendering._finite import finite_range
from datalab_kernel.plot.rendering._image import blocks
from datalab_kernel.plot.rendering._scales import SCALES

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject, ImageObj, SignalObj

    Array = np.ndarray[Any, Any]
    AxisLimits = tuple[float, float]

SEEN_AS = "__datalab_kernel_seen_as"
"""The metadata of such an object in which a picture finds what to say about it."""


def extremes_of(signal: SignalObj, columns: int, xlim: AxisLimits | None = None) -> SignalObj:
    """Return a signal's least and greatest value in each column of x.

    Parameters
    ----------
    signal
        With n samples; it is only read.
    columns
        Equal parts of x (of its logarithm, where the signal is shown on a logarithmic axis).
    xlim
        Only between these, and one sample beyond at each end; None for all of it.

    Returns
    -------
    SignalObj
        At most about four samples for each column, gaps (NaN) among them, with the title, units,
        regions and metadata of the signal, and without error bars. A read-only view of the signal
        where it is short already, complex, in no order of x, or has regions by index.

    Examples
    --------
    >>> import numpy as np
    >>> from datalab_kernel import create_signal
    >>> x = np.linspace(0, 1, 100_000)
    >>> found = extremes_of(create_signal("sine", x, np.sin(20 * x)), 100)
    >>> found.title, len(found.y) < 400, found.metadata[SEEN_AS]
    ('sine', True, '100,000 points, shown by minimum and maximum')
    """
    view = share_object(signal)
    rows = signal.xydata
    if np.iscomplexobj(rows) or _has_regions_by_index(signal):
        return view
    to_x, from_x = SCALES["log" if signal.xscalelog else "linear"]
    seen = View(width=columns, height=columns, to_x=to_x, from_x=from_x, to_y=np.asarray, xlim=xlim)
    found = reduce_curve(Curve(x=rows[0], y=rows[1]), seen)
    if found is None or found.is_dots:
        return view
    view.set_xydata(found.x, found.y)
    if found.note:
        view.metadata[SEEN_AS] = found.note
    return view


def area_means_of(
    image: ImageObj,
    shape: tuple[int, int],
    xlim: AxisLimits | None = None,
    ylim: AxisLimits | None = None,
) -> ImageObj:
    """Return an image's means over areas.

    Parameters
    ----------
    image
        Of shape ``(ny, nx)``; it is only read. Masked pixels are missing, like NaN.
    shape
        The most rows and columns of the result.
    xlim, ylim
        Only the pixels between these; None for all of them.

    Returns
    -------
    ImageObj
        Of float64, with the title, units, regions and metadata of the image; NaN where most of an
        area is missing. Single pixels that stand out far are kept. A read-only view of the
        image where it is small already, complex, or has regions by index.

    Examples
    --------
    >>> import numpy as np
    >>> from datalab_kernel import create_image
    >>> found = area_means_of(create_image("flat", np.ones((400, 600))), (100, 200))
    >>> found.data.shape, found.dx, found.dy, found.metadata[SEEN_AS]
    ((100, 200), 3.0, 4.0, '600 by 400 pixels, shown by area means')
    """
    view = share_object(image)
    data = image.data
    if np.iscomplexobj(data) or _has_regions_by_index(image):
        return view
    x, y = _places(image, "x", data.shape[1]), _places(image, "y", data.shape[0])
    rows, columns = _between(y, ylim), _between(x, xlim)
    part = data[rows, columns]
    steps = [max(1, -(-size // most)) for size, most in zip(part.shape, shape, strict=True)]
    if steps == [1, 1]:
        return view
    starts = [np.arange(0, size, step) for size, step in zip(part.shape, steps, strict=True)]
    found = blocks(part, starts[0], starts[1], finite_range(part))
    view.data = found.values
    _place(view, _means(x[columns], starts[1]), _means(y[rows], starts[0]))
    view.metadata[SEEN_AS] = (
        f"{part.shape[1]:,} by {part.shape[0]:,} pixels, shown by area means{found.note}"
    )
    return view


def _has_regions_by_index(obj: DataObject) -> bool:
    return obj.roi is not None and any(region.indices for region in obj.roi)


def _places(image: ImageObj, letter: str, count: int) -> Array:
    """Return the coordinates of the pixels' centres."""
    if not image.is_uniform_coords:
        return np.asarray(getattr(image, f"{letter}coords"), float)
    first, step = getattr(image, f"{letter}0"), getattr(image, f"d{letter}")
    return np.asarray(first + np.arange(count) * step)


def _between(places: Array, limits: AxisLimits | None) -> slice:
    if limits is None:
        return slice(0, len(places))
    low, high = sorted(limits)
    found = np.flatnonzero((places >= low) & (places <= high))
    if not len(found):
        return slice(0, len(places))
    return slice(max(0, found[0] - 1), found[-1] + 2)


def _means(places: Array, starts: Array) -> Array:
    return np.add.reduceat(places, starts) / np.diff([*starts, len(places)])


def _place(view: ImageObj, x: Array, y: Array) -> None:
    """Say where the new pixels are: evenly spaced where they are so."""
    steps = [np.diff(places) for places in (x, y)]
    if not (view.is_uniform_coords and all(np.allclose(step, step[:1]) for step in steps)):
        view.set_coords(x, y)
        return
    view.x0, view.y0 = float(x[0]), float(y[0])
    if len(x) > 1:
        view.dx = float(steps[0][0])
    if len(y) > 1:
        view.dy = float(steps[1][0])
