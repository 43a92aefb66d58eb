"""One pair of axes of a description: its scales and limits, and everything that is in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from datalab_kernel.plot.rendering import whole_bins, with_unit
from datalab_kernel_interactive._curve_traces import add_curve, add_curve_scale
from datalab_kernel_interactive._curves import CurveData
from datalab_kernel_interactive._image_traces import add_image
from datalab_kernel_interactive._overlay_traces import add_overlay, add_scale_bar
from datalab_kernel_interactive._panel import FRAME, GRID, INK, Panel
from datalab_kernel_interactive._scales import Kind, Range, Scale, padded
from datalab_kernel_interactive._shape_traces import add_shape
from datalab_kernel_interactive._texts import to_html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from datalab_kernel.plot import AxesSpec, Curve

KNOWN_SCALES = frozenset({"linear", "log"})
NOTHING: Range = (0.0, 1.0)
EMPTY = {"type": "scatter", "x": [None], "y": [None], "showlegend": False, "hoverinfo": "skip"}
"""Axes without a trace aren't drawn."""


def make_panel(spec: AxesSpec, number: int) -> Panel:
    """Describe a pair of axes for plotly."""
    kinds = _kind(spec.xscale), _kind(spec.yscale)
    data = [CurveData(curve, is_log_x=kinds[0] == "log") for curve in spec.curves]
    xlim, ylim = (NOTHING, NOTHING) if spec.message else _axis_limits(spec, data, kinds)
    panel = Panel(
        number=number,
        x=Scale.of(*xlim, kind="date" if spec.x_is_time else kinds[0], unit=spec.xunit),
        y=Scale.of(*ylim, kind=kinds[1], unit=spec.yunit),
        xlim=xlim,
        ylim=ylim,
        is_image=spec.image is not None,
    )
    panel.add(EMPTY)
    if spec.message:
        panel.annotations.append(_in_the_middle(panel, spec.message))
    else:
        _fill(panel, spec, data)
    if spec.title:
        panel.annotations.append(_title(panel, spec.title))
    return panel


def _fill(panel: Panel, spec: AxesSpec, data: list[CurveData]) -> None:
    if spec.image is not None:
        add_image(panel, spec.image, spec)
    for number, (curve, samples) in enumerate(zip(spec.curves, data, strict=True)):
        add_curve(panel, curve, samples, number, spec)
    for overlay in spec.overlays:
        add_overlay(panel, overlay)
    for shape in spec.shapes:
        add_shape(panel, shape)
    if spec.scale_bar is not None:
        add_scale_bar(panel, spec.scale_bar)
    if spec.many_curves is not None:
        add_curve_scale(panel, spec.many_curves)
    panel.notes += [*filter(None, [spec.note])]
    panel.notes += [
        f"{letter} is shown linearly: {scale!r} axes can't be shown interactively"
        for letter, scale in (("x", spec.xscale), ("y", spec.yscale))
        if scale not in KNOWN_SCALES
    ]


def _kind(scale: str) -> Kind:
    return "log" if scale == "log" else "linear"


def _axis_limits(
    spec: AxesSpec, data: list[CurveData], kinds: tuple[Kind, Kind]
) -> tuple[Range, Range]:
    """Return what is first seen, in the data's units; y from bottom to top."""
    if spec.image is not None and spec.image.data.size:
        edges = spec.image.x_edges, spec.image.y_edges
        x, y = (tuple(sorted((float(ends[0]), float(ends[-1])))) for ends in edges)
        upright = (y[1], y[0]) if spec.origin == "upper" else (y[0], y[1])
        return spec.xlim or (x[0], x[1]), spec.ylim or upright
    is_log_x, is_log_y = (kind == "log" for kind in kinds)
    x_found = _union(samples.x_range() for samples in data)
    y_found = _union(samples.y_range(is_positive=is_log_y) for samples in data)
    if not is_log_y and any(curve.style in {"sticks", "bins"} for curve in spec.curves):
        y_found = _union([y_found, (0.0, 0.0)])
    if not is_log_x:
        x_found = _union([x_found, *map(_ends_of_bins, spec.curves)])
    x = spec.xlim or padded(*(x_found or _positive(is_log_x)), kinds[0])
    return x, spec.ylim or padded(*(y_found or _positive(is_log_y)), kinds[1])


def _ends_of_bins(curve: Curve) -> Range | None:
    """Return where a histogram's first bin begins and its last one ends."""
    if curve.style != "bins" or not len(curve.x):
        return None
    x, _ = whole_bins(curve.x, curve.y)
    return min(float(x[0]), float(x[-1])), max(float(x[0]), float(x[-1]))


def _positive(is_log: bool) -> Range:
    return (1.0, 10.0) if is_log else NOTHING


def _union(ranges: Iterable[Range | None]) -> Range | None:
    known = [found for found in ranges if found is not None]
    if not known:
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def axis_layout(panel: Panel, spec: AxesSpec, letter: str) -> dict[str, Any]:
    """Return what plotly is to know of an axis, its place excepted."""
    scale, limits, label = (
        (panel.x, panel.xlim, spec.xlabel) if letter == "x" else (panel.y, panel.ylim, spec.ylabel)
    )
    axis: dict[str, Any] = {
        "type": scale.kind,
        "range": [_finite(scale.end(limit)) for limit in limits],
        "title": {"text": to_html(with_unit(label, scale.unit)), "standoff": 8},
        "anchor": f"{'y' if letter == 'x' else 'x'}{panel.suffix}",
        "showgrid": spec.image is None,
        "gridcolor": GRID,
        "zeroline": False,
        "showline": True,
        "linecolor": FRAME,
        "mirror": True,
        "ticks": "outside",
        "tickcolor": FRAME,
        "exponentformat": "power",
    }
    if spec.message:
        axis |= {"showticklabels": False, "ticks": "", "showgrid": False, "fixedrange": True}
    ratio = (
        {"auto": None, "equal": 1.0}[spec.aspect] if isinstance(spec.aspect, str) else spec.aspect
    )
    if ratio is not None and not spec.message:
        axis["constrain"] = "domain"
        if letter == "y":
            axis |= {"scaleanchor": f"x{panel.suffix}"}
            axis["scaleratio"] = ratio * panel.y.size / panel.x.size
    return axis


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _in_the_middle(panel: Panel, text: str) -> dict[str, Any]:
    return {
        "text": to_html(text), "showarrow": False, "x": 0.5, "y": 0.5,
        "xref": f"x{panel.suffix} domain", "yref": f"y{panel.suffix} domain",
        "font": {"size": 14, "color": INK},
    }  # fmt: skip


def _title(panel: Panel, text: str) -> dict[str, Any]:
    return {
        "text": to_html(text), "showarrow": False, "x": 0.5, "y": 1.0, "yanchor": "bottom",
        "yshift": 5, "xref": f"x{panel.suffix} domain", "yref": f"y{panel.suffix} domain",
        "font": {"size": 15, "color": INK},
    }  # fmt: skip
