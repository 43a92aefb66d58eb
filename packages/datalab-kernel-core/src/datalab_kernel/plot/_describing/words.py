"""What a picture shows, in words: for who can't see it, and where no picture can be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot._describing.texts import number
from datalab_kernel.plot.rendering import choose_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.plot._spec import AxesSpec, Curve, Table

Array = np.ndarray[Any, Any]
MOST_NAMES = 8
LONGEST_NAMES = 150
LONGEST = 300
EXACT = 1 << 20
"""Samples of all curves up to which extremes are exact."""
LOOKED_AT = 1 << 16
"""Of more, so many are looked at."""


def name_of(kind: str, names: Sequence[str]) -> str:
    """Say in one line what is plotted.

    Examples
    --------
    >>> name_of("signal", ["a", "b"]), name_of("image", ["i"]), name_of("image", ["", ""])
    ('Plot of the signals a, b', 'Plot of the image i', 'Plot of 2 images')
    """
    if not any(names):
        return f"Plot of {len(names):,} {kind}s" if len(names) > 1 else f"Plot of the {kind}"
    names = [name or "unnamed" for name in names]
    listed = ", ".join(names[:MOST_NAMES])
    if len(listed) > LONGEST_NAMES:
        listed = f"{listed[: LONGEST_NAMES - 1]}…"
    rest = len(names) - MOST_NAMES
    more = f" and {rest:,} more" if rest > 0 else ""
    return f"Plot of the {kind}{'s' if len(names) > 1 else ''} {listed}{more}"


def alt_text(name: str, axes: Sequence[AxesSpec], tables: Sequence[Table]) -> str:
    """Say what is to be seen: axes and their ranges, extremes, what is drawn over them.

    At most 300 characters.
    """
    first = axes[0]
    is_one = first.image is None or all(part.image is None or part.message for part in axes)
    parts = [name]
    if first.message:
        parts.append(first.message if is_one else f"The first: {first.message}")
    elif first.image is not None:
        parts += _of_image(first, len(axes))
    else:
        parts += _of_curves(first)
    parts += _counts(axes, tables)
    text = ". ".join(filter(None, parts)).replace(r"\$", "$")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _of_image(axes: AxesSpec, count: int) -> list[str]:
    image = axes.image
    if image is None or image.data.size == 0:
        return []
    rows, columns = image.data.shape
    x, y = (
        _range(label or letter, unit, float(edges.min()), float(edges.max()))
        for label, unit, letter, edges in (
            (axes.xlabel, axes.xunit, "x", image.x_edges),
            (axes.ylabel, axes.yunit, "y", image.y_edges),
        )
    )
    shown = [f"{columns:,} by {rows:,} pixels", f"{x}; {y}"]
    if image.vmin is not None and image.vmax is not None:
        shown.append(_range(f"Colours: {image.label or 'z'}", image.unit, image.vmin, image.vmax))
        shown.append(image.limits_note)
    if count > 1:
        shown[0] = f"The first: {shown[0]}"
    return shown


def _of_curves(axes: AxesSpec) -> list[str]:
    total = sum(curve.y.size for curve in axes.curves)
    step = 1 if total <= EXACT else -(-total // LOOKED_AT)
    found = [one for curve in axes.curves if (one := _extremes(curve, step)) is not None]
    if not found:
        return []
    left = min(one[0] for one in found)
    right = max(one[1] for one in found)
    x = (
        _dates(left, right)
        if axes.x_is_time
        else _range(axes.xlabel or "x", axes.xunit, left, right)
    )
    low, high = min(one[2] for one in found), max(one[3] for one in found)
    about = "about " if step > 1 else ""
    y = _range(axes.ylabel or "y", axes.yunit, low[0], high[0], about)
    if low[0] == high[0] or axes.x_is_time:
        return [f"{x}; {y}"]
    unit, size = choose_unit(axes.xunit, left, right)
    place = " ".join(filter(None, [number(high[1] / size, 4), unit]))
    return [f"{x}; {y}", f"Highest at {about}{place}"]


def _extremes(
    curve: Curve, step: int
) -> tuple[float, float, tuple[float, float], tuple[float, float]] | None:
    """Return the range of x, and the lowest and the highest point: y first, then x."""
    x, y = curve.x[::step], curve.y[::step]
    is_known = np.isfinite(y) & np.isfinite(x)
    if not is_known.all():
        x, y = x[is_known], y[is_known]
    if y.size == 0:
        return None
    low, high = int(y.argmin()), int(y.argmax())
    ends = float(x.min()), float(x.max())
    return *ends, (float(y[low]), float(x[low])), (float(y[high]), float(x[high]))


def _range(label: str, unit: str, low: float, high: float, about: str = "") -> str:
    unit, size = choose_unit(unit, low, high)
    first, last = number(low / size, 4), number(high / size, 4)
    ends = f"at {about}{first}" if first == last else f"from {about}{first} to {last}"
    return " ".join(filter(None, [label, ends, unit]))


def _dates(first: float, last: float) -> str:
    ends = [np.datetime64(round(1000 * value), "ms").item() for value in (first, last)]
    return "Time from {} to {} UTC".format(*(f"{end:%Y-%m-%d %H:%M:%S}" for end in ends))


def _counts(axes: Sequence[AxesSpec], tables: Sequence[Table]) -> list[str]:
    roles = [shape.role for part in axes for shape in part.shapes]
    counted = [
        (roles.count("roi"), "region of interest", "regions of interest"),
        (roles.count("result"), "result", "results"),
        (roles.count("annotation"), "annotation", "annotations"),
        (len(tables), "table", "tables"),
    ]
    texts = [f"{count:,} {one if count == 1 else many}" for count, one, many in counted if count]
    return [f"With {', '.join(texts)}"] if texts else []
