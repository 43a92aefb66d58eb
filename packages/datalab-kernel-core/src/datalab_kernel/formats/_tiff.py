"""TIFF files, of which each frame becomes an image."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._arrays import Array, images_of
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._table import wrong

if TYPE_CHECKING:
    from pathlib import Path

    import tifffile

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject

_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_COLOURS = 3
_BIG = 43  # the version number of BigTIFF, whose offsets are of 64 bits


def _recognises(head: bytes, path: Path) -> bool:
    return head.startswith(_MARKS) and path.suffix.lower() in {"", ".tif", ".tiff"}


def _read_frames(path: Path, _: ReadOptions) -> list[DataObject]:
    """Read every frame of a TIFF file; of a pyramid, its full size.

    Raises
    ------
    FileFormatError
        If the file ends before its frames do (tifffile gives those that it finds).
    """
    import tifffile

    pages = count_pages(path)
    with tifffile.TiffFile(path) as file:
        planes = [plane for series in file.series for plane in _planes(series)]
        smaller = sum(len(level.pages) for series in file.series for level in series.levels[1:])
    if len(planes) < pages - smaller:
        raise wrong(path, f"{len(planes)} frames were read of {pages - smaller}", hint="")
    return images_of(path, planes, path.stem)


def count_pages(path: Path) -> int:
    """Count the pages of a TIFF file by following its chain of directories.

    Raises
    ------
    FileFormatError
        If a directory is beyond the file's end: it was cut off.

    References
    ----------
    Adobe, TIFF Revision 6.0 (1992), section 2; and the BigTIFF design of AWare Systems.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        order = "<" if file.read(2) == b"II" else ">"
        (version,) = struct.unpack(f"{order}H", file.read(2))
        count_format, entry_bytes, next_format = (
            ("Q", 20, "Q") if version == _BIG else ("H", 12, "I")
        )
        file.seek(8 if version == _BIG else 4)
        number = 0
        while offset := _read(path, file.read(8), f"{order}{next_format}", number):
            if offset >= size or number * entry_bytes > size:  # the latter: a chain in a circle
                raise wrong(path, f"it was cut off: frame {number + 1} is beyond its end", hint="")
            file.seek(offset)
            number += 1
            entries = _read(path, file.read(8), f"{order}{count_format}", number)
            file.seek(offset + struct.calcsize(count_format) + entries * entry_bytes)
    return number


def _read(path: Path, data: bytes, form: str, frame: int) -> int:
    length = struct.calcsize(form)
    if len(data) < length:
        raise wrong(path, f"it was cut off within frame {frame}", hint="")
    (value,) = struct.unpack(form, data[:length])
    return int(value)


def _planes(series: tifffile.TiffPageSeries) -> list[Array]:
    """Return a series' frames of shape ``(ny, nx)``; colours become grey."""
    array, axes = series.asarray(), series.axes
    if "S" in axes:
        array = grey(np.moveaxis(array, axes.index("S"), -1))
        axes = axes.replace("S", "")
    array = np.moveaxis(array, [axes.index("Y"), axes.index("X")], [-2, -1])
    return [*array.reshape(-1, *array.shape[-2:])]


def grey(array: Array) -> Array:
    """Take the mean of red, green and blue in the type that they are of, as Sigima does.

    Parameters
    ----------
    array
        Of shape ``(…, samples)``: grey and alpha, or red, green, blue (and alpha).
    """
    if array.shape[-1] < _COLOURS:
        first: Array = array[..., 0]
        return first
    mean = array[..., :_COLOURS].mean(axis=-1)
    mean = np.round(mean) if array.dtype.kind in "iu" else mean
    result: Array = mean.astype(array.dtype)
    return result


TIFF = Reader(name="TIFF", suffixes=(".tif", ".tiff"), recognises=_recognises, read=_read_frames)
