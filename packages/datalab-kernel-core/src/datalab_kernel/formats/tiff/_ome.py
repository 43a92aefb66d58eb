"""The OME-XML of a TIFF file: sizes of pixels and steps, channels, times of frames."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from datalab_kernel.formats._images import Calibration, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping


def of_ome(xml: str, index: int, number: int) -> Calibration | None:
    """Return what OME-XML says of one of a file's series, of which there are ``number``.

    None if it says nothing of that one: there aren't as many images in it as in the file.

    References
    ----------
    Open Microscopy Environment, OME data model 2016-06: a size without a unit is in micrometres,
    a time in seconds.
    """
    import tifffile

    root = tifffile.xml2dict(xml, sep="").get("OME") or {}
    images = _listed(root.get("Image"))
    if len(images) != number or not isinstance(images[index], dict):
        return None
    image = images[index]
    pixels = image.get("Pixels")
    if not isinstance(pixels, dict):
        return None
    scales = {axis: _scale(pixels, f"PhysicalSize{axis}", "\N{MICRO SIGN}m") for axis in "XYZ"}
    scales["T"] = _scale(pixels, "TimeIncrement", "s")
    stack = {axis: scale for axis in "ZT" if (scale := scales[axis]) is not None}
    channels = [
        str(one.get("Name", place)) if isinstance(one, dict) else str(place)
        for place, one in enumerate(_listed(pixels.get("Channel")))
    ]
    has_names = any(
        isinstance(one, dict) and "Name" in one for one in _listed(pixels.get("Channel"))
    )
    date = image.get("AcquisitionDate")
    return Calibration(
        x=scales["X"] or Scale(),
        y=scales["Y"] or Scale(),
        stack=stack,
        channels=channels if has_names else (),
        metadata={} if date is None else {"AcquisitionDate": str(date)},
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _scale(pixels: Mapping[str, Any], name: str, unit: str) -> Scale | None:
    step = pixels.get(name)
    if not isinstance(step, (int, float)) or not math.isfinite(step) or step <= 0:
        return None
    return Scale(step=float(step), unit=str(pixels.get(f"{name}Unit", unit)))
