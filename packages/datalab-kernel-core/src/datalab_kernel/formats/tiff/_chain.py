"""The chain of a TIFF file's directories: how many there are, and whether it was cut off."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from datalab_kernel.formats._table import wrong

if TYPE_CHECKING:
    from pathlib import Path

_BIG = 43  # the version number of BigTIFF, whose offsets are of 64 bits


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
