"""MRC files of electron microscopy: images, stacks and volumes, in ångström.

Read by mrcfile (BSD-3-Clause).

References
----------
A. Cheng et al., "MRC2014: Extensions to the MRC format header", J. Struct. Biol. 192 (2015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_formats._adapter import adapter
from datalab_kernel_formats._objects import Axis, frames, image

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import ImageObj

_MARK_AT = 208
_ANGSTROM = "Å"


def _recognises(head: bytes, path: Path) -> bool:
    is_known = path.suffix.lower() in {".mrc", ".mrcs", ".map", ".ccp4", ".st", ".rec", ".ali"}
    return head[_MARK_AT : _MARK_AT + 4] in {b"MAP ", b"MAP\0"} and is_known


def _read(path: Path, _: ReadOptions) -> list[ImageObj]:
    """Read each section; the place of a volume's section in z is in its metadata."""
    import mrcfile

    with mrcfile.open(path, mode="r") as file:
        data, voxel, header = file.data.copy(), file.voxel_size, file.header
        start = [float(header[f"n{axis}start"]) for axis in "xyz"]
        is_volume = file.is_volume() or file.is_volume_stack()
        labels = [label.decode("latin-1").strip() for label in header.label[: int(header.nlabl)]]
    steps = [float(voxel[axis]) for axis in "xyz"]
    x, y = (_axis(name, *where) for name, *where in zip("xy", start, steps, strict=False))
    sections = data.reshape(-1, *data.shape[-2:])
    result = []
    for n, (section, part) in enumerate(zip(sections, frames(len(sections), "Z"), strict=True)):
        metadata: dict[str, Any] = {"labels": labels}
        if len(sections) > 1:
            metadata["frame"] = {"Z": n}
        if is_volume and steps[2] > 0:
            metadata |= {"z": (start[2] + n) * steps[2], "z_unit": _ANGSTROM}
        result.append(image(path, section, part=part, x=x, y=y, metadata=metadata))
    return result


def _axis(label: str, first: float, step: float) -> Axis:
    """Return an axis in ångström; of pixels where the voxel's size isn't said."""
    if step <= 0:
        return Axis(label=label, start=first)
    return Axis(label=label, unit=_ANGSTROM, start=first * step, step=step)


MRC = adapter(
    "MRC",
    (".mrc", ".mrcs", ".map", ".ccp4", ".st", ".rec", ".ali"),
    _recognises,
    _read,
    library="mrcfile",
    licence="BSD-3-Clause",
    keeps="size and place of a voxel in ångström, frames",
)
