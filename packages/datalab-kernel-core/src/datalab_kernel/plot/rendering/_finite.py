"""The range of what can be shown of values, with bounded memory. Pure numpy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
CHUNK = 1 << 17


def finite_range(values: Array, *, is_positive: bool = False) -> tuple[float, float] | None:
    """Return the least and the greatest finite value.

    Parameters
    ----------
    values
        Real or bool, of any shape but ``()``; masked ones don't count, like NaN and
        infinite ones.
    is_positive
        Whether only values above zero count, as on a logarithmic axis.

    Returns
    -------
    tuple of float or None
        In the unit of the values; None where no value counts, or where there is none.

    Examples
    --------
    >>> values = np.array([[np.nan, -2.0], [np.inf, 3.0]])
    >>> finite_range(values), finite_range(values, is_positive=True)
    ((-2.0, 3.0), (3.0, 3.0))
    >>> finite_range(np.array([])) is None
    True
    """
    low, high = np.inf, -np.inf
    rows = max(1, CHUNK // max(1, math.prod(values.shape[1:])))
    for start in range(0, len(values), rows):
        part = values[start : start + rows]
        if np.ma.isMaskedArray(part):
            part = part.compressed()
        if is_positive:
            part = part[part > 0]
        if part.size == 0:
            continue
        least, most = float(np.min(part)), float(np.max(part))
        if not (np.isfinite(least) and np.isfinite(most)):
            is_known = np.isfinite(part)
            least = float(np.min(part, where=is_known, initial=np.inf))
            most = float(np.max(part, where=is_known, initial=-np.inf))
        low, high = min(low, least), max(high, most)
    return (low, high) if low <= high else None
