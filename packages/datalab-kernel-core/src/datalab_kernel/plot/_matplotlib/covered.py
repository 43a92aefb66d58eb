"""Leaving out what nobody sees of many curves: what curves above it cover in full.

Of hundreds of noisy curves the last few dozen hide nearly all of the others, and Agg takes its
time for each of their edges. What is covered is found when pixels are drawn, in these pixels: the
lines keep all their samples, in files of vectors too, and a picture has the same pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect
from matplotlib.transforms import IdentityTransform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    Array = np.ndarray[Any, Any]

MANY = 20
"""Curves from which on it is looked for."""
SURELY = 0.4
"""Pixels by which a line is taken to be thinner than it is."""
ENDS = 3.0
"""How many half widths, and pixels besides, must be covered around a line that is left out.

Agg's round joins leave a little of a sharp turn open: with 1.5, some pixels differed by 28 of 255.
"""


def leave_out_covered(axes: Axes) -> None:
    """Let the axes' lines, if they are many, be drawn where they are seen only."""
    lines = [line for line in axes.lines if _is_plain(line)]
    if len(lines) < MANY:
        return
    seen = _Seen(axes)
    for line in lines:
        line.set_path_effects([_WhereSeen(line, seen, line.get_path_effects())])


def _is_plain(line: Line2D) -> bool:
    """Say whether a line is opaque, solid and without markers."""
    return bool(
        line.get_linestyle() == "-"
        and line.get_marker() in (None, "None", "", " ")
        and line.get_drawstyle() == "default"
        and line.get_antialiased()
        and line.get_solid_joinstyle() == "round"
        and line.get_alpha() in (None, 1)
        and to_rgba(line.get_color())[3] == 1
        and line.get_visible()
    )


class _WhereSeen(AbstractPathEffect):
    """Draws a line's seen parts, where pixels are drawn; all of it elsewhere."""

    def __init__(self, line: Line2D, seen: _Seen, others: Sequence[Any]) -> None:
        super().__init__()
        self.line, self._seen = line, seen
        self._others = list(others)

    def draw_path(
        self,
        renderer: Any,
        gc: Any,
        tpath: Path,
        affine: Any,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        if isinstance(renderer, RendererAgg) and rgbFace is None:
            found = self._seen.part_of(self.line)
            if found is not None:
                if len(found):
                    self._draw(renderer, gc, Path(found), IdentityTransform())
                return
        self._draw(renderer, gc, tpath, affine, rgbFace)

    def _draw(self, renderer: Any, gc: Any, tpath: Path, affine: Any, face: Any = None) -> None:
        for effect in self._others:
            effect.draw_path(renderer, gc, tpath, affine, face)
        if not self._others:
            renderer.draw_path(gc, tpath, affine, face)


class _Seen:
    """The seen parts of an axes' lines, found once for each drawing of these."""

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._parts: dict[Line2D, Array | None] = {}

    def part_of(self, line: Line2D) -> Array | None:
        """Return the points of what is seen, of shape ``(n, 2)`` in pixels; None if it is all."""
        if line not in self._parts:  # taken before: this is another drawing
            self._parts = self._found()
        return self._parts.pop(line, None)

    def _found(self) -> dict[Line2D, Array | None]:
        axes = self._axes
        ordered = sorted(axes.lines, key=lambda line: line.get_zorder())
        lines = [
            line
            for line in ordered
            if _is_plain(line) and any(isinstance(e, _WhereSeen) for e in line.get_path_effects())
        ]
        box: Any = axes.bbox
        edges = np.arange(np.floor(box.x0), np.ceil(box.x1) + 1)
        pixels = axes.figure.dpi / 72
        cover = _Cover(len(edges) - 1)
        parts: dict[Line2D, Array | None] = {}
        for line in reversed(lines):  # from above
            width = pixels * float(line.get_linewidth())
            columns = _columns_of(line, edges)
            if columns is None:
                parts[line] = None
                continue
            parts[line] = _part(columns, edges, cover.hides(columns, width))
            cover.add(columns, width)
        return parts


class _Columns(NamedTuple):
    """A line in pixels, from left to right, by columns of these.

    ``begins`` says of each edge of a column which point is the first behind it, ``at_edges`` how
    high the line is there. ``low`` and ``high`` are its ends in a column, NaN where it has some.
    """

    points: Array
    begins: Array
    at_edges: Array
    low: Array
    high: Array


def _columns_of(line: Line2D, edges: Array) -> _Columns | None:
    """Return a line by columns of pixels; None if it turns back, or is nowhere."""
    points = np.asarray(line.get_transform().transform(line.get_path().vertices))
    x = points[:, 0]
    if len(x) < 2 or not np.isfinite(x).all():  # noqa: PLR2004 - a line has two points
        return None
    if x[-1] < x[0]:
        points = points[::-1]
    x, y = points[:, 0], points[:, 1]
    if not (x[1:] >= x[:-1]).all():
        return None
    at_edges = np.interp(edges, x, y, left=np.nan, right=np.nan)
    begins = np.searchsorted(x, edges)
    places = begins + np.arange(len(edges))
    merged = np.empty(len(x) + len(edges))
    is_edge = np.zeros(len(merged), dtype=bool)
    is_edge[places] = True
    merged[places], merged[~is_edge] = at_edges, y
    merged = merged[: places[-1] + 1]
    low = np.minimum(np.minimum.reduceat(merged, places[:-1]), at_edges[1:])
    high = np.maximum(np.maximum.reduceat(merged, places[:-1]), at_edges[1:])
    return _Columns(points, begins, at_edges, low, high)


class _Cover:
    """What is covered in full, of each column of pixels: from ``low`` to ``high``."""

    def __init__(self, count: int) -> None:
        self._low, self._high = np.full(count, np.inf), np.full(count, -np.inf)

    def hides(self, columns: _Columns, width: float) -> Array:
        """Say in which columns a line is hidden."""
        reach = width / 2 * ENDS + ENDS
        count = int(np.ceil(reach))
        low = _widest(self._low, count, np.maximum)
        high = _widest(self._high, count, np.minimum)
        found: Array = (columns.low - reach >= low) & (columns.high + reach <= high)
        return found

    def add(self, columns: _Columns, width: float) -> None:
        """Add a line: in each column it goes through all heights from its lowest to its highest."""
        half = width / 2 - SURELY
        if half <= 1:  # narrower than what is from one edge of a column to the other
            return
        above = np.sqrt(half**2 - 1)
        low, high = columns.low - above, columns.high + above
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


def _part(columns: _Columns, edges: Array, is_hidden: Array) -> Array | None:
    """Return the points of a line where it isn't hidden, with NaN between its parts."""
    if not is_hidden.any():
        return None
    change = np.diff(np.concatenate([[True], is_hidden, [True]]).astype(np.int8))
    starts, stops = np.flatnonzero(change == -1), np.flatnonzero(change == 1)
    gap = np.full((1, 2), np.nan)
    parts = []
    last = len(is_hidden)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        first = columns.begins[start] if start else 0
        behind = columns.begins[stop] if stop < last else len(columns.points)
        parts.append([[edges[start], columns.at_edges[start]]] if start else gap)
        parts.append(columns.points[first:behind])
        parts.append([[edges[stop], columns.at_edges[stop]]] if stop < last else gap)
        parts.append(gap)
    return np.concatenate(parts) if parts else np.empty((0, 2))
