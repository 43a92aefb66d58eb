"""Checks of a file's global heaps, in which HDF5 keeps texts, before HDF5 reads them.

HDF5 1.14 never returns from a heap whose damaged free space claims to be of no size,
and nothing can interrupt it. Object headers in our files have checksums; heaps have
none. The layout is that of the HDF5 File Format Specification, III.E "Global Heap".
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

SIGNATURE = b"GCOL\x01\x00\x00\x00"
COLLECTION_HEADER = 16
OBJECT_HEADER = 16
"""Of an object in a collection: index and references (2 bytes each), 4 unused, size."""
WORD, INDEX = 8, 0xFFFF


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
    for start, end in between(arrays, size):
        file.seek(start)
        block = file.read(end - start)
        place = block.find(SIGNATURE)
        while place >= 0:
            _check_collection(block, place, start)
            place = block.find(SIGNATURE, place + len(SIGNATURE))


def check_heap(block: bytes, start: int) -> None:
    """Check what HDF5 is about to take, if it is a heap: all of it, or first its header alone.

    Parameters
    ----------
    block
        The bytes that were read.
    start
        Where in the file they begin.

    Raises
    ------
    ValueError
        If it is damaged; it says where.
    """
    if not block.startswith(SIGNATURE) or len(block) < COLLECTION_HEADER:
        return
    (length,) = struct.unpack_from("<Q", block, len(SIGNATURE))
    if length <= len(block):  # else HDF5 has only looked how long it is, and reads it again
        _check_collection(block, 0, start)


def between(arrays: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
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
    is_sound = COLLECTION_HEADER <= length <= len(block) - place
    if not (is_sound and _are_sound(struct.unpack_from(f"<{length // WORD}Q", block, place))):
        message = f"the heap of texts at byte {start + place:,} is damaged"
        raise ValueError(message)


def _are_sound(words: Sequence[int]) -> bool:
    """Say whether the objects of a collection follow one another to its end."""
    end = len(words)
    position = COLLECTION_HEADER // WORD
    while position + OBJECT_HEADER // WORD <= end:
        size = words[position + 1]
        # the size of free space (index 0) includes its header, other sizes don't
        if words[position] & INDEX:
            step = OBJECT_HEADER // WORD + (size + WORD - 1) // WORD
        else:
            step = 0 if size % WORD else size // WORD
        position += step
        if step < OBJECT_HEADER // WORD or position > end:
            return False
    return True
