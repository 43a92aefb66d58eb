"""Showing an image of more pixels than a picture has: area means, and what they would hide.

Pure numpy. A single hot or dead pixel is one of twenty in its block, and their mean doesn't
show it: where a pixel stands out far beyond what the picture shows around it, it is shown
instead of the mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from datalab_kernel.plot._spec import Image

Array = np.ndarray[Any, Any]
BEYOND = 6.0
"""How many times farther from its block's mean than is usual around it a pixel stands out."""
VISIBLE = 0.08
"""Share of the colours' range that a pixel which stands out differs by."""
MANY_GAPS = 0.10
"""Share of blocks with missing pixels from which on single ones are no longer shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """An image by blocks: what each is shown as, and in how many a single pixel is."""

    values: Array
    standing_out: int = 0
    missing: int = 0

    @property
    def note(self) -> str:
        """What a picture says of single pixels; nothing if none are shown."""
        kept = []
        if self.standing_out:
            kept.append("stand out")
        if self.missing:
            kept.append("are missing")
        return f"; single pixels that {' or '.join(kept)} are kept" if kept else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedImage:
    """What is drawn instead of an image's pixels: fewer of them, in the same place.

    Attributes
    ----------
    data
        Values in the image's unit, float64 of shape ``(ny, nx)``; NaN where they are missing.
    x_edges, y_edges
        Between which pixels lie, in the axes' units, of shape ``(nx + 1,)`` and ``(ny + 1,)``.
        Pixels needn't be equally wide, not even where the image's are.
    note
        What the picture says about it.
    """

    data: Array
    x_edges: Array
    y_edges: Array
    note: str


def reduce_image(
    image: Image, width: int, height: int, limits: tuple[float, float] | None = None
) -> ReducedImage | None:
    """Return what to draw of an image, None if that is each of its pixels.

    Parameters
    ----------
    image
        Its ``data`` and edges are taken. Masked and infinite pixels are missing, like NaN;
        for ``is_masked``, which is drawn over the data, mask them where they mustn't count.
    width, height
        Pixels of the picture that the image covers: it isn't reduced to fewer.
    limits
        The values between which colours differ, in the image's unit. Where they aren't
        known, no single pixel is kept because it stands out.

    Returns
    -------
    ReducedImage or None
        Means of the pixels in each block; NaN where more than half of them are missing.
        Single pixels that stand out far beyond what is around them are shown instead of
        their block's mean, and so are those that are missing, if they are few.

    Examples
    --------
    >>> from datalab_kernel.plot import Image
    >>> from datalab_kernel.plot.rendering import reduce_image
    >>> image = Image(data=np.ones((600, 900)), x_edges=np.arange(901.0), y_edges=np.arange(601.0))
    >>> found = reduce_image(image, 300, 200)
    >>> found.data.shape, found.x_edges[:3].tolist(), found.note
    ((200, 300), [0.0, 3.0, 6.0], '900 by 600 pixels, shown by area means')
    >>> reduce_image(image, 900, 600) is None
    True
    """
    ny, nx = image.data.shape
    rows, columns = block_starts(ny, height), block_starts(nx, width)
    if (len(rows), len(columns)) == (ny, nx):
        return None
    found = blocks(image.data, rows, columns, limits)
    return ReducedImage(
        data=found.values,
        x_edges=np.append(image.x_edges[columns], image.x_edges[-1:]),
        y_edges=np.append(image.y_edges[rows], image.y_edges[-1:]),
        note=f"{nx:,} by {ny:,} pixels, shown by area means{found.note}",
    )


def block_starts(size: int, wanted: int) -> Array:
    """Return where blocks begin that divide ``size`` pixels into at most ``wanted``.

    Examples
    --------
    >>> block_starts(6, 3), block_starts(2, 3)
    (array([0, 2, 4]), array([0, 1]))
    """
    count = min(size, wanted)
    return (np.arange(count) * size) // max(count, 1)


def blocks(
    data: Array, row_starts: Array, column_starts: Array, limits: tuple[float, float] | None
) -> Blocks:
    """Show an image's pixels by blocks.

    Parameters
    ----------
    data
        Real or bool pixels of shape ``(ny, nx)``; masked and infinite ones count as missing,
        like NaN.
    row_starts, column_starts
        Where blocks begin, as :func:`block_starts` says.
    limits
        The values between which colours differ; None if they aren't known.

    Returns
    -------
    Blocks
        Means of the pixels that aren't missing; NaN where more than half of a block is
        missing. A pixel stands out, and is shown instead of the mean, if it is beyond what
        the means of the blocks around show by more than a part of the colours' range, and
        if it is several times as far from its block's mean as is usual in the blocks
        around. So is what is known amid nothing but missing pixels. In an image where few
        pixels are missing, each of them is shown. What is shown so covers two blocks each
        way, or it would be hard to see.

    Notes
    -----
    Noise has extremes in every block: none stands out, and the means are shown.
    """
    means, low, high, has_missing = _statistics(data, row_starts, column_starts)
    chosen = means.copy()
    is_missing = has_missing & ~np.isnan(means)
    shown = np.zeros(means.shape, dtype=bool)
    if has_missing.any():
        shown = np.isnan(_of_neighbours(np.fmax, means)) & ~np.isnan(high)
        _spread(chosen, high, shown)
    if limits is not None and min(means.shape) > 1 and limits[1] > limits[0]:
        least = VISIBLE * (limits[1] - limits[0])
        above = _stands_out(means, high, least)
        below = _stands_out(-means, -low, least)
        is_out = (above > 0) | (below > 0)
        _spread(chosen, np.where(above >= below, high, low), is_out)
        shown |= is_out
    gaps = int(is_missing.sum())
    if 0 < gaps <= MANY_GAPS * is_missing.size:
        _spread(chosen, np.full(means.shape, np.nan), is_missing)
    else:
        gaps = 0
    return Blocks(values=chosen, standing_out=int(shown.sum()), missing=gaps)


def _spread(target: Array, values: Array, where: Array) -> None:
    """Put values there, and into the blocks to the right and below."""
    rows, columns = np.nonzero(where)
    last_row, last_column = target.shape[0] - 1, target.shape[1] - 1
    for down, right in ((1, 1), (1, 0), (0, 1), (0, 0)):  # a place of its own comes last
        target[np.minimum(rows + down, last_row), np.minimum(columns + right, last_column)] = (
            values[rows, columns]
        )


def _stands_out(means: Array, high: Array, least: float) -> Array:
    """Return by how much the greatest pixels stand out, 0 where they don't."""
    farthest = high - means
    ends = np.fmin.reduce(farthest, axis=None), np.fmax.reduce(farthest, axis=None)
    if not ends[1] > max(least, BEYOND * ends[0]):  # of noise, and where all is smooth
        return np.zeros(means.shape)
    beyond = high - _of_neighbours(np.fmax, means)
    with np.errstate(invalid="ignore"):
        # The least of the neighbours is quickly found, and leaves few to look at closely
        is_likely = (beyond > least) & (farthest > BEYOND * _of_neighbours(np.fmin, farthest))
    rows, columns = np.nonzero(is_likely)
    usual = _median_around(farthest, rows, columns)
    is_out = farthest[rows, columns] > BEYOND * usual
    found = np.zeros(means.shape)
    found[rows[is_out], columns[is_out]] = beyond[rows[is_out], columns[is_out]]
    return found


def _median_around(values: Array, rows: Array, columns: Array) -> Array:
    """Return the median of the eight blocks around each; at an edge, some count twice."""
    last_row, last_column = values.shape[0] - 1, values.shape[1] - 1
    around = [
        values[np.clip(rows + down, 0, last_row), np.clip(columns + right, 0, last_column)]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if down or right
    ]
    found: Array = np.sort(around, axis=0)[3:5].mean(axis=0)  # NaN is sorted to the end
    return found


def _of_neighbours(extreme: np.ufunc, values: Array) -> Array:
    """Return each block's extreme among itself and the eight around it; NaN doesn't count."""
    for axis in (0, 1):
        values = np.moveaxis(values, axis, 0)
        found = values.copy()
        found[1:] = extreme(found[1:], values[:-1])
        found[:-1] = extreme(found[:-1], values[1:])
        values = np.moveaxis(found, 0, axis)
    return values


def _statistics(
    data: Array, row_starts: Array, column_starts: Array
) -> tuple[Array, Array, Array, Array]:
    """Return each block's mean, least and greatest value, and whether a pixel is missing."""
    shape = (len(row_starts), len(column_starts))
    means, low, high = np.empty((3, *shape))
    has_missing = np.zeros(shape, dtype=bool)
    ends = np.append(row_starts[1:], data.shape[0])
    widths = np.diff(np.append(column_starts, data.shape[1]))
    window = _Window(column_starts, widths)
    is_masked = np.ma.isMaskedArray(data)
    for row, (start, end) in enumerate(zip(row_starts, ends, strict=True)):
        part = data[start:end]
        if not is_masked:
            sums = np.add.reduce(part, axis=0, dtype=float)
            means[row] = np.add.reduceat(sums, column_starts) / (widths * (end - start))
        if is_masked or not np.isfinite(means[row]).all():
            found = _of_known(part, column_starts, widths)
            means[row], low[row], high[row], has_missing[row] = found
            continue
        low[row] = window.extreme(np.minimum, np.minimum.reduce(part, axis=0))
        high[row] = window.extreme(np.maximum, np.maximum.reduce(part, axis=0))
    return means, low, high, has_missing


class _Window:
    """Blocks of a row, of which each is what two windows of one size cover: quicker than ``reduceat``."""

    def __init__(self, starts: Array, widths: Array) -> None:
        least = int(min(widths, default=1))
        self._steps = [1 << power for power in range(least.bit_length() - 1)]
        self._starts = starts
        self._seconds = starts + widths - (1 << len(self._steps))

    def extreme(self, of_two: np.ufunc, values: Array) -> Array:
        """Return the least or greatest value of each block."""
        for step in self._steps:  # windows twice as wide
            values = of_two(values[:-step], values[step:])
        found: Array = of_two(values[self._starts], values[self._seconds])
        return found


def _of_known(
    part: Array, column_starts: Array, widths: Array
) -> tuple[Array, Array, Array, Array]:
    """Return the same of a row of blocks where pixels are missing, masked or infinite."""
    values = np.ma.filled(part.astype(float), np.nan)
    is_known = np.isfinite(values)
    values[~is_known] = np.nan
    sums = np.add.reduceat(np.where(is_known, values, 0).sum(axis=0), column_starts)
    counts = np.add.reduceat(is_known.sum(axis=0), column_starts)
    is_enough = (2 * counts >= widths * len(values)) & (counts > 0)
    means = np.where(is_enough, sums / np.maximum(counts, 1), np.nan)
    low = np.fmin.reduceat(np.fmin.reduce(values, axis=0), column_starts)
    high = np.fmax.reduceat(np.fmax.reduce(values, axis=0), column_starts)
    return means, low, high, counts < widths * len(values)
