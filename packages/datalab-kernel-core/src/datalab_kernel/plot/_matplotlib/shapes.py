"""Drawing regions of interest, results and annotations over the data, with their labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.patches import Circle, Ellipse, Patch, Polygon, Rectangle

from datalab_kernel.plot._matplotlib.appearance import Look, look_of
from datalab_kernel.plot._matplotlib.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

    from datalab_kernel.plot._spec import Shape

MOST_LABELS = 60
"""Labels of one picture; those of further shapes would only cover it."""
LONGEST_LABEL = 40
PLACES = (
    (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1.3), (0, -1.3), (1.6, 0), (-1.6, 0),
    (1, 2.6), (-1, 2.6), (1, -2.6), (-1, -2.6),
    (1, 4.2), (-1, 4.2), (1, -4.2), (-1, -4.2), (1, 5.8), (1, -5.8),
)  # fmt: skip
"""Where a label may be, from its shape's place, in steps of a few points: nearest first."""
STEP_PT = 4.0
LINE_PT = 7.0
"""How far the further places are apart, beyond the first step."""


def draw_shapes(axes: Axes, shapes: Sequence[Shape]) -> list[Annotation]:
    """Draw shapes in their order; return their labels, still to be placed."""
    labels: list[Annotation] = []
    for shape in shapes:
        look = look_of(axes, shape)
        anchor = _draw(axes, shape, look)
        if shape.label and len(labels) < MOST_LABELS:
            labels.append(_label(axes, shape, look, anchor))
    return labels


def _draw(axes: Axes, shape: Shape, look: Look) -> tuple[float, float]:
    """Draw a shape, and return the place that its label is for."""
    numbers = shape.coords
    match shape.kind:
        case "interval":
            return _draw_interval(axes, shape, look)
        case "text":
            return numbers[0], numbers[1]
        case "point":
            axes.plot(
                *numbers, marker="o", markersize=6, markerfacecolor="none", linestyle="none",
                color=look.color, markeredgewidth=1.4, path_effects=look.halo, label="_point",
            )  # fmt: skip
            return numbers[0], numbers[1]
        case "cross":
            return _draw_cross(axes, shape, look)
        case "segment":
            x0, y0, x1, y1 = numbers
            axes.plot(
                (x0, x1), (y0, y1), color=look.color, linestyle=look.linestyle, marker="o",
                linewidth=look.linewidth, markersize=3.5, path_effects=look.halo, label="_segment",
            )  # fmt: skip
            return (x0 + x1) / 2, (y0 + y1) / 2
    return _draw_outline(axes, shape, look)


def _draw_interval(axes: Axes, shape: Shape, look: Look) -> tuple[float, float]:
    """Shade a part of the x axis, or stripe one that is left out."""
    style: dict[str, Any] = {"color": look.color, "alpha": 0.12, "linewidth": 0}
    if shape.is_inverse:
        style = {"facecolor": "none", "hatch": "///", "edgecolor": look.color, "alpha": 0.35}
        style["linewidth"] = 0
    axes.axvspan(*shape.coords, **style)
    for edge in shape.coords:
        axes.axvline(edge, color=look.color, linewidth=0.8, linestyle=look.linestyle)
    return min(shape.coords), 1.0


def _draw_cross(axes: Axes, shape: Shape, look: Look) -> tuple[float, float]:
    """Draw lines through a place across the axes, and where both are known, a mark there."""
    x, y = shape.coords
    style: dict[str, Any] = {"color": look.color, "linewidth": 1.0, "path_effects": look.halo}
    style["linestyle"] = (0, (6, 3))
    if not math.isnan(x):
        axes.axvline(x, **style)
    if not math.isnan(y):
        axes.axhline(y, **style)
    if not math.isnan(x) and not math.isnan(y):
        axes.plot(x, y, marker="o", markersize=4, color=look.color, label="_cross")
    return x, y


def _draw_outline(axes: Axes, shape: Shape, look: Look) -> tuple[float, float]:
    """Draw a closed shape; the inside of an inverse one is striped as left out."""
    patch = _patch(shape)
    patch.set(
        fill=False, edgecolor=look.color, linewidth=look.linewidth, linestyle=look.linestyle,
        path_effects=look.halo,
    )  # fmt: skip
    axes.add_patch(patch)
    if shape.is_inverse:
        stripes = _patch(shape)
        stripes.set(fill=False, edgecolor=look.color, linewidth=0, alpha=0.45, hatch="//")
        axes.add_patch(stripes)
    return _topmost(axes, patch)


def _topmost(axes: Axes, patch: Patch) -> tuple[float, float]:
    """Return the place of the outline that is highest in the picture, of those the leftmost."""
    outline = patch.get_path().transformed(patch.get_patch_transform())
    vertices = np.asarray(outline.vertices)
    low, high = axes.get_ylim()
    heights = vertices[:, 1] * (1 if high >= low else -1)
    span = float(np.ptp(heights)) or 1.0
    highest = np.flatnonzero(heights >= heights.max() - 1e-6 * span)
    best = highest[np.argmin(vertices[highest, 0])]
    return float(vertices[best, 0]), float(vertices[best, 1])


def _patch(shape: Shape) -> Patch:
    match shape.kind:
        case "rectangle":
            x0, y0, width, height = shape.coords
            return Rectangle((x0, y0), width, height)
        case "circle":
            x, y, radius = shape.coords
            return Circle((x, y), radius)
        case "ellipse":
            x, y, a, b, theta = shape.coords
            return Ellipse((x, y), 2 * a, 2 * b, angle=math.degrees(theta))
        case _:
            return Polygon(np.reshape(shape.coords, (-1, 2)), closed=True)


# -- labels -------------------------------------------------------------------------------


def _label(axes: Axes, shape: Shape, look: Look, anchor: tuple[float, float]) -> Annotation:
    """Write a label near its anchor; a NaN coordinate means the axes' edge."""
    x, y = anchor
    coords: Any = axes.transData
    if shape.kind == "interval" or math.isnan(y):
        y, coords = 1.0, axes.get_xaxis_transform()
    elif math.isnan(x):
        x, coords = 0.0, axes.get_yaxis_transform()
    text = axes.annotate(
        shortened(shape.label, LONGEST_LABEL), (x, y), xycoords=coords, xytext=(0, 0),
        textcoords="offset points", ha="left", va="bottom", fontsize="small", color=look.color,
        clip_on=True, path_effects=look.text_halo,
    )  # fmt: skip
    text.set_in_layout(False)
    return text


def place_labels(axes: Axes, labels: Sequence[Annotation]) -> None:
    """Put labels beside their places: inside the axes, and not over each other.

    A label whose place is outside of the axes is hidden; one that has no room anywhere near
    goes where it covers least.
    """
    if not labels:
        return
    figure: Any = axes.figure
    make: Any = RendererAgg
    renderer = make(1, 1, figure.dpi)  # measures text whatever the figure's canvas is
    point = figure.dpi / 72
    inside = axes.bbox.padded(-3 * point)
    taken: list[Bbox] = []
    for text in labels:
        coords: Any = text.xycoords
        anchor: tuple[float, float] = tuple(coords.transform(text.xy))
        if not axes.bbox.padded(1.0).contains(*anchor):
            text.set_visible(False)
            continue
        text.set_position((0, 0))
        box = text.get_window_extent(renderer)
        candidates = [_moved(box, anchor, step, point) for step in PLACES]
        nudged = [_into(inside, candidate) for candidate in candidates]
        costs = [
            (_covered(candidate, taken), abs(candidate.x0 - wish.x0) + abs(candidate.y0 - wish.y0))
            for candidate, wish in zip(nudged, candidates, strict=True)
        ]
        best = nudged[min(range(len(costs)), key=costs.__getitem__)]
        text.set_position(((best.x0 - anchor[0]) / point, (best.y0 - anchor[1]) / point))
        taken.append(best.padded(point))


def _moved(box: Bbox, anchor: tuple[float, float], step: tuple[float, float], point: float) -> Bbox:
    """Return where a label is if it is on one side of its place."""
    right, up = step
    x = anchor[0] + {1: right * STEP_PT * point, 0: -box.width / 2}.get(
        int(np.sign(right)), right * STEP_PT * point - box.width
    )
    far = (abs(up) - 1) * LINE_PT * point if abs(up) > 1 else 0.0
    rise = STEP_PT * point + far
    y = anchor[1] + (rise if up > 0 else -rise - box.height if up < 0 else -box.height / 2)
    return box.translated(x - box.x0, y - box.y0)


def _into(inside: Bbox, box: Bbox) -> Bbox:
    """Move a box as little as needed so that it is inside; a longer one begins at the left."""
    x = min(0.0, inside.x1 - box.x1)
    y = min(0.0, inside.y1 - box.y1)
    x, y = max(x, inside.x0 - box.x0), max(y, inside.y0 - box.y0)
    return box.translated(x, y)


def _covered(box: Bbox, taken: Sequence[Bbox]) -> float:
    """Return how much of other labels a box covers."""
    wide = [min(box.x1, other.x1) - max(box.x0, other.x0) for other in taken]
    high = [min(box.y1, other.y1) - max(box.y0, other.y0) for other in taken]
    covered: list[float] = [
        width * height for width, height in zip(wide, high, strict=True) if width > 0 and height > 0
    ]
    return sum(covered)
