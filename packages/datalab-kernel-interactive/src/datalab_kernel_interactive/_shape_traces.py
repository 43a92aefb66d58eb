"""Regions of interest, results and annotations, with their labels, over the data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot.rendering import shape_color
from datalab_kernel_interactive._colors import css
from datalab_kernel_interactive._texts import to_html

if TYPE_CHECKING:
    from datalab_kernel.plot import Shape
    from datalab_kernel_interactive._panel import Panel

    Array = np.ndarray[Any, Any]

CORNERS = 120
"""Of a circle or an ellipse."""
DASHES = {"roi": "solid", "result": "solid", "annotation": "dash"}
RIM_PX = 2.5
SHADE, INVERSE_SHADE = 0.1, 0.22
SEEN_ANYWHERE = "rgba(255,255,255,0.75)"
"""A rim around labels, so that they are read on any image."""


def add_shape(panel: Panel, shape: Shape) -> None:
    """Add one shape."""
    color = css(shape_color(shape))
    line = {"color": color, "width": 1.6, "dash": "dot" if shape.is_inverse else DASHES[shape.role]}
    match shape.kind:
        case "interval":
            _add_interval(panel, shape, line)
        case "cross":
            _add_cross(panel, shape, line)
        case "text":
            _add_trace(panel, shape, np.array([shape.coords]), {"mode": "text"}, color)
        case "point":
            marker = {"symbol": "circle-open", "size": 8, "color": color, "line": {"width": 1.8}}
            style = {"mode": "markers+text", "marker": marker}
            _add_trace(panel, shape, np.array([shape.coords]), style, color)
        case "segment":
            style = {"mode": "lines+markers+text", "line": line}
            style["marker"] = {"size": 5, "color": color}
            _add_trace(panel, shape, np.reshape(shape.coords, (2, 2)), style, color)
        case _:
            style = {"mode": "lines+text", "line": line}
            if shape.is_inverse:
                style |= {"fill": "toself", "fillcolor": _faint(color, INVERSE_SHADE)}
            _add_trace(panel, shape, outline(shape), style, color)


def outline(shape: Shape) -> Array:
    """Return a closed shape's corners, of shape ``(n, 2)``, the last one the first.

    Examples
    --------
    >>> from datalab_kernel.plot import Shape
    >>> outline(Shape(kind="rectangle", coords=(0, 0, 2, 1))).tolist()
    [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    """
    numbers = shape.coords
    match shape.kind:
        case "rectangle":
            x, y, dx, dy = numbers
            return np.array([[x, y], [x + dx, y], [x + dx, y + dy], [x, y + dy], [x, y]], float)
        case "circle":
            x, y, a, b, theta = (*numbers, numbers[2], 0.0)
        case "ellipse":
            x, y, a, b, theta = numbers
        case _:
            corners = np.reshape(np.array(numbers, float), (-1, 2))
            return np.vstack([corners, corners[:1]])
    turn = np.linspace(0, 2 * math.pi, CORNERS + 1)
    along, across = a * np.cos(turn), b * np.sin(turn)
    cos, sin = math.cos(theta), math.sin(theta)
    return np.column_stack([x + along * cos - across * sin, y + along * sin + across * cos])


def _add_trace(
    panel: Panel, shape: Shape, corners: Array, style: dict[str, Any], color: str
) -> None:
    """Add a line through corners, with the label at the topmost of them."""
    x, y = panel.x.values(corners[:, 0]).tolist(), panel.y.values(corners[:, 1]).tolist()
    if panel.is_image and "line" in style:
        rim = {"color": SEEN_ANYWHERE, "width": style["line"]["width"] + RIM_PX}
        quiet = {"showlegend": False, "hoverinfo": "skip"}
        panel.add({"type": "scatter", "mode": "lines", "x": x, "y": y, "line": rim, **quiet})
    texts = [""] * len(corners)
    up = 1 if panel.ylim[1] >= panel.ylim[0] else -1
    highest = int(np.argmax(up * corners[:, 1] - 1e-9 * np.arange(len(corners))))
    texts[highest] = _bold(shape.label)
    panel.add({
        "type": "scatter",
        "x": x,
        "y": y,
        "text": texts,
        "textposition": "middle center" if shape.kind == "text" else "top right",
        "textfont": {"color": color, "size": 12, "shadow": _rim()},
        "showlegend": False,
        "name": to_html(shape.label),
        "hoverinfo": "name" if shape.label else "skip",
        "hoverlabel": {"namelength": -1},
        **style,
    })  # fmt: skip


def _add_interval(panel: Panel, shape: Shape, line: dict[str, Any]) -> None:
    """Shade a part of the x axis."""
    shade = _faint(line["color"], INVERSE_SHADE if shape.is_inverse else SHADE)
    ends = [panel.x.number(value) for value in shape.coords]
    edge = {**line, "width": 1}
    panel.shapes.append({
        "type": "rect", "x0": ends[0], "x1": ends[1], "y0": 0, "y1": 1,
        **_domain(panel, "y"), "fillcolor": shade, "line": edge, "layer": "below",
    })  # fmt: skip
    if shape.label:
        _annotate(panel, shape, (panel.x.end(min(shape.coords)), 1.0), _domain(panel, "y"))


def _add_cross(panel: Panel, shape: Shape, line: dict[str, Any]) -> None:
    """Draw lines through a place across the axes, and a mark where both are known."""
    x, y = shape.coords
    thin = {**line, "width": 1, "dash": "dash"}
    if not math.isnan(x):
        at = panel.x.number(x)
        ends = {"x0": at, "x1": at, "y0": 0, "y1": 1, **_domain(panel, "y")}
        _add_line(panel, thin, ends)
    if not math.isnan(y):
        at = panel.y.number(y)
        ends = {"x0": 0, "x1": 1, "y0": at, "y1": at, **_domain(panel, "x")}
        _add_line(panel, thin, ends)
    if not math.isnan(x) and not math.isnan(y):
        marker = {"symbol": "circle", "size": 6, "color": line["color"]}
        style = {"mode": "markers+text", "marker": marker}
        _add_trace(panel, shape, np.array([[x, y]]), style, line["color"])
    elif shape.label and not math.isnan(x):
        _annotate(panel, shape, (panel.x.end(x), 1.0), _domain(panel, "y"))
    elif shape.label and not math.isnan(y):
        _annotate(panel, shape, (0.0, panel.y.end(y)), _domain(panel, "x"))


def _add_line(panel: Panel, line: dict[str, Any], ends: dict[str, Any]) -> None:
    if panel.is_image:
        rim = {"color": SEEN_ANYWHERE, "width": line["width"] + RIM_PX}
        panel.shapes.append({"type": "line", "line": rim, **ends})
    panel.shapes.append({"type": "line", "line": line, **ends})


def _domain(panel: Panel, letter: str) -> dict[str, str]:
    """Return references in which one axis counts from 0 to 1 across the panel."""
    refs = {"xref": f"x{panel.suffix}", "yref": f"y{panel.suffix}"}
    return {**refs, f"{letter}ref": f"{letter}{panel.suffix} domain"}


def _annotate(panel: Panel, shape: Shape, place: tuple[float, float], refs: dict[str, str]) -> None:
    color = css(shape_color(shape))
    panel.annotations.append({
        "x": place[0], "y": place[1], **refs, "text": _bold(shape.label), "showarrow": False,
        "xanchor": "left", "yanchor": "top" if place[1] == 1 else "bottom",
        "font": {"color": color, "size": 12}, "bgcolor": SEEN_ANYWHERE, "borderpad": 1,
    })  # fmt: skip


def _bold(label: str) -> str:
    return f"<b>{to_html(label)}</b>" if label else ""


def _faint(color: str, alpha: float) -> str:
    return f"{color.rpartition(',')[0]},{alpha})"


def _rim() -> str:
    return " ".join(["0 0 2px #fff,"] * 3).rstrip(",")
