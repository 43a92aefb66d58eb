"""The chain of a TIFF file's directories: how many there are, how much they hold, whether it was cut off.

References
----------
Adobe, TIFF Revision 6.0 (1992), section 2; and the BigTIFF design of AWare Systems.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from datalab_kernel.formats._table import wrong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BIG = 43  # the version number of BigTIFF, whose offsets are of 64 bits
_WIDTH, _LENGTH, _BITS, _DESCRIPTION, _SAMPLES, _MICRO_MANAGER = 256, 257, 258, 270, 277, 51123
_SIZES = {1: 1, 3: 2, 4: 4, 16: 8}
"""How many bytes a number takes, by its type: BYTE, SHORT, LONG, LONG8."""
_MOST_BITS = 128


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers of a file are written: the order of bytes, and classic or big."""

    order: str
    is_big: bool

    @property
    def entry(self) -> struct.Struct:
        return struct.Struct(f"{self.order}HH{'Q8s' if self.is_big else 'I4s'}")

    @property
    def count(self) -> struct.Struct:
        return struct.Struct(f"{self.order}{'Q' if self.is_big else 'H'}")

    @property
    def offset(self) -> struct.Struct:
        return struct.Struct(f"{self.order}{'Q' if self.is_big else 'I'}")

    def number(self, kind: int, value: bytes) -> int:
        """Read the number that an entry's own bytes begin with."""
        size = _SIZES.get(kind, len(value))
        return int.from_bytes(value[:size], "little" if self.order == "<" else "big")


def count_pages(path: Path, file: BinaryIO) -> int:
    """Count the pages of a TIFF file by following its chain of directories.

    Raises
    ------
    FileFormatError
        If a directory is beyond the file's end: it was cut off.
    """
    return sum(1 for _ in _directories(path, file, _layout(path, file)))


def most_bytes(path: Path, file: BinaryIO) -> int | None:
    """Return how many bytes the pixels of a TIFF file take at the most, by its directories.

    None if its frames may be in other files too (OME, Micro-Manager): tifffile knows.

    Raises
    ------
    FileFormatError
        If it was cut off.
    """
    layout = _layout(path, file)
    total = 0
    for place, entries in enumerate(_directories(path, file, layout)):
        end = len(entries) - len(entries) % layout.entry.size
        found = {tag: rest for tag, *rest in layout.entry.iter_unpack(entries[:end])}
        if _MICRO_MANAGER in found or (place == 0 and _is_xml(file, layout, found)):
            return None
        sizes = [
            layout.number(found[tag][0], found[tag][2]) if tag in found else 1
            for tag in (_WIDTH, _LENGTH, _SAMPLES)
        ]
        kind, count, value = found.get(_BITS, (3, 2, b""))
        bits = layout.number(kind, value) if count == 1 else _MOST_BITS
        total += sizes[0] * sizes[1] * sizes[2] * -(-bits // 8)
    return max(total, file.seek(0, 2))  # ImageJ's frames lie behind one directory


def _is_xml(file: BinaryIO, layout: _Layout, found: dict[int, list[Any]]) -> bool:
    """Say whether the description is XML, as OME's is; it may name other files."""
    if _DESCRIPTION not in found:
        return False
    value = found[_DESCRIPTION][2]
    (offset,) = layout.offset.unpack(value)
    file.seek(offset)
    return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _layout(path: Path, file: BinaryIO) -> _Layout:
    file.seek(0)
    order = "<" if file.read(2) == b"II" else ">"
    return _Layout(order, _number(path, file.read(2), struct.Struct(f"{order}H"), 0) == _BIG)


def _directories(path: Path, file: BinaryIO, layout: _Layout) -> Iterator[bytes]:
    """Yield the entries of each directory."""
    size = file.seek(0, 2)
    count_form, offset_form, entry_bytes = layout.count, layout.offset, layout.entry.size
    file.seek(8 if layout.is_big else 4)
    number = 0
    while offset := _number(path, file.read(offset_form.size), offset_form, number):
        if offset >= size or number * entry_bytes > size:  # the latter: a chain in a circle
            raise wrong(path, f"it was cut off: frame {number + 1} is beyond its end", hint="")
        file.seek(offset)
        number += 1
        count = _number(path, file.read(count_form.size), count_form, number)
        following = offset + count_form.size + count * entry_bytes
        yield file.read(min(count * entry_bytes, size))
        file.seek(following)


def _number(path: Path, data: bytes, form: struct.Struct, frame: int) -> int:
    if len(data) < form.size:
        raise wrong(path, f"it was cut off within frame {frame}", hint="")
    (value,) = form.unpack(data)
    return int(value)
