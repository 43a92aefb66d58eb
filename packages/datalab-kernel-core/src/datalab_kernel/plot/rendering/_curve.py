"""Which samples of a long curve a picture needs, so that it looks as if all were drawn.

Decides between all samples, columns of pixels (:mod:`._columns`) and pixels
(:mod:`._scribble`); a renderer draws what comes back, and says the note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot.rendering import _columns, _ordered, _scribble

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.plot._spec import Curve

    Array = np.ndarray[Any, Any]
    AxisLimits = tuple[float, float]

ENOUGH = 4
"""Samples for each column of pixels from which on a curve is reduced."""
MANY = 20_000
"""Samples from which on a line in any order is reduced."""
MOST_OF_A_LINE = 150_000
"""Points of a line in any order from which on dots are shown."""
MOST_CROSSINGS = 10_000
"""How often a line may go across the picture; more takes seconds, and shows a blot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What axes show, and how large they are.

    Attributes
    ----------
    width, height
        Of the axes, in pixels of the screen.
    to_x, from_x, to_y
        Take values to where the axes are even, and back: for usual scales from
        :data:`SCALES`. What isn't finite there has no place.
    xlim, ylim
        The axes' limits in the data's units, in any direction; None for all of the data.
    """

    width: int
    height: int
    to_x: Callable[[Array], Array]
    from_x: Callable[[Array], Array]
    to_y: Callable[[Array], Array]
    xlim: AxisLimits | None = None
    ylim: AxisLimits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedCurve:
    """What is drawn instead of a curve's samples.

    Attributes
    ----------
    x, y
        Points in the data's units, of shape ``(n,)``. NaN interrupts the line.
    is_dots
        Whether the points are dots, and no line.
    band
        ``(x, low, high)``, each of shape ``(m,)``: what error bars cover; None without any.
    note
        What the picture says about it; empty where nothing is left out.
    """

    x: Array
    y: Array
    is_dots: bool = False
    band: tuple[Array, Array, Array] | None = None
    note: str = ""


def reduce_curve(curve: Curve, view: View) -> ReducedCurve | None:
    """Return what to draw of a curve, None if that is each of its samples.

    Parameters
    ----------
    curve
        Of any length, none included, with x in any order.
    view
        What is seen of it.

    Returns
    -------
    ReducedCurve or None
        Where x is ordered, what is seen of it by the least and greatest value of each
        column of pixels; else those samples that change the picture. Gaps stay visible
        where values are NaN or infinite.

    Examples
    --------
    >>> from datalab_kernel.plot import Curve
    >>> from datalab_kernel.plot.rendering import SCALES, View, reduce_curve
    >>> to_x, from_x = to_y, _ = SCALES["linear"]
    >>> view = View(width=100, height=50, to_x=to_x, from_x=from_x, to_y=to_y)
    >>> x = np.linspace(0, 1, 100_000)
    >>> found = reduce_curve(Curve(x=x, y=np.sin(x)), view)
    >>> found.x.size, found.note
    (202, '100,000 points, shown by minimum and maximum')
    >>> reduce_curve(Curve(x=x[:400], y=x[:400]), view) is None
    True
    """
    if len(curve.y) <= ENOUGH * view.width:
        return None
    if not _is_of_dots(curve) and _ordered.order_of(curve.x):
        return _by_columns(curve, view)
    return None if _is_quick(curve) else _by_pixels(curve, view)


def _is_of_dots(curve: Curve) -> bool:
    return curve.style == "dots" or curve.linestyle in ("none", "None", " ", "")


def _is_quick(curve: Curve) -> bool:
    """Say whether all samples are soon drawn."""
    if len(curve.y) > MANY:
        return False
    if _is_of_dots(curve) or curve.style == "sticks":
        return True
    return _scribble.crossings(curve.x, curve.y) <= MOST_CROSSINGS


# -- ordered ------------------------------------------------------------------------------


def _by_columns(curve: Curve, view: View) -> ReducedCurve | None:
    x, y = curve.x, curve.y
    first, last = _seen(x, view)
    part = slice(first, last + 1)
    if last + 1 - first <= ENOUGH * view.width:
        return _all_of(curve, part)
    edges = _edges(x, view, first, last)
    if edges is None:
        return _all_of(curve, part) if last + 1 - first <= MANY else _by_pixels(curve, view)
    points = _columns.min_max(x, y, edges)
    ends = np.array([first, last])  # the line comes from and goes to what isn't seen
    is_beyond = ~_between(x[ends], edges)
    line = [
        np.concatenate([known[ends[:1]][is_beyond[:1]], found, known[ends[1:]][is_beyond[1:]]])
        for known, found in zip((x, y), points, strict=True)
    ]
    return ReducedCurve(
        x=line[0],
        y=line[1],
        band=_band(curve, edges),
        note=_note(curve, "shown by minimum and maximum"),
    )


def _all_of(curve: Curve, part: slice) -> ReducedCurve:
    band = None
    x, y, error = curve.x[part], curve.y[part], curve.y_error
    if error is not None:
        band = (x, y - error[part], y + error[part])
    return ReducedCurve(x=x, y=y, band=band)


def _seen(x: Array, view: View) -> tuple[int, int]:
    """Return the first and the last sample that the line which is seen goes through."""
    first, last = 0, len(x) - 1
    if view.xlim is not None:
        limits = sorted(view.xlim, reverse=_ordered.is_descending(x))
        first = int(_ordered.places_in(x, np.array(limits[:1]))[0]) - 1
        last = int(_ordered.places_in(x, np.array(limits[1:]), is_after=True)[0])
    first, last = max(first, 0), min(last, len(x) - 1)
    return _first_with_place(x, view, first, last), _first_with_place(x, view, last, first)


def _first_with_place(x: Array, view: View, start: int, stop: int) -> int:
    """Return the first sample from ``start`` on that has a place, as x > 0 has on a log axis."""
    with np.errstate(all="ignore"):
        if np.isfinite(view.to_x(x[start : start + 1].astype(float)))[0]:
            return start
        none, some = start, stop
        while abs(some - none) > 1:
            middle = (none + some) // 2
            has_place = np.isfinite(view.to_x(x[middle : middle + 1].astype(float)))[0]
            none, some = (none, middle) if has_place else (middle, some)
    return some


def _edges(x: Array, view: View, first: int, last: int) -> Array | None:
    """Divide what is seen into columns of pixels; None where it has no width."""
    ends = np.array([x[first], x[last]], dtype=float)
    if view.xlim is not None:
        low, high = sorted(view.xlim)
        ends = np.clip(ends, low, high)
    with np.errstate(all="ignore"):
        left, right = view.to_x(ends)
        edges: Array = np.asarray(view.from_x(np.linspace(left, right, view.width + 1)))
    edges[0], edges[-1] = ends
    steps = np.diff(edges)
    is_increasing = bool((steps >= 0).all() or (steps <= 0).all())
    return edges if is_increasing and np.isfinite(edges).all() and left != right else None


def _between(values: Array, edges: Array) -> Array:
    low, high = sorted((edges[0], edges[-1]))
    found: Array = (values >= low) & (values <= high)
    return found


def _band(curve: Curve, edges: Array) -> tuple[Array, Array, Array] | None:
    if curve.y_error is None:
        return None
    first, end, columns = _columns.divide(curve.x, edges)
    if columns.size == 0:
        return None
    low, high = _columns.band(curve.y, curve.y_error, first, end)
    last = np.append(first[1:], end) - 1
    return curve.x[first] / 2 + curve.x[last] / 2, low, high


# -- in any order -------------------------------------------------------------------------


def _by_pixels(curve: Curve, view: View) -> ReducedCurve | None:
    x, y = curve.x, curve.y
    raster = _raster(curve, view, 1)
    if raster is None:
        return _without_extent(curve)
    if not _is_of_dots(curve) and curve.style != "sticks":
        longest = MOST_CROSSINGS * (view.width + view.height) / 2
        chosen = _scribble.line(x, y, raster, MOST_OF_A_LINE, longest)
        if chosen is not None:
            return ReducedCurve(
                x=x[chosen], y=y[chosen], note=_note(curve, "repeats within a pixel left out")
            )
    coarse = _raster(curve, view, _scribble.DOT)
    assert coarse is not None, "the same ends as those of the finer one"  # noqa: S101
    chosen = _scribble.dots(x, y, coarse)
    is_dots = curve.style != "sticks"
    return ReducedCurve(
        x=x[chosen],
        y=y[chosen],
        is_dots=is_dots,
        note=_note(curve, "shown as dots" if is_dots else "one shown for each pixel"),
    )


def _without_extent(curve: Curve) -> ReducedCurve:
    """Return where the curve is, which has no width or no height: its extremes and its ends."""
    x, y = curve.x, curve.y
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if known.size == 0:
        return ReducedCurve(x=x[:1], y=y[:1])
    places = [known[0], known[-1]]
    for values in (x[known], y[known]):
        places += [known[values.argmin()], known[values.argmax()]]
    chosen = np.array(sorted(places))
    return ReducedCurve(x=x[chosen], y=y[chosen], note=_note(curve, "shown by minimum and maximum"))


def _raster(curve: Curve, view: View, step: int) -> _scribble.Raster | None:
    ends = []
    for values, limits, to_axis in (
        (curve.x, view.xlim, view.to_x),
        (curve.y, view.ylim, view.to_y),
    ):
        found = _scribble.ends_of(np.array(sorted(limits)) if limits else values, to_axis)
        if found is None:
            return None
        ends.append(found)
    return _scribble.Raster(
        width=max(1, view.width // step),
        height=max(1, view.height // step),
        to_x=view.to_x,
        to_y=view.to_y,
        x_ends=ends[0],
        y_ends=ends[1],
    )


def _note(curve: Curve, how: str) -> str:
    return f"{len(curve.y):,} points, {how}"
