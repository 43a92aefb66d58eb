"""What a TIFF file says of its pixels: ImageJ's unit and spacing, OME's sizes, the resolution's tags."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datalab_kernel.formats._images import Calibration, Scale
from datalab_kernel.formats.tiff._microscopes import of_microscope
from datalab_kernel.formats.tiff._ome import of_ome
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    import tifffile

_INCH, _CENTIMETRE = 2, 3
_UNITS = {_INCH: "inch", _CENTIMETRE: "cm"}
_OF_PROGRAMS = (72.0, 96.0)
RESOLUTION = ("ResolutionUnit", "XResolution", "YResolution", "XPosition", "YPosition")
"""The tags that :func:`of_resolution` reads."""
_NO_UNITS = {"pixel", "pixels", "null", ""}
_MICRONS = {"micron", "microns", "\\u00b5m", "\\u00B5m", "\N{GREEK SMALL LETTER MU}m"}
_MICRO = "\N{MICRO SIGN}m"


def calibration_of(file: tifffile.TiffFile, index: int) -> Calibration:
    """Return what a file says of one of its series, by what wrote it."""
    if file.is_ome and file.ome_metadata:
        found = of_ome(file.ome_metadata, index, len(file.series))
        if found is not None:
            return found
    if file.is_imagej and file.imagej_metadata:
        return _of_imagej(file.imagej_metadata, file.series[index].keyframe)
    return of_microscope(file) or _of_page(file.series[index].keyframe)


def _of_imagej(told: Mapping[str, Any], page: tifffile.TiffPage) -> Calibration:
    """Read ImageJ's description; its resolution is in pixels a unit.

    References
    ----------
    ImageJ 1.54, ``ij.io.FileInfo`` and ``ij.measure.Calibration`` (origins are in pixels).
    """
    unit = _unit(told.get("unit", ""))
    units = {axis: _unit(told.get(f"{axis}unit", unit)) for axis in "xyz"}
    steps = {
        "x": _per_unit(page.tags.valueof("XResolution")),
        "y": _per_unit(page.tags.valueof("YResolution")),
        "z": _positive(told.get("spacing")),
    }
    scales = {
        axis: Scale(
            step=step, origin=0.0 - _number(told.get(f"{axis}origin")) * step, unit=units[axis]
        )
        for axis, step in steps.items()
        if step is not None
    }
    stack = {"Z": scales["z"]} if "z" in scales else {}
    interval = _positive(told.get("finterval"))
    if interval is not None:
        stack["T"] = Scale(step=interval, unit=str(told.get("tunit", "s")))
    if not unit:
        return replace(_of_page(page), stack=stack)
    return Calibration(x=scales.get("x", Scale()), y=scales.get("y", Scale()), stack=stack)


def _unit(text: Any) -> str:
    unit = str(text).strip()
    if unit.lower() in _NO_UNITS:
        return ""
    return _MICRO if unit in _MICRONS else unit


def _of_page(page: tifffile.TiffPage) -> Calibration:
    return of_resolution({name: page.tags.valueof(name) for name in RESOLUTION})


def of_resolution(tags: Mapping[str, Any]) -> Calibration:
    """Read the resolution's tags, with the position that TIFF gives in the same unit.

    ``tags`` are values by the names of ``RESOLUTION``: ratios are pairs of integers, and what isn't
    there is None.
    """
    told = tags.get("ResolutionUnit")
    unit = _UNITS.get(_INCH if told is None else int(told), "")
    if not unit:
        return Calibration()
    x, y = _per_unit(tags.get("XResolution")), _per_unit(tags.get("YResolution"))
    if x is None or y is None:
        return Calibration()
    if unit == "inch" and x == y and round(1 / x, 6) in _OF_PROGRAMS:
        text = (
            f"The file says {1 / x:g} pixels an inch, which programs write where they know no size; "
            "the pixels aren't calibrated by it."
        )
        advice = "with workspace.edit(name) as image: image.dx = … sets what they measure."
        return Calibration(notes=[Note(text, advice)])
    return Calibration(
        x=Scale(step=x, origin=_ratio(tags.get("XPosition")) or 0.0, unit=unit),
        y=Scale(step=y, origin=_ratio(tags.get("YPosition")) or 0.0, unit=unit),
    )


def _per_unit(value: Any) -> float | None:
    ratio = _ratio(value)
    return None if not ratio or ratio < 0 else 1 / ratio


def _ratio(pair: Any) -> float | None:
    try:
        numerator, denominator = pair
        value = numerator / denominator
    except (TypeError, ValueError, ZeroDivisionError):
        return None  # it isn't there, or isn't a ratio
    return float(value) if math.isfinite(value) else None


def _number(value: Any) -> float:
    is_number = isinstance(value, (int, float)) and math.isfinite(value)
    return float(value) if is_number else 0.0


def _positive(value: Any) -> float | None:
    return _number(value) if _number(value) > 0 else None
