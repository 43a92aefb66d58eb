"""Bruker's OPUS files: spectra and interferograms, each a signal.

Read by brukeropus (MIT). Their suffix is a number, so their first bytes decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.notes import attach_guess
from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis
from datalab_kernel_formats._spectra import spectra

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject

_X_AXES = {
    "WN": Axis(label="Wavenumber", unit="1/cm"),
    "MI": Axis(label="Wavelength", unit="µm"),
    "LGW": Axis(label="log wavenumber"),
    "MIN": Axis(label="Time", unit="min"),
    "PNT": Axis(label="Point"),
}


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    from brukeropus import read_opus

    file: Any = read_opus(str(path))
    found = [*file.iter_all_data()]
    if not found:
        raise RefusedError("there is no spectrum and no interferogram in it")
    result: list[DataObject] = []
    for one in found:
        is_series = one.y.ndim > 1
        objects = spectra(
            path,
            options,
            one.x,
            one.y if is_series else [one.y],
            axes=(
                _X_AXES.get(one.params.dxu, Axis(label=str(one.params.dxu))),
                Axis(label=one.label),
            ),
            part=one.label if len(found) > 1 else "",
            metadata={"parameters": _settings(file.params), "data": _settings(one.params)},
        )
        factor = getattr(one.params, "csf", 1.0)
        if is_series and factor != 1:
            for obj in objects:
                text = f"brukeropus leaves the scale factor {factor} of a series out."
                attach_guess(obj, text, "Multiply y by it, if your spectra are that much off.")
        result += objects
    return result


def _settings(parameters: Any) -> dict[str, Any]:
    return {key: getattr(parameters, key) for key in parameters.keys()}  # noqa: SIM118 - no dict


OPUS = adapter(
    "Bruker OPUS",
    (".0", ".1", ".2"),
    lambda head, _: head.startswith(b"\n\n\xfe\xfe"),
    _read,
    library="brukeropus",
    licence="MIT",
    keeps="axes and units, all spectra of a file, parameters",
)
