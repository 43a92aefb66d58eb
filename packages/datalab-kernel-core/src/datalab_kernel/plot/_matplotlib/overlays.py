"""Drawing what lies over an image: regions by outline or area, and the scale bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.patheffects import withStroke

from datalab_kernel.plot.rendering import outlines_of, reduced_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from datalab_kernel.plot._spec import Overlay, ScaleBar

OVER_IMAGE, OVER_AREAS = 1.3, 1.4
AREA_ALPHA = 0.3
BAR_FROM_EDGE = 0.04
"""Of the axes' width and height."""


def draw_overlays(axes: Axes, overlays: Sequence[Overlay]) -> None:
    """Draw regions over an image, which keeps its limits."""
    limits = axes.get_xlim(), axes.get_ylim()
    for overlay in overlays:
        if overlay.style in ("areas", "both"):
            _draw_areas(axes, overlay)
        if overlay.style in ("contours", "both"):
            for color, x, y in outlines_of(overlay):
                axes.plot(
                    x, y, color=color, linestyle="-", linewidth=1.3, zorder=OVER_AREAS, label="_overlay",
                    solid_capstyle="projecting",
                )  # fmt: skip
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])


def _draw_areas(axes: Axes, overlay: Overlay) -> None:
    labels, x_edges, y_edges = reduced_labels(overlay)
    colors = to_rgba_array(overlay.colors)
    colors[:, 3] = AREA_ALPHA if overlay.opacity is None else overlay.opacity
    rgba = np.where((labels > 0)[:, :, None], colors[(labels - 1) % len(colors)], 0.0)
    if _is_even(x_edges) and _is_even(y_edges):
        axes.imshow(
            rgba, extent=(x_edges[0], x_edges[-1], y_edges[-1], y_edges[0]), origin="upper",
            interpolation="nearest", zorder=OVER_IMAGE, aspect=axes.get_aspect(),
        )  # fmt: skip
    else:
        axes.pcolormesh(x_edges, y_edges, rgba, zorder=OVER_IMAGE)


def _is_even(edges: Any) -> bool:
    steps = np.diff(edges)
    return bool(np.allclose(steps, steps[0], rtol=1e-6)) if len(steps) else True


def draw_scale_bar(axes: Axes, bar: ScaleBar) -> None:
    """Draw a bar in the lower right corner, white with a dark rim, and its length above it."""
    left, right = axes.get_xlim()
    end = right - BAR_FROM_EDGE * (right - left)
    start = end - np.sign(right - left) * bar.length
    place = axes.get_xaxis_transform()
    axes.plot(
        (start, end), (BAR_FROM_EDGE, BAR_FROM_EDGE), transform=place, color="white", linestyle="-", linewidth=3.5,
        solid_capstyle="butt", zorder=5, label="_scale bar", scalex=False, scaley=False,
        path_effects=[withStroke(linewidth=5.5, foreground="black")],
    )  # fmt: skip
    axes.annotate(
        bar.label, ((start + end) / 2, BAR_FROM_EDGE), xycoords=place, xytext=(0, 4),
        textcoords="offset points", ha="center", va="bottom", color="white", zorder=5,
        fontweight="bold", path_effects=[withStroke(linewidth=2.5, foreground="black")],
    )  # fmt: skip
