"""Many samples in any order: what of them changes the picture. Pure numpy.

A hysteresis loop isn't reduced by columns of pixels: only what falls into the pixel of the
sample before is left out, which a line through the rest shows alike; and where there is too
much of a line even so, one sample of each pixel is kept, to be drawn as a dot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.display._progress import tracking

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, Any]
    Ends = tuple[float, float]

CHUNK = 1 << 17
DOT = 2
"""Pixels of a sharp screen that a dot takes, in width and in height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raster:
    """Pixels, and how a place in data units gets among them.

    ``to_x`` and ``to_y`` take values to where an axis is even (their logarithm, say);
    ``x_ends`` and ``y_ends`` are those of what is seen, there.
    """

    width: int
    height: int
    to_x: Callable[[Array], Array]
    to_y: Callable[[Array], Array]
    x_ends: Ends
    y_ends: Ends

    def places(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return columns and rows as float, each at most one pixel outside; NaN where nowhere."""
        with np.errstate(all="ignore"):
            across = _scaled(self.to_x(x), self.x_ends, self.width)
            up = _scaled(self.to_y(y), self.y_ends, self.height)
        return across, up


def _scaled(values: Array, ends: Ends, count: int) -> Array:
    low, high = ends
    places = np.floor((values - low) * (count / (high - low)))
    places[~np.isfinite(values)] = np.nan
    places[values == high] = count - 1
    return np.clip(places, -1, count)


def ends_of(values: Array, to_axis: Callable[[Array], Array]) -> Ends | None:
    """Return the least and the greatest finite value on an axis; None without two of them."""
    low, high = np.inf, -np.inf
    for start in range(0, len(values), CHUNK):
        with np.errstate(all="ignore"):
            part = to_axis(values[start : start + CHUNK])
        is_known = np.isfinite(part)
        low = min(low, float(np.min(part, where=is_known, initial=np.inf)))
        high = max(high, float(np.max(part, where=is_known, initial=-np.inf)))
    is_usable = low < high and np.isfinite(high - low)
    return (low, high) if is_usable else None


def line(x: Array, y: Array, raster: Raster, most: int, longest: float) -> Array | None:
    """Return which samples a line needs: those that leave the pixel of the one before.

    Parameters
    ----------
    x, y
        Of shape ``(n,)``, in any order; NaN interrupts the line.
    raster
        The picture's pixels.
    most, longest
        None is returned if more samples were needed, or if the line were longer, in pixels.

    Returns
    -------
    ndarray of int or None
        Indices, ascending: of each run of samples in one pixel the first and the last, so
        that the line comes and goes where it did.
    """
    parts: list[Array] = []
    count, length = 0, 0.0
    before = (np.nan, np.nan)
    with tracking(range(0, len(x), CHUNK), "Drawing") as starts:
        for start in starts:
            part = slice(start, start + CHUNK)
            across, up = (
                np.concatenate([[old], new])
                for old, new in zip(before, raster.places(x[part], y[part]), strict=True)
            )
            chosen, longer = _changes(across, up)
            parts.append(start + np.union1d(chosen, chosen[chosen + start > 0] - 1))
            count += len(parts[-1])
            length += longer
            if count > most or length > longest:
                return None
            before = (float(across[-1]), float(up[-1]))
    found: Array = np.unique(np.concatenate([*parts, [0, len(x) - 1]]).astype(int))
    return found


def _changes(across: Array, up: Array) -> tuple[Array, float]:
    """Return after which samples the pixel changes, and how long the line is, in pixels."""
    is_known = ~(np.isnan(across) | np.isnan(up))
    steps = np.abs(np.diff(across)) + np.abs(np.diff(up))
    is_new = (steps > 0) | (is_known[1:] != is_known[:-1])
    return np.flatnonzero(is_new), float(np.nansum(steps))


def dots(x: Array, y: Array, raster: Raster) -> Array:
    """Return one sample of each pixel that has any, as indices into x and y, ascending."""
    width, height = raster.width, raster.height
    owner = np.full(width * height, -1)
    with tracking(range(0, len(x), CHUNK), "Drawing") as starts:
        for start in starts:
            part = slice(start, start + CHUNK)
            across, up = raster.places(x[part], y[part])
            seen = np.flatnonzero((across >= 0) & (across < width) & (up >= 0) & (up < height))
            owner[(up[seen] * width + across[seen]).astype(int)] = seen + start
    found: Array = np.sort(owner[owner >= 0])
    return found


def crossings(x: Array, y: Array) -> float:
    """Return how often a line through ``(x, y)`` goes across all that it spans.

    Examples
    --------
    >>> crossings(np.array([0, 1, 0, 1.0]), np.array([0, 0, 2, 2.0]))
    4.0
    """
    return sum(_length(values) for values in (x, y))


def _length(values: Array) -> float:
    known = values[np.isfinite(values)]
    if known.size < 2 or not (span := float(known.max() / 2 - known.min() / 2)):  # noqa: PLR2004
        return 0.0
    with np.errstate(over="ignore"):
        return float(np.abs(np.diff(known / 2)).sum(dtype=float)) / span
