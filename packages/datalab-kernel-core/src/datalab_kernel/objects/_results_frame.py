"""Tables and geometry that were computed of objects, as one tidy pandas frame.

DataLab and Sigima keep a result in the metadata of the object that it belongs to, under
``Table_<function>_dict`` or ``Geometry_<function>_dict``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.objects._describe import describe_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from datalab_kernel.objects._sigima import DataObject

LEADING = ["object", "function", "roi"]


def results_frame(objects: Iterable[DataObject], function: str | None) -> pd.DataFrame:
    """Gather the results of objects.

    Parameters
    ----------
    objects
        Signals and images; their titles are their names.
    function
        Only results of this function, by Sigima's name.

    Returns
    -------
    pandas.DataFrame
        A row for each row of each result: object, function, roi (its index; <NA> for
        the whole object), then the results' own columns. ``attrs["units"]`` has the
        units of each object's axes (x, y, and for images z).
    """
    parts = []
    units = {}
    for obj in objects:
        for name, frame in _frames(obj):
            if function is None or name == function:
                parts.append((obj.title, name, frame))
                units[obj.title] = describe_object(obj, group="").units
    result = frame_of(parts)
    result.attrs["units"] = units
    return result


def frame_of(parts: Iterable[tuple[str, str, pd.DataFrame]]) -> pd.DataFrame:
    """Put results below each other; each comes with its object's name and its function's."""
    import pandas as pd

    frames = [_labelled(frame, title, function) for title, function, frame in parts]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=LEADING)


def _frames(obj: DataObject) -> Iterable[tuple[str, pd.DataFrame]]:
    from sigima.objects import GeometryResult, TableResult

    kinds: dict[str, Any] = {"Table_": TableResult, "Geometry_": GeometryResult}
    for key, value in obj.metadata.items():
        for prefix, kind in kinds.items():
            if key.startswith(prefix) and key.endswith("_dict") and isinstance(value, dict):
                name = key.removeprefix(prefix).removesuffix("_dict")
                yield name, kind.from_dict(value).to_dataframe()


def _labelled(frame: pd.DataFrame, title: str, function: str) -> pd.DataFrame:
    from sigima.objects import NO_ROI

    if "roi_index" in frame:
        roi = frame.pop("roi_index").astype("Int64")
        frame.insert(0, "roi", roi.mask(roi == NO_ROI))
    else:
        frame.insert(0, "roi", None)
        frame["roi"] = frame["roi"].astype("Int64")
    frame.insert(0, "function", function)
    frame.insert(0, "object", title)
    return frame
