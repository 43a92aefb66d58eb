"""A histogram's steps: bins around their centres, the first and the last as whole as the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]


def whole_bins(x: Array, y: Array, base: float = 0.0) -> tuple[Array, Array]:
    """Return what is drawn with a step halfway between two samples, so that steps are bins.

    Parameters
    ----------
    x
        Centres of bins, of shape ``(n,)``, in order.
    y
        What is in them.
    base
        Where the first and the last bin's outer sides begin; NaN leaves them out.

    Returns
    -------
    tuple of array
        x and y of shape ``(n + 4,)``: the samples between two points at each end.

    Examples
    --------
    >>> x, y = whole_bins(np.array([1.0, 3.0]), np.array([5.0, 7.0]))
    >>> x.tolist(), y.tolist()
    ([0.0, 0.0, 1.0, 3.0, 4.0, 4.0], [0.0, 5.0, 5.0, 7.0, 7.0, 0.0])
    """
    if len(x) == 0:
        return x, y
    centres = np.asarray(x, dtype=float)
    first, last = (0.5, 0.5) if len(x) == 1 else (np.diff(centres)[[0, -1]] / 2)
    left, right = centres[0] - first, centres[-1] + last
    ends = np.concatenate([[left, left], centres, [right, right]])
    return ends, np.concatenate([[base, y[0]], y, [y[-1], base]])
