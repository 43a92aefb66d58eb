"""What lies over an image: masks and labels, as outlines or areas, and a scale bar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.display._scale_bar import bar_length
from datalab_kernel.objects import _sigima
from datalab_kernel.plot._describing.texts import plain
from datalab_kernel.plot._spec import Overlay, ScaleBar, Shape
from datalab_kernel.plot.rendering import OVERLAY_COLORS, choose_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.objects import DataObject, ImageObj
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import AxesSpec

Array = np.ndarray[Any, Any]


def with_overlays(
    axes: AxesSpec, options: PlotOptions, edges: Callable[[ImageObj, str, int], Array]
) -> AxesSpec:
    """Return axes with an image and, over it, what the options ask for.

    Parameters
    ----------
    axes
        Of an image.
    options
        Their ``overlay`` is a tuple of images.
    edges
        Gives the edges of an image's pixels along x or y.

    Raises
    ------
    TypeError
        If an overlay is of neither labels nor a mask.
    ValueError
        If it lies beside the image, or a scale bar is longer than what is seen.
    """
    overlays: Sequence[ImageObj] = options.overlay or ()
    found = [
        _placed(axes, _overlay(one, options, edges, place), one)
        for place, one in enumerate(overlays)
    ]
    for one, image in zip(found, overlays, strict=True):
        _check_over(axes, one, image)
    shapes = axes.shapes
    if options.overlay_numbers:
        shapes += tuple(shape for one in found for shape in _numbers(one))
    bar = None if options.scalebar in (None, False) else scale_bar(axes, options.scalebar)
    return replace(axes, overlays=tuple(found), shapes=shapes, scale_bar=bar)


def check_overlays(objects: Sequence[DataObject]) -> tuple[ImageObj, ...]:
    """Return overlays, if all of them are images.

    Raises
    ------
    TypeError
        If one isn't.
    """
    for obj in objects:
        if not isinstance(obj, _sigima.ImageObj):
            message = (
                f"overlay must be an image of labels or a mask, and {obj.title!r} is a signal."
            )
            raise TypeError(message)
    return tuple(objects)


def _overlay(
    image: ImageObj, options: PlotOptions, edges: Callable[[ImageObj, str, int], Array], place: int
) -> Overlay:
    labels = _labels(image)
    is_mask = labels.size and labels.max() <= 1
    first = place % len(OVERLAY_COLORS)
    color = options.overlay_color
    colors = OVERLAY_COLORS[first : first + 1] if is_mask else OVERLAY_COLORS
    return Overlay(
        labels=labels,
        x_edges=edges(image, "x", 1),
        y_edges=edges(image, "y", 0),
        colors=colors if color is None else (color,),
        style=options.overlay_style or "contours",
        label=plain(image.title),
    )


def _placed(axes: AxesSpec, overlay: Overlay, image: ImageObj) -> Overlay:
    """Put what has no axes of its own, such as an array, on the image's pixels if they are as many."""
    below = axes.image
    places = (image.dx, image.dy, image.x0, image.y0, image.xunit or "", image.yunit or "")
    is_bare = image.is_uniform_coords and places == (1, 1, 0, 0, "", "")
    if below is None or not is_bare or below.data.shape != overlay.labels.shape:
        return overlay
    return replace(overlay, x_edges=below.x_edges, y_edges=below.y_edges)


def _labels(image: ImageObj) -> Array:
    """Return labels as whole numbers; of two values, as of masks, 0 and 1."""
    data: Array = np.ma.filled(image.data, 0)
    if data.dtype.kind == "f":
        data = np.nan_to_num(data)
    if data.dtype.kind not in "biuf" or (data.dtype.kind == "f" and (data % 1).any()):
        message = (
            f"overlay takes an image of labels or a mask (whole numbers, 0 is the background), and "
            f"{image.title!r} has other values. calc('label_regions', …) or calc('threshold', …) "
            "makes one."
        )
        raise TypeError(message)
    if data.size and ((data == 0) | (data == data.max())).all():
        return np.asarray((data != 0).astype(np.int32))
    return np.asarray(data.astype(np.int32))


def _check_over(axes: AxesSpec, overlay: Overlay, image: ImageObj) -> None:
    below = axes.image
    if below is None or not below.data.size:
        return
    for name in ("x_edges", "y_edges"):
        own, other = getattr(below, name), getattr(overlay, name)
        if own.max() <= other.min() or other.max() <= own.min():
            letter = name[0]
            message = (
                f"The overlay {image.title!r} lies beside the image: {letter} from "
                f"{other.min():g} to {other.max():g}, and the image from {own.min():g} to "
                f"{own.max():g}."
            )
            raise ValueError(message)


def _numbers(overlay: Overlay) -> list[Shape]:
    """Return the number of each region, at the centre of its pixels."""
    labels = overlay.labels
    rows, columns = np.nonzero(labels)
    inside = labels[rows, columns]
    counts = np.bincount(inside)
    x, y = (
        np.bincount(inside, weights=((edges[1:] + edges[:-1]) / 2)[places])
        for edges, places in ((overlay.x_edges, columns), (overlay.y_edges, rows))
    )
    numbers = np.flatnonzero(counts)
    return [
        Shape(
            kind="text",
            coords=(float(x[number] / counts[number]), float(y[number] / counts[number])),
            role="annotation",
            label=str(number),
            color=overlay.colors[(number - 1) % len(overlay.colors)],
        )
        for number in numbers.tolist()
    ]


def scale_bar(axes: AxesSpec, asked: bool | float | None) -> ScaleBar | None:
    """Return a bar of a round length, or of the one that was asked for; None where x has no size."""
    image = axes.image
    if image is None or axes.message:
        return None
    low, high = axes.xlim or (float(image.x_edges[0]), float(image.x_edges[-1]))
    span = abs(high - low)
    length = bar_length(span) if isinstance(asked, bool) or asked is None else float(asked)
    if not length:
        return None
    if length > span:
        message = (
            f"scalebar={length:g} is longer than what is seen of the image, {span:g} along x. Give "
            "a shorter one, in the unit of x, or True for one of a round length."
        )
        raise ValueError(message)
    unit, size = choose_unit(axes.xunit, 0.0, length)
    text = f"{length / size:.6g}"
    return ScaleBar(length=length, label=f"{text} {unit}".rstrip())
