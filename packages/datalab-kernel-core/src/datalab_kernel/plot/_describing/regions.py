"""Regions of interest as shapes, and what they leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot._describing.texts import plain
from datalab_kernel.plot._spec import Shape

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject, ImageObj
    from datalab_kernel.plot._spec import ShapeKind

Array = np.ndarray[Any, Any]


def regions(obj: DataObject) -> tuple[Shape, ...]:
    """Return the regions of interest of an object, in its axes' units.

    One without a title of its own is called as Sigima calls it, if there are several.
    """
    if obj.roi is None:
        return ()
    kinds = _kinds()
    singles: list[Any] = [*obj.roi.single_rois]
    return tuple(
        Shape(
            kind=kinds[type(single)],
            coords=tuple(float(value) for value in single.get_physical_coords(obj)),
            label=plain(single.title or (region_title(obj, index) if len(singles) > 1 else "")),
            is_inverse=bool(getattr(single, "inverse", False)),
        )
        for index, single in enumerate(singles)
    )


def region_title(obj: DataObject, index: int) -> str:
    """Return how one region is called, in the picture and in tables."""
    from sigima.objects.base import get_generic_roi_title

    titles = [] if obj.roi is None else [single.title for single in obj.roi.single_rois]
    named = titles[index] if index < len(titles) else ""
    return named or str(get_generic_roi_title(index))


def masked_pixels(image: ImageObj) -> Array | None:
    """Return which pixels are masked, or left out by an inverse region; None where none is.

    Ordinary regions leave out what is outside of them, too, when something is computed;
    but that is no reason to hide most of a picture.
    """
    own = np.ma.getmask(image.data)
    masks = [] if own is np.ma.nomask else [own]
    if image.roi is not None and any(single.inverse for single in image.roi.single_rois):
        mask = image.maskdata
        if mask is not None and mask.shape == image.data.shape:
            masks.append(mask)
    return np.logical_or.reduce(masks) if masks else None


def _kinds() -> dict[type, ShapeKind]:
    from sigima.objects import CircularROI, PolygonalROI, RectangularROI, SegmentROI

    return {
        SegmentROI: "interval",
        RectangularROI: "rectangle",
        CircularROI: "circle",
        PolygonalROI: "polygon",
    }
