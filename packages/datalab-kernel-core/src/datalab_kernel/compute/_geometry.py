"""What becomes of the geometry in an image when the image is moved or made of several."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sigima.objects import GeometryResult, ImageObj, concat_geometries

from datalab_kernel.objects._result_columns import swap_units
from datalab_kernel.objects._results import drop_results, result_key, results_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import DataObject
    from datalab_kernel.objects._results import Result

TRANSFORMED = frozenset({"fliph", "flipv", "rotate90", "rotate270", "transpose"})
"""The functions that move an image's geometry along with its pixels."""

_TURNED = frozenset({"rotate90", "rotate270", "transpose"})
"""Of these, what swaps the axes."""


def merge_geometry(obj: DataObject, sources: Sequence[DataObject]) -> None:
    """Give the result of several objects the geometry of all of them, by title."""
    if len(sources) < 2:  # noqa: PLR2004 - several
        return
    by_title: dict[str, list[Result]] = {}
    for source in sources:
        for geometry in results_of(source, [GeometryResult]):
            by_title.setdefault(geometry.title, []).append(geometry)
    if not by_title:
        return
    drop_results(obj, [GeometryResult])
    for title, parts in by_title.items():
        merged = concat_geometries(title, parts) if len(parts) > 1 else parts[0]
        obj.metadata[result_key(merged)] = merged.to_dict()


def transform_geometry(image: ImageObj, function: str) -> None:
    """Move an image's geometry as a flip or rotation moved its pixels.

    Parameters
    ----------
    image
        After the transformation, with the geometry as it was before.
    function
        One of :data:`TRANSFORMED`.
    """
    for geometry in drop_results(image, [GeometryResult]):
        moved = _moved(geometry, function, image) if len(geometry.coords) else geometry
        if function in _TURNED:
            swap_units(moved)
        image.metadata[result_key(moved)] = moved.to_dict()


def _moved(geometry: Result, function: str, image: ImageObj) -> Result:
    from sigima.proc.image import transformer

    center = (image.xc, image.yc)
    match function:
        case "fliph":
            return transformer.fliph(geometry, image.xc)
        case "flipv":
            return transformer.flipv(geometry, image.yc)
        case "rotate90":
            return transformer.rotate(geometry, -math.pi / 2, center)
        case "rotate270":
            return transformer.rotate(geometry, math.pi / 2, center)
        case _:
            return transformer.transpose(geometry)
