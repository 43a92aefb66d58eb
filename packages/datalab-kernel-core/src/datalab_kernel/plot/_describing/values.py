"""What values are like, with as little reading as that takes, and why they can't be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot.rendering import finite_range

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray[Any, Any]
CHUNK = 1 << 20


def why_empty(arrays: Sequence[Array]) -> str:
    """Say why nothing of these is to be seen; nothing, where something is.

    Examples
    --------
    >>> why_empty([np.array([])]), why_empty([np.array([np.nan]), np.array([1.0])])
    ('no data', '')
    """
    if sum(array.size for array in arrays) == 0:
        return "no data"
    if any(map(has_finite, arrays)):
        return ""
    is_nan = all(bool(np.isnan(array).all()) for array in arrays)
    return "all values are NaN" if is_nan else "no value is finite"


def has_finite(array: Array) -> bool:
    """Say whether any value is finite; stops reading at the first."""
    if array.size == 0:
        return False
    if array.dtype.kind not in "fc" or np.isfinite(array.flat[0]):
        return True
    flat = array.reshape(-1)
    return any(
        bool(np.isfinite(flat[start : start + CHUNK]).any()) for start in range(0, flat.size, CHUNK)
    )


def why_not_logarithmic(axis: str, arrays: Sequence[Array]) -> str:
    """Say that a logarithmic axis has nothing to show; nothing, where it has."""
    if any(np.fmax.reduce(array) > 0 for array in arrays if array.size):
        return ""
    return f"no {axis} is positive, as a logarithmic axis needs"


def is_all_nan(array: Array) -> bool:
    """Say whether an array holds nothing, or nothing but NaN."""
    if array.dtype.kind not in "fc" or array.size == 0:
        return array.size == 0
    return bool(np.isnan(array.flat[0]) and np.isnan(array).all())


def extent(arrays: Sequence[Array]) -> tuple[float, float] | None:
    """Return the least and the greatest finite value of all; None where there is none."""
    ranges = [found for array in arrays if (found := finite_range(array)) is not None]
    return (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None
