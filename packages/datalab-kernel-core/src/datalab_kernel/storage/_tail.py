r"""All that a workspace file holds but its arrays, once more in one piece behind the HDF5 data.

HDF5 reads an object's texts, regions and metadata in some twenty pieces, which takes longer than
its arrays. Here they are one, with the places of the arrays. Programs that read HDF5 don't see it; one
that writes to the file loses it, since HDF5 cuts a file off at its own end. It is believed where
the bytes outside of the arrays are those that HDF5 wrote, which their checksum says; any other file
is read by HDF5, as the files of DataLab are.

The layout: frames, one with what holds for all and one for each object, then a footer. A frame is the
lengths of a JSON text and of buffers, and these. What JSON has no word for is ``{"\0": [...]}``
in it, since no key of a tree that we write has a NUL.
"""

from __future__ import annotations

import json
import struct
import zlib
from io import SEEK_END
from itertools import chain
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from datalab_kernel.objects import KINDS
from datalab_kernel.storage._contents import Contents, Extras, StoredGroup
from datalab_kernel.storage._extras import extras_of
from datalab_kernel.storage._guarded_file import hdf5_in
from datalab_kernel.storage._heaps import between
from datalab_kernel.storage._objects_read import object_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from datalab_kernel.objects import DataObject, Kind
    from datalab_kernel.storage._guarded_file import GuardedFile

_MARK = b"datalab-kernel 1"
_FOOTER = struct.Struct("<QQII16s")
"""Sizes of the HDF5 data and of the frames; checksums of the former without arrays, and of these."""
_LENGTHS = struct.Struct("<II")
_MOST_BYTES = 1 << 26
_PIECE_BYTES = 1 << 20
_DTYPES = "biufc"
_TAG = "\0"

Array = np.ndarray[Any, Any]


class TailWriter:
    """Collects what a file gets behind its HDF5 data, while that is written."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._size_bytes = 0
        self._extents: list[tuple[int, int]] = []
        self._buffers: list[bytes] = []
        self._encode = json.JSONEncoder(default=self._word, check_circular=False).encode

    @property
    def _is_whole(self) -> bool:
        return self._size_bytes <= _MOST_BYTES

    def add(
        self,
        attributes: Mapping[str, Any],
        tree: Mapping[str, Any],
        arrays: Mapping[str, tuple[Array, int]],
    ) -> None:
        """Take note of the next object.

        Parameters
        ----------
        attributes, tree
            As they are written.
        arrays
            Its arrays as they are written, and where each begins in the file.
        """
        if not self._is_whole:
            return
        places = [
            [name, place, array.dtype.str, array.shape] for name, (array, place) in arrays.items()
        ]
        self._extents += [(place, array.nbytes) for array, place in arrays.values() if array.size]
        self._append([attributes, tree, places])

    def _append(self, value: Any) -> None:
        buffers: list[bytes] = []
        self._buffers = buffers
        text = self._encode(value).encode()
        frame = b"".join(
            [
                _LENGTHS.pack(len(text), len(buffers)),
                struct.pack(f"<{len(buffers)}Q", *map(len, buffers)),
                text,
                *buffers,
            ]
        )
        self._size_bytes += len(frame)
        if self._is_whole:
            self._frames.append(frame)

    def _word(self, value: Any) -> dict[str, Any]:
        """Return what stands for a value that JSON has no word for."""
        if isinstance(value, complex) and not isinstance(value, np.generic):
            return {_TAG: ["complex", value.real, value.imag]}
        kind = "number" if isinstance(value, np.generic) else "array"
        array = np.asarray(value)
        self._buffers.append(array.tobytes())
        return {_TAG: [kind, len(self._buffers) - 1, array.dtype.str, array.shape]}

    def append_to(
        self, path: Path, contents: Contents, pace: Callable[[], object] | None = None
    ) -> None:
        """Write it behind a file of HDF5, which was closed; nothing if it is as large as many arrays.

        Raises
        ------
        OSError
            If it can't be written.
        """
        body = self._frames
        groups = [
            [[group.title, len(group.objects)] for group in panel]
            for panel in (contents.signals, contents.images)
        ]
        self._frames = []
        self._append([groups, bool(contents.extras)])
        if not self._is_whole:
            return
        with path.open("rb+") as file:
            size_bytes = file.seek(0, SEEK_END)
            rest = _checksum(file, size_bytes, self._extents, pace)
            file.seek(size_bytes)
            checksum = length = 0
            for frame in chain(self._frames, body):
                checksum, length = zlib.crc32(frame, checksum), length + len(frame)
                file.write(frame)
            file.write(_FOOTER.pack(size_bytes, length, rest, checksum, _MARK))


def _size(dtype: str, shape: Iterable[int]) -> int:
    size_bytes = np.dtype(dtype).itemsize
    for length in shape:
        size_bytes *= length
    return size_bytes


def _checksum(
    file: BinaryIO,
    size_bytes: int,
    extents: Iterable[tuple[int, int]],
    pace: Callable[[], object] | None = None,
) -> int:
    """Return the checksum of all that lies outside of the arrays."""
    checksum = 0
    for start, end in between(extents, size_bytes):
        file.seek(start)
        for place in range(start, end, _PIECE_BYTES):
            checksum = zlib.crc32(file.read(min(_PIECE_BYTES, end - place)), checksum)
            if pace is not None:
                pace()
    return checksum


# -- reading ------------------------------------------------------------------------------


def read_tail(stream: GuardedFile, size_bytes: int) -> Contents | None:
    """Read everything from a file by what lies behind its HDF5 data.

    Returns
    -------
    Contents or None
        None if there is no such thing, or the file isn't any more what it was written for.

    Raises
    ------
    ValueError
        If the file's bytes are as they were written, and no workspace.
    """
    frames = _frames_of(stream, size_bytes)
    if frames is None:
        return None
    hdf5_bytes, rest, body = frames
    values = _unframed(body)
    (signals, images), has_extras = next(values)
    items = [*values]
    extents = [
        (place, size)
        for _, _, arrays in items
        for _, place, dtype, shape in arrays
        if (size := _size(dtype, shape))
    ]
    if sum(size for _, size in extents) > hdf5_bytes:
        raise ValueError("its arrays are larger than the file")
    if _checksum(stream, hdf5_bytes, extents) != rest:
        return None
    left = iter(items)
    groups = [
        [
            StoredGroup(title=title, objects=[_object(stream, kind, next(left)) for _ in range(n)])
            for title, n in panel
        ]
        for kind, panel in zip(KINDS, (signals, images), strict=True)
    ]
    extras = Extras()
    if has_extras:
        with hdf5_in(stream) as file:
            extras = Extras(extras_of(h5py.File(file)))
    return Contents(signals=groups[0], images=groups[1], extras=extras)


def _frames_of(stream: GuardedFile, size_bytes: int) -> tuple[int, int, memoryview] | None:
    """Return size and checksum of the HDF5 data, and the frames behind them; None: there are none."""
    if size_bytes < _FOOTER.size:
        return None
    footer = bytearray(_FOOTER.size)
    stream.fill(footer, size_bytes - _FOOTER.size)
    hdf5_bytes, length, rest, checksum, mark = _FOOTER.unpack(footer)
    if mark != _MARK or hdf5_bytes + length + _FOOTER.size != size_bytes:
        return None
    body = bytearray(length)
    stream.fill(body, hdf5_bytes)
    return None if zlib.crc32(body) != checksum else (hdf5_bytes, rest, memoryview(body))


def _unframed(body: memoryview) -> Iterator[Any]:
    buffers: list[memoryview] = []

    def value_of(found: dict[str, Any]) -> Any:
        return _value(found[_TAG], buffers) if _TAG in found else found

    decode = json.JSONDecoder(object_hook=value_of).decode
    start = 0
    while start < len(body):
        text_length, count = _LENGTHS.unpack_from(body, start)
        start += _LENGTHS.size
        lengths = struct.unpack_from(f"<{count}Q", body, start)
        start += 8 * count
        text = str(body[start : start + text_length], "utf-8")
        start += text_length
        buffers.clear()
        for length in lengths:
            buffers.append(body[start : start + length])
            start += length
        yield decode(text)


def _value(word: list[Any], buffers: list[memoryview]) -> Any:
    kind, *parts = word
    if kind == "complex":
        return complex(*parts)
    number, text, shape = parts
    dtype = np.dtype(text)
    if dtype.kind not in _DTYPES:
        message = f"an array is of {dtype}"
        raise ValueError(message)
    array = np.frombuffer(buffers[number], dtype).reshape(shape).copy()
    return array[()] if kind == "number" else array


def _object(stream: GuardedFile, kind: Kind, item: list[Any]) -> DataObject:
    attributes, tree, arrays = item
    found = {name: _array(stream, place, dtype, shape) for name, place, dtype, shape in arrays}
    return object_of(kind, attributes, found, tree)


def _array(stream: GuardedFile, place: int, text: str, shape: list[int]) -> Array:
    dtype = np.dtype(text)
    if dtype.kind not in _DTYPES:
        message = f"an array is of {dtype}"
        raise ValueError(message)
    array = np.empty(shape, dtype)
    if array.size:
        stream.fill(array.reshape(-1).view(np.uint8).data, place)
    return array
