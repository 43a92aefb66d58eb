"""Regions over an image, by outline or area, and its scale bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot.rendering import outlines_of, reduced_labels
from datalab_kernel_interactive._colors import css

if TYPE_CHECKING:
    from datalab_kernel.plot import Overlay, ScaleBar
    from datalab_kernel_interactive._panel import Panel

AREA_OPACITY = 0.3
FROM_EDGE = 0.04
"""Of the axes' width and height."""
_QUIET = {"showlegend": False, "hoverinfo": "skip"}


def add_overlay(panel: Panel, overlay: Overlay) -> None:
    """Add regions over the image."""
    if overlay.style in ("areas", "both"):
        panel.add(_areas(panel, overlay))
    if overlay.style in ("contours", "both"):
        for color, x, y in outlines_of(overlay):
            panel.add({
                "type": "scatter", "mode": "lines", "x": panel.x.values(x), "y": panel.y.values(y),
                "line": {"color": css(color), "width": 1.6}, "connectgaps": False, **_QUIET,
            })  # fmt: skip


def _areas(panel: Panel, overlay: Overlay) -> dict[str, Any]:
    """Return a heat map with a step of its colour scale for each colour."""
    labels, x_edges, y_edges = reduced_labels(overlay)
    count = len(overlay.colors)
    steps = [(place / count, css(color)) for place, color in enumerate(overlay.colors)]
    ends = [((place + 1) / count, color) for place, (_, color) in enumerate(steps)]
    scale = [list(point) for pair in zip(steps, ends, strict=True) for point in pair]
    return {
        "type": "heatmap",
        "x": panel.x.values(x_edges),
        "y": panel.y.values(y_edges),
        "z": np.where(labels > 0, (labels - 1) % count + 0.5, np.nan),
        "zmin": 0,
        "zmax": count,
        "colorscale": scale,
        "showscale": False,
        "opacity": AREA_OPACITY if overlay.opacity is None else overlay.opacity,
        "zsmooth": False,
        **_QUIET,
    }


def add_scale_bar(panel: Panel, bar: ScaleBar) -> None:
    """Add a bar in the lower right corner of the first view, white with a dark rim."""
    left, right = panel.xlim
    end = right - FROM_EDGE * (right - left)
    start = end - bar.length if right > left else end + bar.length
    height = {"yref": f"y{panel.suffix} domain", "y0": FROM_EDGE, "y1": FROM_EDGE}
    ends = {"xref": f"x{panel.suffix}", "x0": panel.x.number(start), "x1": panel.x.number(end)}
    panel.shapes += [
        {"type": "line", "line": {"color": color, "width": width}, **ends, **height}
        for color, width in (("#000000", 7), ("#ffffff", 4))
    ]
    panel.annotations.append({
        "x": panel.x.number((start + end) / 2), "xref": f"x{panel.suffix}", "y": FROM_EDGE,
        "yref": height["yref"], "yshift": 4, "yanchor": "bottom", "xanchor": "center",
        "text": f"<b>{bar.label}</b>", "showarrow": False,
        "font": {"color": "#ffffff", "size": 12, "shadow": ", ".join(["0 0 2px #000"] * 3)},
    })  # fmt: skip
