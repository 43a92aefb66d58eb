"""Objects as the NPZ archives of DataLab's Web API, and back.

An archive is made while it is sent, without a copy of the arrays, and taken apart with one;
nothing is compressed.
"""

from __future__ import annotations

import io
import json
import struct
import tokenize
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from datalab_kernel.objects import Fields, with_coordinates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from datalab_kernel.backends import Kind
    from datalab_kernel.objects import ForDataLab

PIECE_BYTES = 2**16
METADATA = "metadata.json"
OBJECT_METADATA = "obj_metadata"
_LOCAL_HEADER = struct.Struct("<26xHH")
_TEXTS = ("xlabel", "ylabel", "zlabel", "xunit", "yunit", "zunit")
_PLACES = {"x0": 0.0, "y0": 0.0, "dx": 1.0, "dy": 1.0}
_ROWS = ("x", "y", "dx", "dy")
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, KeyError, TypeError, AttributeError, EOFError,
    RuntimeError, OverflowError, SyntaxError, tokenize.TokenError,
)  # fmt: skip
"""What zipfile and numpy raise of an archive that isn't one, besides ValueError."""


class Archive:
    """What DataLab makes an object of, in pieces; its title is in the request.

    Going through it makes it, and once more if it has to be sent again: its checksums cost as
    much as a copy, and are computed while DataLab takes in the piece before. ``before_end`` is
    called before the last piece, without which nobody can make anything of the others.
    """

    def __init__(self, stored: ForDataLab, before_end: Callable[[], None] = lambda: None) -> None:
        self._stored = stored
        self._before_end = before_end

    @property
    def size_bytes(self) -> int:
        """How large the arrays in it are."""
        return self._stored.size_bytes

    def __iter__(self) -> Iterator[bytes | memoryview]:
        """Make it."""
        stored, made = self._stored, _Made()
        described = {"type": stored.kind, **stored.attributes, OBJECT_METADATA: stored.metadata}
        with zipfile.ZipFile(cast("IO[bytes]", made), "w", zipfile.ZIP_STORED) as archive:
            for name, array in _parts(stored).items():
                values = np.ascontiguousarray(array)
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    header = np.lib.format.header_data_from_array_1_0(values)
                    np.lib.format.write_array_header_1_0(member, header)
                    data = memoryview(values.reshape(-1).view(np.uint8).data)
                    for start in range(0, data.nbytes, PIECE_BYTES):
                        member.write(data[start : start + PIECE_BYTES])
                        yield from made.taken()
            archive.writestr(METADATA, json.dumps(described, default=_numpy_as_list))
        self._before_end()
        yield from made.taken()


class _Made:
    """A file that can only be written, and gives back what was."""

    def __init__(self) -> None:
        self._written: list[bytes | memoryview] = []

    def write(self, piece: bytes | memoryview) -> int:
        self._written.append(piece)
        return memoryview(piece).nbytes

    def flush(self) -> None:
        """Keep what was written, for :meth:`taken`."""

    def taken(self) -> list[bytes | memoryview]:
        taken, self._written = self._written, []
        return taken


def _parts(stored: ForDataLab) -> dict[str, np.ndarray[Any, Any]]:
    if stored.kind == "image":
        return {"data": stored.arrays["data"]}
    return dict(zip(_ROWS, stored.arrays["xydata"], strict=False))


def _numpy_as_list(value: Any) -> Any:
    return value.tolist()  # what a mask's note holds, and nothing else


def from_npz(body: bytes) -> Fields:
    """Take an archive of DataLab's apart.

    Raises
    ------
    ValueError
        If it isn't one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            described = json.loads(archive.read(METADATA))
            arrays = {
                info.filename.removesuffix(".npy"): _array(body, info)
                for info in archive.infolist()
                if info.filename.endswith(".npy")
            }
        kind: Kind = "image" if described["type"] == "image" else "signal"
        return Fields(kind, _attributes(kind, described), _main(kind, arrays), _metadata(described))
    except _DAMAGE as error:
        message = f"not an object's archive: {error}"
        raise ValueError(message) from error


def _array(body: bytes, info: zipfile.ZipInfo) -> np.ndarray[Any, Any]:
    """Read a member where it lies; the caller copies it."""
    if info.compress_type != zipfile.ZIP_STORED:
        message = f"{info.filename} is compressed"
        raise ValueError(message)
    name_length, extra_length = _LOCAL_HEADER.unpack_from(body, info.header_offset)
    start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    header = io.BytesIO(body[start : start + min(info.file_size, 4096)])
    version = np.lib.format.read_magic(header)
    if version == (1, 0):
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(header)
    else:
        shape, is_fortran, dtype = np.lib.format.read_array_header_2_0(header)
    if dtype.hasobject:
        message = f"{info.filename} holds Python objects"
        raise ValueError(message)
    count = int(np.prod(shape))
    flat = np.frombuffer(body, dtype, count, start + header.tell())
    return flat.reshape(shape, order="F" if is_fortran else "C")


def _main(kind: Kind, arrays: dict[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    if kind == "image":
        return {"data": arrays["data"].copy(order="C")}
    x, y = arrays["x"], arrays["y"]
    rows = [x, y]
    if "dx" in arrays or "dy" in arrays:
        missing = np.full(x.shape, np.nan)
        rows += [arrays.get("dx", missing), arrays.get("dy", missing)]
    return {"xydata": np.vstack(rows).astype(y.dtype, copy=False)}  # DataLab gives x as float64


def _attributes(kind: Kind, described: dict[str, Any]) -> dict[str, Any]:
    attributes = {name: described[name] for name in ("title", *_TEXTS) if described.get(name)}
    if kind == "image":
        attributes |= {
            name: float(described[name])
            for name, default in _PLACES.items()
            if described.get(name, default) != default
        }
    return attributes


def _metadata(described: dict[str, Any]) -> dict[str, Any]:
    found = described.get(OBJECT_METADATA) or {}
    return {key: with_coordinates(key, value) for key, value in found.items()}
