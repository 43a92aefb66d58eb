"""Leaving out what nobody sees of many curves: what curves above it cover in full.

Of hundreds of noisy curves the last few dozen hide nearly all of the others, and Agg takes its
time for each of their edges. What is covered is found when pixels are drawn, in these pixels: the
lines keep all their samples, in files of vectors too, and a picture has the same pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.colors import to_rgba

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    Array = np.ndarray[Any, Any]

SURELY = 0.4
"""Pixels by which a line is taken to be thinner than it is."""
ENDS = 3.0
"""How many half widths, and pixels besides, must be covered around a line that is left out.

Agg's round joins leave a little of a sharp turn open: with 1.5, some pixels differed by 28 of 255.
"""
TRIAL = 100
"""Lines, from above, after which no more is looked for where hardly anything was covered."""
WORTH_IT = 0.05
"""Share of their length that must be covered for that."""


def is_plain(line: Line2D) -> bool:
    """Say whether a line is opaque, solid and without markers, and seen."""
    return bool(
        line.get_visible()
        and line.get_linestyle() == "-"
        and line.get_marker() in (None, "None", "", " ")
        and line.get_drawstyle() == "default"
        and line.get_antialiased()
        and line.get_solid_joinstyle() == "round"
        and line.get_alpha() in (None, 1)
        and to_rgba(line.get_color())[3] == 1
        and line.get_linewidth() > 0
        and not line.get_path_effects()
        and line.get_agg_filter() is None
        and line.get_sketch_params() is None
        and line.get_clip_on()
        and line.get_clip_path() is None
        and not line.get_animated()
    )


class SeenParts:
    """The seen parts of lines of a class in one pair of axes, found once for each drawing of these."""

    def __init__(self, axes: Axes, kind: type[Line2D]) -> None:
        self._axes, self._kind = axes, kind
        self._parts: dict[Line2D, Array | None] = {}

    def part_of(self, line: Line2D) -> Array | None:
        """Return the points of what is seen, of shape ``(n, 2)`` in pixels; None if it isn't plain."""
        if line not in self._parts:  # taken before: this is another drawing
            self._parts = self.find()
        return self._parts.pop(line, None)

    def find(self) -> dict[Line2D, Array | None]:
        """Find the seen parts of all lines as they are now."""
        lines = [line for line in self._axes.lines if isinstance(line, self._kind)]
        lines.sort(key=lambda line: line.get_zorder())
        parts: dict[Line2D, Array | None] = dict.fromkeys(lines)
        above = _Above(self._axes)
        for line in reversed(lines):
            if is_plain(line):
                parts[line] = above.seen_of(line)
        return parts


class _Above:
    """What the lines above the next one cover, from the uppermost down."""

    def __init__(self, axes: Axes) -> None:
        box: Any = axes.bbox
        self._edges = np.arange(np.floor(box.x0), np.ceil(box.x1) + 1)
        self._cover = _Cover(len(self._edges) - 1)
        self._pixels = axes.figure.dpi / 72
        self._to_pixels = axes.transData
        self._columns: _Columns | None = None
        self._count, self._hidden, self._looked_at = 0, 0, 0

    def seen_of(self, line: Line2D) -> Array:
        """Return what is seen of the next line below."""
        transform = line.get_transform()
        to_pixels = self._to_pixels if transform is self._to_pixels else transform
        points = np.asarray(to_pixels.transform(line.get_xydata()))
        width = self._pixels * float(line.get_linewidth())
        if not self._is_worth_it() or _Cover.above(width) is None:
            return points
        columns = self._columns_of(points)
        if columns is None:
            return points
        if points[-1, 0] < points[0, 0]:
            points = points[::-1]
        found, hidden = _part(points, *self._cover.hiding(width, columns, self._count))
        self._cover.add(*columns.extremes(points[:, 1]), width)
        self._count += 1
        self._hidden += hidden
        self._looked_at += len(points)
        return found

    def _is_worth_it(self) -> bool:
        return self._count < TRIAL or self._hidden > WORTH_IT * self._looked_at

    def _columns_of(self, points: Array) -> _Columns | None:
        """Return how a line's points lie in columns of pixels; None if it turns back, or is nowhere."""
        x = points[:, 0]
        if len(x) < 2 or not np.isfinite(x).all():  # noqa: PLR2004 - a line has two points
            return None
        if x[-1] < x[0]:
            x = x[::-1]
        if self._columns is None or not np.array_equal(self._columns.x, x):
            self._columns = _Columns.of(x, self._edges) if (x[1:] >= x[:-1]).all() else None
        return self._columns


class _Columns(NamedTuple):
    """How positions ``x``, ascending and in pixels, lie in columns of these.

    ``numbers`` says in which column each is. ``samples`` and ``places`` are where values at them
    and at the columns' edges belong in one line, ``before`` the sample before each edge, and
    ``weights`` how near the one behind it is.
    """

    x: Array
    numbers: Array
    samples: Array
    places: Array
    before: Array
    weights: Array

    @classmethod
    def of(cls, x: Array, edges: Array) -> _Columns:
        begins = np.searchsorted(x, edges)
        places = begins + np.arange(len(edges))
        is_sample = np.ones(len(x) + len(edges), dtype=bool)
        is_sample[places] = False
        before = np.clip(begins - 1, 0, len(x) - 2)
        steps = x[before + 1] - x[before]
        with np.errstate(all="ignore"):
            weights = (edges - x[before]) / steps
        weights[(edges < x[0]) | (edges > x[-1])] = np.nan
        numbers = np.clip(np.floor(x - edges[0]), 0, len(edges) - 2).astype(int)
        return cls(x, numbers, np.flatnonzero(is_sample), places, before, weights)

    def over_steps(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the highest ``low`` and the lowest ``high`` of all columns between two samples."""
        spans = np.stack([self.numbers[:-1], self.numbers[1:] + 1], axis=1).ravel()
        return (
            np.maximum.reduceat(np.append(low, np.inf), spans)[::2],
            np.minimum.reduceat(np.append(high, -np.inf), spans)[::2],
        )

    def extremes(self, y: Array) -> tuple[Array, Array]:
        """Return a line's lowest and highest place in each column, NaN where it has an end."""
        at_edges = y[self.before] * (1 - self.weights) + y[self.before + 1] * self.weights
        merged = np.empty(len(self.samples) + len(self.places))
        merged[self.places], merged[self.samples] = at_edges, y
        merged = merged[: self.places[-1] + 1]
        low = np.minimum(np.minimum.reduceat(merged, self.places[:-1]), at_edges[1:])
        high = np.maximum(np.maximum.reduceat(merged, self.places[:-1]), at_edges[1:])
        return low, high


class _Hiding(NamedTuple):
    """Between which heights lines of a width are hidden, in columns and from sample to sample."""

    width: float
    until: int
    low: Array
    high: Array
    columns: _Columns | None = None
    steps: tuple[Array, Array] = (np.empty(0), np.empty(0))


class _Cover:
    """What is covered in full, of each column of pixels: from ``low`` to ``high``."""

    def __init__(self, count: int) -> None:
        self._low, self._high = np.full(count, np.inf), np.full(count, -np.inf)
        self._hiding: _Hiding | None = None

    @staticmethod
    def above(width: float) -> float | None:
        """Return by how much a line covers more than its own places; None where it covers nothing."""
        half = width / 2 - SURELY
        if half <= 1:  # narrower than what is from one edge of a column to the other
            return None
        return float(np.sqrt(half**2 - 1))

    def hiding(self, width: float, columns: _Columns, count: int) -> tuple[Array, Array]:
        """Return between which heights a line is hidden from each sample to the next.

        What ``count`` lines cover grows slowly: it is looked at anew after one more in sixteen.
        """
        known = self._hiding
        if known is None or known.width != width or count >= known.until:
            reach = width / 2 * ENDS + ENDS
            beside = int(np.ceil(reach))
            low = _widest(self._low, beside, np.maximum) + reach
            high = _widest(self._high, beside, np.minimum) - reach
            known = _Hiding(width, count + 1 + count // 16, low, high)
        if known.columns is not columns:
            known = known._replace(columns=columns, steps=columns.over_steps(known.low, known.high))
        self._hiding = known
        return known.steps

    def add(self, low: Array, high: Array, width: float) -> None:
        """Add a line: in each column it goes through all heights from its lowest to its highest."""
        above = self.above(width) or 0.0
        low, high = low - above, high + above
        is_empty = self._high < self._low
        # where two meet within a pixel, neither covers it
        is_joined = (low <= self._high - 1) & (high >= self._low + 1)
        is_larger = (high - low > self._high - self._low) & ~is_joined
        is_taken = (is_empty | is_larger) & (high >= low)
        self._low = np.where(is_joined, np.minimum(low, self._low), self._low)
        self._high = np.where(is_joined, np.maximum(high, self._high), self._high)
        self._low = np.where(is_taken, low, self._low)
        self._high = np.where(is_taken, high, self._high)


def _widest(values: Array, reach: int, of_two: np.ufunc) -> Array:
    """Return the least or greatest value of each column and ``reach`` columns on each side."""
    found, size = np.pad(values, reach, mode="edge"), 1
    wanted = 2 * reach + 1
    while 2 * size <= wanted:
        found, size = of_two(found[:-size], found[size:]), 2 * size
    rest = wanted - size
    return of_two(found[: len(found) - rest], found[rest:]) if rest else found


def _part(points: Array, low: Array, high: Array) -> tuple[Array, int]:
    """Return what is seen of a line, with NaN where it isn't, and how many of its steps are hidden.

    From sample to sample a line is hidden between ``low`` and ``high``; where it comes out of
    there, it is cut.
    """
    y = points[:, 1]
    first, second = y[:-1], y[1:]
    is_inside = (first >= low) & (first <= high), (second >= low) & (second <= high)
    is_hidden = is_inside[0] & is_inside[1]
    is_cut = (np.minimum(first, second) < high) & (np.maximum(first, second) > low)
    is_cut &= ~is_hidden & (low < high)
    hidden = int(np.count_nonzero(is_hidden | is_cut))
    if not hidden:
        return points, 0
    seen = np.flatnonzero(~is_hidden)
    begins, ends = (~(is_cut & inside)[seen] for inside in is_inside)
    is_next = np.append(np.diff(seen) == 1, False)
    goes_on = is_next & ends & np.append(begins[1:], False)
    comes = np.append(False, goes_on[:-1])
    cut = is_cut[seen]
    start, stop = points[seen], points[seen + 1]
    low, high = (np.where(cut, heights[seen], 0.0) for heights in (low, high))
    rise = np.where(cut, stop[:, 1] - start[:, 1], 1.0)
    enters, leaves = np.where(rise > 0, low, high), np.where(rise > 0, high, low)
    found = np.full((len(seen), 6, 2), np.nan)  # the two gaps are left as they are
    found[:, 0], found[:, 4] = start, stop
    for place, height in ((1, enters), (3, leaves)):
        share = (height - start[:, 1]) / rise
        found[:, place] = start + (stop - start) * share[:, None]
    is_kept = [begins & ~comes, cut & begins, cut & begins, cut & ends, ends, ends & ~goes_on]
    return found[np.stack(is_kept, axis=1)], hidden
