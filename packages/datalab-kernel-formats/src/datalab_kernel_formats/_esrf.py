"""ESRF's EDF files (European Data Format of synchrotrons): each frame an image.

Read by fabio (MIT). The suffix is also that of EDF+ recordings, which begin with a digit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, frames, image

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import ImageObj

_BEGIN = re.compile(
    rb"\s*\{[^}]{0,4000}?\b(EDF_DataFormatVersion|HeaderID|ByteOrder|DataType)\b\s*=", re.DOTALL
)


def _recognises(head: bytes, _: Path) -> bool:
    return _BEGIN.match(head[:8192]) is not None


def _read(path: Path, _: ReadOptions) -> list[ImageObj]:
    """Read each frame; the size of a pixel is the header's ``PSize_1``, ``PSize_2``, in metres."""
    from fabio.edfimage import EdfImage

    with EdfImage().read(str(path)) as file:
        if file.incomplete_file:
            raise RefusedError("it was cut off")
        count = file.nframes
        result = []
        for n, part in enumerate(frames(count)):
            frame = file.get_frame(n)
            if frame.incomplete_data:
                raise RefusedError(f"it was cut off within frame {n}")
            header = {key: _number(value) for key, value in frame.header.items()}
            metadata = {**header, **({"frame": {"T": n}} if count > 1 else {})}
            planes = frame.data.reshape(-1, *frame.data.shape[-2:])
            for plane, text in zip(planes, frames(len(planes), "Z"), strict=True):
                axes = {
                    name: _axis(name, header.get(f"PSize_{k}")) for k, name in ((1, "x"), (2, "y"))
                }
                result.append(
                    image(path, plane, part=f"{part} {text}".strip(), **axes, metadata=metadata)
                )
    return result


def _axis(label: str, size: Any) -> Axis:
    is_known = isinstance(size, int | float) and size > 0
    return Axis(label=label, unit="m", step=float(size)) if is_known else Axis(label=label)


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


ESRF_EDF = adapter(
    "ESRF EDF",
    (".edf",),
    _recognises,
    _read,
    library="fabio",
    licence="MIT",
    keeps="size of a pixel, header, frames",
)
