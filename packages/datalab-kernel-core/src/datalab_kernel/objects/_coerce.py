"""From what people have (arrays, pandas, xarray, Sigima) to a Sigima object.

pandas and xarray are never imported here: what isn't loaded can't have been given. What other
libraries have is made an array of by ``_other_inputs``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects import _sigima
from datalab_kernel.objects._frames import PLANES_HINT
from datalab_kernel.objects._other_inputs import (
    frame_of,
    is_instance,
    polars_frame_error,
    values_of,
)
from datalab_kernel.objects._stamps import ZONE_ATTRIBUTE, keep_stamps
from datalab_kernel.objects._time_axes import (
    as_moments,
    keep_image_axis,
    zone_and_moments,
)
from datalab_kernel.objects._values import widen

if TYPE_CHECKING:
    from datalab_kernel.objects._sigima import DataObject, ImageObj, SignalObj

_ERROR_BARS = ("dx", "dy")  # coordinates that to_xarray writes
_ACCEPTED = (
    "a SignalObj or ImageObj, a 1-D or 2-D array (numpy, dask, pint) or list, a tuple (x, y), "
    "a Series, an image's DataFrame or an xarray DataArray"
)


def as_object(value: Any) -> tuple[DataObject, bool]:
    """Return a Sigima object for a value, and whether it is new (nobody else holds it).

    Parameters
    ----------
    value
        A Sigima object (returned as it is), an array of shape ``(n,)`` or
        ``(ny, nx)`` (of masked ones, a signal's masked values become NaN, an image keeps
        its mask), a tuple ``(x, y)`` of two sequences of equal length, a pandas
        Series (its index is x), or an xarray DataArray of one or two dimensions
        (with its coordinates, units and long names). A DataFrame that ``to_pandas`` gave,
        pint's quantities (with their unit), polars' Series, dask's arrays and lists of
        numbers are taken too. x may be dates (datetime64 of any unit), which are kept
        exactly.

    Raises
    ------
    TypeError
        For anything else.
    UnsupportedDtypeError
        If a value can't be kept exactly.
    """
    if isinstance(value, (_sigima.SignalObj, _sigima.ImageObj)):
        return value, False
    if isinstance(value, np.ndarray):
        return _from_array(value), True
    if isinstance(value, tuple) and len(value) == 2:  # noqa: PLR2004 - x and y
        return _from_xy(*value), True
    obj = _from_library(value)
    if obj is not None:
        return obj, True
    message = f"Can't add a {type(value).__name__}. Give {_ACCEPTED}."
    raise TypeError(message)


def _from_library(value: Any) -> DataObject | None:
    """Return the object of what another library has, or of a list; None for anything else."""
    if is_instance(value, "pandas", "Series"):
        return _from_series(value)
    if is_instance(value, "xarray", "DataArray"):
        return _from_data_array(value)
    if is_instance(value, "pandas", "DataFrame"):
        return _from_frame(value)
    if is_instance(value, "polars", "DataFrame"):
        raise polars_frame_error(value)
    values = values_of(value)
    if values is None:
        return None
    return _from_array(values.array, label=values.label, unit=values.unit)


def _from_array(array: np.ndarray[Any, Any], *, label: str = "", unit: str = "") -> DataObject:
    if array.ndim == 1:
        return _signal(np.arange(len(array), dtype=float), array, ylabel=label, yunit=unit)
    if array.ndim == 2:  # noqa: PLR2004 - an image
        return _image(array, zlabel=label, zunit=unit)
    hint = PLANES_HINT if array.ndim > 2 else ""  # noqa: PLR2004
    message = (
        f"Can't add an array of shape {array.shape}: a signal has one dimension, "
        f"an image two.{hint}"
    )
    raise TypeError(message)


def _from_xy(x: Any, y: Any) -> SignalObj:
    known_x, known_y = values_of(x), values_of(y)
    xs = np.asanyarray(x if known_x is None else known_x.array)
    ys = np.asanyarray(y if known_y is None else known_y.array)
    if xs.ndim != 1 or xs.shape != ys.shape:
        message = (
            f"Can't add (x, y) of shapes {xs.shape} and {ys.shape}: "
            "both must be one-dimensional and of the same length."
        )
        raise TypeError(message)
    axes: dict[str, str] = {}
    if known_x is not None:
        axes |= {"xlabel": known_x.label, "xunit": known_x.unit}
    if known_y is not None:
        axes |= {"ylabel": known_y.label, "yunit": known_y.unit}
    moments, zone = as_moments(xs)
    if moments is not None:
        return _signal_by_date(moments, zone, ys, **axes)
    return _signal(xs, ys, **axes)


def _signal_by_date(
    moments: np.ndarray[Any, Any], zone: str, y: np.ndarray[Any, Any], **axes: str
) -> SignalObj:
    """Make a signal whose x are moments in UTC, of dtype datetime64, shown in a zone."""
    metadata: dict[str, Any] = {}
    x = keep_stamps(metadata, moments, zone)
    unit = axes.get("xunit", "")
    signal = _signal(x, y, **{**axes, "xunit": _time_unit(unit)})
    signal.metadata.update(metadata)
    return signal


def _signal(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], **axes: str) -> SignalObj:
    xs, _ = widen(_without_masked(x))
    ys, _ = widen(_with_nan(y))
    if np.iscomplexobj(xs):
        message = "Can't add (x, y) with a complex x: x must be real. Give its real part."
        raise TypeError(message)
    obj = _sigima.create_signal("", xs, ys)
    _label(obj, axes)
    return obj


def _without_masked(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if np.ma.is_masked(x):
        message = (
            "Can't add (x, y) with masked values in x: x must be known. "
            "Leave these points out: keep = ~np.ma.getmaskarray(x); add (x[keep], y[keep])."
        )
        raise TypeError(message)
    return np.asarray(x)


def _with_nan(y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return an array without a mask: what is masked is NaN, which a signal has no other word for."""
    if not np.ma.is_masked(y):
        return np.asarray(y)
    plain = np.array(np.ma.getdata(y), dtype=None if y.dtype.kind in "fc" else float)
    plain[np.ma.getmaskarray(y)] = np.nan
    return plain


def image_of_own(array: np.ndarray[Any, Any]) -> ImageObj:
    """Make an image of an array of shape ``(ny, nx)`` that nobody else holds: it isn't copied, if it needn't be."""
    is_plain = type(array) is np.ndarray and array.flags.c_contiguous and array.flags.writeable
    return _sigima.create_image("", array) if is_plain else _image(array)


def _image(data: np.ndarray[Any, Any], **axes: str) -> ImageObj:
    obj = _sigima.create_image("", data.copy())
    _label(obj, axes)
    return obj


def _label(obj: DataObject, axes: dict[str, str]) -> None:
    for name, text in axes.items():
        setattr(obj, name, text)


def _from_series(series: Any) -> SignalObj:
    index = series.index
    told = series.attrs  # what to_pandas writes; else the names
    axes = {
        "xlabel": str(told.get("x_long_name", index.name) or ""),
        "ylabel": str(told.get("long_name", series.name) or ""),
        "xunit": str(told.get("x_units", "")),
        "yunit": str(told.get("units", "")),
    }
    if index.dtype.kind == "M":
        moments, zone = zone_and_moments(index)
        return _signal_by_date(moments, zone, series.to_numpy(), **axes)
    if index.dtype.kind not in "iufb":
        message = (
            f"Can't add a Series whose index is of type {index.dtype}: x must be numbers or dates. "
            "Call reset_index(drop=True) on it, or give a tuple (x, y)."
        )
        raise TypeError(message)
    return _signal(index.to_numpy(), series.to_numpy(), **axes)


def _from_frame(frame: Any) -> ImageObj:
    found = frame_of(frame)
    image = _image(found.values, **found.axes)
    _place_pixels(image, found.x, found.y)
    return image


def _from_data_array(array: Any) -> DataObject:
    values = array.to_numpy()
    if values.ndim == 1:
        return _signal_of_data_array(array, values)
    if values.ndim != 2:  # noqa: PLR2004 - an image
        return _from_array(values)
    zlabel, zunit = _axis(array)
    image = _image(values, zlabel=zlabel, zunit=zunit)
    _set_coordinates(image, array)
    image.metadata.update(_plain_attributes(array))
    return image


def _signal_of_data_array(array: Any, values: np.ndarray[Any, Any]) -> SignalObj:
    (dim,) = array.dims
    label, unit = _axis(array.coords[dim]) if dim in array.coords else (str(dim), "")
    x = array.coords[dim].to_numpy() if dim in array.coords else np.arange(len(values))
    ylabel, yunit = _axis(array)
    axes = {"xlabel": label, "xunit": unit, "ylabel": ylabel, "yunit": yunit}
    if x.dtype.kind == "M":
        zone = str(array.coords[dim].attrs.get(ZONE_ATTRIBUTE, ""))
        obj = _signal_by_date(x, zone, values, **axes)
    else:
        obj = _signal(x, values, **axes)
    if all(array.coords[name].dims == (dim,) for name in _ERROR_BARS if name in array.coords):
        bars = [array.coords[name].to_numpy() for name in _ERROR_BARS if name in array.coords]
        if len(bars) == len(_ERROR_BARS):
            obj.set_xydata(*obj.xydata, *bars)
    obj.metadata.update(_plain_attributes(array))
    return obj


def _time_unit(unit: str) -> str:
    from sigima.objects.signal.constants import VALID_TIME_UNITS

    return unit if unit in VALID_TIME_UNITS else "s"


def _plain_attributes(array: Any) -> dict[str, Any]:
    """Return what describes an array besides its label and units, where it is plain."""
    return {
        key: value
        for key, value in array.attrs.items()
        if key not in {"long_name", "units"}
        and isinstance(key, str)
        and isinstance(value, (str, int, float))
    }


def _axis(array: Any) -> tuple[str, str]:
    label = array.attrs.get("long_name", array.name)
    return str(label or ""), str(array.attrs.get("units", ""))


def _set_coordinates(image: ImageObj, array: Any) -> None:
    steps = {}
    for letter, dim in zip("yx", array.dims, strict=True):
        has_coordinate = dim in array.coords
        label, unit = _axis(array.coords[dim]) if has_coordinate else (str(dim), "")
        _label(image, {f"{letter}label": label, f"{letter}unit": unit})
        steps[letter] = (
            _coordinates(image, letter, array.coords[dim])
            if has_coordinate
            else np.arange(array.sizes[dim], dtype=float)
        )
    _place_pixels(image, steps["x"], steps["y"])


def _place_pixels(image: ImageObj, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> None:
    if _is_uniform(x) and _is_uniform(y):
        (x0, dx), (y0, dy) = _origin_and_step(x), _origin_and_step(y)
        image.set_uniform_coords(dx, dy, x0, y0)
    else:
        image.set_coords(x, y)


def _coordinates(image: ImageObj, letter: str, coordinate: Any) -> np.ndarray[Any, Any]:
    """Return the coordinates of an axis as numbers: times in seconds, and noted as what they are."""
    values = coordinate.to_numpy()
    zone = str(coordinate.attrs.get(ZONE_ATTRIBUTE, ""))
    seconds = keep_image_axis(image.metadata, values, letter, zone)
    if seconds is None:
        return np.asarray(values, dtype=float)
    _label(image, {f"{letter}unit": "s"})
    return seconds


def _is_uniform(values: np.ndarray[Any, Any]) -> bool:
    if len(values) < 2:  # noqa: PLR2004 - a step needs two
        return True
    differences = np.diff(values)
    return bool(differences[0] > 0 and np.allclose(differences, differences[0], rtol=1e-9, atol=0))


def _origin_and_step(values: np.ndarray[Any, Any]) -> tuple[float, float]:
    if len(values) == 0:
        return 0.0, 1.0
    step = (values[-1] - values[0]) / (len(values) - 1) if len(values) > 1 else 1.0
    return float(values[0]), float(step)
