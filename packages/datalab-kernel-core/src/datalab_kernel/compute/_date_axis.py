"""Signals by date, for the functions to which it only matters how far apart the dates are.

As seconds since 1970, dates lie 2.4e-7 s off an even grid: spectra of more than 10 Hz were
refused, and derivatives jittered. These functions are given seconds since the first date.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects._fields import ROI_KEY, from_fields, to_fields
from datalab_kernel.objects._stamps import forget_stamps, is_by_date
from datalab_kernel.objects._time_axes import from_first_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPECTRA = {"fft", "magnitude_spectrum", "phase_spectrum", "psd"}
_BY_AVERAGING_TIME = {
    "allan_deviation",
    "allan_variance",
    "hadamard_variance",
    "modified_allan_variance",
    "overlapping_allan_variance",
    "time_deviation",
    "total_variance",
}
_ON_OTHER_AXES = _SPECTRA | _BY_AVERAGING_TIME | {"dynamic_parameters"}
"""What comes out isn't by date."""
_BY_DATE = {"derivative", "integral", "zero_padding"}
_PLACES = {"bandwidth_3db"}
"""What comes out are places on x."""
_AS_SECONDS = _BY_DATE | _PLACES
_WITHOUT_DATES = {"transpose"}
"""Given the dates as they are; they become y."""


def from_first_date(function: str, inputs: Sequence[Any]) -> list[Any]:
    """Return a function's inputs, signals by date as seconds since their first date if it may be."""
    if function in _ON_OTHER_AXES:
        return [_relative(given, is_by_date_after=False) for given in inputs]
    if function in _AS_SECONDS:
        return [_relative(given) for given in inputs]
    return [*inputs]


def by_date_again(function: str, inputs: Sequence[Any], value: Any) -> Any:
    """Give a result the dates of what it was computed of, or take them from it."""
    if value is None or not inputs:
        return value
    if function in _WITHOUT_DATES:
        forget_stamps(value.metadata)
    if function in _PLACES and _has_dates(inputs[0]):
        coords = np.array(value.coords, dtype=float)
        coords[:, ::2] += inputs[0].xydata[0][0]  # x0, y0, x1, y1
        return replace(value, coords=coords)
    if function in _BY_DATE and _has_dates(inputs[0]):
        x, found = inputs[0].xydata[0], value.xydata[0]
        if found[0] < x[0]:  # since the first date
            value.x = x if len(found) == len(x) else x[0] + found
            if value.roi is not None:
                value.roi = _shifted(value.roi, x[0])
    return value


def _shifted(roi: Any, seconds: float) -> Any:
    """Return regions of interest that lie elsewhere on x; those given by indices stay."""
    moved = copy.deepcopy(roi)
    for region in moved.single_rois:
        if not region.indices:
            region.coords = np.asarray(region.coords, dtype=float) + seconds
    return moved


def _has_dates(given: Any) -> bool:
    is_signal = hasattr(given, "xydata") and given.xydata is not None
    return is_signal and given.xydata.shape[1] > 1 and is_by_date(given.metadata)


def _relative(given: Any, *, is_by_date_after: bool = True) -> Any:
    if not _has_dates(given):
        return given
    fields = to_fields(given)
    seconds = from_first_moment(given.metadata, given.xydata[0])
    metadata = dict(fields.metadata)
    if not is_by_date_after:
        forget_stamps(metadata)
    attributes = {**fields.attributes, "xunit": "s"}
    arrays = {**fields.arrays, "xydata": np.array([seconds, *given.xydata[1:]])}
    if ROI_KEY in metadata:
        metadata[ROI_KEY] = _shifted(given.roi, -given.xydata[0][0]).to_dict()
    return from_fields(replace(fields, attributes=attributes, arrays=arrays, metadata=metadata))
