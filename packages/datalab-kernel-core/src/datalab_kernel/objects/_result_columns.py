"""The units of the columns of tables and geometry: kept with the result, shown in headings.

A result keeps in its attributes the units of what was analysed, in which its numbers are; one that
was made elsewhere, in DataLab's window, is in the units of the object that it is in.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sigima.objects import GeometryResult

from datalab_kernel.objects._fields import kind_of, value_of
from datalab_kernel.objects._stamps import is_by_date
from datalab_kernel.units import ImageUnits, Measured, SignalUnits, column_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.objects._sigima import DataObject

UNITS_KEY: Final = "datalab_kernel_units"
"""The entry of a result's attributes: ``{"x": "ms", "y": "V"}`` of what was analysed."""
_MARKERS = {"xy_markers": "xy", "x_markers": "x", "y_markers": "y"}
"""Sigima's kinds of tables of places, whose columns have the labels of the axes for names."""


def units_of(obj: DataObject) -> SignalUnits | ImageUnits:
    """Return the units of an object's axes and values."""
    metadata = value_of(obj, "metadata")
    x = "s" if is_by_date(metadata) else value_of(obj, "xunit") or ""
    y = value_of(obj, "yunit") or ""
    if kind_of(obj) == "signal":
        return SignalUnits(x, y)
    return ImageUnits(x, "s" if is_by_date(metadata, "y") else y, value_of(obj, "zunit") or "")


def keep_units(result: Any, obj: DataObject, operand: DataObject | None = None) -> None:
    """Keep in a result what the axes and values of what was analysed are in, so that it goes along.

    The values are those of the second object, if it was given one.
    """
    units = units_of(obj)
    if operand is not None:
        units = units._replace(**{units._fields[-1]: units_of(operand)[-1]})
    result.attrs[UNITS_KEY] = units._asdict()


def swap_units(result: Any) -> None:
    """Swap the units that a result keeps of x and y, because its axes were."""
    if units := _kept(result.attrs.get(UNITS_KEY)):
        result.attrs[UNITS_KEY] = units._replace(x=units.y, y=units.x)._asdict()


def column_units(result: Any, obj: DataObject | None, columns: Sequence[str]) -> dict[str, str]:
    """Return the units of columns, without those that have none.

    Parameters
    ----------
    result
        A TableResult or GeometryResult.
    obj
        What it is in: in its units are the results that keep none; None: they have none.
    columns
        Of its frame, as ``result.to_dataframe()`` names them.
    """
    units = _kept(result.attrs.get(UNITS_KEY)) or (None if obj is None else units_of(obj))
    if units is None:
        return {}
    letters = _MARKERS.get(result.name, "")
    measured = Measured(
        function=result.func_name or "",
        units=units,
        has_places=isinstance(result, GeometryResult) or bool(letters),
        level=_level(result.attrs),
    )
    places = dict(zip(result.headers, letters, strict=False))
    names = tuple((column, places.get(column, column)) for column in columns)
    return dict(_units_of_columns(measured, names))


@lru_cache(maxsize=256)
def _units_of_columns(
    measured: Measured, names: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Return the units of columns that have one; of many tables that are alike, worked out once."""
    found = ((column, column_unit(measured, name)) for column, name in names)
    return tuple((column, unit) for column, unit in found if unit)


def _kept(entry: Any) -> SignalUnits | ImageUnits | None:
    """Return the units that a result keeps; None for what somebody else wrote in their place."""
    if not isinstance(entry, dict) or not all(isinstance(unit, str) for unit in entry.values()):
        return None
    for kind in (SignalUnits, ImageUnits):
        if entry.keys() == {*kind._fields}:
            return kind(**entry)
    return None


def _level(attributes: Mapping[str, Any]) -> str:
    """Return the unit of levels that an analysis was asked for; only some have such a parameter."""
    text = attributes.get("param_json")
    given = json.loads(text) if isinstance(text, str) else {}
    return str(given.get("unit", "")) if isinstance(given, dict) else ""


def with_units(columns: Sequence[str], units: Mapping[str, str]) -> list[str]:
    """Return headings: the columns with their units, as Sigima writes some itself: ``x (ms)``."""
    return [_with_unit(column, units.get(column, "")) for column in columns]


def _with_unit(column: str, unit: str) -> str:
    end = f" ({unit})"
    return column if not unit or column.endswith(end) else column + end
