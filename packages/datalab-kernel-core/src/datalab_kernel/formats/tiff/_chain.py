"""The chain of a TIFF file's directories: how many there are, how much they hold, whether it was cut off.

References
----------
Adobe, TIFF Revision 6.0 (1992), section 2; and the BigTIFF design of AWare Systems.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, TypeAlias

from datalab_kernel.formats._table import wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_WIDTH, _LENGTH, _BITS, _DESCRIPTION, _SAMPLES, _MICRO_MANAGER = 256, 257, 258, 270, 277, 51123
Entry: TypeAlias = tuple[int, int, int, bytes]
"""Of a directory: tag, type, count, and the value or where it is."""
_SIZES = {1: 1, 3: 2, 4: 4, 16: 8}
"""How many bytes a number takes, by its type: BYTE, SHORT, LONG, LONG8."""
_MOST_BITS = 128
_ONE_BIT = (_BITS, 3, 2, b"")  # of several: what isn't told is taken for the most


class Layout:
    """How numbers of a file are written: the order of bytes, and classic or of 64 bits (BigTIFF)."""

    def __init__(self, order: str, *, is_big: bool) -> None:
        self.order = order
        self.byteorder: Literal["little", "big"] = "little" if order == "<" else "big"
        self.first = 8 if is_big else 4
        """Where the offset of the first directory stands."""
        self.count = struct.Struct(f"{order}{'Q' if is_big else 'H'}")
        self.offset = struct.Struct(f"{order}{'Q' if is_big else 'I'}")
        self.entry = struct.Struct(f"{order}HH{'Q8s' if is_big else 'I4s'}")

    def number(self, kind: int, value: bytes) -> int:
        """Read the number that an entry's own bytes begin with."""
        return int.from_bytes(value[: _SIZES.get(kind)], self.byteorder)


TIFF_LAYOUTS = {
    b"II*\0": Layout("<", is_big=False),
    b"MM\0*": Layout(">", is_big=False),
    b"II+\0": Layout("<", is_big=True),
    b"MM\0+": Layout(">", is_big=True),
}
"""By the first bytes of a file."""
TIFF_MARKS = (*TIFF_LAYOUTS,)


def count_pages(path: Path, file: BinaryIO) -> int:
    """Count the pages of a TIFF file by following its chain of directories.

    Raises
    ------
    FileFormatError
        If a directory is beyond the file's end: it was cut off.
    """
    return sum(1 for _ in _directories(path, file, layout_of(path, file)))


def most_bytes(path: Path, file: BinaryIO) -> int | None:
    """Return how many bytes the pixels of a TIFF file take at the most, by its directories.

    None if its frames may be in other files too (OME, Micro-Manager): tifffile knows.

    Raises
    ------
    FileFormatError
        If it was cut off.
    """
    layout = layout_of(path, file)
    total = 0
    before = _Sizes(b"", (), 0)
    for place, entries in enumerate(_directories(path, file, layout)):
        if not before.are_of(entries):
            end = len(entries) - len(entries) % layout.entry.size
            found = {entry[0]: entry for entry in layout.entry.iter_unpack(entries[:end])}
            if _MICRO_MANAGER in found or (place == 0 and _is_xml(file, layout, found)):
                return None
            before = _sizes(entries, layout, found)
        total += before.frame_bytes
    return max(total, file.seek(0, 2))  # ImageJ's frames lie behind one directory


class _Sizes(NamedTuple):
    """How much a directory's frame holds, and the places among its entries that say so."""

    entries: bytes
    places: tuple[slice, ...]
    frame_bytes: int

    def are_of(self, entries: bytes) -> bool:
        """Say whether another directory says the same at the same places."""
        if len(entries) != len(self.entries) or not self.places:
            return False
        return all(entries[place] == self.entries[place] for place in self.places)


def _sizes(entries: bytes, layout: Layout, found: Mapping[int, Entry]) -> _Sizes:
    size = 1
    for tag in (_WIDTH, _LENGTH, _SAMPLES):
        if tag in found:
            _, kind, _, value = found[tag]
            size *= layout.number(kind, value)
    _, kind, count, value = found.get(_BITS, _ONE_BIT)
    bits = layout.number(kind, value) if count == 1 else _MOST_BITS
    tags, step = [*found], layout.entry.size
    is_told = {_WIDTH, _LENGTH, _BITS, _SAMPLES} <= found.keys() and len(entries) == len(
        tags
    ) * step
    starts = [tags.index(tag) * step for tag in (_WIDTH, _LENGTH, _BITS, _SAMPLES) if is_told]
    places = tuple(slice(start, start + step) for start in starts)
    return _Sizes(entries, places, size * -(-bits // 8))


def _is_xml(
    file: BinaryIO, layout: Layout, found: Mapping[int, tuple[int, int, int, bytes]]
) -> bool:
    """Say whether the description is XML, as OME's is; it may name other files."""
    if _DESCRIPTION not in found:
        return False
    file.seek(*layout.offset.unpack(found[_DESCRIPTION][3]))
    return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def layout_of(path: Path, file: BinaryIO) -> Layout:
    """Read how a file's numbers are written, from its beginning."""
    file.seek(0)
    found = TIFF_LAYOUTS.get(file.read(4))
    if found is None:
        raise wrong(path, "it doesn't begin as TIFF files do", hint="")
    return found


def _directories(path: Path, file: BinaryIO, layout: Layout) -> Iterator[bytes]:
    """Yield the entries of each directory."""
    size = file.seek(0, 2)
    count_form, offset_form, entry_bytes = layout.count, layout.offset, layout.entry.size
    head = count_form.size
    file.seek(layout.first)
    offset = _number(path, file.read(offset_form.size), 0, offset_form, 0)
    number, length = 0, 0  # most directories are as long as the one before, and read at once
    while offset:
        if offset >= size or number * entry_bytes > size:  # the latter: a chain in a circle
            raise wrong(path, f"it was cut off: frame {number + 1} is beyond its end", hint="")
        file.seek(offset)
        number += 1
        data = file.read(head + length + offset_form.size)
        count = _number(path, data, 0, count_form, number)
        if count * entry_bytes != length:
            length = min(count * entry_bytes, size)
            file.seek(offset)
            data = file.read(head + length + offset_form.size)
        offset = _number(path, data, head + count * entry_bytes, offset_form, number)
        yield data[head : head + length]


def _number(path: Path, data: bytes, start: int, form: struct.Struct, frame: int) -> int:
    if len(data) < start + form.size:
        raise wrong(path, f"it was cut off within frame {frame}", hint="")
    (value,) = form.unpack_from(data, start)
    return int(value)
