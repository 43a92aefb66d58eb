"""A file of one uncompressed grey frame, read without tifffile, which takes three times as long.

It takes a file only if nothing in it could mean more than its pixels and their resolution: one
directory with none but known tags, grey values of 8 to 64 bits in strips one behind the other, no
description but tifffile's shape. tifffile reads the others, and those that were cut off.

References
----------
Adobe, TIFF Revision 6.0 (1992), sections 2 to 8 and 19.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from datalab_kernel.formats._images import Calibration, drawn_reversed
from datalab_kernel.formats.tiff._calibration import RESOLUTION, of_resolution
from datalab_kernel.formats.tiff._chain import Entry, layout_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.formats.tiff._chain import Layout

Array = np.ndarray[Any, Any]
Entries = dict[int, Entry]

_SUBFILE, _WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_DESCRIPTION, _OFFSETS, _SAMPLES, _ROWS, _COUNTS = 270, 273, 277, 278, 279
_SOFTWARE, _PREDICTOR, _FORMAT = 305, 317, 339
_RESOLUTION = dict(zip((296, 282, 283, 286, 287), RESOLUTION, strict=True))
_REQUIRED = {_WIDTH, _LENGTH, _BITS, _OFFSETS, _COUNTS}
_ONLY = {_SUBFILE: 0, _COMPRESSION: 1, _SAMPLES: 1, _PREDICTOR: 1}
_WITHOUT_MEANING = {271, 272, 274, 280, 281, 284, 297, 306, 315, 316, 33432}
"""Maker, model, orientation (tifffile doesn't turn images either), extremes, plane, page, date, people."""
_KNOWN = {
    *(_REQUIRED | _ONLY.keys() | _RESOLUTION.keys() | _WITHOUT_MEANING),
    *(_PHOTOMETRIC, _DESCRIPTION, _ROWS, _SOFTWARE, _FORMAT),
}
_WHITE_IS_ZERO, _BLACK_IS_ZERO = 0, 1
_TEXT, _SHORT, _LONG, _RATIONAL, _LONG8 = 2, 3, 4, 5, 16
_INTEGERS = {_SHORT: "H", _LONG: "I", _LONG8: "Q"}
_KINDS = {1: "u", 2: "i", 3: "f"}  # of the tag SampleFormat
_TYPES = {f"{kind}{size}" for kind in "ui" for size in (1, 2, 4, 8)} | {"f2", "f4", "f8"}
_PROGRAMS = (b"SI.", b"PerkinElmer")
"""Beginnings of the tag Software of files whose frames tifffile arranges by it."""
_BIG_FIRST = 8
_BLOCK_BYTES = 1 << 18  # what a processor's cache holds
_MOST_ENTRIES, _MOST_STRIPS, _MOST_TEXT = 64, 1 << 16, 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleFrame:
    """Where in a file the frame of shape ``(ny, nx)`` is, and what its pixels measure."""

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    offset: int
    calibration: Calibration

    def read(self, file: BinaryIO) -> Array:
        """Read the values, in the machine's order of bytes."""
        values = np.empty(self.shape, self.dtype)
        file.seek(self.offset)
        if file.readinto(values.reshape(-1).view(np.uint8)) != values.nbytes:  # type: ignore[attr-defined]
            raise OSError("the file became shorter while it was read")
        return values if self.dtype.isnative else values.astype(self.dtype.newbyteorder("="))

    def holds(self, file: BinaryIO, values: Array) -> bool:
        """Say whether the file has these values, bit by bit; a block at a time is read and compared."""
        is_alike = values.shape == self.shape and values.dtype == self.dtype
        if not is_alike or not values.flags.c_contiguous:
            return False
        wanted = values.reshape(-1).view(np.uint8).data
        block = bytearray(min(_BLOCK_BYTES, len(wanted)))
        file.seek(self.offset)
        for start in range(0, len(wanted), _BLOCK_BYTES):
            part = wanted[start : start + _BLOCK_BYTES]
            if len(part) < len(block):
                del block[len(part) :]
            # bytearray compares with C's memcmp, which a memoryview on the left doesn't
            if file.readinto(block) != len(block) or block != part:  # type: ignore[attr-defined]
                return False
        return True


class _OtherKindError(Exception):
    """The file holds something that only tifffile knows, or is cut off."""


def single_frame(path: Path, file: BinaryIO) -> SingleFrame | None:
    """Find a file's only frame, which is whole; None if tifffile has to read the file."""
    try:
        return _Directory(file, layout_of(path, file)).frame()
    except (_OtherKindError, OSError, OverflowError, struct.error):
        return None  # tifffile says what is wrong


class _Directory:
    """The only directory of a file."""

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self.file = file
        self.layout = layout
        self.entries = _entries(file, layout)
        if not self.entries.keys() >= _REQUIRED or not self.entries.keys() <= _KNOWN:
            raise _OtherKindError
        if any(self.number(tag, value) != value for tag, value in _ONLY.items()):
            raise _OtherKindError

    def frame(self) -> SingleFrame:
        """Find the pixels, with what their resolution says."""
        shape = self.number(_LENGTH), self.number(_WIDTH)
        kind, bits = _KINDS.get(self.number(_FORMAT, 1)), self.number(_BITS)
        name = f"{kind}{bits // 8}"
        if bits % 8 or name not in _TYPES or 0 in shape:
            raise _OtherKindError
        self._check_texts(shape)
        photometric = self.number(_PHOTOMETRIC, -1)
        if photometric not in {_WHITE_IS_ZERO, _BLACK_IS_ZERO}:
            raise _OtherKindError
        calibration = of_resolution(self._resolution())
        if photometric == _WHITE_IS_ZERO:
            calibration = drawn_reversed(calibration, "WhiteIsZero")
        dtype = np.dtype(f"{self.layout.order}{name}")
        offset = self._start(shape, dtype.itemsize)
        if offset + prod(shape) * dtype.itemsize > self.file.seek(0, 2):
            raise _OtherKindError
        return SingleFrame(shape=shape, dtype=dtype, offset=offset, calibration=calibration)

    def number(self, tag: int, default: int | None = None) -> int:
        """Return an integer that a tag holds, or what it is where it isn't there."""
        if tag not in self.entries and default is not None:
            return default
        (value,) = self._integers(tag, 1)
        return value

    def _integers(self, tag: int, most: int) -> Sequence[int]:
        _, kind, count, inline = self.entries[tag]
        if kind not in _INTEGERS or not 0 < count <= most:
            raise _OtherKindError
        form = struct.Struct(f"{self.layout.order}{count}{_INTEGERS[kind]}")
        return form.unpack(self._bytes(form.size, inline))

    def _bytes(self, size: int, inline: bytes) -> bytes:
        """Return what an entry holds, itself or elsewhere in the file."""
        if size <= len(inline):
            return inline[:size]
        self.file.seek(*self.layout.offset.unpack(inline))
        return self.file.read(size)

    def _start(self, shape: tuple[int, int], item_bytes: int) -> int:
        """Return where the pixels begin; their strips must follow one another without a gap."""
        length, width = shape
        rows = min(self.number(_ROWS, length), length)
        offsets = self._integers(_OFFSETS, _MOST_STRIPS)
        counts = self._integers(_COUNTS, _MOST_STRIPS)
        if rows == 0 or len(offsets) != -(-length // rows) or len(counts) != len(offsets):
            raise _OtherKindError
        line = width * item_bytes
        sizes = [rows * line] * (len(offsets) - 1)
        sizes.append(length * line - sum(sizes))
        ends = map(sum, zip(offsets, counts, strict=True))
        if [*counts] != sizes or any(a != b for a, b in zip(ends, offsets[1:], strict=False)):
            raise _OtherKindError
        return offsets[0]

    def _check_texts(self, shape: tuple[int, int]) -> None:
        """Take a description only if it is tifffile's own for a single frame, any software but some."""
        if self._text(_DESCRIPTION) not in {b"", b'{"shape": [%d, %d]}' % shape}:
            raise _OtherKindError
        if self._text(_SOFTWARE).startswith(_PROGRAMS):
            raise _OtherKindError

    def _text(self, tag: int) -> bytes:
        if tag not in self.entries:
            return b""
        _, kind, count, inline = self.entries[tag]
        if kind != _TEXT or count > _MOST_TEXT:
            raise _OtherKindError
        return self._bytes(count, inline).rstrip(b"\0")

    def _resolution(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for tag, name in _RESOLUTION.items():
            if tag not in self.entries:
                continue
            _, kind, count, inline = self.entries[tag]
            if name == "ResolutionUnit":
                found[name] = self.number(tag)
            elif kind == _RATIONAL and count == 1:
                found[name] = struct.unpack(f"{self.layout.order}II", self._bytes(8, inline))
            else:
                raise _OtherKindError
        return found


def _entries(file: BinaryIO, layout: Layout) -> Entries:
    """Read the entries of a file's only directory: type, count and the bytes of each tag."""
    file.seek(4)
    if layout.first == _BIG_FIRST and struct.unpack(f"{layout.order}HH", file.read(4)) != (8, 0):
        raise _OtherKindError
    (offset,) = layout.offset.unpack(file.read(layout.offset.size))
    file.seek(offset)
    (number,) = layout.count.unpack(file.read(layout.count.size))
    if not 0 < number <= _MOST_ENTRIES:
        raise _OtherKindError
    entry = layout.entry
    data = file.read(number * entry.size + layout.offset.size)
    (following,) = layout.offset.unpack(data[number * entry.size :])
    found = {one[0]: one for one in entry.iter_unpack(data[: number * entry.size])}
    if following or len(found) != number:
        raise _OtherKindError
    return found
