"""A whole description as plotly's figure: where each part is, in pixels and shares. Pure."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from datalab_kernel_interactive._axes import axis_layout, make_panel
from datalab_kernel_interactive._panel import INK, Panel
from datalab_kernel_interactive._texts import to_html

if TYPE_CHECKING:
    from datalab_kernel.plot import AxesSpec, FigureSpec, Table
    from datalab_kernel_interactive._scales import Range

PX_PER_INCH = 100
WIDTH_PX, HEIGHT_PX, ROW_PX, THUMBNAIL_PX = 860, 440, 330, 170
LEFT_PX, RIGHT_PX, BAR_PX, BOTTOM_PX, TOP_PX, TITLE_PX = 74, 22, 104, 62, 16, 24
LETTER_PX = 8
TITLE_LINES = 3
TABLE_ROW_PX, TABLE_HEAD_PX = 26, 64
PLACES = {
    "upper right": (0.99, 0.98), "upper left": (0.01, 0.98), "lower left": (0.01, 0.02),
    "lower right": (0.99, 0.02), "center left": (0.01, 0.5), "center right": (0.99, 0.5),
    "right": (0.99, 0.5), "upper center": (0.5, 0.98), "lower center": (0.5, 0.02),
    "center": (0.5, 0.5),
}  # fmt: skip
INSIDE = 5
"""Entries up to which a legend lies on the data; a longer one beside them."""
CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,  # plotly's default is a button that sends the data away
    "plotlyServerURL": "",
    "responsive": True,
    "scrollZoom": True,
    "doubleClick": "reset",
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """plotly's data and layout as plain values with arrays, and what answers for details.

    ``width_px`` is None where the figure is as wide as the page lets it be.
    """

    data: list[dict[str, Any]]
    layout: dict[str, Any]
    panels: list[Panel]
    width_px: int | None
    height_px: int


@dataclass(frozen=True, slots=True)
class _Grid:
    """How many rows and columns of axes there are, and the pixels that they have."""

    rows: int
    columns: int
    width: int
    height: int
    above: int = 0
    page_height: int = 0
    beside: int = 0
    """Pixels at the right for the colour bar that all axes share."""


def make_figure(spec: FigureSpec) -> Parts:
    """Describe a figure for plotly."""
    grid = _grid(spec)
    letters = max(16, (grid.width // grid.columns - LEFT_PX - RIGHT_PX) // LETTER_PX)
    shown = _with_one_bar(spec) if spec.shares_colors else spec.axes
    shown = tuple(replace(axes, title=_wrapped(axes.title, letters)) for axes in shown)
    panels = [make_panel(axes, number) for number, axes in enumerate(shown)]
    below = sum(TABLE_HEAD_PX + TABLE_ROW_PX * len(table.rows) for table in spec.tables)
    above = TITLE_PX + 12 if spec.title else 0
    height = grid.height + below + above
    if spec.figsize is not None:
        height = max(round(PX_PER_INCH * spec.figsize[1]), below + above + 120)
    layout = _page(spec, panels)
    data: list[dict[str, Any]] = []
    inner = replace(grid, height=height - below - above, above=above, page_height=height)
    for panel, axes in zip(panels, shown, strict=True):
        panel.first_trace = len(data)
        data += panel.traces
        _place(layout, panel, axes, inner, is_small=spec.is_contact_sheet)
        if spec.shares_x:
            _share_x(layout, panel, is_last=panel is panels[-1])
    top = height - below
    for table in spec.tables:
        size = TABLE_HEAD_PX + TABLE_ROW_PX * len(table.rows)
        data.append(_table(table, (1 - (top + size) / height, 1 - top / height), layout))
        top += size
    layout["height"] = height
    is_fixed = spec.figsize is not None or _is_fixed(spec)
    return Parts(
        data=data,
        layout=layout,
        panels=panels,
        width_px=grid.width if is_fixed else None,
        height_px=height,
    )


def _grid(spec: FigureSpec) -> _Grid:
    count = max(len(spec.axes), 1)
    columns = spec.columns or (
        1 if spec.shares_x else count if count <= 3 else math.ceil(math.sqrt(count))  # noqa: PLR2004 - in a row
    )
    columns = max(1, min(columns, count))
    rows = math.ceil(count / columns)
    width = WIDTH_PX if spec.figsize is None else round(PX_PER_INCH * spec.figsize[0])
    row = THUMBNAIL_PX if spec.is_contact_sheet else HEIGHT_PX if rows == 1 else ROW_PX
    ratios = [ratio for axes in spec.axes if (ratio := _ratio(axes)) is not None]
    if ratios and not spec.is_contact_sheet and spec.figsize is None:
        beside, above = LEFT_PX + BAR_PX, BOTTOM_PX + TOP_PX + TITLE_PX
        fitting = max(ratios) * (width / columns - beside) + above
        row = round(min(max(fitting, 0.5 * row), row))
        if count == 1:
            width = round(min(max((row - above) / ratios[0], 0.4 * row) + beside, width))
    beside = BAR_PX if spec.shares_colors else 0
    return _Grid(rows, columns, width, rows * row, beside=beside)


def _with_one_bar(spec: FigureSpec) -> tuple[AxesSpec, ...]:
    """Leave the colour bar to the first axes, where all share their colours."""
    first, *rest = spec.axes
    bare = [
        axes if axes.image is None else replace(axes, image=replace(axes.image, has_colorbar=False))
        for axes in rest
    ]
    return (first, *bare)


def _ratio(axes: AxesSpec) -> float | None:
    """Return the height of axes by their width, None where they take what they get."""
    image = axes.image
    if image is None or axes.aspect == "auto" or image.data.size == 0 or axes.message:
        return None
    (left, right), (low, high) = (
        axes.xlim or (float(image.x_edges[0]), float(image.x_edges[-1])),
        axes.ylim or (float(image.y_edges[0]), float(image.y_edges[-1])),
    )
    factor = 1.0 if axes.aspect == "equal" else axes.aspect
    return factor * abs(high - low) / abs(right - left) if right != left and high != low else None


def _is_fixed(spec: FigureSpec) -> bool:
    """Say whether the figure's width follows from what it shows: images with a shape of their own."""
    return any(_ratio(axes) is not None for axes in spec.axes)


def _page(spec: FigureSpec, panels: list[Panel]) -> dict[str, Any]:
    layout: dict[str, Any] = {
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "font": {"color": INK, "size": 12},
        "hovermode": "closest",
        "hoverdistance": 30,
        "dragmode": "zoom",
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "shapes": [shape for panel in panels for shape in panel.shapes],
        "annotations": [note for panel in panels for note in panel.annotations],
    }
    if spec.title:
        layout["title"] = {"text": to_html(spec.title), "x": 0.5, "y": 0.995, "yanchor": "top"}
    if any(axes.image is not None for axes in spec.axes):
        layout["plot_bgcolor"] = "#d0d0d0"  # what is missing of an image
    return layout


def _place(
    layout: dict[str, Any],
    panel: Panel,
    axes: AxesSpec,
    grid: _Grid,
    *,
    is_small: bool,
) -> None:
    """Give a pair of axes, its colour bar and its legend their place on the page."""
    above, height = grid.above, grid.page_height
    row, column = divmod(panel.number, grid.columns)
    legend_is_beside = axes.legend == "best" and len(axes.curves) > INSIDE
    has_bar = (axes.image is not None and axes.image.has_colorbar) or axes.many_curves is not None
    has_bar = has_bar and not grid.beside
    left, right, bottom = (LEFT_PX, BAR_PX if has_bar else RIGHT_PX, BOTTOM_PX)
    if legend_is_beside:
        right = min(
            40 + LETTER_PX * max(len(curve.label) for curve in axes.curves), grid.width // 3
        )
    top = TOP_PX + (TITLE_PX * (1 + axes.title.count("\n")) if axes.title else 0)
    if is_small:
        left, right, bottom, top = 6, 6, 6, 24
    cell = (grid.width - grid.beside) / grid.columns
    x = ((column * cell + left) / grid.width, ((column + 1) * cell - right) / grid.width)
    from_top = (
        above + row * grid.height / grid.rows + top,
        above + (row + 1) * grid.height / grid.rows,
    )
    y = (1 - (from_top[1] - bottom) / height, 1 - from_top[0] / height)
    x, y = _shrunk(x, y, _ratio(axes), (grid.width, height))
    for letter, domain in (("x", x), ("y", y)):
        axis = axis_layout(panel, axes, letter)
        if is_small:
            axis |= {"showticklabels": False, "ticks": "", "title": {"text": ""}}
        layout[f"{letter}axis{panel.suffix}"] = {**axis, "domain": list(domain)}
    for trace in panel.traces:
        bar = trace.get("colorbar") or trace.get("marker", {}).get("colorbar")
        if bar is not None:
            left_end = 1 - (grid.beside + RIGHT_PX) / grid.width if grid.beside else x[1]
            bar |= {"x": left_end + 8 / grid.width, "xanchor": "left", "xpad": 0, "ypad": 0}
            bar |= {"y": (y[0] + y[1]) / 2, "len": y[1] - y[0]}
        if trace.get("showlegend"):
            trace["legend"] = f"legend{panel.suffix}"
    if axes.legend is not None:
        legend = _legend(axes.legend, x, y, is_beside=legend_is_beside)
        layout[f"legend{panel.suffix}"] = legend
        if axes.is_stacked:
            legend["traceorder"] = "reversed"


def _share_x(layout: dict[str, Any], panel: Panel, *, is_last: bool) -> None:
    """Let x axes move together; only the last one is labelled."""
    axis = layout[f"xaxis{panel.suffix}"]
    if panel.number:
        axis["matches"] = "x"
    if not is_last:
        axis |= {"showticklabels": False, "title": {"text": ""}}


def _shrunk(x: Range, y: Range, ratio: float | None, size: tuple[int, int]) -> tuple[Range, Range]:
    """Take only as much of a place as an image of this ratio fills: at its upper left."""
    if ratio is None:
        return x, y
    width, height = (x[1] - x[0]) * size[0], (y[1] - y[0]) * size[1]
    if height > ratio * width:
        return x, (y[1] - ratio * width / size[1], y[1])
    return (x[0], x[0] + height / ratio / size[0]), y


def _legend(
    place: str, x: tuple[float, float], y: tuple[float, float], *, is_beside: bool
) -> dict[str, Any]:
    right, up = PLACES.get(place, PLACES["upper right"])
    anchors = {0.01: "left", 0.99: "right", 0.02: "bottom", 0.98: "top"}
    legend: dict[str, Any] = {
        "x": x[0] + right * (x[1] - x[0]),
        "y": y[0] + up * (y[1] - y[0]),
        "xanchor": anchors.get(right, "center"),
        "yanchor": anchors.get(up, "middle"),
        "bgcolor": "rgba(255,255,255,0.75)",
        "bordercolor": "#cccccc",
        "borderwidth": 0.5,
    }
    if is_beside:
        legend |= {"x": x[1], "xanchor": "left", "y": y[1], "yanchor": "top", "borderwidth": 0}
    return legend


def _wrapped(text: str, letters: int) -> str:
    if len(text) <= letters:
        return text
    return "\n".join(textwrap.wrap(text, letters, max_lines=TITLE_LINES, placeholder=" …"))


def _table(table: Table, y: tuple[float, float], layout: dict[str, Any]) -> dict[str, Any]:
    """Return a table below the axes, with its title above it."""
    layout["annotations"].append({
        "text": f"<b>{to_html(table.title)}</b>", "showarrow": False, "xref": "paper",
        "yref": "paper", "x": 0.01, "y": y[1], "xanchor": "left", "yanchor": "top", "yshift": -6,
    })  # fmt: skip
    title = 30 / (TABLE_HEAD_PX + TABLE_ROW_PX * len(table.rows)) * (y[1] - y[0])
    columns = [[to_html(row[number]) for row in table.rows] for number in range(len(table.columns))]
    style = {"line": {"color": "#dddddd"}, "align": "left", "height": TABLE_ROW_PX}
    return {
        "type": "table",
        "domain": {"x": [0.01, 0.99], "y": [max(y[0], 0.0), y[1] - title]},
        "header": {
            "values": [f"<b>{to_html(name)}</b>" for name in table.columns],
            "fill": {"color": "#f2f2f2"},
            **style,
        },
        "cells": {"values": columns, "fill": {"color": "white"}, **style},
    }
