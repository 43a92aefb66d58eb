"""Signals on different grids, before a computation needs them on one: DataLab's rule.

All are interpolated linearly onto the grid that has the fewest points (the first of
these), and keep their first and last values beyond their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import SignalObj

Array = np.ndarray[Any, Any]
_TOLERANCE = 1e-12
"""Of the first and last x, relative; grids of equal size and ends are taken for the same."""


def on_one_grid(signals: Sequence[SignalObj]) -> list[SignalObj]:
    """Return signals on one grid: themselves, or interpolated copies.

    Examples
    --------
    >>> from sigima import create_signal
    >>> coarse = create_signal("", np.array([0.0, 2.0]), np.array([0.0, 1.0]))
    >>> fine = create_signal("", np.array([0.0, 1.0, 2.0]), np.array([5.0, 6.0, 7.0]))
    >>> [signal.y.tolist() for signal in on_one_grid([fine, coarse])]
    [[5.0, 7.0], [0.0, 1.0]]
    """
    grids = [signal.xydata[0] for signal in signals]
    if _are_alike(grids):
        return list(signals)
    target = min(range(len(grids)), key=lambda index: len(grids[index]))
    x = signals[target].x
    return [
        signal if index == target else _interpolated(signal, x)
        for index, signal in enumerate(signals)
    ]


def _are_alike(grids: Sequence[Array]) -> bool:
    if all(grid is grids[0] for grid in grids):
        return True
    if len({len(grid) for grid in grids}) > 1:
        return False
    if not len(grids[0]):
        return True
    ends = np.array([[grid.real.min(), grid.real.max()] for grid in grids])
    return bool(np.allclose(ends, ends[0], rtol=_TOLERANCE))


def _interpolated(signal: SignalObj, x: Array) -> SignalObj:
    from sigima.enums import Interpolation1DMethod
    from sigima.tools.signal.interpolation import interpolate

    twin = signal.copy(title=f"{signal.title} (interpolated)", all_metadata=True)
    y = interpolate(signal.x, signal.y, x, Interpolation1DMethod.LINEAR, fill_value=None)
    twin.set_xydata(x, y)
    return twin
