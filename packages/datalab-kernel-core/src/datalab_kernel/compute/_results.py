"""Tables and geometry in an object's metadata, where DataLab keeps them.

Under ``Table_<function>_dict`` and ``Geometry_<function>_dict``, with the parameters of
the function as JSON in the result's attributes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from sigima.objects import GeometryResult, ImageObj, TableResult, concat_geometries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datalab_kernel.objects import DataObject

Result: TypeAlias = Any
"""A TableResult or GeometryResult."""

_TABLE, _GEOMETRY, _SUFFIX = "Table_", "Geometry_", "_dict"
TRANSFORMED = frozenset({"fliph", "flipv", "rotate90", "rotate270", "transpose"})
"""The functions that move an image's geometry along with its pixels."""


def result_key(result: Result) -> str:
    """Return the metadata key of a result.

    Examples
    --------
    >>> from sigima.objects import TableResult
    >>> result_key(TableResult("Statistics", "statistics", ["a"], [[1]], func_name="stats"))
    'Table_stats_dict'
    """
    prefix = _TABLE if isinstance(result, TableResult) else _GEOMETRY
    return f"{prefix}{result.func_name}{_SUFFIX}"


def put_result(obj: DataObject, result: Result) -> None:
    """Store a result in an object, replacing that of the same function.

    If the function was asked to make regions of interest of what it found, the image
    gets them.
    """
    obj.metadata[result_key(result)] = result.to_dict()
    if isinstance(result, GeometryResult) and isinstance(obj, ImageObj):
        from sigima.proc.image import apply_detection_rois

        apply_detection_rois(obj, result)


def results_of(obj: DataObject, kinds: Sequence[type] = (TableResult, GeometryResult)) -> list[Any]:
    """Return the results that an object holds, in their order."""
    return [result for result in _results(obj) if isinstance(result, tuple(kinds))]


def _results(obj: DataObject) -> Iterator[Result]:
    for key, value in obj.metadata.items():
        for prefix, kind in ((_TABLE, TableResult), (_GEOMETRY, GeometryResult)):
            if key.startswith(prefix) and key.endswith(_SUFFIX) and isinstance(value, dict):
                yield kind.from_dict(value)


def drop_results(obj: DataObject) -> None:
    """Take all results out of an object's metadata."""
    for result in results_of(obj):
        obj.metadata.pop(result_key(result), None)


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
    for geometry in results_of(obj, [GeometryResult]):
        obj.metadata.pop(result_key(geometry), None)
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
    for geometry in results_of(image, [GeometryResult]):
        if len(geometry.coords):
            image.metadata.pop(result_key(geometry), None)
            moved = _moved(geometry, function, image)
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
