"""The arrays that notes look at, without copies, and small samples of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel.objects import DataObject

Array: TypeAlias = Any
"""A numpy array of real or complex numbers."""
SAMPLE = 1024


def values_of(obj: DataObject) -> Array:
    """Return an image's pixels, or a signal's y."""
    return obj.data if obj.PREFIX == "i" else obj.xydata[1]


def x_of(signal: DataObject) -> Array:
    """Return a signal's x."""
    return signal.xydata[0]


def is_object(value: Any) -> bool:
    """Say whether a function gave a signal or an image."""
    return hasattr(value, "PREFIX")


def sample_of(array: Array) -> Array:
    """Return about a thousand values that are spread over an array, or all of a smaller one."""
    flat = array.reshape(-1)
    return flat[:: max(1, flat.size // SAMPLE)]


def blocks_of(array: Array, count: int = 8, length: int = SAMPLE) -> Iterator[Array]:
    """Give runs of neighbours that are spread over an array; all of a small one at once."""
    if array.size <= count * length:
        yield array
        return
    for start in np.linspace(0, array.size - length, count).astype(int):
        yield array[start : start + length]


def pieces_of(signal: DataObject) -> dict[int | None, slice]:
    """Return what an analysis looked at: the regions of interest by index, or all under None."""
    roi = signal.roi
    if roi is None or roi.is_empty():
        return {None: slice(None)}
    found: dict[int | None, slice] = {}
    for index, single in enumerate(roi):
        first, last = single.get_indices_coords(signal)[:2]
        found[index] = slice(int(first), int(last))
    return found
