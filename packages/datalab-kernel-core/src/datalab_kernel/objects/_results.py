"""Tables and geometry that were computed of an object, as DataLab and Sigima keep them in it.

They are entries of its metadata: ``Table_<function>_dict`` and ``Geometry_<function>_dict``,
with the parameters of the function as JSON in the result's attributes. Only this module
knows these keys.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sigima.objects import GeometryResult, ImageObj, TableResult

from datalab_kernel.notes import NOTES_KEY, as_entries, distinct, from_entries
from datalab_kernel.objects._describe import units_of
from datalab_kernel.objects._fields import value_of
from datalab_kernel.objects._result_frames import Part, frame_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    import pandas as pd

    from datalab_kernel.notes import Note
    from datalab_kernel.objects._sigima import DataObject

__all__ = [
    "Part",
    "attach_to_result",
    "drop_results",
    "entries",
    "frame_of",
    "notes_of_results",
    "put_result",
    "result_key",
    "results_frame",
    "results_of",
]

Result: TypeAlias = Any
"""A TableResult or GeometryResult."""

_KINDS: dict[str, Any] = {"Table_": TableResult, "Geometry_": GeometryResult}
_PREFIXES = tuple(_KINDS)
_SUFFIX = "_dict"
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What Sigima raises for an entry that isn't what it wrote."""

_logger = logging.getLogger(__name__)


def result_key(result: Result, taken: Collection[str] = ()) -> str:
    """Return a metadata key for a result; one that is taken gets a number.

    Examples
    --------
    >>> result = TableResult("Statistics", "statistics", ["a"], [[1]], func_name="stats")
    >>> result_key(result), result_key(result, ["Table_stats_dict"])
    ('Table_stats_dict', 'Table_stats_1_dict')
    """
    prefix = next(prefix for prefix, kind in _KINDS.items() if isinstance(result, kind))
    name = result.func_name or result.title
    key, number = f"{prefix}{name}{_SUFFIX}", 0
    while key in taken:
        number += 1
        key = f"{prefix}{name}_{number}{_SUFFIX}"
    return key


def entries(obj: DataObject) -> Iterator[tuple[str, Result]]:
    """Return the results that an object holds with their keys, in their order.

    An entry that has such a key and is no result is left out, with a warning the first time.
    """
    metadata = value_of(obj, "metadata")
    for key in [key for key in metadata if key.startswith(_PREFIXES)]:
        value, kind = metadata[key], _kind_of(key)
        if kind is None:
            continue
        try:
            yield key, kind.from_dict(value)
        except _UNREADABLE:
            _warn_once(key, obj.title)


def _kind_of(key: str) -> Any:
    found = [kind for prefix, kind in _KINDS.items() if key.startswith(prefix)]
    return found[0] if found and key.endswith(_SUFFIX) else None


@lru_cache(maxsize=1000)
def _warn_once(key: str, title: str) -> None:
    _logger.warning("%r of %r is no result that can be read.", key, title)


def results_of(obj: DataObject, kinds: Sequence[type] = (TableResult, GeometryResult)) -> list[Any]:
    """Return the results that an object holds, in their order."""
    return [result for _, result in entries(obj) if isinstance(result, tuple(kinds))]


def put_result(obj: DataObject, result: Result) -> None:
    """Store a result in an object, replacing that of the same function.

    If the function was asked to make regions of interest of what it found, the image
    gets them.
    """
    obj.metadata[result_key(result)] = result.to_dict()
    if isinstance(result, GeometryResult) and isinstance(obj, ImageObj):
        from sigima.proc.image import apply_detection_rois

        apply_detection_rois(obj, result)


def attach_to_result(result: Result | None, notes: Sequence[Note]) -> None:
    """Keep notes in a result's attributes, so that they go where it goes."""
    if result is not None and notes:
        result.attrs[NOTES_KEY] = as_entries(notes)


def notes_of_results(obj: DataObject, function: str | None = None) -> tuple[Note, ...]:
    """Return the notes of the results that an object holds, or of those of a function."""
    found = (result for _, result in entries(obj) if function in (None, result.func_name))
    return distinct(note for one in found for note in from_entries(one.attrs.get(NOTES_KEY)))


def drop_results(
    obj: DataObject, kinds: Sequence[type] = (TableResult, GeometryResult)
) -> list[Result]:
    """Take the results out of an object's metadata, and return them."""
    keys = [key for key in value_of(obj, "metadata") if key.startswith(_PREFIXES)]
    if not keys:
        return []
    found = [(key, result) for key, result in entries(obj) if isinstance(result, tuple(kinds))]
    for key, _ in found:
        del obj.metadata[key]
    return [result for _, result in found]


def results_frame(
    objects: Iterable[DataObject],
    functions: Collection[str] | None = None,
    *,
    has_units: bool = False,
) -> pd.DataFrame:
    """Gather the results of objects as one tidy frame.

    Parameters
    ----------
    objects
        Signals and images; their titles are their names.
    functions
        Only results of these functions, by the names under which they are kept.
    has_units
        Whether columns are named with their units, as :func:`frame_of` does.

    Returns
    -------
    pandas.DataFrame
        As :func:`frame_of` gives it. ``attrs["units"]`` has the units of each object's
        axes (x, y, and for images z) as they are now.
    """
    parts = []
    units = {}
    for obj in objects:
        for key, result in entries(obj):
            name = key.partition("_")[2].removesuffix(_SUFFIX)
            if functions is None or name in functions:
                parts.append(Part(name=obj.title, function=name, result=result, obj=obj))
                units[obj.title] = units_of(obj)
    frame = frame_of(parts, has_units=has_units)
    frame.attrs["units"] = units
    return frame
