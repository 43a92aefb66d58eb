"""What other libraries give (pint, polars, dask, pandas' frames) and lists, as arrays, units and axes.

None of these libraries is imported here: what isn't loaded can't have been given.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects._time_axes import as_moments

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = np.ndarray[Any, Any]


def is_instance(value: Any, module: str, name: str) -> bool:
    """Say whether a value is of a class of a library, which may not be loaded."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """An array with what its library knows of it."""

    array: Array
    label: str = ""
    unit: str = ""


def values_of(value: Any) -> Values | None:
    """Return a list, or what pint, polars or dask have, as an array; None for anything else.

    Raises
    ------
    TypeError
        If a list isn't one of numbers, or of equally long lists of numbers.
    """
    if isinstance(value, list):
        return Values(array=_array_of_list(value))
    if is_instance(value, "pint", "Quantity"):
        unit = "" if value.dimensionless and value.units == value.units**0 else f"{value.units:~P}"
        inner = values_of(value.magnitude)
        return Values(array=np.asanyarray(inner.array if inner else value.magnitude), unit=unit)
    if is_instance(value, "polars", "Series"):
        return Values(array=value.to_numpy(), label=value.name)
    if is_instance(value, "dask.array", "Array"):
        return Values(array=value.compute())
    return None


def _array_of_list(value: list[Any]) -> Array:
    if any(isinstance(item, np.ndarray) and item.ndim for item in value):
        message = (
            "Can't add a list of arrays, which may be x and y or the rows of an image. "
            "Give a tuple (x, y), or an image as np.array(rows)."
        )
        raise TypeError(message)
    try:
        array = np.array(value)
    except ValueError as error:
        message = (
            "Can't add a list whose rows aren't of the same length. Give a list of numbers, "
            "or of equally long lists of numbers."
        )
        raise TypeError(message) from error
    if array.dtype.kind not in "biufc" and as_moments(array)[0] is None:  # dates may be x
        kinds = ", ".join(sorted({type(item).__name__ for item in value})[:3])
        message = f"Can't add a list of {kinds}. Give a list of numbers."
        raise TypeError(message)
    return array


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An image as a pandas DataFrame has it: values of shape ``(ny, nx)``, and where they are."""

    values: Array
    x: Array
    y: Array
    axes: Mapping[str, str] = field(default_factory=dict)


def frame_of(frame: Any) -> Frame:
    """Take a pandas DataFrame for an image, as ``Workspace.to_pandas`` gives one.

    Raises
    ------
    TypeError
        If its index or columns aren't numbers: it is a table then, of which each column is
        a signal.
    """
    for name, index in (("index", frame.index), ("columns", frame.columns)):
        if index.dtype.kind not in "iuf":
            raise _is_table(f"whose {name} are of type {index.dtype}", frame.columns)
    values = frame.to_numpy()
    if values.dtype.kind not in "biufc":
        raise _is_table("whose columns are of several types", frame.columns)
    told = frame.attrs  # what to_pandas writes; else the names
    return Frame(
        values=values,
        x=frame.columns.to_numpy().astype(float),
        y=frame.index.to_numpy().astype(float),
        axes={
            "xlabel": str(told.get("x_long_name", frame.columns.name) or ""),
            "ylabel": str(told.get("y_long_name", frame.index.name) or ""),
            "zlabel": str(told.get("long_name", "")),
            "xunit": str(told.get("x_units", "")),
            "yunit": str(told.get("y_units", "")),
            "zunit": str(told.get("units", "")),
        },
    )


def polars_frame_error(frame: Any) -> TypeError:
    """Build the error for a polars DataFrame, which is a table and no image."""
    return _is_table("of polars", frame.columns)


def _is_table(which: str, columns: Any) -> TypeError:
    names = [*map(repr, columns)][:2]
    x, y = names if len(names) == 2 else ("'x'", "'y'")  # noqa: PLR2004 - x and y
    message = (
        f"Can't add a DataFrame {which}: only one whose index and columns are the coordinates of "
        f"an image is one object. Add its columns as signals, such as (df[{x}], df[{y}])."
    )
    return TypeError(message)
