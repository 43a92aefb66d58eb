"""The arrays that notes look at, without copies, and small samples of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from datalab_kernel.objects._fields import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel.objects import DataObject

Array: TypeAlias = Any
"""A numpy array of real or complex numbers."""
SAMPLE = 20
"""So many values that lie apart are looked at: each costs a wait for memory."""


def values_of(obj: DataObject) -> Array:
    """Return an image's pixels, or a signal's y."""
    return value_of(obj, "data") if obj.PREFIX == "i" else value_of(obj, "xydata")[1]


def x_of(signal: DataObject) -> Array:
    """Return a signal's x."""
    return value_of(signal, "xydata")[0]


def is_object(value: Any) -> bool:
    """Say whether a function gave a signal or an image."""
    return hasattr(value, "PREFIX")


def sample_of(array: Array) -> Array:
    """Return some values that are spread over an array, or all of a small one."""
    return array.reshape(-1)[:: 1 + array.size // SAMPLE]


def blocks_of(array: Array, count: int = 4, length: int = 512) -> Iterator[Array]:
    """Give runs of neighbours that are spread over an array; all of a small one at once."""
    if array.size <= count * length:
        yield array
        return
    for number in range(count):
        start = number * (array.size - length) // (count - 1)
        yield array[start : start + length]


def has_region(obj: DataObject) -> bool:
    """Say whether an object has regions of interest."""
    if value_of(obj, "metadata").get("_roi_") is None:  # without asking Sigima, which takes a while
        return False
    return obj.roi is not None and not obj.roi.is_empty()


def has_nonzero(array: Array) -> bool:
    """Say whether any value isn't 0."""
    return bool(sample_of(array).any() or array.any())


def pieces_of(signal: DataObject) -> dict[int | None, slice]:
    """Return what an analysis looked at: the regions of interest by index, or all under None."""
    roi = signal.roi if has_region(signal) else None
    if roi is None:
        return {None: slice(None)}
    found: dict[int | None, slice] = {}
    for index, single in enumerate(roi):
        first, last = single.get_indices_coords(signal)[:2]
        found[index] = slice(int(first), int(last))
    return found
