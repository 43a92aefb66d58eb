"""What is in a matrix element of a MATLAB file up to version 7.2: an array, a struct, a cell, a text.

References
----------
MathWorks, "MAT-File Format" (R2023a), chapter 1: level 5 MAT-files.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from datalab_kernel.formats.matlab._elements import (
    MATRIX,
    TEXTS,
    Element,
    MatFileError,
    elements_of,
)
from datalab_kernel.formats.matlab._sparse import written_out
from datalab_kernel.formats.matlab._variables import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    Array = np.ndarray[Any, Any]

_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE = 1, 2, 3, 4, 5
_FUNCTION, _OPAQUE = 16, 17
_CLASSES = {
    6: "f8",
    7: "f4",
    8: "i1",
    9: "u1",
    10: "i2",
    11: "u2",
    12: "i4",
    13: "u4",
    14: "i8",
    15: "u8",
}
_NO_NUMBERS = {
    _OBJECT: "an object of a class",
    _FUNCTION: "a function",
    _OPAQUE: "an object of a class",
}
_COMPLEX, _LOGICAL = 0x08, 0x02
_MOST_DIMENSIONS = 32
_DEEPEST = 50


class Variable(NamedTuple):
    """A variable's name (empty within a cell or struct), and its value as `Variables.add` takes it."""

    name: str
    value: Any


class _Head(NamedTuple):
    """What an array's first elements say; ``kind`` is MATLAB's number of its class."""

    kind: int
    flags: int
    shape: tuple[int, ...]
    name: str


def variable_of(element: Element, depth: int = 0) -> Variable:
    """Read a matrix element.

    Raises
    ------
    MatFileError
        If its sizes contradict each other, or something is of an unknown type.
    """
    if element.kind != MATRIX:
        raise MatFileError(f"an element of the type {element.kind} is in place of an array")
    if depth > _DEEPEST:
        raise MatFileError(f"it is nested deeper than {_DEEPEST} levels")
    if not element.data:
        return Variable("", np.empty((0, 0)))
    parts = elements_of(element.data, element.order)
    head = _head(parts)
    if head.kind in _NO_NUMBERS:
        return Variable(head.name, Unreadable(_NO_NUMBERS[head.kind]))
    return Variable(head.name, _value(head, parts, element, depth))


def _value(head: _Head, parts: Iterator[Element], element: Element, depth: int) -> Any:
    if head.kind in _CLASSES:
        return _numbers(head, parts, len(element.data))
    if head.kind == _CHAR:
        return _text(head, _next(parts, "text"))
    if head.kind == _CELL:
        return [
            variable_of(one, depth + 1).value for one in _counted(parts, prod(head.shape), element)
        ]
    if head.kind == _STRUCT:
        return _structs(head, parts, element, depth)
    if head.kind == _SPARSE:
        return _sparse(head, parts)
    raise MatFileError(f"{head.name!r} is of the unknown class {head.kind}")


def _head(parts: Iterator[Element]) -> _Head:
    flags = _next(parts, "flags").integers()
    if len(flags) != 2:  # noqa: PLR2004 - the flags and the class; the most values of a sparse one
        raise MatFileError("an array's flags aren't two numbers")
    kind, bits = flags[0] & 0xFF, flags[0] >> 8 & 0xFF
    if kind == _OPAQUE:
        return _Head(kind, bits, (), _next(parts, "name").name())
    shape = _next(parts, "dimensions").integers()
    if not 2 <= len(shape) <= _MOST_DIMENSIONS or min(shape) < 0:  # noqa: PLR2004 - rows, columns
        raise MatFileError(f"an array is of the shape {shape}")
    return _Head(kind, bits, tuple(shape), _next(parts, "name").name())


def _next(parts: Iterator[Element], what: str) -> Element:
    found = next(parts, None)
    if found is None:
        raise MatFileError(f"an array has no {what}")
    return found


def _numbers(head: _Head, parts: Iterator[Element], size: int) -> Array:
    """Read an array as its class has it: MATLAB stores numbers in the shortest type that fits."""
    dtype = np.dtype(bool if head.flags & _LOGICAL else _CLASSES[head.kind])
    values = _part(head, parts, size, dtype)
    if head.flags & _COMPLEX:
        values = values + 1j * _part(head, parts, size, dtype)
    return values.reshape(head.shape, order="F")


def _part(head: _Head, parts: Iterator[Element], size: int, dtype: np.dtype[Any]) -> Array:
    stored = _next(parts, "numbers").numbers()
    if len(stored) != prod(head.shape):
        raise MatFileError(
            f"{head.name!r} is of the shape {head.shape} and has {len(stored):,} values"
        )
    if stored.dtype == dtype and 2 * stored.nbytes > size and stored.flags.writeable:
        return stored  # most of what was read, which is this array's own then
    return stored.astype(dtype)


def _text(head: _Head, element: Element) -> str:
    """Read a text; of a matrix of characters, each row is a line."""
    data = bytes(element.data)
    codec = TEXTS.get(element.kind, "utf-16" if element.kind in {3, 4} else "latin-1")
    if codec not in {"utf-8", "latin-1"}:
        codec += "-le" if element.order == "<" else "-be"
    letters = data.decode(codec, "replace")
    rows = head.shape[0]
    if rows == 1 or not letters:
        return letters.rstrip("\0")
    if len(letters) != prod(head.shape):
        raise MatFileError(
            f"{head.name!r} is of the shape {head.shape} and has {len(letters):,} letters"
        )
    return "\n".join(letters[row::rows].rstrip("\0") for row in range(rows))


def _counted(parts: Iterator[Element], number: int, element: Element) -> Iterator[Element]:
    """Yield that many elements, each of at least a tag."""
    if number * 8 > len(element.data):
        raise MatFileError(f"{number:,} elements are said to be in {len(element.data):,} bytes")
    for _ in range(number):
        yield _next(parts, "more elements")


def _structs(head: _Head, parts: Iterator[Element], element: Element, depth: int) -> Any:
    """Read a struct as a dict; several as a list."""
    lengths = _next(parts, "length of names").integers()
    text = bytes(_next(parts, "names of fields").data)
    if len(lengths) != 1 or not 0 < lengths[0] <= max(1, len(text)) or len(text) % lengths[0]:
        raise MatFileError(f"the names of the fields of {head.name!r} are {lengths} bytes long")
    names = [
        text[start : start + lengths[0]].split(b"\0")[0].decode("utf-8", "replace")
        for start in range(0, len(text), lengths[0])
    ]
    names = _distinct(names)
    number = prod(head.shape) if names else 0
    found = _counted(parts, number * len(names), element)
    structs = [
        {name: variable_of(next(found), depth + 1).value for name in names} for _ in range(number)
    ]
    return structs[0] if len(structs) == 1 else structs


def _distinct(names: list[str]) -> list[str]:
    """Give a name that is there twice its place too."""
    return [
        name if names.index(name) == place else f"{name} ({place + 1})"
        for place, name in enumerate(names)
    ]


def _sparse(head: _Head, parts: Iterator[Element]) -> Any:
    if len(head.shape) != 2:  # noqa: PLR2004 - rows and columns
        raise MatFileError(f"a sparse matrix is of the shape {head.shape}")
    rows, starts = (_next(parts, "places").numbers() for _ in range(2))
    stored = _next(parts, "numbers")
    if head.flags & _LOGICAL:  # MATLAB writes bytes, and calls them what it likes
        stored = stored._replace(kind=2)
    values = stored.numbers()
    if head.flags & _COMPLEX:
        imaginary = _next(parts, "numbers").numbers()
        if len(imaginary) != len(values):
            raise MatFileError(f"{head.name!r} has {len(values):,} and {len(imaginary):,} values")
        values = values + 1j * imaginary
    kind = bool if head.flags & _LOGICAL else np.result_type(values.dtype, "f8")
    return written_out(values.astype(kind), rows, starts, head.shape)
