"""What microscopes write of their pixels into tags of their own: Zeiss (LSM, SEM), FEI, Olympus.

References
----------
tifffile reads the tags; LSM lengths are in metres (Carl Zeiss, LSM File Format, release 6.0), and so
are those of FEI and Olympus.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from datalab_kernel.formats._images import Calibration, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    import tifffile

_SEM_SIZES = ("ap_image_pixel_size", "ap_pixel_size")
_MICROS = {"\N{GREEK SMALL LETTER MU}m", "um"}
_MICRO = "\N{MICRO SIGN}m"


def of_microscope(file: tifffile.TiffFile) -> Calibration | None:
    """Return what a microscope's tags say; None if there are none, or nothing of the pixels."""
    if file.is_lsm and file.lsm_metadata:
        return _of_lsm(file.lsm_metadata)
    if file.is_sem and file.sem_metadata:
        return _of_sem(file.sem_metadata)
    if file.is_fei and file.fei_metadata:
        return _of_fei(file.fei_metadata)
    if file.is_sis and file.sis_metadata:
        told = file.sis_metadata
        return _in_metres(told.get("pixelsizex"), told.get("pixelsizey"))
    return None


def _of_lsm(told: Mapping[str, Any]) -> Calibration | None:
    x, y, z = (_scale(told.get(f"VoxelSize{a}"), told.get(f"Origin{a}"), "m") for a in "XYZ")
    time = _scale(told.get("TimeIntervall"), 0.0, "s")
    stack = {axis: scale for axis, scale in (("Z", z), ("T", time)) if scale is not None}
    return Calibration(x=x, y=y, stack=stack) if x is not None and y is not None else None


def _of_sem(told: Mapping[str, Any]) -> Calibration | None:
    for name in _SEM_SIZES:
        match told.get(name):
            case (_, size, str(unit)):
                scale = _scale(size, 0.0, _MICRO if unit in _MICROS else unit)
                return None if scale is None else Calibration(x=scale, y=scale)
    return None


def _of_fei(told: Mapping[str, Any]) -> Calibration | None:
    for section in ("Scan", "EScan", "IScan"):
        scan = told.get(section)
        if isinstance(scan, dict) and "PixelWidth" in scan:
            return _in_metres(scan.get("PixelWidth"), scan.get("PixelHeight"))
    return None


def _in_metres(width: Any, height: Any) -> Calibration | None:
    x, y = _scale(width, 0.0, "m"), _scale(height, 0.0, "m")
    return Calibration(x=x, y=y) if x is not None and y is not None else None


def _scale(step: Any, origin: Any, unit: str) -> Scale | None:
    is_size = isinstance(step, (int, float)) and math.isfinite(step) and step > 0
    is_place = isinstance(origin, (int, float)) and math.isfinite(origin)
    if not is_size:
        return None
    return Scale(step=float(step), origin=float(origin) if is_place else 0.0, unit=unit)
