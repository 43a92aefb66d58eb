"""Arrays between the kernel and the page: as binary buffers beside JSON, never as text."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SHORT_NAMES = {
    "i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32",
    "u4": "uint32", "f4": "float32", "f8": "float64",
}  # fmt: skip
"""plotly's own names of types, in what its figures make of arrays."""


def packed(value: Any) -> Any:
    """Replace each array in a nested value by its type, shape and bytes.

    Examples
    --------
    >>> packed({"x": np.array([1.0]), "name": "a"})
    {'x': {'dtype': 'float64', 'shape': [1], 'bytes': <memory at ...>}, 'name': 'a'}
    """
    if isinstance(value, np.ndarray):
        name, array = for_page(value)
        data = memoryview(array.view(np.uint8).reshape(-1)) if array.size else b""  # type: ignore[arg-type]  # numpy has buffers
        return {"dtype": name, "shape": list(array.shape), "bytes": data}
    if isinstance(value, dict):
        return {key: packed(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [packed(part) for part in value]
    return value.item() if isinstance(value, np.generic) else value


def for_page(array: Array) -> tuple[str, Array]:
    """Return an array in little-endian order and C order, of a type that pages know, and its name."""
    code = array.dtype.str[1:]
    wanted = np.dtype(f"<{code}") if code in SHORT_NAMES else np.dtype("<f8")
    return SHORT_NAMES[wanted.str[1:]], np.ascontiguousarray(array, dtype=wanted)


def with_arrays(value: Any) -> Any:
    """Turn what plotly's figures make of arrays (base64 text) into arrays again.

    Examples
    --------
    >>> with_arrays({"x": {"dtype": "f8", "bdata": "AAAAAAAA8D8="}})
    {'x': array([1.])}
    """
    if isinstance(value, dict):
        if "bdata" in value and "dtype" in value:
            array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=f"<{value['dtype']}")
            shape = [int(size) for size in str(value.get("shape", array.size)).split(",")]
            return array.reshape(shape)
        return {key: with_arrays(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_arrays(part) for part in value]
    return value
