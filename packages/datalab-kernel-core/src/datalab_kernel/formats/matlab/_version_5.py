"""Variables of MATLAB's files up to version 7.2, read by ourselves.

SciPy's reader takes the sizes that a file says for true, and ends the process over some damaged
files; here each is checked before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.formats._table import wrong
from datalab_kernel.formats.matlab._elements import (
    COMPRESSED,
    Element,
    MatFileError,
    elements_of,
    inflated,
)
from datalab_kernel.formats.matlab._matrices import variable_of
from datalab_kernel.formats.matlab._variables import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER_BYTES, _ORDER_PLACE = 128, 126
_ORDERS = {b"IM": "<", b"MI": ">"}


def read_variables(path: Path) -> dict[str, Any]:
    """Read the variables of a file, as :meth:`Variables.add` takes them.

    Raises
    ------
    FileFormatError
        If it is damaged.
    """
    found: dict[str, Any] = {}
    number = 0
    try:
        for number, element in enumerate(_elements(path), 1):  # noqa: B007 - for the error
            whole = inflated(element) if element.kind == COMPRESSED else element
            name, value = variable_of(whole)
            if name in found:
                found[f"{name} (before)"] = Unreadable("another of that name is behind it")
            if name:  # what has none is MATLAB's own
                found[name] = value
    except MatFileError as error:
        place = f"its variable {number}: " if number else ""
        raise wrong(path, f"it is damaged ({place}{error})", hint="") from error
    return found


def _elements(path: Path) -> Iterator[Element]:
    """Yield the file's elements; the bytes of each are its own."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        order = _ORDERS.get(header[_ORDER_PLACE:])
        if order is None:
            raise MatFileError("its header says no order of bytes")
        size = path.stat().st_size
        while tag := file.read(8):
            left = size - file.tell()
            length = int.from_bytes(tag[4:], "little" if order == "<" else "big")
            if len(tag) < 8 or length > left:  # noqa: PLR2004 - a tag's bytes
                raise MatFileError(f"{length:,} bytes are said where {left:,} are left")
            data = bytearray(8 + length)
            data[:8] = tag
            file.readinto(memoryview(data)[8:])
            yield next(elements_of(memoryview(data), order))
