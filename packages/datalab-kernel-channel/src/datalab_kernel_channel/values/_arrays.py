"""Arrays on the wire: row-major, little-endian; NumPy's where NumPy is there."""

from __future__ import annotations

import math
import struct
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._table import TABLE, Refused

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["DTYPES", "NDArray", "array_from_wire", "array_parts", "loaded_numpy"]

DTYPES = frozenset(TABLE["dtypes"])
ITEM_BYTES = {
    dtype: 1 if dtype == "bool" else int(dtype.strip("abcdefghijklmnopqrstuvwxyz")) // 8
    for dtype in TABLE["dtypes"]
}
CODES = {
    "bool": "?", "int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B", "uint16": "H",
    "uint32": "I", "uint64": "Q", "float16": "e", "float32": "f", "float64": "d", "complex64": "f",
    "complex128": "d",
}  # fmt: skip
"""How the module `struct` calls them; complex numbers are pairs."""
MOST_DIMENSIONS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NDArray:
    """An array as it travels, for a kernel without NumPy.

    With NumPy its arrays travel themselves, and come back as such.

    Parameters
    ----------
    data
        The bytes, row-major and little-endian.
    shape
        The lengths, such as ``(ny, nx)``.
    dtype
        NumPy's name: ``int8`` … ``uint64``, ``float16`` … ``float64``, ``bool``, ``complex64`` or
        ``complex128`` (real and imaginary part after one another).
    """

    data: bytes
    shape: tuple[int, ...]
    dtype: str


def loaded_numpy() -> ModuleType | None:
    """Return NumPy if something has imported it already: only then can a value be of it."""
    numpy = sys.modules.get("numpy")
    return numpy if hasattr(numpy, "ndarray") and hasattr(numpy, "generic") else None


@cache
def _importable_numpy() -> ModuleType | None:
    try:
        import numpy as np
    except ImportError:
        return None
    return np


def array_parts(value: Any, numpy: ModuleType) -> tuple[str, list[int], bytes] | str:
    """Return dtype, shape and bytes of a NumPy array; or why it can't travel, in words."""
    if isinstance(value, numpy.ma.MaskedArray):
        return "masked values can't travel; send value.filled(…) and the mask"
    if value.dtype.name not in DTYPES:
        return f"an array of {value.dtype} can't travel; convert it: value.astype(…)"
    little = value.astype(value.dtype.newbyteorder("<"), copy=False)
    return value.dtype.name, [*value.shape], little.tobytes()


def array_from_wire(dtype: Any, shape: Any, data: memoryview) -> Any:
    """Make an array of what came; without NumPy a list, or an :class:`NDArray` of several dimensions."""
    is_shape = isinstance(shape, list) and all(type(n) is int and n >= 0 for n in shape)
    if not isinstance(dtype, str) or dtype not in DTYPES or not is_shape:
        raise Refused("bad_value", f"an array of {dtype!r} with shape {shape!r}"[:100])
    if len(shape) > MOST_DIMENSIONS or math.prod(shape) * ITEM_BYTES[dtype] != data.nbytes:
        raise Refused("bad_value", f"{data.nbytes} bytes for {dtype} {shape}"[:100])
    numpy = _importable_numpy()
    if numpy is not None:
        little = numpy.dtype(dtype).newbyteorder("<")
        native = numpy.frombuffer(data, little).astype(dtype, copy=True)
        return native.reshape(shape)
    if len(shape) != 1:
        return NDArray(data=bytes(data), shape=tuple(shape), dtype=dtype)
    return _listed(dtype, data)


def _listed(dtype: str, data: memoryview) -> list[Any]:
    code = CODES[dtype]
    numbers = [number for (number,) in struct.iter_unpack(f"<{code}", data)]
    if dtype.startswith("complex"):
        return [complex(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    return numbers
