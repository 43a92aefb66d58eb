"""Gatan's DigitalMicrograph files (.dm3, .dm4): images, spectra and stacks, with their scales.

Read by ncempy (GPL-3.0-or-later, parts MIT). A coordinate is ``(index - origin) * scale``;
ncempy's own coordinates are rounded to four decimals, so that they aren't used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._hdf5_plot import Plot, Values
from datalab_kernel_formats._plot_objects import objects_of_plot

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject

_LETTERS = ("x", "y", "z", "t")


def _read(path: Path, _: ReadOptions) -> list[DataObject]:
    from ncempy.io import dm

    with (
        path.open("rb") as raw,
        dm.fileDM(raw) as file,
    ):  # its own opening fails once more at its end
        count = max(file.numObjects - 1, 1)  # the first of several is the thumbnail
        found: list[dict[str, Any]] = [file.getDataset(n) for n in range(count)]
    result: list[DataObject] = []
    for n, one in enumerate(found):
        if "data" not in one:
            raise RefusedError(f"its data set {n} has no values")
        plot = _plot(one, f"data {n}" if count > 1 else "")
        result += objects_of_plot(path, plot, is_only=count == 1)
    return result


def _plot(one: dict[str, Any], name: str) -> Plot:
    data = np.squeeze(one["data"])
    scales = [*zip(one["pixelSize"], one["pixelOrigin"], one["pixelUnit"], strict=True)]
    axes = []
    for place, size in enumerate(data.shape):
        scale, origin, unit = scales[place - data.ndim]
        points = (np.arange(size) - float(origin)) * float(scale or 1.0)
        label = _LETTERS[data.ndim - 1 - place]
        axes.append(Values(values=points, label=label, unit=str(unit or "")))
    return Plot(name=name, data=Values(values=data), axes=tuple(axes))


GATAN = adapter(
    "Gatan DigitalMicrograph",
    (".dm3", ".dm4"),
    lambda head, path: (
        path.suffix.lower() in {".dm3", ".dm4"} and head[:4] in {b"\0\0\0\3", b"\0\0\0\4"}
    ),
    _read,
    library="ncempy",
    licence="GPL-3.0",
    keeps="scales and units of each axis, frames; adapter not run on a real file",
)
