"""Area means of any part of a large image, in milliseconds.

Means over squares of 8, 16, 32, … pixels are kept as float32: at most one percent of
float64 data. Finer means are made from the pixels of the part that is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from datalab_kernel.plot import Image

Array = np.ndarray[Any, Any]
Range = tuple[float, float]
FINEST = 8
SENT_AS_THEY_ARE = frozenset({"u1", "u2", "u4", "i1", "i2", "i4", "f4", "f8"})
"""Types of pixels that a browser has, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A part of an image: pixels of shape ``(ny, nx)`` between edges; ``block`` of them in one."""

    data: Array
    x_edges: Array
    y_edges: Array
    block: int


class Mipmap:
    """What answers for each part of an image; it holds the image's pixels, and no copy.

    Parameters
    ----------
    image
        The image. Masked pixels count as missing, like NaN.

    Examples
    --------
    >>> from datalab_kernel.plot import Image
    >>> image = Image(data=np.ones((600, 900)), x_edges=np.arange(901.0), y_edges=np.arange(601.0))
    >>> tile = Mipmap(image).over((0, 900), (0, 600), 300, 200)
    >>> tile.data.shape, tile.block
    ((150, 225), 4)
    """

    def __init__(self, image: Image) -> None:
        self._image = image
        self.shape = image.data.shape

    @cached_property
    def _levels(self) -> list[Array]:
        """Means over squares of 8 pixels, 16, 32, …, down to a single one."""
        means = self._means(slice(0, self.shape[0]), slice(0, self.shape[1]), FINEST)
        levels = [means.astype(np.float32)]
        size = FINEST
        while max(levels[-1].shape) > 1:
            levels.append(_halved(levels[-1], self.shape, size))
            size *= 2
        return levels

    def over(self, x_view: Range, y_view: Range, width: int, height: int) -> Tile:
        """Return the pixels in a view, as means that are at least one pixel of the screen.

        Parameters
        ----------
        x_view, y_view
            The part of the axes that is seen, as low and high ends.
        width, height
            How many pixels there may be.
        """
        rows = seen(self._image.y_edges, y_view)
        columns = seen(self._image.x_edges, x_view)
        block = 1
        while (
            rows.stop - rows.start > block * height or columns.stop - columns.start > block * width
        ):
            block *= 2
        rows, columns = (
            _snapped(rows, block, self.shape[0]),
            _snapped(columns, block, self.shape[1]),
        )
        return Tile(
            data=self._pixels(rows, columns, block),
            x_edges=_block_edges(self._image.x_edges, columns, block),
            y_edges=_block_edges(self._image.y_edges, rows, block),
            block=block,
        )

    def _pixels(self, rows: slice, columns: slice, block: int) -> Array:
        if block == 1:
            return self._samples(rows, columns)
        if block < FINEST:
            return self._means(rows, columns, block).astype(np.float32)
        level = min((block // FINEST).bit_length() - 1, len(self._levels) - 1)
        size = FINEST << level
        return self._levels[level][
            rows.start // size : -(-rows.stop // size),
            columns.start // size : -(-columns.stop // size),
        ]

    def _samples(self, rows: slice, columns: slice) -> Array:
        data = np.ma.getdata(self._image.data[rows, columns])
        missing = self._missing(rows, columns)
        if missing is not None and missing.any():
            return np.where(missing, np.nan, data.astype(float))
        return data if data.dtype.str[1:] in SENT_AS_THEY_ARE else data.astype(float)

    def _missing(self, rows: slice, columns: slice) -> Array | None:
        image, missing = self._image, None
        if image.is_masked is not None:
            missing = image.is_masked[rows, columns]
        if np.ma.isMaskedArray(image.data):
            own = np.ma.getmaskarray(image.data[rows, columns])
            missing = own if missing is None else missing | own
        return missing

    def _means(self, rows: slice, columns: slice, block: int) -> Array:
        data: Any = self._image.data[rows, columns]
        missing = self._missing(rows, columns)
        if missing is not None:
            data = np.ma.array(np.ma.getdata(data), mask=missing)
        return area_mean(data, block)


def area_mean(data: Array, block: int) -> Array:
    """Average an image over squares of ``block`` by ``block`` pixels; those at its end are smaller.

    Parameters
    ----------
    data
        Real or bool pixels of shape ``(ny, nx)``. Masked and infinite ones are missing, like NaN.

    Returns
    -------
    ndarray of float
        Means of what isn't missing; NaN where more than half of a square is.

    Examples
    --------
    >>> area_mean(np.arange(6.0).reshape(2, 3), 2).tolist()
    [[2.0, 3.5]]
    """
    rows, columns = (np.arange(0, size, block) for size in data.shape)
    widths = np.diff(np.append(columns, data.shape[1]))
    means = np.empty((len(rows), len(columns)))
    for number, start in enumerate(rows):
        part = data[start : start + block]
        if not np.ma.isMaskedArray(part):
            sums = np.add.reduce(part, axis=0, dtype=float)
            means[number] = np.add.reduceat(sums, columns) / (widths * len(part))
        if np.ma.isMaskedArray(part) or not np.isfinite(means[number]).all():
            means[number] = _mean_of_known(part, columns, widths)
    return means


def _mean_of_known(part: Array, columns: Array, widths: Array) -> Array:
    values = np.ma.filled(part.astype(float), np.nan)
    is_known = np.isfinite(values)
    sums = np.add.reduceat(np.where(is_known, values, 0).sum(axis=0), columns)
    counts = np.add.reduceat(is_known.sum(axis=0), columns)
    is_enough = (2 * counts >= widths * len(part)) & (counts > 0)
    return np.where(is_enough, sums / np.maximum(counts, 1), np.nan)


def seen(edges: Array, view: Range) -> slice:
    """Return the pixels that lie at least in part within a view; none if none does.

    Examples
    --------
    >>> seen(np.array([0, 1, 2, 3.0]), (0.5, 1.5)), seen(np.array([3, 2, 1, 0.0]), (0.5, 1.5))
    (slice(0, 2, None), slice(1, 3, None))
    """
    low, high = view
    if edges[-1] < edges[0]:
        edges, low, high = -edges, -high, -low
    first = int(np.searchsorted(edges, low, side="right")) - 1
    last = int(np.searchsorted(edges, high))
    first = min(max(first, 0), len(edges) - 1)
    return slice(first, max(min(last, len(edges) - 1), first))


def _snapped(part: slice, block: int, size: int) -> slice:
    return slice(part.start // block * block, min(-(-part.stop // block) * block, size))


def _block_edges(edges: Array, part: slice, block: int) -> Array:
    starts = edges[part.start : part.stop : block]
    return np.append(starts, edges[part.stop]) if len(starts) else edges[:0]


def _halved(means: Array, shape: tuple[int, ...], size: int) -> Array:
    """Average 2 by 2 means; those at the image's border stand for fewer pixels."""
    weights = [
        np.diff(np.append(np.arange(0, whole, size), whole)).astype(np.float32) for whole in shape
    ]
    area = np.where(np.isnan(means), 0, weights[0][:, None] * weights[1])
    sums = np.where(area > 0, means, 0) * area
    starts = [np.arange(0, length, 2) for length in means.shape]
    total, known = (
        np.add.reduceat(np.add.reduceat(part, starts[0], axis=0), starts[1], axis=1)
        for part in (sums, area)
    )
    return np.divide(total, known, out=np.full_like(total, np.nan), where=known > 0)
