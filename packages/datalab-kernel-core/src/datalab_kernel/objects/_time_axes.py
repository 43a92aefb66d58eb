"""Axes of time as people have them (dates, durations, other calendars), and as ours.

pandas and cftime are never imported here: what isn't loaded can't have been given.
"""

from __future__ import annotations

import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects._stamps import (
    PER_SECOND,
    forget_stamps,
    is_by_date,
    keep_stamps,
    stamps_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

Array = np.ndarray[Any, Any]
_FIRST_NS, _LAST_NS = np.datetime64("1678-01-01"), np.datetime64("2262-01-01")
_SINCE = "seconds since 1970-01-01"


def as_moments(values: Array) -> tuple[Array | None, str]:
    """Return dates as moments in UTC, of dtype datetime64, and their zone; None: they are none."""
    if values.dtype.kind == "M":
        return values, ""
    if values.dtype != object or not len(values):
        return None, ""
    if not all(isinstance(value, datetime.datetime) for value in values):
        return None, ""
    zone = str(values[0].tzinfo or "")
    naive = [_in_utc(value) for value in values]
    return np.array(naive, "M8[us]"), zone


def _in_utc(value: datetime.datetime) -> datetime.datetime:
    return value if value.tzinfo is None else value.astimezone(datetime.UTC).replace(tzinfo=None)


def zone_and_moments(index: Any) -> tuple[Array, str]:
    """Return a pandas DatetimeIndex as moments in UTC, and its time zone's name."""
    if index.tz is None:
        return index.to_numpy(), ""
    return index.tz_convert("UTC").tz_localize(None).to_numpy(), str(index.tz)


def keep_image_axis(
    metadata: MutableMapping[str, Any], values: Array, letter: str, zone: str
) -> Array | None:
    """Note the times of an image's axis, and return its coordinates in seconds; None: no times.

    Dates of a calendar that isn't ours are kept as seconds of that calendar since 1970.
    """
    if values.dtype.kind == "M":
        seconds = keep_stamps(metadata, values, zone, letter)
        _note_range(metadata, seconds, letter)
        return seconds
    if values.dtype.kind == "m":
        return values / np.timedelta64(1, "s")
    calendar = getattr(values.flat[0], "calendar", None) if values.dtype == object else None
    if calendar is None:
        return None
    cftime: Any = import_module("cftime")  # whose dates they are
    seconds = np.asarray(cftime.date2num(values, _SINCE, calendar), dtype=float)
    metadata[f"{letter}_calendar"] = str(calendar)
    _note_range(metadata, seconds, letter)
    return seconds


def _note_range(metadata: MutableMapping[str, Any], seconds: Array, letter: str) -> None:
    metadata[f"{letter}_time_range"] = [float(seconds.min()), float(seconds.max())]


def image_times(metadata: Mapping[str, Any], coordinates: Array, letter: str) -> Array | None:
    """Return the times of an image's axis; None if it has none, or was turned or moved since."""
    first, last = metadata.get(f"{letter}_time_range", (np.inf, -np.inf))
    margin = 1e-6 * max(1.0, last - first)  # of rounding
    if not len(coordinates) or coordinates.min() < first - margin:
        return None
    if coordinates.max() > last + margin:
        return None
    calendar = metadata.get(f"{letter}_calendar")
    if calendar:
        cftime: Any = import_module("cftime")
        dates: Array = np.asarray(cftime.num2date(coordinates, _SINCE, calendar))
        return dates
    if not is_by_date(metadata, letter):
        return None
    return _as_nanoseconds(stamps_of(metadata, coordinates, letter))


def _as_nanoseconds(stamps: Array) -> Array:
    """Return moments in nanoseconds, as xarray has most, if they are in the years it has them of."""
    is_near = ((stamps >= _FIRST_NS) & (stamps < _LAST_NS)).all()
    return stamps.astype("M8[ns]") if is_near else stamps


def from_first_moment(metadata: Mapping[str, Any], x: Array) -> Array:
    """Return dates as seconds since the first of them, of shape ``(n,)``, without jitter."""
    stamps = stamps_of(metadata, x)
    per_second = PER_SECOND[np.datetime_data(stamps.dtype)[0]]
    seconds: Array = (stamps - stamps[0]).astype(np.int64) / per_second
    return seconds


def without_times(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata without what says that axes are times: their type says it."""
    plain = dict(metadata)
    for letter in "xy":
        forget_times(plain, letter)
    return plain


def forget_times(metadata: MutableMapping[str, Any], letter: str) -> None:
    """Take it from an image's metadata that an axis is one of times."""
    forget_stamps(metadata, letter)
    for key in ("calendar", "time_range"):
        metadata.pop(f"{letter}_{key}", None)
