"""A few samples of each large object that was here, for its thumbnail: nothing is moved for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from datalab_kernel import DataObject

PIXELS = 64
COLUMNS = 768


class Previews:
    """Small stand-ins of objects, by their identity, or by their title without one."""

    def __init__(self) -> None:
        self._known: dict[str, DataObject] = {}

    def learn(self, key: str, obj: DataObject) -> None:
        """Keep some samples of an object."""
        self._known[key] = sampled(obj)

    def get(self, key: str) -> DataObject | None:
        """Return what there is."""
        return self._known.get(key)

    def keep(self, keys: Collection[str]) -> None:
        """Forget all others."""
        self._known = {key: self._known[key] for key in keys if key in self._known}


def sampled(obj: DataObject) -> DataObject:
    """Return an object with at most 64 by 64 pixels, or the extremes of 768 pieces of a curve.

    Examples
    --------
    >>> from datalab_kernel import create_image
    >>> sampled(create_image("", np.zeros((2048, 100)))).data.shape
    (64, 50)
    """
    from datalab_kernel import ImageObj, SignalObj

    if isinstance(obj, ImageObj):
        rows, columns = (-(-size // PIXELS) or 1 for size in obj.data.shape)
        image = ImageObj()
        image.data = obj.data[rows // 2 :: rows, columns // 2 :: columns].copy()
        return image
    x, y = obj.xydata[:2]
    if np.iscomplexobj(y):
        x, y = np.real(x), np.abs(y)
    signal = SignalObj()
    length = len(y) // COLUMNS
    if length > 1:
        pieces = np.asarray(y[: length * COLUMNS], dtype=float).reshape(COLUMNS, length)
        low, high = np.fmin.reduce(pieces, axis=1), np.fmax.reduce(pieces, axis=1)
        places = np.asarray(x[: length * COLUMNS : length], dtype=float)
        x, y = np.repeat(places, 2), np.stack([low, high], axis=1).ravel()
    signal.set_xydata(x.copy(), y.copy())
    return signal
