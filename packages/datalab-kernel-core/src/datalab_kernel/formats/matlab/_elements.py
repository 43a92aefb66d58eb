"""The elements of a MATLAB file up to version 7.2: a tag (type, number of bytes), then the bytes.

Each must lie within what it is in; whatever doesn't is refused here, before anybody takes its
sizes for true.

References
----------
MathWorks, "MAT-File Format" (R2023a), chapter 1: level 5 MAT-files.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    Array = np.ndarray[Any, Any]

MATRIX, COMPRESSED = 14, 15
_NUMBERS = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
_DTYPES = {
    order: {kind: np.dtype(order + name) for kind, name in _NUMBERS.items()} for order in "<>"
}
"""The types of elements that are numbers."""
TEXTS = {16: "utf-8", 17: "utf-16", 18: "utf-32"}
_TAG_BYTES = 8
_SMALL_BYTES = 4
_LARGEST_FACTOR = 1100
"""More than zlib can compress by (1032), so a larger size is a wrong one."""
_STEP_BYTES = 1 << 16
_TAGS = {order: struct.Struct(f"{order}II") for order in "<>"}


class MatFileError(ValueError):
    """What is wrong with a file, as the rest of a sentence: ``"its variable 2 was cut off"``."""


class Element(NamedTuple):
    """A tag's type, the bytes behind it, and the order of the bytes in numbers (``<`` or ``>``)."""

    kind: int
    data: memoryview
    order: str

    def numbers(self) -> Array:
        """Read numbers; they lie in the file's own bytes.

        Raises
        ------
        MatFileError
            If its type isn't one of numbers, or the last isn't whole.
        """
        dtype = self._dtype()
        return np.frombuffer(self.data, dtype)

    def integers(self) -> list[int]:
        """Read a few integers.

        Raises
        ------
        MatFileError
            If they are none.
        """
        dtype = self._dtype()
        if dtype.kind not in "iu":
            raise MatFileError(f"sizes are of the type {dtype.name}")
        number = len(self.data) // dtype.itemsize
        return [*struct.unpack(f"{self.order}{number}{dtype.char}", self.data)]

    def _dtype(self) -> np.dtype[Any]:
        dtype = _DTYPES[self.order].get(self.kind)
        if dtype is None:
            raise MatFileError(f"numbers are of the unknown type {self.kind}")
        if len(self.data) % dtype.itemsize:
            raise MatFileError(f"{len(self.data)} bytes are no whole number of {dtype.name}")
        return dtype

    def name(self) -> str:
        """Read a name.

        Raises
        ------
        MatFileError
            If it is no text.
        """
        if self.kind not in {1, 2, 16}:
            raise MatFileError(f"a name is of the type {self.kind}")
        return bytes(self.data).decode("utf-8", "replace").rstrip("\0")


def elements_of(data: memoryview, order: str) -> Iterator[Element]:
    """Yield the elements that lie one behind the other in ``data``.

    Raises
    ------
    MatFileError
        If one isn't whole.
    """
    start, end = 0, len(data)
    while start < end:
        kind, size, place = _tag(data, start, order)
        first = start + place
        if first + size > end:
            raise MatFileError(f"{size:,} bytes are said where {end - first:,} are left")
        yield Element(kind, data[first : first + size], order)
        is_padded = kind != COMPRESSED
        start = first + size + (-(place + size) % _TAG_BYTES if is_padded else 0)


def _tag(data: memoryview | bytes, start: int, order: str) -> tuple[int, int, int]:
    """Return an element's type, its size, and where its bytes begin behind its start."""
    if len(data) - start < _TAG_BYTES:
        raise MatFileError("it was cut off within a tag")
    kind, size = _TAGS[order].unpack_from(data, start)
    if kind >> 16:  # a small element has size and type in one number, and its bytes behind them
        kind, size = kind & 0xFFFF, kind >> 16
        if size > _SMALL_BYTES:
            raise MatFileError(f"a small element has {size} bytes")
        return kind, size, _SMALL_BYTES
    return kind, size, _TAG_BYTES


def inflated(packed: Element) -> Element:
    """Return the element that a compressed one holds.

    Raises
    ------
    MatFileError
        If it is damaged, or not as long as it says.
    """
    stream = zlib.decompressobj()
    try:
        kind, size, place = _tag(
            stream.decompress(packed.data[:_STEP_BYTES], _TAG_BYTES), 0, packed.order
        )
        if size > len(packed.data) * _LARGEST_FACTOR or place != _TAG_BYTES:
            raise MatFileError(f"{size:,} bytes can't be in {len(packed.data):,} compressed ones")
        data = memoryview(bytearray(size))
        done = 0
        for part in _parts(stream, packed.data):
            used = min(len(part), size - done)  # what is behind it is padding
            data[done : done + used] = part[:used]
            done += used
    except zlib.error as error:
        raise MatFileError(f"its compressed bytes are damaged: {error}") from error
    if done < size or not stream.eof:
        raise MatFileError("its compressed bytes were cut off")
    return Element(kind, data, packed.order)


def _parts(stream: Any, data: memoryview) -> Iterator[bytes]:
    """Yield what a stream of zlib gives, of which the first step was given to it, in small parts."""
    yield stream.decompress(stream.unconsumed_tail)
    for start in range(_STEP_BYTES, len(data), _STEP_BYTES):
        yield stream.decompress(data[start : start + _STEP_BYTES])
