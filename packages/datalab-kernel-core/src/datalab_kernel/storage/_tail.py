r"""All that a workspace file holds but its arrays, once more in one piece behind the HDF5 data.

HDF5 reads an object's texts, regions and metadata in some twenty pieces, which takes longer than
its arrays. Here they are one, with the places of the arrays. Programs that read HDF5 don't see it; one
that opens the file to write in it loses it, since HDF5 cuts a file off at its own end.

The layout: frames, one with what holds for all and one for each object; where each title is a name of
its own, the titles, a line each, and where the objects' frames begin; the footer. A frame is the
lengths of a JSON text and of buffers, a checksum, and these. What JSON has no word for is
``{"\0": [...]}`` in it, since no key of a tree that we write has a NUL. Reading is ``_tail_read``'s.
"""

from __future__ import annotations

import json
import struct
import zlib
from io import SEEK_END
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.storage._heaps import between
from datalab_kernel.storage._pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from datalab_kernel.storage._contents import Contents
    from datalab_kernel.storage._forms import Parts

MARK = b"datalab-kernel 1"
FOOTER = struct.Struct("<QQQQII16s")
"""Sizes of the HDF5 data, the frames and the titles, how many titles; checksums of the HDF5 data
without arrays, and of the frames."""
FRAME = struct.Struct("<III")
"""The length of the text, how many buffers, the checksum of what follows."""
LENGTH = np.dtype("<u8")
_MOST_BYTES = 1 << 26
_PIECE_BYTES = 1 << 20
TAG = "\0"

Array = np.ndarray[Any, Any]


class TailWriter:
    """Collects what a file gets behind its HDF5 data, while that is written."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._size_bytes = 0
        self._extents: list[tuple[int, int]] = []
        self.names: list[str] = []
        """The titles of all objects, in order, where each is a name of its own."""
        self._buffers: list[bytes] = []
        self._encode = json.JSONEncoder(default=self._word, check_circular=False).encode

    @property
    def _is_whole(self) -> bool:
        return self._size_bytes <= _MOST_BYTES

    def add(
        self,
        attributes: Mapping[str, Any],
        tree: Mapping[str, Any],
        parts: Parts | None,
        arrays: Mapping[str, tuple[Array, int]],
    ) -> None:
        """Take note of the next object.

        Parameters
        ----------
        attributes, tree
            As they are written.
        parts
            Both, taken apart; None if they couldn't be.
        arrays
            Its arrays as they are written, and where each begins in the file.
        """
        if not self._is_whole:
            return
        self._extents += [(place, array.nbytes) for array, place in arrays.values() if array.size]
        places = ", ".join(
            [
                f'["{name}", {place}, "{array.dtype.str}", {list(array.shape)}]'
                for name, (array, place) in arrays.items()
            ]
        )
        self._buffers = []
        text = self._text_of([attributes, tree], parts)
        self._append(f"{text[:-1]}, [{places}]]")

    def _text_of(self, values: list[Any], parts: Parts | None) -> str:
        """Return the JSON text of values, and keep the buffers that it speaks of."""
        if parts is None or parts.form.is_new:
            return self._encode(values)
        if parts.form.pattern is None:
            parts.form.pattern = Pattern(values, parts.leaves, self._encode)
        self._buffers = [leaf.tobytes() for leaf in parts.leaves if type(leaf) is np.ndarray]
        return parts.form.pattern.text(parts.leaves)

    def _append(self, text: str) -> None:
        """Make a frame of a text and of the buffers that it speaks of."""
        content = text.encode()
        buffers = self._buffers
        lengths = struct.pack(f"<{len(buffers)}Q", *map(len, buffers))
        length = len(content)
        content = b"".join([lengths, content, *buffers])
        frame = FRAME.pack(length, len(buffers), zlib.crc32(content)) + content
        self._size_bytes += len(frame)
        if self._is_whole:
            self._frames.append(frame)

    def _word(self, value: Any) -> dict[str, Any]:
        """Return what stands for a value that JSON has no word for."""
        if isinstance(value, complex) and not isinstance(value, np.generic):
            return {TAG: ["complex", value.real, value.imag]}
        kind = "number" if isinstance(value, np.generic) else "array"
        array = np.asarray(value)
        self._buffers.append(array.tobytes())
        return {TAG: [kind, len(self._buffers) - 1, array.dtype.str, array.shape]}

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
        self._buffers = []
        self._append(self._encode([groups, bool(contents.extras)]))
        if not self._is_whole:
            return
        with path.open("rb+") as file:
            size_bytes = file.seek(0, SEEK_END)
            rest = checksum_of(file, size_bytes, self._extents, pace)
            file.seek(size_bytes)
            checksum, starts = 0, [0]
            for frame in chain(self._frames, body):
                checksum = zlib.crc32(frame, checksum)
                starts.append(starts[-1] + len(frame))
                file.write(frame)
            titles = "".join(["\n", *(f"{name}\n" for name in self.names)]).encode()
            file.write(titles)
            file.write(np.array(starts[1 : 1 + len(self.names)], LENGTH).tobytes())
            sizes = size_bytes, starts[-1], len(titles), len(self.names)
            file.write(FOOTER.pack(*sizes, rest, checksum, MARK))


def size_of(dtype: str, shape: Iterable[int]) -> int:
    """Return how many bytes an array has."""
    size_bytes = np.dtype(dtype).itemsize
    for length in shape:
        size_bytes *= length
    return size_bytes


def checksum_of(
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
