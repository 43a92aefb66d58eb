"""Igor Pro's binary waves (.ibw): a signal, an image, or the layers of one.

Read here, after the published layout: igor2 0.5.15 reads some damaged files without an end.
A dimension's scale is ``sfA * index + sfB``; Igor draws the first dimension along x.

References
----------
WaveMetrics, Technical Note 003, "Igor Binary Format": BinHeader2, 3 and 5, WaveHeader2 and 5.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._hdf5_plot import Plot, Values
from datalab_kernel_formats._plot_objects import objects_of_plot

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject

_LETTERS = "xyzt"
_MARKS = tuple(bytes(pair) for n in (2, 3, 5) for pair in ((n, 0), (0, n)))
_HEADER_BYTES = {2: 16, 3: 20, 5: 64}
_PADDING = {2: 16, 3: 16, 5: 0}
"""Bytes behind the data of the older versions, which mean nothing."""
_COMPLEX, _UNSIGNED = 1, 0x40
_NUMBERS = {2: "f4", 4: "f8", 8: "i1", 0x10: "i2", 0x20: "i4", 0x80: "i8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What is said of a wave: its values' dtype, its shape, and the scale and unit of each dimension."""

    dtype: np.dtype[Any]
    shape: list[int]
    name: str
    unit: str
    scales: list[tuple[float, float, str]]
    data_at: int
    note_at: int
    note_bytes: int


def _read(path: Path, _: ReadOptions) -> list[DataObject]:
    content = path.read_bytes()
    order = "<" if content[0] else ">"
    (version,) = struct.unpack_from(f"{order}h", content)
    try:
        header = (_version_5 if version == 5 else _version_2)(content, order, version)  # noqa: PLR2004
    except struct.error as error:
        raise RefusedError("it was cut off within its header") from error
    count = math.prod(header.shape)
    there = (len(content) - header.data_at) // header.dtype.itemsize
    if count <= 0 or min(header.shape) < 0 or count > there:
        raise RefusedError(f"it was cut off: {there} of {count} points are there")
    data = np.frombuffer(content, header.dtype, count, offset=header.data_at)
    values = data.reshape(header.shape, order="F")
    axes = [
        Values(values=start + np.arange(points) * step, label=letter, unit=unit)
        for letter, points, (step, start, unit) in zip(
            _LETTERS, header.shape, header.scales, strict=False
        )
    ]
    # Igor has x first and layers last; images here have layers, y, x
    places = [*range(2, values.ndim), *([1] if values.ndim > 1 else []), 0]
    note_at = header.note_at + count * header.dtype.itemsize
    plot = Plot(
        name=header.name,
        data=Values(values=values.transpose(places), label=header.name, unit=header.unit),
        axes=tuple(axes[n] for n in places),
        metadata={"note": _text(content[note_at : note_at + header.note_bytes])},
    )
    return objects_of_plot(path, plot)


def _version_2(content: bytes, order: str, version: int) -> _Header:
    """Read the headers of versions 2 and 3: one dimension, and the scale of x."""
    begin = _HEADER_BYTES[version]
    (note_bytes,) = struct.unpack_from(f"{order}i", content, 6)
    formula_bytes = struct.unpack_from(f"{order}i", content, 10)[0] if version == 3 else 0  # noqa: PLR2004
    (kind,) = struct.unpack_from(f"{order}h", content, begin)
    name, unit, xunit = (
        _text(content[begin + at : begin + at + size]) for at, size in ((6, 20), (34, 4), (38, 4))
    )
    (points,) = struct.unpack_from(f"{order}i", content, begin + 42)
    step, start = struct.unpack_from(f"{order}2d", content, begin + 48)
    data_at = begin + 110
    return _Header(
        dtype=_dtype(kind, order), shape=[points], name=name, unit=unit,
        scales=[(step, start, xunit)], data_at=data_at,
        note_at=data_at + _PADDING[version] + formula_bytes, note_bytes=note_bytes,
    )  # fmt: skip


def _version_5(content: bytes, order: str, version: int) -> _Header:
    """Read the headers of version 5: up to four dimensions, each with its scale and unit."""
    begin = _HEADER_BYTES[version]
    formula_bytes, note_bytes = struct.unpack_from(f"{order}2i", content, 8)
    (kind,) = struct.unpack_from(f"{order}h", content, begin + 16)
    counts = struct.unpack_from(f"{order}4i", content, begin + 68)
    steps = struct.unpack_from(f"{order}4d", content, begin + 84)
    starts = struct.unpack_from(f"{order}4d", content, begin + 116)
    units = [_text(content[at : at + 4]) for at in range(begin + 152, begin + 168, 4)]
    data_at = begin + 320
    return _Header(
        dtype=_dtype(kind, order), shape=[count for count in counts if count],
        name=_text(content[begin + 28 : begin + 60]), unit=_text(content[begin + 148 : begin + 152]),
        scales=[*zip(steps, starts, units, strict=True)],
        data_at=data_at, note_at=data_at + formula_bytes, note_bytes=note_bytes,
    )  # fmt: skip


def _dtype(kind: int, order: str) -> np.dtype[Any]:
    base = _NUMBERS.get(kind & ~(_COMPLEX | _UNSIGNED))
    if base is None:
        raise RefusedError("it is a wave of texts, or of an unknown type")
    if kind & _COMPLEX and base[0] == "f":
        base = f"c{2 * int(base[1])}"
    elif kind & _COMPLEX:
        raise RefusedError("it is a wave of complex whole numbers")
    elif kind & _UNSIGNED:
        base = base.replace("i", "u")
    return np.dtype(order + base)


def _text(content: bytes) -> str:
    return content.split(b"\0")[0].decode("latin-1").strip()


IBW = adapter(
    "Igor binary wave",
    (".ibw",),
    lambda head, path: path.suffix.lower() == ".ibw" and head.startswith(_MARKS),
    _read,
    keeps="scales and units of each dimension, note; not run on a real file",
)
