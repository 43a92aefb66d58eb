"""The frames of a series of TIFF pages, each an array of its own, read without holding them twice."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from datalab_kernel.formats._table import wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import tifffile

Array = np.ndarray[Any, Any]
_BATCH_BYTES = 32 << 20
_ONE_FRAME = frozenset("YXS")


class Frame(NamedTuple):
    """One frame: its place on each of the series' other axes, counted from 0, and its values.

    ``values`` is of shape ``(ny, nx)``, or ``(ny, nx, samples)`` where pixels have several.
    """

    place: dict[str, int]
    values: Array


def axes_of(series: tifffile.TiffPageSeries) -> dict[str, int]:
    """Return how long each axis is that frames are counted by; what has no name is ``I``."""
    names = zip(series.axes, series.shape, strict=True)
    return {_name(axis): int(size) for axis, size in names if axis not in _ONE_FRAME}


def _name(axis: str) -> str:
    return "I" if axis == "Q" else axis


def count_frames(series: tifffile.TiffPageSeries) -> int:
    """Count the frames of a series; samples of a pixel are of one frame."""
    return prod(axes_of(series).values())


def frames_of(path: Path, file: tifffile.TiffFile, index: int) -> Iterator[Frame]:
    """Read the frames of one of a file's series.

    Raises
    ------
    FileFormatError
        If the file ends before they do, or one isn't in it.
    """
    series = file.series[index]
    start = min(series.axes.index(axis) for axis in "YX")
    if "S" in series.axes:
        start = min(start, series.axes.index("S"))
    tail = series.axes[start:]
    if not _ONE_FRAME.issuperset(tail):
        arrays: Iterator[Array] = _whole(series)
    elif series.dataoffset is not None:
        arrays = _contiguous(path, file, series, series.shape[start:])
    else:
        arrays = _decoded(path, file, index, series.shape[start:])
    sizes = axes_of(series)
    places = np.ndindex(*sizes.values())
    order = [tail.index(axis) for axis in ("Y", "X", "S") if axis in tail]
    for place, array in zip(places, arrays, strict=True):
        is_moved = _ONE_FRAME.issuperset(tail) and order != sorted(order)
        values = array.transpose(order) if is_moved else array
        yield Frame(dict(zip(sizes, place, strict=True)), values)


def _contiguous(
    path: Path, file: tifffile.TiffFile, series: tifffile.TiffPageSeries, shape: Sequence[int]
) -> Iterator[Array]:
    """Read frames that lie one behind the other as they are in memory."""
    dtype = np.dtype(series.dtype).newbyteorder(file.byteorder)
    handle: Any = series.keyframe.parent.filehandle
    size = prod(shape) * dtype.itemsize
    handle.seek(series.dataoffset)
    for number in range(prod(series.shape) // prod(shape) if size else 0):
        values = np.empty(shape, dtype)
        if handle.readinto(values.reshape(-1).view(np.uint8)) != size:
            raise wrong(path, f"it was cut off within frame {number + 1}", hint="")
        yield values if dtype.isnative else values.astype(dtype.newbyteorder("="))


def _decoded(
    path: Path, file: tifffile.TiffFile, index: int, shape: Sequence[int]
) -> Iterator[Array]:
    """Decode frames, some at a time: tifffile does so in several threads."""
    series = file.series[index]
    if series.keyframe.size != prod(shape):
        yield from _whole_in_order(series, shape)
        return
    pages = series.pages
    step = max(1, _BATCH_BYTES // max(1, series.keyframe.nbytes))
    for start in range(0, len(pages), step):
        batch = range(start, min(start + step, len(pages)))
        for number in batch:
            if pages[number] is None:
                reason = f"frame {number + 1} of {len(pages)} isn't in it, nor in a file beside it"
                raise wrong(path, reason, hint="")
        stack = file.asarray(key=batch, series=index)
        for values in stack.reshape(len(batch), *shape):
            yield values.copy()


def _whole_in_order(series: tifffile.TiffPageSeries, shape: Sequence[int]) -> Iterator[Array]:
    for values in series.asarray().reshape(-1, *shape):
        yield values.copy()


def _whole(series: tifffile.TiffPageSeries) -> Iterator[Array]:
    """Read a series whose frames aren't in one piece, such as one with the axes YXZ."""
    last = [axis for axis in ("Y", "X", "S") if axis in series.axes]
    array = np.moveaxis(
        series.asarray(), [series.axes.index(axis) for axis in last], range(-len(last), 0)
    )
    for values in array.reshape(-1, *array.shape[-len(last) :]):
        yield values.copy()
