"""Light microscopes' files: Zeiss CZI, Nikon ND2, Leica LIF; each plane an image, in micrometres.

Read by czifile, nd2 and liffile (all BSD-3-Clause).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np

from datalab_kernel.notes import Note, attach_notes
from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._hdf5_plot import Plot, Values
from datalab_kernel_formats._plot_objects import objects_of_plot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject
    from datalab_kernel_formats._objects import Array

_MICROMETRE = "µm"
_SHORT = 4  # a mark of so many bytes may begin another file
_NOT_RUN = "size of a pixel, frames by T, Z, C; adapter not run on a real file"


def _read_czi(path: Path, _: ReadOptions) -> list[DataObject]:
    import czifile

    with path.open("rb") as raw, czifile.CziFile(raw) as file:
        values, letters = file.asarray(), file.axes
        xml = ElementTree.fromstring(file.metadata())  # noqa: S314 - the file's own description
    steps = {
        one.get("Id", "").upper(): float(one.findtext("Value", "0")) * 1e6  # of metres
        for one in xml.iterfind(".//Scaling/Items/Distance")
    }
    return objects_of_plot(path, _plot("", values, letters, steps))


def _read_nd2(path: Path, _: ReadOptions) -> list[DataObject]:
    import nd2

    with nd2.ND2File(path) as file:
        values, letters = file.asarray(), "".join(file.sizes)
        voxel = file.voxel_size()
    return objects_of_plot(path, _plot("", values, letters, dict(zip("XYZ", voxel, strict=True))))


def _read_lif(path: Path, _: ReadOptions) -> list[DataObject]:
    import liffile

    result: list[DataObject] = []
    skipped = []
    with path.open("rb") as raw, liffile.LifFile(raw) as file:
        for one in file.images:
            if one.is_flim:
                skipped.append(one.name)
                continue
            steps = {
                letter: float(points[1] - points[0]) * 1e6  # of metres
                for letter, points in one.coords.items()
                if letter in "XYZ" and len(points) > 1
            }
            plot = _plot(one.name, one.asarray(), "".join(one.dims), steps)
            result += objects_of_plot(path, plot, is_only=len(file.images) == 1)
    if not result:
        raise RefusedError("there is no image in it")
    if skipped:
        note = Note(
            f"Images of lifetimes were skipped: {', '.join(skipped)}.", "liffile reads them."
        )
        for obj in result:
            attach_notes(obj, note)
    return result


def _plot(name: str, values: Array, letters: Sequence[str], steps: Mapping[str, float]) -> Plot:
    """Return a stack with rows and columns last, and axes of one plane left out."""
    rest = [place for place, letter in enumerate(letters) if letter not in "YX"]
    order = [*rest, letters.index("Y"), letters.index("X")]
    values = values.transpose(order)
    letters = [letters[place] for place in order]
    kept = [
        place for place, count in enumerate(values.shape) if count > 1 or place >= values.ndim - 2
    ]
    values = values.reshape([values.shape[place] for place in kept])
    axes = []
    for place, count in zip(kept, values.shape, strict=True):
        letter = letters[place]
        step = steps.get(letter) or 0.0
        unit = _MICROMETRE if step > 0 else ""
        points = np.arange(count) * (step if step > 0 else 1.0)
        axes.append(
            Values(values=points, label=letter.lower() if letter in "XY" else letter, unit=unit)
        )
    return Plot(name=name, data=Values(values=values), axes=tuple(axes))


def _adapted(name: str, suffix: str, mark: bytes, read: Any, library: str) -> Any:
    return adapter(
        name,
        (suffix,),
        lambda head, path: (
            head.startswith(mark) and (len(mark) > _SHORT or path.suffix.lower() == suffix)
        ),
        read,
        library=library,
        licence="BSD-3-Clause",
        keeps=_NOT_RUN,
    )


CZI = _adapted("Zeiss CZI", ".czi", b"ZISRAWFILE", _read_czi, "czifile")
ND2 = _adapted("Nikon ND2", ".nd2", b"\xda\xce\xbe\x0a", _read_nd2, "nd2")
LIF = _adapted("Leica LIF", ".lif", b"p\0\0\0", _read_lif, "liffile")
