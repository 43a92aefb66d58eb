"""Curves that DataLab's window stands still for minutes to paint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from datalab_kernel.objects import ForDataLab

MANY_POINTS = 2000
MANY_STROKES = 200.0
"""How often a curve may cross the height of its plot before painting it takes long."""


def is_dense(stored: ForDataLab) -> bool:
    """Say whether DataLab takes long to paint an object on its way there."""
    return stored.kind == "signal" and is_dense_curve(stored.arrays["xydata"][1])


def is_dense_curve(y: Any) -> bool:
    """Say whether DataLab takes long to paint a curve: the strokes count, not the points.

    Examples
    --------
    >>> x = np.linspace(0, 1, 10_000)
    >>> is_dense_curve(x), is_dense_curve(np.sin(10_000 * x))
    (False, True)
    """
    y = np.abs(y)
    if y.size < MANY_POINTS:
        return False
    finite = y[np.isfinite(y)]
    if not finite.size:
        return False
    height = float(np.ptp(finite))
    return height > 0 and float(np.abs(np.diff(finite)).sum()) / height > MANY_STROKES
