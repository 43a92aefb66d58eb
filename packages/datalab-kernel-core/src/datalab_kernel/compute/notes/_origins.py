"""Binned and cropped images, whose first pixel isn't where they say it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from sigima.objects import ImageObj

_PIXEL_SHARE = 0.501
"""How far off an origin may be, in pixels: a region's edge is rounded to a whole one."""


def _binned_note(computed: Computed) -> Note | None:
    """Sigima keeps the origin, which is the middle of the first pixel and not of the first bin."""
    (source,), image, asked = computed.inputs, computed.value, computed.parameters
    if not (asked.change_pixel_size and image.is_uniform_coords and _is_calibrated(source)):
        return None
    x0 = source.x0 + source.dx * (asked.sx - 1) / 2
    y0 = source.y0 + source.dy * (asked.sy - 1) / 2
    if (image.x0, image.y0) == (x0, y0):
        return None
    text = (
        "binning left the origin at the middle of the first pixel; that of the first bin is "
        f"({x0:.10g}, {y0:.10g})"
    )
    return Note(text, _edit(x0, y0))


def _is_calibrated(image: ImageObj) -> bool:
    return (image.dx, image.dy, image.x0, image.y0) != (1.0, 1.0, 0.0, 0.0)


def _cropped_note(computed: Computed) -> Note | None:
    """Sigima adds the region's place to the origin, which is in it already; rows for columns."""
    (source,), image = computed.inputs[:1], computed.value
    regions = computed.parameters
    if regions is None or image is None:
        return None
    boxes = [
        one.get_bounding_box_indices(source)
        for one in (regions if isinstance(regions, list) else [regions])
    ]
    column, row = (max(0, min(box[axis] for box in boxes)) for axis in (0, 1))
    if source.is_uniform_coords:
        x0, y0 = source.x0 + column * source.dx, source.y0 + row * source.dy
        off = abs(image.x0 - x0) / abs(source.dx), abs(image.y0 - y0) / abs(source.dy)
        if max(off) <= _PIXEL_SHARE:
            return None
        text = (
            f"{computed.function} says that the first pixel is at ({image.x0:.10g}, "
            f"{image.y0:.10g}); it was at ({x0:.10g}, {y0:.10g})"
        )
        return Note(text, _edit(x0, y0))
    rows, columns = image.data.shape
    x, y = source.xcoords[column : column + columns], source.ycoords[row : row + rows]
    if np.array_equal(image.xcoords, x) and np.array_equal(image.ycoords, y):
        return None
    text = f"{computed.function} gave the result coordinates of other pixels than its own"
    end = (column + columns, row + rows)
    advice = (
        f"They are xcoords[{column}:{end[0]}] and ycoords[{row}:{end[1]}] of the image that it "
        "was cut out of: image.set_coords(…) sets them."
    )
    return Note(text, advice)


def _edit(x0: float, y0: float) -> str:
    return f"Edit the result: image.x0, image.y0 = {x0:.10g}, {y0:.10g}."


BEHAVIOURS = (
    Behaviour(
        title="The origin of binned images",
        functions=frozenset({("image", "binning")}),
        does="The origin stays, and is the middle of a pixel: before of the first one, then of "
        "the first bin.",
        misleads="In calibrated images, positions in the result are half a bin less half a pixel "
        "too small.",
        advice="The note has the origin to set: `image.x0, image.y0 = …`.",
        make=_binned_note,
    ),
    Behaviour(
        title="The origin of images that are cut out",
        functions=frozenset({("image", "extract_roi"), ("image", "extract_rois")}),
        does="`extract_roi` adds the region's place, which is counted from the axes' zero, to the "
        "image's own origin. With coordinates of their own, `extract_rois` takes those of x by rows.",
        misleads="Where the image's origin isn't zero, or pixels aren't evenly spaced, positions in "
        "the result are wrong.",
        advice="The note has the origin to set: `image.x0, image.y0 = …`.",
        make=_cropped_note,
    ),
)
