"""Checks of a file's global heaps, in which HDF5 keeps texts, before HDF5 reads them.

HDF5 1.14 never returns from a heap whose damaged free space claims to be of no size,
and nothing can interrupt it. Object headers in our files have checksums; heaps have
none. The layout is that of the HDF5 File Format Specification, III.E "Global Heap".
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

SIGNATURE = b"GCOL\x01\x00\x00\x00"
COLLECTION_HEADER = 16
OBJECT_HEADER = struct.Struct("<HHxxxxQ")


def check_heaps(file: BinaryIO, size: int, arrays: Iterable[tuple[int, int]]) -> None:
    """Check every global heap that lies outside of the arrays.

    Parameters
    ----------
    file, size
        The file, open to read, and how many bytes it has.
    arrays
        Offset and size in bytes of the arrays that needn't be searched.

    Raises
    ------
    ValueError
        If one is damaged; it says where.
    """
    for start, end in _between(arrays, size):
        file.seek(start)
        block = file.read(end - start)
        place = block.find(SIGNATURE)
        while place >= 0:
            _check_collection(block, place, start)
            place = block.find(SIGNATURE, place + len(SIGNATURE))


def _between(arrays: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Return the parts of a file that are not arrays."""
    start = 0
    for offset, length in sorted(arrays):
        if offset > start:
            yield start, offset
        start = max(start, offset + length)
    if start < size:
        yield start, size


def _check_collection(block: bytes, place: int, start: int) -> None:
    (length,) = struct.unpack_from("<Q", block, place + 8) if place + 16 <= len(block) else (0,)
    end = place + length
    position = place + COLLECTION_HEADER
    is_sound = length >= COLLECTION_HEADER and end <= len(block)
    while is_sound and position + OBJECT_HEADER.size <= end:
        index, _, content = OBJECT_HEADER.unpack_from(block, position)
        # the size of free space (index 0) includes its header, other sizes don't
        step = content if index == 0 else OBJECT_HEADER.size + (content + 7) // 8 * 8
        position += step
        is_sound = step >= OBJECT_HEADER.size and position <= end
    if not is_sound:
        message = f"the heap of texts at byte {start + place:,} is damaged"
        raise ValueError(message)
