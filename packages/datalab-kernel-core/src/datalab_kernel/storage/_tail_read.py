"""Reading what lies behind the HDF5 data of a workspace file, where it is believed.

For all objects it is where the bytes outside of the arrays are those that HDF5 wrote, which their
checksum says. For one it is where the file still ends with it: whoever wrote in the file by HDF5
has cut it off. Any other file is read by HDF5, as the files of DataLab are.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from datalab_kernel.objects import KINDS, _names
from datalab_kernel.storage._contents import Contents, Extras, StoredGroup
from datalab_kernel.storage._extras import extras_of
from datalab_kernel.storage._guarded_file import hdf5_in
from datalab_kernel.storage._hdf5_read import LARGE_BYTES
from datalab_kernel.storage._objects_read import object_of
from datalab_kernel.storage._tail import (
    FOOTER,
    FRAME,
    LENGTH,
    MARK,
    TAG,
    checksum_of,
    size_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from datalab_kernel.objects import DataObject, Kind
    from datalab_kernel.storage._guarded_file import GuardedFile
    from datalab_kernel.storage._hdf5_read import Allow

_DTYPES = "biufc"

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class _Footer:
    """Sizes of the parts of a file in bytes, how many titles there are, and checksums."""

    hdf5: int
    frames: int
    titles: int
    count: int
    hdf5_checksum: int
    frames_checksum: int


def _footer_of(stream: GuardedFile) -> _Footer | None:
    size_bytes = os.fstat(stream.fileno()).st_size
    if size_bytes < FOOTER.size:
        return None
    content = bytearray(FOOTER.size)
    stream.fill(content, size_bytes - FOOTER.size)
    *values, mark = FOOTER.unpack(content)
    footer = _Footer(*values)
    parts = footer.hdf5, footer.frames, footer.titles, footer.count * LENGTH.itemsize, FOOTER.size
    return footer if mark == MARK and sum(parts) == size_bytes else None


# -- all ----------------------------------------------------------------------------------


def read_tail(stream: GuardedFile) -> Contents | None:
    """Read everything from a file that is open and locked.

    Returns
    -------
    Contents or None
        None if there is nothing behind the HDF5 data, or these aren't any more what was written.

    Raises
    ------
    ValueError
        If the file's bytes are as they were written, and no workspace.
    """
    footer = _footer_of(stream)
    if footer is None:
        return None
    frames = bytearray(footer.frames)
    stream.fill(frames, footer.hdf5)
    if zlib.crc32(frames) != footer.frames_checksum:
        return None
    (panels, has_extras), *items = _unframed(memoryview(frames))
    extents = _extents_of(items, footer)
    if checksum_of(stream, footer.hdf5, extents) != footer.hdf5_checksum:
        return None
    left = iter(items)
    signals, images = (
        [
            StoredGroup(title=title, objects=[_object(stream, kind, next(left)) for _ in range(n)])
            for title, n in groups
        ]
        for kind, groups in zip(KINDS, panels, strict=True)
    )
    extras = Extras()
    if has_extras:
        with hdf5_in(stream) as file:
            extras = Extras(extras_of(h5py.File(file)))
    return Contents(signals=signals, images=images, extras=extras)


def _extents_of(items: Iterable[Any], footer: _Footer) -> list[tuple[int, int]]:
    """Return place and size of the objects' arrays.

    Raises
    ------
    ValueError
        If they are larger than the file can hold.
    """
    extents = [
        (place, size)
        for _, _, arrays in items
        for _, place, dtype, shape in arrays
        if (size := size_of(dtype, shape))
    ]
    if sum(size for _, size in extents) > footer.hdf5:
        raise ValueError("its arrays are larger than the file")
    return extents


def _unframed(frames: memoryview) -> Iterator[Any]:
    start = 0
    while start < len(frames):
        text_length, count, _ = FRAME.unpack_from(frames, start)
        start += FRAME.size
        lengths = np.frombuffer(frames, LENGTH, count, start)
        end = start + lengths.nbytes + text_length + int(lengths.sum())
        yield _decoded(frames[start:end], text_length, count)
        start = end


def _decoded(content: memoryview, text_length: int, count: int) -> Any:
    """Return the value of a frame, of what follows its head."""
    lengths = np.frombuffer(content, LENGTH, count).tolist()
    start = count * LENGTH.itemsize + text_length
    text = str(content[start - text_length : start], "utf-8")
    buffers: list[memoryview] = []
    for length in lengths:
        buffers.append(content[start : start + length])
        start += length

    def value_of(found: dict[str, Any]) -> Any:
        return _value(found[TAG], buffers) if TAG in found else found

    return json.loads(text, object_hook=value_of if buffers or "\\u0000" in text else None)


def _value(word: list[Any], buffers: list[memoryview]) -> Any:
    kind, *parts = word
    if kind == "complex":
        return complex(*parts)
    number, text, shape = parts
    array: Array = np.frombuffer(buffers[number], _checked(text)).reshape(shape).copy()
    return array[()] if kind == "number" else array


def _checked(text: str) -> np.dtype[Any]:
    dtype = np.dtype(text)
    if dtype.kind not in _DTYPES:
        message = f"an array is of {dtype}"
        raise ValueError(message)
    return dtype


def _object(stream: GuardedFile, kind: Kind, item: list[Any]) -> DataObject:
    attributes, tree, arrays = item
    found: dict[str, Array] = {}
    for name, place, text, shape in arrays:
        dtype = _checked(text)
        found[name] = array = np.empty(shape, dtype)
        if array.size:
            stream.fill(array.reshape(-1).view(np.uint8).data, place)
    return object_of(kind, attributes, found, tree)


# -- one ----------------------------------------------------------------------------------


def read_one(
    stream: GuardedFile, name: str, allow: Allow | None = None
) -> tuple[DataObject, str] | None:
    """Read the object of that name from a file that is open and locked, and its group's title.

    Returns
    -------
    tuple or None
        None if nothing behind the HDF5 data tells of it.
    """
    footer = _footer_of(stream)
    if footer is None:
        return None
    titles = bytearray(footer.titles)
    stream.fill(titles, footer.hdf5 + footer.frames)
    place = titles.find(f"\n{name}\n".encode())
    if place < 0:
        return None
    number = titles.count(b"\n", 0, place)
    start = np.empty(1, LENGTH)
    table = footer.hdf5 + footer.frames + footer.titles
    stream.fill(start.view(np.uint8).data, table + number * LENGTH.itemsize)
    header, item = _frame_at(stream, footer, 0), _frame_at(stream, footer, int(start[0]))
    if header is None or item is None:
        return None
    kind, group = _group_of(header[0], number)
    for _, size_bytes in _extents_of([item], footer):
        if allow is not None and size_bytes > LARGE_BYTES:
            allow(size_bytes)
    obj = _object(stream, kind, item)
    return (obj, group) if obj.title == name else None


def _frame_at(stream: GuardedFile, footer: _Footer, start: int) -> Any:
    """Read the value of one frame; None if that is damaged."""
    left = footer.frames - start - FRAME.size
    if left < 0:
        return None
    head = bytearray(FRAME.size)
    stream.fill(head, footer.hdf5 + start)
    text_length, count, checksum = FRAME.unpack(head)
    if count * LENGTH.itemsize > left:
        return None
    lengths = np.empty(count, LENGTH)
    stream.fill(lengths.view(np.uint8).data, footer.hdf5 + start + FRAME.size)
    size_bytes = lengths.nbytes + text_length + sum(lengths.tolist())
    if size_bytes > left:
        return None
    content = bytearray(size_bytes)
    stream.fill(content, footer.hdf5 + start + FRAME.size)
    if zlib.crc32(content) != checksum:
        return None
    return _decoded(memoryview(content), text_length, count)


def _group_of(panels: list[list[tuple[str, int]]], number: int) -> tuple[Kind, str]:
    """Return kind and group of the object of that number."""
    for kind, groups in zip(KINDS, panels, strict=True):
        titles: list[str] = []
        for title, count in groups:
            titles.append(_names.make_unique(title, titles))
            if number < count:
                return kind, titles[-1]
            number -= count
    message = f"there is no object {number}"
    raise ValueError(message)
