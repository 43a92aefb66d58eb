"""The library path inside a program of Linux, made relative to the program.

What the System V ABI calls DT_RPATH and DT_RUNPATH; nothing else of the file changes.
"""

from __future__ import annotations

import struct

__all__ = ["is_elf", "with_library_path"]

MAGIC = b"\x7fELF\x02\x01"  # 64 bit, little endian
SHT_DYNAMIC = 6
DT_NULL, DT_RPATH, DT_RUNPATH = 0, 15, 29


def is_elf(data: bytes) -> bool:
    """Say whether this is a 64-bit program or library of Linux."""
    return data.startswith(MAGIC)


def with_library_path(data: bytes, path: str) -> bytes:
    """Return a program that looks for its libraries in a path, if it looks in an own path at all.

    Where the new path is longer than the old one there is no room for it: then it stays.

    Examples
    --------
    >>> with_library_path(b"#!/bin/sh", "$ORIGIN/../lib")
    b'#!/bin/sh'
    """
    place = _library_path(data) if is_elf(data) else None
    if place is None:
        return data
    end = data.index(b"\0", place)
    new = path.encode()
    if len(new) > end - place:
        return data
    return data[:place] + new.ljust(end - place, b"\0") + data[end:]


def _library_path(data: bytes) -> int | None:
    """Return where the text of the library path starts."""
    (table,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + size * n) for n in range(count)]
    for _, kind, _, _, offset, length, strings, *_ in sections:
        if kind != SHT_DYNAMIC:
            continue
        for tag, value in struct.iter_unpack("<QQ", data[offset : offset + length]):
            if tag == DT_NULL:
                break
            if tag in (DT_RPATH, DT_RUNPATH):
                return int(sections[strings][4]) + int(value)
    return None
