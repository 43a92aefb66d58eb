"""Objects as pandas and xarray have them; ``_coerce`` is the way back.

What is given is only read, and copied once: where pandas would copy again, it is told not to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors._missing_packages import missing_package
from datalab_kernel.objects._stamps import ZONE_ATTRIBUTE, stamps_of, zone_of
from datalab_kernel.objects._time_axes import image_times, without_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    import xarray as xr

    from datalab_kernel.objects._kinds import ObjectInfo

Array = np.ndarray[Any, Any]
_ERROR_BARS = 4  # rows of a signal's data: x, y, dx, dy


def to_pandas(obj: Any) -> pd.Series[Any] | pd.DataFrame:
    """Return a signal as a Series, an image as a DataFrame (see ``Workspace.to_pandas``)."""
    import pandas as pd

    if hasattr(obj, "xydata"):
        index = _index_of(obj)
        series = pd.Series(np.array(obj.xydata[1]), index=index, name=obj.title, copy=False)
        series.attrs = {**_described(obj, "y", ""), **_described(obj, "x", "x_")}
        return series
    x, y = _coordinates(obj)
    frame = pd.DataFrame(
        _plain(obj.data),
        index=pd.Index(y, name=obj.ylabel or "y"),
        columns=pd.Index(x, name=obj.xlabel or "x"),
        copy=False,
    )
    frame.attrs = {
        **_described(obj, "z", ""),
        **_described(obj, "x", "x_"),
        **_described(obj, "y", "y_"),
    }
    return frame


def to_xarray(obj: Any) -> xr.DataArray:
    """Return an object as a DataArray (see ``Workspace.to_xarray``)."""
    try:
        import xarray as xr
    except ImportError as error:
        raise missing_package("to_xarray", "xarray", "to_pandas works without. ") from error
    metadata = {  # netCDF has no truths: they are 0 or 1
        key: int(value) if isinstance(value, bool) else value
        for key, value in without_times(obj.metadata).items()
        if not key.startswith("_") and isinstance(value, (str, int, float))
    }
    if hasattr(obj, "xydata"):
        attrs = {**metadata, **_described(obj, "y", "")}
        coords: dict[str, Any] = {"x": ("x", *_coordinate(obj, "x", obj.xydata[0]))}
        if len(obj.xydata) == _ERROR_BARS:
            errors = np.array(obj.xydata[2:])
            coords |= {"dx": ("x", errors[0]), "dy": ("x", errors[1])}
        values = np.array(obj.xydata[1])
        found = xr.DataArray(values, dims=("x",), name=obj.title, attrs=attrs)
        return found.assign_coords(coords)  # DataArray itself copies coordinates again
    x, y = _coordinates(obj)
    found = xr.DataArray(
        _plain(obj.data),
        dims=("y", "x"),
        name=obj.title,
        attrs={**metadata, **_described(obj, "z", "")},
    )
    return found.assign_coords(
        {"y": ("y", *_coordinate(obj, "y", y)), "x": ("x", *_coordinate(obj, "x", x))}
    )


def _described(obj: Any, letter: str, prefix: str) -> dict[Any, Any]:
    label, unit = getattr(obj, f"{letter}label"), getattr(obj, f"{letter}unit")
    return {f"{prefix}long_name": label or "", f"{prefix}units": unit or ""}


def _index_of(obj: Any) -> Any:
    """Return the x of a signal as an index: dates in the zone that they are shown in."""
    import pandas as pd

    name = obj.xlabel or "x"
    if not obj.is_x_datetime():
        return pd.Index(np.array(obj.xydata[0]), name=name, copy=False)
    index = pd.DatetimeIndex(stamps_of(obj.metadata, obj.xydata[0]), name=name)
    zone = zone_of(obj.metadata)
    if not zone:
        return index
    try:
        return index.tz_localize("UTC").tz_convert(zone)
    except (KeyError, ValueError):  # a zone that isn't known here
        return index


def _coordinate(obj: Any, letter: str, values: Array) -> tuple[Any, dict[Any, Any]]:
    """Return the coordinates of an axis and their attributes; dates say themselves what they are."""
    import pandas as pd

    attributes = _described(obj, letter, "")
    metadata = obj.metadata
    if hasattr(obj, "xydata"):
        times = stamps_of(metadata, values) if obj.is_x_datetime() else None
    else:
        times = image_times(metadata, values, letter)
    if times is None:
        return pd.Index(np.array(values), copy=False), attributes  # as xarray has it
    del attributes["units"]  # xarray writes its own
    if zone := zone_of(metadata, letter):
        attributes[ZONE_ATTRIBUTE] = zone
    return times, attributes


def _coordinates(obj: Any) -> tuple[Array, Array]:
    if not obj.is_uniform_coords:
        return obj.xcoords, obj.ycoords
    ny, nx = obj.data.shape
    return obj.x0 + obj.dx * np.arange(nx), obj.y0 + obj.dy * np.arange(ny)


def _plain(data: Array) -> Array:
    """Copy an array, without a mask: what is masked is NaN."""
    if not isinstance(data, np.ma.MaskedArray):
        return np.array(data)
    wide: Any = data if data.dtype.kind in "fc" else data.astype(float)
    plain: Array = wide.filled(np.nan)
    return plain


def to_dataframe(
    infos: Sequence[ObjectInfo], metadata: Iterable[Mapping[str, Any]], keys: Sequence[str]
) -> pd.DataFrame:
    """Return a row for each object (see ``Workspace.to_dataframe``)."""
    import pandas as pd

    own = ["name", "kind", "shape", "dtype", "units", "size_bytes", "group"]
    rows = [
        [*(getattr(info, column) for column in own), *(entries.get(key) for key in keys)]
        for info, entries in zip(infos, metadata, strict=True)
    ]
    return pd.DataFrame(rows, columns=[*own, *keys])
