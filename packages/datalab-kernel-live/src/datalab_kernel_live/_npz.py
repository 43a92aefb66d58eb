"""Objects as the NPZ archives of DataLab's Web API, and back.

An archive is built and taken apart with one copy of the arrays; nothing is compressed.
"""

from __future__ import annotations

import io
import json
import struct
import tokenize
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.storage import Fields, with_coordinates

if TYPE_CHECKING:
    from datalab_kernel.backends import Kind
    from datalab_kernel.storage import ForDataLab

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


def to_npz(stored: ForDataLab) -> memoryview:
    """Return the archive that DataLab makes the object of; its title is in the request."""
    arrays = _parts(stored)
    described = {"type": stored.kind, **stored.attributes, OBJECT_METADATA: stored.metadata}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
        archive.writestr(METADATA, json.dumps(described, default=_numpy_as_list))
    return buffer.getbuffer()


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
