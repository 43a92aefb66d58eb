"""Gwyddion's serialised objects: named components of numbers, texts, arrays and objects.

gwyfile 0.3.0, which reads them, never ends on a file that was cut off; so they are read here.

References
----------
Gwyddion user guide, "Gwyddion native data files".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._adapter import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 30
_NUMBERS = {"b": "<?", "c": "<B", "i": "<i", "q": "<q", "d": "<d"}
_ARRAYS = {"C": "u1", "I": "<i4", "Q": "<i8", "D": "<f8"}


class GwyObject(dict[str, Any]):
    """The components of an object, by name."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


@dataclass(slots=True)
class _Bytes:
    """What is left to be read: bytes from ``at`` to ``end``."""

    content: bytes
    at: int
    end: int

    def take(self, count: int) -> bytes:
        if count > self.end - self.at:
            raise RefusedError(f"it was cut off, or is damaged, at byte {self.at}")
        taken = self.content[self.at : self.at + count]
        self.at += count
        return taken

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self) -> str:
        nul = self.content.find(b"\0", self.at, self.end)
        if nul < 0:
            raise RefusedError(f"a text has no end, at byte {self.at}")
        return self.take(nul - self.at + 1)[:-1].decode("utf-8")


def read_gwy_object(content: bytes) -> GwyObject:
    """Read the one object that a file's content is, without the mark that it begins with.

    Raises
    ------
    ValueError
        If a component reaches beyond its object, or has an unknown type.
    """
    return _object(_Bytes(content, 0, len(content)), 0)


def _object(data: _Bytes, depth: int) -> GwyObject:
    if depth > _DEEPEST:
        raise RefusedError(f"its objects are nested deeper than {_DEEPEST} levels")
    found = GwyObject(data.text())
    size = data.number("<I")
    begin = data.at
    data.take(size)
    found.update(_components(_Bytes(data.content, begin, begin + size), depth))
    return found


def _components(data: _Bytes, depth: int) -> Iterator[tuple[str, Any]]:
    while data.at < data.end:
        name = data.text()
        kind = data.take(1).decode("latin-1")
        yield name, _component(data, kind, depth)


def _component(data: _Bytes, kind: str, depth: int) -> Any:
    if kind in _NUMBERS:
        return data.number(_NUMBERS[kind])
    if kind in _ARRAYS:
        dtype = np.dtype(_ARRAYS[kind])
        return np.frombuffer(data.take(data.number("<I") * dtype.itemsize), dtype)
    match kind:
        case "s":
            return data.text()
        case "o":
            return _object(data, depth + 1)
        case "S":
            return [data.text() for _ in range(data.number("<I"))]
        case "O":
            return [_object(data, depth + 1) for _ in range(data.number("<I"))]
    raise RefusedError(f"a component of the unknown type {kind!r}, at byte {data.at}")
