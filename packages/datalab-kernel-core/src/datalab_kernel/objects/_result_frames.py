"""Results below each other in one frame: those that are alike are made a frame of together.

A frame costs pandas a millisecond, whatever is in it; so a thousand tables of the same columns and
types are joined before, and Sigima makes one frame of the joined table. What comes out is what a frame
each would give.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sigima.objects import NO_ROI, GeometryResult

from datalab_kernel.objects._result_columns import column_units, with_units

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    import pandas as pd

    from datalab_kernel.objects._sigima import DataObject

LEADING = ["object", "function", "roi"]
_PLAIN = frozenset({bool, float, int, str})
"""Types of which any number makes the same column as one does."""


class Part(NamedTuple):
    """A result with the name of the object that it is of, and of its function."""

    name: str
    function: str
    result: Any
    """A TableResult or GeometryResult."""
    obj: DataObject | None = None
    """In whose units it is, if it keeps none of its own."""


def frame_of(parts: Iterable[Part], *, has_units: bool = False) -> pd.DataFrame:
    """Put results below each other.

    Returns
    -------
    pandas.DataFrame
        A row for each row of each result: object, function, roi (its index; <NA> for
        the whole object), then the results' own columns; if asked for with their units, as
        in ``x0 (ms)``, so that what is in different units is in different columns.
        ``attrs["column_units"]`` has the units by object, function and column.
    """
    import pandas as pd

    groups: dict[Hashable, list[Part]] = {}
    places: dict[Hashable, list[int]] = {}
    units: dict[str, dict[str, dict[str, str]]] = {}
    row = 0
    for number, part in enumerate(parts):
        columns = _columns(part.result)
        own = column_units(part.result, part.obj, columns)
        units.setdefault(part.name, {}).setdefault(part.function, {}).update(own)
        likeness = _likeness(part.result, columns)
        key = (number if likeness is None else likeness, (*own.items(),) if has_units else ())
        count = _count(part.result)
        groups.setdefault(key, []).append(part)
        places.setdefault(key, []).extend(range(row, row + count))
        row += count
    frames = [_frame(group, has_units=has_units) for group in groups.values()]
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=LEADING)
    if len(frames) > 1:
        order = np.argsort(np.concatenate([np.array(some, int) for some in places.values()]))
        found = found.take(order).reset_index(drop=True)
    found.attrs["column_units"] = units
    return found


def _columns(result: Any) -> list[str]:
    """Return the columns of a result's frame that may have units."""
    columns = [*result.headers]
    if isinstance(result, GeometryResult) and result.kind.value == "segment":
        columns.append(_length(result))
    return columns


def _length(segments: Any) -> str:
    """Return what Sigima calls the length of segments: by whether they are level, or upright."""
    coords = segments.coords
    if np.allclose(coords[:, 1], coords[:, 3]):
        return "Δx"
    return "Δy" if np.allclose(coords[:, 0], coords[:, 2]) else "length"


def _count(result: Any) -> int:
    return len(result.coords if isinstance(result, GeometryResult) else result.data)


def _likeness(result: Any, columns: Sequence[str]) -> Hashable:
    """Return what is equal for results of which one frame can be made; None of odd ones."""
    if not _count(result):
        return None
    if isinstance(result, GeometryResult):
        dtypes = result.coords.dtype, getattr(result.roi_indices, "dtype", None)
        return "geometry", result.kind, (*columns,), dtypes
    types = {(*map(type, row),) for row in result.data}
    kinds = types.pop()
    if types or not _PLAIN.issuperset(kinds):
        return None
    return "table", (*columns,), kinds, result.roi_indices is None


def _frame(parts: Sequence[Part], *, has_units: bool) -> pd.DataFrame:
    """Make the frame of results that are alike."""
    first = parts[0]
    frame: pd.DataFrame = _joined([part.result for part in parts]).to_dataframe()
    if has_units:
        columns = [*frame.columns]
        frame.columns = with_units(columns, column_units(first.result, first.obj, columns))
    if "roi_index" in frame:
        roi = frame.pop("roi_index").astype("Int64")
        frame.insert(0, "roi", roi.mask(roi == NO_ROI))
    else:
        frame.insert(0, "roi", None)
        frame["roi"] = frame["roi"].astype("Int64")
    if len(parts) == 1:  # it may have no rows
        frame.insert(0, "function", first.function)
        frame.insert(0, "object", first.name)
    else:
        rows = [part for part in parts for _ in range(_count(part.result))]
        frame.insert(0, "function", [part.function for part in rows])
        frame.insert(0, "object", [part.name for part in rows])
    return frame


def _joined(results: Sequence[Any]) -> Any:
    """Join results that are alike to one."""
    first = results[0]
    if len(results) == 1:
        return first
    rois = None if first.roi_indices is None else [one.roi_indices for one in results]
    if isinstance(first, GeometryResult):
        coords = np.concatenate([one.coords for one in results])
        indices = None if rois is None else np.concatenate(rois)
        return replace(first, coords=coords, roi_indices=indices)
    data = [row for one in results for row in one.data]
    return replace(first, data=data, roi_indices=None if rois is None else [*chain(*rois)])
