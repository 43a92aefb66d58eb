"""Renishaw's WDF files (WiRE): each spectrum a signal, of a map each point's place.

Read by Renishaw's own renishaw-wdf (Apache-2.0).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis
from datalab_kernel_formats._spectra import spectra

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject

_BLOCK = struct.Struct("<IIQ")  # what it is, which of them, its size with these 16 bytes
_UNITS = {"RamanShift": "1/cm", "Wavenumber": "1/cm", "Nanometre": "nm", "Micron": "µm",
          "ElectronVolt": "eV", "Counts": "counts", "Millimetres": "mm", "Metres": "m",
          "Kelvin": "K", "Celcius": "°C", "Seconds": "s", "Milliseconds": "ms",
          "Microseconds": "µs", "Volts": "V", "Arbitrary": ""}  # fmt: skip


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    import wdf

    _check_blocks(path)
    with wdf.Wdf(str(path)) as file:
        header = file.hdr
        xs = file.xlist()
        x = np.array(xs)
        ys = np.array([file.spectrum(n) for n in range(header.ncollected)])
        if not len(ys):
            raise RefusedError("no spectrum was collected")
        metadata = {
            "title": header.title,
            "user": header.user,
            "application": f"{header.appname} {header.appversion}",
            "start": header.time_start,
            "laser_wavenumber": header.laser_wavenumber,
            "accumulations": header.naccum,
            "comment": file.comment(),
        }
        each = _places(wdf, file) if len(ys) > 1 else []
        units = header.units.name
    axes = (
        Axis(label=_words(xs.datatype.name), unit=_unit(xs.units.name)),
        Axis(label="Intensity", unit=_unit(units)),
    )
    return spectra(path, options, x, ys, axes=axes, metadata=metadata, each=each)


def _places(wdf: Any, file: Any) -> list[dict[str, Any]]:
    """Return where each spectrum of a map was taken, on the axes that its file has."""
    try:
        origins = wdf.origin.WdfOriginSet(file)
    except EOFError:
        return []
    kinds = (wdf.WdfDataType.Spatial_X, wdf.WdfDataType.Spatial_Y, wdf.WdfDataType.Spatial_Z)
    known = {kind.name[-1].lower(): origins[kind] for kind in kinds if kind in origins}
    return [
        {
            "position": {axis: float(values[n]) for axis, values in known.items()},
            "position_units": {axis: _unit(values.dataunit.name) for axis, values in known.items()},
        }
        for n in range(file.hdr.ncollected)
    ]


def _check_blocks(path: Path) -> None:
    """Check that blocks follow each other to the file's end: renishaw-wdf would look for it forever."""
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            head = file.read(_BLOCK.size)
            length = _BLOCK.unpack(head)[2] if len(head) == _BLOCK.size else 0
            if length < _BLOCK.size or at + length > size:
                raise RefusedError(f"it was cut off, or is damaged, at byte {at}")
            at += length


def _unit(name: str) -> str:
    return _UNITS.get(name, name)


def _words(name: str) -> str:
    return name.replace("_", " ")


WDF = adapter(
    "Renishaw WiRE",
    (".wdf",),
    lambda head, _: head.startswith(b"WDF1"),
    _read,
    library="renishaw-wdf",
    licence="Apache-2.0",
    keeps="axes and units, spectra of a map with their places",
)
