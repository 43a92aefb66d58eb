"""Galactic's SPC files (GRAMS and many spectrometers): each spectrum a signal.

Read by spcfile (LGPL-3.0).
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, frames, signal
from datalab_kernel_formats._spectra import spectra

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject

_HEADER_BYTES, _SUBHEADER_BYTES = 512, 32
_EACH_ITS_X = 0x40
_UNIT = re.compile(r"(.*) \((.*)\)")
_NOTHING = {"Arbitrary", "No Units", "No units", "Arbitrary Intensity"}


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    from spcfile import SPCFile

    _check_size(path)
    file = SPCFile(path)
    axes = (_axis(file.x_unit), _axis(file.y_unit))
    metadata = {
        "experiment": file.experiment,
        "date": file.date,
        "comment": file.header["comment"],
        "resolution": file.header["resolution_str"],
        "instrument": file.header["source_str"],
        "method": file.header["method_text"],
        "log": getattr(file, "log", None),
    }
    each = [{"z": float(one.z or 0.0), "z_unit": file.z_unit} for one in file]
    if file.has_shared_x:
        ys = [one.y for one in file]
        return spectra(path, options, file[0].x, ys, axes=axes, metadata=metadata, each=each)
    return [
        signal(
            path,
            one.x,
            one.y,
            part=part,
            xaxis=axes[0],
            yaxis=axes[1],
            metadata={**metadata, **more},
        )
        for one, part, more in zip(file, frames(len(file), "S"), each, strict=True)
    ]


def _check_size(path: Path) -> None:
    """Check that the points that a header counts can be in the file: of 2 bytes at least."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    if len(head) < _HEADER_BYTES:
        raise RefusedError("it was cut off within its header")
    order = ">" if head[1:2] == b"L" else "<"
    (points,), (spectra_count,) = (struct.unpack_from(f"{order}I", head, at) for at in (4, 24))
    has_own_x = bool(head[0] & _EACH_ITS_X)  # its number of points is a place in the file then
    if spectra_count * _SUBHEADER_BYTES > size or (not has_own_x and 2 * points > size):
        raise RefusedError(f"{points} points of {spectra_count} spectra aren't in {size} bytes")


def _axis(text: str) -> Axis:
    """Split what spcfile says of an axis: ``"Wavelength (nm)"``."""
    if text in _NOTHING:
        return Axis()
    match = _UNIT.fullmatch(text)
    return Axis(label=match[1], unit=match[2]) if match else Axis(label=text)


SPC = adapter(
    "Galactic SPC",
    (".spc",),
    lambda head, path: path.suffix.lower() == ".spc" and head[1:2] in {b"K", b"L", b"M"},
    _read,
    library="spcfile",
    licence="LGPL-3.0",
    keeps="axes and units, several spectra, header",
)
