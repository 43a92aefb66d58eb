"""PNG, JPEG, BMP and JPEG 2000: one image, of colours their luminance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._colours import COLOURS, chosen
from datalab_kernel.formats._images import Calibration, image_of
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._samples import Pixels, samples_of
from datalab_kernel.formats._table import wrong
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats._colours import Array
    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject

_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\0\0\0\x0cjP  \r\n\x87\n")
_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".jp2")
_FORMATS = ("PNG", "JPEG", "BMP", "JPEG2000")
_MODES = {"1", "L", "LA", "RGB", "RGBA", "I", "I;16", "I;16B", "F"}  # PIL's; others are converted
_DEEP_PNG = (b"\x10\x02", b"\x10\x06")  # 16 bits, colours without or with opacity: IHDR's end
_SHALLOW = Note("Colours of 16 bits were read as 8 bits.", "Save the picture as TIFF to keep them.")
_CHANNELS = {2: ("grey", "alpha"), 3: COLOURS, 4: (*COLOURS, "alpha")}


def _recognises(head: bytes, path: Path) -> bool:
    return head.startswith(_MARKS) or path.suffix.lower() in _SUFFIXES


def _read_picture(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read a picture; of colours, the luminance or one channel."""
    values, notes = _decoded(path)
    channels = _CHANNELS.get(values.shape[2], ()) if values.ndim == 3 else ()  # noqa: PLR2004
    if options.channel is not None and not channels:
        chosen(path, options.channel, channels)  # which says that there is none
    pixels = Pixels(channels=channels, is_colour=len(channels) >= len(COLOURS), notes=notes)
    return [
        image_of(
            path,
            f"{path.stem} {sample.name}".rstrip(),
            sample.values,
            Calibration(notes=[*pixels.notes, *sample.notes]),
        )
        for sample in samples_of(path, values, pixels, options.channel)
    ]


def _decoded(path: Path) -> tuple[Array, list[Note]]:
    """Return a picture's values of shape ``(ny, nx)`` or ``(ny, nx, samples)``."""
    from PIL import Image

    with path.open("rb") as stream:
        has_deep_colours = stream.read(26)[24:] in _DEEP_PNG
        stream.seek(0)
        try:
            with Image.open(stream, formats=_FORMATS) as picture:
                colours = "RGBA" if picture.has_transparency_data else "RGB"
                is_known = _MODES.issuperset([picture.mode])
                values = np.array(picture if is_known else picture.convert(colours))
        except Image.DecompressionBombError as error:
            raise wrong(path, f"it is larger than PIL reads ({error})", hint="") from error
    is_shallow = has_deep_colours and values.dtype == np.uint8
    return values, [_SHALLOW] if is_shallow else []


PICTURE = Reader(
    name="picture",
    suffixes=_SUFFIXES,
    recognises=_recognises,
    read=_read_picture,
    keeps="luminance of colours, which is noted, or one colour",
)
