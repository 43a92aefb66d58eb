"""The moments of an axis of dates, exactly: x is seconds since 1970, which floats round.

The metadata say in which unit the moments are whole numbers, and hold them where a float can't
tell them apart. They count as long as x is theirs; else the moments are what x says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

Array = np.ndarray[Any, Any]
Letter = str
ZONE_ATTRIBUTE = "time_zone"
"""What a coordinate's attribute is called that names the zone its dates are shown in."""
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FORMAT = "%Y-%m-%d %H:%M:%S"
_KEYS = ("", "_format", "_unit", "_zone", "_stamps")


def keep_stamps(
    metadata: MutableMapping[str, Any], stamps: Array, zone: str = "", letter: Letter = "x"
) -> Array:
    """Note the moments of an axis, and return its coordinates.

    Parameters
    ----------
    metadata
        Of a signal or an image.
    stamps
        Of dtype datetime64 and shape ``(n,)``, in UTC.
    zone
        The time zone that they are shown in, as pandas names it.
    letter
        The axis: ``"x"`` or ``"y"``.

    Returns
    -------
    numpy.ndarray
        Seconds since 1970, of shape ``(n,)``; NaN where a moment is missing.
    """
    unit = np.datetime_data(stamps.dtype)[0]
    if unit not in PER_SECOND:
        finer = {"ps", "fs", "as"}
        unit = "ns" if unit in finer else "s"
        stamps = stamps.astype(f"M8[{unit}]")
    coordinates = seconds_of(stamps)
    forget_stamps(metadata, letter)
    metadata[f"{letter}_datetime"] = True
    metadata[f"{letter}_datetime_format"] = _FORMAT
    metadata[f"{letter}_datetime_unit"] = unit
    if zone:
        metadata[f"{letter}_datetime_zone"] = zone
    found = _on_grid(coordinates, unit)
    if found is None or not np.array_equal(found, stamps.astype(np.int64)):
        metadata[f"{letter}_datetime_stamps"] = stamps.astype(np.int64)
    return coordinates


def is_by_date(metadata: Mapping[str, Any], letter: Letter = "x") -> bool:
    """Say whether an axis is one of dates."""
    return bool(metadata.get(f"{letter}_datetime", False))


def forget_stamps(metadata: MutableMapping[str, Any], letter: Letter = "x") -> None:
    """Take it from the metadata that an axis is one of dates."""
    for key in _KEYS:
        metadata.pop(f"{letter}_datetime{key}", None)


def stamps_of(metadata: Mapping[str, Any], coordinates: Array, letter: Letter = "x") -> Array:
    """Return the moments of an axis of dates, of dtype datetime64 and shape ``(n,)``.

    Parameters
    ----------
    metadata
        Of a signal or an image.
    coordinates
        Seconds since 1970.
    letter
        The axis.
    """
    unit = str(metadata.get(f"{letter}_datetime_unit", ""))
    if unit in PER_SECOND:
        stored = np.asarray(metadata.get(f"{letter}_datetime_stamps", ()))
        if stored.dtype.kind == "i" and stored.shape == coordinates.shape:
            stamps: Array = stored.astype(f"M8[{unit}]")
            if np.array_equal(seconds_of(stamps), coordinates, equal_nan=True):
                return stamps
        if (ticks := _on_grid(coordinates, unit)) is not None:
            return ticks.astype(f"M8[{unit}]")
    return _nearest(coordinates, "ns").astype("M8[ns]")


def zone_of(metadata: Mapping[str, Any], letter: Letter = "x") -> str:
    """Return the time zone that an axis is shown in; an empty text: none is said."""
    return str(metadata.get(f"{letter}_datetime_zone", ""))


def seconds_of(stamps: Array) -> Array:
    """Return moments as the nearest floats of seconds since 1970; NaN where one is missing."""
    per_second = PER_SECOND[np.datetime_data(stamps.dtype)[0]]
    whole, rest = np.divmod(stamps.astype(np.int64), per_second)
    seconds: Array = whole + rest / per_second
    is_missing = np.isnat(stamps)
    if is_missing.any():
        seconds[is_missing] = np.nan
    return seconds


def _on_grid(seconds: Array, unit: str) -> Array | None:
    """Return seconds as whole numbers of a unit; None if they lie between such numbers."""
    if unit == "ns" or not len(seconds):  # floats can't tell
        return _nearest(seconds, unit)
    ticks = _nearest(seconds, unit)
    is_there = np.isfinite(seconds)
    distance = np.abs(seconds_of(ticks[is_there].astype(f"M8[{unit}]")) - seconds[is_there])
    return ticks if (distance <= np.spacing(np.abs(seconds[is_there]))).all() else None


def _nearest(seconds: Array, unit: str) -> Array:
    """Return seconds as the nearest whole numbers of a unit; NaT's number where not finite."""
    per_second = PER_SECOND[unit]
    is_there = np.isfinite(seconds)
    known = np.where(is_there, seconds, 0.0)
    whole = np.floor(known)
    ticks = whole.astype(np.int64) * per_second
    ticks += np.rint((known - whole) * per_second).astype(np.int64)
    ticks[~is_there] = np.iinfo(np.int64).min
    return ticks
