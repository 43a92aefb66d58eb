"""Whether x is in order, and where values belong in it. Pure numpy; x is never copied."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, Any]
CHUNK = 1 << 18


def order_of(x: Array) -> Literal["ascending", "descending"] | None:
    """Say in which order x is: only then are columns of pixels ranges of samples.

    Parameters
    ----------
    x
        Of shape ``(n,)``. It is read once, up to where it first turns back.

    Returns
    -------
    str or None
        ``"ascending"`` if x never decreases, also if it is empty or constant; else
        ``"descending"`` if it never increases; else None. NaN counts as unordered, unless
        it is alone.

    Examples
    --------
    >>> order_of(np.array([2, 2, 3])), order_of(np.array([3, 2, 2]))
    ('ascending', 'descending')
    >>> order_of(np.array([3, 2, 4])) is None
    True
    """
    if is_descending(x):
        return "descending" if _is_ascending(x[::-1]) else None
    return "ascending" if _is_ascending(x) else None


def is_descending(x: Array) -> bool:
    """Say whether x ends below where it begins."""
    return bool(len(x) and x[-1] < x[0])


def _is_ascending(x: Array) -> bool:
    """Say whether x never decreases (NaN counts as unsorted); memory stays bounded."""
    for start in range(0, len(x) - 1, CHUNK):
        part = x[start : start + CHUNK + 1]
        if not (part[1:] >= part[:-1]).all():
            return False
    return True


def places_in(x: Array, values: Array, *, is_after: bool = False) -> Array:
    """Return where values belong in ordered x, as ``np.searchsorted`` does.

    Of any dtype and direction, without the copy that ``np.searchsorted`` makes of x.

    Parameters
    ----------
    x
        Never decreasing or never increasing, of shape ``(n,)``. Whether it is, is not looked
        at: :func:`order_of` says it.
    values
        Of shape ``(m,)``.
    is_after
        Whether a place is behind what equals the value, and not before it.

    Returns
    -------
    ndarray of int
        Indices from 0 to ``n``, of shape ``(m,)``. That of NaN means nothing.

    Examples
    --------
    >>> places_in(np.array([9, 5, 5, 1]), np.array([5, 0])).tolist()
    [1, 4]
    """
    sign = -1.0 if is_descending(x) else 1.0
    wanted = sign * values
    low, high = np.zeros(len(values), dtype=int), np.full(len(values), len(x))
    while (is_open := low < high).any():
        middle = (low + high) // 2
        found = sign * x[np.minimum(middle, len(x) - 1)]
        goes_on = is_open & ((found <= wanted) if is_after else (found < wanted))
        low = np.where(goes_on, middle + 1, low)
        high = np.where(is_open & ~goes_on, middle, high)
    return low
